"""Locale files: they add to a language or add one, every mistake is named, and a sixth language works end to end."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tiny import REPOSITORY, require

from catalog_tools import radio
from catalog_tools.language.language import LANGUAGES, Language, language, read_locale
from catalog_tools.language.name_parts import part_forms
from catalog_tools.language.noise import Confusions
from catalog_tools.language.number_words import cardinal_words
from catalog_tools.language.requests import Carriers, NoiseMix, RequestGenerator
from catalog_tools.language.surface_forms import ranked_forms, spoken_forms
from catalog_tools.stations.features import name_features
from catalog_tools.stations.words import STATION_WORDS
from edge_er.bundle.locate import shipped_encoders
from edge_er.errors import CatalogError
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.sound_codes import SoundCodes

ENCODER = "multilingual-32-hpd64"
DUTCH = REPOSITORY / "docs" / "examples" / "nl.toml"
STATIONS = [
    "NPO Radio 1",
    "NPO Radio 2",
    "Sky Radio 101.2",
    "100% NL",
    "Qmusic",
    "Rock & Roll FM",
    "Radio 538",
]


@pytest.fixture
def write(tmp_path: Path):
    """A locale file of that text, read."""

    def read(text: str) -> Language:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return read_locale(file)

    return read


@pytest.fixture(scope="module")
def dutch() -> Language:
    return read_locale(DUTCH, "nl")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("NPO Radio 2", "npo radio twee"),
        ("Radio Twee", "radio 2"),
        ("100% NL", "100 procent nl"),
        ("Sky Radio 101.2", "sky radio honderdeen komma twee"),
        ("Sky Radio 101.2", "sky radio honderdeen punt twee"),
        ("Rock & Roll", "rock en roll"),
        ("St. Joris", "sint joris"),
        ("BNR", "bee en er"),
        ("Hits 80's", "hits jaren tachtig"),
    ],
)
def test_an_added_language_says_its_names(dutch: Language, name: str, form: str) -> None:
    assert form in spoken_forms(name, dutch, limit=None)


def test_an_added_language_has_its_parts_of_names(dutch: Language) -> None:
    forms = {
        name: [form.text for form in part_forms(name, dutch)]
        for name in ("Dennen, De", "Willem II", "Stuk Nr. 2")
    }
    assert forms == {
        "Dennen, De": ["de dennen", "dennen"],
        "Willem II": ["willem 2", "willem de tweede"],
        "Stuk Nr. 2": ["stuk nummer 2"],
    }


def test_the_words_of_the_file_come_before_those_of_the_library(dutch: Language, write) -> None:
    own = write('language = "nl"\n[number_words]\n"2" = "tweetje"\n')
    assert [cardinal_words(2, each) for each in (dutch, own)] == ["twee", "tweetje"]
    assert spoken_forms("Radio 2", own) == ["radio tweetje"]


def test_shares_of_an_added_language_are_the_mean_of_the_shipped_ones(dutch: Language) -> None:
    found = [language(code).shares["figures"] for code in LANGUAGES]
    assert dutch.shares["figures"] == pytest.approx(sum(found) / 5)
    assert next(form.kind for form in ranked_forms("100% NL", dutch)) == "symbols"


def test_what_nothing_knows_is_left_as_it_is(write) -> None:
    basque = write('language = "eu"\n[number_words]\n"3" = "hiru"\n')
    assert spoken_forms("Irrati 3", basque) == ["irrati hiru"]
    assert spoken_forms("Irrati 4 99.5 & BBC 80s", basque, limit=None) == []


def test_a_file_of_a_shipped_language_adds_to_it(write) -> None:
    own = write(
        'language = "es"\n[abbreviations]\npza = "plaza"\n[carriers]\nphrases = ["dale a {}"]\n'
        '[numbers]\ndecimal = ["con"]\n'
    )
    shipped = language("es")
    assert own.abbreviations == {**shipped.abbreviations, "pza": "plaza"}
    assert own.carriers["phrases"] == (*shipped.carriers["phrases"], "dale a {}")
    assert own.carriers["wake"] == shipped.carriers["wake"]
    assert own.decimal == ("con",)
    assert own.shares == shipped.shares
    assert spoken_forms("Pza. Mayor", own) == ["plaza mayor"]
    assert language("es") == shipped


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_empty_file_of_a_shipped_language_changes_nothing(code: str, write) -> None:
    names = ["Radio 106.7", "R&B 80s", "St. 4 NDR", "Radio Eins Uno Un One"]
    own = write(f'language = "{code}"\n')
    assert [ranked_forms(name, own) for name in names] == [ranked_forms(name, code) for name in names]
    assert Carriers.of_language(own) == Carriers.of_language(code)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[letters]\na = 'aa'\n", r"mine\.toml: key 'language': missing"),
        ('language = "Dutch"\n', r"key 'language': expected a language code.*'Dutch'"),
        ('language = "nl"\nfoo = 1\n', r"key 'foo': unknown; expected one of language, .*carriers"),
        ('language = "nl"\nletters = "abc"\n', r"key 'letters': expected a table, \[letters\]; found 'abc'"),
        ('language = "nl"\n[letters]\nab = "x"\n', r"key 'letters.ab': expected one small letter"),
        ('language = "nl"\n[numbers]\ndecimals = ["x"]\n', r"key 'numbers.decimals': unknown.*decimal"),
        ('language = "nl"\n[numbers]\ndecimal = "x"\n', r"key 'numbers.decimal': expected a list of texts"),
        (
            'language = "nl"\n[numbers]\nyears = 1\n',
            r"key 'numbers.years': expected true or false; found '1'",
        ),
        (
            'language = "nl"\n[symbols]\n"&" = []\n',
            r"key 'symbols.&': expected a list of texts, at least one",
        ),
        ('language = "nl"\n[shares]\nfigures = 2\n', r"key 'shares.figures': expected a number between"),
        ('language = "nl"\n[decades]\nten = "x"\n', r"key 'decades.ten': expected digits in quotes"),
        ('language = "nl"\n[carriers]\nphrases = ["speel"]\n', r"key 'carriers.phrases': .*one {}.*speel"),
        ('language = "nl"\n[carriers]\nphrases = []\n', r"key 'carriers.phrases': .*at least one"),
        ('language = "nl"\n[carriers]\nwake = ["{} hoi"]\n', r"key 'carriers.wake': .*without braces"),
        ('language = "nl"\n[numbers]\nspeech = "xx"\n', r"key 'numbers.speech': num2words knows no 'xx'"),
        ('language = "nl"\n[names]\njoined = ["{} van"]\n', r"key 'names.joined': .*a {} for the name and a"),
        ('language = "nl"\n[names]\nking = ["jan"]\n', r"key 'names.king': unknown.*kings"),
        ('language = "nl"\n[number_signs]\nNr = "x"\n', r"key 'number_signs.Nr': expected a sign or an abbr"),
        ('language = "nl"\n[sign_names]\nab = "x"\n', r"key 'sign_names.ab': expected one sign"),
        ("language = nl\n", r"mine\.toml: not TOML: .*line 1"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(write, text: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        write(text)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.toml: cannot be read \(No such file"):
        read_locale(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('language = "nl"\n[symbols]\n"&" = ["é"]\n'.encode("latin-1"))
    with pytest.raises(CatalogError, match=r"latin\.toml: not UTF-8 \(byte 34\)"):
        read_locale(latin)


def test_confusions_of_ones_own(tmp_path: Path) -> None:
    table, file = tmp_path / "heard.tsv", tmp_path / "nl.toml"
    file.write_text('language = "nl"\nconfusions = "heard.tsv"\n', encoding="utf-8")
    table.write_text("v\tf\t0.9\n", encoding="utf-8")
    facts = read_locale(file)
    assert Confusions.of_language(facts).distort("vuur", random.Random(1)) == "fuur"
    table.write_text("v\tf\t0.9\nbroken\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"heard\.tsv, row 2: expected said, heard and a rate"):
        Confusions.of_language(facts)
    table.unlink()
    with pytest.raises(CatalogError, match=r"heard\.tsv: the table of confusions cannot be read"):
        Confusions.of_language(facts)


def test_requests_of_an_added_language(dutch: Language) -> None:
    generator = RequestGenerator.of_languages([dutch], mix=NoiseMix(clean=1.0))
    made = {generator.request("Qmusic", "nl", random.Random(seed)) for seed in range(60)}
    assert all("qmusic" in request for request in made)
    assert any("speel" in request for request in made)
    assert len(made) > 20


def test_the_runtime_takes_any_language() -> None:
    names = ["npo radio twee", "slam fm"]
    assert (
        SoundCodes("nl").all(names)
        == SoundCodes("xx").all(names)
        == [SoundCodes("xx")(name) for name in names]
    )
    worth = [
        Misrecognition(lang, names).scores("speel npo radio twee", [0, 1]).tolist() for lang in ("nl", "xx")
    ]
    assert worth[0] == worth[1]
    assert worth[0][0] > worth[0][1]


def test_a_sixth_language_from_file_to_answer(edge_er, tmp_path: Path) -> None:
    require("encoder", ENCODER in shipped_encoders(), f"no shipped encoder {ENCODER}")
    catalog, bundle = tmp_path / "stations.csv", tmp_path / "radio_nl"
    catalog.write_text("name\n" + "\n".join(STATIONS) + "\n", encoding="utf-8")
    build = ("build", "--catalog", catalog, "--out", bundle, "--encoder", ENCODER, "--lang", "nl")
    code, _, err = edge_er(*build, "--locale", DUTCH)
    assert (code, err) == (0, "")
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["lang"], manifest["recipe"]["locale"]) == ("nl", "nl.toml")
    assert any(golden["query"].startswith("speel ") for golden in manifest["golden"])
    for request, name in [
        ("speel npo radio twee", "NPO Radio 2"),
        ("luister naar rock en roll fm", "Rock & Roll FM"),
        ("zet honderd procent nl aan", "100% NL"),
        ("ik wil qmusic horen", "Qmusic"),
    ]:
        answer = json.loads(edge_er("resolve", bundle, request, "--json")[1])
        assert answer["matches"][0]["name"] == name
    code, _, err = edge_er(*build)
    assert code == 1
    assert "unknown language 'nl'" in err
    assert "locale file" in err
    code, _, err = edge_er(*build[:-1], "pt", "--locale", DUTCH)
    assert code == 1
    assert "key 'language': expected 'pt', the language that was asked for; found 'nl'" in err


def test_station_words_of_a_locale_merge_a_station_list(tmp_path: Path, dutch: Language) -> None:
    rows = [
        {"name": "Radio Rijnmond", "country": "NL", "stream": "https://a.example/1"},
        {"name": "Omroep Rijnmond Nederland", "country": "NL", "stream": "https://a.example/1"},
        {"name": "Rijnmond Klassiek", "country": "NL", "stream": "https://a.example/1"},
        {"name": "Radio Elsewhere", "country": "DE", "stream": "https://b.example/1"},
    ]
    stations = tmp_path / "stations.jsonl"
    stations.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    radio.main(
        ["--data", str(tmp_path), "--stations", str(stations), "--locale", str(DUTCH), "--out", str(tmp_path)]
    )
    made = [json.loads(line) for line in (tmp_path / "radio_nl.jsonl").read_text("utf-8").splitlines()]
    assert {(row["name"], tuple(row.get("aliases", ()))) for row in made} == {
        ("Radio Rijnmond", ("Omroep Rijnmond Nederland",)),
        ("Rijnmond Klassiek", ()),
    }
    features = name_features("Omroep Rijnmond Nederland", "NL", STATION_WORDS.with_language(dutch))
    assert (features.core, features.names_country) == (("rijnmond",), True)
    assert name_features("Omroep Rijnmond Nederland", "NL").core == ("omroep", "rijnmond", "nederland")
