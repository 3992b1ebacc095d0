"""A station, a place and their addresses, as the kinds of sources have them."""

from __future__ import annotations

from pathlib import Path

from catalog_tools.readers.sources import Record, SourceOptions, read_records

SER = "https://ser.example/live"
STATION = {
    "stationuuid": "9617",
    "name": " Cadena SER ",
    "url": "http://ser.example/old",
    "url_resolved": SER,
    "countrycode": "ES",
    "tags": "news, talk,",
    "votes": 77,
    "bitrate": 128,
}
PLACE = (
    "2509954\tValència\tValencia\tVLC,Walensija,València\t39.4\t-0.3\tP\tPPLA\tES\t\t60\tV\t46250\t"
    "\t792492\t\t15\tEurope/Madrid\t2023-01-12"
)


def read(folder: Path, name: str, text: str | bytes, **options) -> list[Record]:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_records(file, SourceOptions(**options)))


def place(name: str, kind: str = "P", code: str = "PPL") -> str:
    values = PLACE.split("\t")
    values[0], values[1], values[6], values[7] = name, name, kind, code
    return "\t".join(values)
