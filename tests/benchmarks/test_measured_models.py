"""Published figures are of the models in the repository, or are listed as older."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.lib import measured_models, results_file
from benchmarks.lib.measured_models import changed_models, measured
from benchmarks.lib.stale_results import document, stale_results

RESULTS = Path(results_file.REPOSITORY) / "benchmarks" / "results"
LISTED = (RESULTS / "stale.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(file.stem for file in RESULTS.glob("*.json")))
def test_a_result_is_of_the_models_of_today_or_listed_as_older(name):
    result = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    changed = changed_models(result)
    listed = f"| [{name}]({name}.md) |" in LISTED
    assert listed or not changed, (
        f"{name}.json is older than {', '.join(changed)}; make it again: {result['command']}; "
        "or list it as older: python -m benchmarks.lib.stale_results"
    )
    assert changed or not listed, "no longer older: python -m benchmarks.lib.stale_results"


def test_the_list_is_as_it_would_be_written():
    assert document() == LISTED, "run: python -m benchmarks.lib.stale_results"
    assert set(stale_results()) < {file.stem for file in RESULTS.glob("*.json")}


@pytest.fixture
def models(tmp_path):
    for name in (
        "radio/manifest.json",
        "radio/encoder.onnx",
        "encoders/a/encoder.json",
        "encoders/a/encoder.onnx",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    for part in ("config.json", "model.safetensors", "README.md"):
        (tmp_path / "encoders" / "a" / part).write_text(part, encoding="utf-8")
    return tmp_path


def test_a_bundle_is_its_manifest_and_an_encoder_its_weights_and_card(models):
    def of(*names):
        return sorted(measured({str(models / name) for name in names}, models))

    assert of("radio/encoder.onnx", "radio/entities.jsonl.gz") == ["radio/manifest.json"]
    assert of("encoders/a/encoder.json", "encoders/a/README.md") == ["encoders/a/encoder.json"]
    assert of("encoders/a/config.json") == ["encoders/a/model.safetensors"]
    assert of("../elsewhere/encoder.json", "recipes/a.toml") == []


def test_a_changed_model_makes_a_result_stale(models):
    result = {
        "models": measured(
            {str(models / "radio/manifest.json"), str(models / "encoders/a/encoder.onnx")}, models
        )
    }
    assert len(result["models"]) == 2 and changed_models(result, models) == []
    (models / "radio/manifest.json").write_text("other", encoding="utf-8")
    assert changed_models(result, models) == ["radio/manifest.json"]
    (models / "encoders/a/encoder.onnx").unlink()
    assert changed_models(result, models) == ["encoders/a/encoder.onnx", "radio/manifest.json"]
    assert changed_models({}, models) == ["unknown"]
    assert changed_models({"models": {}}, models) == []


def test_what_a_benchmark_loads_is_in_its_result(tmp_path):
    code = (
        "from benchmarks.lib.results_file import write_result\n"
        "from edge_er.resolver import EntityResolver\n"
        "from edge_er.encoder.encoder import Encoder\n"
        "from benchmarks.lib.measured_models import uses\n"
        "EntityResolver.load('radio_es')\n"
        "Encoder.load('models/encoders/multilingual-64')\n"
        "uses('radio_it')\n"
        "write_result('cost.tried', 'tried', {}, '# Tried')\n"
    )
    run = {"check": True, "cwd": results_file.REPOSITORY, "timeout": 300}
    where = {"EDGE_ER_RESULTS": str(tmp_path), "PYTHONPATH": str(results_file.REPOSITORY), "PATH": ""}
    subprocess.run([sys.executable, "-c", code], env=where, **run)
    written = json.loads((tmp_path / "tried.json").read_text(encoding="utf-8"))
    encoder = "encoders/multilingual-64"
    names = [
        f"{encoder}/encoder.json",
        f"{encoder}/encoder.onnx",
        "radio_es/manifest.json",
        "radio_it/manifest.json",
    ]
    assert list(written["models"]) == names
    assert changed_models(written) == []
    assert Path(results_file.REPOSITORY) / "models" == measured_models.MODELS
