"""XSPF, OPML, YAML and JSON maps give the entries that a person reads in them; what is damaged is named."""

from __future__ import annotations

import json
import warnings

import pytest
from source_samples import read
from tiny import require_packages

from catalog_tools.readers.sources import Record, SourceWarning
from edge_er.errors import CatalogError

XSPF = """<?xml version="1.0" encoding="{0}"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>mine</title><trackList>
<track><location>http://a.example/1.ogg</location><title> Café &amp; Bar </title><creator>Ann</creator>
<extension application="x"><title>no</title></extension></track>
<track><location>file:///m/C%20d.ogg</location><location>http://b.example/2</location></track>
<track><annotation>nothing</annotation></track>
</trackList></playlist>"""
OPML = """<opml version="2.0"><head><title>t</title></head><body>
<outline text="News"><outline type="rss" text="A text" title="A" xmlUrl="http://a.example"/>
  <outline text="World"><outline text="B" URL="http://b.example"/></outline></outline>
<outline text="C"/>
</body></opml>"""


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_xspf(tmp_path, encoding):
    data = XSPF.format(encoding).encode(encoding)
    first, second = read(tmp_path, "a.xspf", data, rejects=tmp_path / "r.jsonl")
    assert first == Record(
        "Café & Bar", (), None, {"streams": ["http://a.example/1.ogg"], "artist": "Ann"}, 3
    )
    assert (second.name, second.metadata["streams"]) == (
        "C d",
        ["file:///m/C%20d.ogg", "http://b.example/2"],
    )
    assert '"row": 6' in (tmp_path / "r.jsonl").read_text()
    assert [one.name for one in read(tmp_path, "a.xml", data, rejects=tmp_path / "r.jsonl")] == [
        "Café & Bar",
        "C d",
    ]


def test_opml(tmp_path):
    assert read(tmp_path, "a.opml", OPML) == [
        Record("A", ("A text",), None, {"streams": ["http://a.example"], "tags": ["News"]}, 2),
        Record("B", (), None, {"streams": ["http://b.example"], "tags": ["News", "World"]}, 3),
        Record("C", (), None, {}, 4),
    ]


@pytest.mark.parametrize(
    ("name", "text", "row", "says"),
    [
        ("a.xspf", "<playlist><trackList><track>\n<title>A</track>", 2, "not XML"),
        ("a.xspf", "<opml/>", None, "root element playlist, found opml"),
        ("a.xspf", '<!DOCTYPE x [<!ENTITY a "b">]><playlist/>', None, "declares the entity 'a'"),
        ("a.opml", "", 1, "not XML"),
        ("a.opml", "<opml><body/></opml>", None, "empty"),
        ("a.xml", "<html/>", None, "unknown kind"),
        ("a.json", '{"a": 1}', None, "no list or map"),
        ("a.json", '{"a": [{"name": "A"}]', None, "not JSON"),
        ("a.json", '{"a": {"name": "A"}, "b": {"name": 5}}', 2, "found 5"),
    ],
)
def test_damaged_lists_are_named(tmp_path, name, text, row, says):
    with pytest.raises(CatalogError, match=says) as caught:
        read(tmp_path, name, text)
    assert caught.value.row == row


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"a": {"name": "A"}, "b": {"friendly_name": "B"}, "light.big_lamp": {"icon": "x"}},
         ["a A", "b B", "light.big_lamp big lamp"]),
        ({"light.a": "Lamp", "light.b": "Fan"}, ["light.a Lamp", "light.b Fan"]),
        ({"count": 2, "stations": [{"name": "A"}, {"title": "B"}]}, [" A", " B"]),
        ({"data": {"stations": [{"name": "A"}]}}, [" A"]),
        (["A", {"name": "B"}], [" A", " B"]),
        ([{"entity_id": "light.a", "attributes": {"friendly_name": "Lamp"}}, {"entity_id": "fan.hall_fan"}],
         ["light.a Lamp", "fan.hall_fan hall fan"]),
    ],
)  # fmt: skip
def test_json_maps(tmp_path, value, names):
    assert [f"{one.id or ''} {one.name}" for one in read(tmp_path, "a.json", json.dumps(value))] == names


