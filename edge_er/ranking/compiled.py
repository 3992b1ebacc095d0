"""Evidence by the kernels: a set of forms and the readings of a request as `edge_er.native.evidence` takes them.

`edge_er.ranking.evidence` says what is computed, in numpy, and takes this way where there are kernels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import WORDS
from edge_er.native.evidence import EvidenceTables, FormSet, SaidText, Saying
from edge_er.native.library import Kernels
from edge_er.ranking.candidates import Rows, sure
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.weights import RerankWeights
from edge_er.text.carriers import without_carrier
from edge_er.text.letters import Letters
from edge_er.text.misrecognition import letters_of

__all__ = ["compiled_forms", "said_text"]


def compiled_forms(kernels: Kernels, tables: EvidenceTables, weights: RerankWeights) -> FormSet:
    """A set of forms, with the weights of a bundle."""
    return FormSet(
        kernels,
        tables,
        (weights.sound_forms, weights.words),
        (weights.heard, weights.popularity, weights.sound_pieces),
        (WORDS.alias, WORDS.demand, WORDS.demand_most),
    )


def said_text(
    hypothesis: Hypothesis,
    rows: Sequence[Rows],
    share: float,
    weights: RerankWeights,
    forms: Sequence[str],
    texts: NDArray[np.int64],
    letters: Letters,
) -> SaidText | None:
    """What a hypothesis and its readings say of `forms`, whose `texts` are numbered; None where numpy computed it."""
    if hypothesis.dots.dtype != np.int32:
        return None
    is_sure = sure(rows)
    readings: list[Saying] = []
    for row in rows:
        name = without_carrier(row.text, row.span) if is_sure and not readings else ""
        number = int(texts[forms.index(name)]) if name and name in forms else -1
        if (weights.by_sound and row.ngrams.dtype != np.int32) or row.words.scores.dtype != np.int32:
            return None
        said = letters_of(row.text, row.span, letters) if weights.heard else (b"", [], b"")
        ngrams = row.ngrams if weights.by_sound else None
        readings.append(Saying(ngrams, row.words if weights.words else None, *said, number))
    return SaidText(hypothesis.dots, hypothesis.same, share, readings, is_sure)
