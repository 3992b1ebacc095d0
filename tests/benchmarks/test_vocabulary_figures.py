"""Arithmetic of `benchmarks.product.vocabulary`, and of the times beside it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lib.encode_time import interleaved
from benchmarks.lib.vocabulary_page import CUT, WHOLE
from benchmarks.product.vocabulary import Asked, cut_for, figures, firsts, one_in
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder
from edge_er.resolver import EntityResolver


def test_figures_are_shares_of_the_same_requests() -> None:
    rows = [
        Asked("catalog", "text", "es", "ser", True, True),
        Asked("catalog", "asr", "es", "ser", True, False),
        Asked("catalog", "asr", "de", "wdr", False, False),
        Asked("later", "asr", "de", "wdr", False, True),
    ]
    table = figures(rows)
    assert table["catalog"]["all"]["all"][WHOLE] == pytest.approx(2 / 3)
    assert table["catalog"]["all"]["all"][CUT] == pytest.approx(1 / 3)
    assert table["catalog"]["asr"]["es"]["difference"]["value"] == -1
    assert table["later"]["asr"]["all"] == table["later"]["all"]["de"]
    assert "text" not in table["later"]


def test_one_in_so_many_keeps_all_strata_of_a_request() -> None:
    assert one_in(2, list(range(12))) == [0, 1, 2, 6, 7, 8]
    assert one_in(1, list(range(6))) == list(range(6))


def test_the_first_match_counts_whatever_is_decided(resolver: EntityResolver) -> None:
    asked = [("cadena ser", {"es-1"}), ("kiss fm", {"es-1"}), ("", {"es-1"})]
    assert firsts(resolver, asked) == [True, False, False]


def test_an_encoder_that_cannot_be_cut_stays(encoder_files: dict[str, bytes]) -> None:
    assert cut_for(encoder_files, [Entity("1", "Kiss FM")], "es", 6) == encoder_files


def test_each_encoder_gets_a_time(encoder: Encoder) -> None:
    spent = interleaved({"a": encoder, "b": encoder}, ["kiss fm", "ser"], rounds=2)
    assert spent.keys() == {"a", "b"} and all(np.isfinite(each) and each > 0 for each in spent.values())
