"""Cases of a search for what breaks a reader, or a request: the same number gives the same case.

A case changes one file of a bundle, a zip, or a personal file: up to three values of its JSON, or up to eight places of
its bytes. Sizes and checksums are right afterwards, so that what is behind them is reached.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.trust.children import Case, encoded, new_data
from benchmarks.trust.mutations import MISSING, ROWS, VALUES, changed, contents, parsed, personal_file, places
from benchmarks.trust.mutations import with_change as with_value

__all__ = ["Readers", "text_case"]

_MANIFEST, _ZIP = "manifest.json", "b.zip"
_SEAL = re.compile(rb'("manifest_sha256": ")[0-9a-f]{64}')
_PARTS = (
    *(
        "pon la ",
        "play ",
        "the ",
        "radio ",
        "cadena ser",
        "los 40",
        "kiss fm",
        "onda cero",
        " ",
        "  ",
        "\t",
        "\n",
    ),
    *(
        "'",
        "’",
        ".",
        ",",
        "1.000",
        "42",
        "veinte",
        "twenty one",
        "iv",
        "b. b. c.",
        "ñ",
        "é",
        "e\u0301",
        "ß",
        "ﬁ",
        "İ",
    ),
    *(
        "\u0000",
        "\ud800",
        "\udc00",
        "😀",
        "\u200d",
        "\u202e",
        "\ufeff",
        "إذاعة",
        "中文",
        "ไทย",
        "हिन्दी",
        "a" * 70,
        "zz ",
    ),
)


class Readers:
    """Cases for readers, of the bundle `b` in a folder; a zip of another tool is written beside it."""

    def __init__(self, work: Path) -> None:
        self.files = contents(work / "b")
        self.zip = _zipped(self.files)
        (work / _ZIP).write_bytes(self.zip)
        values = [name for name in self.files if name != "encoder.onnx"]
        self.places = {name: list(places(parsed(self.files, name))) for name in values}
        self.personal = personal_file(ROWS)
        self.rows = list(places(ROWS))

    def case(self, number: int) -> Case:
        """The case of a number."""
        chance = random.Random(number)
        kind = chance.random()
        if kind < 0.15:
            return {"place": _ZIP, "few": True, "change": [new_data(_ZIP, edited(self.zip, chance))]}
        if kind < 0.3:
            return self._personal(chance)
        try:
            other = self._values(chance) if kind < 0.6 else self._bytes(chance)
        except (
            TypeError,
            AttributeError,
            ValueError,
            KeyError,
            IndexError,
        ):  # no such file can be written
            other = self._bytes(chance)
        change = [new_data(f"b/{name}", data) for name, data in other.items() if data != self.files[name]]
        return {"place": "b", "few": True, "change": change}

    def _values(self, chance: random.Random) -> dict[str, bytes]:
        name, files = chance.choice(list(self.places)), self.files
        for _ in range(chance.choice((1, 1, 2, 3))):
            path, new = chance.choice(self.places[name]), chance.choice(VALUES)
            if path or new is not MISSING:
                files = with_value(files, name, path, new)
        return files

    def _bytes(self, chance: random.Random) -> dict[str, bytes]:
        name = chance.choice(list(self.files))
        manifest = self.files[_MANIFEST]
        data = edited(self.files[name], chance)
        if name == _MANIFEST:
            return {**self.files, _MANIFEST: _resealed(data)}
        before = self.files[name]
        digits = [hashlib.sha256(each).hexdigest().encode() for each in (before, data)]
        size = b'"size": %d,\n   "sha256": "%s"'
        old, new = (size % (len(each), digit) for each, digit in zip((before, data), digits, strict=True))
        assert old in manifest, name
        return {**self.files, name: data, _MANIFEST: _resealed(manifest.replace(old, new))}

    def _personal(self, chance: random.Random) -> Case:
        data = self.personal
        if chance.random() < 0.5:
            path, new = chance.choice(self.rows), chance.choice(VALUES)
            data = personal_file(changed(ROWS, path, new)) if path or new is not MISSING else data
        else:
            body = edited(data.partition(b"\n")[2], chance)
            header = b'{"personal_file":1,"sha256":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()
            data = header + body if chance.random() < 0.9 else edited(data, chance)
        change = [new_data("mine.jsonl", data)]
        return {"place": "b", "keep": True, "personal": "mine.jsonl", "change": change}


def edited(data: bytes, chance: random.Random) -> bytes:
    """Bytes with up to eight of them changed, left out, put in or repeated."""
    other = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
        at = chance.randrange(len(other) or 1)
        kind = chance.randrange(5)
        if kind == 0:
            del other[at : at + chance.choice((1, 2, 16, 1000))]
        elif kind == 1:
            other[at:at] = chance.randbytes(chance.choice((1, 2, 8)))
        elif kind == 2:
            other[at:at] = other[at : at + chance.choice((4, 64))]
        elif other:
            other[at] = chance.choice(
                (other[at] ^ 1 << chance.randrange(8), 0, 0xFF, 0x80, chance.randrange(256))
            )
    return bytes(other)


def text_case(number: int) -> Case:
    """The request of a number, to a resolver that is kept."""
    chance = random.Random(number)
    text = "".join(_part(chance) for _ in range(chance.choice((0, 1, 2, 3, 5, 8, 60))))
    times = chance.choice((1, 1, 1, 1, 2, 50))
    ask: dict[str, Any] = {chance.choice(("resolve", "resolve", "suggest")): [encoded(text), times]}
    if chance.random() < 0.1:
        ask = {"nbest": [encoded(text), *(encoded(_part(chance)) for _ in range(chance.choice((0, 1, 70))))]}
    if chance.random() < 0.2:
        ask["where"] = {"country": chance.choice(("ES", ["ES", "EG"], None, 3, True))}
    return {"place": "b", "keep": True, "ask": ask}


def _part(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return chance.choice(_PARTS)
    return chr(chance.choice((chance.randrange(0x250), chance.randrange(0x3000), chance.randrange(0x110000))))


def _resealed(manifest: bytes) -> bytes:
    blank = _SEAL.sub(rb"\g<1>" + b"0" * 64, manifest, count=1)
    return _SEAL.sub(rb"\g<1>" + hashlib.sha256(blank).hexdigest().encode(), blank, count=1)


def _zipped(files: dict[str, bytes]) -> bytes:
    """A zip as other tools write it, without our comment."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED if name > "m" else 0)
    return buffer.getvalue()
