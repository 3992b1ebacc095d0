"""Which engine answers, and who says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_er.errors import EngineError
from edge_er.native import library
from edge_er.native.library import Kernels, kernels_for
from edge_er.resolver import EntityResolver


def test_auto_takes_the_kernels_where_they_are(bundle_dir: Path, kernels: Kernels) -> None:
    assert kernels_for("auto") is kernels_for("native") is not None
    assert kernels_for("reference") is None
    for engine, answers in (("auto", "native"), ("native", "native"), ("reference", "reference")):
        resolver = EntityResolver.load(bundle_dir, engine=engine)
        assert resolver.engine == answers
        assert repr(resolver) == f"<EntityResolver 'tiny_es': 7 entities, {answers} engine>"
        assert resolver.selftest() > 0
    mine = EntityResolver.load(bundle_dir, engine="reference").with_entries([{"name": "Mum"}])
    assert repr(mine) == "<PersonalResolver 'tiny_es': 8 entities, reference engine>"


def test_without_kernels_auto_is_the_reference(bundle_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "installed", lambda: None)
    assert EntityResolver.load(bundle_dir).engine == "reference"
    with pytest.raises(EngineError, match="C compiler"):
        EntityResolver.load(bundle_dir, engine="native")


def test_another_engine_is_an_error(bundle_dir: Path) -> None:
    with pytest.raises(ValueError, match="'auto', 'native', 'reference', found 'fast'"):
        EntityResolver.load(bundle_dir, engine="fast")  # type: ignore[arg-type]


def test_inspect_says_which_engine_answers(
    edge_er: Callable[..., tuple[int, str, str]],
    bundle_dir: Path,
    kernels: Kernels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "engine: native" in edge_er("inspect", bundle_dir)[1]
    monkeypatch.setattr(library, "installed", lambda: None)
    assert "engine: reference" in edge_er("inspect", bundle_dir)[1]
    assert json.loads(edge_er("inspect", bundle_dir, "--json")[1])["engine"] == "reference"


def test_what_is_no_library_of_this_version_is_left_alone(tmp_path: Path, kernels: Kernels) -> None:
    wrong = tmp_path / "kernels.so"
    wrong.write_bytes(b"no library")
    with pytest.raises(OSError):
        Kernels(wrong)
    with pytest.raises(OSError, match="expected one of"):
        Kernels(kernels.file, "v9")
    assert repr(kernels) == f"Kernels({kernels.variants[0]!r})"
