"""The Java core on this machine's JVM beside Python: the same answers to all requests, Recall@1, time, memory, start.

    python -m benchmarks.runtimes.java_runtime [--head ENCODER_FOLDER] [--classes JAR_OR_FOLDER ...]

All development requests of the five shipped bundles, in three strata, are answered by both. Time is that of the
requests of radio_es as they were recognised, on one thread, after the JIT has compiled (the last of several rounds);
load and first answer are those of fresh JVMs, with nothing compiled yet. `--head` names an encoder folder with a DiPair
head, of which the shipped bundles have none, and times radio_es with it, too. `--classes` runs other classes than the
ones compiled here, such as those of the signed APK turned back into bytecode (`android_demo/test_apk.sh`).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from android_demo.java_core import ANSWER_REQUESTS, compile_core, compile_java, java_release, run_java
from benchmarks.cost.latency import bind_to_one_core
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, markdown_table, write_result
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.locate import find_bundle
from edge_er.encoder.encoder import Encoder, read_encoder_files
from edge_er.encoder.pair_head import form_tokens
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.card import read_card
from edge_er.training.data.voice_requests import station_requests

TIMED_BUNDLE, TIMED_LANG = "radio_es", "es"
ROUNDS = 5
FRESH = 5
ALWAYS = 2**31 - 1
MAIN = "edgeer.AnswerRequests"

Row = dict[str, Any]


def java_answers(
    classes: Sequence[Path], bundle: str, queries: Sequence[str], rounds: int = 1, way: str = "rerank"
) -> tuple[Row, list[Row]]:
    """What Java says of its start, and of each request: id, decision, confidence, us (microseconds)."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.write("\n".join(json.dumps({"query": query}) for query in queries))
        file.flush()
        done = run_java(classes, MAIN, str(find_bundle(bundle)), file.name, str(rounds), way)
    if done.returncode:
        raise RuntimeError(done.stderr)
    start, *rows = (json.loads(line) for line in done.stdout.splitlines())
    return start, rows


def python_answers(resolver: EntityResolver, queries: Sequence[str]) -> list[Row]:
    """The same of Python."""
    answers = resolver.resolve_batch(queries)
    return [
        {
            "id": answer.matches[0].id if answer.matches else None,
            "decision": answer.decision,
            "confidence": answer.matches[0].confidence if answer.matches else 0.0,
        }
        for answer in answers
    ]


def recalls(resolver: EntityResolver, requests: Sequence[Request], rows: Sequence[Row]) -> dict[str, float]:
    """Recall@1 of each stratum; a gold that is not in the catalog is a miss."""
    gold = GoldMap(resolver.entities)
    index_of = {entity.id: index for index, entity in enumerate(resolver.entities)}
    right: dict[str, list[bool]] = {}
    for request, row in zip(requests, rows, strict=True):
        hit = index_of.get(row["id"]) in gold.indices(request)
        right.setdefault(request.stratum, []).append(hit)
    return {stratum: float(np.mean(hit)) for stratum, hit in right.items()}


def compared(classes: Sequence[Path], data: Path, lang: str) -> dict[str, Any]:
    """One language: both runtimes' Recall@1, and how many answers are the same."""
    bundle = f"radio_{lang}"
    resolver = EntityResolver.load(bundle)
    requests = station_requests(data, lang)
    queries = [request.query for request in requests]
    python, (_, java) = python_answers(resolver, queries), java_answers(classes, bundle, queries)
    pairs = list(zip(python, java, strict=True))
    return {
        "requests": len(pairs),
        "same_first": sum(one["id"] == other["id"] for one, other in pairs),
        "same_decision": sum(one["decision"] == other["decision"] for one, other in pairs),
        "largest_confidence_difference": max(
            abs(one["confidence"] - other["confidence"]) for one, other in pairs
        ),
        "recall_at_1": {
            "python": recalls(resolver, requests, python),
            "java": recalls(resolver, requests, java),
        },
    }


def headed_bundle(encoder: Path, out: Path, **weights: int) -> Path:
    """The timed bundle with the encoder and head of a folder, tokens kept; the head counts one unit, so it runs."""
    files = read_encoder_files(encoder)
    shipped = read_bundle(TIMED_BUNDLE)
    forms = [canonical_text(form) for entity in shipped.entities for form in entity.surface_forms]
    tokens = form_tokens(Encoder.load(encoder), forms)
    rerank = {**shipped.manifest["rerank"], "head": 1, **weights}
    manifest = {**shipped.manifest, "rerank": rerank, "golden": []}
    write_bundle(out, replace(shipped, manifest=manifest, encoder_files=files, head_tokens=tokens), None)
    return out


