"""The compiled kernels: where they are, whether they fit this version, and which engine answers a request.

The library stands beside this file, put there by the build of the package (or ``python native/build.py``). It has no
code of Python in it, so one serves all versions of Python. Its functions check nothing: the classes of this room do.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from edge_er.errors import EngineError

__all__ = ["ENGINES", "Engine", "Kernels", "installed", "kernels_for"]

Engine = Literal["auto", "native", "reference"]
ENGINES = ("auto", "native", "reference")
_ABI = 4
_NAMES = {"darwin": "kernels.dylib", "win32": "kernels.dll"}
_LIBRARY = Path(__file__).with_name(_NAMES.get(sys.platform, "kernels.so"))

_P, _I32, _I64, _F = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_float
_BYTES = ctypes.c_char_p
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "encode": (None, (_P, _P, _I32, _P, _P, _P, _F, _F)),
    "scan": (None, (_P, _P, _I64, _I32, _P)),
    "shared": (None, (_P, _P, _P, _P, _I32, _P, _I64)),
    "best_whole": (_I64, (_P, _P, _I64, _I64, _I32, _P, _P)),
    "best_quotient": (_I64, (_P, _P, _P, _I64, _I64, _P, _P)),
    "align": (None, (_P, _P, _I64, _BYTES, _I32, _P, _BYTES, _I32, _P, _P)),
    "word_scores": (_I64, (_P, _P, _P, _P, _P, _P, _P)),
    "candidates": (_I64, (_P, _BYTES, _I32, _BYTES, _I64, _P, _P, _P, _P)),
    "evidence": (None, (_P, _BYTES, _I32, _BYTES, _P, _I64, _P, _P, _P)),
    "sound_codes": (_I64, (_P, _P, _P, _I64, _P)),
    "ngrams": (_I64, (_P, _I64, _I64, _P, _P, _P)),
    "shared_in": (None, (_P, _I64, _BYTES, _P, _I32, _P)),
    "rank": (_I64, (_P, _I32, _I64, _P, _P, _I64, _P, _P, _P)),
}


class Kernels:
    """The functions of a compiled library, in the variant for this processor.

    Args:
        file: the library.
        variant: "base", "v3" or "v4"; by default the fastest that this processor runs.

    Raises:
        OSError: the file is no library for this machine, or of another version.
    """

    encode: Any
    scan: Any
    shared: Any
    best_whole: Any
    best_quotient: Any
    align: Any
    word_scores: Any
    candidates: Any
    evidence: Any
    sound_codes: Any
    ngrams: Any
    shared_in: Any
    rank: Any

    def __init__(self, file: Path, variant: str | None = None) -> None:
        self.file = file
        library = ctypes.CDLL(str(file))
        try:
            found, variants = library.er_abi(), library.er_variants
            if found != _ABI:
                raise OSError(f"{file}: expected version {_ABI} of the kernels, found {found}")
            variants.restype = ctypes.c_char_p
            self.variants = tuple(variants().decode().split())
            self.variant = variant or self.variants[0]
            if self.variant not in self.variants:
                raise OSError(f"{file}: expected one of {', '.join(self.variants)}, found {variant!r}")
            for name, (result, arguments) in _FUNCTIONS.items():
                function = library[f"er_{name}_{self.variant}"]
                function.restype, function.argtypes = result, arguments
                setattr(self, name, function)
        except AttributeError as error:
            raise OSError(f"{file}: no kernels of this version ({error})") from error

    def __repr__(self) -> str:
        return f"Kernels({self.variant!r})"


@lru_cache(maxsize=1)
def installed() -> Kernels | None:
    """The kernels that were installed with the package; None if there are none, or none for this machine."""
    try:
        return Kernels(_LIBRARY) if _LIBRARY.exists() else None
    except OSError:
        return None


def kernels_for(engine: str) -> Kernels | None:
    """The kernels that an engine uses: "auto" takes them where they are, "reference" never, "native" asks for them.

    Raises:
        EngineError: the engine is "native", and no kernels are installed.
        ValueError: there is no such engine.
    """
    if engine not in ENGINES:
        raise ValueError(f"expected engine {', '.join(map(repr, ENGINES))}, found {engine!r}")
    kernels = None if engine == "reference" else installed()
    if engine == "native" and kernels is None:
        raise EngineError(
            f"engine 'native': expected compiled kernels in {_LIBRARY}, found none for this machine; install a C "
            "compiler and then edge-er again, or load with engine='auto'"
        )
    return kernels
