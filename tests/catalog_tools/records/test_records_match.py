"""Two records, field by field: the decision, its reason, and weights that are given or learned."""

import json
from itertools import combinations

import numpy as np
import pytest
from tiny import REPOSITORY

from catalog_tools.records import (
    LearnedWeights,
    RecordFields,
    RecordTable,
    given_weights,
    infer_fields,
    match_records,
    read_fields,
    read_weights,
)
from catalog_tools.records.fields import Field
from catalog_tools.records.fits import FITS
from catalog_tools.records.learning import best_threshold, f1_at, learn_weights
from catalog_tools.records.matcher import probabilities
from edge_er.errors import CatalogError

EXAMPLE = REPOSITORY / "docs" / "examples" / "records"


@pytest.fixture(scope="module")
def example():
    names = ("arxiv", "semantic_scholar")
    return [json.loads((EXAMPLE / f"{name}.json").read_text(encoding="utf-8")) for name in names]


def test_one_paper_in_two_databases_is_a_duplicate(example):
    decided = match_records(*example)
    assert decided.decision == "duplicate"
    assert decided.probability > 0.999
    for part in (
        "the same arxiv 2203.07687",
        "title: the same",
        'authors: 4 of 4 agree, 3 to the letter, "Ming Wu" beside "Ming-li Wu"',
        "publication_date: 2022-03-15 = 2022-03-15",
        "abstract: nearly the same",
    ):
        assert part in decided.reason
    assert decided.to_dict() == match_records(*example).to_dict()


@pytest.mark.parametrize(
    "left_out",
    [("authors",), ("title",), ("publication_date",), ("abstract",), ("doi", "urls", "volume", "abstract")],
)
def test_it_stays_one_with_less_evidence(example, left_out):
    a, b = ({key: value for key, value in record.items() if key not in left_out} for record in example)
    assert match_records(a, b).decision == "duplicate"


def test_another_paper_of_the_same_authors_is_none(example):
    a, b = example
    other = {
        **b,
        "title": "Distillation of Graph Networks for Traffic Forecasts",
        "abstract": "Roads and cars.",
    }
    other.update(doi="10.1000/other", volume="7", urls=["https://example.org/other"])
    decided = match_records(a, other)
    assert decided.decision == "different"
    assert decided.evidence[0].field == "title"


def test_the_order_of_two_records_changes_nothing(example):
    one, other = match_records(*example), match_records(*reversed(example))
    assert one.probability == pytest.approx(other.probability)
    assert {e.field: e.similarity for e in one.evidence} == pytest.approx(
        {e.field: e.similarity for e in other.evidence}, nan_ok=True
    )


@pytest.mark.parametrize(
    ("a", "b", "similarity", "words"),
    [
        ("1999", "1999-06-03", 1.0, "1999 agrees with 1999-06-03"),
        ("1999", 1999, 1.0, "1999 = 1999"),
        ("2001", "2002", 0.5, "2001 / 2002, 1.0 years apart"),
        ("2001-03-01", "2001-03-15", 1 / (1 + 14 / 365.25), "2001-03-01 / 2001-03-15, 14 days apart"),
        ("2001-03", "2001-04", 1 / (1 + 30 / 365.25), "2001-03 / 2001-04, 30 days apart"),
    ],
)
def test_dates_are_as_far_apart_as_they_say(a, b, similarity, words):
    (found,) = (e for e in match_records({"date": a}, {"date": b}).evidence if e.field == "date")
    assert (found.similarity, found.words) == (pytest.approx(similarity, abs=1e-3), words)


def test_fields_without_a_value_say_nothing():
    decided = match_records({"name": "Kiss FM", "phone": ""}, {"name": "Kiss FM", "phone": "030 123456"})
    (phone,) = (each for each in decided.evidence if each.field == "phone")
    assert (phone.similarity, phone.weight, phone.words) == (None, 0.0, "missing on one side")
    empty = match_records({"title": ""}, {"title": None})
    assert empty.decision == "unsure"
    assert empty.reason == "no field has a value on both sides"


