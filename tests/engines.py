"""Both engines: a plugin of pytest that runs every test about answers with the compiled kernels and without them.

The kernels of this checkout are compiled where they are missing or older than their sources. Tests of the modules in
`BOTH` run twice. What is made without saying so (`WordIndex("en", forms)`, `EntityResolver.load(path)`) is then made
for that engine.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from tiny import module_at

from edge_er.encoder.encoder import Encoder
from edge_er.index.exact import ExactIndex
from edge_er.native import library
from edge_er.native.library import Kernels
from edge_er.ranking.evidence import FormEvidence
from edge_er.ranking.rerank import Reranker
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.ngrams import NgramIndex
from edge_er.text.words import WordIndex

SOURCES = Path(__file__).resolve().parents[1] / "native"
BOTH = {
    *("test_golden_requests", "test_resolver", "test_personal", "test_families"),
    *("test_exact", "test_misrecognition", "test_ngrams", "test_words", "test_words_rare", "test_unspaced"),
    *("test_carriers", "test_word_values", "test_selftest", "test_encoder"),
    *("test_rerank", "test_who_is_meant", "test_words_evidence", "test_numbers_evidence", "test_suggest"),
}
PLAIN = {"test_ranking_and_decision_follow_from_the_vector"}  # plain steps alone, which are slow
MADE: tuple[Callable[..., object], ...] = (
    *(Misrecognition.__init__, NgramIndex.__init__, WordIndex.__init__, ExactIndex.__init__),
    *(FormEvidence.__init__, Reranker.__init__),
    *(Encoder.from_files.__func__, Encoder.from_bytes.__func__),  # type: ignore[attr-defined]
)


@cache
def build_module() -> ModuleType:
    """native/build.py, which is no module of a package."""
    return module_at(SOURCES / "build.py")


@cache
def kernels_here() -> Kernels | None:
    """The kernels of this checkout, compiled anew where they are not those of its sources; None without a compiler."""
    built = library._LIBRARY
    sources = [file.stat().st_mtime for file in SOURCES.iterdir() if file.is_file()]
    if not built.exists() or built.stat().st_mtime < max(sources):
        command = [str(SOURCES / "build.py")]
        if build_module().compiler_of_system() is None:
            return None
        subprocess.run([sys.executable, *command], check=True)
        library.installed.cache_clear()
    return library.installed()


@pytest.fixture(scope="session", autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """ "native" or "reference", for what is made without saying so."""
    name = getattr(request, "param", "native")
    kernels = kernels_here() if name == "native" else None
    if hasattr(request, "param") and name == "native" and kernels is None:
        pytest.skip("no C compiler is found")
    with pytest.MonkeyPatch.context() as patched:
        if name == "reference":
            patched.setattr(library, "installed", lambda: None)
        for made in MADE if hasattr(request, "param") else ():
            patched.setattr(made, "__defaults__", with_kernels(made, kernels))
        yield name


def with_kernels(made: Callable[..., object], kernels: Kernels | None) -> tuple[object, ...]:
    """The defaults of a function whose last parameter is `kernels`, with other ones."""
    assert list(inspect.signature(made).parameters)[-1] == "kernels"
    return (*(made.__defaults__ or ())[:-1], kernels)  # type: ignore[attr-defined]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of the modules in `BOTH` run with either engine."""
    if metafunc.module.__name__.rpartition(".")[2] in BOTH and metafunc.function.__name__ not in PLAIN:
        metafunc.parametrize("engine", ["native", "reference"], indirect=True, scope="session")
