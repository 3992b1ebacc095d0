"""Catalogs become bundles that answer, stay within their budget, and keep every name."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from catalog_tools.build.assembly import AWKWARD
from catalog_tools.build.build import BuildResult, build_bundle
from catalog_tools.build.options import BuildOptions, SurfaceForms
from catalog_tools.readers.record_entities import entities_of
from catalog_tools.readers.sources import Record
from edge_er.bundle import locate as shipped
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.errors import BudgetExceededError, CatalogError, EncoderError, RequestFileError
from edge_er.resolver import EntityResolver

STATIONS = [
    {"name": "Cadena SER", "aliases": ["SER"], "country": "ES", "streams": ["https://ser.example/1"]},
    {"name": "Cadena SER +", "country": "ES"},
    {"name": "LOS40", "aliases": "Los 40 Principales|LOS 40", "country": "ES", "tags": ["pop"]},
    {"name": "Kiss FM", "country": "ES", "streams": ["https://kiss.example/1"]},
    {"name": "Radio 99.5", "country": "ES"},
    {"name": "Onda Cero", "country": "ES"},
]


@pytest.fixture(scope="module")
def built(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    return build_bundle(STATIONS, tmp_path_factory.mktemp("built") / "mine", "es", encoder_folder)


def _file_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _id_of(bundle: Path, name: str) -> str:
    return next(entity.id for entity in read_bundle(bundle).entities if entity.name == name)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Cadena SER", "Cadena SER"),
        ("SER", "Cadena SER"),
        ("cadena ser más", "Cadena SER +"),
        ("Los Cuarenta", "LOS40"),
        ("los 40 principales", "LOS40"),
        ("radio noventa y nueve punto cinco", "Radio 99.5"),
        ("onda 0", "Onda Cero"),
    ],
)
def test_every_way_of_saying_a_name_finds_it(built: BuildResult, query: str, name: str) -> None:
    match = EntityResolver.load(built.path).resolve(query).matches[0]
    assert match.name == name
    assert match.score == pytest.approx(1.0, abs=0.02)


def test_the_bundle_says_what_it_holds(built: BuildResult) -> None:
    entities = {entity.name: entity for entity in read_bundle(built.path).entities}
    assert built.manifest["name"] == "mine"
    assert built.manifest["counts"]["entities"] == len(entities) == 6
    assert built.manifest["counts"]["aliases"] == 3
    assert built.manifest["counts"]["spoken"] == sum(len(entity.spoken) for entity in entities.values()) > 4
    assert built.manifest["size_bytes"] <= built.manifest["budget_bytes"] == 2_000_000
    assert entities["LOS40"].metadata == {"country": "ES", "tags": ["pop"]}
    assert entities["Kiss FM"].metadata["streams"] == ["https://kiss.example/1"]
    assert entities["LOS40"].spoken == ("los cuarenta", "los cuarenta principales")


def test_golden_requests_are_answered_as_at_the_build(built: BuildResult) -> None:
    resolver = EntityResolver.load(built.path)
    assert resolver.selftest() == 6 + len(AWKWARD)
    asked = {golden["query"]: golden["ids"] for golden in resolver.manifest["golden"]}
    assert asked.keys() >= set(AWKWARD)
    assert {ids[0] for ids in asked.values() if ids} <= {entity.id for entity in resolver.entities}


def test_the_same_catalog_gives_the_same_bytes_in_any_order(
    built: BuildResult, encoder_folder: Path, tmp_path: Path
) -> None:
    shuffled = random.Random(3).sample(STATIONS, len(STATIONS))
    again = build_bundle(shuffled, tmp_path / "mine", "es", encoder_folder)
    assert _file_bytes(again.path) == _file_bytes(built.path)


def test_known_vectors_are_taken_and_give_the_same_bytes(encoder_folder: Path, tmp_path: Path) -> None:
    names = [f"Radio {number}" for number in range(40)]
    whole = build_bundle([{"name": name} for name in names], tmp_path / "whole", "es", encoder_folder)
    bundle = read_bundle(whole.path)
    forms = [form for entity in bundle.entities for form in entity.surface_forms]
    known = dict(zip(forms, bundle.vectors, strict=True))
    for left_out in (0, 1, 7, len(forms) - 1):
        some = dict(list(known.items())[left_out:])
        again = build_bundle(
            [{"name": name} for name in names],
            tmp_path / str(left_out) / "whole",
            "es",
            encoder_folder,
            options=BuildOptions(forms=SurfaceForms(known_vectors=some)),
        )
        assert _file_bytes(again.path) == _file_bytes(whole.path)
    wrong = {form: np.zeros_like(vector) for form, vector in known.items()}
    taken = build_bundle(
        [{"name": name} for name in names],
        tmp_path / "taken",
        "es",
        encoder_folder,
        options=BuildOptions(forms=SurfaceForms(known_vectors=wrong)),
    )
    assert not read_bundle(taken.path).vectors.any()


def test_mappings_records_entities_and_files_build_the_same(encoder_folder: Path, tmp_path: Path) -> None:
    rows = [
        {"id": f"s{place}", "name": name} for place, name in enumerate(["Kiss FM", "Radio 1", "Onda Cero"])
    ]
    table = tmp_path / "catalog.csv"
    table.write_text("id,name\n" + "".join(f"{row['id']},{row['name']}\n" for row in rows), encoding="utf-8")
    lines = tmp_path / "catalog.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    sources = [
        rows,
        (dict(row) for row in rows),
        [Record(row["name"], id=row["id"]) for row in rows],
        [Entity(row["id"], row["name"]) for row in rows],
        table,
        str(lines),
    ]
    results = [
        build_bundle(source, tmp_path / str(place) / "mine.zip", "es", encoder_folder)
        for place, source in enumerate(sources)
    ]
    assert len({result.path.read_bytes() for result in results}) == 1


def test_a_form_that_is_another_entitys_name_is_left_to_it(encoder_folder: Path, tmp_path: Path) -> None:
    rows = [{"id": "eins", "name": "Radio Eins"}, {"id": "ziffer", "name": "Radio 1"}]
    result = build_bundle(rows, tmp_path / "b", "de", encoder_folder)
    assert [entity.spoken for entity in read_bundle(result.path).entities] == [(), ()]
    resolver = EntityResolver.load(result.path)
    assert [resolver.resolve(query).matches[0].id for query in ("radio eins", "radio 1")] == [
        "eins",
        "ziffer",
    ]


def test_spoken_forms_take_only_the_room_the_budget_leaves(encoder_folder: Path, tmp_path: Path) -> None:
    rows = [{"name": f"Radio {number}", "aliases": [f"Onda {number}"]} for number in range(100, 400)]
    free = build_bundle(rows, tmp_path / "free", "es", encoder_folder, budget=None)
    tight = build_bundle(
        rows, tmp_path / "tight", "es", encoder_folder, budget=free.manifest["size_bytes"] - 5_000
    )
    none = build_bundle(
        rows, tmp_path / "none", "es", encoder_folder, budget=free.manifest["size_bytes"] - 18_000
    )
    counts = [result.manifest["counts"] for result in (free, tight, none)]
    assert [count["entities"] for count in counts] == [300, 300, 300]
    assert [count["aliases"] for count in counts] == [300, 300, 300]
    assert counts[0]["spoken"] == 600
    assert free.spoken_left_out == 0
    assert 0 < counts[1]["spoken"] < 600
    assert counts[1]["spoken"] + tight.spoken_left_out == 600
    assert counts[2]["spoken"] < counts[1]["spoken"]
    assert tight.manifest["size_bytes"] <= tight.manifest["budget_bytes"]


def test_over_budget_writes_nothing_and_keeps_the_old_bundle(
    built: BuildResult, encoder_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "b"
    build_bundle(STATIONS, out, "es", encoder_folder)
    before = _file_bytes(out)
    with pytest.raises(BudgetExceededError, match=r"encoder\.onnx .*nothing was written") as error:
        build_bundle(STATIONS[:3], out, "es", encoder_folder, budget="10kB")
    assert error.value.sizes["encoder.onnx"] > 1000
    assert _file_bytes(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_renamed_station_keeps_its_id(built: BuildResult, encoder_folder: Path, tmp_path: Path) -> None:
    old = {name: _id_of(built.path, name) for name in ("Cadena SER", "Kiss FM", "LOS40", "Onda Cero")}
    renamed = [
        {"name": "La SER", "aliases": ["Cadena SER"], "country": "ES"},
        {"name": "Beso FM", "country": "ES", "streams": ["https://kiss.example/1"]},
        {"name": "Los 40", "country": "ES", "tags": ["new tag"]},
        {"name": "Onda Uno", "country": "ES"},
        {"id": "own", "name": "Onda Cero", "country": "ES"},
    ]
    result = build_bundle(renamed, tmp_path / "new", "es", encoder_folder, previous=built.path)
    ids = {entity.name: entity.id for entity in read_bundle(result.path).entities}
    assert ids["La SER"] == old["Cadena SER"]
    assert ids["Beso FM"] == old["Kiss FM"]
    assert ids["Los 40"] == old["LOS40"]
    assert ids["Onda Cero"] == "own"
    assert ids["Onda Uno"] not in old.values()


def test_an_id_of_a_record_is_never_given_to_another(built: BuildResult) -> None:
    previous = list(read_bundle(built.path).entities)
    kiss = _id_of(built.path, "Kiss FM")
    rows = [{"id": kiss, "name": "Something else", "country": "ES"}, {"name": "Kiss FM", "country": "ES"}]
    entities = entities_of(rows, previous)
    assert len({entity.id for entity in entities}) == 2
    assert next(entity.id for entity in entities if entity.name == "Something else") == kiss


def test_equal_names_without_ids_stay_two_entities() -> None:
    entities = entities_of([{"name": "Max Müller", "phone": "1"}, {"name": "Max Müller", "phone": "2"}])
    assert [entity.name for entity in entities] == ["Max Müller", "Max Müller"]
    assert entities[0].id != entities[1].id


def test_names_without_letters_are_kept_apart_and_counted(encoder_folder: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "name": "🎵"},
        {"id": "b", "name": "🎉🎉", "aliases": ["Party"]},
        {"id": "c", "name": "Kiss"},
    ]
    result = build_bundle(rows, tmp_path / "b", "es", encoder_folder)
    assert result.without_text == ("a", "b")
    assert [entity.id for entity in read_bundle(result.path).entities] == ["a", "b", "c"]
    assert EntityResolver.load(result.path).resolve("party").matches[0].id == "b"


def test_the_measured_quality_is_stored(encoder_folder: Path, tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    rows = [{"query": f"pon la {row['name']}", "entity": row["name"], "lang": "es"} for row in STATIONS]
    rows.append({"query": "pon radio nada", "entity": "Radio Nada", "lang": "es"})
    requests.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, requests=requests)
    report = EntityResolver.load(result.path).report
    assert report["recall_at_1"]["es"]["text"]["rows"] == 7
    assert 0 < report["recall_at_1"]["es"]["text"]["value"] <= round(6 / 7, 6)
    assert report["unmapped"] == {"rows": 1, "entities": 1}
    assert report["unmerged"]["names"] == 8


def test_a_calibration_goes_into_the_manifest(encoder_folder: Path, tmp_path: Path) -> None:
    result = build_bundle(
        STATIONS,
        tmp_path / "b",
        "es",
        encoder_folder,
        options=BuildOptions(calibration={"min_precision": 0.9}),
    )
    assert result.manifest["calibration"] == {"min_precision": 0.9}


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([], "catalog is empty"),
        ([{"name": "A"}, {"title": "B"}], r"row 2, column 'name'"),
        ([{"name": " "}], r"row 1, column 'name'"),
        (
            [{"id": "1", "name": "A"}, {"id": 1, "name": "B"}],
            r"row 2, column 'id': id '1' is already used in row 1",
        ),
        ([{"name": "A", "aliases": 5}], r"row 1, column 'aliases'"),
        (["A"], "row 1: expected a mapping with a name.*found str"),
        ([Entity("", "A")], "row 1, column 'id'"),
    ],
)
def test_a_bad_catalog_says_where(records: list, message: str, encoder_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=message):
        build_bundle(records, tmp_path / "b", "es", encoder_folder)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_file_says_which(encoder_folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "stations.csv"
    table.write_text("id,key\n1,A\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"stations\.csv, row 1, column 'name'"):
        build_bundle(table, tmp_path / "b", "es", encoder_folder)


def test_an_unknown_encoder_names_the_nearest(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "shipped_encoders", lambda: {"multilingual-32-hpd64": encoder_folder})
    with pytest.raises(EncoderError, match=r"'multilingal-32'.*did you mean multilingual-32-hpd64"):
        build_bundle(STATIONS, tmp_path / "b", "es", "multilingal-32")
    assert build_bundle(STATIONS, tmp_path / "b", "es").manifest["encoder"]["name"] == "tiny"


def test_other_bad_arguments_are_refused(encoder_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="unknown language 'pt'"):
        build_bundle(STATIONS, tmp_path / "b", "pt", encoder_folder)
    with pytest.raises(ValueError, match="2 apples"):
        build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, budget="2 apples")
    with pytest.raises(RequestFileError, match=r"none\.jsonl"):
        build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, requests=tmp_path / "none.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_names_are_taken_as_english_where_nothing_else_is_said(tmp_path, encoder_folder):
    result = build_bundle([{"name": "Radio One"}], tmp_path / "b", encoder=encoder_folder, budget=None)
    assert result.manifest["lang"] == "en"
