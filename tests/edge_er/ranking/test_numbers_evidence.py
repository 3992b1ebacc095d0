"""Numbers spelled otherwise as evidence: what is found by them, and that nothing changes where they have no weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny import ENTITIES, make_bundle

from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.manifest import MANIFEST
from edge_er.errors import BundleCorruptError
from edge_er.ranking.evidence import FormEvidence
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import best_candidates
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver

WEIGHTS = RerankWeights(heard=3, words=2, numbers=2, dense_forms=1)
RERANK = {"heard": 100, "sound_pieces": 20, "dense_forms": 4, "sound_forms": 2, "words": 4, "numbers": 2}


def best(lang: str, forms: list[str], text: str, weights: RerankWeights = WEIGHTS) -> str:
    """The best form of a small catalog where vectors say nothing."""
    owners = np.arange(len(forms), dtype=np.int32)
    evidence = FormEvidence(forms, owners, lang, weights, np.zeros(len(forms), np.int64))
    said = [Hypothesis(text, np.zeros(len(forms), np.int64))]
    return forms[best_candidates(evidence.pool(said, 1), said, 1, weights)[0].form]


@pytest.mark.parametrize(
    ("lang", "forms", "text", "wanted"),
    [
        ("en", ["taxi 42", "taxi 24"], "call taxi twenty four", "taxi 24"),
        ("de", ["radio 80 er", "radio 90 er"], "radio neunziger", "radio 90 er"),
        ("en", ["rocky", "rocky ii", "rocky iii"], "rocky two", "rocky ii"),
        ("en", ["rocky", "rocky ii", "rocky iii"], "rocky 3", "rocky iii"),
        ("en", ["lions", "four lions"], "4 lions", "four lions"),
        ("es", ["los 40", "los cuarenta"], "los cuarenta", "los cuarenta"),
        ("fr", ["radio 98", "radio 99"], "radio quatre vingt dix neuf", "radio 99"),
    ],
)
def test_a_number_is_found_however_it_is_spelled(lang: str, forms: list[str], text: str, wanted: str) -> None:
    assert best(lang, forms, text) == wanted
    assert best(lang, forms[::-1], text) == wanted


def test_letters_of_number_words_do_not_outweigh_the_rest_of_a_name() -> None:
    forms = ["wmgh one oh five point five fm", "wjyy 105 5"]
    text = "wjyy one oh five point five"
    assert best("en", forms, text) == "wjyy 105 5"
    assert best("en", forms, text, replace(WEIGHTS, numbers=0)) != "wjyy 105 5"


def test_the_very_name_in_words_comes_first() -> None:
    forms = ["rsa 80 er", "rsa achtziger"]
    assert best("de", forms, "spiele rsa achtziger bitte") == "rsa achtziger"
    assert best("de", forms, "spiele rsa 80 er bitte") == "rsa 80 er"


def test_fewer_readings_where_the_weight_is_one() -> None:
    forms = ["rocky two", "rocky ii"]
    assert best("en", forms, "rocky 2", replace(WEIGHTS, numbers=1)) == "rocky ii"
    assert best("en", [forms[0], "rocky 3"], "rocky 2", replace(WEIGHTS, numbers=1)) == "rocky two"


def test_own_entries_are_found_as_their_numbers_are_said(encoder_files) -> None:
    cities = Entity("t-1", "Energy Dreiundneunzig"), Entity("t-2", "Kanal 39")
    bundle = make_bundle((*ENTITIES, *cities), encoder_files)
    bundle = bundle.with_manifest(rerank=RERANK, lang="de")
    mine = EntityResolver(bundle).with_entries([{"name": "Taxi 93"}, {"name": "Taxi 39"}])
    assert mine.resolve("taxi dreiundneunzig").matches[0].name == "Taxi 93"
    assert mine.resolve("taxi neununddreissig").matches[0].name == "Taxi 39"


def test_no_weight_no_reading(encoder_files, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = make_bundle(ENTITIES, encoder_files).with_manifest(rerank={**RERANK, "numbers": 0})
    monkeypatch.setattr("edge_er.ranking.hypothesis.other_readings", None)
    assert EntityResolver(bundle).resolve("kiss one oh five").matches


def test_a_bundle_that_asks_for_numbers_has_format_2(encoder_files, tmp_path) -> None:
    bundle = make_bundle(ENTITIES, encoder_files).with_manifest(rerank={**RERANK, "words": 0})
    written = tmp_path / "new"
    write_bundle(written, bundle)
    assert read_bundle(written).manifest["format_version"] == 2
    text = (written / MANIFEST).read_text("utf-8").replace('"format_version": 2', '"format_version": 1')
    (written / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(BundleCorruptError, match=r"rerank\.numbers, which needs format 2"):
        read_bundle(written)
