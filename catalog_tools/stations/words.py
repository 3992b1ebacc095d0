"""Words that decide whether two names on one stream may be one station, in the five languages.

All are canonical texts of single words. They were read off the tags and names of public station lists; a locale file
adds those of another language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog_tools.language.language import Language
from edge_er.text.canonical import canonical_text

__all__ = ["NOT_CALL_SIGNS", "STATION_WORDS", "StationWords"]


@dataclass(frozen=True, slots=True)
class StationWords:
    """What words of a station's name are.

    Attributes:
        filler: say nothing about which station is meant.
        genres: a style, an audience or a kind of programme: a name with one more of these is another programme.
        variants: not a genre, but still the name of another programme of the same house.
        numbers: number words.
        countries: names of a country, by its ISO 3166 code.
    """

    filler: frozenset[str]
    genres: frozenset[str]
    variants: frozenset[str]
    numbers: frozenset[str]
    countries: Mapping[str, frozenset[str]]

    def with_language(self, language: Language) -> StationWords:
        """These words and those of a locale file."""
        countries = dict(self.countries)
        for country, names in language.countries.items():
            countries[country] = countries.get(country, frozenset()) | _canonical(names)
        return StationWords(
            self.filler | _canonical(language.words.get("filler", ())),
            self.genres | _canonical(language.words.get("genres", ())),
            self.variants | _canonical(language.words.get("variants", ())),
            self.numbers | _canonical(language.words.get("numbers", ())),
            countries,
        )


def _canonical(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in canonical_text(text).split())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLER = _words(
    "radio ràdio radyo rádio fm the la le les el il lo der die das los a o de di du of webradio web online "
    "internet stream streaming live livestream direct directo direkt diretta vivo en on air neu new http https hq hd "
    "lq ssl non unencrypted test station emisora emittente sender the official your your s ton mono stereo mhz khz tx "
    "high low quality & von vom by mit avec con with and und et y e irratia irrati hitradio"
)

_GENRES = _words(
    "rock pop jazz hits hit charts news info infos noticias notizie nachrichten talk christian oldies dance classical "
    "classic classics classique clasica clasicos classica klassik alternative country world variety adult sports "
    "sport deportes electronic ambient electro indie house folk blues urban chill chillout chilled schlager soul "
    "christmas noel natale navidad weihnachten xmas weihnacht culture kultur cultura culturale rap disco techno metal "
    "latin latino latina funk gospel lounge edm relax relaxing deep reggae reggaeton italo trance party ballads "
    "balladen baladas progressive club kids kinder ninos enfants bambini junior children electronica punk soundtrack "
    "soundtracks instrumental americana comedy humor humour celtic smooth youth love romantic romantica amour liebe "
    "traditional politics chanson chansons chansonnier french francais francaise italiano italiana deutsch german "
    "english spanish espanol bible bibel praise worship dubstep gothic ebm business downtempo wave black minimal "
    "roots vocal swing trap eurodance hardcore hardstyle tropical salsa bachata merengue flamenco standards "
    "volksmusik retro bass opera oper ska dub groove deutschrock dark meditation mainstream acoustic akustik mix "
    "remix bluegrass nature drum beats piano guitar chor symphony garage gaming podcast sleep sommer summer winter "
    "ete verano estate beach ibiza workout fitness nostalgia nostalgie vintage gold golden wissen digital musique "
    "musica musik music stars star anime gamer lofi lo hiphop hip hop rnb r grunge hard heavy soft slow psy trance "
    "psytrance polka latinos evergreens kuschelrock oldschool feel happy top best greatest number morning "
    "morningshow night nacht nuit noche notte abend nonstop mashup wedding karneval apres ski kizomba zouk afro "
    "mexicana tejano cumbia tango bossa nova samba kpop jpop bollywood arabic turkish polish russian national "
    "international regional event events sonica zen yoga spa accion baby student campus extra plus premium light "
    "lite select fresh next young one region concert traffic verkehr meteo wetter weather fussball futbol "
    "football calcio bundesliga racing culto catholic catolica gregorian barock baroque modern contemporary "
    " 90er 70er 60er er s eighties nineties seventies sixties fifties ochentas noventas"
)

_VARIANTS = _words("+ plus extra zwei due dos deux two three bis ter")

_NUMBER_WORDS = _words(
    "eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf "
    "one two three four five six seven eight nine ten eleven twelve "
    "uno dos tres cuatro cinco seis siete ocho nueve diez "
    "un deux trois quatre cinq sept huit neuf dix due tre quattro cinque sei sette otto nove dieci"
)

_COUNTRY_WORDS: dict[str, frozenset[str]] = {
    "DE": _words("deutschland germany"),
    "AT": _words("osterreich oesterreich austria"),
    "LI": _words("liechtenstein"),
    "GB": _words("uk england britain gb"),
    "IE": _words("ireland irish eire uk england"),
    "US": _words("usa us america"),
    "FR": _words("france francia fr"),
    "BE": _words("belgique belgium belgie be"),
    "LU": _words("luxembourg luxemburg"),
    "MC": _words("monaco"),
    "IT": _words("italia italy italie"),
    "SM": _words("san marino"),
    "ES": _words("espana spain espagne"),
}


STATION_WORDS = StationWords(_FILLER, _GENRES, _VARIANTS, _NUMBER_WORDS, _COUNTRY_WORDS)

# Capitals that look like an American call sign and are words.
NOT_CALL_SIGNS = _words(
    "wave west wild wind wolf with work wow way war web word world wish wine wire kids king kiss kick kino kilo kind "
    "know kool kult kiki why was will win what when we"
)
