"""Names and the ways they are said meet, in five languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_tools.language import number_packages, number_words
from catalog_tools.language.language import LANGUAGES, language
from catalog_tools.language.number_words import cardinal_words, figures
from catalog_tools.language.surface_forms import ranked_forms, spoken_forms
from edge_er.errors import CatalogError
from edge_er.text.canonical import canonical_text

NUMBERS_SAID = [
    ("de", "Bayern 1", "bayern eins"),
    ("de", "1LIVE", "eins live"),
    ("de", "SWR3", "swr drei"),
    ("de", "tagesschau24", "tagesschau vierundzwanzig"),
    ("de", "99.5", "neunundneunzig komma funf"),
    ("de", "Radio 106,7", "radio hundertsechs komma sieben"),
    ("de", "Radio 106,7", "radio einhundertsechs komma sieben"),
    ("de", "Antenne Bayern 80er Hits", "antenne bayern achtziger hits"),
    ("de", "80s80s", "achtziger achtziger"),
    ("de", "Hits 1980er", "hits neunzehnhundertachtziger"),
    ("de", "1000 Techno", "tausend techno"),
    ("en", "BBC Radio 4", "bbc radio four"),
    ("en", "99.5", "ninety nine point five"),
    ("en", "KISS 98.8", "kiss ninety eight point eight"),
    ("en", "106.7", "one oh six point seven"),
    ("en", "106.7", "one hundred and six point seven"),
    ("en", "1240 WXYZ", "twelve forty wxyz"),
    ("en", "1009 AM", "ten oh nine am"),
    ("en", "680 AM", "six eighty am"),
    ("en", "KSCR 1320", "kscr 1 320"),
    ("en", "Heart 1029 FM", "heart 102 9 fm"),
    ("en", "Absolute Radio 80s", "absolute radio eighties"),
    ("en", "90's Rock", "nineties rock"),
    ("en", "Absolute Radio 00s", "absolute radio noughties"),
    ("en", "1970s", "nineteen seventies"),
    ("fr", "99.5", "quatre vingt dix neuf virgule cinq"),
    ("fr", "99.5", "quatre vingt dix neuf point cinq"),
    ("fr", "99.5", "nonante neuf virgule cinq"),
    ("fr", "RTL 2", "rtl deux"),
    ("fr", "RFM 80s", "rfm annees quatre vingts"),
    ("fr", "RFM années 80", "rfm annees quatre vingts"),
    ("fr", "100% Radio", "cent pourcent radio"),
    ("it", "99.5", "novantanove punto cinque"),
    ("it", "99.5", "novantanove e cinque"),
    ("it", "99,5", "novantanove virgola cinque"),
    ("it", "RTL 102.5", "rtl centodue punto cinque"),
    ("it", "R101", "r centouno"),
    ("it", "Radio 80s", "radio anni ottanta"),
    ("it", "Anni 80", "anni ottanta"),
    ("es", "LOS40", "los cuarenta"),
    ("es", "Cadena 100", "cadena cien"),
    ("es", "99.5", "noventa y nueve punto cinco"),
    ("es", "99,5", "noventa y nueve coma cinco"),
    ("es", "Radio 1", "radio uno"),
    ("es", "Años 80", "anos ochenta"),
    ("es", "Radio 80s", "radio ochenta"),
    ("es", "Digital FM 1021", "digital fm 102 1"),
]

FIGURES_WRITTEN = [
    ("de", "Radio Eins", "radio 1"),
    ("de", "Radio Bremen Zwei", "radio bremen 2"),
    ("en", "BBC Radio Four", "bbc radio 4"),
    ("en", "5 Live at Ninety Nine Point Five", "5 live at 99 5"),
    ("en", "Radio One", "radio 1"),
    ("fr", "Radio Un", "radio 1"),
    ("fr", "Vingt et un FM", "21 fm"),
    ("it", "Rai Radio Due", "rai radio 2"),
    ("it", "Radio Taranto Uno", "radio taranto 1"),
    ("es", "Los Cuarenta", "los 40"),
    ("es", "Onda Cero", "onda 0"),
    ("es", "La Una", "la 1"),
]

WORDS_FOR_SIGNS = [
    ("de", "Rock & Pop", "rock und pop"),
    ("de", "Rock & Pop", "rock and pop"),
    ("de", "Jazz+", "jazz plus"),
    ("de", "FM1 St. Gallen", "fm 1 sankt gallen"),
    ("en", "R&B Hits", "r and b hits"),
    ("en", "St. Louis Radio", "saint louis radio"),
    ("fr", "Chérie & Co", "cherie et co"),
    ("fr", "Radio Ste Anne", "radio sainte anne"),
    ("fr", "NRJ HITS", "energie hits"),
    ("it", "Cuore & Musica", "cuore e musica"),
    ("it", "Canale Italia+", "canale italia piu"),
    ("es", "Cadena SER +", "cadena ser mas"),
    ("es", "Drum & Bass", "drum y bass"),
    ("es", "Radio Sta. Cruz", "radio santa cruz"),
    ("de", "NDR 2", "en de er 2"),
    ("es", "RNE", "erre ene e"),
    ("it", "RTL", "erre ti elle"),
    ("fr", "RTL", "erre te elle"),
    ("en", "WBZ", "double you bee zee"),
]

NO_OTHER_FORM = [
    ("de", "Deutschlandfunk"),
    ("de", "Radio Ein Ton"),
    ("en", "Heart"),
    ("en", "First Radio"),
    ("fr", "France Inter"),
    ("fr", "Un air de fête"),
    ("it", "Radio Deejay"),
    ("it", "Una Radio"),
    ("es", "Cadena SER"),
    ("es", "ROCK DURO"),
    ("es", "Rock FM"),
    ("en", ""),
    ("en", "🎵🎵"),
]


PIECES = [
    *("Radio", "106.7", "99,5", "80s", "NDR", "RNE", "&", "+", "%", "St.", "FM", "1000", "007", "90er"),
    *("one", "zwei", "un", "2.000", "123456", "²", "٣", "-", "'"),
]


@pytest.mark.parametrize(("lang", "name", "form"), NUMBERS_SAID + FIGURES_WRITTEN + WORDS_FOR_SIGNS)
def test_the_form_a_person_says_is_among_the_forms(lang: str, name: str, form: str) -> None:
    assert form in spoken_forms(name, lang, limit=None)


@pytest.mark.parametrize(("lang", "name"), NO_OTHER_FORM)
def test_a_plain_name_costs_no_form(lang: str, name: str) -> None:
    assert spoken_forms(name, lang) == []


@pytest.mark.parametrize(
    ("lang", "figure", "word"),
    [("de", "Bayern 1", "Bayern Eins"), ("en", "Radio 4", "Radio Four"), ("fr", "RTL 2", "RTL Deux"),
     ("it", "Radio 105", "Radio Centocinque"), ("es", "LOS40", "Los Cuarenta")],
)  # fmt: skip
def test_both_directions_meet(lang: str, figure: str, word: str) -> None:
    assert canonical_text(word) in spoken_forms(figure, lang)
    assert canonical_text(figure) in spoken_forms(word, lang)


def test_the_likeliest_form_comes_first_and_the_limit_holds() -> None:
    ranked = ranked_forms("Radio 106.7 R&B", "de")
    assert [form.share for form in ranked] == sorted((form.share for form in ranked), reverse=True)
    assert len(ranked) > 2
    assert spoken_forms("Radio 106.7 R&B", "de", limit=2) == [form.text for form in ranked[:2]]


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=150)
@given(number=st.integers(0, 9999))
def test_a_number_has_its_words(lang: str, number: int) -> None:
    assert canonical_text(f"Radio {cardinal_words(number, lang)}") in spoken_forms(f"Radio {number}", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=150)
@given(
    name=st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(PIECES)
        ).map(" ".join),
    )
)  # fmt: skip
def test_forms_are_canonical_distinct_and_new(lang: str, name: str) -> None:
    forms = spoken_forms(name, lang, limit=None)
    assert forms == spoken_forms(name, lang, limit=None)
    assert len(set(forms)) == len(forms)
    for form in forms:
        assert form and canonical_text(form) == form != canonical_text(name)
        assert form not in spoken_forms(form, lang, limit=None)


def test_long_numbers_and_thousands_stay_figures() -> None:
    assert spoken_forms("Adhan 92100", "fr") == []
    assert spoken_forms("100.000 Watt", "de") == []


def test_leading_zeros_are_said() -> None:
    assert spoken_forms("Agent 007", "en")[0] == "agent zero zero seven"


def test_ordinals_and_articles_stay_words() -> None:
    assert figures("Radio First", "en") == "Radio First"
    assert figures("Une radio, un son", "fr") == "Une radio, un son"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_facts_of_a_language_are_complete(lang: str) -> None:
    facts = language(lang)
    assert sorted(facts.letters) == list("abcdefghijklmnopqrstuvwxyz")
    assert set(facts.symbols) == {"&", "+", "%"}
    assert all(0 < share < 1 for share in facts.shares.values())


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(CatalogError, match=r"'pt'.*de, en, es, fr, it"):
        spoken_forms("Rádio 1", "pt")


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(module: str) -> None:
        raise ModuleNotFoundError(module)

    monkeypatch.setattr(number_packages, "import_module", not_installed)
    number_packages.number_package.cache_clear()
    number_words._words.cache_clear()
    with pytest.raises(CatalogError, match=r"num2words.*pip install '.*\[catalog\]'"):
        spoken_forms("Bayern 1", "de")
