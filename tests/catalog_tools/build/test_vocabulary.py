"""A cut vocabulary reads what it keeps to the bit as the whole one does, and everything else by smaller pieces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny import require, require_packages

from catalog_tools.build import BuildOptions, IndexOptions, build_bundle
from catalog_tools.build.delta import make_delta
from catalog_tools.build.update import BuiltWith, update_bundle
from catalog_tools.build.vocabulary import (
    CATALOG,
    CUT_FROM,
    CatalogVocabulary,
    cut_from,
    cut_vocabulary,
    pieces_of,
    pieces_of_each,
)
from catalog_tools.language.language import read_locale
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.delta import apply_delta
from edge_er.bundle.locate import shipped_encoders
from edge_er.encoder.encoder import Encoder, read_encoder_files
from edge_er.errors import EncoderError
from edge_er.resolver import EntityResolver

ENCODER = "multilingual-32-hpd64"
require(ENCODER, ENCODER in shipped_encoders(), "the shipped encoder is not here")

STATIONS = [
    {"id": f"es-{at}", "name": name} for at, name in enumerate(("Cadena SER", "LOS40", "Radio Clásica"))
]
LATER = {"id": "es-9", "name": "Przemyśl Szczecin"}  # no word of it is in a Spanish vocabulary
OPTIONS = BuildOptions(vocabulary=CATALOG)


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    return read_encoder_files(shipped_encoders()[ENCODER])


@pytest.fixture(scope="module")
def cut(whole: dict[str, bytes]) -> dict[str, bytes]:
    vocabulary = CatalogVocabulary(whole, "es")
    vocabulary.add(["Cadena SER", "Zoë Kravitz"])
    return vocabulary.files()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return build_bundle(STATIONS, tmp_path / "mine", "es", options=OPTIONS).path


def test_texts_whose_pieces_are_kept_have_the_same_vector(
    whole: dict[str, bytes], cut: dict[str, bytes]
) -> None:
    texts = [
        "Cadena SER",
        "pon la cadena ser",
        "zoe kravitz",
        "por favor",
        "play cadena ser please",
        "",
        "a",
        "7",
    ]
    mine, theirs = (Encoder.from_files(files) for files in (cut, whole))
    kept = json.loads(cut["tokenizer.json"])["model"]["vocab"].keys()
    assert pieces_of(whole["tokenizer.json"], texts) <= kept
    assert list(pieces_of_each(cut["tokenizer.json"], texts)) == list(
        pieces_of_each(whole["tokenizer.json"], texts)
    )
    assert np.array_equal(mine.encode(texts), theirs.encode(texts))


def test_other_texts_are_read_by_smaller_pieces(whole: dict[str, bytes], cut: dict[str, bytes]) -> None:
    texts = ["heidelberg schwetzingen", "marmalade skies", "przemysl", "ομιλία", "радио", "北京"]
    for mine, theirs in zip(
        *(pieces_of_each(each["tokenizer.json"], texts) for each in (cut, whole)), strict=True
    ):
        assert len(mine) >= len(theirs)
        assert mine.count("[UNK]") == theirs.count("[UNK]")
        assert "".join(mine).replace("##", "") == "".join(theirs).replace("##", "")
    assert len(next(pieces_of_each(cut["tokenizer.json"], texts))) > len(
        next(pieces_of_each(whole["tokenizer.json"], texts))
    )


def test_files_and_card_are_those_of_a_smaller_encoder(
    whole: dict[str, bytes], cut: dict[str, bytes], tmp_path: Path
) -> None:
    for name, data in cut.items():
        (tmp_path / name).write_bytes(data)
    assert read_encoder_files(tmp_path) == cut
    before, card = (json.loads(files["encoder.json"]) for files in (whole, cut))
    pieces = len(json.loads(cut["tokenizer.json"])["model"]["vocab"])
    assert card["vocab_size"] == pieces < before["vocab_size"] * 0.6
    assert before["parameters"] - card["parameters"] == 32 * (before["vocab_size"] - pieces)
    assert len(cut["encoder.onnx"]) < len(whole["encoder.onnx"]) - 36 * 3_500
    assert cut_from(cut, whole) and not cut_from(whole, whole) and not cut_from(cut, cut)


def test_what_is_cut_stays_as_it_is(cut: dict[str, bytes]) -> None:
    again = CatalogVocabulary(cut, "es")
    again.add(["Cadena SER"])
    assert again.files() == cut


def test_whole_is_whole(whole: dict[str, bytes]) -> None:
    vocabulary = CatalogVocabulary(whole, "es", "whole")
    vocabulary.add(["Cadena SER"])
    assert vocabulary.files() == whole


def test_an_encoder_of_another_kind_and_a_language_that_nobody_counted_stay_whole(
    encoder_files: dict[str, bytes], whole: dict[str, bytes], tmp_path: Path
) -> None:
    locale = tmp_path / "xx.toml"
    locale.write_text('language = "xx"\n[numbers]\nspeech = "en"\n', encoding="utf-8")
    assert CatalogVocabulary(encoder_files, "es").files() == encoder_files
    assert CatalogVocabulary(whole, read_locale(locale)).files() == whole


def test_special_tokens_must_come_first(whole: dict[str, bytes]) -> None:
    tokenizer = json.loads(whole["tokenizer.json"])
    tokenizer["added_tokens"][0]["id"] = 900
    with pytest.raises(EncoderError, match="special tokens"):
        cut_vocabulary({**whole, "tokenizer.json": json.dumps(tokenizer).encode()}, set())


def test_a_build_keeps_the_pieces_of_all_forms(built: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    bundle = read_bundle(built)
    other = read_bundle(build_bundle(STATIONS, tmp_path / "whole", "es").path)
    forms = [form for entity in bundle.entities for form in entity.surface_forms]
    kept = json.loads(bundle.encoder_files["tokenizer.json"])["model"]["vocab"].keys()
    assert pieces_of(whole["tokenizer.json"], forms) <= kept
    assert np.array_equal(bundle.vectors, other.vectors)
    assert list(bundle.entities) == list(other.entities)
    assert bundle.manifest["recipe"]["vocabulary"] == CATALOG
    assert bundle.manifest["encoder"]["vocab_size"] == len(kept)
    assert bundle.manifest["size_bytes"] < other.manifest["size_bytes"] - 180_000
    assert EntityResolver.load(built).selftest() > 0


def test_a_large_catalog_has_its_index_over_the_same_vectors(tmp_path: Path) -> None:
    require_packages("faiss")
    rows = [{"id": f"{number:03}", "name": f"Radio Sol {number}"} for number in range(200)]
    built = [
        read_bundle(
            build_bundle(
                rows,
                tmp_path / kind,
                "es",
                budget=None,
                name="mine",
                options=BuildOptions(vocabulary=kind, index=IndexOptions("IVF4,SQ8")),
            ).path
        )
        for kind in ("whole", CATALOG)
    ]
    assert built[0].index.read_bytes() == built[1].index.read_bytes()
    assert EntityResolver(built[1]).resolve("pon radio sol 77").best.id == "077"


def test_a_smaller_encoder_leaves_room_for_spoken_forms(tmp_path: Path) -> None:
    rows = [{"name": f"Radio {number},5"} for number in range(88, 108)]
    whole, cut = (
        build_bundle(
            rows,
            tmp_path / kind,
            "es",
            budget="905kB",
            measure=True,
            options=BuildOptions(vocabulary=kind),
        ).manifest["counts"]["spoken"]
        for kind in ("whole", CATALOG)
    )
    assert whole < cut


def test_an_update_keeps_the_encoder_so_that_devices_can_take_a_delta(built: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    update_bundle(built, add=[LATER], out=new)
    assert read_bundle(new).encoder_files == read_bundle(built).encoder_files
    make_delta(built, new, tmp_path / "new.delta")
    apply_delta(built, tmp_path / "new.delta")
    assert EntityResolver.load(built).resolve("pon przemysl szczecin").best.id == LATER["id"]


def test_an_update_from_the_whole_encoder_is_a_full_build(built: Path, tmp_path: Path) -> None:
    update_bundle(built, add=[LATER])
    update_bundle(built, add=[{"id": "es-8", "name": "Onda Cero"}], locale=BuiltWith(encoder=ENCODER))
    rows = [*STATIONS, LATER, {"id": "es-8", "name": "Onda Cero"}]
    full = build_bundle(rows, tmp_path / "full", "es", name="mine", options=OPTIONS).path
    assert {each.name: each.read_bytes() for each in built.iterdir()} == {
        each.name: each.read_bytes() for each in full.iterdir()
    }


@pytest.mark.parametrize("kind", ["whole", CATALOG])
def test_an_update_refuses_an_encoder_that_it_was_not_cut_from(tmp_path: Path, kind: str) -> None:
    made = build_bundle(STATIONS, tmp_path / "mine", "es", options=BuildOptions(vocabulary=kind)).path
    other = ENCODER if kind == "whole" else "multilingual-64"
    require(other, other in shipped_encoders(), "the shipped encoder is not here")
    with pytest.raises(EncoderError, match="not cut from"):
        update_bundle(made, add=[LATER], locale=BuiltWith(encoder=other))


def test_own_entries_are_read_by_what_there_is(built: Path) -> None:
    mine = EntityResolver.load(built).with_entries([{"id": "me", "name": "Zbigniew Brzeziński"}])
    assert mine.resolve("llama a zbigniew brzezinski").best.id == "me"


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        BuildOptions(vocabulary="half")


def test_a_card_of_new_weights_says_nothing_of_the_old_vocabulary() -> None:
    from edge_er.training.card import untrained

    assert untrained({"name": "mine", CUT_FROM: {}}) == {"name": "mine"}
