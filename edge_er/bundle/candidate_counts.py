"""Candidate counts: larger catalogs get more candidates, because more of their forms are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_er.constants import CANDIDATES

__all__ = ["with_candidates"]

COUNTS = ("dense_forms", "sound_forms")


def with_candidates(rerank: Mapping[str, Any], forms: int, least: int = 0) -> dict[str, Any]:
    """The `rerank` settings of an encoder's card with the candidate counts for a catalog of `forms` surface forms.

    A count of 0 stays 0, no count becomes smaller, and none is below `least`.
    """
    more = max(0, forms - CANDIDATES.few_forms) // CANDIDATES.more_each
    counts = {name: rerank[name] for name in COUNTS if rerank.get(name)}
    return {
        **rerank,
        **{name: max(count, least, min(CANDIDATES.most, count + more)) for name, count in counts.items()},
    }
