"""The benchmarks of duplicate records, on small made sets."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest
from tiny import require_packages

require_packages("matplotlib", "sklearn", "rapidfuzz")

from benchmarks.cost import record_scale  # noqa: E402
from benchmarks.lib.record_sets import PUBLISHED, SETS, read_set  # noqa: E402
from benchmarks.product import record_pairs  # noqa: E402
from catalog_tools.records import fits, learning  # noqa: E402

WORDS = ("amber", "river", "stone", "golden", "winter", "harvest", "copper", "maple")


def _side(name: str, brewery: str) -> str:
    return f"COL Beer_Name VAL {name} COL Brew_Factory_Name VAL {brewery} COL Style VAL Ale COL ABV VAL 5 % "


def _archive(folder: Path) -> None:
    """Forty beers twice: one pair a beer that is the same, one that is not, in all three parts."""
    lines = []
    for number in range(40):
        name = f"{WORDS[number % 8]} {WORDS[number // 8]} ale {number}"
        other = f"{WORDS[(number + 3) % 8]} {WORDS[number // 8]} stout {number + 50}"
        lines.append(f"{_side(name, 'One')}\t{_side(name.upper(), 'One Ltd')}\t1")
        lines.append(f"{_side(name, 'One')}\t{_side(other, 'Two')}\t0")
    (folder / "pairs").mkdir()
    with tarfile.open(folder / "pairs" / "ditto_er_magellan_wdc.tar.gz", "w:gz") as files:
        for part, found in (("train", lines[:40]), ("valid", lines[40:60]), ("test", lines[60:])):
            text = ("\n".join(found) + "\n").encode()
            entry = tarfile.TarInfo(f"data/er_magellan/Structured/Beer/{part}.txt")
            entry.size = len(text)
            files.addfile(entry, io.BytesIO(text))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    _archive(folder)
    (folder / "entities").mkdir()
    for name, rows in (
        ("media_entities", [f"{one} {other}" for one in WORDS for other in WORDS]),
        ("cities", ("Lugo", "Leon", "Lyon")),
    ):
        with gzip.open(folder / "entities" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps({"name": row}) + "\n" for row in rows)
    return folder


def test_a_set_is_read_with_equal_records_once(folder: Path) -> None:
    labelled = read_set(folder, "Beer")
    assert len(labelled.records) == 120
    a, b, labels = labelled.pairs["test"]
    assert (len(labels), int(labels.sum())) == (20, 10)
    first = labelled.records[a[0]]
    assert first["Beer_Name"].startswith("winter") or first["Beer_Name"].split()[2] == "ale"
    assert {labelled.records[row]["table"] for row in a} == {"0"}
    assert {labelled.records[row]["table"] for row in b} == {"1"}


def test_a_set_is_measured_and_shown(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_REPEATS", 1)
    monkeypatch.setitem(fits._TREES, "n_estimators", 40)
    cell = record_pairs.measure(folder, "Beer")
    assert cell["learned"]["f1"] > 0.9
    assert cell["blocking"]["pair_completeness"] == 1
    assert 0 <= cell["unsure"] <= 1
    report = {"encoder": None, "sets": {"Beer": cell}}
    assert "0.944" in record_pairs.tables(report)
    record_pairs.plot(report, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5_000


def test_every_set_has_published_figures_and_never_reads_the_answer() -> None:
    assert SETS.keys() == PUBLISHED.keys()
    assert "class" not in SETS["Fodors-Zagats"][1]


def test_the_fields_left_out_hold_the_answer(data_folder: Path) -> None:
    labelled = read_set(data_folder, "Fodors-Zagats")
    for a, b, labels in labelled.pairs.values():
        equal = [
            labelled.records[x]["class"] == labelled.records[y]["class"] for x, y in zip(a, b, strict=True)
        ]
        assert equal == labels.astype(bool).tolist()


def test_a_made_catalog_is_freed_of_its_duplicates(folder: Path) -> None:
    records = record_scale.made_records(folder, 300)
    assert len({record.id for record in records}) == 300
    assert record_scale.made_records(folder, 300) == records
    found = record_scale.measure(folder, 300)
    assert found["precision"] > 0.95
    assert found["recall"] > 0.8
