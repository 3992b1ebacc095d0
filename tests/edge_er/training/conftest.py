"""A tiny teacher and a tiny pool, so that every training step runs for real in a second."""

from __future__ import annotations

import random
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from tiny import require_packages

from catalog_tools.language.requests import RequestGenerator
from edge_er.text.canonical import canonical_text

if TYPE_CHECKING:
    from edge_er.training.data.pool import Pool
    from edge_er.training.models.dual_encoder import DualEncoder

if find_spec("torch"):
    import torch

    torch.set_num_threads(1)

NAMES = [
    "Cadena SER",
    "Los 40",
    "Radio Nacional",
    "Kiss FM",
    "Europa FM",
    "Onda Cero",
    "Radio Clásica",
    "Rock FM",
    "Cadena 100",
    "Radio Marca",
    "Radio María",
    "Cadena Dial",
    "Hit FM",
    "Máxima FM",
    "Mega Star",
    "esRadio",
    "Canal Sur",
    "Radio Euskadi",
]


@pytest.fixture(scope="session")
def pool() -> Pool:
    from edge_er.training.data.pool import Pool, name_cluster

    rng = random.Random(0)
    generator = RequestGenerator.of_languages(["es", "en"])
    entity = [i % len(NAMES) for i in range(20 * len(NAMES))]
    queries = [generator.request(NAMES[i], "es", rng) for i in entity]
    names = [canonical_text(name) for name in NAMES]
    return Pool(
        queries,
        entity,
        names,
        [sorted({name_cluster(n) for n in names}).index(name_cluster(n)) for n in names],
    )


@pytest.fixture(scope="session")
def teacher(pool: Pool) -> DualEncoder:
    require_packages("torch")
    from edge_er.training.methods.teacher import new_teacher
    from edge_er.training.settings import ModelSettings

    shape = ModelSettings(vocab_size=400, layers=3, hidden=32, heads=2, intermediate=64, max_tokens=24)
    return new_teacher(shape, pool, seed=3).eval()
