"""What is merged, measured on pairs labelled by hand, and the cases that must never be merged."""

import json
import random
from collections import Counter
from itertools import permutations

import pytest
from tiny import REPOSITORY

from catalog_tools.language.names import clean_name
from catalog_tools.radio import city_names, radio_clusters
from catalog_tools.readers.sources import Record, read_records
from catalog_tools.stations.entities import merge_records
from catalog_tools.stations.name_corrections import NameCorrection, read_name_corrections
from edge_er.errors import CatalogError

PAIRS = REPOSITORY / "tests" / "data" / "merge_pairs.jsonl"
LEAST_PRECISION = 0.98
LEAST_RECALL = 0.85


@pytest.fixture(scope="module")
def pairs():
    return [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]


def _places(clusters):
    """Country and name to the number of the cluster."""
    return {(g.features.country, g.name): index for index, c in enumerate(clusters) for g in c.groups}


def _sides(pair):
    """Country, name and stream of both sides; `country_b` where the other country's list has the name."""
    for side in "ab":
        yield pair.get(f"country_{side}", pair["country"]), pair[f"name_{side}"], pair[f"stream_{side}"]


def _merged(where, pair):
    one, other = (where[country, clean_name(name)] for country, name, _ in _sides(pair))
    return one == other


def _measure(pairs, merged, capsys):
    """Precision and recall, printed by stratum."""
    rows = Counter((pair["stratum"], pair["same"], merge) for pair, merge in zip(pairs, merged, strict=True))
    with capsys.disabled():
        print("\nstratum          merged right  wrong  missed  kept apart")
        for name in dict.fromkeys(pair["stratum"] for pair in pairs):
            cells = [rows[name, same, merge] for same, merge in ((1, 1), (0, 1), (1, 0), (0, 0))]
            print(f"{name:16}{cells[0]:13}{cells[1]:7}{cells[2]:8}{cells[3]:12}")
        right = sum(count for (_, same, merge), count in rows.items() if same and merge)
        precision = right / sum(merged)
        recall = right / sum(pair["same"] for pair in pairs)
        print(f"precision {precision:.4f}, recall {recall:.4f} on {len(pairs)} pairs")
    return precision, recall


def test_at_least_300_pairs_and_both_answers(pairs):
    assert len(pairs) >= 300
    assert len({(p["country"], frozenset((p["name_a"], p["name_b"]))) for p in pairs}) == len(pairs)
    assert sum(not pair["same"] for pair in pairs) >= 150


def test_precision_in_the_whole_catalogs(pairs, data_folder, capsys):
    stations = read_records(data_folder / "stations" / "stations.jsonl.gz")
    catalogs = radio_clusters(stations, city_names(data_folder))
    where = _places([cluster for clusters in catalogs.values() for cluster in clusters])
    precision, recall = _measure(pairs, [_merged(where, pair) for pair in pairs], capsys)
    assert precision >= LEAST_PRECISION and recall >= LEAST_RECALL


def test_precision_among_the_labelled_names_alone(pairs, capsys):
    records = [_record(name, country, stream) for pair in pairs for country, name, stream in _sides(pair)]
    where = _places(merge_records(records))
    precision, recall = _measure(pairs, [_merged(where, pair) for pair in pairs], capsys)
    assert precision >= LEAST_PRECISION and recall >= LEAST_RECALL


def _record(name, country="ES", stream="", **metadata):
    return Record(name, metadata={"country": country, "stream": stream, **metadata})


def _clusters(*records):
    return sorted(sorted(group.name for group in c.groups) for c in merge_records(records))


STREAM = "http://radio.example:8000/live"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SWR3", "SWR3 Rock"),
        ("Cadena SER", "Cadena SER +"),
        ("Deutschlandfunk", "Deutschlandfunk Nova Jazz"),
        ("NDR 1", "NDR 2"),
        ("Radio Eins", "Radio Zwei"),
        ("SER Segovia", "SER Henares"),
        ("Absolute 80s", "Absolute 90s"),
        ("Bremen Eins", "Bremen Zwei"),
        ("🕺", "📻"),
        ("99.5", "FM 101.2"),
    ],
)
def test_families_stay_apart_even_on_one_stream(one, other):
    assert len(_clusters(_record(one, stream=STREAM), _record(other, stream=STREAM))) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Radio Más", "RADIO MAS"),
        ("LOS40", "Los 40"),
        ("Europa FM", "Europa"),
        ("Radio Marina 100.3", "Ràdio Marina"),
        ("Rock & Folk FM", "Rock&Folk"),
        ("KISS FM 102.7", "Kiss FM"),
    ],
)
def test_one_name_is_one_station_up_to_spacing_accents_fm_and_frequency(one, other):
    assert (
        len(_clusters(_record(one, stream="http://a.example/1"), _record(other, stream="http://b.example/2")))
        == 1
    )


