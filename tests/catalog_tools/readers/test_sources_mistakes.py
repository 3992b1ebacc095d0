"""A damaged, empty or wrong source of any kind is an error that names its place."""

from __future__ import annotations

import json
import sqlite3
import zipfile

import pytest
from source_samples import PLACE, SER, STATION, place, read
from tiny import require_packages

from catalog_tools.readers.sources import read_records
from edge_er.errors import CatalogError


@pytest.mark.parametrize(
    ("name", "data", "row", "says"),
    [
        ("a.m3u", f"#EXTM3U\n{SER}\n", 2, "address without a name"),
        ("a.m3u", "#EXTM3U\nhttps://[a/b.mp3\n", 2, "address without a name"),
        ("a.m3u", f"#EXTINF:1,A\n#EXTINF:1,B\n{SER}\n", 1, "title without an address"),
        ("a.m3u", f"#EXTINF:1,A\n{SER}\n#EXTINF:1,B\n", 3, "title without an address"),
        ("a.m3u", f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n{SER}\n", 2, "HLS"),
        ("a.m3u", "#EXTINF:1,Ä\na.mp3\n#EXTINF:1,B".encode() + b"\xe9\nb.mp3\n", 4, "byte 0xe9"),
        ("a.m3u", "#EXTM3U\n", None, "empty"),
        ("a.pls", "[playlist]\nTitle1=A\n", 2, "without an address"),
        ("a.pls", "[playlist]\nFile1=https://a.example/1\n", 2, "without a name"),
        ("a.pls", "[playlist]\nFile1=a.mp3\nFile1=b.mp3\n", 2, "file1 stands twice"),
        ("a.pls", "[playlist]\nFile1=a.mp3\nFile2=b.mp3\nFile1=c.mp3\n", 2, "file1 stands twice"),
        ("a.pls", "", None, "empty"),
        ("a.json", "", None, "found nothing"),
        ("a.json", '{"ok": false}', None, "found '{'"),
        ("a.json", "[]", None, "empty"),
        ("a.json", '[{"name": "A"}, {"name": ', 2, "not JSON"),
        ("a.json", '[{"name": "A"}', 1, "breaks off"),
        ("a.json", '[{"name": "A"}] x', 1, "after the end"),
        ("a.json", '[{"name": "A"}, 5]', 2, "found int"),
        ("a.json", '[{"name": "A"}, {"name": "' + "x" * 1_200_000, 2, "not JSON"),
        ("a.json", b'[{"name": "\xc3\x84"},\n{"name": "\xe9"},\n{"name": "\xc3\x84"}]', 2, "byte 0xe9"),
        ("a.json", '[{"name": "\\ud800"}]', 1, "surrogate"),
        ("a.json", json.dumps([STATION, STATION]), 2, "'9617' is already used in row 1"),
        ("a.vcf", "BEGIN:VCARD\nFN:A\n", 1, "breaks off"),
        ("a.vcf", "BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\n", 1, "breaks off"),
        ("a.vcf", "BEGIN:VCARD\nFN:A\nEND:VCARD\nFN:B\n", 4, "outside of a card"),
        ("a.vcf", "BEGIN:VCARD\nTEL:1\nEND:VCARD\n", 1, "without a name"),
        ("a.vcf", "BEGIN:VCARD\nFN A\nTEL:1\nEND:VCARD\n", 1, "line 2: expected NAME:VALUE"),
        ("a.vcf", "BEGIN:VCARD\nFN;X\nTEL:1\nEND:VCARD\n", 1, "line 2: expected NAME:VALUE"),
        ("a.vcf", "BEGIN:VCARD\nFN;CHARSET=nine;QUOTED-PRINTABLE:=C3=84\nEND:VCARD\n", 1, "not nine"),
        ("a.vcf", "BEGIN:VCARD\nFN:A\n " + "x" * 1_100_000 + "\nEND:VCARD\n", 1, "more than 1000000 characters"),
        ("a.vcf", "", None, "empty"),
        ("ES.txt", PLACE + "\n1\t2\n", 2, "2 columns where a GeoNames dump has 19"),
        ("ES.txt", PLACE + "\n" + PLACE + "\n", 2, "already used in row 1"),
        ("ES.txt", PLACE + "\n" + place("x" * 1_100_000), 2, "more than 1000000"),
        ("ES.txt", PLACE.replace("792492", "many"), 1, "number from 0 up, found 'many'"),
        ("ES.txt", "name only\n", None, "unknown kind of file"),
        ("ES.zip", b"PK\x03\x04 damaged", None, "damaged zip"),
        ("a.db", b"no database at all" * 100, None, "not a readable SQLite"),
        ("a.db", b"", None, "0 tables"),
    ],
)  # fmt: skip
def test_mistakes_name_file_and_row(tmp_path, name, data, row, says):
    with pytest.raises(CatalogError, match=says) as caught:
        read(tmp_path, name, data)
    assert str(tmp_path / name) in str(caught.value)
    assert caught.value.row == row


def test_a_damaged_member_of_a_zip_is_named(tmp_path):
    file = tmp_path / "ES.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("ES.txt", "\n".join(place(str(index)) for index in range(50)))
    file.write_bytes(file.read_bytes().replace(b"49\t49", b"49\t48"))
    with pytest.raises(CatalogError, match="damaged zip"):
        list(read_records(file))


def test_damaged_parquet_and_sqlite_pages(tmp_path):
    require_packages("pyarrow")
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"name": [f"Name number {index}" for index in range(5_000)]})
    file = tmp_path / "a.parquet"
    parquet.write_table(table, file, use_dictionary=False, compression="gzip", row_group_size=1_000)
    data = bytearray(file.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    file.write_bytes(data)
    with pytest.raises(CatalogError, match="damaged from this row on"):
        list(read_records(file))
    database = tmp_path / "a.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE station (name TEXT)")
        connection.executemany(
            "INSERT INTO station VALUES (?)", [(f"Name {index}",) for index in range(3_000)]
        )
        connection.execute("INSERT INTO station VALUES (CAST(x'41ff' AS TEXT))")
    connection.close()
    with pytest.raises(CatalogError, match="byte 0xff") as caught:
        list(read_records(database))
    assert caught.value.row == 3_001
    data = bytearray(database.read_bytes())
    data[12_288:16_384] = b"\xff" * 4_096
    database.write_bytes(data)
    with pytest.raises(CatalogError, match=r"damaged|malformed"):
        list(read_records(database))


@pytest.mark.parametrize(
    "setting", [{"query": "SELECT 1"}, {"features": ("P",)}, {"kind": "jsonl", "delimiter": ";"}]
)
def test_a_setting_of_another_kind_is_refused(tmp_path, setting):
    with pytest.raises(CatalogError, match=f"{list(setting)[-1]} is for"):
        read(tmp_path, "a.csv", "name\nA\n", **setting)


def test_an_unknown_kind_names_the_nearest(tmp_path):
    with pytest.raises(CatalogError, match="did you mean 'geonames'"):
        read(tmp_path, "a.csv", "name\nA\n", kind="geoname")
