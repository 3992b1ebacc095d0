"""Write ``tests/golden/defaults.jsonl``: what comes out where a manifest says nothing, or little, in every runtime.

python -m tools.golden.make_defaults
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from edge_er.decision.calibration import Calibration, CandidateScores
from edge_er.ranking.weights import RerankWeights
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.plain_rerank import EncodedText, PlainReranker, dot

TARGET = FOLDER / "defaults.jsonl"
K = 5

# Scores, best first, with the cosine of the first: alone, on both sides of what is needed, twins, rivals on both sides
# of the default, more than share, more than are compared, equal ones and nearly equal ones of all of these.
SCORES = (
    ((0.9,), 0.9),
    ((0.62, 0.3), 0.62),
    ((0.666,), 0.666),
    ((0.685,), 0.685),
    ((0.8, 0.8), 0.8),
    ((0.85, 0.84), 0.85),
    ((0.85, 0.835), 0.85),
    ((0.7, 0.63), 0.7),
    ((0.69, 0.605), 0.69),
    ((0.74, 0.66, 0.655), 0.74),
    ((0.7, 0.69, 0.685, 0.68, 0.675, 0.67, 0.665), 0.7),
    ((1.2, 1.1), 0.95),
    ((0.95, 0.95, 0.95, 0.4), 0.95),
    ((1.4, 1.395, 1.38, 1.35, 0.9), 0.99),
    ((0.9,) * 16, 0.9),
    ((0.99,) * 18, 0.99),
    ((0.99, *(0.985,) * 18), 0.99),
    ((0.99, *(0.9,) * 18), 0.99),
    ((0.1, 0.05), 0.1),
    ((), 0.0),
)
PRECISIONS = (None, 0.5, 0.9, 0.99)
NUMBERS = (0.0, -0.75, -1.0)  # the feature that refuses where it is -1
SECTIONS: tuple[dict[str, Any], ...] = ({}, {"sound_forms": 8}, {"heard": 50, "sound_pieces": 7})
LANG, REQUEST, VECTOR = "es", "pon la cadena sur", (7, -3, 5, 1)
FIRST = ("radio", "cadena", "onda", "kiss", "los", "hit")
SECOND = ("ser", "uno", "cero", "sur", "40")


def confidence_rows() -> Iterator[dict[str, Any]]:
    """What an empty `calibration` makes of scores."""
    calibration = Calibration.from_mapping({})
    for (scores, cosine), precision, number in product(SCORES, PRECISIONS, NUMBERS):
        candidate_scores = CandidateScores(scores, {"cosine": cosine, "number": number})
        yield {
            "section": "calibration",
            "values": {},
            "scores": list(scores),
            "cosine": cosine,
            "number": number,
            "min_precision": precision,
            "confidences": [round(each, 6) for each in calibration.confidences(candidate_scores)],
            "decision": calibration.decide(candidate_scores, precision),
            "tied": calibration.tied(candidate_scores),
        }


def ranking_rows() -> Iterator[dict[str, Any]]:
    """What `rerank` makes of thirty forms where it says nothing, or little."""
    forms = [" ".join(words) for words in product(FIRST, SECOND)]
    vectors = [
        [(17 * form + 5 * place) % 23 - 11 for place in range(len(VECTOR))] for form in range(len(forms))
    ]
    owners = [form // 2 for form in range(len(forms))]
    for values in SECTIONS:
        yield _ranked(values, forms, owners, vectors)


def _ranked(
    values: Mapping[str, int], forms: Sequence[str], owners: Sequence[int], vectors: Sequence[Sequence[int]]
) -> dict[str, Any]:
    demand = [entity % 7 for entity in range(max(owners) + 1)]
    reranker = PlainReranker(forms, owners, LANG, RerankWeights.from_mapping(values), demand)
    dots, same = [dot(VECTOR, row) for row in vectors], dot(VECTOR, VECTOR)
    said = [EncodedText(REQUEST, dots, same=same)]
    ranked = reranker.rank(said, K)
    return {
        "section": "rerank",
        "values": dict(values),
        "lang": LANG,
        "forms": list(forms),
        "owners": list(owners),
        "demand": demand,
        "vectors": [list(row) for row in vectors],
        "request": REQUEST,
        "vector": list(VECTOR),
        "candidates": reranker.candidates(said, K),
        "ranking": [[one.entity, int(one.score)] for one in ranked],
        "forms_of_ranking": [one.form for one in ranked],
    }


def rows() -> Iterator[dict[str, Any]]:
    """All rows."""
    yield from confidence_rows()
    yield from ranking_rows()


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} rows")


if __name__ == "__main__":
    main()
