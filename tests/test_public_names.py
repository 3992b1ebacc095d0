"""The names others call, as the README fixes them."""

from __future__ import annotations

import inspect

import edge_er


def test_few_and_all_there() -> None:
    assert len(edge_er.__all__) <= 15
    assert all(hasattr(edge_er, name) for name in edge_er.__all__)


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
    assert list(resolve) == ["self", "query", "top_k", "nbest", "min_precision", "where", "ids"]
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
    assert set(edge_er.Resolution.__dataclass_fields__) == {"query", "decision", "matches"}


def test_errors_have_one_root() -> None:
    from edge_er import errors

    raised = [
        value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)
    ]
    assert len(raised) >= 11
    assert all(issubclass(error, edge_er.EdgeERError) for error in raised)
    assert all(error.__name__ in (errors.__doc__ or "") for error in raised)


def test_errors_say_where() -> None:
    assert str(edge_er.CatalogError("no name", file="a.csv", row=3, column="name")) == (
        "a.csv, row 3, column 'name': no name"
    )
    assert str(edge_er.RequestFileError("not JSON", file="r.jsonl", row=1)) == "r.jsonl, row 1: not JSON"
    assert str(edge_er.CatalogError("empty")) == "empty"