def test_json_lines_that_are_called_json(tmp_path):
    with pytest.warns(SourceWarning, match="JSON lines"):
        found = read(tmp_path, "a.json", '{"name": "A"}\n\n{"title": "B"}\n')
    assert [(one.name, one.row) for one in found] == [("A", 1), ("B", 3)]


def test_registries_of_home_assistant(tmp_path):
    entities = [
        {"entity_id": "light.a", "name": None, "original_name": "Lamp", "aliases": ["Big", None], "area_id": "hall",
         "disabled_by": None, "hidden_by": None, "capabilities": {}},
        {"entity_id": "light.b", "name": "Off", "disabled_by": "user"},
        {"entity_id": "fan.hall_fan", "name": None, "original_name": None},
    ]  # fmt: skip
    text = json.dumps(
        {
            "version": 1,
            "key": "core.entity_registry",
            "data": {"entities": entities, "deleted_entities": [{"entity_id": "x.y"}]},
        }
    )
    assert read(tmp_path, "core.entity_registry", text) == [
        Record("Lamp", ("Big",), "light.a", {"domain": "light", "area_id": "hall"}, 1),
        Record("hall fan", (), "fan.hall_fan", {"domain": "fan"}, 3),
    ]
    areas = {
        "key": "core.area_registry",
        "data": {"areas": [{"id": "k", "name": "Küche", "aliases": ["Kochen"]}]},
    }
    assert read(tmp_path, "core.area_registry", json.dumps(areas)) == [
        Record("Küche", ("Kochen",), "k", {}, 1)
    ]


def registry(kind, rows, items):
    return json.dumps({"version": 1, "key": f"core.{kind}_registry", "data": {rows: items}})


def test_entities_have_the_names_of_their_devices(tmp_path):
    devices = [
        {"id": "d1", "name": "Hue 7", "name_by_user": "Kitchen", "area_id": "k"},
        {"id": "d2", "name": "Washer", "area_id": "cellar"},
    ]
    entities = [
        {"entity_id": "light.a", "has_entity_name": True, "original_name": "Ceiling", "device_id": "d1"},
        {"entity_id": "switch.b", "has_entity_name": True, "original_name": None, "device_id": "d2"},
        {"entity_id": "sensor.c", "has_entity_name": True, "original_name": "Power", "device_id": "d1"},
        {"entity_id": "sensor.d", "has_entity_name": True, "original_name": "Power", "device_id": "d2"},
        {"entity_id": "light.e", "has_entity_name": True, "name": "Sun", "original_name": "x", "device_id": "d1",
         "area_id": "attic"},
        {"entity_id": "light.f_g", "device_id": "gone"},
        {"entity_id": "light.h", "original_name": None, "device_id": "d2"},
    ]  # fmt: skip
    text = registry("entity", "entities", entities)
    alone = [one.name for one in read(tmp_path, "core.entity_registry", text)]
    assert alone == ["Ceiling", "b", "Power", "Power", "Sun", "f g", "h"]
    (tmp_path / "core.device_registry").write_text(registry("device", "devices", devices), "utf-8")
    found = read(tmp_path, "core.entity_registry", text)
    assert [(one.name, one.aliases, one.metadata.get("area_id")) for one in found] == [
        ("Kitchen Ceiling", ("Ceiling",), "k"),
        ("Washer", (), "cellar"),
        ("Kitchen Power", (), "k"),
        ("Washer Power", (), "cellar"),
        ("Sun", (), "attic"),
        ("f g", (), None),
        ("Washer", (), "cellar"),
    ]


