"""Catalog files are read row by row; each mistake is named with its file, row and column."""

import gzip
import json
from pathlib import Path

import pytest
from tiny import require_packages

from catalog_tools.readers.sources import Record, read_records
from edge_er.errors import CatalogError


def _file(folder: Path, name: str, data: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "id,name,aliases,country\n7,Ö3,OE3|Hitradio Ö3,AT\n"),
        ("bom.csv", b"\xef\xbb\xbfid,name,aliases,country\r\n7,\xc3\x963,OE3|Hitradio \xc3\x963,AT\r\n"),
        ("ends.csv", "id,name,aliases,country\r7,Ö3,OE3 | Hitradio Ö3,AT\n\r\n"),
        ("a.tsv", "id\tname\taliases\tcountry\n7\tÖ3\tOE3|Hitradio Ö3\tAT\n"),
        ("a.jsonl", '\n{"id": 7, "name": "Ö3", "aliases": ["OE3", "Hitradio Ö3"], "country": "AT"}\n'),
        ("b.jsonl", '{"id": "7", "name": " Ö3 ", "aliases": "OE3|Hitradio Ö3", "country": "AT"}'),
    ],
)
def test_all_formats_give_the_same_record(tmp_path, name, data):
    (record,) = read_records(_file(tmp_path, name, data))
    assert (record.id, record.name, record.aliases) == ("7", "Ö3", ("OE3", "Hitradio Ö3"))
    assert record.metadata == {"country": "AT"}


def test_gzip(tmp_path):
    file = _file(tmp_path, "a.jsonl.gz", gzip.compress(b'{"name": "A"}\n{"name": "B"}\n'))
    assert [record.name for record in read_records(file)] == ["A", "B"]


def test_parquet(tmp_path):
    require_packages("pyarrow")
    import pyarrow
    from pyarrow import parquet

    rows = {"name": ["A", "B"], "aliases": [["a", "α"], None], "tags": [["x"], ["y"]]}
    parquet.write_table(pyarrow.table(rows), tmp_path / "a.parquet")
    assert list(read_records(tmp_path / "a.parquet")) == [
        Record("A", ("a", "α"), None, {"tags": ["x"]}, 1),
        Record("B", (), None, {"tags": ["y"]}, 2),
    ]


def test_rows_are_lines_of_the_file_even_after_a_field_over_two_lines(tmp_path):
    file = _file(tmp_path, "a.csv", 'name,note\nA,"two\nlines"\n,x\n')
    with pytest.raises(CatalogError) as caught:
        list(read_records(file))
    assert (caught.value.row, caught.value.column) == (4, "name")


@pytest.mark.parametrize(
    ("name", "data", "row", "column", "says"),
    [
        ("a.csv", "name\nA\n\nB, C\n", 4, None, "2 fields"),
        ("a.csv", "name,x\nA,1\n ,2\n", 3, "name", "without a name"),
        ("a.csv", "key,x\nA,1\n", 1, "name", "no column 'name'"),
        ("a.csv", "name,name\nA,1\n", 1, None, "twice"),
        ("a.csv", "id,name\n1,A\n1,B\n", 3, "id", "already used in row 2"),
        ("a.csv", "", None, None, "empty"),
        ("a.csv", "name\n", None, None, "empty"),
        ("a.csv", "name\nÄ\n".encode() + b"B\xe9", 3, None, "not UTF-8: byte 0xe9"),
        ("a.csv", "name\nA\nB".encode("utf-16")[:-1], 3, None, "not utf-16"),
        ("a.csv", "name\nA\0\n", 2, None, "NUL"),
        ("a.csv", 'name\n"' + "x" * 1_100_000 + "\n", 2, None, "not a readable row"),
        ("a.csv", "name\n" + "x" * 2_000 + "\n", 2, "name", "2000 characters"),
        ("a.jsonl", '{"name": "A"}\n{"name": \n', 2, None, "not JSON"),
        ("a.jsonl", '{"name": "A"}\n["B"]\n', 2, None, "found list"),
        ("a.jsonl", '{"name": "A"}\n{"name": 5}\n', 2, "name", "found 5"),
        ("a.jsonl", '{"name": "A", "aliases": 5}\n', 1, "aliases", "list of texts"),
        ("a.jsonl", "[" * 100_000, 1, None, "not JSON"),
        ("a.jsonl", "\n\n", None, None, "empty"),
        ("a.jsonl.gz", gzip.compress(b'{"name": "A"}\n' * 50, mtime=0)[:-9], None, None, "gzip"),
        ("a.parquet", "no parquet", None, None, "Parquet"),
        ("a.xlsx", "x", None, None, "unknown kind"),
    ],
)
def test_mistakes_name_file_row_and_column(tmp_path, name, data, row, column, says):
    file = _file(tmp_path, name, data)
    with pytest.raises(CatalogError, match=says) as caught:
        list(read_records(file))
    assert str(file) in str(caught.value)
    if row is not None:
        assert caught.value.row == row
    assert caught.value.column == column


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CatalogError, match="no such file"):
        list(read_records(tmp_path / "none.csv"))


def test_rows_are_streamed(tmp_path):
    lines = [json.dumps({"name": "A"}), "broken"]
    records = read_records(_file(tmp_path, "a.jsonl", "\n".join(lines)))
    assert next(records).name == "A"
    with pytest.raises(CatalogError):
        next(records)
