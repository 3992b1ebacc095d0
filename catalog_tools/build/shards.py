"""The slow steps of a build in shards, cut by content and kept by the hash of what went in.

    texts -> cut -> shards -> workers (this process, several, a cluster) -> results, kept and read in order

A shard's result depends on its texts and on what its step is made of (`ShardWorker.fingerprint`), never on who computed
it, in which order, or what else was computed: so any number of workers and interruptions gives the same bytes, and a
build that was killed goes on from the shards that are there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.code_files import modules_of
from catalog_tools.build.form_selection import offered_forms
from catalog_tools.language.language import Language
from edge_er.bundle.atomic import replacing
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.errors import BuildError

__all__ = ["SPOKEN", "VECTORS", "Results", "Shard", "ShardStore", "ShardWorker", "cut", "form_vectors"]

SPOKEN, VECTORS = "spoken forms", "vectors"

_BATCH = 64
_LEAST, _ON_AVERAGE, _MOST = 2048, 8192, 16384  # texts of a shard
_MODULES = {SPOKEN: "catalog_tools.build.form_selection", VECTORS: "edge_er.encoder.encoder"}
_TABLES = ("unicode.txt", "constants.json")
_PACKAGES = {SPOKEN: ("num2words", "text2num"), VECTORS: ("onnxruntime", "tokenizers", "numpy")}


Results = Iterator[tuple[str, bytes]]
"""Key and result of shards, in any order."""


class Shard(NamedTuple):
    """Some texts of a step; `key` names the result."""

    key: str
    step: str
    texts: list[str]


def cut(texts: Sequence[str]) -> Iterator[slice]:
    """Where the shards of ``texts`` begin and end; one changed text changes one or two shards, not all that follow.

    Shards of a fixed size would all move when a text is added at the front. So the texts themselves say where to cut
    (content-defined chunking): after a text whose checksum is 0 modulo what gives shards of the wanted size on average,
    once a shard has `_LEAST` texts, and at `_MOST` in any case. After a change, the next such text is as before.
    """
    start = 0
    for place, text in enumerate(texts, start=1):
        size = place - start
        chance = zlib.crc32(text.encode("utf-8", "surrogatepass")) % (_ON_AVERAGE - _LEAST)
        if (size >= _LEAST and chance == 0) or size == _MOST or place == len(texts):
            yield slice(start, place)
            start = place


class ShardWorker:
    """Computes shards; a process needs one, and can be sent one.

    Args:
        encoder_files: contents of an encoder folder.
        lang: the language of the names.
    """

    def __init__(self, encoder_files: Mapping[str, bytes], lang: Language) -> None:
        self._files, self._lang = dict(encoder_files), lang

    def __reduce__(self) -> tuple[type[ShardWorker], tuple[Any, ...]]:
        return ShardWorker, (self._files, self._lang)

    def __call__(self, step: str, texts: Sequence[str]) -> bytes:
        """The result of one shard: int8 rows [texts, dim], or JSON, what is offered to each name."""
        if step == VECTORS:
            return form_vectors(self.encoder, texts).tobytes()
        offers = [offered_forms(name, self._lang) for name in texts]
        return json.dumps(offers, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, on one thread."""
        card = json.loads(self._files["encoder.json"])
        return Encoder.from_bytes(self._files["encoder.onnx"], self._files["tokenizer.json"], card)

    def shard(self, step: str, texts: Sequence[str]) -> Shard:
        """A shard with its key."""
        content = json.dumps([self.fingerprint[step], *texts]).encode()
        return Shard(hashlib.sha256(content).hexdigest(), step, list(texts))

    @cached_property
    def fingerprint(self) -> dict[str, str]:
        """SHA-256 of all that a step's results depend on beside the texts: code, tables, packages, encoder."""
        own: dict[str, list[bytes]] = {
            SPOKEN: [repr(self._lang).encode()],
            VECTORS: [self._files[name] for name in sorted(self._files)],
        }
        hashes = {}
        for step, parts in own.items():
            code = {**modules_of(_MODULES[step]), __name__: Path(__file__)}
            parts += [file.read_bytes() for _, file in sorted(code.items())]
            parts += [files("edge_er").joinpath("data", name).read_bytes() for name in _TABLES]
            parts += [f"{package} {version(package)}".encode() for package in _PACKAGES[step]]
            hashes[step] = hashlib.sha256(
                b"".join(hashlib.sha256(part).digest() for part in parts)
            ).hexdigest()
        return hashes


def form_vectors(encoder: Encoder, forms: Sequence[str]) -> NDArray[np.int8]:
    """The rows of ``forms`` in a bundle, int8 [forms, dim].

    Every batch is full, the last of each length with repetitions: matrix products of another shape may differ in the
    last bit of a float, and a form's row must be the same whatever else is encoded with it.
    """
    ids = [encoder.token_ids(form) for form in forms]
    last: dict[int, list[int]] = {len(tokens): tokens for tokens in ids}
    count = dict.fromkeys(last, 0)
    for tokens in ids:
        count[len(tokens)] += 1
    filled = ids + [last[length] for length in last for _ in range(-count[length] % _BATCH)]
    return quantise(encoder.encode_ids(filled, _BATCH)[: len(ids)], encoder.card["vector_scale"])


class ShardStore:
    """Results by key, in a folder or, without one, in memory.

    A file is the SHA-256 of the result and the result; what was cut off or changed counts as missing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._memory: dict[str, bytes] = {}

    def read(self, key: str) -> bytes | None:
        """The result of that key; None where there is none."""
        if self.folder is None:
            return self._memory.get(key)
        try:
            content = self._file(self.folder, key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        digest, data = content[:32], content[32:]
        return data if hashlib.sha256(data).digest() == digest else None

    def write(self, key: str, data: bytes) -> None:
        """Keep a result, whole or not at all.

        Raises:
            BuildError: the folder cannot be written.
        """
        if self.folder is None:
            self._memory[key] = data
            return
        try:
            with replacing(self._file(self.folder, key)) as part:
                part.write_bytes(hashlib.sha256(data).digest() + data)
        except OSError as error:
            raise self._unusable(error) from error

    def remove(self) -> None:
        """Forget all results."""
        self._memory.clear()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _file(folder: Path, key: str) -> Path:
        return folder / f"{key}.shard"

    def _unusable(self, error: OSError) -> BuildError:
        return BuildError(
            f"{self.folder}: the work folder cannot be used ({error.strerror or error}); "
            "make room there, or give another folder with --work; finished shards are kept"
        )