def ways_to_ask(head: Path | None, folder: Path) -> dict[str, tuple[str, str]]:
    """What is timed: name, bundle, and whether all evidence ranks."""
    ways = {"resolve": (TIMED_BUNDLE, "rerank"), "vectors alone": (TIMED_BUNDLE, "dense")}
    if head:
        margin = read_card(head)["rerank"]["head_margin"]
        for name, value in (("in close races", margin), ("always", ALWAYS)):
            bundle = headed_bundle(head, folder / name.replace(" ", "_"), head_margin=value)
            ways[f"resolve, a head asked {name}"] = (str(bundle), "rerank")
    return ways


def timed(classes: Sequence[Path], queries: Sequence[str], bundle: str, way: str) -> dict[str, float]:
    """Milliseconds of one request, and of fresh JVMs."""
    _, rows = java_answers(classes, bundle, queries, ROUNDS, way)
    p50, p90, p99 = np.percentile([row["us"] / 1e3 for row in rows], [50, 90, 99]).tolist()
    cpu = {
        f"cpu_p{part}_ms": float(np.percentile([row["cpu_us"] / 1e3 for row in rows], part))
        for part in (50, 90)
    }
    starts = [java_answers(classes, bundle, queries[:1], 1, way)[0] for _ in range(FRESH)]
    fresh = {name: statistics.median(start[name] for start in starts) for name in starts[0]}
    return {"p50_ms": p50, "p90_ms": p90, "p99_ms": p99, **cpu, **fresh}


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    answers = []
    for lang, row in figures["languages"].items():
        strata = [
            " / ".join(
                f"{row['recall_at_1'][runtime][stratum]:.4f}".lstrip("0") for runtime in ("python", "java")
            )
            for stratum in row["recall_at_1"]["java"]
        ]
        same = [f"{row[name]:,} of {row['requests']:,}" for name in ("same_first", "same_decision")]
        answers.append([f"radio_{lang}", *same, *strata])
    times = [
        [
            name,
            *(f"{row[column]:.2f}" for column in ("p50_ms", "p90_ms", "p99_ms")),
            *(f"{row[column]:.2f}" if column in row else "-" for column in ("cpu_p50_ms", "cpu_p90_ms")),
            *(f"{row[column]:.0f}" for column in ("load_ms", "first_answer_ms")),
            f"{row['memory_bytes'] / 1e6:.1f}",
        ]
        for name, row in figures["time"].items()
    ]
    heading = ["Recall@1, Python / Java", "same first place", "same decision", "text", "asr", "noisy"]
    columns = [
        "one thread, ms",
        "p50",
        "p90",
        "p99",
        "CPU, p50",
        "CPU, p90",
        "load",
        "first answer",
        "MB held",
    ]
    return "\n\n".join(
        [
            f"# The Java core, JDK {figures['jdk']}",
            markdown_table(heading, answers),
            markdown_table(columns, times),
            f"{figures['timed']:,} requests of {TIMED_BUNDLE} as recognised; load and first answer are medians of "
            f"{FRESH} fresh JVMs; held is the heap in use after the first answer. CPU is what the thread "
            "itself worked: not the JIT beside it, and no time in which another process had the core.",
        ]
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--classes", type=Path, nargs="+", help="jar or folder of the core; default: compiled here"
    )
    parser.add_argument("--head", type=Path, help="encoder folder with a head, to be timed with radio_es")
    parser.add_argument("--result", default="java_runtime", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    with tempfile.TemporaryDirectory() as folder:
        core = options.classes or [compile_core(Path(folder) / "core")]
        compile_java(ANSWER_REQUESTS, Path(folder) / "tools", core, release=8)
        classes = [Path(folder) / "tools", *core]
        languages = {lang: compared(classes, data, lang) for lang in LANGUAGES}
        spoken = [each.query for each in station_requests(data, TIMED_LANG) if each.stratum == "asr"]
        random.Random(0).shuffle(spoken)
        bind_to_one_core()
        time = {
            name: timed(classes, spoken, bundle, way)
            for name, (bundle, way) in ways_to_ask(options.head, Path(folder)).items()
        }
    figures = {"jdk": java_release(), "languages": languages, "timed": len(spoken), "time": time}
    write_result("runtimes.java_runtime", options.result, figures, table(figures))
    print(table(figures))


if __name__ == "__main__":
    main()
