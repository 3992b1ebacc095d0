import io
import json

import numpy as np
import pytest
from rich.console import Console
from tiny import require_packages

from edge_er.bundle.entity import Entity
from edge_er.errors import BundleNotFoundError, RequestFileError
from edge_er.evaluation.evaluate import (
    EncoderRanker,
    GoldMap,
    bundle_report,
    decisions,
    evaluate,
    evaluate_file,
    manifest_report,
    measure,
    report_table,
    resolve_all,
    unmerged_entities,
    unmerged_report,
)
from edge_er.evaluation.metrics import evaluate_answers
from edge_er.evaluation.report_table import decision_cells
from edge_er.evaluation.requests_file import Request, read_requests
from edge_er.resolver import EntityResolver

ROWS = [
    {"query": "cadena ser", "entity": "Cadena SER", "country": "ES"},
    {"query": "los cuarenta", "entity": "LOS40", "stratum": "asr", "carrier_seen": False},
    {"query": "los 40 principales", "entity": "es-3", "stratum": "asr", "carrier_seen": True},
    {"query": "kiss fm", "entity": ["Nowhere FM", "Kiss FM"], "domain": "station"},
    {"query": "onda cero", "entity": "Kiss FM"},
    {"query": "onda cero", "entity": "Nowhere FM"},
    {"query": "", "entity": "Onda Cero"},
]


@pytest.fixture
def requests_path(tmp_path):
    path = tmp_path / "requests.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return path


def test_requests_and_entities_may_come_one_by_one(resolver, requests_path):
    requests, entities = read_requests(requests_path), list(resolver.entities)
    for report in (evaluate, bundle_report, unmerged_report):
        assert report(resolver, iter(requests)) == report(resolver, requests)
    ranker = EncoderRanker(resolver.encoder, iter(entities))
    assert measure(ranker, iter(entities), iter(requests)).report() == (
        measure(EncoderRanker(resolver.encoder, entities), entities, requests).report()
    )
    answers = [[0]] * len(requests)
    found = evaluate_answers(iter(answers), iter(entities), iter(requests), 1)
    assert found.report() == evaluate_answers(answers, entities, requests, 1).report()
    assert found.mapped.sum() > 3
    evaluation, resolutions = resolve_all(resolver, iter(requests))
    assert decisions(evaluation, iter(resolutions)) == decisions(evaluation, resolutions)
    assert unmerged_entities(iter(entities)) == unmerged_entities(entities)
    gold = GoldMap(iter(entities))
    assert gold.indices(requests[0]) == (0,)


def test_a_bundle_is_measured_on_a_file_of_requests(bundle_dir, requests_path):
    report = evaluate_file(bundle_dir, requests_path)
    recall = report["recall_at_1"]["es"]
    assert (recall["text"]["value"], recall["text"]["rows"]) == (0.4, 5)
    assert (recall["asr"]["value"], recall["asr"]["entities"]) == (1.0, 1)
    assert 0.4 < report["mrr"]["es"]["text"]["value"] < 1
    assert report["recall_at_20"]["es"]["text"]["value"] == 0.6
    assert report["unmapped"]["requests"] == [
        {"row": 6, "query": "onda cero", "entity": ["Nowhere FM"], "country": None}
    ]
    assert report["system"] == "tiny_es"


def test_ranks_are_those_of_resolve(bundle_dir):
    resolver = EntityResolver.load(bundle_dir)
    requests = [Request(row["query"], ("Kiss FM",)) for row in ROWS]
    evaluation, _ = resolve_all(resolver, requests)
    names = [[m.name for m in resolver.resolve(request.query, top_k=20).matches] for request in requests]
    assert evaluation.ranks.tolist() == [ms.index("Kiss FM") + 1 if ms else 0 for ms in names]


def test_recall_looks_at_the_first_match_whatever_the_decision(bundle):
    changes = {"calibration": {**bundle.manifest["calibration"], "bias": -1000.0}}
    shy = EntityResolver(bundle.with_manifest(**changes))
    requests = [Request("cadena ser", ("Cadena SER",)), Request("los cuarenta", ("LOS40",))]
    report = evaluate(shy, requests)
    assert report["recall_at_1"]["es"]["text"]["value"] == 1.0
    assert report["decisions"]["no_match"] == {"rows": 2, "right": 0}
    assert report["decisions"]["accuracy_of_best"] is None


def test_decisions_are_counted_with_the_accuracy_of_what_was_answered(bundle):
    requests = [
        Request("cadena ser", ("Cadena SER",)),
        Request("kiss fm", ("LOS40",)),
        Request("", ("LOS40",)),
    ]
    decisions = evaluate(EntityResolver(bundle), requests)["decisions"]
    assert sum(decisions[name]["rows"] for name in ("match", "ambiguous", "no_match")) == 3
    assert decisions["no_match"]["rows"] == 1
    assert decisions["accuracy_of_best"] == 0.5
    shares = decisions["by_stratum"]["text"]
    assert shares["rows"] == 3
    assert shares["match"] + shares["ambiguous"] == pytest.approx(2 / 3)
    assert shares["no_match"] == pytest.approx(1 / 3)
    assert shares["precision"] == decisions["match"]["right"] / decisions["match"]["rows"]


def test_encoder_ranker_gives_the_answers_of_the_bundle(bundle):
    resolver = EntityResolver(bundle)
    requests = [Request(form, (entity.id,)) for entity in resolver.entities for form in entity.surface_forms]
    floats = measure(EncoderRanker(resolver.encoder, resolver.entities), resolver.entities, requests)
    assert floats.ranks.tolist() == resolve_all(resolver, requests)[0].ranks.tolist()


