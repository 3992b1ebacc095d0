from collections import Counter, defaultdict

import numpy as np
import pytest
from tiny import require, require_packages

from benchmarks.cost.latency import times
from benchmarks.lib import results_file
from benchmarks.lib.results_file import LANGUAGES
from benchmarks.lib.systems import by_language, pooled, rows_of
from benchmarks.product import known_stations
from benchmarks.product.accuracy import comparison, figures, tables
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import shipped_bundles
from edge_er.evaluation.metrics import GoldMap, evaluate_answers
from edge_er.evaluation.requests_file import Request, read_requests


def test_known_stations_are_twenty_a_language_in_three_carriers_one_foreign():
    asked = defaultdict(Counter)
    for request in read_requests(known_stations.REQUESTS):
        asked[request.lang, request.gold][request.stratum] += 1
    assert Counter(lang for lang, _ in asked) == dict.fromkeys(LANGUAGES, 20)
    assert all(carriers == {"own": 2, "foreign": 1} for carriers in asked.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_known_stations_are_in_the_shipped_bundles(lang):
    require(lang, f"radio_{lang}" in shipped_bundles(), f"radio_{lang} is not built here")
    from edge_er.bundle.bundle import read_bundle

    gold = GoldMap(list(read_bundle(f"radio_{lang}").entities))
    requests = [request for request in read_requests(known_stations.REQUESTS) if request.lang == lang]
    assert [request.gold for request in requests if not gold.indices(request)] == []


ENTITIES = [Entity("a", "A"), Entity("b", "B")]


def two_languages(answers):
    parts = {}
    for lang in ("de", "it"):
        requests = [
            Request("q", (name,), lang=lang, stratum=stratum, carrier_seen=stratum == "text")
            for name in ("A", "B")
            for stratum in ("text", "asr", "noisy")
        ]
        parts[lang] = evaluate_answers(answers[lang], ENTITIES, requests, 20)
    return pooled(parts)


def test_languages_count_the_same_in_an_average():
    evaluation = two_languages({"de": [[0]] * 6, "it": [[0], [0], [0], [1], [1], [1]]})
    cells = by_language(evaluation, rows_of(evaluation, "text"), "recall_at_1")
    assert {name: cell.value for name, cell in cells.items()} == {"de": 0.5, "it": 1.0, "average": 0.75}
    assert (cells["average"].rows, cells["average"].entities) == (4, 4)
    assert rows_of(evaluation, None, False) == [1, 2, 4, 5, 7, 8, 10, 11]


def test_the_accuracy_tables_hold_every_system_and_comparison():
    right, wrong = [[0]] * 3 + [[1]] * 3, [[0]] * 6
    a = two_languages({"de": right, "it": right})
    b = two_languages({"de": right, "it": wrong})
    report = {"systems": {"A1": figures(a), "B1": figures(b)}, "comparisons": {"A1/B1": comparison(a, b)}}
    pooled_cell = report["comparisons"]["A1/B1"]["all strata"]["pooled"]
    assert (pooled_cell["a"], pooled_cell["b"], pooled_cell["difference"]["value"]) == (1.0, 0.75, 0.25)
    assert report["comparisons"]["A1/B1"]["asr"]["de"]["difference"]["value"] == 0
    text = tables(report)
    assert "| B1 | .750 (" in text
    assert "## A1/B1" in text


def test_results_carry_their_command_and_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(results_file, "RESULTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["x", "--data", "/somewhere/else", "--bundle", "radio es"])
    results_file.write_result("cost.latency", "one", {"figure": 1}, "# One\n")
    assert results_file.read_result("one")["figure"] == 1
    assert (
        results_file.read_result("one")["command"] == "python -m benchmarks.cost.latency --bundle 'radio es'"
    )
    assert "/somewhere/else" not in (tmp_path / "one.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.json", "one.md"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [((0.9654, 0.951, 1.0), ".965 (.951 to 1.000)"), ((-0.0123, -0.02, 0.001), "-.012 (-.020 to .001)")],
)
def test_figures_are_written_without_leading_zeros(cell, text):
    assert results_file.percent(dict(zip(("value", "low", "high"), cell, strict=True))) == text


def test_times_are_measured_for_every_request():
    asked = []
    figures = times(asked.append, ["a", "b", "c"])
    assert asked == ["a", "b", "c"] * 2
    assert figures["requests"] == 3
    assert 0 < figures["p50_ms"] <= figures["p90_ms"] <= figures["p99_ms"]
    assert np.isfinite(figures["mean_ms"])


def test_plots_are_drawn(tmp_path):
    require_packages("matplotlib")
    from benchmarks.lib.plots import plot_recall, plot_sizes

    table = figures(two_languages({"de": [[0]] * 6, "it": [[0]] * 6}))
    plot_recall({"one": table, "two": table}, tmp_path / "recall.png")
    plot_sizes({"radio_de": ({"encoder.onnx": 900_000, "rest": 400_000}, 2_000_000)}, tmp_path / "sizes.png")
    for name in ("recall.png", "sizes.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
