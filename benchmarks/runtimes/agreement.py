"""Python, its kernels, Java and JavaScript answer the same requests: how many are equal, and why the others are not.

    python -m benchmarks.runtimes.agreement
    python -m benchmarks.runtimes.agreement --sample 50

Requests are all development requests of the shipped bundles (spoken by a machine: as they were meant, as they were
recognised, and with noise), those of people in the five languages, and small situations. Each runtime makes its own
vectors. Answers are equal if the first id, the decision, the number of tied entities and the first five ids are the
same, and the confidence of the first within 0.000001. Where another runtime's vector differs, Python answers with that
vector: if the answer is then the other runtime's, the vector is the cause. Python is the reference engine; `kernels`
is its native one. Needs a JDK and Node.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from android_demo.java_core import CORE, compile_core, compile_java, java_release, run_java
from benchmarks.lib.agreement_jobs import KINDS, Asked, Job, jobs
from benchmarks.lib.built_catalogs import ENCODER
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, markdown_table, write_result
from edge_er import EntityResolver, Resolution
from edge_er.decision.calibration import COMPARED
from edge_er.encoder.encoder import EncodedText
from edge_er.native.library import Engine
from web_demo.assemble import assemble

TOP_K = 5
CLOSE = 1e-6  # confidences that differ by no more are equal
PARTS = ("first", "decision", "confidence", "tied", "top 5")
JAVA_CLASSES = [CORE / "test" / "java" / "edgeer" / f"{name}.java" for name in ("AnswerJobs", "Rows")]

Answer = dict[str, Any]
"""`ids` of the first five, `decision`, `tied`, `confidence` of the first, `vector`."""


class PythonRuntime:
    """Answers of Python for one bundle, by its own vectors or by others."""

    def __init__(self, bundle: Path, engine: Engine = "reference") -> None:
        self._resolver = EntityResolver.load(bundle, engine=engine)

    def answer(self, asked: Asked) -> Answer:
        """The answer to a request."""
        scale = float(self._resolver.manifest["index"]["scale"])
        vector = self._resolver.encoder.encode_text(asked.query, scale).vector
        return _answer(self._resolver.resolve(asked.query, TOP_K, typed=asked.typed), vector.tolist())

    def answer_by(self, asked: Asked, vector: Sequence[int]) -> Answer:
        """The answer where the request had this vector, int8 [dim]."""
        resolver = self._resolver
        scale = float(resolver.manifest["index"]["scale"])
        text: EncodedText = resolver.encoder.encode_text(asked.query, scale)
        texts = [text._replace(vector=np.array(vector, np.int8))]
        catalog, builder = resolver._catalog, resolver._answers
        ranked = catalog.ranked(texts, max(TOP_K, COMPARED))
        needed = builder.needed(None, asked.typed)
        found = builder.resolution(asked.query, catalog, texts, ranked, TOP_K, needed, asked.typed)
        return _answer(found, vector)


def _answer(found: Resolution, vector: Sequence[int]) -> Answer:
    return {
        "ids": [match.id for match in found.matches],
        "decision": found.decision,
        "tied": found.tied,
        "confidence": found.matches[0].confidence if found.matches else 0.0,
        "vector": list(vector),
    }


def different_parts(one: Answer, other: Answer) -> list[str]:
    """Which of `PARTS` differ."""
    same = {
        "first": one["ids"][:1] == other["ids"][:1],
        "decision": one["decision"] == other["decision"],
        "confidence": abs(one["confidence"] - other["confidence"]) <= CLOSE,
        "tied": one["tied"] == other["tied"],
        "top 5": one["ids"] == other["ids"],
    }
    return [part for part in PARTS if not same[part]]


def cause(one: Answer, other: Answer, answer_by: Callable[[Sequence[int]], Answer]) -> str:
    """Why Python's answer and that of another runtime differ; `answer_by` is Python's answer with another vector."""
    values = sum(a != b for a, b in zip(one["vector"], other["vector"], strict=True))
    if not values:
        return "the vectors are the same"
    largest = max(abs(a - b) for a, b in zip(one["vector"], other["vector"], strict=True))
    if largest > 1:
        return f"a value of the vector is off by {largest}"
    rounded = "one value of the vector rounds" if values == 1 else f"{values} values of the vector round"
    left = different_parts(answer_by(other["vector"]), other)
    return f"{rounded} the other way" + (f", and still other: {', '.join(left)}" if left else "")


def write_jobs(asked: Iterable[Job], folder: Path) -> tuple[list[Job], dict[str, Path]]:
    """Write the requests of all jobs to `folder`; the jobs, and the list of each runtime's files."""
    lists: dict[str, list[str]] = {"java": [], "javascript": []}
    kept = list(asked)
    for number, job in enumerate(kept):
        rows = [json.dumps({"query": each.query, "typed": each.typed}) for each in job.requests]
        requests = folder / f"{number}.requests.jsonl"
        requests.write_text("\n".join(rows) + "\n", encoding="utf-8")
        for runtime, lines in lists.items():
            answers = str(answer_file(folder, number, runtime))
            lines.append(
                json.dumps({"bundle": str(job.bundle), "requests": str(requests), "answers": answers})
            )
    for runtime, lines in lists.items():
        (folder / f"{runtime}.jobs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return kept, {runtime: folder / f"{runtime}.jobs.jsonl" for runtime in lists}


def answer_file(folder: Path, number: int, runtime: str) -> Path:
    """Where a runtime writes its answers to a job."""
    return folder / f"{number}.{runtime}.jsonl"


def ask_java(jobs_file: Path, folder: Path) -> None:
    """Java answers all jobs."""
    if java_release() is None:
        sys.exit("error: no JDK (javac) on this machine")
    core = compile_core(folder / "core")
    compile_java(JAVA_CLASSES, folder / "tools", [core], release=8)
    done = run_java([folder / "tools", core], "edgeer.AnswerJobs", str(jobs_file))
    if done.returncode:
        sys.exit(done.stderr)


def ask_javascript(jobs_file: Path, folder: Path) -> None:
    """JavaScript answers all jobs in Node."""
    node = shutil.which("node") or sys.exit("error: Node is not installed")
    assemble(folder / "page", [])
    script = Path(__file__).with_suffix(".mjs")
    done = subprocess.run([node, script, folder / "page", jobs_file], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)


ASK = {"java": ask_java, "javascript": ask_javascript}
KERNELS = "kernels"  # answers in this process


def read_answers(file: Path) -> list[Answer]:
    """The answers of a runtime to one job."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def compared(job: Job, answers: dict[str, list[Answer]]) -> dict[str, Any]:
    """How many answers of each runtime are equal to Python's, and the others with their cause, without their text."""
    python = PythonRuntime(job.bundle)
    own = [python.answer(asked) for asked in job.requests]
    report: dict[str, Any] = {"rows": len(own), "runtimes": {}, "differences": []}
    for runtime, others in answers.items():
        counts, farthest = Counter[str](), 0.0
        for asked, one, other in zip(job.requests, own, others, strict=True):
            farthest = max(farthest, abs(one["confidence"] - other["confidence"]))
            counts["vector"] += one["vector"] == other["vector"]
            parts = different_parts(one, other)
            counts.update(part for part in PARTS if part not in parts)
            counts["equal"] += not parts
            if parts:
                why = cause(one, other, partial(python.answer_by, asked))
                report["differences"].append(
                    {
                        "catalog": job.catalog,
                        "row": asked.row,
                        "runtime": runtime,
                        "differs": parts,
                        "cause": why,
                    }
                )
        report["runtimes"][runtime] = {**counts, "largest_confidence_difference": farthest}
    return report


def summed(reports: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Reports of jobs added up by group."""
    groups: dict[str, dict[str, Any]] = {}
    for name, report in reports:
        group = groups.setdefault(name, {"rows": 0, "runtimes": {}, "differences": []})
        group["rows"] += report["rows"]
        group["differences"] += report["differences"]
        for runtime, counts in report["runtimes"].items():
            there = group["runtimes"].setdefault(runtime, dict.fromkeys(counts, 0))
            for key, value in counts.items():
                there[key] = max(there[key], value) if key.startswith("largest") else there[key] + value
    return groups


def table(groups: dict[str, dict[str, Any]]) -> str:
    """A line for each group and runtime, and all causes."""
    total = summed(("all", group) for group in groups.values())
    lines = [
        [
            name,
            runtime,
            f"{group['rows']:,}",
            *(f"{counts[key]:,}" for key in ("equal", *PARTS, "vector")),
            f"{counts['largest_confidence_difference']:.0e}".replace("0e+00", "0"),
        ]
        for name, group in {**groups, **total}.items()
        for runtime, counts in group["runtimes"].items()
    ]
    heading = ["requests", "runtime", "rows", "equal", *(f"same {part}" for part in PARTS), "same vector"]
    causes = Counter(
        (each["runtime"], each["cause"], ", ".join(each["differs"]))
        for group in groups.values()
        for each in group["differences"]
    )
    why = [[runtime, reason, parts, f"{rows:,}"] for (runtime, reason, parts), rows in causes.most_common()]
    return "\n\n".join(
        [
            "# The same answers from every runtime",
            "Answers of other runtimes beside those of the reference engine. Equal: first id, decision, tied and first "
            "five ids are the same, and the confidence of the first within 0.000001.",
            markdown_table([*heading, "largest difference of confidence"], lines),
            "## Answers that differ",
            markdown_table(["runtime", "cause", "differs", "rows"], why) if why else "None.",
        ]
    )


def main() -> None:
    """Ask, compare and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--encoder", default=ENCODER, help="a shipped encoder or an encoder folder")
    parser.add_argument("--sample", type=int, help="ask so many requests of each catalog at most")
    parser.add_argument("--runtimes", nargs="+", choices=(KERNELS, *ASK), default=[KERNELS, *ASK])
    parser.add_argument("--result", default="agreement", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    wanted = jobs(data, options.kinds, options.languages, options.encoder, options.sample)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        asked, lists = write_jobs(wanted, folder)
        others = [runtime for runtime in ASK if runtime in options.runtimes]
        for runtime in others:
            print(f"{runtime}: {sum(len(job.requests) for job in asked):,} requests", file=sys.stderr)
            ASK[runtime](lists[runtime], folder)
        reports = []
        for number, job in enumerate(asked):
            answers = {runtime: read_answers(answer_file(folder, number, runtime)) for runtime in others}
            if KERNELS in options.runtimes:
                native = PythonRuntime(job.bundle, "native")
                answers[KERNELS] = [native.answer(each) for each in job.requests]
            reports.append((job.group, compared(job, answers)))
            print(f"{job.group}, {job.catalog}: {len(reports[-1][1]['differences'])} differ", file=sys.stderr)
    groups = summed(reports)
    write_result("runtimes.agreement", options.result, {"groups": groups}, table(groups))
    print(table(groups))


if __name__ == "__main__":
    main()
