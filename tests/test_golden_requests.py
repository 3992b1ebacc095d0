"""The golden requests against the shipped bundles: every step of every request, as tests/golden/README.md says."""

from __future__ import annotations

import base64
import json
import math
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import ENTITIES, require

from edge_er.bundle import Bundle, read_bundle
from edge_er.calibrate import Standing
from edge_er.normalize import canonical_text
from edge_er.rerank import Hypothesis, Reranker, RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.shipped import shipped_bundles
from tools.make_golden_requests import AWKWARD, TARGET, Answerer, golden_rows, requests_of
from tools.plain_rerank import PlainReranker

OFF_BY_ONE = 2  # components of a vector
CONFIDENCE = 0.01  # what they may do to confidence
WEIGHTS = {
    "letter_match": 300,
    "letter_edit": 200,
    "sound_match": 500,
    "sound_edit": 600,
    "sound_pieces": 20,
    "dense_forms": 4,
    "sound_forms": 4,
    "heard": 40,
    "popularity": 100,
}
RERANKED_CALIBRATION = {"weights": {"cosine": 9.0, "heard": 1.0}, "temperature": 0.2}
BUNDLES = ("radio_de", "radio_en", "radio_es", "radio_fr", "radio_it")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def vector(row: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(row["vector"]), np.int8)[None]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return read(
        require(TARGET, TARGET.is_file(), f"{TARGET.name}: not made yet, see tools/make_golden_requests.py")
    )


@pytest.fixture(scope="module", params=BUNDLES)
def asked(request: pytest.FixtureRequest, rows: list[dict[str, Any]]) -> tuple[Bundle, list[dict[str, Any]]]:
    name = request.param
    require(name, name in shipped_bundles(), f"no shipped bundle {name}")
    return read_bundle(name), [row for row in rows if row["bundle"] == name]


def test_every_bundle_is_asked_often_and_gives_every_answer(rows: list[dict[str, Any]]) -> None:
    assert Counter(row["bundle"] for row in rows).keys() == set(BUNDLES)
    assert min(Counter(row["bundle"] for row in rows).values()) >= 50
    assert set(Counter(row["decision"] for row in rows)) == {"match", "ambiguous", "no_match"}
    assert {row["query"] for row in rows} >= {"", "🎵📻", "radio " * 100}


def test_text_and_tokens_are_equal(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    encoder = EntityResolver(bundle).encoder
    for row in rows:
        assert canonical_text(row["query"]) == row["canonical"]
        assert encoder.token_ids(row["query"]) == row["token_ids"], row["query"]


def test_vectors_are_equal_but_for_the_last_bits(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    answerer = Answerer(bundle)
    for row in rows:
        difference = vector(answerer.row(row["query"])).astype(int) - vector(row)
        assert np.abs(difference).max() <= 1, row["query"]
        assert np.count_nonzero(difference) <= OFF_BY_ONE, row["query"]


def test_ranking_and_decision_follow_from_the_vector(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    answerer = Answerer(bundle)
    for row in rows:
        answer = answerer.answer(row["query"], vector(row))
        assert answer["ranking"] == row["ranking"], row["query"]
        assert answer["decision"] == row["decision"], row["query"]
        assert answer["confidence"] == pytest.approx(row["confidence"], abs=1e-4), row["query"]


def test_the_resolver_gives_the_same_answer(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    check_resolver(EntityResolver(bundle), rows)


def check_resolver(resolver: EntityResolver, rows: list[dict[str, Any]]) -> None:
    for row, answer in zip(rows, resolver.resolve_batch([row["query"] for row in rows]), strict=True):
        assert answer.decision == row["decision"], row["query"]
        assert [match.id for match in answer.matches][:1] == [found[0] for found in row["ranking"]][:1], row[
            "query"
        ]
        if answer.matches:
            assert answer.matches[0].confidence == pytest.approx(row["confidence"], abs=CONFIDENCE), row[
                "query"
            ]


@pytest.mark.parametrize("rerank", [{}, WEIGHTS])
def test_a_bundles_rows_are_what_its_resolver_answers(bundle: Bundle, rerank: dict[str, int]) -> None:
    """The tool's own steps and the resolver's are the same, shown on the tiny bundle."""
    tiny = bundle.with_manifest(rerank=rerank, calibration={"dense": {}, "reranked": RERANKED_CALIBRATION})
    rows = list(golden_rows(tiny))
    assert len(rows) > 15
    assert {row["decision"] for row in rows} >= {"match", "no_match"}
    check_resolver(EntityResolver(tiny), rows)


def test_plain_steps_rank_as_the_reranker_does() -> None:
    """Other code, the same whole numbers."""
    rng, weights = random.Random(7), RerankWeights.from_mapping(WEIGHTS)
    names = [entity.name for entity in ENTITIES]
    forms = [f"{rng.choice(names)} {rng.choice(names)}"[: rng.randint(2, 20)] for _ in range(60)]
    owners = np.array([number // 2 for number in range(60)], np.int32)
    plain = PlainReranker(forms, owners.tolist(), "es", weights)
    ours = Reranker([canonical_text(form) for form in forms], owners, "es", weights)
    for k in (1, 5, 40):
        query = f"pon {rng.choice(forms)}"
        dots = [rng.randint(-9000, 9000) for _ in forms]
        hypothesis = Hypothesis(canonical_text(query), np.array(dots, np.float32))
        expected = [
            (one.entity, one.score, one.parts["dense"], one.parts["heard"] / weights.heard)
            for one in ours.rank([hypothesis], k)
        ]
        assert plain.rank(query, dots, k) == expected


def test_the_same_bundle_gives_the_same_requests(bundle: Bundle) -> None:
    once = requests_of("tiny_es", "es", ENTITIES)
    assert once == requests_of("tiny_es", "es", ENTITIES)
    assert once != requests_of("other", "es", ENTITIES)
    assert len(once) == len(set(once))
    assert set(AWKWARD) <= set(once)


def test_what_hangs_on_the_last_bits_is_left_out(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    answerer = Answerer(bundle)
    row = answerer.row("cadena ser")
    assert answerer.is_safe(row)
    best, second, *rest = answerer.ranked("cadena ser", vector(row))
    monkeypatch.setattr(answerer, "ranked", lambda *_: [best, second._replace(score=best.score - 1), *rest])
    assert not answerer.is_safe(row)


def test_a_decision_must_stand_clear_of_every_threshold(bundle: Bundle) -> None:
    answerer = Answerer(bundle)
    told = answerer.calibration
    logit = math.log(told.needed() / (1 - told.needed()))
    edge = (logit - told.bias) / told.weights["cosine"]  # the cosine that is just enough
    for cosine, clear in (
        (edge - 0.1, True),
        (edge + 0.1, True),
        (edge + 0.0005, False),
        (edge - 0.0005, False),
    ):
        assert answerer.is_clear(Standing([2.0], {"cosine": cosine})) is clear
    barely = 2.0 + told.temperature * math.log(told.rival)
    assert not answerer.is_clear(Standing([2.0, barely + 0.0005], {"cosine": edge + 0.005}))