def test_two_frequencies_are_two_stations():
    names = ("Radio Sol 99.5", "Radio Sol 101.2")
    assert len(_clusters(*(_record(n, stream=f"http://a.example/{i}") for i, n in enumerate(names)))) == 2


def test_a_name_without_frequency_joins_neither_of_two():
    names = ("Radio Sol 99.5", "Radio Sol", "Radio Sol 101.2")
    assert len(_clusters(*(_record(n, stream=f"http://a.example/{i}") for i, n in enumerate(names)))) == 3


def test_a_common_home_page_is_no_evidence():
    page = "https://www.cope.example/"
    a = _record("COPE Madrid", stream="http://a.example/1", homepage=page)
    assert len(_clusters(a, _record("COPE", stream="http://a.example/2", homepage=page))) == 2


def test_names_in_other_scripts_do_not_fall_together():
    names = ("إذاعة الشرق", "美国中文电台", "希望之聲", "♥", "☆")
    assert len(_clusters(*(_record(name, stream=STREAM) for name in names))) == len(names)


def test_one_stream_of_many_towns_keeps_the_towns_apart():
    towns = ("Segovia", "Huelva", "Toledo", "Lugo")
    records = [
        _record("Onda Norte", stream=STREAM),
        *(_record(f"Onda Norte {t}", stream=STREAM) for t in towns),
    ]
    assert len(_clusters(*records)) == 5


def test_countries_stay_apart_but_for_one_name_on_one_stream():
    apart = (
        _record("Radio Nova", "FR", "http://a.example/1"),
        _record("Radio Nova", "BE", "http://b.example/2"),
    )
    (mirrored,) = merge_records([_record("Heart", "GB", STREAM), _record("Heart", "IE", STREAM)])
    assert len(merge_records(apart)) == 2
    assert mirrored.countries == ("GB", "IE")


def test_call_signs_take_city_and_state():
    a, b = "WSIU 91.9 Carbondale, IL", "WSIU"
    assert len(_clusters(_record(a, "US", "http://a.example/1"), _record(b, "US", "http://b.example/2"))) == 1
    assert len(_clusters(_record("WAMC HD2", "US", STREAM), _record("WAMC", "US", STREAM))) == 2


def test_the_order_of_rows_changes_nothing():
    names = ("SER León", "Cadena SER Radio León 92.6", "Cadena Ser - Radio León", "SER", "Cadena SER")
    records = [_record(name, stream=STREAM) for name in names]
    first = _clusters(*records)
    for order in random.Random(1).sample(list(permutations(records)), 20):
        assert _clusters(*order) == first


def _corrected(*corrections):
    names = ("Cadena SER", "SER", "Radio Madrid")
    records = [_record(name, stream=STREAM) for name in names]
    found = [NameCorrection(("ES", a), ("ES", b), same) for a, b, same in corrections]
    return sorted(sorted(g.name for g in c.groups) for c in merge_records(records, corrections=found))


def test_corrections_always_win():
    assert _corrected() == [["Cadena SER", "SER"], ["Radio Madrid"]]
    assert _corrected(("SER", "Cadena SER", False)) == [["Cadena SER"], ["Radio Madrid"], ["SER"]]
    assert _corrected(("SER", "Radio Madrid", True)) == [["Cadena SER", "Radio Madrid", "SER"]]
    apart = (("SER", "Radio Madrid", True), ("Cadena SER", "Radio Madrid", False))
    assert _corrected(*apart) == [["Cadena SER"], ["Radio Madrid", "SER"]]
    assert _corrected(("SER", "Nobody", True)) == _corrected()


def test_corrections_are_read_with_cleaned_names(tmp_path):
    file = tmp_path / "c.jsonl"
    file.write_text('{"country": "ES", "name_a": "SER (128k)", "name_b": "Cadena SER", "same": false}\n')
    assert read_name_corrections(file) == [NameCorrection(("ES", "SER"), ("ES", "Cadena SER"), False)]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "row 1: not JSON"),
        ("[]", "row 1: expected .* found list"),
        ('{"country": "ES", "name_a": "x", "same": true}', "column 'name_b': expected text, found None"),
        ('{"country": "ES", "name_a": "x", "name_b": "y", "same": 1}', "expected true or false, found 1"),
        (
            '{"country": "ES", "name_a": "x", "name_b": "y", "same": true}\n'
            '{"country": "ES", "name_a": "y", "name_b": "x", "same": false}',
            "row 2: 'ES y' and 'ES x' are said to differ, but by row 1",
        ),
    ],
)
def test_unusable_corrections_name_file_and_row(tmp_path, text, part):
    file = tmp_path / "c.jsonl"
    file.write_text(text)
    with pytest.raises(CatalogError, match=part) as caught:
        read_name_corrections(file)
    assert "c.jsonl" in str(caught.value)
