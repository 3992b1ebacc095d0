"""The examples in the docstrings of all public names hold, and there is one for each."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import edge_er
from edge_er.bundle.locate import shipped_bundles

OPTIONS = doctest.ELLIPSIS
NAMES = ("edge_er", *edge_er.__all__)


@pytest.fixture(scope="module")
def shipped() -> None:
    missing = {"radio_es"} - set(shipped_bundles())
    if missing:
        pytest.skip(f"not built here: {missing}")


@pytest.mark.parametrize("name", NAMES)
def test_examples_hold(name: str, shipped: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    public = edge_er if name == "edge_er" else getattr(edge_er, name)
    names = {**{each: getattr(edge_er, each) for each in edge_er.__all__}, "Path": Path}
    example = doctest.DocTestParser().get_doctest(public.__doc__ or "", names, name, None, None)
    assert example.examples, f"{name} has no example"
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    said: list[str] = []
    runner.run(example, out=said.append)
    assert not runner.failures, "".join(said)


def test_examples_of_methods_hold(shipped: None) -> None:
    finder = doctest.DocTestFinder(recurse=True, exclude_empty=True)
    names = {each: getattr(edge_er, each) for each in edge_er.__all__}
    for each in (edge_er.EntityResolver, edge_er.PersonalResolver, edge_er.Encoder):
        for example in finder.find(each, globs=names):
            if example.name != each.__name__:
                assert doctest.DocTestRunner(optionflags=OPTIONS).run(example).failed == 0, example.name
