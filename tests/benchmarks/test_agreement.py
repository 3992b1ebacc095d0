"""What the benchmark of agreement counts as equal, and what it says of answers that are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import ENTITIES, make_bundle

from benchmarks.lib.agreement_jobs import Asked, Job
from benchmarks.runtimes import agreement
from benchmarks.runtimes.agreement import (
    PARTS,
    PythonRuntime,
    cause,
    compared,
    different_parts,
    summed,
    table,
)
from edge_er.bundle.bundle import write_bundle

ANSWER = {"ids": ["a", "b"], "decision": "match", "tied": 1, "confidence": 0.5, "vector": [3, -4]}
OTHERS = {
    "first": {"ids": ["b", "a"]},
    "decision": {"decision": "no_match"},
    "confidence": {"confidence": 0.500002},
    "tied": {"tied": 2},
    "top 5": {"ids": ["a", "c"]},
}


def test_every_part_is_compared() -> None:
    assert different_parts(ANSWER, {**ANSWER, "confidence": 0.5000009, "vector": [0, 0]}) == []
    assert list(OTHERS) == list(PARTS)
    for part, change in OTHERS.items():
        found = different_parts(ANSWER, {**ANSWER, **change})
        assert part in found
        assert found == [part] or (part, found) == ("first", ["first", "top 5"])


@pytest.mark.parametrize(
    ("vector", "answered", "said"),
    [
        ([3, -4], None, "the vectors are the same"),
        ([3, -5], "other", "one value of the vector rounds the other way"),
        ([4, -5], "other", "2 values of the vector round the other way"),
        ([3, -5], "own", "one value of the vector rounds the other way, and still other: tied"),
        ([3, -6], "other", "a value of the vector is off by 2"),
    ],
)
def test_the_cause_is_tried(vector: list[int], answered: str | None, said: str) -> None:
    other = {**ANSWER, "tied": 2, "vector": vector}
    assert cause(ANSWER, other, lambda _: other if answered == "other" else ANSWER) == said


def test_a_job_is_compared_and_written_without_its_text(
    encoder_files: dict[str, bytes], tmp_path: Path
) -> None:
    write_bundle(tmp_path / "tiny", make_bundle(ENTITIES, encoder_files))
    requests = (Asked(4, "pon la cadena ser", False), Asked(7, "los cuarenta", True))
    job = Job("cases", "tiny_es", tmp_path / "tiny", requests)
    python = PythonRuntime(job.bundle)
    own = [python.answer(asked) for asked in requests]
    assert own[0]["ids"][0] == "es-1"
    assert [python.answer_by(asked, one["vector"]) for asked, one in zip(requests, own, strict=True)] == own
    report = compared(job, {"java": own, "javascript": [own[0], {**own[1], "tied": 9}]})
    assert report["runtimes"]["java"]["equal"] == report["rows"] == 2
    assert report["runtimes"]["javascript"] == {
        **dict.fromkeys(PARTS, 2), "equal": 1, "tied": 1, "vector": 2, "largest_confidence_difference": 0.0
    }  # fmt: skip
    (difference,) = report["differences"]
    assert (difference["row"], difference["runtime"], difference["differs"]) == (7, "javascript", ["tied"])
    groups = summed([("cases", report), ("cases", report)])
    text = table(groups)
    assert "| all | javascript | 4 | 2 |" in text
    assert "| javascript | the vectors are the same | tied | 2 |" in text
    assert "cuarenta" not in str(groups)


def test_jobs_are_written_for_each_runtime(tmp_path: Path) -> None:
    jobs = [Job("cases", "one", tmp_path / "b", (Asked(0, "größer", True),))]
    kept, lists = agreement.write_jobs(iter(jobs), tmp_path)
    assert kept == jobs
    assert set(lists) == set(agreement.ASK)
    written = (tmp_path / "0.requests.jsonl").read_text(encoding="utf-8")
    assert written.strip() == '{"query": "gr\\u00f6\\u00dfer", "typed": true}'
    for runtime, file in lists.items():
        assert f'"answers": "{agreement.answer_file(tmp_path, 0, runtime)}"' in file.read_text("utf-8")
