"""A catalog without its duplicates: candidates, clusters, corrections, the report."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from catalog_tools.pages.duplicates_report import dedup_report, report_page, write_dedup_report
from catalog_tools.readers.sources import Record
from catalog_tools.records import (
    Blocking,
    PairLabel,
    RecordFields,
    RecordTable,
    candidate_pairs,
    deduplicate,
    infer_fields,
    read_pair_labels,
    record_key,
    record_values,
    reject_contradictions,
)
from catalog_tools.records.clusters import cluster_rows
from catalog_tools.records.corrections import labelled_rows
from catalog_tools.records.dedup import merged_record
from catalog_tools.records.fields import Field
from edge_er.errors import CatalogError


def _paper(key, name, authors, year, **more):
    return Record(name, id=key, metadata={"authors": authors, "year": year, **more})


PAPERS = [
    _paper("d1", "The Transaction Concept: Virtues and Limitations", "Jim Gray", "1981"),
    _paper("d2", "Access Path Selection in a Relational Database", "P. Selinger, M. Astrahan", "1979"),
    _paper("a1", "The transaction concept : virtues and limitations", "J. Gray", "1981", venue="VLDB"),
    _paper("a2", "Access path selection in a relational data base", "M. Astrahan, Pat Selinger", "1979"),
    _paper("d3", "Granularity of Locks in a Shared Data Base", "Jim Gray", "1975"),
]


def _members(found):
    return [[found.keys[row] for row in one.rows] for one in found.clusters]


def test_duplicates_are_merged_with_aliases_and_fields():
    found = deduplicate(PAPERS)
    assert _members(found) == [["d1", "a1"], ["d2", "a2"], ["d3"]]
    first, second, third = found.merged()
    assert (first.id, first.metadata["merged_from"], first.metadata["venue"]) == ("a1", ["d1", "a1"], "VLDB")
    assert second.aliases in (
        ("Access path selection in a relational data base",),
        ("Access Path Selection in a Relational Database",),
    )
    assert third == PAPERS[4]


def test_records_and_corrections_may_come_one_by_one():
    apart = [PairLabel("d1", "a1", False, 1)]
    found = deduplicate(iter(PAPERS), corrections=iter(apart))
    assert (
        _members(found)
        == _members(deduplicate(PAPERS, corrections=apart))
        == [["d1"], ["d2", "a2"], ["a1"], ["d3"]]
    )
    values = [record_values(record) for record in PAPERS]
    fields = infer_fields(iter(values))
    assert fields == infer_fields(values)
    for one, other in zip(
        candidate_pairs(iter(values), fields), candidate_pairs(values, fields), strict=True
    ):
        assert one.tolist() == other.tolist()
    assert len(RecordTable(iter(values), fields)) == len(PAPERS)
    with pytest.raises(CatalogError, match="said to differ"):
        reject_contradictions(iter([PairLabel("a", "b", False, 1), PairLabel("b", "a", True, 2)]))
    with pytest.raises(CatalogError, match="the catalog is empty"):
        deduplicate(iter([]))


def test_an_alias_given_as_one_text_is_one_alias():
    assert Record("Mum", "Mother") == Record("Mum", ("Mother",))
    assert Record("Mum", iter(["Mother", "Ma"])).aliases == ("Mother", "Ma")


def test_the_order_of_records_changes_no_cluster():
    expected = sorted(map(sorted, _members(deduplicate(PAPERS))))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(PAPERS))
        assert sorted(map(sorted, _members(deduplicate([PAPERS[at] for at in order])))) == expected


def test_corrections_always_win():
    apart = [PairLabel("d1", "a1", False, 1), PairLabel("d3", "a2", True, 2)]
    found = deduplicate(PAPERS, corrections=apart)
    assert sorted(map(sorted, _members(found))) == [["a1"], ["a2", "d3"], ["d1"], ["d2"]]
    report = dedup_report(found, "papers")
    reasons = [link["reason"] for merge in report["merges"] for link in merge["links"]]
    assert "corrected by hand: the same" in reasons


def test_corrections_survive_a_rebuild_without_ids():
    records = [Record(each.name, metadata=each.metadata) for each in PAPERS]
    keys = [record_key(each) for each in records]
    corrections = [PairLabel(keys[0], keys[2], False, 1)]
    found = deduplicate([*reversed(records), Record("Something New")], corrections=corrections)
    members = _members(found)
    assert [keys[0]] in members and [keys[2]] in members
    assert deduplicate(records[1:], corrections=corrections).unused == corrections


def test_equal_records_without_ids_are_one():
    records = [
        Record("Ab", metadata={"x": 1}),
        Record("Ab", metadata={"x": 1}),
        Record("Ab", metadata={"x": 2}),
    ]
    assert [one.rows for one in deduplicate(records, RecordFields((Field("name", "ignore"),))).clusters] == [
        (0, 1),
        (2,),
    ]


def test_two_sources_are_compared_with_one_another_only():
    records = [Record("Alpha Beta Gamma", id=f"{n}", metadata={"from": n % 2}) for n in range(4)]
    fields = RecordFields((Field("name", "title", block=True), Field("from", "ignore")), between="from")
    a, b = candidate_pairs([record_values(r) for r in records], fields)
    assert {(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)} == {(0, 1), (0, 3), (1, 2), (2, 3)}


def test_candidates_keep_the_duplicates_and_little_else():
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(list("abcdefghijklmnop"), 6)) for _ in range(300)]
    names = [" ".join(rng.choice(words, 4)) for _ in range(1_000)]
    typed = [name[:5] + "x" + name[6:] for name in names]
    records = [{"name": name} for name in [*names, *typed]]
    fields = infer_fields(records)
    a, b = candidate_pairs(records, fields, Blocking(neighbours=5))
    found = set(zip(a.tolist(), b.tolist(), strict=True))
    assert sum((row, row + 1_000) in found for row in range(1_000)) >= 995
    assert len(found) <= 2_000 * 5 * 2
    assert (a < b).all()


def test_the_same_title_always_meets_however_many_have_it():
    records = [{"name": "Unknown", "year": str(1700 + n % 300)} for n in range(600)]
    fields = RecordFields((Field("name", "title", block=True), Field("year", "date")))
    pairs = set(zip(*(rows.tolist() for rows in candidate_pairs(records, fields)), strict=True))
    assert all((row, row + 300) in pairs for row in range(300))


def _clusters(pairs, count=4, **corrected):
    rows = np.array([pair[:2] for pair in pairs]).T
    score = {(a, b): p for a, b, p in pairs}
    found = cluster_rows(
        count,
        (rows[0], rows[1]),
        np.array([pair[2] for pair in pairs]),
        (0.1, 0.9),
        lambda a, b: np.array([score.get(pair, 0.0) for pair in zip(a.tolist(), b.tolist(), strict=True)]),
        **corrected,
    )
    return [one.rows for one in found]


def test_likeness_is_not_passed_on():
    assert _clusters([(0, 1, 0.99), (1, 2, 0.95)]) == [(0, 1), (2,), (3,)]
    assert _clusters([(0, 1, 0.99), (1, 2, 0.95), (0, 2, 0.5)]) == [(0, 1), (2,), (3,)]
    assert _clusters([(0, 1, 0.99), (1, 2, 0.95), (0, 2, 0.92)]) == [(0, 1, 2), (3,)]


def test_a_thousand_records_of_one_thing():
    records = [Record("Kiss FM", id=f"{n:04}", metadata={"city": "Madrid"}) for n in range(1_000)]
    found = deduplicate(records)
    assert len(found.clusters) == 1
    report = dedup_report(found, "kiss")
    assert (report["merges"][0]["size"], len(report["merges"][0]["members"])) == (1_000, 50)
    assert "1,000 records, the first 50 shown" in report_page(report).sections[1][2][0].heading


def test_a_doubtful_link_joins_nothing():
    assert _clusters([(0, 1, 0.89)]) == [(0,), (1,), (2,), (3,)]


def test_a_pair_that_differs_keeps_its_clusters_apart():
    pairs = [(0, 1, 0.99), (2, 3, 0.99), (1, 2, 0.97), (0, 2, 0.97), (0, 3, 0.97), (1, 3, 0.97)]
    assert _clusters(pairs) == [(0, 1, 2, 3)]
    assert _clusters(pairs, different=[(3, 0)]) == [(0, 1), (2, 3)]
    assert _clusters([(0, 1, 0.0)], same=[(0, 1)]) == [(0, 1), (2,), (3,)]


def _write(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_pairs_of_both_kinds_of_file(tmp_path):
    lines = _write(
        tmp_path, "c.jsonl", '{"a": "x", "b": 2, "same": true}\n\n{"a": "x", "b": "y", "same": 0}\n'
    )
    table = _write(tmp_path, "c.csv", "a,b,same\nx,2,yes\nx,y,different\n")
    assert [(p.a, p.b, p.same) for p in read_pair_labels(lines)] == [("x", "2", True), ("x", "y", False)]
    assert [(p.a, p.b, p.same) for p in read_pair_labels(table)] == [("x", "2", True), ("x", "y", False)]
    assert [p.row for p in read_pair_labels(lines)] == [1, 3]


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("c.jsonl", '{"a": "x", "b": "y", "same": true}\n{"a": ', "row 2: not JSON"),
        ("c.jsonl", "[1]\n", "row 1: expected a, b and same, found list"),
        ("c.jsonl", '{"a": "x", "same": true}', "row 1, column 'b': expected the id of a record, found None"),
        ("c.jsonl", '{"a": "x", "b": "x", "same": true}', "a pair of one record"),
        (
            "c.csv",
            "a,b,same\nx,y,perhaps\n",
            "row 2, column 'same': expected true or false .* found 'perhaps'",
        ),
        ("c.csv", "a,b,same\n", "no pairs in it"),
        ("c.jsonl", "", "no pairs in it"),
        ("c.txt", "", "expected .jsonl or .csv"),
    ],
)
def test_unusable_pairs_name_file_and_row(tmp_path, name, text, part):
    with pytest.raises(CatalogError, match=part):
        read_pair_labels(_write(tmp_path, name, text))


def test_unusable_bytes_name_the_file(tmp_path):
    file = tmp_path / "c.jsonl"
    file.write_bytes(b"\xff\xfe{")
    with pytest.raises(CatalogError, match="not UTF-8"):
        read_pair_labels(file)
    with pytest.raises(CatalogError, match="no such file"):
        read_pair_labels(tmp_path / "none.csv")


def test_a_label_of_an_unknown_record_names_its_row():
    with pytest.raises(CatalogError, match=r"labels\.csv, row 7, column 'b': no record has the id 'zz'"):
        labelled_rows([PairLabel("x", "zz", True, 7)], ["x", "y"], "labels.csv")


def test_contradicting_corrections_name_their_rows():
    chain = [PairLabel("a", "b", True, 1), PairLabel("c", "d", True, 2), PairLabel("b", "c", True, 3)]
    reject_contradictions(chain)
    with pytest.raises(
        CatalogError, match="row 9: 'a' and 'c' are said to differ, but by row 1, 3 they are one"
    ):
        reject_contradictions([*chain, PairLabel("a", "c", False, 9)], "c.jsonl")


def test_merged_fields_are_the_most_frequent_and_lists_are_put_together():
    records = [
        Record("Kiss FM", ("Kiss",), None, {"tags": ["pop"], "country": "ES", "note": None}),
        Record("KISS FM", (), "k2", {"tags": ["rock", "pop"], "country": "ES"}),
        Record("Kiss Fm 102.7", (), "k1", {"country": "PT"}),
    ]
    merged = merged_record(records)
    assert (merged.id, merged.name) == ("k1", "Kiss Fm 102.7")
    assert set(merged.aliases) == {"Kiss FM", "Kiss"}
    assert merged.metadata["tags"] == ["pop", "rock"]
    assert merged.metadata["country"] == "ES"
    assert merged.metadata["merged_from"] == [record_key(records[0]), "k2", "k1"]


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def test_the_report_is_one_page_with_reasons_the_most_doubtful_first(tmp_path):
    odd = Record('<script>alert("x")</script> & Sons', id="o1", metadata={"year": "1975"})
    found = deduplicate([*PAPERS, odd, Record(odd.name, id="o2", metadata={"year": "1975"})])
    report = dedup_report(found, "papers.csv")
    assert [m["doubt"] for m in report["merges"]] == sorted(
        (m["doubt"] for m in report["merges"]), reverse=True
    )
    write_dedup_report(report, tmp_path / "report.html")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert page.tags.count("script") == 1
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert "http" not in text.replace("http-equiv", "")
    assert "prefers-color-scheme:dark" in text
    assert 'lang="en"' in text
    assert page.tags.count("article") == len(report["merges"]) + len(report["unsure"])
    for part in ("in another order", "1981 = 1981", '{"a": "d1", "b": "a1", "same": false}', odd.name):
        assert part in page.text


def test_unsure_pairs_come_with_the_line_that_would_merge_them():
    records = [
        Record("Radio Norte Clasica", id="1", metadata={"city": "Lugo"}),
        Record("Radio Norte Clasico", id="2", metadata={"city": "Lugo"}),
    ]
    found = deduplicate(
        records, RecordFields((Field("name", "title", block=True), Field("city", "place")), different_to=0.05)
    )
    assert [(a, b) for a, b, _ in found.unsure] == [(0, 1)]
    (_, _, cards), _ = report_page(dedup_report(found, "x")).sections
    assert cards[0].correction == '{"a": "1", "b": "2", "same": true}'
