"""A request is asked of the catalog without what it asks for, and told to be typed where it was."""

from tiny import require_packages

require_packages("pyarrow", "rapidfuzz")

from benchmarks.lib.asked import Asked  # noqa: E402
from benchmarks.lib.built_catalogs import without  # noqa: E402
from benchmarks.product import taken_out  # noqa: E402
from benchmarks.product.taken_out import GOALS, TAKEN_OUT, part_of, taken_out_rows  # noqa: E402
from edge_er.resolver import EntityResolver  # noqa: E402


def test_no_answer_is_what_was_taken_out(bundle):
    requests = [
        Asked(f"there, {how}", entity.name, frozenset({entity.id}), entity.name)
        for entity in bundle.entities
        for how in ("typed", "recognised")
    ]
    rows = list(taken_out_rows(bundle, requests, "es"))
    assert len(rows) == len(requests)
    assert {row["kind"] for row in rows} == {f"{TAKEN_OUT}, typed", f"{TAKEN_OUT}, recognised"} <= set(GOALS)
    assert all(row["first"] != row["query"] for row in rows)


def test_only_what_is_asked_for_in_a_part_is_taken_out(bundle):
    left = EntityResolver(without(bundle, {0, 3}))
    names = [entity.name for entity in bundle.entities]
    assert [entity.name for entity in left.entities] == [
        names[at] for at in range(len(names)) if at not in (0, 3)
    ]
    assert left.resolve(names[1]).matches[0].name == names[1]
    assert {part_of(frozenset({str(at), "z"})) for at in range(100)} == set(range(taken_out.PARTS))


def test_typed_requests_are_told_to_be_typed(bundle, monkeypatch):
    told = []
    monkeypatch.setattr(taken_out, "asked_rows", lambda *asked, typed: told.append(typed) or [])
    entity = bundle.entities[0]
    requests = [
        Asked(f"there, {how}", entity.name, frozenset({entity.id}), entity.name)
        for how in ("typed", "recognised")
    ]
    assert list(taken_out_rows(bundle, requests, "es")) == []
    assert sorted(told) == [False, True]
