"""The pure parts of the benchmarks of encoders: distillation, quantisation, confidence."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tiny import ENTITIES

from benchmarks.lib.systems import load_encoder, pooled
from benchmarks.papers import distillation
from benchmarks.product import calibration, quantisation
from benchmarks.product.accuracy import comparison
from edge_er.encoder.encoder import Encoder
from edge_er.evaluation.metrics import GoldMap, evaluate_answers
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver


def encoder_card(folder, token_dim, teacher="", vocabulary=8192):
    folder.mkdir()
    student = {"teacher": teacher, "start": "svd"}
    card = {"token_dim": token_dim, "vocab_size": vocabulary, "recipe": {"student": student}}
    (folder / "encoder.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def evaluation(first):
    """Two languages; `first` [language] are the answers to two entities' requests in three strata."""
    parts = {}
    for lang, answers in first.items():
        strata = ("text", "asr", "noisy")
        requests = [Request("q", (ENTITIES[k].name,), lang=lang, stratum=s) for k in (0, 3) for s in strata]
        parts[lang] = evaluate_answers([[answer] for answer in answers], ENTITIES, requests, 20)
    return pooled(parts)


def test_encoders_are_described_by_their_cards(tmp_path):
    teacher = encoder_card(tmp_path / "teacher-8k", 128)
    student = encoder_card(tmp_path / "s", 32, "models/encoders/teacher-8k")
    assert distillation.described(teacher).label == "teacher, 8,192 pieces"
    found = distillation.described(student)
    assert (found.label, found.teacher) == ("SimTDE-32, 8,192 pieces, svd start", "teacher-8k")


def test_missing_encoders_are_noted(tmp_path):
    there, missing = encoder_card(tmp_path / "there", 32), tmp_path / "missing"
    (there / "model.safetensors").touch()
    folders, notes = distillation.present([there, missing])
    assert folders == [there]
    assert len(notes) == 1
    assert notes[0].startswith("missing: not measured")


def test_every_recipe_is_measured_teachers_first():
    names = [folder.name for folder in distillation.recipe_folders()]
    assert {
        "teacher-8k",
        "teacher-30k",
        "multilingual-32",
        "multilingual-64",
        "multilingual-32-random",
    } <= set(names)
    assert [name.startswith("teacher") for name in names] == sorted(
        (name.startswith("teacher") for name in names), reverse=True
    )


def test_change_is_in_percent_of_the_teacher_and_languages_count_the_same():
    right, half = [0, 0, 0, 3, 3, 3], [0, 0, 0, 0, 0, 0]
    student, teacher = evaluation({"de": half, "it": right}), evaluation({"de": right, "it": right})
    compared = comparison(student, teacher)
    found = distillation.changes(compared)
    assert found == {"de": pytest.approx(-50), "it": pytest.approx(0), "average": pytest.approx(-25)}
    report = {
        "encoders": {
            name: {
                "label": name,
                "parameters": 669_312,
                "float32_bytes": 2_677_248,
                "int8_bytes": 732_750,
                "recall_at_1": distillation.recalls(made),
            }
            for name, made in (("the teacher", teacher), ("the student", student))
        },
        "students": {"the student": {"comparison": compared, "change_percent": found}},
        "notes": ["gone: not measured"],
    }
    text = distillation.tables(report)
    assert "| the student | -50.00 | - | - | +0.00 | - | -25.00 |" in text
    assert "| SimTDE-32, the paper | -0.17 | -0.89 | -0.39 | -0.53 | -0.12 | -0.43 |" in text
    assert "| the student | .7500 (" in text
    assert "* gone: not measured" in text


def test_int4_levels_are_fifteen_a_row_and_near_the_table():
    table = np.random.default_rng(0).normal(size=(6, 40)).astype(np.float32)
    rounded = quantisation.on_levels(table, 7)
    assert all(len(np.unique(row)) <= 15 for row in rounded)
    assert np.all(np.abs(rounded - table) <= np.abs(table).max(axis=1, keepdims=True) / 14 + 1e-6)
    assert not quantisation.on_levels(np.zeros((1, 3), np.float32), 7).any()


def test_parity_and_time_of_a_graph(encoder_files, encoder):
    session = quantisation.Session(encoder_files["encoder.onnx"])
    ids = [encoder.token_ids(text) for text in ("cadena ser", "los cuarenta", "kiss fm en la cocina", "ser")]
    alone = np.concatenate([session.run([row]) for row in ids])
    assert np.allclose(
        alone, encoder.encode(["cadena ser", "los cuarenta", "kiss fm en la cocina", "ser"]), atol=1e-6
    )
    same = quantisation.parity(session, alone, ids)
    assert same["float32_difference"] == 0
    assert same["batch_difference"] < 1e-6
    other = quantisation.parity(session, np.roll(alone, 1, axis=0), ids)
    assert other["float32_difference"] > 0.1
    assert quantisation.encode_times(session, ids)["requests"] == quantisation.TIMED_TEXTS


def test_an_encoder_folder_is_measured_as_asked(encoder_folder):
    assert isinstance(load_encoder(encoder_folder), Encoder)
    assert isinstance(load_encoder(encoder_folder, float32=True), Encoder)  # it holds no float32 weights


def test_what_the_bundle_does_not_hold_is_never_right(resolver: EntityResolver):
    rows = [
        row
        for kind, gold in (("typed", ("Cadena SER",)), ("recognised", ("Kiss FM",)), ("noisy", ()))
        for row in calibration.scored_rows(
            resolver, GoldMap(resolver.entities), kind, Request("cadena ser", gold)
        )
    ]
    assert [(kind, right[0]) for kind, _, right in rows] == [
        ("typed", True),
        ("taken out, typed", False),
        ("recognised", False),
        ("taken out, recognised", False),
        ("noisy", False),
    ]
    whole, without = rows[0][1], rows[1][1]
    assert whole.scores[0] == pytest.approx(1, abs=0.01)
    assert without.scores[0] == whole.scores[1]
