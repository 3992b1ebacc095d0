"""The commands match and dedup."""

import csv
import json

import pytest

from catalog_tools.readers.sources import read_records


def _write(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_match_prints_the_decision_and_why(edge_er, tmp_path):
    a = _write(tmp_path, "a.json", '{"name": "Kiss FM", "city": "Madrid"}')
    b = _write(tmp_path, "b.json", '{"name": "Kiss FM", "city": "Madrid"}')
    code, out, _ = edge_er("match", a, b)
    assert code == 0
    assert out.startswith("duplicate (probability 0.99")
    assert "+5.00  name  the same" in out
    assert json.loads(edge_er("match", a, b, "--json")[1])["decision"] == "duplicate"


@pytest.mark.parametrize(
    ("text", "part"), [("{", "not JSON"), ("[1]", "found list"), ("{}", "found an empty object")]
)
def test_match_refuses_what_is_no_record(edge_er, tmp_path, text, part):
    good, bad = _write(tmp_path, "a.json", '{"name": "x"}'), _write(tmp_path, "b.json", text)
    code, _, err = edge_er("match", good, bad)
    assert code == 1
    assert "b.json" in err and part in err


@pytest.fixture
def catalog(tmp_path):
    """Thirty names twice, once with an error; and the labels of some of them."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    with (tmp_path / "catalog.csv").open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "name", "year"])
        for n in range(30):
            name = f"{letters[n % 26] * 3}on {letters[(n * 7) % 26]}erlin {letters[n * 3 % 26]}adio"
            rows.writerow([f"x{n}", name, 1980 + n])
            rows.writerow([f"y{n}", name.replace("on", "onn"), 1980 + n])
    labels = [f"x{n},y{n},1\nx{n},y{(n + 1) % 30},0\n" for n in range(15)]
    (tmp_path / "labels.csv").write_text("a,b,same\n" + "".join(labels), encoding="utf-8")
    return tmp_path / "catalog.csv"


def test_dedup_writes_a_catalog_a_report_and_weights(edge_er, catalog, tmp_path):
    out, report, weights = tmp_path / "clean.jsonl", tmp_path / "report.html", tmp_path / "weights.json"
    options = ("--labels", tmp_path / "labels.csv", "--save-weights", weights, "--report", report)
    code, shown, _ = edge_er("dedup", catalog, "--out", out, *options)
    assert code == 0
    assert "60 records, 30 entities" in shown
    assert len(list(read_records(out))) == 30
    assert report.exists() and report.with_suffix(".json").exists()
    again = json.loads(edge_er("dedup", catalog, "--out", out, "--weights", weights, "--json")[1])
    assert again["entities"] == 30


def test_dedup_is_byte_for_byte_reproducible(edge_er, catalog, tmp_path):
    for name in ("one", "two"):
        assert (
            edge_er(
                "dedup", catalog, "--out", tmp_path / f"{name}.jsonl", "--report", tmp_path / f"{name}.html"
            )[0]
            == 0
        )
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_dedup_says_what_is_wrong_and_writes_nothing(edge_er, catalog, tmp_path):
    out = tmp_path / "clean.jsonl"
    contradiction = '{"a": "x1", "b": "y1", "same": true}\n{"a": "y1", "b": "x1", "same": false}\n'
    wrong = [
        (
            ("--corrections", _write(tmp_path, "c.jsonl", contradiction)),
            "row 2: 'y1' and 'x1' are said to differ",
        ),
        (("--labels", _write(tmp_path, "l.csv", "a,b,same\nx1,zz,1\n")), "no record has the id 'zz'"),
        (
            ("--fields", _write(tmp_path, "f.toml", "[fields.titel]\nkind = 'title'\n")),
            "no record has the field 'titel'",
        ),
        (("--weights", tmp_path / "none.json"), "no such file"),
    ]
    for options, part in wrong:
        code, _, err = edge_er("dedup", catalog, "--out", out, *options)
        assert code == 1
        assert part in err and err.count("\n") == 1
    empty = _write(tmp_path, "empty.csv", "name\n")
    assert edge_er("dedup", empty, "--out", out)[0] == 1
    assert not out.exists()
    assert edge_er("dedup", catalog, "--out", tmp_path / "clean.csv")[0] == 2
    assert edge_er("dedup", catalog, "--out", out, "--save-weights", tmp_path / "w.json")[0] == 2


def test_corrections_of_records_that_are_gone_are_told(edge_er, catalog, tmp_path):
    corrections = _write(tmp_path, "c.jsonl", '{"a": "x1", "b": "gone", "same": true}\n')
    code, _, err = edge_er("dedup", catalog, "--out", tmp_path / "clean.jsonl", "--corrections", corrections)
    assert code == 0
    assert "row 1 of the corrections names a record that is not there" in err
