"""What is written comes back whatever it holds, and no damage to a file brings anything but a CatalogError."""

from __future__ import annotations

import csv
import io
import json
import quopri
import string
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog_tools.readers.convert import record_row, write_records
from catalog_tools.readers.sources import Record, SourceOptions, SourceWarning, read_records
from edge_er.errors import CatalogError

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff"), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
WORDS = st.text(string.ascii_letters + " äöüéñ,;:\\=\n日本'\"", min_size=1, max_size=30).filter(
    lambda text: text.strip()
)
TITLES = WORDS.map(lambda text: " ".join(text.split())).filter(lambda text: text[0] != ",")


@pytest.fixture(scope="module")
def folder() -> Path:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _names(file: Path, **options) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SourceWarning)
        return [record.name for record in read_records(file, SourceOptions(**options))]


@FEW
@given(
    rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ends=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_csv_comes_back(folder, rows, encoding, ends, delimiter):
    written = io.StringIO()
    table = csv.writer(written, lineterminator=ends, delimiter=delimiter)
    table.writerows([("name", "note"), *rows])
    file = folder / "a.csv"
    file.write_bytes(written.getvalue().encode(encoding))
    records = list(read_records(file, SourceOptions(delimiter=delimiter)))
    assert [(one.name, one.metadata["note"]) for one in records] == [
        (" ".join(name.split()), note) for name, note in rows
    ]


@FEW
@given(rows=st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=3)), min_size=1, max_size=5), data=st.data())
def test_converted_records_come_back(folder, rows, data):
    extra = st.dictionaries(st.sampled_from(["city", "streams", "n"]), st.lists(TEXT, max_size=2), max_size=2)
    source = folder / "a.json"
    values = [{"name": name, "aliases": aliases, **data.draw(extra)} for name, aliases in rows]
    source.write_text(json.dumps(values), "utf-8")
    records = list(read_records(source))
    assert write_records(records, folder / "b.jsonl") == len(rows)
    assert [record_row(one) for one in read_records(folder / "b.jsonl")] == [
        record_row(one) for one in records
    ]


def _escaped(text: str) -> str:
    for sign in "\\,;":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str, places: list[int]) -> str:
    """The line with an end and a space at some places, which RFC 6350 says mean nothing."""
    for place in sorted({1 + place % len(line) for place in places}, reverse=True):
        line = f"{line[:place]}\r\n {line[place:]}"
    return line


@FEW
@given(name=WORDS, nicknames=st.lists(WORDS, max_size=2), places=st.lists(st.integers(0, 200), max_size=6))
def test_folded_vcards_come_back(folder, name, nicknames, places):
    lines = [f"FN;TYPE=x:{_escaped(name)}", "NICKNAME:" + ",".join(map(_escaped, nicknames)), "N:;;;;"]
    card = "\r\n".join(
        ["BEGIN:VCARD", "VERSION:4.0", *(_folded(line, places) for line in lines), "END:VCARD", ""]
    )
    file = folder / "a.vcf"
    file.write_bytes(card.encode())
    (record,) = read_records(file)
    shown = [" ".join(text.split()) for text in (name, *nicknames)]
    assert record.name == shown[0]
    assert record.aliases == tuple(dict.fromkeys(each for each in shown[1:] if each != shown[0]))


@FEW
@given(name=WORDS.map(lambda text: " ".join(text.split())), charset=st.sampled_from(["utf-8", "utf-16-le"]))
def test_quoted_printable_vcards_come_back(folder, name, charset):
    coded = quopri.encodestring(name.replace("\\", "\\\\").encode(charset), quotetabs=True).decode("ascii")
    card = f"BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET={charset}:{coded}\nEND:VCARD\n"
    file = folder / "q.vcf"
    file.write_bytes(card.replace("\n", "\r\n").encode())
    assert _names(file) == [name]


@FEW
@given(names=st.lists(TITLES, min_size=1, max_size=4))
def test_playlists_come_back(folder, names):
    m3u, pls = folder / "a.m3u8", folder / "a.pls"
    entries = [f'#EXTINF:-1 group-title="a,b",{name}\nhttps://x.example/{name!r}' for name in names]
    m3u.write_text("\n".join(["#EXTM3U", *entries]), "utf-8")
    lines = [f"File{at}=x\nTitle{at}={name}" for at, name in enumerate(names)]
    pls.write_text("\n".join(["[playlist]", *lines]), "utf-8")
    assert _names(m3u) == names
    assert _names(pls) == names


WHOLE = {
    "csv": b'id,name,aliases\r\n1,"A, B",a|b\n2,\xc3\x96,"c\nd"\n3,C,\n',
    "jsonl": '{"id": 1, "name": "Ö", "aliases": ["a"]}\n{"id": 2, "name": "B"}\n'.encode(),
    "json": '[{"id": 1, "name": "Ö", "aliases": ["a"]},\n {"id": 2, "name": "B"}]'.encode(),
    "m3u": '#EXTM3U\n#EXTINF:1 a="b",Ö\nhttp://a\n#EXTINF:1,B\nb.mp3\n'.encode(),
    "pls": b"[playlist]\nFile1=http://a\nTitle1=A\nFile2=b.mp3\n",
    "vcf": b"BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:=C3=96 =\r\n b\r\nUID:1\r\nN:a;b\\;;;;\r\nEND:VCARD\r\n" * 2,
    "google.csv": 'First Name,Last Name,E-mail 1 - Value,Company\nÖ,"B, C",a@x.de ::: b@x.de,\n,,,D\n'.encode(),
    "bare.csv": b"# name,url\nA,http://a\n# x\nB,http://b\n",
    "map.json": '{"a.b": {"name": "Ö", "aliases": ["x"]}, "c": "D", "e_f": {"x": {"y": [1]}}}'.encode(),
    "xspf": '<playlist><trackList><track><title>Ö &amp; B</title><location>http://a/b.mp3</location></track>'
            '<track><location>c.ogg</location></track></trackList></playlist>'.encode(),
    "opml": '<?xml version="1.0"?><opml><body><outline text="Ö"><outline text="B" url="b:c"/></outline></body></opml>'
            .encode(),
    "yaml": 'a.b:\n  name: "Ö"\n  x: [1, 2]\nc: &d D\ne: *d\nf: !include g\n'.encode(),
    "txt": ("1\tÖ\tO\ta,b" + "\t1" * 15 + "\n2\tB\tB\t" + "\t2" * 15 + "\n").encode(),
}  # fmt: skip

DAMAGE = [b"", b"\xff", b"\0", b'"', b"\n", b"=", b"[\\"]


@settings(FEW, max_examples=40)
@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(DAMAGE)), min_size=1, max_size=4),
    with_rejects=st.booleans(),
)
@pytest.mark.parametrize("kind", WHOLE)
def test_damage_is_an_error_or_a_reject(folder, kind, changes, with_rejects):
    data = WHOLE[kind]
    for place, bytes_ in changes:
        at = place % len(data)
        data = data[:at] + bytes_ + data[at + 1 :]
    file = folder / f"damaged.{kind}"
    file.write_bytes(data)
    reader = read_records(
        file,
        SourceOptions(
            kind="geonames" if kind == "txt" else None,
            rejects=folder / "r.jsonl" if with_rejects else None,
        ),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SourceWarning)
        try:
            records = list(reader)
        except CatalogError as error:
            assert str(file) in str(error)
            return
    assert all(isinstance(one, Record) and one.name for one in records)
    json.dumps([record_row(one) for one in records], allow_nan=False).encode("utf-8")
    assert len(records) + reader.rejected == reader.rows
