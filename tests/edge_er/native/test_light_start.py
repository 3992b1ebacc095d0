"""A light start: with kernels neither onnxruntime nor tokenizers is imported; indexes are made when they are needed."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
from tiny import REPOSITORY, require

from edge_er.bundle.locate import shipped_bundles
from edge_er.native.library import Kernels
from edge_er.ranking.evidence import FormEvidence
from edge_er.ranking.weights import RerankWeights

CODE = """
import sys
import numpy
of_numpy = set(sys.modules)  # older versions import more of themselves
from edge_er import EntityResolver
resolver = EntityResolver.load("radio_es", engine=sys.argv[1])
assert resolver.resolve("pon la cadena ser").best.name == "Cadena SER"
heavy = {"onnxruntime", "tokenizers", "safetensors", "numpy.ma", "importlib.resources", "zipfile", "tempfile"}
print(sorted(heavy & set(sys.modules) - of_numpy))
"""


def imported(engine: str) -> str:
    require("radio_es", "radio_es" in shipped_bundles(), "no shipped bundle radio_es")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", CODE, engine]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def test_nothing_heavy_is_imported(kernels: Kernels) -> None:
    assert imported("native") == "[]"
    assert "'onnxruntime'" in imported("reference")


def test_indexes_are_made_for_the_first_request() -> None:
    weights = RerankWeights(heard=5, sound_pieces=2, sound_forms=3, words=4)
    evidence = FormEvidence(
        ["kiss fm", "onda"], np.arange(2, dtype=np.int32), "es", weights, np.zeros(2, np.int64)
    )
    made = {"words", "ngrams", "_misrecognition"}
    assert not made & set(vars(evidence))
    evidence.sound_scores("onda")
    assert made & set(vars(evidence)) == {"ngrams"}
