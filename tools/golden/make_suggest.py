"""Write ``tests/golden/suggest.jsonl``: suggestions while a text is typed, for every runtime.

python -m tools.golden.make_suggest
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from edge_er.text.canonical import canonical_text
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.plain_suggest import PlainForm, PlainSuggester

TARGET = FOLDER / "suggest.jsonl"
K = 5
Names = Sequence[tuple[str, ...]]  # the forms of each entity, main name first

CATALOGS: dict[str, Names] = {
    "de": (
        ("Bayern 1", "bayern eins"),
        ("Bayern 2",),
        ("BR-Klassik", "Bayern 4 Klassik"),
        ("Deutschlandfunk", "DLF"),
        ("Deutschlandfunk Kultur",),
        ("Küche Deckenlampe",),
        ("Die Neue Welle",),
    ),
    "en": (
        ("Back to the Future",),
        ("Back to the Future II", "back to the future two"),
        ("Play FM",),
        ("Kiss FM", "Kiss"),
        ("Kiss Fresh",),
        ("The Kitchen",),
        ("New York, New York",),
        ("BBC Radio 4", "R4"),
        ("Radio 4 Extra",),
        ("Future Radio",),
        ("Century 16",),
    ),
    "es": (
        ("Cadena SER", "SER"),
        ("Cadena 100",),
        ("Cadena Dial",),
        ("LOS40", "Los 40 Principales"),
        ("Radio Clásica", "RNE Radio Clásica"),
        ("Onda Cero",),
        ("Radio Radiola",),
    ),
    "xx": (("Zoë 2",), ("Ωμέγα 7",), ("\U00020000\U00020001 Zoo",), ("📻",)),
}
OWN: dict[str, Names] = {
    "de": (("Taxi 24",), ("Bäckerei Bayer",)),
    "en": (("Kistner", "Kissy"), ("Future Gym",)),
    "es": (("Cadena Susana",), ("mi radio",)),
    "xx": (("Zoë",),),
}
TEXTS: dict[str, Sequence[str]] = {
    "de": (
        "b", "bay", "Bayern", "bayern ", "bayern e", "spiel bayern 1", "kultur d", "klassik bayern 4", "dlf",
        "bayer", "bayren", "bayren 2", "deutschlandfunkkultur", "deutshclandfunk k", "decken", "taxi vierundzwanzig",
        "bayern zwei im wohnzimmer", "die ", "neu wel", "xyz xyz", "k\u00fc", "t",
    ),
    "en": (
        "", "   ", "📻", "b", "back", "back to the ", "back to the f", "future back", "back to the future tw",
        "back to the future two", "play", "play ", "play f", "play k", "play the", "the ki", "kiss", "kiss ", "kiss f",
        "kis fm", "kisd", "new york new", "new new", "bbc", "b b c", "b b", "radio 4", "radio 4 ", "4 radio e",
        "r", "kiss fm in the kitchen", "kiss fm in the living room", "turn on the kit", "centruy", "century s",
        "futrue radio", "futureradio", "x", "qq", "play back to teh future", "kissy", "please",
    ),
    "es": (
        "cadena s", "Cadena S", "pon la cadena s", "cadena ", "s", "dial cad", "los40", "los 40 p", "los cuarenta",
        "cadnea s", "cadenaser", "radio", "radio radio", "radio ra", "clasica r", "onda por favor", "mi", "cade cero",
    ),
    "xx": ("zo", "zoe 2", "2 z", "ωμε", "ωμεγ 7", "\U00020000", "\U00020000x", "📻", "zoo"),
}  # fmt: skip


def _forms(names: Names, first: int, demand: Sequence[int]) -> list[PlainForm]:
    return [
        PlainForm(canonical_text(name), first + number, place == 0, demand[number])
        for number, forms in enumerate(names)
        for place, name in enumerate(forms)
    ]


def rows() -> Iterator[dict[str, Any]]:
    """A row for each text and for each way of asking it."""
    for lang, names in CATALOGS.items():
        catalog = _forms(names, 0, [(3 * number) % 5 for number in range(len(names))])
        unknown = _forms(names, 0, [0] * len(names))
        own = _forms(OWN[lang], len(names), [0] * len(OWN[lang]))
        # An own entry may be another name of an entity of the catalog.
        own.append(PlainForm(canonical_text("my favourite"), 1, True, catalog[1].demand))
        for text in TEXTS[lang]:
            yield _row(PlainSuggester(lang, catalog), text)
            yield _row(PlainSuggester(lang, catalog, own, {2: 3, len(names): 100}, numbers=2), text)
            yield _row(PlainSuggester(lang, unknown, numbers=1, by_sound=False), text)
            yield _row(
                PlainSuggester(lang, catalog, own, numbers=2), text, allowed=range(1, len(names) + 9, 2)
            )


def _row(suggester: PlainSuggester, text: str, allowed: Sequence[int] | None = None) -> dict[str, Any]:
    canonical, finished = canonical_text(text), text[-1:].isspace()
    entities = {form.entity for form in (*suggester.catalog, *suggester.own)}
    found = suggester.suggest(canonical, finished, K, entities if allowed is None else allowed)
    return {
        "lang": suggester.lang,
        "numbers": suggester.numbers,
        "by_sound": suggester.by_sound,
        "catalog": [[form.text, form.entity, form.demand] for form in suggester.catalog],
        "own": [[form.text, form.entity, form.demand] for form in suggester.own],
        "favour": [[entity, count] for entity, count in suggester.favour.items()],
        "allowed": None if allowed is None else sorted(entities & set(allowed)),
        "text": text,
        "canonical": canonical,
        "finished": finished,
        "suggestions": found,
    }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} texts")


if __name__ == "__main__":
    main()
