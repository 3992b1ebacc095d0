"""A recipe with catalogs, speech and requests of its own: what is trained on, what the gate asks, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog_tools.language.name_split import name_cluster
from edge_er.errors import EdgeERError
from edge_er.text.canonical import canonical_text
from edge_er.training.data.dev import gate_tasks
from edge_er.training.data.own_data import read_own
from edge_er.training.data.pool import data_folder, load_pool
from edge_er.training.settings import DataSettings

TOOLS = [
    f"{size} {tool}" for size in ("Small", "Large", "Heavy") for tool in ("Drill", "Saw", "Lamp", "Sander")
]
LOCALE = 'language = "pt"\n[carriers]\nphrases = ["toca {}", "quero {}"]\n'


def lines(file: Path, rows: list[Mapping[str, Any]]) -> str:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(file)


def heard(name: str, split: str = "train", lang: str = "en") -> Mapping[str, Any]:
    """A row as edge-er voice writes it without --domain, for a record without a country."""
    row = {
        "split": split,
        "lang": lang,
        "domain": None,
        "country": None,
        "entity": name,
        "carrier": "play {}",
    }
    return {**row, "text": f"play {name}", "asr": f"pray {name}", "asr_noisy": f"pay {name}"}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    catalog = lines(tmp_path / "tools.jsonl", [{"name": name} for name in TOOLS])
    return {
        "cache": str(tmp_path / "pool"),
        "requests": 300,
        "languages": ["en"],
        "catalogs": {"tool": catalog},
        "voice_share": 0.0,
    }


def test_names_of_own_catalogs_are_asked_for_without_a_data_folder(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDGE_ER_DATA", str(tmp_path / "nowhere"))
    data = DataSettings(**settings)
    pool = load_pool(data_folder(data), data)
    assert len(pool.queries) == 300
    assert set(pool.names) < {canonical_text(name) for name in TOOLS}
    (task,) = gate_tasks(data_folder(data), data)
    asked = {task.names[place] for place in task.gold}
    assert asked and not asked & set(pool.names)
    assert asked | set(pool.names) == set(task.names)


def test_what_edge_er_voice_wrote_is_trained_on_and_asked_at_the_gate(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    rows = [heard(name, "dev" if "Saw" in name else "train") for name in TOOLS]
    voice = lines(tmp_path / "voice.jsonl", [*rows, heard("Klein Ding", "train", "de")])
    data = DataSettings(**{**settings, "voice": [voice], "voice_share": 1.0})
    pool = load_pool(Path(), data)
    assert {query.split()[0] for query in pool.queries} >= {"pray", "pay", "play"}
    assert not any("saw" in name for name in pool.names)
    (task,) = gate_tasks(Path(), data)
    assert sorted(task.queries) == sorted(
        text for row in rows if row["split"] == "dev" for text in (row["text"], row["asr"], row["asr_noisy"])
    )
    assert {task.names[place] for place in task.gold} == {"small saw", "large saw", "heavy saw"}


def test_requests_that_were_collected_are_split_by_name(settings: dict[str, Any], tmp_path: Path) -> None:
    rows = [{"query": f"that {name} thing", "entity": name} for name in TOOLS]
    asked = lines(tmp_path / "asked.jsonl", [*rows, {"query": "a boat", "entity": "Boat"}])
    own = read_own(DataSettings(**{**settings, "asked": [asked], "dev_share": 0.3}))
    gate, trained = ({name_cluster(each.entity) for each in part} for part in (own.dev, own.sources.said))
    assert gate and trained and not gate & trained
    assert len(own.dev) + len(own.sources.said) == len(TOOLS)
    assert not gate & {name_cluster(name.text) for name in own.sources.names["tool", "en"]}


def test_a_language_of_a_locale_file(settings: dict[str, Any], tmp_path: Path) -> None:
    locale = tmp_path / "pt.toml"
    locale.write_text(LOCALE, encoding="utf-8")
    data = DataSettings(**{**settings, "languages": ["pt"], "locales": [str(locale)]})
    pool = load_pool(Path(), data)
    assert any(query.startswith(("toca ", "quero ")) for query in pool.queries)
    with pytest.raises(EdgeERError, match="unknown language 'pt'"):
        load_pool(Path(), DataSettings(**{**settings, "languages": ["pt"]}))


@pytest.mark.parametrize("which", ["tools.jsonl", "asked.jsonl", "voice.jsonl", "pt.toml"])
def test_another_content_of_an_own_file_gives_another_pool(
    settings: dict[str, Any], tmp_path: Path, which: str
) -> None:
    (tmp_path / "pt.toml").write_text(LOCALE, encoding="utf-8")
    asked = lines(tmp_path / "asked.jsonl", [{"query": f"a {name}", "entity": name} for name in TOOLS])
    voice = lines(tmp_path / "voice.jsonl", [heard(name) for name in TOOLS])
    more = {"locales": [str(tmp_path / "pt.toml")], "asked": [asked], "voice": [voice], "voice_share": 0.5}
    data = DataSettings(**{**settings, **more})
    load_pool(Path(), data)
    load_pool(Path(), data)
    assert len(list((tmp_path / "pool").glob("*.parquet"))) == 1
    file = tmp_path / which
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    if which != "tools.jsonl" and which.endswith("jsonl"):
        file.write_text(file.read_text(encoding="utf-8").replace("Drill", "drill"), encoding="utf-8")
        file.write_text(file.read_text(encoding="utf-8").strip() + "\n", encoding="utf-8")
    load_pool(Path(), data)
    assert len(list((tmp_path / "pool").glob("*.parquet"))) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"voice_share": 0.5}, "voice_share: expected 0 where there are no spoken or collected requests"),
        ({"catalogs": {"tool": "no-such.csv"}}, "no-such.csv"),
        ({"asked": ["no-such.jsonl"]}, "no-such.jsonl"),
        ({"voice": ["no-such.jsonl"]}, "no-such.jsonl: no such file"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(EdgeERError, match=message):
        load_pool(Path(), DataSettings(**{**settings, **change}))


def test_wrong_rows_are_named(settings: dict[str, Any], tmp_path: Path) -> None:
    voice = lines(tmp_path / "voice.jsonl", [heard("Small Saw"), {"entity": "Small Saw"}])
    with pytest.raises(EdgeERError, match=r"voice\.jsonl, row 2: expected a row of edge-er voice"):
        load_pool(Path(), DataSettings(**{**settings, "voice": [voice]}))
    (tmp_path / "voice.jsonl").write_text('{"a": 1}\nnot json\n', encoding="utf-8")
    with pytest.raises(EdgeERError, match=r"voice\.jsonl, row"):
        load_pool(Path(), DataSettings(**{**settings, "voice": [voice]}))
    asked = lines(tmp_path / "asked.jsonl", [{"query": "a boat", "entity": "Boat"}])
    with pytest.raises(EdgeERError, match="no request for a name of the catalogs"):
        load_pool(Path(), DataSettings(**{**settings, "asked": [asked]}))


def test_rows_of_edge_er_voice_without_domain_and_country_ask_at_the_gate_of_a_data_folder(
    tmp_path: Path,
) -> None:
    from tiny_data import write_rows

    from edge_er.training.data.dev import dev_tasks

    write_rows(tmp_path / "stations" / "stations.jsonl.gz", [{"country": "GB", "name": "Radio X"}])
    rows = [heard("Small Saw", "dev"), heard("Klein Ding", "dev", "de"), heard("Big Lamp", "train")]
    write_rows(tmp_path / "voice" / "voice.jsonl.gz", rows)
    tasks = {task.lang: task for task in dev_tasks(tmp_path, ["en", "de"])}
    assert tasks["en"].names == ["radio x", "small saw"]
    assert tasks["en"].queries == ["play Small Saw", "pray Small Saw", "pay Small Saw"]
    assert tasks["de"].names == ["klein ding"]
