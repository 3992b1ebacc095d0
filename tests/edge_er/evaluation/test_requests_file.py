import gzip
import json
from pathlib import Path

import pytest

from edge_er.errors import EdgeERError, RequestFileError
from edge_er.evaluation.requests_file import Request, read_requests


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_reads_every_field(tmp_path):
    row = {
        "query": "écoute fip",
        "entity": ["FIP", "fip-1"],
        "country": "FR",
        "lang": "fr",
        "stratum": "asr",
        "domain": "station",
        "carrier_seen": False,
        "something else": 1,
    }
    assert read_requests(write(tmp_path / "requests.jsonl", row)) == [
        Request("écoute fip", ("FIP", "fip-1"), "FR", "fr", "asr", "station", False, row=1)
    ]


def test_optional_fields_may_be_left_out_or_null(tmp_path):
    path = write(tmp_path / "r.jsonl", {"query": "", "entity": "FIP", "lang": None, "carrier_seen": None})
    assert read_requests(path) == [Request("", ("FIP",), row=1)]


def test_compressed_file_with_byte_order_mark_and_blank_lines(tmp_path):
    path = tmp_path / "r.jsonl.gz"
    text = '\ufeff{"query": "a", "entity": "A"}\n\n{"query": "b", "entity": "B"}\n'
    path.write_bytes(gzip.compress(text.encode()))
    assert [(request.query, request.row) for request in read_requests(path)] == [("a", 1), ("b", 3)]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"entity": "A"}, "query"),
        ({"query": 5, "entity": "A"}, "query"),
        ({"query": "a"}, "entity"),
        ({"query": "a", "entity": None}, "entity"),
        ({"query": "a", "entity": " "}, "entity"),
        ({"query": "a", "entity": []}, "entity"),
        ({"query": "a", "entity": ["A", 3]}, "entity"),
        ({"query": "a", "entity": "A", "lang": 7}, "lang"),
        ({"query": "a", "entity": "A", "stratum": ""}, "stratum"),
        ({"query": "a", "entity": "A", "country": ["DE"]}, "country"),
        ({"query": "a", "entity": "A", "carrier_seen": "yes"}, "carrier_seen"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_row(tmp_path, row, field):
    path = write(tmp_path / "r.jsonl", {"query": "ok", "entity": "A"}, row)
    with pytest.raises(RequestFileError, match="expected") as caught:
        read_requests(path)
    assert (caught.value.file, caught.value.row, caught.value.field) == (path, 2, field)
    for part in (str(path), "row 2", field):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b'{"query": "a", "entity": "A"}\n{"query": ', 2, "not JSON"),
        (b"[1, 2]\n", 1, "expected a JSON object, found list"),
        (b"null\n", 1, "found null"),
        ('{"query": "a", "entity": "A"}\n{"query": "ü"}'.encode("latin-1"), 2, "not UTF-8"),
        (b"", None, "no requests"),
        (b"\n \n", None, "no requests"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content, row, words):
    path = tmp_path / "r.jsonl"
    path.write_bytes(content)
    with pytest.raises(RequestFileError, match=words) as caught:
        read_requests(path)
    assert caught.value.row == row


@pytest.mark.parametrize("damage", ["plain text", "cut", "changed"])
def test_a_damaged_compressed_file_is_refused(tmp_path, damage):
    whole = gzip.compress(b'{"query": "a", "entity": "A"}\n' * 50)
    content = {"plain text": b"hello", "cut": whole[:-12], "changed": whole[:20] + b"\x07" + whole[21:]}[
        damage
    ]
    path = tmp_path / "r.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(RequestFileError):
        read_requests(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EdgeERError, match=r"nowhere\.jsonl: cannot be read"):
        read_requests(tmp_path / "nowhere.jsonl")


def test_a_request_says_whether_it_was_spoken(tmp_path):
    rows = [
        {"query": "a", "entity": "A"},
        {"query": "uh", "said": "a", "entity": "A"},
        {"query": "uh", "stratum": "noisy", "entity": "A"},
        {"split": "train", "entity": "A", "text": "a", "asr": "ah", "asr_noisy": "oh"},
    ]
    path = tmp_path / "r.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [request.spoken for request in read_requests(path)] == [False, True, True]
    every = read_requests(path, every_split=True)[3:]
    assert [(each.query, each.said, each.spoken) for each in every] == [
        ("a", None, False),
        ("ah", "a", True),
        ("oh", "a", True),
    ]
    path.write_text('{"query": "a", "entity": "A", "said": 3}\n', encoding="utf-8")
    with pytest.raises(RequestFileError, match="said"):
        read_requests(path)
