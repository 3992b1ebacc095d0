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

from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.locate import shipped_bundles
from edge_er.decision.calibration import CandidateScores
from edge_er.decision.resolution import Resolution
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Reranker
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text, request_text
from tools.golden.answers import Answerer
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.make_requests import AWKWARD, NBEST, REQUESTS, golden_rows, nbest_rows, requests_of
from tools.golden.plain_rerank import EncodedText, PlainReranker

OFF_BY_ONE = 2  # components of a vector
CONFIDENCE = 0.01  # what they may do to confidence
WEIGHTS = {
    "sound_pieces": 20,
    "dense_forms": 4,
    "sound_forms": 4,
    "heard": 40,
    "popularity": 100,
}
RERANKED_CALIBRATION = {"weights": {"cosine": 9.0, "heard": 1.0}, "temperature": 0.2}
BUNDLES = ("radio_de", "radio_en", "radio_es", "radio_fr", "radio_it")


def read(name: str) -> list[dict[str, Any]]:
    path = require(
        FOLDER / name, (FOLDER / name).is_file(), f"{name}: not made yet, see tools/golden/make_requests.py"
    )
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def vector(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.int8)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return read(REQUESTS)


@pytest.fixture(scope="module")
def nbest() -> list[dict[str, Any]]:
    return read(NBEST)


@pytest.fixture(scope="module", params=BUNDLES)
def bundle_asked(request: pytest.FixtureRequest) -> Bundle:
    require(request.param, request.param in shipped_bundles(), f"no shipped bundle {request.param}")
    return read_bundle(request.param)


@pytest.fixture(scope="module")
def asked(bundle_asked: Bundle, rows: list[dict[str, Any]]) -> tuple[Bundle, list[dict[str, Any]]]:
    return bundle_asked, [row for row in rows if row["bundle"] == bundle_asked.manifest["name"]]


@pytest.fixture(scope="module")
def heard(bundle_asked: Bundle, nbest: list[dict[str, Any]]) -> tuple[Bundle, list[dict[str, Any]]]:
    return bundle_asked, [row for row in nbest if row["bundle"] == bundle_asked.manifest["name"]]


def test_every_bundle_is_asked_often_and_gives_every_answer(
    rows: list[dict[str, Any]], nbest: list[dict[str, Any]]
) -> None:
    for found, least in ((rows, 70), (nbest, 10)):
        count = Counter(row["bundle"] for row in found)
        assert count.keys() == set(BUNDLES)
        assert min(count.values()) >= least
        assert set(Counter(row["decision"] for row in found)) == {"match", "ambiguous", "no_match"}
    assert {row["query"] for row in rows} >= {"", "🎵📻", "radio " * 100, "a" * 65}
    assert [] in [row["nbest"] for row in nbest]


def test_the_files_are_small_and_every_reader_finds_the_same_lines() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_400_000
    for path in FOLDER.glob("*.jsonl"):
        text = path.read_text(encoding="utf-8")
        assert text.splitlines() == text.split("\n")[:-1]


