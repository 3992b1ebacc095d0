"""Films of series with Roman numerals, songs with their artists, and own entries with numbers and titles; made up.

Numbers in words are written here, not taken from the product's own tables, which they check.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product

from benchmarks.lib.asked import Asked, half_of, in_half
from benchmarks.lib.made_homes import Made, called

AS_WRITTEN, IN_WORDS, IN_FIGURES = (
    "Roman number, as written",
    "Roman number in words",
    "Roman number in figures",
)
NOBODY = "a number that no film of the series has"
BY_ARTIST, BY_ARTIST_SHARED = "title by artist", "title by artist, two have the title"
OWN_NUMBER, OWN_TITLE = "own entry with a number, in words", "own entry with a short title, in full"
SERIES, SONGS, SHARED, CONTACTS = 40, 400, 80, 300  # of a half
ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
TITLES = {
    "en": (
        [
            "Silver",
            "Crimson",
            "Silent",
            "Broken",
            "Golden",
            "Frozen",
            "Hidden",
            "Burning",
            "Hollow",
            "Distant",
            "Iron",
            "Velvet",
        ],
        [
            " Harbour",
            " Empire",
            " Garden",
            " Signal",
            " Canyon",
            " Mirror",
            " Tower",
            " River",
            " Orchard",
            " Station",
        ],
    ),
    "de": (
        [
            "Nebel",
            "Silber",
            "Feuer",
            "Winter",
            "Sturm",
            "Mond",
            "Eisen",
            "Schatten",
            "Wüsten",
            "Sternen",
            "Glas",
            "Donner",
        ],
        ["hafen", "garten", "turm", "fluss", "spiegel", "wald", "reich", "licht", "tal", "schiff"],
    ),
}
SMALL = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
}
WATCH = {
    "en": ("watch {}", "play the film {}", "put on {} please", "i want to see {}"),
    "de": ("spiel {}", "ich möchte {} sehen", "zeig den film {}", "starte bitte {}"),
}
CALL = {
    "en": ("call {}", "ring {}", "call {} please"),
    "de": ("ruf {} an", "rufe bitte {} an", "kontaktiere {}"),
}
OWN_PLACES = {
    "en": ("Taxi", "Room", "Studio", "Line", "Gate", "Locker", "Garage", "Desk", "Hotline", "Clinic"),
    "de": ("Taxi", "Zimmer", "Studio", "Linie", "Halle", "Praxis", "Werkstatt", "Büro", "Hotline", "Haus"),
}
OWN_TITLES = {
    "en": (
        ("Dr. Raman", "doctor raman"),
        ("Dr. Ellery", "doctor ellery"),
        ("Prof. Haddon", "professor haddon"),
        ("Prof. Quill", "professor quill"),
        ("Mr. Pemberton", "mister pemberton"),
        ("Mr. Okafor", "mister okafor"),
        ("St. Brigid Clinic", "saint brigid clinic"),
        ("St. Oswin School", "saint oswin school"),
        ("Miller & Finch", "miller and finch"),
        ("Dunn & Sons", "dunn and sons"),
        ("Mt. Alder Lodge", "mount alder lodge"),
        ("Ft. Darrow Office", "fort darrow office"),
    ),
    "de": (
        ("Dr. Raman", "doktor raman"),
        ("Dr. Ellwanger", "doktor ellwanger"),
        ("Prof. Haderlein", "professor haderlein"),
        ("Prof. Quint", "professor quint"),
        ("St. Brigitta Klinik", "sankt brigitta klinik"),
        ("St. Oswin Schule", "sankt oswin schule"),
        ("Müller & Fink", "müller und fink"),
        ("Dorn & Söhne", "dorn und söhne"),
        ("Hauptstr. Werkstatt", "hauptstraße werkstatt"),
        ("Lindenstr. Praxis", "lindenstraße praxis"),
    ),
}


def number_words(number: int, lang: str) -> str:
    """A number from 0 to 99 in English or German words.

    >>> number_words(24, "en"), number_words(24, "de")
    ('twenty four', 'vierundzwanzig')
    """
    small, tens = SMALL[lang].split(), TENS[lang].split()
    if number < 20:
        return small[number]
    ten, one = tens[number // 10 - 2], number % 10
    if not one:
        return ten
    return f"{ten} {small[one]}" if lang == "en" else f"{'ein' if one == 1 else small[one]}und{ten}"


def titles(lang: str, half: str) -> list[str]:
    """Made-up titles of a half, in an order drawn once."""
    begins, ends = TITLES[lang]
    made = [
        begin + end for begin, end in product(begins, filter(str.strip, ends)) if in_half(begin + end, half)
    ]
    return random.Random(f"titles {lang} {half}").sample(made, len(made))


def films(lang: str, half: str) -> Made:
    """Series of two to six films, numbered by Romans from the second on, among films that stand alone."""
    rng = random.Random(f"films {lang} {half}")
    rows, asked = [], []
    for at, title in enumerate(titles(lang, half)):
        count = rng.randint(2, 6) if at < SERIES else 1
        rows.append({"id": f"f{at}.1", "name": title})
        rows += [{"id": f"f{at}.{part}", "name": f"{title} {ROMAN[part]}"} for part in range(2, count + 1)]
        for part in range(2, count + 1):
            for kind, said in _numbered(title, part, lang):
                asked.append(
                    Asked(
                        kind, _said(WATCH[lang], said, rng), frozenset({f"f{at}.{part}"}), f"{lang} {title}"
                    )
                )
        for part in range(count + 1, min(count + 4, len(ROMAN))) if count > 1 else ():
            for said in (f"{title} {number_words(part, lang)}", f"{title} {part}"):
                asked.append(Asked(NOBODY, _said(WATCH[lang], said, rng), frozenset(), f"{lang} {title}"))
    return Made(rows, asked)


def _numbered(title: str, part: int, lang: str) -> Iterator[tuple[str, str]]:
    yield AS_WRITTEN, f"{title} {ROMAN[part]}"
    yield IN_WORDS, f"{title} {number_words(part, lang)}"
    yield IN_FIGURES, f"{title} {part}"


def _said(phrases: Sequence[str], name: str, rng: random.Random) -> str:
    return rng.choice(phrases).format(name.lower())


def songs(artists: Sequence[str], names: Sequence[str], half: str) -> Made:
    """Songs called like `names`, in English, each row with its artist, asked "play TITLE by ARTIST".

    The first `SHARED` titles are two artists' each.
    """
    rng = random.Random(f"songs {half}")
    singers = rng.sample(sorted({artist for artist in artists if in_half(artist, half)}), SONGS)
    kept = rng.sample(sorted({name for name in names if in_half(name, half)}), SONGS - SHARED)
    rows, asked = [], []
    for at, (title, artist) in enumerate(zip([*kept, *kept[:SHARED]], singers, strict=True)):
        rows.append({"id": f"s{at}", "name": title, "artist": artist})
        kind = BY_ARTIST_SHARED if title in kept[:SHARED] else BY_ARTIST
        asked.append(Asked(kind, f"play {title} by {artist}".lower(), frozenset({f"s{at}"}), artist))
    return Made(rows, asked)


def own_entries(lang: str, half: str) -> Made:
    """A person's entries with numbers and short titles, and how they are spoken."""
    rng = random.Random(f"own {lang} {half}")
    rows, asked = [], []
    for at, place in enumerate(half_of(OWN_PLACES[lang], half)):
        for number in rng.sample(range(2, 100), 6):
            key = f"n{at}.{number}"
            rows.append({"id": key, "name": f"{place} {number}"})
            query = _said(CALL[lang], f"{place} {number_words(number, lang)}", rng)
            asked.append(Asked(OWN_NUMBER, query, frozenset({key}), f"{lang} {place}"))
    for at, (name, spoken) in enumerate(half_of(OWN_TITLES[lang], half)):
        rows.append({"id": f"t{at}", "name": name})
        asked += [
            Asked(OWN_TITLE, phrase.format(spoken), frozenset({f"t{at}"}), f"{lang} {name}")
            for phrase in CALL[lang]
        ]
    return Made(rows, asked)


def last_first(names: Sequence[str], lang: str, half: str, kind: str) -> Made:
    """Contacts written "Last, First", asked "first last" in the language; people of two words, called like `names`."""
    rng = random.Random(f"contacts {lang} {half}")
    people = sorted({name for name in names if name.isascii() and name.count(" ") == 1 and name.istitle()})
    chosen = [name.split() for name in people if in_half(name, half)]
    rows, asked = [], []
    for at, (first, last) in enumerate(rng.sample(chosen, min(CONTACTS, len(chosen)))):
        rows.append({"id": f"c{at}", "name": f"{last}, {first}"})
        query = called(f"{first} {last}", lang, rng)
        asked.append(Asked(kind, query.lower(), frozenset({f"c{at}"}), f"{lang} {first} {last}"))
    return Made(rows, asked)
