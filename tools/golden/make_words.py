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
from tools.golden.plain_scores import common_words, stand_among, word_score, words_of_names

TARGET = FOLDER / "words.jsonl"
BESIDE = 9  # times the same forms stand in the catalog beside which no word is rare
# Names as other catalogs have them: a word that many share, numbers, words of carriers, letters beyond a-z, words of
# carriers and fillers alone, frequencies and numbers that are none, long names of rare words, words that eight and nine
# forms have, scripts without spaces.
MORE_FORMS = {
    "de": (
        "Küche Deckenlampe",
        "Bad Deckenlampe",
        "Flur Deckenlampe",
        "Büro Deckenlampe",
        "Zola Deckenlampe",
        "Radio Zola 98,9",
        "Café Hügel am Alten Markt",
        "Zz Haus am See",
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
        "Attic Speaker",
        "Hall Speaker",
        "Luna Loca Mexican Restaurant",
        "The Blue Harp Irish Pub",
        "KZLO 790 AM",
        "Jazz 98.9 FM Zoo City",
        "Mambo 1028",
        "Mambo 108 FM",
        "Mambo 109 FM",
        "Mambo 1701 87",
        "Mambo 535 5",
        "Polka 98 500 105 1 Polka",
    ),
    "es": ("Radio Radio", "100.3", "Los 40 Dance", "Kitchen", "de la", "La Paloma Azul 100.3 FM", "Azul"),
    "fr": (
        "Salon lampe",
        "Salon télé",
        "L'Équipe 21",
        *(
            f"Pharmacie {name}"
            for name in ("Lilas", "Nord", "Sud", "Est", "Ouest", "Gare", "Port", "Pont", "Parc")
        ),
        *(
            f"Boulangerie {name}"
            for name in ("Lilas", "Nord", "Sud", "Est", "Ouest", "Gare", "Port", "Pont du Parc")
        ),
    ),
    "it": ("Luci", "Luci 2", "a b c", "Trattoria Bella Vista sul Lago"),
    "xx": (
        "Zoë 2",
        "Ωμέγα 7",
        "θάλασσα μπλε βάρκα",
        "客厅",
        "客厅 吸顶灯",
        "电视",
        "厨房灯",
        "TV 柜",
        "テレビ",
        "ห้องครัว",
        "吸顶灯 Zola 98.5",
    ),
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
        "zola radio",
        "9 radio zola",
        "hügel",
        "café hügel",
        "hat heute abend wohl das café hügel noch auf",
        "zz see",
        "zz",
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
        "turn off the speaker",
        "set the speaker to 35 percent",
        "the speaker in the kitchen",
        "in the speaker",
        "hotel of zoe",
        "a hotel",
        "luna",
        "luna loca",
        "loca luna",
        "restaurant luna of the",
        "luna of the restaurant where would you",
        "is luna loca open on sunday",
        "will luna or loca be open on sunday",
        "take me to the blue harp",
        "irish pub harp",
        "would you ask whether the blue harp has got a table for nine people on the first sunday of september please",
        "kzlo",
        "jazz zoo",
        "zoo city",
        "jazz 98",
        "jazz zebra",
        "mambo",
        "mambo 5",
        "polka",
        "polka 1",
        "rocky future back to the",
        "what will the weather in kzlo be like on sunday",
        "what will the weather in luna loca mexican restaurant be like on sunday",
        "is there any weather like that of india on sunday",
        "is mexican luna loca ever a nice restaurant",
        "could you take me to play india please",
    ),
    "es": (
        "dance los 40",
        "100 3",
        "pon radio",
        "pon los 40 en la app de radio",
        "ser cadena españa",
        "pon los 40 en la cocina",
        "paloma azul",
        "quiero saber si hay pintura azul en la tienda",
        "quiero saber si radio radio esta en la tienda",
        "la paloma azul",
        "que suene la paloma por la mañana",
        "azul y paloma",
    ),
    "fr": (
        "allume la lampe du salon",
        "inter france",
        "21 équipe",
        "allume la lampe dans le salon",
        "pharmacie",
        "boulangerie",
        "pharmacie lilas",
        "la boulangerie du parc",
        "pharmacie ouverte",
        "boulangerie ouverte",
    ),
    "it": (
        "deejay radio",
        "accendi luci 3",
        "102 5 rtl",
        "accendi le luci in cucina",
        "bologna",
        "trattoria bella",
        "vista lago",
        "portami alla trattoria bella vista stasera",
        "rtl",
    ),
    "xx": (
        "2 zoë",
        "7 ωμέγα",
        "📻",
        "\U00020000\U00020001",
        "θάλασσα",
        "θάλασσα κόκκινη",
        "请把客厅的吸顶灯打开",
        "电视静音",
        "打开客厅电视",
        "电视",
        "厨房灯 50%",
        "tv柜 电视",
        "リビングのテレビを消して",
        "เปิดไฟในห้องครัวหน่อย",
        "吸顶灯",
        "zola 吸顶灯亮",
        "吸顶灯 zola 打开",
        "zola",
        "cuanto cuesta zoë 2 en la tienda",
        "请把 电视 关掉",
    ),
}


def rows() -> Iterator[dict[str, Any]]:
    """One row for each request."""
    for lang, names in FORMS.items():
        forms = [canonical_text(name) for name in (*names, *MORE_FORMS[lang])]
        common, words, often = common_words(forms), words_of_names(forms), words_of_names(forms * BESIDE)
        for request in (*REQUESTS[lang], *MORE_REQUESTS[lang]):
            text = canonical_text(request)
            found, alone, beside = (
                [word_score(lang, form, text, many, having, stand_among(forms)) for form in forms]
                for many, having in ((common, words), ((), words), (common_words(forms * BESIDE), often))
            )
            yield {
                "lang": lang,
                "forms": forms,
                "common": sorted(common),
                "request": text,
                "span": list(name_span(text, words)),
                "scores": [each.score for each in found],
                "scores_without_common": [each.score for each in alone],
                "scores_without_rare": [each.score for each in beside],
                "phrases": [form for form, each in enumerate(found) if each.phrase],
                "in_part": [form for form, each in enumerate(found) if each.part],
            }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} requests")


if __name__ == "__main__":
    main()
