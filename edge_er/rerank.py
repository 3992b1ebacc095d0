"""Candidates to scores: what vectors, hearing, letters, sounds and demand say of each form, summed in whole numbers.

The candidates are the forms nearest to the request by vector, and those that share the rarest sounds with it. A form's
score is

    dot + heard * worth as what was heard + popularity * demand of the entity
        + letter_match * letters found - letter_edit * letter edits
        + sound_match * sounds found - sound_edit * sound edits + sound_pieces * worth of the shared sound pieces
        + head * score of the DiPair head, in 64ths, for the first forms of a close race

with dot the int8 dot product, the worth of `Hearing` in eighths of a bit, demand that of `demands`, edits those of
`least_edits`, and found = length of the form - edits. All weights are non-negative whole numbers: more evidence never
lowers a score; what has no weight is not computed. An entity has the score of its best form; ties go to the smaller
entity, then the smaller form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.entity import Entity
from edge_er.errors import BundleCorruptError
from edge_er.head import PairHead
from edge_er.hearing import Hearing
from edge_er.lexical import GramIndex, least_edits
from edge_er.phonetic import SoundFold

__all__ = ["Candidate", "Evidence", "Hypothesis", "RerankWeights", "Reranker", "demands"]

SHORT_FORM = 150  # added to the worth of a form's sound pieces, so that no short form is found everywhere

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """The weights of a bundle (`manifest["rerank"]`), and how many forms each channel brings.

    A weight is worth that many units of the int8 dot product. All at zero, with `sound_forms` 0, is the dense ranking.
    The head reads the first `head_forms` of all other evidence, where an entity leads the next by less than
    `head_margin`.
    """

    letter_match: int = 0
    letter_edit: int = 0
    sound_match: int = 0
    sound_edit: int = 0
    sound_pieces: int = 0
    dense_forms: int = 24
    sound_forms: int = 0
    heard: int = 0
    popularity: int = 0
    head: int = 0
    head_forms: int = 10
    head_margin: int = 0

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RerankWeights:
        """The weights of a manifest; what it does not say keeps its default.

        Raises:
            BundleCorruptError: a value is no whole number from 0 up, or `dense_forms` is 0.
        """
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            least = 1 if name in ("dense_forms", "head_forms") else 0
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise BundleCorruptError(
                    f"manifest.json, rerank.{name}: expected a whole number from {least} up, found {value!r}; "
                    "build the bundle again"
                )
        return cls(**known)

    def to_dict(self) -> dict[str, int]:
        """As it stands in a manifest."""
        return asdict(self)


class Hypothesis(NamedTuple):
    """One text of an utterance: canonical, with the dot products [forms] of its vector, and how much it counts."""

    text: str
    dots: NDArray[Any]
    weight: float = 1.0


class Evidence(NamedTuple):
    """What one hypothesis says for forms, each int64 [forms]; zeros where it was not asked for."""

    dots: Numbers
    heard: Numbers
    popularity: Numbers
    letters: Numbers
    letter_edits: Numbers
    sounds: Numbers
    sound_edits: Numbers
    pieces: Numbers

    def parts(self, weights: RerankWeights) -> dict[str, Numbers]:
        """The summands of the score: dense, heard, popularity, letters, sounds, pieces."""
        letters, sounds = self.letters - self.letter_edits, self.sounds - self.sound_edits
        return {
            "dense": self.dots,
            "heard": weights.heard * self.heard,
            "popularity": weights.popularity * self.popularity,
            "letters": weights.letter_match * letters - weights.letter_edit * self.letter_edits,
            "sounds": weights.sound_match * sounds - weights.sound_edit * self.sound_edits,
            "pieces": weights.sound_pieces * self.pieces,
        }


class Candidate(NamedTuple):
    """An entity's index, its best form's, the score and the summands; in units of the dot product."""

    entity: int
    form: int
    score: float
    parts: dict[str, float]


EVERYTHING = RerankWeights(**dict.fromkeys(RerankWeights.__dataclass_fields__, 1))


class Reranker:
    """Ranks the entities of a bundle.

    Args:
        forms: surface forms in canonical text. form_entity: int32 [forms], each one's entity.
        lang: the language that is spoken. weights: of the evidence.
        popularity: int [entities], the demand of each (`demands`); none by default.
        head: a DiPair head for the same forms, where there is one.

    Raises:
        BundleCorruptError: there are more or fewer forms than owners of forms.
    """

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: NDArray[np.int32],
        lang: str,
        weights: RerankWeights,
        popularity: Sequence[int] | None = None,
        head: PairHead | None = None,
    ) -> None:
        if len(forms) != len(form_entity):
            raise BundleCorruptError(
                f"entities.jsonl.gz: {len(forms)} surface forms, but vectors.safetensors has {len(form_entity)}; "
                "build the bundle again"
            )
        self.weights = weights
        self._head = head if weights.head else None
        self._entity = form_entity
        self._entities = len(np.unique(form_entity))
        self._demand = np.zeros(len(forms), np.int64)
        if popularity is not None:
            self._demand = np.array(popularity, np.int64)[form_entity]
        self._fold = SoundFold(lang)
        self._forms, self._lang = forms, lang
        if weights.heard:
            self._hearing  # noqa: B018  made now, so that no request waits for it
        self._letters = [form.replace(" ", "") for form in forms]
        self._sounds = self._fold.all(forms)
        self._pieces = GramIndex(self._sounds)

    @cached_property
    def _hearing(self) -> Hearing:
        return Hearing(self._lang, self._forms)

    def rank(self, hypotheses: Sequence[Hypothesis], k: int) -> list[Candidate]:
        """The `k` best entities; of several hypotheses the weighted mean of their scores counts."""
        shared = [self._pieces.shared(self._fold(hypothesis.text)) for hypothesis in hypotheses]
        pool = self._pool([hypothesis.dots for hypothesis in hypotheses], shared, k)
        share = np.array([hypothesis.weight for hypothesis in hypotheses], np.float64)
        share /= share.sum()
        parts: dict[str, NDArray[np.float64]] = {}
        for hypothesis, found, weight in zip(hypotheses, shared, share, strict=True):
            evidence = self._evidence(hypothesis, found, pool, self.weights)
            for name, values in evidence.parts(self.weights).items():
                parts[name] = parts.get(name, 0.0) + weight * values
        if self._head is not None:
            parts["head"] = self._head_part(self._head, hypotheses, share, pool, parts)
        return self._best(pool, parts, k)

    def _head_part(
        self,
        head: PairHead,
        hypotheses: Sequence[Hypothesis],
        share: NDArray[np.float64],
        pool: Numbers,
        parts: Mapping[str, NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """What the head adds to the first forms; the others get what it gives the worst of these."""
        first, second = (*self._best(pool, parts, 2), None)[:2]
        if second is None or (first and first.score - second.score >= self.weights.head_margin):
            return np.zeros(len(pool))
        scores = sum(parts.values(), np.zeros(len(pool)))
        chosen = np.lexsort((pool, -scores))[: self.weights.head_forms]
        worth = share @ np.array([head.worth(each.text, pool[chosen].tolist()) for each in hypotheses])
        added = np.full(len(pool), worth.min())
        added[chosen] = worth
        return self.weights.head * added

    def sound_scores(self, text: str) -> NDArray[np.float64]:
        """Share of each form's sound pieces that canonical `text` holds, [forms]; ranks the candidates by sound."""
        return self._sound_scores(self._pieces.shared(self._fold(text)))

    def evidence(self, hypothesis: Hypothesis, k: int = 1) -> tuple[Numbers, Evidence]:
        """The candidate forms of one hypothesis and what it says for each: what weights are fitted on."""
        shared = self._pieces.shared(self._fold(hypothesis.text))
        pool = self._pool([hypothesis.dots], [shared], k)
        return pool, self._evidence(hypothesis, shared, pool, EVERYTHING)

    def _pool(self, dots: Sequence[NDArray[Any]], shared: Sequence[NDArray[np.float64]], k: int) -> Numbers:
        """Candidate forms, ascending, of at least `k` entities where there are as many."""
        count = self.weights.dense_forms
        sounds = [_best_forms(self._sound_scores(found), self.weights.sound_forms) for found in shared]
        while True:
            pool = np.unique(np.concatenate([*sounds, *(_best_forms(row, count) for row in dots)]))
            if count >= len(self._entity) or len(np.unique(self._entity[pool])) >= min(k, self._entities):
                return pool
            count *= 2

    def _sound_scores(self, shared: NDArray[np.float64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = shared / (self._pieces.totals + SHORT_FORM)
        return scores

    def _evidence(
        self, hypothesis: Hypothesis, shared: NDArray[np.float64], pool: Numbers, wanted: RerankWeights
    ) -> Evidence:
        nothing = np.zeros(len(pool), np.int64)
        letters = letter_edits = sounds = sound_edits = nothing
        if wanted.letter_match or wanted.letter_edit:
            letters, letter_edits = _edits(self._letters, pool, hypothesis.text.replace(" ", ""))
        if wanted.sound_match or wanted.sound_edit:
            sounds, sound_edits = _edits(self._sounds, pool, self._fold(hypothesis.text))
        return Evidence(
            dots=hypothesis.dots[pool].astype(np.int64),
            heard=self._hearing.worth(hypothesis.text, pool) if wanted.heard else nothing,
            popularity=self._demand[pool],
            letters=letters,
            letter_edits=letter_edits,
            sounds=sounds,
            sound_edits=sound_edits,
            pieces=shared[pool].astype(np.int64),
        )

    def _best(self, pool: Numbers, parts: Mapping[str, NDArray[np.float64]], k: int) -> list[Candidate]:
        scores = sum(parts.values(), np.zeros(len(pool)))
        entities = self._entity[pool]
        best: dict[int, Candidate] = {}
        for place in np.lexsort((pool, entities, -scores)).tolist():
            entity = int(entities[place])
            if entity not in best:
                own = {name: float(values[place]) for name, values in parts.items()}
                best[entity] = Candidate(entity, int(pool[place]), float(scores[place]), own)
                if len(best) == k:
                    break
        return list(best.values())


def demands(entities: Sequence[Entity]) -> list[int]:
    """Demand for each entity in quarters of a doubling: floor(4 log2(1 + popularity)) of its metadata, 0 without one.

    Raises:
        BundleCorruptError: a popularity is no number from 0 up.
    """
    found = []
    for entity in entities:
        value = entity.metadata.get("popularity", 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise BundleCorruptError(
                f"entities.jsonl.gz, {entity.id!r}, metadata.popularity: expected a number from 0 up, found {value!r}; "
                "correct the catalog and build the bundle again"
            )
        found.append(((int(value) + 1) ** 4).bit_length() - 1)
    return found


def _edits(texts: Sequence[str], forms: Numbers, request: str) -> tuple[Numbers, Numbers]:
    """Lengths of the texts of `forms`, and their edits."""
    chosen = [texts[form] for form in forms.tolist()]
    return np.array([len(text) for text in chosen], np.int64), least_edits(chosen, request)


def _best_forms(scores: NDArray[Any], count: int) -> Numbers:
    """Indices of the `count` highest scores, ties by index."""
    if count == 0:
        return np.empty(0, np.int64)
    if count < len(scores):
        floor = np.partition(scores, len(scores) - count)[len(scores) - count]
        forms = np.flatnonzero(scores >= floor)
    else:
        forms = np.arange(len(scores))
    order: Numbers = forms[np.argsort(-scores[forms], kind="stable")[:count]]
    return order
