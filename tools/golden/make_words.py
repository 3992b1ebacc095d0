"""Write ``tests/golden/words.jsonl``: word scores, for every runtime.

python -m tools.golden.make_words
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import name_span
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.make_lexical import FORMS, REQUESTS
from tools.golden.plain_scores import common_words, word_score

TARGET = FOLDER / "words.jsonl"
# Names as other catalogs have them: a word that many share, numbers, words of carriers, letters beyond a-z, words of
# carriers and fillers alone.
MORE_FORMS = {
    "de": (
        "Küche Deckenlampe",
        "Bad Deckenlampe",
        "Flur Deckenlampe",
        "Büro Deckenlampe",
        "Zola Deckenlampe",
    ),
    "en": (
        "Back to the Future",
        "Back to the Future II",
        "Century 16",
        "The Kitchen",
        "Play",
        "Hotel 7",
        "Hotel 8",
        "India",
        "Location",
        "The Radio",
        "The The",
        "Century City Sixteen Cinemas",
    ),
    "es": ("Radio Radio", "100.3", "Los 40 Dance", "Kitchen", "de la"),
    "fr": ("Salon lampe", "Salon télé", "L'Équipe 21"),
    "it": ("Luci", "Luci 2", "a b c"),
    "xx": ("Zoë 2", "Ωμέγα 7"),
}
MORE_REQUESTS = {
    "de": (
        "mach bitte die deckenlampe in der küche aus",
        "nova deutschlandfunk",
        "bayern",
        "lampe decke",
        "zola",
        "schalte die deckenlampe im bad ein",
        "spiele bayern 1 in der küche bitte",
        "spiele bayern 1 im wohnzimmer",
    ),
    "en": (
        "future back to the",
        "century cinemas",
        "list college sports for tomorrow in century 16 please",
        "hotel hotel 9",
        "turn on the light in the kitchen",
        "4 radio bbc",
        "play kiss fm in the kitchen please",
        "play kiss fm in the living room",
        "play in the kitchen",
        "location of india",
        "location",
        "play the radio please",
        "the radio in the hall",
        "radio the",
        "the",
        "16 in this century",
        "please would you kindly show me anything that you might have about century 16 and its wonderful films",
        "please would you kindly show me anything that you might have about a 16 of that wonderful century",
        "cinemas sixteen city century",
        "cinemas city",
        "to the future and back",
    ),
    "es": (
        "dance los 40",
        "100 3",
        "pon radio",
        "pon los 40 en la app de radio",
        "ser cadena españa",
        "pon los 40 en la cocina",
    ),
    "fr": ("allume la lampe du salon", "inter france", "21 équipe", "allume la lampe dans le salon"),
    "it": ("deejay radio", "accendi luci 3", "102 5 rtl", "accendi le luci in cucina"),
    "xx": ("2 zoë", "7 ωμέγα", "📻"),
}


def rows() -> Iterator[dict[str, Any]]:
    """One row for each request."""
    for lang, names in FORMS.items():
        forms = [canonical_text(name) for name in (*names, *MORE_FORMS[lang])]
        common, words = common_words(forms), {word for form in forms for word in form.split()}
        for request in (*REQUESTS[lang], *MORE_REQUESTS[lang]):
            text = canonical_text(request)
            found, alone = (
                [word_score(lang, form, text, many, words) for form in forms] for many in (common, ())
            )
            yield {
                "lang": lang,
                "forms": forms,
                "common": sorted(common),
                "request": text,
                "span": list(name_span(text, words)),
                "scores": [each.score for each in found],
                "scores_without_common": [each.score for each in alone],
                "phrases": [form for form, each in enumerate(found) if each.phrase],
                "in_part": [form for form, each in enumerate(found) if each.part],
            }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} requests")


if __name__ == "__main__":
    main()
