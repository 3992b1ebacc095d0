"""Costs that are fitted without a voice, the figures of voices, and the baselines' groups of human speech."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lib import voice_judging
from benchmarks.lib.cost_tables import fitted_table, shipped_table, with_costs
from benchmarks.lib.voice_judging import Left, judged_requests, left_out
from benchmarks.product.candidates import BOTH, STRATA
from benchmarks.product.candidates import compared as candidate_gains
from benchmarks.product.voice_nbest import BEST, OWN, figure
from benchmarks.product.voices import BEFORE, LEARNED, compared
from edge_er.evaluation.metrics import Evaluation
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.text.letter_costs import read_costs, word_gain
from edge_er.text.misrecognition import Misrecognition
from edge_er.training.fit.misrecognition import Pair


def test_fitted_costs_hold_inside_the_block_alone() -> None:
    pairs = [Pair("ponradio", "ponratio", 3, 8)] * 50
    usual = read_costs("es").said.copy(), word_gain("es", "radio")
    with with_costs(fitted_table("es", pairs)):
        letters = "abcdefghijklmnopqrstuvwxyz"
        said = read_costs("es").said
        assert said[letters.index("d"), letters.index("t")] < said[letters.index("r"), letters.index("t")]
        assert word_gain("es", "radio") != usual[1]
        heard = Misrecognition("es", ["radio", "patio"]).scores("pon ratio", [0, 1])
        assert heard[0] > heard[1]
    assert np.array_equal(read_costs("es").said, usual[0])
    assert word_gain("es", "radio") == usual[1]
    assert "[es]" in shipped_table()


def test_pairs_that_count_double_are_pairs_that_are_there_twice() -> None:
    first, second = Pair("ponradio", "ponratio", 3, 8), Pair("ponradio", "bonradio", 3, 8)
    twice = fitted_table("es", [first, first, *[second] * 5])
    assert fitted_table("es", [first._replace(times=2.0), *[second] * 5]) == twice
    assert fitted_table("es", [first, *[second] * 5]) != twice


def row(voice: str, recogniser: str, lang: str = "en") -> dict[str, str]:
    texts = {"entity": "Kiss FM", "country": "GB", "asr": "kiss", "asr_noisy": "kist"}
    return {"voice": voice, "recogniser": recogniser, "lang": lang, **texts}


def test_what_the_data_folder_has_is_never_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (row("ttspico", "whisper-base"), row("flite", "whisper-base"), row("flite", "pocketsphinx"))
    monkeypatch.setattr(
        voice_judging, "_rows", lambda split: (*rows, row("festival x", "whisper-base", "it"))
    )
    assert list(left_out("en")) == [Left("voice", "flite"), Left("recogniser", "pocketsphinx")]
    assert list(left_out("it")) == [Left("voice", "festival x")]
    assert [Left("voice", "flite").has(each) for each in rows] == [False, True, True]


def test_each_row_is_asked_for_with_and_without_noise() -> None:
    requests = judged_requests([row("flite", "whisper-base")])
    assert [(each.query, each.stratum) for each in requests] == [("kiss", "asr"), ("kist", "noisy")]


def test_gains_are_paired_by_request() -> None:
    requests = [Request(f"r{place}", (f"n{place}",), None, "en", "asr") for place in range(4)]
    answers = {
        name: Evaluation(requests, np.array(ranks), [f"n{place}" for place in range(4)], np.ones(4, bool), 5)
        for name, ranks in ((BEFORE, [1, 2, 0, 1]), (LEARNED, [1, 1, 0, 1]))
    }
    cells = compared(answers)
    assert set(cells) == {"asr", "all"}
    assert (cells["asr"][BEFORE]["value"], cells["asr"][LEARNED]["value"]) == (0.5, 0.75)
    assert cells["asr"][f"{LEARNED}, gain"]["value"] == 0.25


def test_gains_of_more_candidates_are_paired_over_languages() -> None:
    few, more = ([1, 0, 2], [1, 1, 2])
    asked = {
        stratum: {32: (few, ["a", "b", "c"]), 128: (more, ["a", "b", "c"])} for stratum in (*STRATA, BOTH)
    }
    cells = candidate_gains({"en": asked, "es": asked})["asr"]
    assert (round(cells["32"]["value"], 3), round(cells["128"]["value"], 3)) == (0.333, 0.667)
    assert (round(cells["gain"]["value"], 3), cells["gain"]["rows"]) == (0.333, 6)


def test_own_lists_and_second_recognisers_are_asked_where_there_are_some(resolver: EntityResolver) -> None:
    name = resolver.entities[0].name
    rows = [
        {
            **row("flite", "whisper-base"),
            "text": "a",
            "entity": name,
            "country": None,
            "asr_nbest": ["q", name],
        },
        {**row("flite", "whisper-base"), "text": "b", "entity": name, "country": None, "asr_nbest": [name]},
    ]
    rows = [{**each, "asr": each["asr_nbest"][0]} for each in rows]
    cells = figure(resolver, rows, {("flite", "a", "pocketsphinx"): name})
    assert cells[BEST]["value"] == 0.5
    assert (cells[OWN]["recall_at_1"]["value"], cells[OWN]["gain"]["value"]) == (1.0, 0.5)
    assert cells["with pocketsphinx"]["recall_at_1"]["rows"] == 1
    assert "with whisper-tiny.en" not in cells
