"""Recipes: the frozen, checked settings of a training run, read from ``models/recipes/*.toml``."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from edge_er.errors import RecipeError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "DSESettings",
    "DataSettings",
    "ExportSettings",
    "HPDSettings",
    "HeadSettings",
    "ModelSettings",
    "OptimSettings",
    "Recipe",
    "SentenceSettings",
    "StudentSettings",
    "read_recipe",
    "work_folder",
]


@dataclass(frozen=True)
class DataSettings:
    """Where requests come from and how many are made.

    Attributes:
        folder: data folder, where neither ``--data`` nor EDGE_ER_DATA names one; "" for ``../shared/data``.
        cache: made requests are kept here, for what they were made from (see ``data.load_pool``).
        requests: rows in the pool; voice_share: how many of them come from recognised speech.
        domain_weights: how often a synthetic request asks for a name of this domain.
        held_share: share of the name clusters kept out of the pool. Their requests are new to the encoder, so
            re-ranking heads, weights and confidence are fitted on them.
        seed: of the choice of requests.
    """

    folder: str = ""
    cache: str = "build/pool"
    requests: int = 3_000_000
    voice_share: float = 0.5
    domain_weights: dict[str, float] = field(
        default_factory=lambda: {"station": 0.5, "artist": 0.22, "tv": 0.07, "programme": 0.07, "city": 0.14}
    )
    held_share: float = 0.0
    seed: int = 1


@dataclass(frozen=True)
class ModelSettings:
    """Shape of the BERT-like teacher.

    Attributes:
        init: folder or hub name of a pretrained one, which brings its vocabulary; "" for a fresh start.
        vocabulary: a tokenizer.json to use; "" trains one, which is not the same twice (ties fall at random).
        vocab_size: pieces of a vocabulary that is trained. max_tokens: of a text, [CLS] and [SEP] included.
        spelling_start: start the token table from the spelling of its pieces (``vocabulary.spelling_table``).
    """

    init: str = ""
    vocabulary: str = ""
    vocab_size: int = 8192
    layers: int = 2
    hidden: int = 128
    heads: int = 2
    intermediate: int = 512
    max_tokens: int = 48
    spelling_start: bool = True


@dataclass(frozen=True)
class StudentSettings:
    """SimTDE: ``token_dim`` d, last ``keep_layers`` K layers, ``alpha`` of equation 5, ``start`` "svd" or "random".

    Attributes:
        teacher: an encoder folder, or a pretrained BERT (see ``pretrained.load_teacher``).
        hidden_states: weight of the hidden states' error, which is an ablation of the paper; 0 leaves it out.
    """

    teacher: str = ""
    token_dim: int = 32
    keep_layers: int = 2
    alpha: float = 0.5
    start: str = "svd"
    hidden_states: float = 0.0


@dataclass(frozen=True)
class HPDSettings:
    """HPD: the output has ``dim`` dimensions (0: the encoder's width), from a PCA over ``sample`` texts.

    Attributes:
        start: folder of a finished SimTDE student of the same teacher to go on from; "" starts a fresh one.
        teachers: encoder folders whose embeddings together are mimicked (see ``ensemble``), instead of the teacher's
            of [student], which is then the measure of L_TE alone.
        similarity: weight of the error of the batch's cosines at ``temperature``; 0 is the paper's method.
    """

    dim: int = 0
    sample: int = 50_000
    start: str = ""
    teachers: list[str] = field(default_factory=list)
    similarity: float = 0.0
    temperature: float = 0.05


@dataclass(frozen=True)
class SentenceSettings:
    """English sentences as the texts to distil on, instead of requests.

    Attributes:
        wordnet: folder of WordNet's data files; "" leaves the requests.
        variants: copies of each sentence with substituted synonyms.
        cache: the teacher's embeddings are kept here.
    """

    wordnet: str = ""
    variants: int = 0
    cache: str = "build/teacher"


@dataclass(frozen=True)
class OptimSettings:
    """AdamW and the batches.

    Attributes:
        requests: how many requests are seen in all; batch: requests a step.
        weight_decay: biases and norms have none. warmup: share of the steps in which the learning rate rises.
        neighbours: rows a group of confusable names brings into one batch.
        mine_every: steps between two searches for such names.
        temperature: of the softmax over the batch (teacher only).
        save_every: steps between two checkpoints.
    """

    requests: int = 6_000_000
    batch: int = 512
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.05
    temperature: float = 0.05
    neighbours: int = 4
    mine_every: int = 2000
    seed: int = 1
    save_every: int = 500


@dataclass(frozen=True)
class HeadSettings:
    """The DiPair head: its shape (section 3 of the paper) and what it is trained on.

    Attributes:
        encoder: float32 encoder folder whose token embeddings it reads.
        kind: "transformer" or "ffnn". request_tokens, entity_tokens: N and M. dim: D of both projections.
        entity_side: "output" reads the encoder's output of the entity form, as the paper does; "table" its token
            embeddings from the encoder's table, which costs a catalog neither bytes nor time.
        layers, heads: of the transformer. intermediate: its inner width, or the feed-forward network's.
        candidates: how many entity forms a request is trained with, the right one among them.
        start: "likeness" starts the head as a matcher of like tokens (``PairHead.start_from``), "random" does not.
        share: share of the held-out name clusters the head is trained on; the others are left for its weight.
        joint_requests: requests of the second stage, which trains the encoder too; 0 leaves it out.
    """

    encoder: str = ""
    kind: str = "transformer"
    request_tokens: int = 12
    entity_tokens: int = 6
    dim: int = 32
    entity_side: str = "output"
    layers: int = 2
    heads: int = 1
    intermediate: int = 64
    candidates: int = 10
    start: str = "likeness"
    share: float = 0.7
    joint_requests: int = 0
    joint_learning_rate: float = 1e-4


@dataclass(frozen=True)
class DSESettings:
    """The cross-attentive teacher, its cached pair scores, and the dual encoder distilled from them.

    Attributes:
        start: float32 dual encoder the teacher starts from; its nearest names are the candidates.
        student: float32 dual encoder that is trained further on the cached scores.
        folder: where teacher/, train_scores.parquet and held_scores.parquet are written.
        extra_layers: layers on top of those of ``start``.
        share: share of the held-out name clusters the teacher is trained on; the others judge it.
        requests, candidates: how many requests of the training fold are scored with how many names each.
        held_candidates: names a request of the held-out fold is scored with.
        alpha: share of the reconstructed pair scores in the student's loss; the rest is the labels' share.
        student_requests, student_batch, student_learning_rate: as in [optim], for the student.
    """

    start: str = ""
    student: str = ""
    folder: str = "build/dse"
    extra_layers: int = 1
    share: float = 0.7
    requests: int = 60_000
    candidates: int = 12
    held_candidates: int = 20
    alpha: float = 0.5
    student_requests: int = 120_000
    student_batch: int = 64
    student_learning_rate: float = 2e-4


@dataclass(frozen=True)
class ExportSettings:
    """``max_loss``: the gate's limit, relative to float32 dev Recall@1."""

    max_loss: float = 0.005


@dataclass(frozen=True)
class Recipe:
    """One training run; ``out`` is the encoder folder it writes."""

    name: str
    out: str
    data: DataSettings = field(default_factory=DataSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    student: StudentSettings = field(default_factory=StudentSettings)
    hpd: HPDSettings = field(default_factory=HPDSettings)
    sentences: SentenceSettings = field(default_factory=SentenceSettings)
    head: HeadSettings = field(default_factory=HeadSettings)
    dse: DSESettings = field(default_factory=DSESettings)
    optim: OptimSettings = field(default_factory=OptimSettings)
    export: ExportSettings = field(default_factory=ExportSettings)


T = TypeVar("T")
_TEXTS = ("name", "out")  # settings outside a section


def _build(cls: type[T], table: dict[str, Any], file: Path, section: str) -> T:
    known = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key, value in table.items():
        if key not in known:
            raise RecipeError(
                f"{file}: [{section}] has no setting {key!r}; known are {', '.join(sorted(known))}"
            )
        wanted = known[key].type
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = {
            "str": isinstance(value, str),
            "bool": isinstance(value, bool),
            "float": number,
            "int": isinstance(value, int) and not isinstance(value, bool),
            "list[str]": isinstance(value, list) and all(isinstance(each, str) for each in value),
        }.get(str(wanted), isinstance(value, dict))
        if not fits:
            raise RecipeError(f"{file}: [{section}] {key} must be {wanted}, found {value!r}")
    return cls(**table)


def read_recipe(path: Path | str) -> Recipe:
    """Read and check a recipe; every unknown or wrongly typed setting raises ``RecipeError`` with file and section."""
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(f"{file}: no such recipe; the shipped ones are in models/recipes/") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{file}: not a TOML file: {error}") from None
    fields = [each for each in dataclasses.fields(Recipe) if each.name not in _TEXTS]
    sections: dict[str, Any] = {
        each.name: each.default_factory for each in fields
    }  # the settings class of each
    built: dict[str, Any] = {}
    for key, value in table.items():
        if key in sections:
            built[key] = _build(sections[key], value, file, key)
        elif key in _TEXTS and isinstance(value, str):
            built[key] = value
        else:
            raise RecipeError(
                f"{file}: unknown section or setting {key!r}; expected name, out, {', '.join(sections)}"
            )
    for key in _TEXTS:
        if key not in built:
            raise RecipeError(f"{file}: the setting {key!r} is missing")
    return Recipe(**built)


def work_folder(recipe: Recipe) -> Path:
    """Where a run keeps its checkpoint and tokenizer until it is done."""
    return Path(recipe.data.cache).parent / "runs" / recipe.name