def test_one_of_several_telephone_numbers_is_enough():
    a = {"name": "Ann Lee", "phones": ["+49 30 1234567", "0171 7654321"]}
    b = {"name": "Ann Lee", "phones": ["(0171) 7654321"]}
    assert "phones: the same" in match_records(a, b).reason
    assert "phones: 303030303 / 1717654321" in match_records({**a, "phones": "030 30 30 303"}, b).reason


def test_a_title_may_hold_what_another_field_says():
    a = {"title": "John Harvard's Oatmeal Ale", "maker": ""}
    b = {"title": "Oatmeal Ale", "maker": "John Harvard's"}
    (title,) = (each for each in match_records(a, b).evidence if each.field == "title")
    assert title.similarity == pytest.approx(0.95)
    assert title.words.startswith("in the rest of the other record")
    (title,) = (each for each in match_records(a, {**b, "maker": "Smith"}).evidence if each.field == "title")
    assert title.similarity < 0.8


def test_kinds_are_told_by_names_and_values():
    record = {
        "title": "A Study", "authors": ["Ann Lee"], "year": 1999, "price": "$ 3", "phone": "030 1234567",
        "doi": "10.1/x", "homepage": "http://a.example", "genre": "Rock", "addr": "1 Main St.",
        "source": "x", "id": "7",
    }  # fmt: skip
    kinds = {field.name: field.kind for field in infer_fields([record]).fields}
    assert kinds == {
        "title": "title", "authors": "names", "year": "date", "price": "number", "phone": "phone",
        "doi": "identifier", "homepage": "identifier", "genre": "category", "addr": "place", "source": "ignore",
        "id": "ignore",
    }  # fmt: skip


def _toml(tmp_path, text):
    file = tmp_path / "fields.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_fields_are_declared_in_toml(tmp_path):
    text = '[fields.name]\nkind="title"\nweight=2\n[fields.venue]\nkind="text"\nblock=true\n'
    fields = read_fields(_toml(tmp_path, text + '[decision]\nsame_from=0.8\nbetween="venue"\n'))
    assert fields.fields == (Field("name", "title", 2.0, True), Field("venue", "text", 1.0, True))
    assert (fields.same_from, fields.between) == (0.8, "venue")
    records = [{"name": "Alpha", "venue": "x"}, {"name": "Alpha", "venue": "y"}]
    assert match_records(*records, fields).evidence[0].weight == 10.0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[fields.name]\nkind = 'titel'", "field 'name'|column 'name': kind: expected one of title"),
        ("[fields.name]\nkind = 'title'\nweigth = 2", "unknown setting 'weigth'"),
        ("[fields.name]\nkind = 'title'\nweight = -1", "from 0 to 100, found -1"),
        ("[fields.name]\nkind = 'date'\nmeaning = true", "meaning: only of a title, text or place"),
        (
            "[fields.name]\nkind = 'title'\n[decision]\nsame_from = 0.2\ndifferent_to = 0.5",
            "0 < different_to",
        ),
        ("[fields.name]\nkind = 'title'\n[decision]\nbetween = 3", "between: expected the name of a field"),
        ("[decision]\nprior = 0", "no field is declared"),
        ("[fields.name", "not TOML"),
    ],
)
def test_wrong_declarations_name_file_and_field(tmp_path, text, part):
    file = _toml(tmp_path, text)
    with pytest.raises(CatalogError, match=part) as caught:
        read_fields(file)
    assert str(file) in str(caught.value)


def test_a_declared_field_that_no_record_has(tmp_path):
    fields = read_fields(_toml(tmp_path, "[fields.nmae]\nkind = 'title'"))
    with pytest.raises(CatalogError, match=r"no record has the field 'nmae' .* found name"):
        match_records({"name": "A"}, {"name": "B"}, fields)


def test_a_field_may_not_take_the_name_of_other_evidence():
    with pytest.raises(CatalogError, match="the name 'identifiers' is taken"):
        match_records(
            {"identifiers": "x"}, {"identifiers": "y"}, RecordFields((Field("identifiers", "text"),))
        )
    assert match_records({"identifiers": "10.1000/x"}, {"identifiers": "10.1000/X"}).decision == "duplicate"


