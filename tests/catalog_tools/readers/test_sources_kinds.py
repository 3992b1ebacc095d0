"""Playlists, contacts, gazetteers, databases and web answers give the records that a person would read in them."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from source_samples import PLACE, SER, STATION, place, read
from tiny import require_packages

from catalog_tools.readers.rows import Source
from catalog_tools.readers.sources import ColumnMapping, Record, SourceOptions, SourceWarning, read_records
from catalog_tools.readers.sqlite import read_sqlite
from edge_er.errors import CatalogError


def test_m3u(tmp_path):
    text = (
        "#EXTM3U\r\n# a remark\r\n"
        f'#EXTINF:-1 tvg-id="ser" tvg-country="ES" group-title="News; talk, live",Cadena SER, en directo\r\n{SER}\r\n'
        "#EXTINF:215,Queen - Bohemian Rhapsody\nC:\\Music\\queen.mp3\n"
        "#EXTGRP:Pop\n#EXTVLCOPT:x\nMusic/Blur%20-%20Song%202.mp3\n"
        '#EXTINF:-1 tvg-name="Onda Cero",\nhttps://onda.example/1\n'
    )
    assert read(tmp_path, "a.m3u8", text) == [
        Record("Cadena SER, en directo", (), None, {"streams": [SER], "country": "ES", "tags": ["News", "talk, live"]},
               4),
        Record("Queen - Bohemian Rhapsody", (), None, {"streams": ["C:\\Music\\queen.mp3"]}, 6),
        Record("Blur - Song 2", (), None, {"streams": ["Music/Blur%20-%20Song%202.mp3"], "tags": ["Pop"]}, 9),
        Record("Onda Cero", (), None, {"streams": ["https://onda.example/1"], "tags": ["Pop"]}, 11),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name", "tags", "country"),
    [
        ('-1, group-title="News" tvg-country="ES" tvg-id="y",Cadena SER', "Cadena SER", ["News"], "ES"),
        ('-1,group-title="News",tvg-country="ES",Cadena SER', "Cadena SER", ["News"], "ES"),
        ('-1 tvg-id="y",group-title="News" , Cadena SER', "Cadena SER", ["News"], None),
        ('-1, tvg-id="" group-title="News, talk; live" tvg-name="A, B",Cadena SER, en directo',
         "Cadena SER, en directo", ["News, talk", "live"], None),
        ("-1, tvg-name='A, B' group-title='News, talk',Cadena SER", "Cadena SER", ["News, talk"], None),
        ("-1 tvg-name='A, B' group-title='News, talk',Cadena SER", "Cadena SER", ["News, talk"], None),
        ("-1,tvg-chno=7 radio=true tvg-country=ES,Cadena SER", "Cadena SER", None, "ES"),
        ('-1, tvg-id="y" radio="true" Cadena SER', "Cadena SER", None, None),
        ('-1, Group-Title="News" TVG-NAME="Cadena SER"', "Cadena SER", ["News"], None),
        ('-1, tvg-name="Cadena SER" group-title="News",', "Cadena SER", ["News"], None),
        ('0 tvg-logo="https://i/x_CR0,0,182_.jpg"group-title="News",Cadena SER', "Cadena SER", ["News"], None),
        ('-1 tvg-name="never closed, group-title=News,Cadena SER', "Cadena SER", ["News"], None),
        ("-1,,Cadena SER", "Cadena SER", None, None),
        ('-1 tvg-id="y" group-title="News",, Cadena SER, en directo', "Cadena SER, en directo", ["News"], None),
        ("-1 group-title='Rock &amp; Pop',Kiss &#38; Tell &amp", "Kiss & Tell &amp", ["Rock & Pop"], None),
        ("215,Queen - x=y, z", "Queen - x=y, z", None, None),
        ('215,x="y", z', 'x="y", z', None, None),
        ("215,Anti-Hero=1, live", "Anti-Hero=1, live", None, None),
        ("-1,Radio 24, 7 days", "Radio 24, 7 days", None, None),
    ],
)  # fmt: skip
def test_m3u_names_follow_their_attributes_wherever_the_comma_is(tmp_path, line, name, tags, country):
    record = read(tmp_path, "a.m3u", f"#EXTM3U\n#EXTINF:{line}\n{SER}\n")[0]
    found = (record.name, record.metadata.get("tags"), record.metadata.get("country"))
    assert found == (name, tags, country)


def test_m3u_tags_in_any_case_and_groups_before_the_first_entry(tmp_path):
    text = (
        "#extm3u\n#ExtGrp:News\n#extinf:-1,A\nhttp://a\n#extinf:-1,B\n#extgrp:Talk\nhttp://b\n#extinf:-1,C\nhttp://c\n"
        "http://x.example/The%20Jazz.mp3?x=1\n"
    )
    found = [(one.name, one.metadata["tags"]) for one in read(tmp_path, "a.m3u", text)]
    assert found == [("A", ["News"]), ("B", ["Talk"]), ("C", ["News"]), ("The Jazz", ["News"])]


def test_a_long_line_of_an_m3u_is_read_in_no_time(tmp_path):
    line = "a-" * 200_000
    assert read(tmp_path, "a.m3u", f"#EXTINF:-1 {line},B\n{SER}\n")[0].name == "B"


def test_pls(tmp_path):
    first = f"\n[Playlist]\nNumberOfEntries=2\nFile1={SER}\nTitle1=Cadena SER = SER\nLength1=-1\n"
    text = f"{first}Title2=B\nFile2=b.mp3\nFile3=/m/C d.ogg\n"
    assert [(one.name, one.metadata["streams"], one.row) for one in read(tmp_path, "a.pls", text)] == [
        ("Cadena SER = SER", [SER], 4),
        ("B", ["b.mp3"], 7),
        ("C d", ["/m/C d.ogg"], 9),
    ]


def test_pls_in_any_order_and_without_its_head(tmp_path):
    text = "title2=B\nfile1=a.mp3\nfile2=http://b\ntitle1=A &amp; C\n"
    assert [(one.name, one.row) for one in read(tmp_path, "a.pls", text)] == [("B", 1), ("A & C", 2)]


def test_radio_browser(tmp_path):
    (record,) = read(tmp_path, "stations.json", "\ufeff" + json.dumps([STATION], indent=1))
    assert (record.id, record.name, record.row) == ("9617", "Cadena SER", 1)
    metadata = {"country": "ES", "popularity": 77, "tags": ["news", "talk"], "streams": [SER]}
    assert record.metadata == metadata
    mapping = ColumnMapping({"popularity": ("bitrate",)}, keep=("url",))
    (record,) = read(tmp_path, "es.txt", json.dumps([STATION]), kind="radio-browser", mapping=mapping)
    assert record.metadata == {"country": "ES", "popularity": 128, "url": "http://ser.example/old"}


def test_json_arrays_are_read_in_pieces_of_any_size(tmp_path):
    rows = [
        {"id": index, "name": f"Name {index}", "note": "x" * (index * 37 % 3_000)} for index in range(300)
    ]
    records = read(tmp_path, "a.json", json.dumps(rows))
    assert [(one.id, one.metadata["note"]) for one in records] == [
        (str(one["id"]), one["note"]) for one in rows
    ]


def test_geonames(tmp_path):
    text = PLACE + "\n" + place('Pico "Alto', "T", "PK") + "\n"
    for name, data in {"ES.txt": text, "ES.txt.gz": gzip.compress(text.encode())}.items():
        first, second = read(tmp_path, name, data)
        assert (first.id, first.name, first.aliases) == (
            "2509954",
            "València",
            ("Valencia", "VLC", "Walensija"),
        )
        assert first.metadata == {"country": "ES", "admin1": "60", "feature": "PPLA", "popularity": 792492}
        assert second.name == 'Pico "Alto'
    with zipfile.ZipFile(tmp_path / "ES.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "Readme")
        archive.writestr("ES.txt", text)
    reader = read_records(tmp_path / "ES.zip", SourceOptions(features=("P.PPLA", "S")))
    assert [one.name for one in reader] == ["València"]
    assert (reader.rows, reader.skipped, reader.rejected) == (2, 1, 0)
    with pytest.raises(CatalogError, match="row 2: 2 columns"):
        read(tmp_path, "ES.txt", PLACE + "\n1\t2\n", features=("P",))
    with pytest.raises(CatalogError, match="none of its 2 rows has a feature H"):
        read(tmp_path, "ES.txt", text, features=("H",))


def test_vcards_of_all_versions(tmp_path):
    text = """BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:1
