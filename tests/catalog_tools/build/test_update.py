"""Updates: what a full build of the final catalog would give, to the byte."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_tools.build import build
from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions, BuildWork, SurfaceForms
from catalog_tools.build.update import UpdateResult, update_bundle
from catalog_tools.language.language import read_locale
from catalog_tools.readers.sources import Record
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.delta import rollback
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import shipped_bundles
from edge_er.encoder.encoder import Encoder
from edge_er.errors import BudgetExceededError, BundleError, CatalogError
from edge_er.resolver import EntityResolver

STATIONS = (
    Entity("es-1", "Cadena SER", ("SER",), (), {"country": "ES", "streams": ["https://ser.example/1"]}),
    Entity("es-2", "LOS40", ("Los 40",), (), {"country": "ES", "tags": ["pop"]}),
    Entity("es-3", "Radio 99.5", (), (), {"country": "ES", "popularity": 9}),
    Entity("es-4", "Onda Cero", (), ("la onda",), {"country": "ES"}),
    Entity("mx-1", "Onda Cero", (), (), {"country": "MX"}),
)


@pytest.fixture(params=["mine", "mine.zip"])
def built(request: pytest.FixtureRequest, encoder_folder: Path, tmp_path: Path) -> Path:
    return build_bundle(STATIONS, tmp_path / request.param, "es", encoder_folder).path


def contents(path: Path) -> bytes | dict[str, bytes]:
    """Every byte of a bundle."""
    return path.read_bytes() if path.is_file() else {each.name: each.read_bytes() for each in path.iterdir()}


def full(
    entities: list[Entity], built: Path, encoder_folder: Path, **options: Any
) -> bytes | dict[str, bytes]:
    """Every byte of a full build."""
    place = built.parent / "full" / built.name
    return contents(build_bundle(entities, place, "es", encoder_folder, **options).path)


def test_an_update_is_a_full_build_of_the_final_catalog(built: Path, encoder_folder: Path) -> None:
    new = Entity("es-9", "Radio 1", ("R1",), (), {"country": "ES"})
    changed = replace(STATIONS[1], aliases=("Los 40 Principales",))
    result = update_bundle(built, add=[new, changed], remove=["es-3", "mx-1"])
    assert (result.added, result.replaced, result.removed) == (("es-9",), ("es-2",), ("es-3", "mx-1"))
    assert contents(built) == full([STATIONS[0], changed, STATIONS[3], new], built, encoder_folder)
    resolver = EntityResolver.load(built)
    assert resolver.resolve("radio uno").matches[0].id == "es-9"
    assert resolver.selftest() > 0
    assert rollback(built)["counts"]["entities"] == len(STATIONS)


def test_only_new_forms_are_encoded(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []
    real = Encoder.token_ids

    def noted(self: Encoder, text: str) -> list[int]:
        encoded.append(text)
        return real(self, text)

    before = {form for entity in read_bundle(built).entities for form in entity.surface_forms}
    monkeypatch.setattr(Encoder, "token_ids", noted)
    update_bundle(built, add=[Entity("es-9", "Radio Nueva 7")])
    after = {form for entity in read_bundle(built).entities for form in entity.surface_forms}
    golden = {answer["query"] for answer in read_bundle(built).manifest["golden"]}
    assert set(encoded) - golden == after - before
    assert after - before


def test_no_change_is_no_change(built: Path) -> None:
    before = contents(built)
    update_bundle(built)
    assert contents(built) == before


def test_given_spoken_forms_stay_and_others_are_chosen_again(built: Path, encoder_folder: Path) -> None:
    assert read_bundle(built).entities[3].spoken[:1] == ("la onda",)
    update_bundle(built, add=[Entity("es-9", "99.5 Radio", (), ("nueve",))])
    expected = [*STATIONS, Entity("es-9", "99.5 Radio", (), ("nueve",))]
    assert contents(built) == full(expected, built, encoder_folder)


CHANGES = st.lists(
    st.tuples(
        st.dictionaries(
            st.integers(1, 6), st.sampled_from(["Radio 1", "Kiss FM", "Onda 0", "SER"]), max_size=3
        ),
        st.sets(st.integers(1, 6), max_size=2),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=15)
@given(CHANGES)
def test_any_sequence_of_updates_is_one_full_build(
    encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[dict, set]]
) -> None:
    place = tmp_path_factory.mktemp("updates")
    final = {entity.id: entity for entity in STATIONS}
    build_bundle(STATIONS, place / "b.zip", "es", encoder_folder)
    for names, gone in changes:
        new = [Entity(f"es-{number}", name, (), (), {"n": number}) for number, name in names.items()]
        removed = [f"es-{number}" for number in gone if f"es-{number}" in final]
        update_bundle(place / "b.zip", add=new, remove=removed)
        final = {one: entity for one, entity in final.items() if one not in removed}
        final.update((entity.id, entity) for entity in new)
    build_bundle(final.values(), place / "full" / "b.zip", "es", encoder_folder)
    assert (place / "b.zip").read_bytes() == (place / "full" / "b.zip").read_bytes()


def test_files_of_any_kind(built: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("id,name,country\nes-7,Kiss FM,ES\nes-2,LOS 41,ES\n", encoding="utf-8")
    (tmp_path / "gone.txt").write_text("\ufeffes-3\n\nCadena Ser\n", encoding="utf-8")
    result = update_bundle(built, tmp_path / "new.csv", tmp_path / "gone.txt")
    assert (result.added, result.replaced, result.removed) == (("es-7",), ("es-2",), ("es-1", "es-3"))
    (tmp_path / "gone.jsonl").write_text('{"name": "Kiss FM"}\n{"id": "es-2", "name": "LOS 41"}\n', "utf-8")
    assert update_bundle(built, remove=tmp_path / "gone.jsonl").removed == ("es-2", "es-7")


def test_a_record_without_an_id_replaces_its_namesake(built: Path) -> None:
    rows = [
        {"name": "cadena ser", "country": "ES", "tags": ["news"]},
        {"name": "Cadena SER", "country": "MX"},
        Record("Kiss FM", metadata={"country": "ES"}),
    ]
    result = update_bundle(built, add=rows)
    assert result.replaced == ("es-1",)
    assert len(result.added) == 2
    entities = {entity.id: entity for entity in read_bundle(built).entities}
    assert entities["es-1"].metadata == {"country": "ES", "tags": ["news"]}
    again = update_bundle(built, add=rows)
    assert (again.added, len(again.replaced)) == ((), 3)


def test_an_entity_may_be_removed_and_come_back(built: Path) -> None:
    result = update_bundle(built, add=[Entity("es-1", "Cadena Nueva")], remove=["es-1"])
    assert (result.added, result.replaced, result.removed) == (("es-1",), (), ("es-1",))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("es-1\nes-99\n", r"gone\.txt, row 2: cannot remove 'es-99': .* no entity with that id or name"),
        ("Onda Cero\n", r"gone\.txt, row 1: .*2 entities have that name \(es-4, mx-1\); give an id"),
    ],
)
def test_what_is_not_there_cannot_be_removed(built: Path, tmp_path: Path, lines: str, expected: str) -> None:
    (tmp_path / "gone.txt").write_text(lines, encoding="utf-8")
    before = contents(built)
    with pytest.raises(CatalogError, match=expected):
        update_bundle(built, remove=tmp_path / "gone.txt")
    with pytest.raises(CatalogError, match="cannot be read"):
        update_bundle(built, remove=tmp_path / "none.txt")
    (tmp_path / "gone.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogError, match="not UTF-8"):
        update_bundle(built, remove=tmp_path / "gone.txt")
    assert contents(built) == before


def test_a_failed_update_changes_nothing(built: Path, tmp_path: Path) -> None:
    before = contents(built)
    with pytest.raises(CatalogError, match="empty"):
        update_bundle(built, remove=[entity.id for entity in STATIONS])
    with pytest.raises(CatalogError, match="without a name"):
        update_bundle(built, add=[{"id": "x"}])
    assert contents(built) == before


def test_the_budget_is_kept(encoder_folder: Path, tmp_path: Path) -> None:
    path = build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, budget="40kB").path
    before, chance = contents(path), random.Random(0)
    with pytest.raises(BudgetExceededError):
        update_bundle(path, add=[Entity(f"x{n}", f"{chance.random()} {chance.random()}") for n in range(900)])
    assert contents(path) == before


def test_out_leaves_the_old_bundle(built: Path, encoder_folder: Path, tmp_path: Path) -> None:
    before = contents(built)
    update_bundle(built, add=[Entity("es-9", "Radio 1")], out=tmp_path / "next" / built.name)
    assert contents(built) == before
    expected = full([*STATIONS, Entity("es-9", "Radio 1")], built, encoder_folder)
    assert contents(tmp_path / "next" / built.name) == expected
    with pytest.raises(BundleError, match="expected a previous version"):
        rollback(built)


def test_settings_of_the_bundle_are_kept(encoder_folder: Path, tmp_path: Path) -> None:
    calibration = {"weights": {"cosine": 9.0}}
    settings_ = {
        "name": "other",
        "budget": "1MB",
        "measure": True,
        "options": BuildOptions(forms=SurfaceForms(single_words=True), calibration=calibration),
    }
    build_bundle(STATIONS[:4], tmp_path / "b", "es", encoder_folder, **settings_)
    update_bundle(tmp_path / "b", add=STATIONS[4:])
    build_bundle(STATIONS, tmp_path / "full", "es", encoder_folder, **settings_)
    assert contents(tmp_path / "b") == contents(tmp_path / "full")
    assert read_bundle(tmp_path / "b").manifest["report"]["requests"]["simulated"]
    update_bundle(tmp_path / "b", measure=False)
    assert read_bundle(tmp_path / "b").manifest["report"] == {}


def test_a_report_on_requests_wants_them_again(encoder_folder: Path, tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    requests.write_text(json.dumps({"query": "pon onda cero", "entity": "es-4"}), encoding="utf-8")
    build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, requests=requests)
    assert update_bundle(tmp_path / "b", remove=["es-2"]).report_lost
    assert read_bundle(tmp_path / "b").manifest["report"] == {}
    assert not update_bundle(tmp_path / "b", requests=requests).report_lost
    assert read_bundle(tmp_path / "b").manifest["report"]["recall_at_1"]


def test_a_locale_file_is_wanted_again(encoder_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('language = "es"\n[letters]\nw = "doble u"\n', encoding="utf-8")
    locale = read_locale(tmp_path / "mine.toml")
    build_bundle(STATIONS, tmp_path / "b", locale, encoder_folder)
    with pytest.raises(CatalogError, match=r"mine\.toml with --locale"):
        update_bundle(tmp_path / "b", remove=["es-2"])
    update_bundle(tmp_path / "b", remove=["es-2"], locale=locale)
    build_bundle(STATIONS, tmp_path / "plain", "es", encoder_folder)
    with pytest.raises(CatalogError, match="leave --locale out"):
        update_bundle(tmp_path / "plain", remove=["es-2"], locale=locale)


def test_pieces_of_a_large_catalog_are_kept(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_KEPT_FROM", 3)
    path = build_bundle(
        STATIONS,
        tmp_path / "b",
        "es",
        encoder_folder,
        options=BuildOptions(BuildWork(folder=tmp_path / "work")),
    ).path
    result = update_bundle(path, work=BuildWork(folder=tmp_path / "work"))
    assert result.built.shards_kept == result.built.shards > 0


def test_a_shipped_bundle_is_not_replaced() -> None:
    for name in list(shipped_bundles())[:1]:
        with pytest.raises(BundleError, match="give another place"):
            update_bundle(name, remove=["x"])


def test_a_bundle_of_before_is_updated(built: Path) -> None:
    """Its recipe does not say how many spoken forms were given; all are taken for chosen ones."""
    bundle = read_bundle(built)
    write_bundle(built, bundle.with_manifest(recipe={"tool": "edge-er build", "lang": "es"}))
    result: UpdateResult = update_bundle(built, remove=["es-4"])
    assert result.built.manifest["counts"]["entities"] == 4


def test_command_line(edge_er, built: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("id,Name\nes-7,Kiss FM\nes-8,\n", encoding="utf-8")
    (tmp_path / "gone.txt").write_text("es-3\n", encoding="utf-8")
    assert edge_er("update", built, "--add", tmp_path / "new.csv", "--strict")[0] == 1
    code, out, errors = edge_er(
        "update", built, "--add", tmp_path / "new.csv", "--remove", tmp_path / "gone.txt"
    )
    assert code == 0
    assert "1 added, 0 replaced, 1 removed; 5 entities" in out
    assert "edge-er rollback" in errors
    assert f"1 of 2 rows cannot be used; they are in {built.with_suffix('')}.rejects.jsonl" in errors
    code, out, _ = edge_er("update", built, "--remove", tmp_path / "gone.txt")
    assert code == 1
    code, out, _ = edge_er("update", built, "--out", tmp_path / "copy", "--json")
    assert json.loads(out)["manifest"]["counts"]["entities"] == 5
