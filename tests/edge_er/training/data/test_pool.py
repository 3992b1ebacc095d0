"""The pool of training requests is kept for what it was made from: its settings, its data, its code; never for less."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from catalog_tools.build.code_files import modules_of
from edge_er.errors import BuildError, EdgeERError
from edge_er.training.data import pool as data
from edge_er.training.data import pool_key
from edge_er.training.data.pool import DATA_FILES, STATIONS, UTTERANCES, load_pool
from edge_er.training.data.shown import shown
from edge_er.training.settings import DataSettings

COUNTRIES = {
    "DE": "Bayern 1",
    "GB": "Radio X",
    "FR": "France Inter",
    "IT": "Radio Deejay",
    "ES": "Cadena SER",
}


def write(file: Path, rows: list[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_log_says_what_is_made_before_it_is_and_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    parts = shown(iter(range(80)), 80, "making requests")
    assert next(parts) == 0
    assert capsys.readouterr().out == "making requests 0/80\n"
    assert list(parts) == list(range(1, 80))
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("making requests 4/80", "making requests 80/80", 20)
    assert list(shown("ab", 2, "scores")) == ["a", "b"]
    assert capsys.readouterr().out.splitlines() == ["scores 0/2", "scores 1/2", "scores 2/2"]


def _dies(job: Any) -> None:
    os._exit(1)


def _naps(job: Any) -> tuple[list[str], list[str]]:
    time.sleep(0.0 if job.part == 0 else 60.0)
    return [], []


def test_a_process_that_dies_is_told(
    folder: Path, settings: DataSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "CHUNK", 10)
    monkeypatch.setattr(data, "_make", _dies)
    with pytest.raises(BuildError, match="a process that makes training requests died"):
        load_pool(folder, settings)
    assert not list(Path(settings.cache).glob("*"))


def test_who_stops_waits_for_no_process(
    folder: Path, settings: DataSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "CHUNK", 10)
    monkeypatch.setattr(data, "_make", _naps)
    parts = iter(data._parts(folder, settings, "key"))
    assert next(parts) == ([], [])
    children = active_children()
    parts.close()
    end = time.monotonic() + 30
    # A thread of the pool may be the one that is told first.
    while any(child.exitcode is None for child in children):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_damaged_pool_is_named(folder: Path, settings: DataSettings) -> None:
    load_pool(folder, settings)
    (file,) = Path(settings.cache).iterdir()
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(EdgeERError, match=rf"{file}: damaged .*; delete it, and it is made anew"):
        load_pool(folder, settings)


def stations(names: Mapping[str, str]) -> list[Mapping[str, Any]]:
    return [{"name": name, "country": country} for country, name in names.items()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder of five stations."""
    write(tmp_path / "data" / STATIONS, stations(COUNTRIES))
    names = [{"name": "Ann Artist", "lang": "en", "domain": "artist"}]
    write(tmp_path / "data" / data.MEDIA, names)
    write(tmp_path / "data" / data.CITIES, [{"name": "Springfield"}])
    heard = {"lang": "es", "asr": "pon radio sol", "asr_noisy": "pon radio sol", "text": "pon Radio Sol"}
    voice = {"split": "train", "entity": "Radio Sol", "carrier": "pon {}", **heard}
    write(tmp_path / "data" / data.VOICE, [voice])
    said = {"partition": "train", "scenario": "play", "annot_utt": "play [radio_name : x]"}
    for file in UTTERANCES.values():
        write(tmp_path / "data" / file, [said])
    return tmp_path / "data"


@pytest.fixture
def settings(tmp_path: Path) -> DataSettings:
    return DataSettings(cache=str(tmp_path / "pool"), requests=40, domain_weights={"station": 1.0})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the pools that were made and not only read."""
    keys: list[str] = []
    make = data._parts

    def watched(folder: Path, settings: DataSettings, key: str) -> Any:
        keys.append(key)
        return make(folder, settings, key)

    monkeypatch.setattr(data, "_parts", watched)
    return keys


def test_the_same_data_gives_the_same_pool_once(
    folder: Path, settings: DataSettings, made: list[str], tmp_path: Path
) -> None:
    first = load_pool(folder, settings)
    assert len(first.queries) == 40
    assert set(first.names) <= {
        "bayern 1",
        "radio x",
        "france inter",
        "radio deejay",
        "cadena ser",
        "radio sol",
    }
    assert load_pool(folder, settings) == first
    shutil.copytree(folder, tmp_path / "elsewhere")
    assert load_pool(tmp_path / "elsewhere", replace(settings, folder="elsewhere")) == first
    load_pool(folder, replace(settings, held_share=0.5))
    assert len(made) == 1


@pytest.mark.parametrize("name", DATA_FILES)
def test_other_data_gives_another_pool(
    folder: Path, settings: DataSettings, made: list[str], name: str
) -> None:
    load_pool(folder, settings)
    with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    write(folder / name, [{**row, "more": 1} for row in rows])
    load_pool(folder, settings)
    assert len(set(made)) == 2


def test_a_changed_name_is_asked_for(folder: Path, settings: DataSettings) -> None:
    assert "cadena ser" in load_pool(folder, settings).names
    write(folder / STATIONS, stations({**COUNTRIES, "ES": "Onda Cero"}))
    names = load_pool(folder, settings).names
    assert "onda cero" in names
    assert "cadena ser" not in names


def test_other_settings_or_another_order_of_domains_give_another_pool(
    folder: Path, settings: DataSettings, made: list[str]
) -> None:
    weights = {"station": 1.0, "city": 0.0}
    load_pool(folder, settings)
    load_pool(folder, replace(settings, seed=2))
    load_pool(folder, replace(settings, domain_weights=weights))
    load_pool(folder, replace(settings, domain_weights=dict(reversed(weights.items()))))
    assert len(set(made)) == 4


def test_other_code_or_another_table_gives_another_pool(
    folder: Path, settings: DataSettings, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_pool(folder, settings)
    (tmp_path / "code.py").write_text("a = 1", encoding="utf-8")
    monkeypatch.setattr(pool_key, "modules_of", lambda name: {name: tmp_path / "code.py"})
    load_pool(folder, settings)
    (tmp_path / "code.py").write_text("a = 2", encoding="utf-8")
    load_pool(folder, settings)
    monkeypatch.setattr(pool_key, "_tables", lambda: [tmp_path / "code.py"])
    load_pool(folder, settings)
    load_pool(folder, settings)
    assert len(made) == len(set(made)) == 4


def test_the_code_is_all_that_is_imported_and_no_more() -> None:
    modules = {name: file for maker in data._MAKERS[False] for name, file in modules_of(maker).items()}
    made_by = {
        "catalog_tools.language.requests",
        "catalog_tools.language.noise",
        "catalog_tools.language.surface_forms",
        "edge_er.text.canonical",
    }
    assert made_by <= modules.keys()
    assert (
        not {"edge_er.resolver", "edge_er.training.methods.teacher", "catalog_tools.build.build"}
        & modules.keys()
    )
    assert all(file.suffix == ".py" for file in modules.values())
    assert {"unicode.txt", "confusions_es.tsv", "es.toml"} <= {file.name for file in pool_key._tables()}


def test_a_missing_data_file_is_named(folder: Path, settings: DataSettings) -> None:
    (folder / STATIONS).unlink()
    with pytest.raises(
        EdgeERError, match=r"stations\.jsonl\.gz: no such file; training reads the data folder"
    ):
        load_pool(folder, settings)
