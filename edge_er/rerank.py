"""Candidates to scores: dense, letter and sound evidence of each candidate form, summed in whole numbers.

The candidates are the forms nearest to the request by vector, and those that share the rarest sounds with it. A form's
score is

    dot + letter_match * letters found - letter_edit * letter edits
        + sound_match * sounds found - sound_edit * sound edits + sound_pieces * worth of the shared sound pieces

with dot the int8 dot product, edits those of `least_edits`, and found = length of the form - edits. All weights are
non-negative whole numbers: more evidence never lowers a score. An entity has the score of its best form; ties go to the
smaller entity, then the smaller form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import BundleCorruptError
from edge_er.lexical import GramIndex, least_edits
from edge_er.phonetic import SoundFold

__all__ = ["Candidate", "Evidence", "Hypothesis", "RerankWeights", "Reranker"]

SHORT_FORM = 150  # added to the worth of a form's sound pieces, so that no short form is found everywhere

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """The weights of a bundle (`manifest["rerank"]`), and how many forms each channel brings.

    A weight is worth that many units of the int8 dot product. All at zero, with `sound_forms` 0, is the dense ranking.
    """

    letter_match: int = 0
    letter_edit: int = 0
    sound_match: int = 0
    sound_edit: int = 0
    sound_pieces: int = 0
    dense_forms: int = 24
    sound_forms: int = 0

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RerankWeights:
        """The weights of a manifest; what it does not say keeps its default.

        Raises:
            BundleCorruptError: a value is no whole number from 0 up, or `dense_forms` is 0.
        """
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            least = 1 if name == "dense_forms" else 0
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
    """What one hypothesis says for forms, each int64 [forms]."""

    dots: Numbers
    letters: Numbers
    letter_edits: Numbers
    sounds: Numbers
    sound_edits: Numbers
    pieces: Numbers

    def parts(self, weights: RerankWeights) -> dict[str, Numbers]:
        """The summands of the score: dense, letters, sounds, pieces."""
        letters, sounds = self.letters - self.letter_edits, self.sounds - self.sound_edits
        return {
            "dense": self.dots,
            "letters": weights.letter_match * letters - weights.letter_edit * self.letter_edits,
            "sounds": weights.sound_match * sounds - weights.sound_edit * self.sound_edits,
            "pieces": weights.sound_pieces * self.pieces,
        }


class Candidate(NamedTuple):
    """An entity's index, its best form's, the score and the summands; in units of the dot product.

    `sounds` is the length of the form in sound codes, `sound_edits` how many edits of them the request needs (mean
    over hypotheses).
    """

    entity: int
    form: int
    score: float
    parts: dict[str, float]
    sounds: int
    sound_edits: float


class Reranker:
    """Ranks the entities of a bundle: `forms` in canonical text, `form_entity` int32 [forms]."""

    def __init__(
        self, forms: Sequence[str], form_entity: NDArray[np.int32], lang: str, weights: RerankWeights
    ) -> None:
        if len(forms) != len(form_entity):
            raise BundleCorruptError(
                f"entities.jsonl.gz: {len(forms)} surface forms, but vectors.safetensors has {len(form_entity)}; "
                "build the bundle again"
            )
        self.weights = weights
        self._entity = form_entity
        self._entities = len(np.unique(form_entity))
        self._fold = SoundFold(lang)
        self._letters = [form.replace(" ", "") for form in forms]
        self._sounds = [self._fold(form) for form in forms]
        self._pieces = GramIndex(self._sounds)

    def rank(self, hypotheses: Sequence[Hypothesis], k: int) -> list[Candidate]:
        """The `k` best entities; of several hypotheses the weighted mean of their scores counts."""
        shared = [self._pieces.shared(self._fold(hypothesis.text)) for hypothesis in hypotheses]
        pool = self._pool([hypothesis.dots for hypothesis in hypotheses], shared, k)
        share = np.array([hypothesis.weight for hypothesis in hypotheses], np.float64)
        share /= share.sum()
        parts: dict[str, NDArray[np.float64]] = {}
        edits = np.zeros(len(pool))
        for hypothesis, found, weight in zip(hypotheses, shared, share, strict=True):
            evidence = self._evidence(hypothesis, found, pool)
            edits += weight * evidence.sound_edits
            for name, values in evidence.parts(self.weights).items():
                parts[name] = parts.get(name, 0.0) + weight * values
        return self._best(pool, parts, edits, k)

    def sound_scores(self, text: str) -> NDArray[np.float64]:
        """Share of each form's sound pieces that canonical `text` holds, [forms]; ranks the candidates by sound."""
        return self._sound_scores(self._pieces.shared(self._fold(text)))

    def evidence(self, hypothesis: Hypothesis, k: int = 1) -> tuple[Numbers, Evidence]:
        """The candidate forms of one hypothesis and what it says for each: what weights are fitted on."""
        shared = self._pieces.shared(self._fold(hypothesis.text))
        pool = self._pool([hypothesis.dots], [shared], k)
        return pool, self._evidence(hypothesis, shared, pool)

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

    def _evidence(self, hypothesis: Hypothesis, shared: NDArray[np.float64], pool: Numbers) -> Evidence:
        letters = [self._letters[form] for form in pool.tolist()]
        sounds = [self._sounds[form] for form in pool.tolist()]
        return Evidence(
            dots=hypothesis.dots[pool].astype(np.int64),
            letters=np.array([len(form) for form in letters], np.int64),
            letter_edits=least_edits(letters, hypothesis.text.replace(" ", "")),
            sounds=np.array([len(form) for form in sounds], np.int64),
            sound_edits=least_edits(sounds, self._fold(hypothesis.text)),
            pieces=shared[pool].astype(np.int64),
        )

    def _best(
        self, pool: Numbers, parts: Mapping[str, NDArray[np.float64]], edits: NDArray[np.float64], k: int
    ) -> list[Candidate]:
        scores = sum(parts.values(), np.zeros(len(pool)))
        entities = self._entity[pool]
        best: dict[int, Candidate] = {}
        for place in np.lexsort((pool, entities, -scores)).tolist():
            entity = int(entities[place])
            if entity not in best:
                own = {name: float(values[place]) for name, values in parts.items()}
                form = int(pool[place])
                sounds = len(self._sounds[form])
                best[entity] = Candidate(entity, form, float(scores[place]), own, sounds, float(edits[place]))
                if len(best) == k:
                    break
        return list(best.values())


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
