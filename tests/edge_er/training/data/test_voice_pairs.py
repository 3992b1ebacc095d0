"""Names spoken by several voices: what the shipped folder holds, and that a wrong row is named."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from tiny import require

from catalog_tools.language.name_split import held_out, name_cluster
from edge_er.errors import EdgeERError
from edge_er.training.data.sources import read_rows
from edge_er.training.data.voice_pairs import FIELDS, voice_pair_rows
from edge_er.training.fit.misrecognition_costs import MOST_TIMES, pairs
from tools.voice_pairs import FOLDER, JOBS, JUDGED_SHARE, RECOGNISERS, judged_names, training_names

MOST_BYTES = 5_000_000
LANGUAGES = {"de", "en", "es", "fr", "it"}
ROW = dict.fromkeys(FIELDS, "x") | {"split": "train"}


def write(file: Path, *rows: dict[str, object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


@pytest.fixture
def spoken() -> Path:
    """models/voice_pairs, which takes hours to make."""
    return require(FOLDER, any(FOLDER.glob("*.jsonl.gz")), "models/voice_pairs: run tools.voice_pairs")


def test_spoken_rows_have_known_voices_and_two_splits(spoken: Path) -> None:
    rows = [row for split in ("train", "dev") for row in voice_pair_rows(spoken, split)]
    assert sum(file.stat().st_size for file in spoken.iterdir()) <= MOST_BYTES
    assert {row["lang"] for row in rows} == LANGUAGES
    assert {(row["lang"], row["voice"]) for row in rows} == {(job.lang, job.name) for job in JOBS}
    assert {row["recogniser"] for row in rows} == set(RECOGNISERS)
    assert all(row["text"] == row["carrier"].replace("{}", row["entity"]) for row in rows)
    assert all(row["asr_nbest"][0] == row["asr"] for row in rows if row["split"] == "dev")
    whole = len(list(read_rows(spoken / "en.jsonl.gz")))
    assert whole == sum(row["lang"] == "en" for row in rows)  # no third split


def test_spoken_names_to_judge_by_are_in_no_row_to_learn_from(spoken: Path) -> None:
    for split, judged in (("train", False), ("dev", True)):
        rows = voice_pair_rows(spoken, split)
        assert all(held_out(name_cluster(row["entity"]), JUDGED_SHARE) == judged for row in rows)


def test_spoken_names_are_none_that_the_data_folder_judges_by(spoken: Path, data_folder: Path) -> None:
    kept = {
        name_cluster(row["entity"])
        for row in read_rows(data_folder / "voice" / "voice.jsonl.gz")
        if row["split"] == "dev"
    }
    for file in (data_folder / "people" / "dev").glob("*.jsonl.gz"):
        kept |= {name_cluster(name) for row in read_rows(file) for name in row["entity"]}
    names = {row["entity"] for split in ("train", "dev") for row in voice_pair_rows(spoken, split)}
    assert len(kept) > 1000
    assert not kept & {name_cluster(name) for name in names}


def test_the_wheel_leaves_the_voices_out() -> None:
    project = (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    wheel = project.partition("[tool.hatch.build.targets.wheel]")[2]
    assert f'"/models/{FOLDER.name}"' in wheel.partition("exclude = ")[2].splitlines()[0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([ROW, {**ROW, "voice": None}], r"en\.jsonl\.gz, row 2: expected a text in voice"),
        ([{"split": "train"}], "row 1: expected a text in voice, recogniser, lang"),
        (None, "no such file"),
    ],
)
def test_a_row_that_lacks_a_field_is_named(
    rows: list[dict[str, object]] | None, told: str, tmp_path: Path
) -> None:
    if rows is not None:
        write(tmp_path / "en.jsonl.gz", *rows)
    with pytest.raises(EdgeERError, match=told):
        list(voice_pair_rows(tmp_path, "train"))


def test_names_to_learn_from_and_to_judge_by_are_apart() -> None:
    rows = [
        {"domain": domain, "entity": f"{domain} {number}", "country": "ES"}
        for domain in ("station", "artist")
        for number in range(400)
    ]
    learned = {entity.name for entity in training_names(rows, 200, "seed")}
    judged = {entity.name for entity in judged_names(rows, "es", 30)}
    assert (len(learned), len(judged)) == (200, 30)
    assert not learned & judged
    assert Counter(name.split()[0] for name in learned) == {"station": 120, "artist": 80}
    assert {name.split()[0] for name in judged} == {"station"}
    assert training_names(rows, 200, "seed") == training_names(rows, 200, "seed")


def test_each_further_voice_counts_alike_and_no_pair_too_often(tmp_path: Path) -> None:
    learned = next(f"n{number}" for number in range(99) if not held_out(f"n{number}", 0.15))
    held = next(f"n{number}" for number in range(99) if held_out(f"n{number}", 0.15))
    row = {**ROW, "lang": "es", "entity": learned, "carrier": "pon {}", "text": f"pon {learned}"}
    write(tmp_path / "voice" / "voice.jsonl.gz", *[row] * 200)
    many, few = {**row, "voice": "many"}, {**row, "voice": "few"}
    unwanted = [{**row, "split": "dev"}, {**row, "entity": held, "text": f"pon {held}"}]
    found = pairs(tmp_path, [*[many] * 50, few, *unwanted])["es"]
    times = Counter(pair.times for pair in found)
    # 50 rows are 100 pairs, and a quarter of the folder's 400 counts as much; two pairs would count 50 times each.
    assert times == {1.0: 400 + 100, MOST_TIMES: 2}
