"""The names others call, as the README fixes them."""

from __future__ import annotations

import inspect
import re

import edge_er
from edge_er import errors


def drawn_parents() -> dict[str, str | None]:
    """Each error of the tree that errors.py draws, and the one it hangs from."""
    parents: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []  # (column, name) from the root down to the line before
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"[\s│├└─]*\b([A-Z]\w*Error)\b", line):
            column = found.start(1)
            above = [each for each in above if each[0] < column]
            parents[found.group(1)] = above[-1][1] if above else None
            above.append((column, found.group(1)))
    return parents


def test_all_there_once_in_order() -> None:
    assert edge_er.__all__ == sorted(set(edge_er.__all__))
    assert all(hasattr(edge_er, name) for name in edge_er.__all__)


def test_every_error_is_exported_and_drawn_under_its_parent() -> None:
    classes = {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == errors.__name__
    }
    exported = {name for name in edge_er.__all__ if name.endswith("Error")}
    assert exported == set(classes)
    assert all(getattr(edge_er, name) is value for name, value in classes.items())
    parents = drawn_parents()
    assert parents.pop("EdgeERError") is None
    assert parents == {
        name: value.__bases__[0].__name__ for name, value in classes.items() if name != "EdgeERError"
    }


def test_what_public_calls_return_is_public() -> None:
    mine = inspect.signature(edge_er.EntityResolver.with_entries).return_annotation
    why = inspect.signature(edge_er.EntityResolver.explain).return_annotation
    assert (mine, why) == ("PersonalResolver", "list[Explanation]")
    assert {"PersonalResolver", "Explanation"} <= set(edge_er.__all__)


def test_everything_public_is_documented() -> None:
    for name in edge_er.__all__:
        public = getattr(edge_er, name)
        assert public.__doc__, name
        if inspect.isclass(public):
            members = [m for n, m in vars(public).items() if not n.startswith("_") and inspect.isfunction(m)]
            assert all(member.__doc__ for member in members), name


def test_signatures() -> None:
    assert next(iter(inspect.signature(edge_er.EntityResolver.load).parameters)) == "name_or_path"
    resolve = inspect.signature(edge_er.EntityResolver.resolve).parameters
    assert list(resolve) == ["self", "query", "top_k", "nbest", "min_precision", "where", "ids", "typed"]
    assert resolve["top_k"].default == 5
    for name in ("resolve_batch", "report", "selftest"):
        assert hasattr(edge_er.EntityResolver, name)
    assert set(edge_er.Match.__dataclass_fields__) == {
        "id",
        "name",
        "aliases",
        "score",
        "confidence",
        "metadata",
    }
    assert set(edge_er.Resolution.__dataclass_fields__) == {"query", "decision", "matches", "tied"}


def test_errors_say_where() -> None:
    assert str(edge_er.CatalogError("no name", file="a.csv", row=3, column="name")) == (
        "a.csv, row 3, column 'name': no name"
    )
    assert str(edge_er.RequestFileError("not JSON", file="r.jsonl", row=1)) == "r.jsonl, row 1: not JSON"
    assert str(edge_er.CatalogError("empty")) == "empty"
