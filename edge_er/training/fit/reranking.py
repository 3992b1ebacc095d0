"""Weights of the re-ranker: a conditional logit over the candidate forms of requests whose answer is known.

The chance that a candidate form is the one asked for goes with exp(features @ weights); the weights, none below 0,
make the right candidates of all requests most likely. Requests without a right
candidate say nothing about the weights and are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import EncoderError
from edge_er.ranking.rerank import Evidence
from edge_er.ranking.weights import RerankWeights

__all__ = ["SCALES", "Choices", "first_right", "fit_weights", "joined", "scaled_weights", "whole_weights"]

PENALTY = 1e-3
# One unit of each feature is about one step of evidence, so that one penalty suits all.
SCALES = {
    "dense": 10.0,
    "heard": 0.03,
    "popularity": 0.1,
    "sound_pieces": 0.01,
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """Candidates of many requests, one after another.

    `features` [rows, 4], `right` [rows], `starts` [requests], and how much each request counts: `counts` [requests].
    """

    features: Floats
    right: NDArray[np.bool_]
    starts: NDArray[np.int64]
    counts: Floats

    @classmethod
    def of(
        cls,
        requests: Iterable[tuple[Evidence, NDArray[np.int32], Collection[int]]],
        unit: float,
        counts: Sequence[float] | None = None,
    ) -> Choices:
        """From (evidence, entity of each candidate, right entities); `unit` is the dot product of cosine 1.

        `counts` says how much each request counts; all the same by default.

        Raises:
            EncoderError: no request has a right candidate.
        """
        features, right, sizes, weighed = [], [], [], []
        for place, (evidence, entities, wanted) in enumerate(requests):
            hits = np.isin(entities, list(wanted))
            if hits.any():
                features.append(_features(evidence, unit))
                right.append(hits)
                sizes.append(len(hits))
                weighed.append(1.0 if counts is None else counts[place])
        if not sizes:
            raise EncoderError(
                "no request has its answer among the candidates, so nothing can be fitted; see whether the requests "
                "fit the catalog and the encoder reads its names"
            )
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        return cls(np.concatenate(features), np.concatenate(right), starts, np.array(weighed))


def joined(parts: Sequence[Choices], shares: Sequence[float] | None = None) -> Choices:
    """Choices of several catalogs as one; every catalog counts the same, or as `shares` say."""
    shares = [1.0] * len(parts) if shares is None else shares
    offsets = np.cumsum([0, *(len(part.right) for part in parts[:-1])])
    return Choices(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.starts + offset for part, offset in zip(parts, offsets, strict=True)]),
        np.concatenate(
            [share * part.counts / part.counts.sum() for share, part in zip(shares, parts, strict=True)]
        ),
    )


def _features(evidence: Evidence, unit: float) -> Floats:
    columns = (
        evidence.dots / unit,
        evidence.misrecognition,
        evidence.demand,
        evidence.ngrams,
    )
    features: Floats = np.stack(columns, axis=1) * np.array(list(SCALES.values()))
    return features


def fit_weights(choices: Choices, evidence: Collection[str] = tuple(SCALES)) -> Floats:
    """Weights [4] of the scaled features, dense first; those not named in `evidence` stay 0."""
    from scipy.optimize import minimize

    bounds = [(0.0, None if name in evidence else 0.0) for name in SCALES]
    start = np.array([0.1 if name in evidence else 0.0 for name in SCALES])
    fitted = minimize(_loss, start, args=(choices,), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(fitted.x, np.float64)


def first_right(choices: Choices, weights: Floats) -> NDArray[np.bool_]:
    """Whether a right candidate of each request scores at least as high as all its others, bool [requests]."""
    scores = choices.features @ weights
    best = np.maximum.reduceat(scores, choices.starts)
    best_right = np.maximum.reduceat(np.where(choices.right, scores, -np.inf), choices.starts)
    first: NDArray[np.bool_] = best_right >= best
    return first


def _loss(weights: Floats, choices: Choices) -> tuple[float, Floats]:
    """Mean negative log chance of the right candidates with the penalty, and its gradient."""
    starts, counts = choices.starts, choices.counts / choices.counts.sum()
    owner = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(choices.right))))
    scores = choices.features @ weights
    # Softmax over each request's candidates; its best score is taken off first, so that exp does not overflow.
    chances = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
    rights = chances * choices.right
    whole, right = np.add.reduceat(chances, starts), np.add.reduceat(rights, starts) + 1e-300
    slope = choices.features.T @ (counts[owner] * (rights / right[owner] - chances / whole[owner]))
    loss = float(counts @ (np.log(whole) - np.log(right)) + PENALTY * weights @ weights)
    return loss, 2 * PENALTY * weights - slope


def scaled_weights(weights: RerankWeights, unit: float) -> Floats:
    """Weights [4] of the scaled features that rank as whole numbers do; the inverse of ``whole_weights``."""
    raw = np.array([unit, *(float(getattr(weights, name)) for name in list(SCALES)[1:])])
    scaled: Floats = raw / np.array(list(SCALES.values()))
    return scaled


def whole_weights(
    weights: Floats, unit: float, dense_forms: int = 24, sound_forms: int = 16
) -> RerankWeights:
    """The same ranking in whole numbers: every weight as units of the dot product.

    Raises:
        EncoderError: the dense weight is 0, so nothing can be measured in it.
    """
    raw = weights * np.array(list(SCALES.values()))
    if raw[0] <= 0:
        raise EncoderError(
            "the fit gave dense evidence no weight; it needs requests that the encoder can read"
        )
    steps = [round(value) for value in (raw[1:] / raw[0] * unit).tolist()]
    named = dict(zip(list(SCALES)[1:], steps, strict=True))
    return RerankWeights(**named, dense_forms=dense_forms, sound_forms=sound_forms)
