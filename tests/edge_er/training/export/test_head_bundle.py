"""A bundle with a DiPair head: tokens kept or read give the same answer, and the head is asked in close races only."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
import torch
from javascript import ask_javascript, find_node
from tiny_data import write_data

from android_demo.java_core import ANSWER_REQUESTS, compile_core, compile_java, java_release, run_java
from catalog_tools import build_bundle
from catalog_tools.build.options import BuildOptions, SurfaceForms
from edge_er.bundle.bundle import HEAD_TOKENS, read_bundle, write_bundle
from edge_er.constants import HEAD
from edge_er.encoder.encoder import Encoder
from edge_er.encoder.pair_head import HEAD_FILE, PairHead
from edge_er.errors import BundleCorruptError, EncoderError, QualityGateError
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.training.card import read_card
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.export.encoder_export import export_encoder
from edge_er.training.export.head_export import export_head
from edge_er.training.fit.head_weight import races
from edge_er.training.methods.dipair import train_head
from edge_er.training.models.pair_head import PairHead as TrainedHead
from edge_er.training.settings import DataSettings, HeadSettings, OptimSettings, Recipe
from web_demo.assemble import assemble

SHAPE = HeadSettings(request_tokens=8, entity_tokens=4, dim=16, intermediate=32, candidates=5)
WEIGHTS = {"dense_forms": 8, "head": 3, "head_forms": 4, "head_margin": 10**9}


@pytest.fixture(scope="module")
def folder(pool, teacher, tmp_path_factory):
    """An encoder folder with a head that was trained for a moment."""
    place = tmp_path_factory.mktemp("head")
    optim = OptimSettings(requests=320, batch=16, learning_rate=3e-3)
    recipe = Recipe("tiny", str(place), DataSettings(cache=str(place / "pool")), head=SHAPE, optim=optim)
    lists = make_lists(pool, teacher, 320, 5, seed=1)
    head, model = train_head(recipe, teacher, lists)
    card = {
        "format": 1,
        "name": "tiny",
        "dim": model.dim,
        "max_tokens": model.max_tokens,
        "hidden": model.width,
    }
    card = export_encoder(model, place / "plain", card, pool.names, [], 1.0)
    export_head(model, head, {**card, "rerank": WEIGHTS}, lists, place / "headed", 1.0)
    with pytest.raises(QualityGateError, match="the head in int8"):
        export_head(model, head, card, lists, place / "refused", -1.0)
    assert not (place / "refused").exists()
    return place


@pytest.mark.parametrize("score", [0.0, float("nan")])
def test_a_head_that_tells_nothing_apart_is_refused(pool, teacher, tmp_path, score):
    """The right candidate is the first of its list: equal scores must not count as right."""
    head = TrainedHead(SHAPE, teacher.width).eval()
    for weight in head.score.parameters():
        torch.nn.init.constant_(weight, score)
    lists = make_lists(pool, teacher, 20, 5, seed=1)
    card = {"name": "tiny", "dim": teacher.dim, "max_tokens": teacher.max_tokens, "vector_scale": 100.0}
    with pytest.raises(QualityGateError, match="ranks none of its lists right"):
        export_head(teacher, head, card, lists, tmp_path / "head", 1.0)
    assert not (tmp_path / "head").exists()


@pytest.fixture(scope="module")
def bundles(folder, pool):
    """The same catalog with tokens kept and with tokens read."""
    records = [{"name": name} for name in pool.names]
    paths = {}
    for kept in (True, False):
        paths[kept] = folder / f"bundle_{kept}"
        build_bundle(
            records,
            paths[kept],
            "es",
            folder / "headed",
            None,
            options=BuildOptions(forms=SurfaceForms(head_tokens=kept)),
        )
    return paths


def test_kept_and_read_tokens_give_the_same_answers(bundles, pool):
    kept, read = (EntityResolver.load(bundles[way]) for way in (True, False))
    assert (bundles[True] / HEAD_TOKENS).is_file()
    assert not (bundles[False] / HEAD_TOKENS).exists()
    for query in pool.queries[:40]:
        assert kept.resolve(query) == read.resolve(query)
        found = kept.explain(query, 3)
        assert any(each.parts["head"] for each in found)
        assert [each.parts for each in found] == [each.parts for each in read.explain(query, 3)]


def test_the_head_s_part_is_its_score(bundles):
    resolver = EntityResolver.load(bundles[True])
    query, first = "pon cadena ser", resolver.explain("pon cadena ser", 1)[0]
    bundle = read_bundle(bundles[True])
    forms = [form for entity in bundle.entities for form in entity.surface_forms]
    head = PairHead(bundle.encoder_files[HEAD_FILE], resolver.encoder, [form.lower() for form in forms])
    worth = int(head.scores(query, [forms.index(first.form)])[0])
    unit = float(bundle.manifest["index"]["scale"]) ** 2
    assert first.parts["head"] == pytest.approx(WEIGHTS["head"] * worth / unit)
    assert abs(worth) < 100 * HEAD.steps


def test_a_wide_margin_spares_the_head(bundles):
    bundle = read_bundle(bundles[True])
    spared = bundle.with_manifest(rerank={**WEIGHTS, "head_margin": 0})
    assert all(each.parts["head"] == 0 for each in EntityResolver(spared).explain("pon cadena ser", 3))


def test_several_texts_share_the_head(bundles):
    resolver = EntityResolver.load(bundles[True])
    alone = resolver.resolve("pon cadena ser")
    twice = resolver.resolve(nbest=["pon cadena ser", "pon cadena ser"])
    assert [match.id for match in alone.matches] == [match.id for match in twice.matches]
    assert alone.matches[0].score == pytest.approx(twice.matches[0].score)


def test_a_weight_without_a_head_is_refused(bundles):
    bundle = read_bundle(bundles[False])
    without = {name: data for name, data in bundle.encoder_files.items() if name != HEAD_FILE}
    with pytest.raises(BundleCorruptError, match=r"rerank\.head: expected 0 without a file head\.onnx"):
        EntityResolver(dataclasses.replace(bundle, encoder_files=without)).resolve("pon cadena ser")


def test_a_head_that_cannot_be_run_is_refused_at_load(bundles):
    bundle = read_bundle(bundles[False])
    graph = bundle.encoder_files[HEAD_FILE].replace(b"entity_mask", b"entity_mark")
    with pytest.raises(EncoderError, match=r"head\.onnx: it cannot be run .*entity_mask"):
        EntityResolver(dataclasses.replace(bundle, encoder_files={**bundle.encoder_files, HEAD_FILE: graph}))


def test_tokens_cannot_be_kept_without_a_head(folder, tmp_path):
    with pytest.raises(EncoderError, match="the encoder has no head"):
        options = BuildOptions(forms=SurfaceForms(head_tokens=True))
        build_bundle([{"name": "Cadena SER"}], tmp_path / "x", "es", folder / "plain", None, options=options)


def test_a_card_without_the_head_s_shape_is_refused(bundles):
    bundle = read_bundle(bundles[True])
    encoder = EntityResolver(bundle).encoder
    encoder.card = {**encoder.card, "head": {"dim": 16}}
    with pytest.raises(EncoderError, match=r"encoder\.json, head: no request_tokens"):
        PairHead(bundle.encoder_files[HEAD_FILE], encoder, ["cadena ser"])


@pytest.mark.parametrize("name", [HEAD_FILE, HEAD_TOKENS])
def test_a_changed_byte_of_the_head_is_found(bundles, tmp_path, name):
    write_bundle(tmp_path / "copy", read_bundle(bundles[True]), None)
    file = tmp_path / "copy" / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(BundleCorruptError, match=f"{name} is damaged"):
        read_bundle(tmp_path / "copy")


def test_the_manifest_keeps_the_head_s_weights(bundles):
    manifest = json.loads((bundles[True] / "manifest.json").read_text())
    assert {name: manifest["rerank"][name] for name in WEIGHTS} == WEIGHTS


@pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
def test_java_asks_the_head_too(bundles, pool, tmp_path):
    classes = [compile_core(tmp_path / "core"), tmp_path / "tools"]
    compile_java(ANSWER_REQUESTS, classes[1], classes[:1], release=8)
    requests = tmp_path / "requests.jsonl"
    requests.write_text(
        "\n".join(json.dumps({"query": query}) for query in pool.queries[:40]), encoding="utf-8"
    )
    expected = EntityResolver.load(bundles[True]).resolve_batch(pool.queries[:40])
    for kept in (True, False):
        done = run_java(classes, "edgeer.AnswerRequests", str(bundles[kept]), str(requests), "1", "rerank")
        found = [json.loads(line) for line in done.stdout.splitlines()[1:]]
        assert [row["id"] for row in found] == [answer.matches[0].id for answer in expected], done.stderr
        assert [row["decision"] for row in found] == [answer.decision for answer in expected]


def test_javascript_asks_the_head_too(bundles, pool, tmp_path):
    find_node()
    assemble(tmp_path / "page", [])
    resolver = EntityResolver.load(bundles[True])
    entries = [{"id": "own", "name": "Radio del desayuno"}]
    queries = [*pool.queries[:40], "pon radio del desayuno"]
    expected = [resolver.explain(query, 3) for query in queries]
    expected += [resolver.with_entries(entries).explain(query, 3) for query in queries]
    for kept in (True, False):
        calls = [{"bundle": str(bundles[kept]), "explain": [query, {"topK": 3}]} for query in queries]
        calls += [{**call, "entries": [entries]} for call in calls]
        for answer, found in zip(expected, ask_javascript(tmp_path / "page", calls), strict=True):
            assert [one["id"] for one in found] == [one.id for one in answer]
            for one, other in zip(found, answer, strict=True):
                assert one["form"] == other.form
                assert one["parts"] == pytest.approx(other.parts, abs=0.001)


def test_the_weight_of_a_head_is_fitted_into_the_card(edge_er, folder, tmp_path):
    encoder = shutil.copytree(folder / "headed", tmp_path / "headed")
    data, before = write_data(tmp_path / "data"), read_card(encoder)
    code, out, _ = edge_er("train", "fit", "head", encoder, "--data", data, "--dry-run")
    assert (code, read_card(encoder)) == (0, before)
    found = races(data, Encoder.load(encoder), (encoder / HEAD_FILE).read_bytes(), RerankWeights(**WEIGHTS))
    assert json.loads(out)["requests"] == len(list(found)) > 0
    assert edge_er("train", "fit", "head", encoder, "--data", data)[0] == 0
    after = read_card(encoder)
    rerank = after.pop("rerank")
    assert (rerank["head"], rerank["dense_forms"]) == (json.loads(out)["head"], WEIGHTS["dense_forms"])
    assert after == {name: value for name, value in before.items() if name != "rerank"}
