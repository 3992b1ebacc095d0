"""Write ``tests/golden/word_requests.jsonl``: whole answers where words bring candidates and count, for every runtime.

python -m tools.golden.make_word_requests
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from edge_er.ranking.weights import RerankWeights
from edge_er.text.canonical import canonical_text
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.plain_rerank import EncodedText, PlainReranker, dot
from tools.golden.word_catalogs import ALIKE, ASKED, FORMS, REQUESTS

TARGET = FOLDER / "word_requests.jsonl"
K = 3
MOST_ALIKE = 6  # so many are ranked of names that are alike


def rows() -> Iterator[dict[str, Any]]:
    """One row for each request."""
    for lang, names in FORMS.items():
        forms = [canonical_text(name) for name in names]
        owners = [form // 2 for form in range(len(forms))]
        demand = [entity % 5 for entity in range(max(owners) + 1)]
        for number, (request, rerank) in enumerate(REQUESTS[lang]):
            yield _row(_Asked(lang, forms, owners, demand), request, rerank, number, K)
    for place, named in ALIKE.items():
        forms = [canonical_text(name) for _, name, _ in named]
        owners = [entity for entity, _, _ in named]
        demand = list({entity: asked for entity, _, asked in named}.values())
        for number, (request, rerank) in enumerate(ASKED[place]):
            yield _row(_Asked("en", forms, owners, demand), request, rerank, number, MOST_ALIKE)


class _Asked(NamedTuple):
    """A small catalog: its language, forms in canonical text, the entity of each, the demand of each entity."""

    lang: str
    forms: list[str]
    owners: list[int]
    demand: list[int]


def _row(asked: _Asked, request: str, rerank: dict[str, int], number: int, k: int) -> dict[str, Any]:
    text, count = canonical_text(request), len(asked.forms)
    vectors = [[(13 * form + 7 * place) % 19 - 9 for place in range(3)] for form in range(count)]
    vector = [(11 * number + 5 * place) % 17 - 8 for place in range(3)]
    weights = RerankWeights.from_mapping(rerank)
    reranker = PlainReranker(asked.forms, asked.owners, asked.lang, weights, asked.demand)
    said = [EncodedText(text, [dot(vector, each) for each in vectors], same=dot(vector, vector))]
    ranked = reranker.rank(said, k)
    return {
        "lang": asked.lang,
        "rerank": rerank,
        "forms": asked.forms,
        "owners": asked.owners,
        "demand": asked.demand,
        "vectors": vectors,
        "request": text,
        "vector": vector,
        "candidates": reranker.candidates(said, k),
        "ranking": [[one.entity, int(one.score)] for one in ranked],
        "forms_of_ranking": [one.form for one in ranked],
        "parts": [{name: int(part) for name, part in one.parts.items() if part} for one in ranked],
    }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} requests")


if __name__ == "__main__":
    main()
