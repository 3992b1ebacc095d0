"""The encoder of an adaptation: what it is trained on, from which weights, and that a run goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny import require_packages

from catalog_tools.build.vocabulary import CatalogVocabulary
from catalog_tools.language.name_split import name_cluster
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import find_encoder
from edge_er.encoder.encoder import ENCODER_FILES, Encoder, read_encoder_files
from edge_er.evaluation.requests_file import Request
from edge_er.text.canonical import canonical_text
from edge_er.training.adapt.settings import AdaptSettings
from edge_er.training.adapt.speech import shipped_names, speech_of
from edge_er.training.adapt.split import Row

require_packages("torch")
from edge_er.training.adapt import encoder as module  # noqa: E402
from edge_er.training.adapt.encoder import Lessons, start_folder, trained_files, training_pool  # noqa: E402

TOOLS = [Entity(f"{n:02}", f"{size} {tool}") for n, (size, tool) in enumerate(
    (size, tool) for size in ("Small", "Large", "Heavy") for tool in ("Drill", "Saw", "Lamp", "Sander")
)]  # fmt: skip
WORDS = {"Drill": "hole maker", "Saw": "plank cutter", "Lamp": "bright thing", "Sander": "smoother"}


def row(place: int) -> Row:
    size, tool = TOOLS[place].name.split()
    text = f"i need a {size.lower()} {WORDS[tool]}"
    return Row(
        Request(f"{text} now", (TOOLS[place].id,), said=text), (place,), name_cluster(TOOLS[place].name)
    )


@pytest.fixture
def lessons() -> Lessons:
    speech = speech_of(["en"], [])
    rows = [row(place) for place in range(12)]
    return Lessons(rows[:8], rows[8:], TOOLS[:8], TOOLS, speech, {"en": ["Radio X", "Kiss FM", "Jazz FM"]})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POOL_ROWS", 600)
    monkeypatch.setattr(module, "MAX_LOSS", 1.0)


def test_the_pool_mixes_own_requests_with_general_ones_and_leaves_other_names_out(
    lessons: Lessons, small: None
) -> None:
    pool = training_pool(lessons, seed=1)
    trained = {canonical_text(each.name) for each in lessons.names}
    assert set(pool.names) <= trained | {"radio x", "kiss fm", "jazz fm"}
    assert trained < set(pool.names)
    assert sum("hole maker" in query for query in pool.queries) > 20
    assert training_pool(lessons, seed=1) == pool
    assert training_pool(lessons, seed=2) != pool


def test_training_starts_from_float32_weights_where_they_are(tmp_path: Path) -> None:
    files = read_encoder_files(find_encoder("multilingual-32-hpd64"))
    assert (start_folder(files, tmp_path / "start") / "model.safetensors").is_file()
    fold = read_encoder_files(find_encoder("multilingual-32-hpd64-fold"))
    assert start_folder(fold, tmp_path / "start") == tmp_path / "start"
    assert {file.name for file in (tmp_path / "start").iterdir()} == set(ENCODER_FILES)


def test_training_starts_from_the_whole_encoder_that_a_bundles_was_cut_from(tmp_path: Path) -> None:
    shipped = find_encoder("multilingual-32-hpd64")
    vocabulary = CatalogVocabulary(read_encoder_files(shipped), "en")
    vocabulary.add(entity.name for entity in TOOLS)
    assert start_folder(vocabulary.files(), tmp_path / "start") == shipped


@pytest.mark.parametrize("start", ["multilingual-32-hpd64", "multilingual-32-hpd64-fold"])
def test_the_shipped_student_is_trained_further(
    lessons: Lessons, small: None, tmp_path: Path, start: str
) -> None:
    files = read_encoder_files(find_encoder(start))
    settings = AdaptSettings(encoder=True, train_requests=512)
    made = trained_files(files, lessons, settings, tmp_path)
    card = json.loads(made["encoder.json"])
    assert card["dim"] == 64 and card["languages"] == ["en"] and "rerank" not in card
    assert str(tmp_path) not in made["encoder.json"].decode()
    assert Encoder.from_files(made).encode(["a"]).shape == (1, 64)
    assert made["encoder.onnx"] != files["encoder.onnx"]


def test_teacher_and_student_from_scratch_go_on_where_they_stopped(
    lessons: Lessons, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DIM", 16)
    settings = AdaptSettings(teacher=True, train_requests=1024)
    train, trained = module.train_hpd, []

    def stopped(*arguments, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "train_hpd", stopped)
    with pytest.raises(KeyboardInterrupt):
        trained_files({}, lessons, settings, tmp_path)
    monkeypatch.setattr(module, "train_hpd", train)
    monkeypatch.setattr(module, "train_teacher", lambda *_: trained.append(1))
    resumed = AdaptSettings(teacher=True, train_requests=1024, resume=True)
    made = trained_files({}, lessons, resumed, tmp_path)
    assert json.loads(made["encoder.json"])["dim"] == 16
    assert not trained


def test_every_language_has_shipped_names() -> None:
    names = shipped_names(speech_of(["es", "en"], []))
    assert names["es"] and names["en"] and names["es"] != names["en"]