def test_what_is_no_character_is_written_and_read(tmp_path: Path) -> None:
    rows = [{"text": "\ud83d \U0001f600 \u2028 \x85 \x00 \\ud83d ñ"}, {"text": ""}]
    assert write_rows(tmp_path / "rows.jsonl", rows) == 2
    text = (tmp_path / "rows.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == rows
    assert "ñ" in text


def test_text_and_tokens_are_equal(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    encoder = EntityResolver(bundle).encoder
    for row in rows:
        assert request_text(row["query"]) == row["canonical"]
        assert encoder.token_ids(row["query"]) == row["token_ids"], row["query"]


def test_vectors_are_equal_but_for_the_last_bits(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    answerer = Answerer(bundle)
    for row in rows:
        embedding, found = answerer.vector(row["query"])
        assert np.abs(embedding - np.array(row["embedding"])).max() <= 1e-5, row["query"]
        difference = found.astype(int) - vector(row["vector"])
        assert np.abs(difference).max() <= 1, row["query"]
        assert np.count_nonzero(difference) <= OFF_BY_ONE, row["query"]


def test_ranking_and_decision_follow_from_the_vector(
    asked: tuple[Bundle, list[dict[str, Any]]], heard: tuple[Bundle, list[dict[str, Any]]]
) -> None:
    answerer = Answerer(asked[0])
    for row in [*asked[1][::10], *heard[1][::3]]:  # plain steps are slow
        texts = row["nbest"] if "nbest" in row else [[row["query"], 1.0]]
        vectors = [vector(text) for text in row.get("vectors", [row.get("vector")])]
        answer = answerer.answer(texts, vectors)
        for step in ("candidates", "ranking", "parts", "tied", "decision"):
            assert answer[step] == row[step], (step, texts)
        assert answer["confidence"] == pytest.approx(row["confidence"], abs=1e-4), texts


def test_the_parts_make_up_the_score(rows: list[dict[str, Any]], nbest: list[dict[str, Any]]) -> None:
    for row in [*rows, *nbest]:
        for (_, score), parts in zip(row["ranking"], row["parts"], strict=True):
            assert parts["form"] in row["candidates"]
            assert sum(parts.values()) - parts["form"] == pytest.approx(score, abs=0.01)


def test_the_resolver_gives_the_same_answer(asked: tuple[Bundle, list[dict[str, Any]]]) -> None:
    bundle, rows = asked
    check_resolver(EntityResolver(bundle), rows)


def test_the_resolver_gives_the_same_answer_to_several_texts(
    heard: tuple[Bundle, list[dict[str, Any]]],
) -> None:
    bundle, rows = heard
    resolver = EntityResolver(bundle)
    for row in rows:
        texts = [(text, weight) for text, weight in row["nbest"]]
        check_answer(resolver.resolve(nbest=texts), row, texts)


def check_resolver(resolver: EntityResolver, rows: list[dict[str, Any]]) -> None:
    for row, answer in zip(rows, resolver.resolve_batch([row["query"] for row in rows]), strict=True):
        check_answer(answer, row, row["query"])


def check_answer(answer: Resolution, row: dict[str, Any], texts: object) -> None:
    assert (answer.decision, answer.tied) == (row["decision"], row["tied"]), texts
    assert [match.id for match in answer.matches][:1] == [found[0] for found in row["ranking"]][:1], texts
    if answer.matches:
        assert answer.matches[0].confidence == pytest.approx(row["confidence"], abs=CONFIDENCE), texts


@pytest.mark.parametrize("rerank", [{}, WEIGHTS, {**WEIGHTS, "words": 4, "numbers": 2}])
def test_a_bundles_rows_are_what_its_resolver_answers(bundle: Bundle, rerank: dict[str, int]) -> None:
    """The tool's own steps and the resolver's are the same, shown on the tiny bundle."""
    tiny = bundle.with_manifest(rerank=rerank, calibration={"dense": {}, "reranked": RERANKED_CALIBRATION})
    rows = list(golden_rows(tiny))
    assert len(rows) > 15
    assert {row["decision"] for row in rows} >= {"match", "no_match"}
    check_resolver(EntityResolver(tiny), rows)
    if rerank:
        heard = list(nbest_rows(tiny))
        assert len(heard) > 8
        for row in heard:
            texts = [(text, weight) for text, weight in row["nbest"]]
            check_answer(EntityResolver(tiny).resolve(nbest=texts), row, texts)


@pytest.mark.parametrize("more", [{}, {"words": 3}, {"words": 9, "numbers": 2, "popularity": 0}])
def test_plain_steps_rank_as_the_reranker_does(more: dict[str, int]) -> None:
    """Other code, the same whole numbers."""
    rng, weights = random.Random(7), RerankWeights.from_mapping({**WEIGHTS, **more})
    names = [entity.name for entity in ENTITIES]
    demand = [rng.choice((0, 3, 7, 60)) for _ in range(30)]
    forms = [f"{rng.choice(names)} {rng.choice(names)}"[: rng.randint(2, 20)] for _ in range(60)]
    owners = np.array([number // 2 for number in range(60)], np.int32)
    plain = PlainReranker(forms, owners.tolist(), "es", weights, demand)
    ours = Reranker([canonical_text(form) for form in forms], owners, "es", weights, demand)
    for k, texts in ((1, 1), (5, 1), (40, 1), (1, 2), (5, 3)):
        encoded = [
            EncodedText(
                f"pon {rng.choice(forms)}",
                [rng.randint(-9000, 9000) for _ in forms],
                rng.choice((0.3, 1)),
                rng.randint(5000, 9500),
            )
            for _ in range(texts)
        ]
        hypotheses = [
            Hypothesis(canonical_text(one.query), np.array(one.dots, np.float32), one.weight, one.same)
            for one in encoded
        ]
        expected = [(one.entity, one.score, one.form, one.parts) for one in ours.rank(hypotheses, k)]
        assert plain.rank(encoded, k) == expected


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
    best, second, *rest = answerer.ranked(answerer.said([("cadena ser", 1.0)], [vector(row["vector"])]))
    monkeypatch.setattr(answerer, "ranked", lambda _: [best, second._replace(score=best.score - 1), *rest])
    assert not answerer.is_safe(row)


def test_a_decision_must_stand_clear_of_every_threshold(bundle: Bundle) -> None:
    answerer = Answerer(bundle)
    calibration = answerer.calibration
    logit = math.log(calibration.needed() / (1 - calibration.needed()))
    edge = (logit - calibration.bias) / calibration.weights["cosine"]  # the cosine that is just enough
    for cosine, clear in (
        (edge - 0.1, True),
        (edge + 0.1, True),
        (edge + 0.0005, False),
        (edge - 0.0005, False),
    ):
        assert answerer.is_clear(CandidateScores([2.0], {"cosine": cosine})) is clear
    barely = 2.0 + calibration.temperature * math.log(calibration.rival)
    assert not answerer.is_clear(CandidateScores([2.0, barely + 0.0005], {"cosine": edge + 0.005}))
