"""The numbers that every runtime shares, read once from ``data/constants.json``.

Python and JavaScript read the file; Java has the numbers in its code, and a test compares them. The sections `rerank`
and `calibration` are the defaults of the sections of a manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = [
    "BOUNDS",
    "CALIBRATION",
    "CANDIDATES",
    "CARRIERS",
    "DECISION",
    "ENTITY",
    "EVIDENCE",
    "HEAD",
    "MISRECOGNITION",
    "PERSONAL",
    "RERANK",
    "SELFTEST",
    "SUGGEST",
    "VECTORS",
    "WORDS",
    "read_table",
]

Curve = tuple[tuple[float, float], ...]


class _Section:
    """The numbers of one section of the file by name. To make fifteen named tuples takes longer than to read it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name}: constants do not change")


class Misrecognition(_Section):
    """Costs of the misrecognition alignment, in fractions of a bit, and codes of characters."""

    bit: int  # units that make a bit
    left: int  # a letter of the request that the form leaves unexplained
    border: int  # earned by an end of the form on the border of a word
    spared: int  # a lost letter of a filler costs this fraction
    unheard_of: int  # what never happened in the counted pairs
    foreign_same: int  # characters beside a-z and 0-9: recognised as they are,
    foreign_lost: int  # lost,
    foreign_added: int  # recognised where nothing was said,
    foreign_usual: int  # recognised in any request
    codes: int  # how many codes there are
    edge: int  # the code of the edge of a text


class Words(_Section):
    """Costs of the word score, in fractions of a bit."""

    weak_gain: int  # what a word of a carrier or a filler gains at most
    left: int  # a letter of a word of the request that the form does not have
    carrier_left: int  # the same in a word of carriers
    sentence: int  # what such words cost at most where the whole form is said
    omitted: int  # a word of the form that is not said,
    omitted_number: int  # a number,
    omitted_filler: int  # a filler,
    omitted_common: int  # a word that many forms have,
    omitted_frequency: int  # a part of a frequency,
    omitted_most: int  # and all together, where the form begins with a rare word that is said
    rare_gain: int  # what a form earns that has all of the name, and a rare word of it,
    rare_left: int  # where words of carriers that are left cost so much at most
    rare_letters: int  # letters of a rare word at least,
    rare_most: int  # and forms that have it at most
    common_share: int  # more than one form in so many has a common word,
    common_least: int  # and at least so many forms
    alias: int  # what an alias costs among forms that nothing tells apart, where one of them is a main name
    demand: int  # what a quarter of a doubling of demand less costs among them,
    demand_most: int  # and what it costs at most
    weak_forms: int  # forms that hold the words of a name span of weak words alone, at most


class Suggest(_Section):
    """Scores of completions."""

    said: int  # a character of a word that is typed
    unsaid: int  # any other character of a form
    begins: int  # earned by a form that begins with the text
    alias: int  # what a form costs that is no main name
    demand: int  # a quarter of a doubling of demand
    favour_most: int  # quarters of a doubling of what a person asked for, at most
    similar: int  # the weight of n-grams that form and text share counts so often,
    similar_share: int  # where it is one part in so many of the text's at least


class Carriers(_Section):
    """Phrases around a name."""

    longest: int  # words of a phrase
    calls: int  # as many calls at most
    closes: int  # as many closing phrases at most


class Evidence(_Section):
    """Candidates by sound, and shares of several texts."""

    short_form: int  # added to the weight of a form's n-grams, so that short forms do not win everywhere
    shares: int  # with words, shares of texts are rounded to so many parts of 1, so that sums of evidence are exact


class Rerank(_Section):
    """Defaults of `rerank` in a manifest; see `edge_er.ranking.evidence.RerankWeights`."""

    words: int
    numbers: int
    sound_pieces: int
    dense_forms: int
    sound_forms: int
    heard: int
    popularity: int
    head: int
    head_forms: int
    head_margin: int


class Candidates(_Section):
    """How many candidates a bundle of many forms is built with."""

    few_forms: int  # up to here the encoder's own counts are enough
    more_each: int  # forms beyond that bring one more candidate
    most: int


class Vectors(_Section):
    """Vectors as int8."""

    clip: int  # the largest value, of either sign


class Head(_Section):
    """The head that reads close races."""

    steps: int  # of a whole-number score for one unit of the head's


class Calibration(_Section):
    """Defaults of `calibration` in a manifest; see `edge_er.decision.calibration.Calibration`."""

    weights: Mapping[str, float]
    choice: float
    bias: float
    temperature: float
    spread: float
    rival: float
    twin: float
    min_precision: float
    knots: Curve
    precision: Curve


class Decision(_Section):
    """How many candidates are looked at."""

    compared: int  # share the confidence
    sharing: int  # share the evidence
    sharing_words: (
        float  # so far below the first, in units of the cosine, are candidates that share all said words,
    )
    sharing_left: int  # if other words of the name have so many letters at most,
    sharing_meant: float  # and who is meant tells them apart by so much at most
    sounding_alike: float  # and those that sound like it
    sounding_letters: int  # sound codes of so many letters may differ in one
    top_k: int  # are given, unless more or fewer are asked for


class Selftest(_Section):
    """When another machine's answer is the same."""

    score_tolerance: float  # one step of one int8 value is about 0.001


class Bounds(_Section):
    """How much is read of what comes from outside."""

    raw_text: int  # characters of a request as it was given
    text: int  # characters of its canonical text
    texts: int  # of one utterance
    filter_values: int  # distinct values of one field
    manifest_bytes: int
    manifest_levels: int  # objects and lists in one another


class Entity(_Section):
    """Entities, of catalogs and of a person's own."""

    longest_name: int  # characters of a name or an alias
    longest_spoken: int  # of a spoken form, which may have numbers as words
    id_digits: int  # of the id made for an entity without one


class Personal(_Section):
    """What a person asks for most."""

    most: float  # times the odds at most


def _curve(points: list[list[float]]) -> Curve:
    return tuple((x, y) for x, y in points)


def read_table(name: str) -> str:
    """The text of a file in ``edge_er/data``; to import `importlib.resources` takes longer than to read all files."""
    file = str(Path(__file__).parent / "data" / name)
    loader: Any = __spec__.loader  # a package in a zip is read too
    return str(loader.get_data(file), "utf-8")


_READ = json.loads(read_table("constants.json"))
_CURVES = {name: _curve(_READ["calibration"][name]) for name in ("knots", "precision")}
_WEIGHTS = MappingProxyType(_READ["calibration"]["weights"])

MISRECOGNITION = Misrecognition(_READ["misrecognition"])
WORDS = Words(_READ["words"])
SUGGEST = Suggest(_READ["suggest"])
CARRIERS = Carriers(_READ["carriers"])
EVIDENCE = Evidence(_READ["evidence"])
RERANK = Rerank(_READ["rerank"])
CANDIDATES = Candidates(_READ["candidates"])
VECTORS = Vectors(_READ["vectors"])
HEAD = Head(_READ["head"])
CALIBRATION = Calibration({**_READ["calibration"], **_CURVES, "weights": _WEIGHTS})
DECISION = Decision(_READ["decision"])
SELFTEST = Selftest(_READ["selftest"])
BOUNDS = Bounds(_READ["bounds"])
ENTITY = Entity(_READ["entity"])
PERSONAL = Personal(_READ["personal"])
