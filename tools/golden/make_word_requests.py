"""Write ``tests/golden/word_requests.jsonl``: whole answers where words bring candidates and count, for every runtime.

python -m tools.golden.make_word_requests
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_er.ranking.rerank import RerankWeights
from edge_er.text.canonical import canonical_text
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.plain_rerank import EncodedText, PlainReranker

TARGET = FOLDER / "word_requests.jsonl"
K = 3
RERANK = {"words": 2, "heard": 3, "sound_pieces": 2, "popularity": 1, "dense_forms": 4, "sound_forms": 1}
FEW = {"words": 1, "heard": 1, "dense_forms": 2}
CANDIDATES_ALONE = {"words": 2, "dense_forms": 2}  # without `heard` words bring candidates, but no score
# Each two neighbours are one entity. Equal names, words that many share, numbers, fillers, digits beyond 0-9, rooms
# that requests name in closing phrases.
FORMS = {
    "de": (
        "Küche Deckenlampe",
        "Küche",
        "Bad Deckenlampe",
        "Bad",
        "Flur Deckenlampe",
        "Flur",
        "Büro Deckenlampe",
        "Zola Deckenlampe",
        "Deutschlandfunk",
        "Deutschlandfunk Nova",
        "Bayern 1",
        "Bayern eins",
        "Radio Bayern",
        "Antenne Bayern",
    ),
    "en": (
        "Back to the Future",
        "Back to the Future 2",
        "Century Cinemas 16",
        "Century 16",
        "Tulsa",
        "Tulsa Sports",
        "BBC Radio 4",
        "BBC Radio 4 Extra",
        "Hotel 7",
        "Hotel 8",
        "The Kitchen",
        "Kitchen",
        "Kiss",
        "Kiss",
        "Kitchen Lamp",
        "Kitchen Spots",
        "Bedroom Lamp",
        "Bedroom Spots",
    ),
    "es": (
        "Lámpara Cocina",
        "Luz Cocina",
        "Lámpara Salón",
        "Luz Salón",
        "Lámpara Baño",
        "Luz Baño",
        "Kiss FM",
        "Kiss",
    ),
    "fr": (
        "Lampe Salon",
        "Spots Salon",
        "Lampe Cuisine",
        "Spots Cuisine",
        "Lampe Chambre",
        "Spots Chambre",
    ),
    "it": (
        "Luce Cucina",
        "Lampada Cucina",
        "Luce Bagno",
        "Lampada Bagno",
        "Radio Deejay",
        "Deejay",
    ),
    "xx": (
        "Zoë 2",
        "Zoë \u136d",
        "Ωμέγα 7",
        "Ωμέγα",
        "radio uno",
        "uno",
        "\U00020000\U00020001 radio",
        "\U00020000\U00020001",
        "m2o",
        "los 40",
        "los 40 dance",
        "dance",
    ),
}
REQUESTS: dict[str, tuple[tuple[str, dict[str, int]], ...]] = {
    "de": (
        ("schalte die deckenlampe in der küche aus", RERANK),
        ("deckenlampe zola bitte", RERANK),
        ("nova deutschlandfunk", RERANK),
        ("bayern eins spiele", RERANK),
        ("bayern", FEW),
        ("flur", CANDIDATES_ALONE),
        ("mach die deckenlampe in der küche bitte an", RERANK),
        ("spiele antenne bayern im wohnzimmer", RERANK),
    ),
    "en": (
        ("future back to the", RERANK),
        ("future part 2 back to the", RERANK),
        ("cinemas century", RERANK),
        ("list college sports for tomorrow in tulsa", RERANK),
        ("4 radio bbc please", RERANK),
        ("extra bbc 4", RERANK),
        ("hotel 8 or hotel 7", RERANK),
        ("kiss", FEW),
        ("turn on the light in the kitchen", FEW),
        ("16 century", CANDIDATES_ALONE),
        ("play", RERANK),
        ("turn on the lamp in the kitchen", RERANK),
        ("turn on the lamp in the bedroom please", RERANK),
        ("play tulsa in the living room", RERANK),
    ),
    "es": (
        ("enciende la lámpara en la cocina", RERANK),
        ("enciende la luz en el salón", FEW),
        ("pon kiss fm en la cocina por favor", RERANK),
    ),
    "fr": (
        ("allume la lampe dans le salon", RERANK),
        ("allume les spots dans la cuisine s'il te plaît", RERANK),
    ),
    "it": (
        ("accendi la luce in cucina", RERANK),
        ("metti radio deejay in cucina", RERANK),
    ),
    "xx": (
        ("2 zoë", RERANK),
        ("zoë", FEW),
        ("\u136d zoë", FEW),
        ("7 ωμέγα", RERANK),
        ("uno \U00020000\U00020001", RERANK),
        ("dance los 40", RERANK),
        ("", RERANK),
    ),
}


def rows() -> Iterator[dict[str, Any]]:
    """One row for each request."""
    for lang, names in FORMS.items():
        forms = [canonical_text(name) for name in names]
        owners = [form // 2 for form in range(len(forms))]
        demand = [entity % 5 for entity in range(max(owners) + 1)]
        vectors = [[(13 * form + 7 * place) % 19 - 9 for place in range(3)] for form in range(len(forms))]
        for number, (request, rerank) in enumerate(REQUESTS[lang]):
            vector = [(11 * number + 5 * place) % 17 - 8 for place in range(3)]
            dots = [sum(a * b for a, b in zip(vector, row, strict=True)) for row in vectors]
            reranker = PlainReranker(forms, owners, lang, RerankWeights.from_mapping(rerank), demand)
            said = [EncodedText(canonical_text(request), dots)]
            ranked = reranker.rank(said, K)
            yield {
                "lang": lang,
                "rerank": rerank,
                "forms": forms,
                "owners": owners,
                "demand": demand,
                "vectors": vectors,
                "request": canonical_text(request),
                "vector": vector,
                "candidates": reranker.candidates(said, K),
                "ranking": [[one.entity, int(one.score)] for one in ranked],
                "forms_of_ranking": [one.form for one in ranked],
            }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} requests")


if __name__ == "__main__":
    main()