def test_unmerging_makes_every_name_its_own_answer():
    entities = [
        Entity("1", "SWR3", ("SWR 3", "Südwest 3"), ("swr drei",), {"country": "DE"}),
        Entity("2", "Südwest 3", metadata={"country": "AT"}),
    ]
    alone = unmerged_entities(entities)
    assert [(entity.id, entity.name, entity.aliases, entity.spoken) for entity in alone] == [
        ("1", "SWR3", (), ()),
        ("2", "Südwest 3", (), ()),
        ("1: Südwest 3", "Südwest 3", (), ()),
    ]


def test_merging_cannot_buy_recall_over_unmerged_names(encoder_files):
    from tiny import ENTITIES, make_bundle

    everything = Entity("all", "Cadena SER", tuple(entity.name for entity in ENTITIES[1:]))
    resolver = EntityResolver(make_bundle((everything,), encoder_files))
    report = bundle_report(
        resolver, [Request("kiss fm", ("Cadena SER",)), Request("cadena ser", ("Cadena SER",))]
    )
    assert report["recall_at_1"]["es"]["text"]["value"] == 1.0
    assert report["unmerged"]["recall_at_1"]["es"]["text"]["value"] == 0.5
    assert report["unmerged"]["names"] == len(ENTITIES)


def test_over_unmerged_names_an_id_means_any_name_of_its_entity(encoder_files):
    from tiny import make_bundle

    entities = (Entity("a", "Cadena SER", ("La SER",)), Entity("b", "Kiss FM"))
    resolver = EntityResolver(make_bundle(entities, encoder_files))
    report = bundle_report(resolver, [Request("la ser", ("a",)), Request("kiss fm", ("b",))])
    assert report["unmerged"]["recall_at_1"]["es"]["text"]["value"] == 1.0


def test_unmerged_names_are_ranked_on_the_evidence_of_the_bundle(encoder_files):
    """Misheard names: the misrecognition score finds them, the tiny encoder's vectors do not."""
    from tiny import ENTITIES, make_bundle

    bundle = make_bundle(ENTITIES, encoder_files)
    heard = bundle.with_manifest(rerank={"heard": 5000, "sound_pieces": 50, "sound_forms": 16})
    asked = (("onta sero", "es-7"), ("gadena sez", "es-1"), ("radio glasiga", "es-5"))
    requests = [Request(text, (name,)) for text, name in asked]

    def recall(resolver):
        return unmerged_report(resolver, requests)["recall_at_1"]["es"]["text"]["value"]

    assert recall(EntityResolver(heard)) == 1.0
    assert recall(EntityResolver(bundle)) == recall(EntityResolver(heard, rerank=False)) == 0.0


def test_baselines_stand_beside_the_bundle(bundle_dir, requests_path):
    require_packages("rapidfuzz", "sklearn")
    report = evaluate_file(bundle_dir, requests_path, baselines=True)
    assert {"WRatio", "TF-IDF 2-4-grams"} <= set(report["baselines"])
    assert report["baselines"]["WRatio"]["recall_at_1"]["es"]["text"]["rows"] == 5


def test_a_stored_report_keeps_figures_and_counts(bundle_dir, requests_path):
    report = evaluate_file(bundle_dir, requests_path)
    stored = manifest_report(report)
    assert stored["unmapped"] == {"rows": 1, "entities": 1}
    assert stored["recall_at_1"] == report["recall_at_1"]
    assert json.loads(json.dumps(stored)) == stored
    assert len(report["unmapped"]["requests"]) == 1


def test_the_table_shows_figures_and_what_was_not_mapped(bundle_dir, requests_path):
    report = evaluate_file(bundle_dir, requests_path)
    console = Console(width=150, record=True, file=io.StringIO())
    console.print(report_table(report))
    text = console.export_text()
    for part in (
        "tiny_es: 7 requests",
        "0.400 (",
        "carrier unseen",
        "unmerged names",
        "Nowhere FM",
        "decisions: ",
        "Decisions on requests",
        "precision of match",
    ):
        assert part in text


def test_tables_say_simulated_where_the_requests_are_and_need_no_shares(bundle_dir, requests_path):
    report = evaluate_file(bundle_dir, requests_path)
    assert decision_cells({"decisions": {"match": {"rows": 1, "right": 1}}}) == []
    console = Console(width=150, record=True, file=io.StringIO())
    console.print(report_table({**report, "requests": {"simulated": True}}))
    text = console.export_text()
    assert "tiny_es: 7 simulated requests" in text
    assert "Decisions on simulated requests" in text


def test_a_wrong_request_file_is_refused_before_the_bundle_is_read(tmp_path, bundle_dir):
    path = tmp_path / "requests.jsonl"
    path.write_text('{"query": "a"}\n', encoding="utf-8")
    with pytest.raises(RequestFileError, match="row 1"):
        evaluate_file(bundle_dir, path)


def test_an_unknown_bundle_is_refused(requests_path):
    with pytest.raises(BundleNotFoundError):
        evaluate_file("radio_nowhere", requests_path)


def test_thousands_of_requests_over_ten_thousand_entities():
    class VectorOfNumber:
        def encode(self, texts):
            table = np.random.default_rng(0).normal(size=(10_000, 32)).astype(np.float32)
            table /= np.linalg.norm(table, axis=1, keepdims=True)
            return table[[int(text.removeprefix("name ")) for text in texts]]

    entities = [Entity(f"{i:05}", f"name {i}") for i in range(10_000)]
    requests = [Request(f"name {i}", (f"{i:05}",), lang="en") for i in range(2_000)]
    report = measure(EncoderRanker(VectorOfNumber(), entities), entities, requests).report()
    assert report["recall_at_1"]["en"]["text"]["value"] == 1
