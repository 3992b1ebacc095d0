"""Requests from the data folder, and the ways people put them."""

import gzip
import json
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from catalog_tools.language.requests import LANGUAGES
from catalog_tools.readers.record_entities import entities_of
from edge_er.bundle.entity import Entity
from edge_er.evaluation.requests_file import read_requests
from edge_er.text.canonical import canonical_text
from edge_er.training.data import voice_requests
from edge_er.training.data.ways_of_asking import WAYS, requests_of

VOICE = {
    "text": "spiele swr3",
    "asr": "Spiele SWR 3.",
    "asr_noisy": "Spiele es",
    "entity": "SWR3",
    "carrier_seen": True,
}


@pytest.fixture
def data(tmp_path):
    """A data folder of a few rows."""
    rows = [
        {"split": "dev", "lang": "de", "domain": "station", "country": "DE", **VOICE},
        {"split": "train", "lang": "de", "domain": "station", "country": "DE", **VOICE},
        {"split": "dev", "lang": "de", "domain": "station", "country": "CH", **VOICE},
        {"split": "dev", "lang": "de", "domain": "city", "country": None, **VOICE, "entity": "Aachen"},
    ]
    write(tmp_path / "voice" / "voice.jsonl.gz", rows)
    write(tmp_path / "voice" / "dev_better_recogniser.jsonl.gz", [{**rows[0], "asr_small": "spiele swr3"}])
    names = ("swr 3", "SWR3", "SWR3 Rock")
    write(tmp_path / "stations" / "stations.jsonl.gz", [{"country": "DE", "name": name} for name in names])
    write(
        tmp_path / "entities" / "cities.jsonl.gz",
        [{"country": "AT", "name": "Wien"}, {"country": "FR", "name": "Lyon"}],
    )
    return tmp_path


def write(path: Path, rows):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def test_requests_are_the_development_rows_of_a_bundles_countries(data):
    requests = voice_requests.station_requests(data, "de")
    assert [(request.stratum, request.query) for request in requests] == [
        ("text", "spiele swr3"),
        ("asr", "Spiele SWR 3."),
        ("noisy", "Spiele es"),
    ]
    assert {(r.gold, r.country, r.lang, r.domain, r.carrier_seen) for r in requests} == {
        (("SWR3",), "DE", "de", "station", True)
    }
    assert voice_requests.station_requests(data, "fr") == []
    assert [r.stratum for r in voice_requests.second_recogniser_requests(data, "de")] == ["asr_small"]


def test_catalogs_of_raw_names_and_other_domains(data):
    assert voice_requests.raw_station_names(data, "de") == ["SWR3", "SWR3 Rock"]
    assert voice_requests.domain_names(data, "city", "de") == ["Aachen", "Wien"]
    entities = voice_requests.entities_of(["SWR3"], "de")
    assert entities[0].name == "SWR3"
    assert "swr drei" in entities[0].spoken


def test_request_files_are_read_back_as_they_were(data, tmp_path):
    requests = voice_requests.station_requests(data, "de")
    voice_requests.write_requests(tmp_path / "r.jsonl", requests)
    read = read_requests(tmp_path / "r.jsonl")
    assert [(r.query, r.gold, r.country, r.stratum, r.carrier_seen) for r in read] == [
        (r.query, r.gold, r.country, r.stratum, r.carrier_seen) for r in requests
    ]


def test_every_development_row_of_the_data_folder_is_used(data_folder):
    sizes = [len(voice_requests.station_requests(data_folder, lang)) for lang in LANGUAGES]
    assert sum(sizes) == 3 * 5666


def test_the_command_writes_what_eval_and_build_read(data, tmp_path, monkeypatch):
    from benchmarks.lib import voice_requests as command

    for file in ("massive/de-DE", "entities/media_entities"):
        write(data / f"{file}.jsonl.gz", [])
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["voice_requests", "--data", str(data), "--out", str(out)])
    command.main()
    assert [request.query for request in read_requests(out / "radio_de.jsonl")][:1] == ["spiele swr3"]
    assert [entity.name for entity in entities_of(out / "city_de.catalog.jsonl")] == ["Aachen", "Wien"]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_asks_for_a_part_of_the_name_or_a_slip_of_it(way):
    names = ["France Bleu Paris", "Radio Kiss Kiss Italia", "Deutschlandfunk Kultur", "SWR3"]
    entities = [Entity(str(place), name, (), (), {}) for place, name in enumerate(names)]
    asked = requests_of(entities, "en", way, random.Random(1))
    assert asked == requests_of(entities, "en", way, random.Random(1))
    assert {index for _, index in asked} <= set(range(len(names)))
    letters = {index: Counter(canonical_text(names[index])) for _, index in asked}
    assert all((letters[index] - Counter(query)).total() < 8 for query, index in asked)
    plain = requests_of(entities, "en", "the name", random.Random(1))
    assert len(plain) == len(names)
    assert way == "the name" or all(canonical_text(names[index]) not in query for query, index in asked)
