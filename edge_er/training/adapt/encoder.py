"""The encoder of an adaptation: the shipped student trained further by labels, or teacher and student from scratch.

Requests to train on are own ones, for the names of the part TRAIN; requests simulated for the catalog's names of that
part; and requests simulated for names of the shipped catalogs, without which the encoder forgets what it could do.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from catalog_tools.build.vocabulary import CUT_FROM, cut_from
from edge_er.bundle.atomic import write_file
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import shipped_encoders
from edge_er.encoder.encoder import ENCODER_FILES, read_encoder_files
from edge_er.text.canonical import canonical_text
from edge_er.training.adapt.settings import AdaptSettings
from edge_er.training.adapt.speech import Speech
from edge_er.training.adapt.split import Row
from edge_er.training.data.dev import DevTask
from edge_er.training.data.pool import Pool, pool_of
from edge_er.training.export.encoder_export import export_encoder
from edge_er.training.methods.hpd import train_hpd
from edge_er.training.methods.teacher import card_of, train_teacher
from edge_er.training.models.dual_encoder import DualEncoder, load_model, save_model
from edge_er.training.settings import (
    DataSettings,
    HPDSettings,
    ModelSettings,
    OptimSettings,
    Recipe,
    StudentSettings,
)

__all__ = ["FLOAT32", "Lessons", "start_folder", "trained_files", "training_pool"]

TOOL = "edge-er adapt"
FLOAT32 = "model.safetensors"
MIX = (0.4, 0.2, 0.4)  # own requests, requests for the catalog, requests for shipped names
POOL_ROWS = 60_000
SEEN = {"further": 60_000, "teacher": 200_000, "student": 120_000}
MAX_LOSS = 0.02  # of int8 against float32; what becomes of the whole bundle is measured after the fits
DIM, TOKEN_DIM = 64, 32
Step = tuple[str, Recipe]


@dataclass(frozen=True)
class Lessons:
    """What an encoder is trained on, and the requests that say whether int8 loses what float32 learned.

    Attributes:
        rows: own requests of the part TRAIN. judged: of the part FIT.
        names: entities of the part TRAIN. entities: all of the catalog.
        speech: how people ask.
        shipped: names of the shipped catalogs by language.
    """

    rows: Sequence[Row]
    judged: Sequence[Row]
    names: Sequence[Entity]
    entities: Sequence[Entity]
    speech: Speech
    shipped: Mapping[str, Sequence[str]]


def trained_files(
    files: Mapping[str, bytes], lessons: Lessons, settings: AdaptSettings, work: Path
) -> dict[str, bytes]:
    """The files of the encoder that training gives, int8, without fits; ``files`` are those it starts from.

    Raises:
        QualityGateError: int8 loses too much of it.
    """
    pool = training_pool(lessons, settings.seed)
    if settings.teacher:
        model, recipe = _from_scratch(pool, lessons, settings, work)
    else:
        init = str(start_folder(files, work / "start"))
        recipe = _recipe("further", work, lessons, settings)
        model = _step(replace(recipe, model=ModelSettings(init=init)), pool, settings)
    return _exported(model, recipe, lessons, work / "encoder")


def start_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    """A folder to go on from: that of a shipped encoder with float32 weights, if it is this one, else int8 ones.

    An installed package has no float32 weights; they are read back from int8 (``int8_weights``). Of an encoder that was
    cut for a bundle it is the whole one, so that training sees the pieces of all requests; the build cuts it again.
    """
    for shipped in shipped_encoders().values():
        if CUT_FROM in json.loads(files["encoder.json"]) and cut_from(files, read_encoder_files(shipped)):
            return shipped
        same = (shipped / "encoder.onnx").read_bytes() == files["encoder.onnx"]
        if same and (shipped / FLOAT32).is_file():
            return shipped
    for name in ENCODER_FILES:
        write_file(folder / name, files[name])
    return folder


def training_pool(lessons: Lessons, seed: int) -> Pool:
    """The requests to train on; the same for the same seed."""
    rng = random.Random(f"{seed}/training")
    speech, entities = lessons.speech, lessons.entities
    own = [row for row in lessons.rows if row.right]
    known = [
        name for entity in lessons.names for name in (entity.name, *entity.aliases) if canonical_text(name)
    ]
    queries: list[str] = []
    names: list[str] = []
    while len(queries) < POOL_ROWS:
        language = rng.choice(speech.languages)
        kind = rng.choices(range(3), MIX)[0]
        if kind == 0 and own:
            row = rng.choice(own)
            name, query = entities[rng.choice(row.right)].name, _varied(row, speech, rng)
        else:
            name = rng.choice(known if kind == 1 and known else lessons.shipped[language.code])
            query = speech.generator.request(name, language.code, rng)
        if query and canonical_text(name):
            queries.append(canonical_text(query))
            names.append(canonical_text(name))
    return pool_of(queries, names)


def _varied(row: Row, speech: Speech, rng: random.Random) -> str:
    """An own request as it is, or with the noise that requests have."""
    text = canonical_text(rng.choice([row.request.query, row.request.said or row.request.query]))
    return speech.generator.noisy(text, speech.code(row.request.lang), rng) if rng.random() < 0.5 else text


def _recipe(step: str, work: Path, lessons: Lessons, settings: AdaptSettings) -> Recipe:
    further = step == "further"
    return Recipe(
        name=step,
        out=str(work / step),
        data=DataSettings(
            cache=str(work / "pool"), languages=[each.code for each in lessons.speech.languages]
        ),
        model=ModelSettings(vocab_size=8192),
        student=StudentSettings(teacher=str(work / "teacher"), token_dim=TOKEN_DIM),
        hpd=HPDSettings(dim=DIM, sample=20_000, similarity=1.0),
        optim=OptimSettings(
            requests=settings.train_requests or SEEN[step],
            batch=128 if further else 256,
            learning_rate=5e-4 if further else 2e-3 if step == "teacher" else 1e-3,
            mine_every=500,
            save_every=100,
            seed=settings.seed,
        ),
    )


def _from_scratch(
    pool: Pool, lessons: Lessons, settings: AdaptSettings, work: Path
) -> tuple[DualEncoder, Recipe]:
    """A teacher by labels, and its student: SimTDE's compact table with HPD's projection, in one run."""
    teacher = _step(_recipe("teacher", work, lessons, settings), pool, settings)
    recipe = _recipe("student", work, lessons, settings)
    folder = Path(recipe.out)
    if settings.resume and (folder / FLOAT32).is_file():
        return load_model(folder), recipe
    model = train_hpd(recipe, teacher, pool, settings.resume)
    save_model(model, folder, card_of(model, recipe))
    return model, recipe


def _step(recipe: Recipe, pool: Pool, settings: AdaptSettings) -> DualEncoder:
    """Train by labels; a finished model is read again where a run goes on."""
    folder = Path(recipe.out)
    if settings.resume and (folder / FLOAT32).is_file():
        return load_model(folder)
    model = train_teacher(recipe, pool, settings.resume)
    save_model(model, folder, card_of(model, recipe))
    return model


def _exported(model: DualEncoder, recipe: Recipe, lessons: Lessons, folder: Path) -> dict[str, bytes]:
    names = [entity.name for entity in lessons.entities]
    canonical = list(dict.fromkeys(text for text in map(canonical_text, names) if text))
    place = {text: number for number, text in enumerate(canonical)}
    asked = [row for row in lessons.judged if row.right and canonical_text(names[row.right[0]])]
    gold = [place[canonical_text(names[row.right[0]])] for row in asked]
    task = DevTask("own", canonical, [row.request.query for row in asked], np.array(gold, int))
    shipped = [name for of_lang in lessons.shipped.values() for name in of_lang[:5_000]]
    made = {"tool": TOOL, "step": recipe.name, "optim": asdict(recipe.optim)}  # no paths of this machine
    card = card_of(model, recipe) | {"name": "adapted", "recipe": made}
    export_encoder(model, folder, card, [*canonical, *shipped], [task] if asked else [], MAX_LOSS)
    return read_encoder_files(folder)
