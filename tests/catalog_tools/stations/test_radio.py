"""The five radio catalogs and their merge reports."""

import gzip
import json
import re

import pytest

from catalog_tools import build_bundle
from catalog_tools.radio import CATALOG_COUNTRIES, main
from edge_er.text.canonical import canonical_text

MAIN_STATIONS = {
    ("de", "DE"): ("Deutschlandfunk", "Deutschlandfunk Nova", "Deutschlandfunk Kultur", "SWR3", "Bayern 1"),
    ("de", "AT"): ("FM4", "Ö3"),
    ("en", "GB"): ("BBC Radio 4", "BBC Radio 1", "Classic FM"),
    ("en", "US"): ("KIIS FM",),
    ("fr", "FR"): ("France Inter", "France Culture", "RTL", "FIP"),
    ("it", "IT"): ("Radio Deejay", "Rai Radio 1", "RTL 102.5", "Radio 105"),
    ("es", "ES"): ("Cadena SER", "Cadena SER +", "LOS40", "COPE"),
}


@pytest.fixture(scope="module")
def folder(data_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("catalogs")
    main(["--data", str(data_folder), "--out", str(out)])
    return out


def _rows(folder, lang):
    return [json.loads(line) for line in (folder / f"radio_{lang}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("lang", CATALOG_COUNTRIES)
def test_a_catalog_is_complete(folder, lang):
    rows = _rows(folder, lang)
    assert len({row["id"] for row in rows}) == len(rows) > 1000
    assert all(row["country"] in CATALOG_COUNTRIES[lang] and row["streams"] for row in rows)
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


@pytest.mark.parametrize("lang", CATALOG_COUNTRIES)
def test_a_name_belongs_to_one_station_of_a_country(folder, lang):
    owners = {}
    for row in _rows(folder, lang):
        for name in {canonical_text(form) for form in (row["name"], *row.get("aliases", ()))}:
            numbered = re.fullmatch(r"radio \d", name)  # several broadcasters have one
            assert numbered or owners.setdefault((row["country"], name), row["id"]) == row["id"], name


@pytest.mark.parametrize(("lang", "country"), MAIN_STATIONS)
def test_the_plain_name_means_the_main_station(folder, lang, country):
    owner = {}
    for row in _rows(folder, lang):
        if country == row["country"]:
            owner.update({canonical_text(form): row["id"] for form in (row["name"], *row.get("aliases", ()))})
    names = MAIN_STATIONS[lang, country]
    assert len({owner[canonical_text(name)] for name in names}) == len(names)


def test_a_report_explains_every_merge(folder):
    report = json.loads((folder / "merge_reports" / "radio_es.json").read_text("utf-8"))
    doubts = [max(link["doubt"] for link in merge["links"]) for merge in report["merges"]]
    assert doubts == sorted(doubts, reverse=True)
    assert report["listed"] == report["merged_entities"] == len(report["merges"])
    assert sum(len(merge["links"]) for merge in report["merges"]) == sum(report["merges_by_reason"].values())
    assert all(len(merge["links"]) == len(merge["members"]) - 1 for merge in report["merges"])
    page = (folder / "merge_reports" / "radio_es.md").read_text("utf-8")
    assert "| 0.60 | Cadena SER | Cadena SER | SER |" in page
    html = (folder / "merge_reports" / "radio_es.html").read_text("utf-8")
    assert html.count("<article>") == report["listed"]
    assert "http" not in html.replace("http-equiv", "")


def test_the_same_data_give_the_same_bytes(folder, data_folder, tmp_path):
    main(["--data", str(data_folder), "--out", str(tmp_path)])
    for lang in CATALOG_COUNTRIES:
        name = f"radio_{lang}.jsonl"
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_renamed_station_keeps_the_id_of_the_bundle_before(tmp_path, encoder_folder):
    data = tmp_path / "data"
    for run, name in enumerate(("Radio Sol Madrid", "Sol Madrid")):
        (data / "stations").mkdir(parents=True, exist_ok=True)
        rows = [
            {"source": "x", "country": "ES", "name": name, "stream": "http://sol.example/live"},
            {"source": "x", "country": "ES", "name": "Onda Norte", "stream": "http://norte.example/live"},
        ]
        with gzip.open(data / "stations" / "stations.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        out = tmp_path / f"catalogs{run}"
        main(["--data", str(data), "--out", str(out), "--previous", str(tmp_path / "bundles")])
        if run == 0:
            target = tmp_path / "bundles" / "radio_es"
            build_bundle(out / "radio_es.jsonl", target, lang="es", encoder=encoder_folder, budget=None)
    before, after = _rows(tmp_path / "catalogs0", "es"), _rows(tmp_path / "catalogs1", "es")
    assert {row["name"] for row in after} == {"Sol Madrid", "Onda Norte"}
    assert {row["id"] for row in after} == {row["id"] for row in before}