FN:Margaret O'Brien
N:O'Brien;Margaret;;Dr.;
NICKNAME:Mum,Maggie\\, dear
item1.TEL;TYPE="cell,voice";VALUE=uri:tel:+353-1
ORG:Acme\\; Sons;Sales
NOTE:a very long
  note\\nin two lines
END:VCARD

begin:vcard
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =
M=C3=BCl=
=6Cer
TEL;CELL;PREF:0171
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJ
RgABAQ==:FN:no

end:vcard
BEGIN:VCARD
VERSION:3.0
ORG:Taxi 24
N:;;;;
EMAIL;TYPE=INTERNET:taxi@example.org
END:VCARD
BEGIN:VCARD
FN:Long
  name
N;ENCODING=QUOTED-PRINTABLE;CHARSET=iso-8859-1:;Ren=E9;;;
END:VCARD
BEGIN:VCARD
FN:Dr. Eva Maria Kern
N:Kern;Eva;Maria;Dr.;
END:VCARD
"""
    margaret, jorg, taxi, rene, eva = read(tmp_path, "a.vcf", text)
    assert (margaret.id, margaret.name, margaret.row) == ("urn:uuid:1", "Margaret O'Brien", 1)
    assert margaret.aliases == ("Mum", "Maggie, dear")
    assert margaret.metadata == {"organization": "Acme; Sons", "phones": ["+353-1"]}
    assert (jorg.name, jorg.aliases, jorg.metadata, jorg.row) == ("Jörg Müller", (), {"phones": ["0171"]}, 13)
    assert (taxi.name, taxi.metadata) == ("Taxi 24", {"emails": ["taxi@example.org"]})
    assert (rene.name, rene.aliases) == ("Long name", ("René",))
    assert (eva.aliases, eva.metadata) == (("Eva Maria Kern",), {"given": "Eva", "family": "Kern"})


def test_sqlite(tmp_path):
    file = tmp_path / "a.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE station (id INTEGER, title TEXT, plays REAL)")
        connection.executemany("INSERT INTO station VALUES (?, ?, ?)", [(1, "A", 2.5), (2, "B", None)])
    query = "SELECT id, title AS name, plays AS popularity FROM station ORDER BY id DESC"
    assert list(read_records(file, SourceOptions(query=query))) == [
        Record("B", (), "2", {}, 1),
        Record("A", (), "1", {"popularity": 2.5}, 2),
    ]
    only = SourceOptions(mapping=ColumnMapping({"name": ("title",)}))
    assert [one.name for one in read_records(file, only)] == ["A", "B"]
    for wrong in (
        "DELETE FROM station",
        "SELECT 1; DELETE FROM station",
        "ATTACH 'b.db' AS b",
        "SELECT nothing",
        "PRAGMA x=1",
    ):
        with pytest.raises(CatalogError, match="SELECT"):
            list(read_records(file, SourceOptions(query=wrong)))
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM station").fetchone() == (2,)
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(CatalogError, match=r"2 tables \(other, station\)"):
        list(read_records(file))


def test_sqlite_rows_that_nobody_reads_may_be_closed_by_another_thread(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE station (name TEXT)")
        connection.executemany("INSERT INTO station VALUES (?)", [("A",), ("B",)])
    rows = read_sqlite(Source(tmp_path / "a.db", "a.db", SourceOptions())).rows
    next(rows)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(rows.close).result()


def test_parquet_of_many_row_groups_and_types(tmp_path):
    require_packages("pyarrow")
    import datetime
    import decimal

    import pyarrow
    from pyarrow import parquet

    rows = {
        "name": [f"N{index}" for index in range(10)],
        "born": [datetime.date(2001, 2, 3)] * 10,
        "price": [decimal.Decimal("1.50")] * 10,
        "popularity": [float("nan"), *range(9)],
    }
    parquet.write_table(pyarrow.table(rows), tmp_path / "a.parquet", row_group_size=3)
    records = list(read_records(tmp_path / "a.parquet"))
    assert [one.row for one in records] == list(range(1, 11))
    assert records[0].metadata == {"born": "2001-02-03", "price": 1.5}
    assert records[9].metadata["popularity"] == 8


def test_a_semicolon_between_columns_is_noted(tmp_path):
    with pytest.warns(SourceWarning, match="read with ';'"):
        assert read(tmp_path, "a.csv", "name;aliases\nA;B|C\n") == [Record("A", ("B", "C"), None, {}, 2)]
    assert read(tmp_path, "b.csv", 'sep=|\nname|x\nA|"b|c"\n') == [Record("A", (), None, {"x": "b|c"}, 3)]
