"""What speaks for a form: vectors, hearing, sounds and demand, each in whole numbers.

`FormEvidence` holds one set of forms, a catalog's or a person's own. It chooses the candidates of a request, those
nearest by vector and those that share the rarest sounds with it, and says of each what `RerankWeights` ask for:

    dot + heard * worth as what was heard + popularity * demand of the entity
        + sound_pieces * worth of the shared sound pieces

with dot the int8 dot product, the worth of `Misrecognition` in eighths of a bit, and shared sound pieces those of what
is said between the phrases of a carrier (`edge_er.text.carriers`). All weights are non-negative whole numbers: more
evidence never lowers a score; what has no weight is not computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import EVIDENCE, RERANK
from edge_er.errors import BundleCorruptError
from edge_er.text.carriers import without_carrier
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.ngrams import NgramIndex, NgramWeights
from edge_er.text.sound_codes import SoundCodes

__all__ = ["Evidence", "FormEvidence", "Hypothesis", "Numbers", "Pool", "RerankWeights"]

RETIRED = ("letter_match", "letter_edit", "sound_match", "sound_edit")  # old bundles have them, as 0

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """The weights of a bundle (`manifest["rerank"]`), and how many forms each channel brings.

    A weight is worth that many units of the int8 dot product. All at zero, with `sound_forms` 0, is the dense ranking.
    The head reads the first `head_forms` of all other evidence, where an entity leads the next by less than
    `head_margin`.
    """

    sound_pieces: int = RERANK.sound_pieces
    dense_forms: int = RERANK.dense_forms
    sound_forms: int = RERANK.sound_forms
    heard: int = RERANK.heard
    popularity: int = RERANK.popularity
    head: int = RERANK.head
    head_forms: int = RERANK.head_forms
    head_margin: int = RERANK.head_margin

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RerankWeights:
        """The weights of a manifest; what it does not say keeps its default.

        Raises:
            BundleCorruptError: a value is no whole number from 0 up, `dense_forms` is 0, or a weight that is no longer
                read is not 0.
        """
        for name in RETIRED:
            if values.get(name, 0) != 0:
                raise BundleCorruptError(
                    f"manifest.json, rerank.{name}: expected 0, found {values[name]!r}; this edge-er does not rank by "
                    "edit distances, so fit the weights and build the bundle again"
                )
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
    pieces: Numbers

    def parts(self, weights: RerankWeights) -> dict[str, Numbers]:
        """The summands of the score: dense, heard, popularity, pieces."""
        return {
            "dense": self.dots,
            "heard": weights.heard * self.heard,
            "popularity": weights.popularity * self.popularity,
            "pieces": weights.sound_pieces * self.pieces,
        }


class Pool(NamedTuple):
    """Candidates: indices of forms and of their entities, int64 [n], and the summands of their scores, each [n]."""

    forms: Numbers
    entities: Numbers
    parts: dict[str, NDArray[np.float64]]


EVERYTHING = RerankWeights(**dict.fromkeys(RerankWeights.__dataclass_fields__, 1))


class FormEvidence:
    """The evidence for one set of forms.

    Args:
        forms: surface forms in canonical text. form_entity: int32 [forms], each one's entity.
        lang: the language that is spoken. weights: of the evidence; what has none is never prepared.
        demand: int64 [forms], the demand of each one's entity.
        like: sound pieces are worth what they are there; by default by their rarity in `forms`.
    """

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: NDArray[np.int32],
        lang: str,
        weights: RerankWeights,
        demand: Numbers,
        like: NgramWeights | None = None,
    ) -> None:
        self._forms, self._entity, self._demand = forms, form_entity, demand
        self._lang, self._weights, self._like = lang, weights, like
        self._entities = len(np.unique(form_entity))
        self._fold = SoundCodes(lang)
        if weights.heard:
            self._hearing  # noqa: B018  made now, so that no request waits for it
        if weights.sound_pieces or weights.sound_forms:
            self.pieces  # noqa: B018

    @cached_property
    def _hearing(self) -> Misrecognition:
        return Misrecognition(self._lang, self._forms)

    @cached_property
    def pieces(self) -> NgramIndex:
        """The sound pieces of all forms."""
        return NgramIndex(self._fold.all(self._forms), self._like)

    def sound_scores(self, text: str) -> NDArray[np.float64]:
        """Share of each form's sound pieces that canonical `text` holds, [forms]; ranks the candidates by sound."""
        return self._sound_scores(self._shared(text))

    def pool(
        self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> Pool:
        """Candidates of at least `k` entities where there are as many, and the weighted mean of what speaks for them.

        Args:
            hypotheses: what was heard.
            k: how many entities are wanted.
            allowed: bool, whether each entity, by index, may be a candidate; None for all.
        """
        shared = [self._pieces_in(hypothesis.text, self._weights) for hypothesis in hypotheses]
        pool = self._candidates([hypothesis.dots for hypothesis in hypotheses], shared, k, allowed)
        share = np.array([hypothesis.weight for hypothesis in hypotheses], np.float64)
        share /= share.sum()
        parts: dict[str, NDArray[np.float64]] = {}
        for hypothesis, found, weight in zip(hypotheses, shared, share, strict=True):
            evidence = self._evidence(hypothesis, found, pool, self._weights)
            for name, values in evidence.parts(self._weights).items():
                parts[name] = parts.get(name, 0.0) + weight * values
        return Pool(pool, self._entity[pool].astype(np.int64), parts)

    def evidence(self, hypothesis: Hypothesis, k: int = 1) -> tuple[Numbers, Evidence]:
        """The candidate forms of one hypothesis and what it says for each: what weights are fitted on."""
        shared = self._shared(hypothesis.text)
        pool = self._candidates([hypothesis.dots], [shared], k, None)
        return pool, self._evidence(hypothesis, shared, pool, EVERYTHING)

    def _candidates(
        self,
        dots: Sequence[NDArray[Any]],
        shared: Sequence[NDArray[np.float64]],
        k: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Numbers:
        """Candidate forms, ascending."""
        count, among, entities = self._weights.dense_forms, None, self._entities
        if allowed is not None:
            among = np.flatnonzero(allowed[self._entity])
            entities = len(np.unique(self._entity[among]))
        forms = len(self._entity) if among is None else len(among)
        sounds = [
            _best_forms(self._sound_scores(found), self._weights.sound_forms, among) for found in shared
        ]
        while True:
            pool = np.unique(np.concatenate([*sounds, *(_best_forms(row, count, among) for row in dots)]))
            if count >= forms or len(np.unique(self._entity[pool])) >= min(k, entities):
                return pool
            count *= 2

    def _shared(self, text: str) -> NDArray[np.float64]:
        return self.pieces.shared(self._fold(without_carrier(text)))

    def _pieces_in(self, text: str, wanted: RerankWeights) -> NDArray[np.float64]:
        """Worth of the sound pieces that each form shares with `text`; nothing where nobody asks."""
        asked = wanted.sound_pieces or wanted.sound_forms
        return self._shared(text) if asked else np.zeros(len(self._forms))

    def _sound_scores(self, shared: NDArray[np.float64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = shared / (self.pieces.totals + EVIDENCE.short_form)
        return scores

    def _evidence(
        self, hypothesis: Hypothesis, shared: NDArray[np.float64], pool: Numbers, wanted: RerankWeights
    ) -> Evidence:
        nothing = np.zeros(len(pool), np.int64)
        return Evidence(
            dots=hypothesis.dots[pool].astype(np.int64),
            heard=self._hearing.worth(hypothesis.text, pool) if wanted.heard else nothing,
            popularity=self._demand[pool],
            pieces=shared[pool].astype(np.int64),
        )


def _best_forms(scores: NDArray[Any], count: int, among: Numbers | None = None) -> Numbers:
    """Indices of the `count` highest scores, ties by index; `among` are the indices that may be chosen, ascending."""
    if count == 0:
        return np.empty(0, np.int64)
    if among is not None:
        return among[_best_forms(scores[among], count)]
    if count < len(scores):
        floor = np.partition(scores, len(scores) - count)[len(scores) - count]
        forms = np.flatnonzero(scores >= floor)
    else:
        forms = np.arange(len(scores))
    order: Numbers = forms[np.argsort(-scores[forms], kind="stable")[:count]]
    return order