@pytest.mark.parametrize(
    "damaged", ["{", "[1]", '{"data": 1}', '{"data": {"devices": [1, {"name": "x"}]}}', "[" * 90000]
)
def test_devices_that_cannot_be_read_stop_nothing(tmp_path, damaged):
    (tmp_path / "core.device_registry").write_text(damaged, "utf-8")
    text = registry(
        "entity", "entities", [{"entity_id": "light.a", "original_name": "Lamp", "device_id": "d1"}]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [one.name for one in read(tmp_path, "core.entity_registry", text)] == ["Lamp"]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("- A\n- name: B\n  x: 1\n", [Record("A", row=1), Record("B", (), None, {"x": 1}, 2)]),
        ("light.big_lamp:\n  friendly_name: Lamp\nfan.b: !include b.yaml\nfan.c: Fan\n",
         [("light.big_lamp", "Lamp"), ("fan.c", "Fan")]),
        ("a:\n  alias: Good night\n  sequence: []\nb:\n  alias: Up\n", [("a", "Good night"), ("b", "Up")]),
        ("- id: '7'\n  alias: Wake\n  action: !secret x\n", [("7", "Wake")]),
        ("light:\n  - platform: x\n    name: A\nfan:\n  - name: B\n", [(None, "A"), (None, "B")]),
        ("lists:\n  area:\n    values:\n      - kitchen\n      - in: (hall|corridor)\n        out: h\n",
         [(None, "kitchen"), (None, "hall")]),
    ],
)  # fmt: skip
def test_yaml(tmp_path, text, records):
    require_packages("yaml")
    found = read(tmp_path, "a.yaml", text, rejects=tmp_path / "r.jsonl")
    pairs = [(one.id, one.name) for one in found]
    assert (found if isinstance(records[0], Record) else pairs) == records


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "row", "says"),
    [
        ("a: [1,\nb: }", 2, "not YAML"),
        ("5", None, "expected a list or a map of entries, found int"),
        ("", None, "empty"),
        (BOMB, None, "anchors"),
        ("- !!python/object:os.system {}\n", 1, "found dict|without a name|not YAML"),
    ],
)  # fmt: skip
def test_damaged_yaml_is_named(tmp_path, text, row, says):
    require_packages("yaml")
    with pytest.raises(CatalogError, match=says) as caught:
        read(tmp_path, "a.yml", text)
    assert caught.value.row == row


CARDS = {
    "latin": "BEGIN:VCARD\nFN:Jörg\nEND:VCARD\n".encode("cp1252"),
    "utf8": "BEGIN:VCARD\nFN:Ñandú\nFN:Nandu\nX-NICKNAME:Nan\nEND:VCARD\n".encode(),
    "greek": "BEGIN:VCARD\nFN;CHARSET=iso-8859-7:Άννα\nEND:VCARD\n".encode("iso-8859-7"),
    "agent": b"home.begin:vcard\nFN:Boss\nAGENT:\nBEGIN:VCARD\nFN:No\nEND:VCARD\nNICKNAME:B\nEND:VCARD\n",
    "folded": b"BEGIN:VCARD\nFN:J\xc3\n \xbcrgen\nEND:VCARD\n",
}


def test_cards_of_several_encodings_in_one_file(tmp_path):
    with pytest.warns(SourceWarning, match="1 values are not UTF-8; read as cp1252"):
        found = read(tmp_path, "a.vcf", b"".join(CARDS.values()))
    assert [(one.name, one.aliases) for one in found] == [
        ("Jörg", ()),
        ("Ñandú", ("Nandu", "Nan")),
        ("Άννα", ()),
        ("Boss", ("B",)),
        ("Jürgen", ()),
    ]


def test_names_in_base64(tmp_path):
    text = "BEGIN:VCARD\nFN;ENCODING=B;CHARSET=UTF-8:SsO8cmdlbg==\nNICKNAME;BASE64:A\nEND:VCARD\n"
    with pytest.warns(SourceWarning, match="in 1 cards a property could not be read"):
        assert read(tmp_path, "a.vcf", text) == [Record("Jürgen", row=1)]


@pytest.mark.parametrize("ends", ["\r\r\n", "\n\r", "\r", "\n\n"])
def test_cards_with_broken_line_ends(tmp_path, ends):
    text = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\n  Lee\nUID:1\nEND:VCARD\nBEGIN:VCARD\nFN:Bo\nUID:1\nEND:VCARD\n"
    found = read(tmp_path, "a.vcf", text.replace("\n", ends))
    assert [(one.id, one.name) for one in found] == [("1", "Ann Lee"), (None, "Bo")]
