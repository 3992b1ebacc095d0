import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.bundle.entity import Entity
from edge_er.evaluation.metrics import GoldMap, evaluate_answers, measure
from edge_er.evaluation.requests_file import Request
from edge_er.text.canonical import canonical_text

ENTITIES = [
    Entity("es-1", "Cadena SER", ("SER", "La SER"), metadata={"country": "ES"}),
    Entity("es-2", "Cadena SER +", metadata={"country": "ES"}),
    Entity("fr-1", "Nostalgie", metadata={"country": "FR"}),
    Entity("be-1", "Nostalgie", ("Nostalgie Belgique",), metadata={"country": "BE"}),
    Entity("de-1", "Bayern 1", ("BR1",), ("bayern eins",), {"country": ["DE", "AT"]}),
    Entity("xx-1", "Jazz FM"),
    Entity("xx-2", "🎵"),
]


def gold(*names, country=None):
    return [ENTITIES[i].id for i in GoldMap(ENTITIES).indices(Request("any", names, country))]


@pytest.mark.parametrize(
    ("names", "country", "ids"),
    [
        (("cadena ser",), None, ["es-1"]),
        (("CADENA  SER!",), "ES", ["es-1"]),
        (("Cadena SER +",), None, ["es-2"]),
        (("la ser",), None, ["es-1"]),
        (("Nostalgie",), None, ["fr-1", "be-1"]),
        (("Nostalgie",), "BE", ["be-1"]),
        (("Nostalgie",), "CH", []),
        (("Bayern 1",), "AT", ["de-1"]),
        (("bayern eins",), None, []),
        (("Jazz FM",), "GB", ["xx-1"]),
        (("xx-1",), "GB", ["xx-1"]),
        (("es-2", "Nostalgie Belgique"), None, ["es-2", "be-1"]),
        (("🎵",), None, []),
        (("!",), None, []),
        (("xx-2",), None, ["xx-2"]),
        (("Radio Nowhere",), None, []),
    ],
)
def test_gold_names_map_to_entities(names, country, ids):
    assert gold(*names, country=country) == ids


def test_an_id_goes_before_a_name():
    entities = [Entity("7", "Eight"), Entity("8", "7")]
    assert GoldMap(entities).indices(Request("any", ("7",))) == (0,)


class FakeRanker:
    """Answers given beforehand, by query."""

    def __init__(self, answers):
        self.answers = answers

    def rank(self, queries, k):
        return [self.answers[query][:k] for query in queries]


def slow_figures(requests, answers, top_k):
    """Recall@k and reciprocal rank of each request, in the plainest way."""
    recall, reciprocal = {1: [], 5: [], 20: []}, []
    for request, answer in zip(requests, answers, strict=True):
        right = [
            canonical_text(request.gold[0]) in map(canonical_text, (e.name, *e.aliases)) for e in ENTITIES
        ]
        hits = [position for position, index in enumerate(answer[:top_k]) if right[index]]
        for k, row in recall.items():
            row.append(any(position < k for position in hits))
        reciprocal.append(1 / (hits[0] + 1) if hits else 0)
    return {**{f"recall_at_{k}": row for k, row in recall.items() if k <= top_k}, "mrr": reciprocal}


NAMES = st.sampled_from(["cadena ser", "SER", "nostalgie", "BR 1", "jazz fm", "Radio Nowhere"])


@settings(max_examples=60)
@given(
    st.lists(st.tuples(NAMES, st.permutations(range(7))), min_size=1, max_size=20),
    st.sampled_from([1, 5, 20]),
)
def test_figures_equal_the_slow_reference(rows, top_k):
    requests = [Request(f"q{i}", (name,), lang="es") for i, (name, _) in enumerate(rows)]
    answers = [answer for _, answer in rows]
    ranker = FakeRanker({f"q{i}": answer for i, answer in enumerate(answers)})
    report = measure(ranker, ENTITIES, requests, top_k).report()
    expected = slow_figures(requests, answers, top_k)
    for metric, scores in expected.items():
        cell = report[metric]["es"]["text"]
        assert cell["value"] == pytest.approx(np.mean(scores), abs=1e-6)
        assert cell["rows"] == len(rows)
    assert {key for key in report if key.startswith("recall")} == {key for key in expected if key != "mrr"}


def test_the_report_is_laid_out_by_language_stratum_carrier_and_domain():
    requests = [
        Request("a", ("Cadena SER",), "ES", "es", "text", "station", True),
        Request("b", ("Cadena SER",), "ES", "es", "asr", "station", False),
        Request("c", ("Bayern 1",), "DE", "de", "asr", "station", False),
        Request("d", ("Jazz FM",), None, None, "asr", "music"),
    ]
    report = evaluate_answers([[0], [1, 0], [4], [5]], ENTITIES, requests, 20).report("en")
    recall = report["recall_at_1"]
    assert {lang: {s: c["value"] for s, c in strata.items()} for lang, strata in recall.items()} == {
        "es": {"text": 1.0, "asr": 0.0},
        "de": {"asr": 1.0},
        "en": {"asr": 1.0},
    }
    assert set(recall["es"]["text"]) == {"value", "low", "high", "rows", "entities"}
    assert report["mrr"]["es"]["asr"]["value"] == 0.5
    assert report["by_carrier"]["unseen"]["recall_at_5"]["es"]["asr"]["rows"] == 1
    assert list(report["by_carrier"]["seen"]["recall_at_1"]) == ["es"]
    assert set(report["by_domain"]) == {"station", "music"}
    assert report["unmapped"] == {"rows": 0, "entities": 0, "requests": []}


def test_requests_that_map_to_nothing_are_listed_and_count_as_missed():
    requests = [
        Request("a", ("Cadena SER",), lang="es", row=1),
        Request("b", ("Radio  Nowhere",), "ES", "es", row=2),
    ]
    report = evaluate_answers([[0], [0]], ENTITIES, requests, 20).report()
    cell = report["recall_at_1"]["es"]["text"]
    assert (cell["value"], cell["rows"], cell["entities"]) == (0.5, 2, 2)
    assert report["unmapped"] == {
        "rows": 1,
        "entities": 1,
        "requests": [{"row": 2, "query": "b", "entity": ["Radio  Nowhere"], "country": "ES"}],
    }


def test_answers_beyond_top_k_are_not_looked_at():
    evaluation = evaluate_answers([[1, 2, 0]], ENTITIES, [Request("a", ("SER",))], top_k=2)
    assert evaluation.ranks.tolist() == [0]


def test_names_of_one_entity_are_one_entity_in_intervals():
    requests = [Request("a", ("SER",)), Request("b", ("Cadena SER",)), Request("c", ("es-1",))]
    assert (
        evaluate_answers([[0], [0], [0]], ENTITIES, requests, 20).report()["recall_at_1"]["any"]["text"][
            "entities"
        ]
        == 1
    )
