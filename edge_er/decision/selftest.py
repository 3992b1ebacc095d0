"""Answers that a bundle is shipped with, and when another machine's answer is the same."""

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
    """The same decision and best candidate; scores may differ as the last bits of floats do between CPUs.

    Where nothing matches and the first two candidates are as good as each other, either may be the best one.
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
    """What is kept of an answer."""
    return {
        "query": resolution.query,
        "decision": resolution.decision,
        "ids": [match.id for match in resolution.matches],
        "scores": [round(match.score, 4) for match in resolution.matches],
    }


def selftest(
    name: str, golden: Sequence[Mapping[str, Any]], resolve: Callable[[str, int], Resolution]
) -> int:
    """Answer the `golden` requests of the bundle `name` again; how many there are.

    Raises:
        BundleCorruptError: an answer differs from the one the bundle was shipped with.
    """
    for expected in golden:
        found = golden_answer(resolve(expected["query"], max(len(expected["ids"]), 1)))
        if not same_answer(found, expected):
            raise BundleCorruptError(
                f"bundle {name!r}: selftest: expected {expected}, found {found}; "
                "install the tested versions of onnxruntime and tokenizers, or build the bundle again"
            )
    return len(golden)
