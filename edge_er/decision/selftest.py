"""Selftest: a bundle has golden answers, and another machine must give the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from edge_er.constants import SELFTEST
from edge_er.decision.resolution import Resolution
from edge_er.errors import BundleCorruptError

__all__ = ["golden_answer", "same_answer", "selftest"]

SCORE_TOLERANCE = SELFTEST.score_tolerance  # between machines


def same_answer(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether decision and best candidate are the same, and scores differ by rounding only, as between CPUs.

    If nothing matches and the first two scores differ by rounding only, either candidate may be first.
    """
    tied = expected["decision"] == "no_match" and expected["scores"][:1] < [
        score + SCORE_TOLERANCE for score in expected["scores"][1:2]
    ]
    return (
        found["decision"] == expected["decision"]
        and (tied or found["ids"][:1] == expected["ids"][:1])
        and len(found["scores"]) == len(expected["scores"])
        and np.allclose(found["scores"], expected["scores"], rtol=0, atol=SCORE_TOLERANCE)
    )


def golden_answer(resolution: Resolution) -> dict[str, Any]:
    """The part of an answer that a manifest keeps, as JSON values."""
    return {
        "query": resolution.query,
        "decision": resolution.decision,
        "ids": [match.id for match in resolution.matches],
        "scores": [round(match.score, 4) for match in resolution.matches],
    }


def selftest(
    name: str, golden: Sequence[Mapping[str, Any]], resolve: Callable[[str, int], Resolution]
) -> int:
    """Answer the `golden` requests of the bundle `name` again and return how many there are.

    Raises:
        BundleCorruptError: an answer differs from the one in the manifest.
    """
    for expected in golden:
        found = golden_answer(resolve(expected["query"], max(len(expected["ids"]), 1)))
        if not same_answer(found, expected):
            raise BundleCorruptError(
                f"bundle {name!r}: selftest: expected {expected}, found {found}; "
                "install the tested versions of onnxruntime and tokenizers, or build the bundle again"
            )
    return len(golden)