def test_meaning_is_evidence_where_an_encoder_is_given(encoder):
    fields = RecordFields((Field("name", "title", meaning=True),))
    table = RecordTable([{"name": "Cadena SER"}, {"name": "SER Cadena"}], fields, encoder.encode)
    column = table.column("name")
    found = column.compare(np.array([0]), np.array([1]))[0]
    assert found[column.features.index("meaning")] == pytest.approx(1.0, abs=1e-5)


@pytest.fixture(scope="module")
def labelled():
    """Forty names twice with a typo or a year off, and pairs of different names: a table, rows, labels."""
    words = ["alpha", "beta", "gamma", "delta", "kilo", "lima", "mike", "oscar"]
    records, a, b, labels = [], [], [], []
    for number, (one, other) in enumerate(combinations(words, 2)):
        name = f"{one} {other} station {number}"
        records += [
            {"name": name, "year": 1990 + number},
            {"name": name.replace("a", "e", 1), "year": 1990 + number},
        ]
    for row in range(0, len(records), 2):
        a += [row, row]
        b += [row + 1, (row + 3) % len(records)]
        labels += [1, 0]
    fields = RecordFields((Field("name", "title", block=True), Field("year", "date")))
    return RecordTable(records, fields), np.array(a), np.array(b), np.array(labels)


@pytest.fixture(scope="module")
def learned(labelled):
    return learn_weights(*labelled)


def test_weights_are_learned_and_kept(labelled, learned, tmp_path):
    table, a, b, labels = labelled
    found = probabilities(table, learned, a, b)
    assert f1_at(found, labels, learned.content["decision"]["threshold"])["f1"] > 0.95
    learned.write(tmp_path / "weights.json")
    again = probabilities(table, read_weights(tmp_path / "weights.json"), a, b)
    assert again == pytest.approx(found)


def test_kept_weights_give_what_scikit_learn_gives(labelled):
    table, a, b, labels = labelled
    features = table.compare(a, b)
    joined = np.concatenate(features, 1)
    for kind, fit in FITS.items():
        fitted = fit(joined, labels)
        stage = len(fitted.log_odds(joined)) // 2
        sizes = {name: list(table.column(name).features) for name in table.kinds}
        weights = LearnedWeights({"features": sizes, "parts": {kind: fitted.kept(stage)}})
        odds = weights.contributions(features).sum(1) + weights.bias
        assert odds == pytest.approx(fitted.log_odds(joined)[stage])


def test_learned_weights_are_for_their_fields_alone(learned):
    fields = RecordFields((Field("name", "text"), Field("year", "date")))
    with pytest.raises(CatalogError, match=r"'name' was a title .* here it is a text"):
        match_records(*[{"name": "A", "year": 1}] * 2, fields, learned)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": 9}', '{"format": 1, "features": {"a": ["b"]}, "parts": {}}']
)
def test_damaged_weights_are_refused(tmp_path, text):
    file = tmp_path / "weights.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"weights\.json"):
        read_weights(file)


def test_learning_wants_some_pairs_of_both_kinds(labelled):
    table, a, b, labels = labelled
    with pytest.raises(CatalogError, match="3 pairs labelled the same and 3 different; expected at least 10"):
        learn_weights(table, a[:6], b[:6], labels[:6])


def test_the_threshold_is_half_of_the_best_f1():
    found = np.array([0.9, 0.8, 0.7, 0.1])
    assert best_threshold(found, np.array([1, 1, 0, 0])) == 0.5
    assert best_threshold(found, np.array([1, 0, 1, 0])) == pytest.approx(0.4)


def test_given_weights_follow_their_curves():
    table = RecordTable([{"n": "12"}, {"n": "12"}, {"n": "24"}], RecordFields((Field("n", "number", 2.0),)))
    weights = given_weights(table.fields)
    features = table.compare(np.array([0, 0]), np.array([1, 2]), weights.names)
    assert weights.contributions(features)[:, 0] == pytest.approx([1.6, 2 * (-1.5 + 0.5 * 0.5 / 0.8)])
