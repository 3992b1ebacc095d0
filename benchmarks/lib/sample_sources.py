"""One catalog of real names in every kind of source, each with a few rows that cannot be used.

Stations and cities come from the data folder; contacts are called like its artists.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import quopri
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog_tools.readers.sources import ColumnMapping, Record, SourceOptions, read_records
from catalog_tools.readers.tables import GEONAMES_COLUMNS
from edge_er.text.canonical import canonical_text

__all__ = ["Sample", "samples"]

COUNTRY = "ES"
Writer = Callable[[Sequence[Record], Path], tuple[int, SourceOptions]]


@dataclass(frozen=True)
class Sample:
    """A file and how it is read, how many of its rows cannot be used, and a name that is in it."""

    kind: str
    path: Path
    options: SourceOptions
    bad: int
    name: str


def samples(data: Path, folder: Path, rows: int) -> Iterator[Sample]:
    """Each kind of source with ``rows`` rows that can be used."""
    for kind, name, catalog, write in (
        ("CSV", "stations.csv", "stations", _csv),
        ("CSV of a spreadsheet (cp1252, ;)", "emisoras.csv", "stations", _spreadsheet),
        ("TSV", "stations.tsv", "stations", _tsv),
        ("JSON lines, gzip", "stations.jsonl.gz", "stations", _json_lines),
        ("Parquet", "stations.parquet", "stations", _parquet),
        ("M3U8 playlist", "stations.m3u8", "stations", _m3u),
        ("PLS playlist", "stations.pls", "stations", _pls),
        ("Radio Browser JSON", "stations.json", "stations", _radio_browser),
        ("vCard 2.1, 3.0, 4.0", "contacts.vcf", "artists", _vcards),
        ("GeoNames dump", "cities.txt", "cities", _geonames),
        ("SQLite query", "stations.sqlite", "stations", _sqlite),
    ):
        file, wanted = _CATALOGS[catalog]
        with read_records(data / file) as found:
            records = list(_distinct(filter(wanted, found), rows))
        bad, options = write(records, folder / name)
        yield Sample(kind, folder / name, options, bad, records[len(records) // 2].name)


def _is_station(record: Record) -> bool:
    return (
        record.metadata["country"] == COUNTRY
        and record.name.encode("cp1252", "ignore").decode("cp1252") == record.name
    )


def _is_artist(record: Record) -> bool:
    return record.metadata["domain"] == "artist" and len(record.name.split()) == 2


_CATALOGS: dict[str, tuple[str, Callable[[Record], bool] | None]] = {
    "stations": ("stations/stations.jsonl.gz", _is_station),
    "artists": ("entities/media_entities.jsonl.gz", _is_artist),
    "cities": ("entities/cities.jsonl.gz", None),
}


def _distinct(records: Iterable[Record], rows: int) -> Iterator[Record]:
    seen: set[str] = set()
    for record in records:
        key = canonical_text(record.name)
        if key and key not in seen:
            seen.add(key)
            yield record
        if len(seen) == rows:
            return


def _station_rows(catalog: Sequence[Record]) -> list[dict[str, Any]]:
    """Rows with id, name, country, streams; then one without a name, and an id used twice."""
    rows = [
        {"id": f"s-{at}", "name": one.name, "country": COUNTRY, "streams": one.metadata["stream"]}
        for at, one in enumerate(catalog)
    ]
    return [*rows, {**rows[0], "id": "s-none", "name": ""}, {**rows[0], "name": "Twice"}]


def _table(rows: Sequence[dict[str, Any]], delimiter: str, header: Sequence[str]) -> str:
    written = io.StringIO()
    table = csv.writer(written, delimiter=delimiter, lineterminator="\r\n")
    table.writerows([header, *(row.values() for row in rows)])
    return written.getvalue()


def _csv(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    text = _table(_station_rows(catalog), ",", ("id", "name", "country", "streams"))
    broken = b's-q,"Radio" Uno,ES,\r\ns-b,Radio \xff,ES,\n'
    file.write_bytes(text.encode("utf-8") + broken)
    return 4, SourceOptions()


def _spreadsheet(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    file.write_bytes(
        _table(_station_rows(catalog), ";", ("clave", "emisora", "country", "streams")).encode("cp1252")
    )
    return 2, SourceOptions(mapping=ColumnMapping({"id": ("clave",), "name": ("emisora",)}))


def _tsv(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    text = _table(_station_rows(catalog), "\t", ("id", "name", "country", "streams"))
    file.write_text(text + "s-x\tToo\tmany\tcolumns\there\n", "utf-8", newline="")
    return 3, SourceOptions()


def _json_lines(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    rows = [json.dumps(row, ensure_ascii=False) for row in _station_rows(catalog)]
    file.write_bytes(gzip.compress("\n".join([*rows, '{"name": "Radio']).encode("utf-8"), mtime=0))
    return 3, SourceOptions()


def _parquet(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(_station_rows(catalog)), file, row_group_size=256)
    return 2, SourceOptions()


def _m3u(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    entries = [
        f'#EXTINF:-1 tvg-country="{COUNTRY}" group-title="Radio",{one.name}\n{one.metadata["stream"]}\n'
        for one in catalog
    ]
    bad = "#EXTINF:-1,No address\n#EXTINF:-1,\nhttps://nameless.example/1\n"
    file.write_text("#EXTM3U\n" + "".join(entries) + bad, "utf-8")
    return 2, SourceOptions()


def _pls(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    entries = [
        f"File{at}={one.metadata['stream']}\nTitle{at}={one.name}\nLength{at}=-1\n"
        for at, one in enumerate(catalog, start=1)
    ]
    file.write_text("[playlist]\n" + "".join(entries) + "Title0=No address\n", "utf-8")
    return 1, SourceOptions()


def _radio_browser(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    rows = [
        {
            "stationuuid": row["id"], "name": row["name"], "url": row["streams"], "url_resolved": row["streams"],
            "countrycode": COUNTRY, "tags": "radio,music", "votes": at,
        }
        for at, row in enumerate(_station_rows(catalog))
    ]  # fmt: skip
    file.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return 2, SourceOptions()


def _vcards(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    cards = [_card(at, one.name) for at, one in enumerate(catalog)]
    bad = ["BEGIN:VCARD\r\nVERSION:3.0\r\nTEL:112\r\nEND:VCARD\r\n", "BEGIN:VCARD\r\nFN:Breaks off\r\n"]
    file.write_bytes("".join([*cards, *bad]).encode("utf-8"))
    return 2, SourceOptions()


def _card(at: int, name: str) -> str:
    """Cards of the three versions in turn, folded and quoted-printable as phones write them."""
    given, family = name.split()
    if at % 3 == 0:
        coded = (
            quopri.encodestring(name.encode("utf-8"), quotetabs=True).decode("ascii").replace("\n", "\r\n")
        )
        lines = [
            "VERSION:2.1",
            f"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{coded}",
            f"TEL;CELL:+34 {at:06}",
        ]
    elif at % 3 == 1:
        lines = ["VERSION:3.0", f"N:{family};{given};;;", f"UID:{at}", f"FN:{name[:5]}\r\n {name[5:]}"]
    else:
        lines = ["VERSION:4.0", f"FN:{name}", f"NICKNAME:{given}", f"item1.TEL;VALUE=uri:tel:+34{at:06}"]
    return "\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""])


def _geonames(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    rows = []
    for one in catalog:
        values = dict.fromkeys(GEONAMES_COLUMNS, "")
        values |= {"geonameid": one.id or "", "name": one.name, "alternatenames": ",".join(one.aliases)}
        values |= {"feature_class": "P", "feature_code": "PPL", "country_code": str(one.metadata["country"])}
        rows.append("\t".join({**values, "population": str(one.metadata["population"])}.values()))
    mountain = rows[0].replace("\tP\tPPL\t", "\tT\tMT\t")
    file.write_text("\n".join([*rows, mountain, "1\tshort", rows[0], ""]), "utf-8")
    return 2, SourceOptions(features=("P",))


def _sqlite(catalog: Sequence[Record], file: Path) -> tuple[int, SourceOptions]:
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE station (key TEXT, title TEXT, country TEXT, stream TEXT)")
        connection.executemany(
            "INSERT INTO station VALUES (?, ?, ?, ?)", [tuple(row.values()) for row in _station_rows(catalog)]
        )
    connection.close()
    query = "SELECT key AS id, title AS name, country, stream AS streams FROM station ORDER BY rowid"
    return 2, SourceOptions(query=query)
