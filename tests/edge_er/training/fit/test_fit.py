"""The fit commands, on a tiny data folder: what they write, what they leave, and what they refuse."""

from __future__ import annotations

import json
import os
import shutil
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import VECTOR_SCALE, require_packages
from tiny_data import write_data, write_rows
from typer.testing import CliRunner

from catalog_tools.language.noise import Confusions
from edge_er.bundle.locate import find_encoder
from edge_er.cli import training as cli_training
from edge_er.cli.app import app
from edge_er.decision.calibration import Calibration
from edge_er.encoder.encoder import Encoder
from edge_er.ranking.weights import RerankWeights
from edge_er.training.card import read_card, update_card
from edge_er.training.fit import confidence, evidence_weights
from edge_er.training.fit.misrecognition_costs import HEADING
from edge_er.training.fit.reranking import SCALES


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def fitted(
    encoder_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """An encoder folder whose weights and confidence the commands have fitted, and what they printed."""
    folder = Path(shutil.copytree(encoder_folder, tmp_path_factory.mktemp("fitted") / "tiny"))
    printed = {}
    for part, command in (("rerank", "weights"), ("calibration", "confidence")):
        arguments = ["train", "fit", command, str(folder), "--data", str(data)]
        printed[part] = json.loads(CliRunner().invoke(app, arguments, catch_exceptions=False).stdout)
    return folder, printed


@pytest.fixture
def encoder(encoder_folder: Path, tmp_path: Path) -> Path:
    """An encoder folder without a fit, to which a test may write."""
    return Path(shutil.copytree(encoder_folder, tmp_path / "encoder"))


@pytest.mark.parametrize(("step", "module", "purpose"), cli_training.STEPS)
def test_every_training_command_runs_a_main_that_is_there(step: str, module: str, purpose: str) -> None:
    require_packages("torch")
    assert list(signature(import_module(module).main).parameters) == ["recipe", "resume", "data"]
    assert step in module or "head" in purpose


def test_fits_are_written_into_the_card_and_nothing_else_changes(
    fitted: tuple[Path, dict[str, Any]], encoder_folder: Path
) -> None:
    folder, printed = fitted
    assert read_card(folder) == {**read_card(encoder_folder), **printed}


def test_what_is_not_fitted_is_that_of_the_card_or_of_the_shipped_bundles(
    fitted: tuple[Path, dict[str, Any]], encoder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = read_card(find_encoder("multilingual-32-hpd64"))["rerank"]
    for name in ("words", "numbers"):
        assert fitted[1]["rerank"][name] == shipped[name] > 0
    monkeypatch.setattr(evidence_weights, "cells", lambda *_: [])
    monkeypatch.setattr(evidence_weights, "_joined", lambda _: None)
    monkeypatch.setattr(evidence_weights, "fit_weights", lambda *_: np.ones(len(SCALES)))
    update_card(encoder, rerank={"words": 5, "heard": 3})
    again = evidence_weights.fit(data, Encoder.load(encoder))
    assert (again["words"], again["numbers"]) == (5, 0)


def test_weights_rank_held_out_names(fitted: tuple[Path, dict[str, Any]]) -> None:
    weights = fitted[1]["rerank"]
    assert RerankWeights.from_mapping(weights).heard > 0
    assert set(weights["fit"]["recall_at_1"]) == {"station", "city", "artist"}
    assert weights["fit"]["recall_at_1"]["station"]["asr"] > 0.5


def test_confidence_is_fitted_for_each_way_to_rank(fitted: tuple[Path, dict[str, Any]]) -> None:
    calibration = fitted[1]["calibration"]
    assert set(calibration) == {"dense", "reranked", "typed"}
    assert set(calibration["typed"]["weights"]) == {
        "cosine",
        "whole",
        "explained",
        "missing",
        "number",
        "shared",
        "alike",
        "size",
    }
    assert set(calibration["dense"]["weights"]) == {"cosine", "size"}
    for values in calibration.values():
        assert Calibration.from_mapping(values).precision
        assert values["fit"]["kinds"]["typed"]["rows"] > 0
    assert calibration["reranked"]["fit"]["kinds"]["recognised"]["rows"] > 0
    assert not any("recognised" in kind for kind in calibration["typed"]["fit"]["kinds"])


@pytest.mark.parametrize("command", ["weights", "confidence"])
def test_a_dry_run_leaves_the_card(
    edge_er, command: str, encoder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_weights, "fit", lambda *_: {"heard": 9})
    monkeypatch.setattr(confidence, "fit", lambda *_: {"dense": Calibration().to_dict()})
    before = (encoder / "encoder.json").read_bytes()
    code, out, _ = edge_er("train", "fit", command, encoder, "--data", data, "--dry-run")
    assert (code, len(json.loads(out))) == (0, 1)
    assert (encoder / "encoder.json").read_bytes() == before
    assert edge_er("train", "fit", command, encoder, "--data", data)[0] == 0
    assert (encoder / "encoder.json").read_bytes() != before


@pytest.mark.parametrize("command", ["weights", "confidence"])
def test_a_card_that_may_not_be_written_is_named_before_anything_is_fitted(
    edge_er, command: str, encoder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_weights, "fit", lambda *_: pytest.fail("fitted"))
    monkeypatch.setattr(confidence, "fit", lambda *_: pytest.fail("fitted"))
    monkeypatch.setattr("os.access", lambda _, mode: not mode & os.W_OK)
    code, _, err = edge_er("train", "fit", command, encoder, "--data", data)
    assert (code, err) == (1, f"edge-er: {encoder}: Permission denied\n")


def test_weights_of_other_evidence_and_in_other_units(
    edge_er, encoder: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def fit(folder: Path, loaded: Encoder, evidence: list[str]) -> dict[str, Any]:
        asked.append(evidence)
        return {"heard": 9, "dense_forms": 32}

    monkeypatch.setattr(evidence_weights, "fit", fit)
    other = _with_card(encoder, tmp_path / "other", vector_scale=2 * VECTOR_SCALE)
    command = ("train", "fit", "weights", encoder, "--data", data)
    like = json.loads(edge_er(*command, "--evidence", "dense", "--evidence", "heard", "--like", other)[1])
    assert (like["heard"], like["dense_forms"]) == (36, 32)
    assert asked == [["dense", "heard"]]
    assert "rerank" not in read_card(encoder)
    code, _, err = edge_er(*command, "--evidence", "taste")
    assert code == 2
    assert "'taste'" in err


def _with_card(encoder: Path, to: Path, **values: Any) -> Path:
    """A copy of an encoder folder with other values in its card."""
    shutil.copytree(encoder, to)
    update_card(to, **values)
    return to


def test_what_was_fitted_is_adopted_by_others(
    edge_er, fitted: tuple[Path, dict[str, Any]], encoder: Path, tmp_path: Path
) -> None:
    other = _with_card(encoder, tmp_path / "other", name="other", vector_scale=2 * VECTOR_SCALE)
    assert edge_er("train", "fit", "adopt", fitted[0], other)[0] == 0
    source, adopted = read_card(fitted[0]), read_card(other)
    assert adopted["calibration"] == source["calibration"]
    assert adopted["rerank"]["heard"] == 4 * source["rerank"]["heard"]
    assert adopted["rerank"]["dense_forms"] == source["rerank"]["dense_forms"]
    assert (adopted["name"], adopted["fitted_with"]) == ("other", source["name"])


def test_an_encoder_without_a_fit_has_nothing_to_adopt(edge_er, encoder_folder: Path, encoder: Path) -> None:
    before = (encoder / "encoder.json").read_bytes()
    code, _, err = edge_er("train", "fit", "adopt", encoder_folder, encoder)
    assert code == 1
    assert "no rerank; run edge-er train fit weights first" in err
    assert (encoder / "encoder.json").read_bytes() == before


def test_popularity_is_fitted_and_printed(edge_er, encoder: Path, data: Path) -> None:
    before = (encoder / "encoder.json").read_bytes()
    code, out, _ = edge_er("train", "fit", "popularity", encoder, "--data", data)
    assert code == 0
    assert {"popularity", "heard", "requests", "by demand", "even demand"} == set(json.loads(out))
    assert (encoder / "encoder.json").read_bytes() == before


def test_a_head_is_fitted_only_where_there_is_one(edge_er, encoder: Path, data: Path) -> None:
    code, _, err = edge_er("train", "fit", "head", encoder, "--data", data)
    assert code == 1
    assert "no head.onnx in it; edge-er train dipair" in err


def test_misrecognition_costs_of_every_language_and_of_all(edge_er, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "hearing.txt"
    assert edge_er("train", "fit", "misrecognition", "--data", data, "--out", out)[:2] == (0, f"{out}\n")
    code, _, err = edge_er("train", "fit", "misrecognition", "--data", tmp_path / "none", "--out", tmp_path)
    assert (code, err) == (1, f"edge-er: {tmp_path}: Is a directory\n")
    text = out.read_text(encoding="utf-8")
    assert text.startswith(HEADING)
    assert [line for line in text.splitlines() if line.startswith("[")] == ["[en]", "[es]", "[all]"]
    heard, *values = _costs(text, "said d")
    costs = dict(zip(heard, map(int, values), strict=True))
    assert costs["d"] < costs["t"] < costs.get("k", 999)


def _costs(text: str, start: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"{start} "))
    return line.split()[2:]


def test_the_shipped_table_has_the_heading_of_the_command() -> None:
    from importlib.resources import files

    assert files("edge_er").joinpath("data/hearing.txt").read_text(encoding="utf-8").startswith(HEADING)


def test_numbers_are_no_words_of_carriers() -> None:
    from edge_er.text.carriers import carrier_words

    words = carrier_words().words
    assert not words & {"funf", "twenty", "ocho", "quatre", "sette", "hundred", "dreissig"}
    assert words >= {"ein", "un", "una", "play", "number"}


@pytest.mark.parametrize("packed", [True, False])
def test_confusions_of_the_data_folder_and_of_a_file(
    edge_er, packed: bool, data: Path, tmp_path: Path
) -> None:
    source = ("--data", data)
    if not packed:
        import gzip

        voice = tmp_path / "voice.jsonl"
        voice.write_bytes(gzip.decompress((data / "voice" / "voice.jsonl.gz").read_bytes()))
        source = ("--voice", voice)
    code, out, _ = edge_er("train", "fit", "confusions", *source, "--out", tmp_path / "tables")
    assert code == 0
    assert "confusions_es.tsv" in out
    lines = (tmp_path / "tables" / "confusions_es.tsv").read_text(encoding="utf-8").splitlines()
    confusions = Confusions(
        (said, other, float(rate)) for said, other, rate in (line.split("\t") for line in lines)
    )
    assert any((said, other) == ("d", "t") for said, other, _ in confusions.rows)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"split": "train", "lang": "es", "text": "pon x", "asr": "pon x"}', "row 1, field 'asr_noisy'"),
        (
            '{"split": "dev", "lang": "es", "text": "x", "asr": "x", "asr_noisy": "x"}',
            "split 'train', found none",
        ),
        ("pon x", "not lines of JSON"),
        ("[1]", "expected a JSON object a line"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_recognised_speech_is_refused(
    edge_er, content: str | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "voice.jsonl"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    code, _, err = edge_er("train", "fit", "confusions", "--voice", file, "--out", tmp_path)
    assert code == 1
    assert str(file) in err
    assert message in err


@pytest.mark.parametrize("command", ["weights", "confidence", "popularity"])
def test_a_folder_without_requests_for_held_out_names_is_refused(
    edge_er, command: str, encoder: Path, data: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    write_rows(folder / "voice" / "voice.jsonl.gz", [{"split": "dev", "entity": "Radio X"}])
    code, _, err = edge_er("train", "fit", command, encoder, "--data", folder)
    assert code == 1
    assert "voice.jsonl.gz" in err
    assert "found none" in err
    code, _, err = edge_er("train", "fit", command, encoder, "--data", tmp_path / "nowhere")
    assert code == 1
    assert "no data folder" in err
