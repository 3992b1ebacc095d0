"""Write ``tests/golden/lexical.jsonl``: sound codes, n-grams and misrecognition scores, for every runtime.

python -m tools.golden.make_lexical
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import without_carrier
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.ngrams import NgramIndex
from edge_er.text.sound_codes import SoundCodes
from tools.golden.golden_file import FOLDER, write_rows

TARGET = FOLDER / "lexical.jsonl"
FORMS = {
    "de": (
        "Deutschlandfunk",
        "Deutschlandfunk Nova",
        "Bayern 1",
        "bayern eins",
        "SWR3",
        "Schwarzwaldradio",
        "ffn",
    ),
    "en": (
        "BBC Radio 4",
        "Classic FM",
        "Heart 80s",
        "Wright Knight Radio",
        "Capital XTRA",
        "Q",
        "The Breeze",
    ),
    "fr": ("France Inter", "Chérie FM", "RTL2", "Skyrock", "Radio Bretagne", "Oui FM", "Beur FM"),
    "it": ("Radio Deejay", "RTL 102.5", "Radio Bologna", "Rai Radio 1", "m2o", "Radio Chiocciola", "Gli 80"),
    "es": (
        "Cadena SER",
        "Cadena SER +",
        "LOS40",
        "los cuarenta",
        "Radio Clásica",
        "Onda Cero",
        "Jóvenes",
        "España",
    ),
    "xx": ("إذاعة الشرق", "中文广播 99.5", "Радио Маяк", "Radio 📻 Uno", "\U00020000\U00020001 radio"),
}
REQUESTS = {
    "de": ("spiele deutschland funk nova", "schwarz wald radio", "S W R drei", "bei ein eins", "", "f"),
    "en": (
        "play BBC radio for",
        "please play play the breeze in the kitchen please please",
        "play please",
        "would you",
        "heart eighties",
        "right night radio please",
        "capitol extra",
        "the breathe",
        "q",
    ),
    "fr": (
        "lance fip s'il te plaît",
        "hey google mets mets oui fm dans la cuisine merci",
        "mets la france interre",
        "écoute cherif m",
        "mets sky rock",
        "radio bretagneu",
        "oui fm",
        "🎵",
    ),
    "it": (
        "metti radio di gei",
        "radio kiocciola",
        "rai radio uno",
        "ascolta bolonia",
        "m due o",
        "glie ottanta",
    ),
    "es": (
        "pon la cadena ser",
        "los 40",
        "cadena cer más",
        "onda zero",
        "radio clasica en la cocina",
        "espanya",
    ),
    "xx": (
        "إذاعة الشرق",
        "شغل إذاعة",
        "радио маяк",
        "radio uno",
        "99 5",
        "spiele 中文",
        "pon 中文广播 por favor",
        "\U00020000 radio",
    ),
}


def rows() -> Iterator[dict[str, Any]]:
    """One row for each request."""
    for lang, names in FORMS.items():
        fold, forms = SoundCodes(lang), [canonical_text(name) for name in names]
        sounds = [fold(form) for form in forms]
        index, hearing = NgramIndex(sounds), Misrecognition(lang, forms)
        for request in REQUESTS[lang]:
            text = canonical_text(request)
            yield {
                "lang": lang,
                "forms": forms,
                "form_sounds": sounds,
                "form_worth": index.totals.tolist(),
                "request": text,
                "without_carrier": without_carrier(text),
                "sounds": fold(text),
                "shared_worth": [int(worth) for worth in index.shared(fold(text))],
                "heard_worth": hearing.scores(text, range(len(forms))).tolist(),
            }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} requests")


if __name__ == "__main__":
    main()
