"""The settings of a training run by section, with their defaults and ranges; ``recipe`` reads them from a file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

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
]


def _from(default: Any, least: float, most: float = math.inf) -> Any:
    """A number with its default, the least that it may be, and the most."""
    return field(default=default, metadata={"range": (least, most)})


def _one_of(*choices: str) -> Any:
    """A word out of some; the first is the default."""
    return field(default=choices[0], metadata={"choices": choices})


@dataclass(frozen=True)
class DataSettings:
    """Where requests come from and how many are made: the public data folder, or catalogs and requests of one's own.

    Attributes:
        folder: data folder, where neither ``--data`` nor EDGE_ER_DATA names one; "" for ``../shared/data``.
        cache: made requests are kept here, for what they were made from (see ``data.load_pool``).
        requests: rows in the pool; voice_share: how many of them come from recognised speech or collected requests.
        languages: of those who ask, by code. locales: locale files (docs/locales.md) for those that are not shipped.
        catalogs: catalog files that ``edge-er build`` reads, by domain, instead of the names of the data folder.
        voice: files of ``edge-er voice``, instead of that of the data folder.
        asked: files of requests that ``edge-er eval`` reads, beside them.
        domain_weights: how often a synthetic request asks for a name of this domain; by default all ``catalogs`` alike,
            or as ``DATA_FOLDER_WEIGHTS`` has it.
        held_share: share of the name clusters kept out of the pool. Their requests are new to the encoder, so
            re-ranking heads, weights and confidence are fitted on them.
        dev_share: share of the name clusters of ``asked`` that are kept for the gate; of those of ``catalogs``, where
            there are neither ``asked`` nor development rows of ``voice``.
        seed: of the choice of requests.

    File names that are not whole paths are seen from the current directory.
    """

    folder: str = ""
    cache: str = "build/pool"
    requests: int = _from(3_000_000, 1)
    voice_share: float = _from(0.5, 0, 1)
    languages: list[str] = field(default_factory=lambda: ["de", "en", "fr", "it", "es"])
    locales: list[str] = field(default_factory=list)
    catalogs: dict[str, str] = field(default_factory=dict)
    voice: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    domain_weights: dict[str, float] = field(default_factory=dict)
    held_share: float = _from(0.0, 0, 0.99)
    dev_share: float = _from(0.2, 0.01, 0.9)
    seed: int = 1

    @property
    def weights(self) -> dict[str, float]:
        """How often each domain is asked for."""
        return self.domain_weights or dict.fromkeys(self.catalogs, 1.0) or DATA_FOLDER_WEIGHTS

    @property
    def own(self) -> bool:
        """Whether names come from catalogs of one's own, so that no data folder is needed."""
        return bool(self.catalogs)


DATA_FOLDER_WEIGHTS = {"station": 0.5, "artist": 0.22, "tv": 0.07, "programme": 0.07, "city": 0.14}


@dataclass(frozen=True)
class ModelSettings:
    """Shape of the BERT-like teacher.

    Attributes:
        init: folder or hub name of a pretrained one, which brings its vocabulary; "" for a fresh start.
        vocabulary: a tokenizer.json to use; "" trains one on the pool.
        vocab_size: pieces of a vocabulary that is trained. max_tokens: of a text, [CLS] and [SEP] included.
        spelling_start: start the token table from the spelling of its pieces (``vocabulary.spelling_table``).
    """

    init: str = ""
    vocabulary: str = ""
    vocab_size: int = _from(8192, 100)
    layers: int = _from(2, 1)
    hidden: int = _from(128, 1)
    heads: int = _from(2, 1)
    intermediate: int = _from(512, 1)
    max_tokens: int = _from(48, 3, 512)
    spelling_start: bool = True


@dataclass(frozen=True)
class StudentSettings:
    """SimTDE: ``token_dim`` d, last ``keep_layers`` K layers, ``alpha`` of equation 5, ``start`` "svd" or "random".

    From ``layers`` on the settings are what the paper's Table 2 compares SimTDE with.

    Attributes:
        teacher: an encoder folder, or a pretrained BERT (see ``pretrained.load_teacher``).
        token_dim: 0 keeps the teacher's own token table.
        layers: "teacher" starts the K layers from the teacher's; "random" does not.
        hidden_states: weight of the error of the K layers' states against the teacher's last K; 0 leaves it out.
        width: of a student narrower than its teacher, which is compared through learnable matrices; 0 for the teacher's
            width. Nothing of the teacher's weights fits it, so ``token_dim`` is 0 and ``layers`` "random".
        output_loss: "mse", "kl", "cosine_mse" or "cosine_mae" (see ``simtde.output_loss``).
    """

    teacher: str = ""
    token_dim: int = _from(32, 0)
    keep_layers: int = _from(2, 1)
    alpha: float = _from(0.5, 0, 1)
    start: str = _one_of("svd", "random")
    layers: str = _one_of("teacher", "random")
    hidden_states: float = _from(0.0, 0)
    width: int = _from(0, 0)
    output_loss: str = _one_of("mse", "kl", "cosine_mse", "cosine_mae")


