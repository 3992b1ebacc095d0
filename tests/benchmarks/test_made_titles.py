"""Numbers are spelled right, series have no part that is asked for as absent, and halves share no title."""

import pytest

from benchmarks.lib.made_titles import (
    BY_ARTIST,
    BY_ARTIST_SHARED,
    IN_WORDS,
    NOBODY,
    OWN_NUMBER,
    films,
    number_words,
    own_entries,
    songs,
    titles,
)
from benchmarks.product.numbers import absent_numbers, decade_requests
from edge_er import Entity


@pytest.mark.parametrize(
    ("number", "en", "de"),
    [
        (0, "zero", "null"),
        (1, "one", "eins"),
        (13, "thirteen", "dreizehn"),
        (30, "thirty", "dreißig"),
        (21, "twenty one", "einundzwanzig"),
        (24, "twenty four", "vierundzwanzig"),
        (97, "ninety seven", "siebenundneunzig"),
    ],
)
def test_numbers_in_words(number, en, de):
    assert (number_words(number, "en"), number_words(number, "de")) == (en, de)


@pytest.mark.parametrize("lang", ["en", "de"])
def test_films_are_asked_for_by_their_number_and_by_one_that_there_is_not(lang):
    assert not set(titles(lang, "tune")) & set(titles(lang, "report"))
    made = films(lang, "report")
    names = {row["id"]: row["name"].lower() for row in made.rows}
    assert len(set(names.values())) == len(names) > 100
    spelled = {
        f" {number_words(number, lang)}": roman for number, roman in ((2, " ii"), (3, " iii"), (6, " vi"))
    }
    for asked in made.requests:
        if asked.kind == IN_WORDS:
            (right,) = asked.right
            for words, roman in spelled.items():
                if names[right].endswith(roman):
                    assert f"{names[right].removesuffix(roman)}{words}" in asked.query
    absent = [asked for asked in made.requests if asked.kind == NOBODY]
    assert absent
    assert {asked.right for asked in absent} == {frozenset()}


def test_songs_of_one_title_differ_by_artist():
    made = songs([f"The Singers {at}" for at in range(900)], [f"Song {at}" for at in range(900)], "report")
    titles_ = [row["name"] for row in made.rows]
    kinds = {asked.kind for asked in made.requests}
    assert kinds == {BY_ARTIST, BY_ARTIST_SHARED}
    by_id = {row["id"]: row for row in made.rows}
    for asked in made.requests:
        row = by_id[next(iter(asked.right))]
        assert asked.query == f"play {row['name']} by {row['artist']}".lower()
        assert (titles_.count(row["name"]) > 1) == (asked.kind == BY_ARTIST_SHARED)


def test_own_entries_are_spoken_in_full():
    made = own_entries("de", "report")
    by_id = {row["id"]: row["name"] for row in made.rows}
    for asked in made.requests:
        name = by_id[next(iter(asked.right))]
        assert name.split()[0][:1].lower() in asked.query
        assert (asked.kind == OWN_NUMBER) == any(letter.isdigit() for letter in name)


def test_stations_are_asked_for_by_decades_in_words_and_by_numbers_that_their_family_lacks():
    stems = [f"{first}amil{last}" for first in "bcdfghjk" for last in "aeiou"]
    names = [f"{stem} {number}" for stem in stems for number in (1, 2, 4)]
    names += [f"Beat {stem} 80s" for stem in stems[:9]]
    entities = [Entity(str(at), name) for at, name in enumerate(names)]
    asked = [*decade_requests(entities, "report"), *decade_requests(entities, "tune")]
    assert len(asked) == 9
    assert all("eighties" in each.query and len(each.right) == 1 for each in asked)
    absent = list(absent_numbers(entities, "en", "report"))
    assert len(absent) > 20
    assert not any(each.query.endswith((" 1", " 2", " 4", " one", " two", " four")) for each in absent)
