"""Columns are mapped, encodings told, and rows that cannot be used go to the reject file with place and reason."""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
import warnings
from pathlib import Path

import pytest

from catalog_tools.readers.encodings import WESTERN, detect_encoding
from catalog_tools.readers.mapping import parse_columns
from catalog_tools.readers.sources import (
    ColumnMapping,
    Record,
    SourceOptions,
    SourceWarning,
    read_records,
    read_source_options,
)
from edge_er.errors import CatalogError

NAMES = ["Ö3", "Radio Zürich", "Cadena Ñandú", "Nostalgie Réunion", "Perché no", "Straße 7"]


def _file(folder: Path, name: str, data: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def _rejects(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_columns_are_mapped(tmp_path):
    file = _file(
        tmp_path, "a.csv", "key,titel,title,alt,short,plays,name,city\n1,,A,b;c,d,7,internal,X\n2,B,x,,,,y,\n"
    )
    columns = parse_columns(
        ["id=key", "name=titel", "name = title", "aliases=alt", "aliases=short", "popularity=plays"]
    )
    with pytest.warns(SourceWarning, match="'name' is left out"):
        records = list(read_records(file, SourceOptions(mapping=ColumnMapping(columns, separator=";"))))
    assert records == [
        Record("A", ("b", "c", "d"), "1", {"popularity": 7, "city": "X"}, 2),
        Record("B", (), "2", {}, 3),
    ]
    kept = ColumnMapping({"name": ("title",)}, keep=("plays", "title"))
    with pytest.warns(SourceWarning, match="'name' is left out"):
        (first, _) = read_records(file, SourceOptions(mapping=kept))
    assert first == Record("A", (), None, {"plays": "7", "title": "A"}, 2)


def test_an_unknown_column_lists_those_there_are(tmp_path):
    options = SourceOptions(mapping=ColumnMapping({"name": ("statoin_name",)}))
    expected = r"row 1, column 'statoin_name'.*found 'id', 'Station_Name'; did you mean 'Station_Name'\?"
    with pytest.raises(CatalogError, match=expected):
        list(read_records(_file(tmp_path, "a.csv", "id,Station_Name\n1,A\n"), options))
    with pytest.raises(
        CatalogError, match=r"row 2, column 'statoin_name': no column.*did you mean 'station_name'"
    ):
        list(
            read_records(_file(tmp_path, "a.jsonl", '{"statoin_name": "A"}\n{"station_name": "B"}'), options)
        )
    with pytest.raises(CatalogError, match="column 'Ort'"):
        list(read_records(tmp_path / "a.csv", SourceOptions(mapping=ColumnMapping({}, keep=("Ort",)))))


def test_columns_that_are_nowhere_or_have_no_name_are_noted(tmp_path):
    options = SourceOptions(mapping=ColumnMapping({"aliases": ("alt",)}, keep=("city",)))
    with pytest.warns(SourceWarning, match="no row has a column 'alt'"):
        list(read_records(_file(tmp_path, "a.jsonl", '{"name": "A"}\n{"name": "B", "city": "C"}'), options))
    with pytest.warns(SourceWarning, match="without a name"):
        assert list(read_records(_file(tmp_path, "a.csv", ",name,,\n0,A,,x\n"))) == [Record("A", row=2)]


def test_the_source_is_not_its_own_reject_file(tmp_path):
    file = _file(tmp_path, "a.csv", "name\nA\n")
    with pytest.raises(CatalogError, match="the source itself"):
        list(read_records(file, SourceOptions(rejects=tmp_path / "x" / ".." / "a.csv")))
    assert file.read_text() == "name\nA\n"


@pytest.mark.parametrize("pair", ["name", "=title", "name=", ""])
def test_a_pair_is_field_and_column(pair):
    with pytest.raises(ValueError, match="FIELD=COLUMN"):
        parse_columns([pair])


def test_settings_come_from_toml(tmp_path):
    file = _file(
        tmp_path,
        "map.toml",
        'kind = "csv"\nencoding = "cp1252"\ndelimiter = ";"\nseparator = ","\nkeep = "city"\nrejects = "r.jsonl"\n'
        'features = ["P"]\ntimeout = 5\n[columns]\nname = "titel"\naliases = ["a", "b"]\n',
    )
    mapping = ColumnMapping({"name": ("titel",), "aliases": ("a", "b")}, ("city",), ",")
    assert read_source_options(file) == SourceOptions(
        "csv", mapping, "cp1252", ";", None, ("P",), Path("r.jsonl"), timeout=5
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind = ", "not TOML"),
        ('colums = "x"', "unknown setting 'colums'.*did you mean 'columns'"),
        ("kind = 5", "kind: expected text, found 5"),
        ("[columns]\nname = 5", "columns.name: expected a column"),
        ("columns = 5", "expected a table"),
        ("keep = [5]", "keep: expected"),
        ("timeout = -1", "timeout: expected a number above 0"),
    ],
)
def test_wrong_settings_are_named(tmp_path, text, says):
    with pytest.raises(CatalogError, match=says) as caught:
        read_source_options(_file(tmp_path, "map.toml", text))
    assert str(tmp_path / "map.toml") in str(caught.value)


def test_a_missing_mapping_file_is_named(tmp_path):
    with pytest.raises(CatalogError, match=r"none\.toml: cannot be read"):
        read_source_options(tmp_path / "none.toml")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz"])
def test_byte_order_marks_tell_the_encoding(tmp_path, encoding, name):
    data = "\r\n".join(["name", *NAMES]).encode(encoding)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        file = _file(tmp_path, name, gzip.compress(data) if name.endswith(".gz") else data)
        assert [record.name for record in read_records(file)] == NAMES


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp850", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_is_assumed_is_noted(tmp_path, encoding):
    file = _file(tmp_path, "a.csv", "\n".join(["name", *NAMES]).encode(encoding))
    shown = "cp1252" if encoding == "latin-1" else encoding
    with pytest.warns(SourceWarning, match=f"read as {shown}"):
        assert [record.name for record in read_records(file)] == NAMES
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        given = read_records(file, SourceOptions(encoding=encoding))
        assert [record.name for record in given] == NAMES


def test_a_given_encoding_is_obeyed(tmp_path):
    file = _file(tmp_path, "a.csv", "name\nKöln\n".encode("cp1252"))
    with pytest.raises(CatalogError, match="row 2: not UTF-8: byte 0xf6"):
        list(read_records(file, SourceOptions(encoding="utf-8")))
    with pytest.raises(CatalogError, match="unknown encoding 'cp9999'"):
        list(read_records(file, SourceOptions(encoding="cp9999")))
    with pytest.raises(CatalogError, match="unknown encoding 'base64'"):
        list(read_records(file, SourceOptions(encoding="base64")))


def test_real_names_written_by_old_spreadsheets_are_told_apart(data_folder):
    stations: dict[str, list[str]] = {}
    for record in read_records(data_folder / "stations" / "stations.jsonl.gz"):
        stations.setdefault(record.metadata["country"], []).append(record.name)
    rng = random.Random(5)
    for encoding, least in zip(WESTERN, (0.97, 0.97, 0.9), strict=True):
        right = asked = 0
        for country in ("DE", "FR", "ES", "IT"):
            for _ in range(10):
                names = "\n".join(rng.sample(stations[country], 100)).encode(encoding, "ignore")
                if not names.isascii():
                    asked += 1
                    found = detect_encoding(io.BytesIO(names))
                    right += found[1] and names.decode(found[0], "replace") == names.decode(encoding)
        assert asked >= 30
        assert right >= least * asked, (encoding, right, asked)


ROWS = {
    "a.csv": (b'id,name\n1,A\n1,B\n2,\n3,C,4\n4,\xff\n5,"D"x\n6,\xc3\x89\n7,F\r8,\0\r\n9,"' + b"x" * 2_000
              + b'"\n10,G\n11,H\n12,I\n13,J\n',
              [(3, "id", "already used"), (4, "name", "without a name"), (5, None, "3 fields"), (6, None, "0xff"),
               (7, None, "not a readable row"), (10, None, "NUL"), (11, "name", "2000 characters")],
              "AÉFGHIJ"),
    "open.csv": (b'name,x\nA,1\n"B,2\nC,3\nD,4\n"E",5\nF,6\n', [(3, None, "not a readable row")], "ACDEF"),
    "a.jsonl": (b'{"name": "A"}\n{"name"\n[1]\n{"name": "B", "aliases": 5}\n{"name": "C"}\n{"name": "D"}\n'
                b'{"name": "E"}\n',
                [(2, None, "not JSON"), (3, None, "found list"), (4, "aliases", "list of texts")], "ACDE"),
    "a.json": (b'[{"name": "A"}, 7, {"name": "B"}, {"nam": "C"}, {"name": "D"}]',
               [(2, None, "found int"), (4, "name", "without a name")], "ABD"),
    "a.m3u": (b"#EXTINF:1,A\nhttp://a\nhttp://b\n#EXTINF:1,C\n#EXTINF:1,D\nhttp://d\n#EXTINF:1,E\nhttp://e\n",
              [(3, None, "without a name"), (4, None, "without an address")], "ADE"),
    "a.pls": (b"[playlist]\nFile1=http://a\nTitle1=A\nFile2=http://b\nTitle3=C\nTitle4=D\nFile4=http://d\nFile5=E.mp3\n",
              [(4, None, "without a name"), (5, None, "without an address")], "ADE"),
    "a.vcf": (b"BEGIN:VCARD\nFN:A\nEND:VCARD\nBEGIN:VCARD\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nFN:B\n"
              b"BEGIN:VCARD\nFN:C\nEND:VCARD\nBEGIN:VCARD\nFN:D\nEND:VCARD\n",
              [(4, "name", "without a name"), (7, None, "breaks off")], "ACD"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_cannot_be_used_are_written_down(tmp_path, name):
    data, expected, names = ROWS[name]
    file, rejects = _file(tmp_path, name, data), tmp_path / "new" / "rejects.jsonl"
    reader = read_records(file, SourceOptions(rejects=rejects))
    of = f"{len(expected)} of {len(expected) + len(names)} rows cannot be used"
    with pytest.warns(SourceWarning, match=of):
        assert "".join(record.name for record in reader) == names
    written = _rejects(rejects)
    assert [(row["row"], row["column"]) for row in written] == [(row, column) for row, column, _ in expected]
    assert all(says in row["reason"] for row, (_, _, says) in zip(written, expected, strict=True))
    assert all(row["file"] == str(file) and row["values"] for row in written)
    assert all(len(str(value)) <= 203 for row in written for value in row["values"].values())
    assert (reader.rows, reader.rejected) == (len(expected) + len(names), len(expected))
    assert [path.name for path in rejects.parent.iterdir()] == ["rejects.jsonl"]
    with pytest.raises(CatalogError) as caught:
        list(read_records(file))
    assert caught.value.row == expected[0][0]


def test_more_than_half_is_a_wrong_mapping(tmp_path):
    rejects = tmp_path / "r.jsonl"
    options = SourceOptions(rejects=rejects, mapping=ColumnMapping({"name": ("city",)}))
    file = _file(tmp_path, "a.csv", "id,title,city\n1,A,\n2,B,X\n3,C,\n")
    says = "2 of 3 rows cannot be used.*probably not what they seem.*without a name"
    with pytest.raises(CatalogError, match=says) as caught:
        list(read_records(file, options))
    assert (caught.value.row, caught.value.column) == (2, "city")
    assert [row["row"] for row in _rejects(rejects)] == [2, 4]


def test_a_reject_file_of_an_earlier_run_does_not_stay(tmp_path):
    rejects = _file(tmp_path, "r.jsonl", '{"row": 7}\n')
    assert len(list(read_records(_file(tmp_path, "a.csv", "name\nA\n"), SourceOptions(rejects=rejects)))) == 1
    assert rejects.read_text() == ""


def test_rejects_stay_where_reading_ends_in_an_error(tmp_path):
    rejects = tmp_path / "r.jsonl"
    file = _file(
        tmp_path, "a.jsonl.gz", gzip.compress(b'{"name": "A"}\nbad\n' + b'{"name": "B"}\n' * 9_000)[:-20]
    )
    with pytest.raises(CatalogError, match="damaged gzip"):
        list(read_records(file, SourceOptions(rejects=rejects)))
    assert [row["row"] for row in _rejects(rejects)] == [2]


@pytest.mark.parametrize(
    ("value", "kept"),
    [("7", 7), (" 2.5", 2.5), ("", None), (None, None), (0, 0)],
)
def test_popularity_is_a_number(tmp_path, value, kept):
    (record,) = read_records(_file(tmp_path, "a.jsonl", json.dumps({"name": "A", "popularity": value})))
    assert record.metadata.get("popularity") == kept


@pytest.mark.parametrize("value", ["many", "-1", -1, True, "inf", "nan"])
def test_another_popularity_is_refused(tmp_path, value):
    with pytest.raises(CatalogError, match=r"row 1, column 'popularity'.*from 0 up"):
        list(read_records(_file(tmp_path, "a.jsonl", json.dumps({"name": "A", "popularity": value}))))


def test_bytes_cannot_be_metadata(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (name, photo)")
        connection.execute("INSERT INTO t VALUES ('A', x'00ff')")
    with pytest.raises(CatalogError, match=r"column 'photo': bytes cannot be metadata.*--keep"):
        list(read_records(tmp_path / "a.db"))
    options = SourceOptions(mapping=ColumnMapping(keep=()))
    assert list(read_records(tmp_path / "a.db", options)) == [Record("A", (), None, {}, 1)]