@dataclass(frozen=True)
class HPDSettings:
    """HPD: the output has ``dim`` dimensions, which must be given, from a PCA over ``sample`` texts.

    Attributes:
        start: folder of a finished SimTDE student of the same teacher to go on from; "" starts a fresh one.
        teachers: encoder folders whose embeddings together are mimicked (see ``ensemble``), instead of the teacher's
            of [student], which is then the measure of L_TE alone.
        projection: the student's first projection: "pca" takes the axes that it mimics, "random" weights as a fresh
            layer has them, which is how the paper starts.
        sentence: weight of the error of the reduced embeddings; 0 leaves the PCA out, so that a plain projection is
            learned from the similarities alone.
        similarity: weight of the error of the batch's cosines at ``temperature``; 0 is the paper's method.
    """

    dim: int = _from(0, 0)
    sample: int = _from(50_000, 1)
    start: str = ""
    teachers: list[str] = field(default_factory=list)
    projection: str = "pca"
    sentence: float = _from(1.0, 0)
    similarity: float = _from(0.0, 0)
    temperature: float = _from(0.05, 1e-4)


@dataclass(frozen=True)
class SentenceSettings:
    """English sentences as the texts to distil on, instead of requests.

    Attributes:
        wordnet: folder of WordNet's data files; "" leaves the requests.
        variants: copies of each sentence with substituted synonyms.
        cache: the teacher's embeddings are kept here.
    """

    wordnet: str = ""
    variants: int = _from(0, 0)
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
        chunk: texts of like length that are computed together; 0: what suits the device (``token_rows.chunk_size``).
        compile: let torch compile the encoders, which pays in long runs on a GPU.
    """

    requests: int = _from(6_000_000, 1)
    batch: int = _from(512, 2)
    learning_rate: float = _from(1e-3, 0)
    weight_decay: float = _from(0.01, 0)
    warmup: float = _from(0.05, 0, 1)
    temperature: float = _from(0.05, 1e-4)
    neighbours: int = _from(4, 1, 13)
    mine_every: int = _from(2000, 1)
    seed: int = 1
    save_every: int = _from(500, 1)
    chunk: int = _from(0, 0)
    compile: bool = False


@dataclass(frozen=True)
class HeadSettings:
    """The DiPair head: its shape (section 3 of the paper) and what it is trained on.

    Attributes:
        encoder: float32 encoder folder whose token embeddings it reads.
        kind: "transformer" or "ffnn". request_tokens, entity_tokens: N and M. dim: D of both projections.
        tokens: "first" reads the first N and M tokens of the texts, as the paper does, "last" the last (section 4.8).
        entity_side: "output" reads the encoder's output of the entity form, as the paper does; "table" its token
            embeddings from the encoder's table, which costs a catalog neither bytes nor time.
        layers, heads: of the transformer; a feed-forward network has as many hidden layers. intermediate: its inner
            width, or that of the hidden layers.
        candidates: how many entity forms a request is trained with, the right one among them.
        start: "likeness" starts the head as a matcher of like tokens (``PairHead.start_from``), "random" does not.
        share: share of the held-out name clusters the head is trained on; the others are left for its weight.
        frozen_stage: whether the head is first trained alone; without it both are trained from the start (section 3.7).
        joint_requests: requests of the second stage, which trains the encoder too; 0 leaves it out.
        cosine_loss: weight of the loss of the encoder's own cosines in the second stage, so that it goes on finding
            candidates; the paper has none.
        teacher: folder of a pair teacher (``edge-er train dse`` writes one), whose scores are soft labels.
        soft_labels: share of the soft labels in the loss; the rest is that of the right candidates.
        temperature: T of the soft labels.
    """

    encoder: str = ""
    kind: str = _one_of("transformer", "ffnn")
    request_tokens: int = _from(12, 1)
    entity_tokens: int = _from(6, 1)
    dim: int = _from(32, 1)
    tokens: str = _one_of("first", "last")
    entity_side: str = _one_of("output", "table")
    layers: int = _from(2, 1)
    heads: int = _from(1, 1)
    intermediate: int = _from(64, 1)
    candidates: int = _from(10, 2)
    start: str = _one_of("likeness", "random")
    share: float = _from(0.7, 0, 1)
    frozen_stage: bool = True
    joint_requests: int = _from(0, 0)
    joint_learning_rate: float = _from(1e-4, 0)
    cosine_loss: float = _from(1.0, 0)
    teacher: str = ""
    soft_labels: float = _from(0.0, 0, 1)
    temperature: float = _from(1.0, 0.01)


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
    extra_layers: int = _from(1, 0)
    share: float = _from(0.7, 0, 1)
    requests: int = _from(60_000, 1)
    candidates: int = _from(12, 2)
    held_candidates: int = _from(20, 2)
    alpha: float = _from(0.5, 0, 1)
    student_requests: int = _from(120_000, 1)
    student_batch: int = _from(64, 2)
    student_learning_rate: float = _from(2e-4, 0)


@dataclass(frozen=True)
class ExportSettings:
    """``max_loss``: the gate's limit, relative to float32 dev Recall@1."""

    max_loss: float = _from(0.005, -100, 1)


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
