"""Words that decide whether two names on one stream may be one station, in the five languages.

All are canonical texts of single words. They were read off the tags and names of public station lists.
"""

from __future__ import annotations

__all__ = ["COUNTRY_WORDS", "FILLER", "GENRES", "NOT_CALL_SIGNS", "NUMBER_WORDS", "VARIANTS"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Say nothing about which station is meant.
FILLER = _words(
    "radio ràdio radyo rádio fm the la le les el il lo der die das los a o de di du of webradio web online "
    "internet stream streaming live livestream direct directo direkt diretta vivo en on air neu new http https hq hd "
    "lq ssl non unencrypted test station emisora emittente sender the official your your s ton mono stereo mhz khz tx "
    "high low quality & von vom by mit avec con with and und et y e irratia irrati hitradio"
)

# A style, an audience or a kind of programme: a name with one more of these is another programme.
GENRES = _words(
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

# Not a genre, but still the name of another programme of the same house.
VARIANTS = _words("+ plus extra zwei due dos deux two three bis ter")

NUMBER_WORDS = _words(
    "eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf "
    "one two three four five six seven eight nine ten eleven twelve "
    "uno dos tres cuatro cinco seis siete ocho nueve diez "
    "un deux trois quatre cinq sept huit neuf dix due tre quattro cinque sei sette otto nove dieci"
)

COUNTRY_WORDS: dict[str, frozenset[str]] = {
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

# Capitals that look like an American call sign and are words.
NOT_CALL_SIGNS = _words(
    "wave west wild wind wolf with work wow way war web word world wish wine wire kids king kiss kick kino kilo kind "
    "know kool kult kiki why was will win what when we"
)
