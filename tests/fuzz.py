"""Look for files that break something: changed bundles, deltas and personal files, for so many seconds.

    python tests/fuzz.py --seconds 30                 # Python alone, as the CI does
    python tests/fuzz.py --seconds 3600 --runtimes    # JavaScript and Java too; the long run

Every file is changed in one place and sealed again (`mutations.py`). It must be refused by an error of the package, or
be answered. What breaks is printed as a row for `tests/corpus/changes.jsonl`, and the exit code is 1. `--seed` repeats
a run.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from mutations import (  # noqa: E402
    MISSING,
    ROWS,
    VALUES,
    WEIGHTS,
    attempt,
    contents,
    mutated_deltas,
    mutated_entries,
    parsed,
    places,
    with_change,
    written,
)
from tiny import ENTITIES, make_bundle, make_encoder_files  # noqa: E402

from catalog_tools.build.build import build_bundle  # noqa: E402
from catalog_tools.build.delta import make_delta  # noqa: E402
from edge_er.bundle.bundle import read_bundle, write_bundle  # noqa: E402
from edge_er.bundle.delta import apply_delta  # noqa: E402
from edge_er.errors import EdgeERError  # noqa: E402
from edge_er.resolver import EntityResolver  # noqa: E402

AT_ONCE = 100  # bundles for the other runtimes


def changes(files: dict[str, bytes], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Changes without end, as rows of the corpus."""
    known = {name: list(places(parsed(files, name))) for name in files if name != "encoder.onnx"}
    while True:
        name = chance.choice(list(known))
        row: dict[str, Any] = {"file": name, "path": list(chance.choice(known[name]))}
        value = chance.choice(VALUES)
        if value is not MISSING or not row["path"]:
            row["value"] = None if value is MISSING else value
        yield row


def changed_bundle(files: dict[str, bytes], row: dict[str, Any]) -> dict[str, bytes] | None:
    """The bundle of a row; None where no such file can be written."""
    try:
        return with_change(files, row["file"], tuple(row["path"]), row.get("value", MISSING))
    except (TypeError, AttributeError):
        return None


def fuzz_bundles(work: Path, until: float, chance: random.Random) -> Iterator[tuple[str, str]]:
    """What bundles end in: "answered", "refused", or "broken" with a row of the corpus."""
    base = make_bundle(ENTITIES, make_encoder_files()).with_manifest(rerank=WEIGHTS)
    write_bundle(work / "base", base)
    files = contents(work / "base")
    for row in changes(files, chance):
        if time.monotonic() > until:
            return
        if (other := changed_bundle(files, row)) is not None:
            try:
                yield attempt(written(work / "changed", other)), ""
            except Exception as error:
                yield "broken", json.dumps({**row, "was": repr(error)[:100]})


def fuzz_others(work: Path, chance: random.Random) -> Iterator[tuple[str, str]]:
    """What deltas and personal files end in."""
    write_bundle(work / "new", make_bundle(ENTITIES[2:], make_encoder_files()))
    delta, whole = make_delta(work / "base", work / "new", work / "a.delta").path, contents(work / "base")
    for what, data in mutated_deltas(delta, 150, chance.randrange(1 << 30)):
        (work / "b.delta").write_bytes(data)
        try:
            apply_delta(written(work / "changed", whole), work / "b.delta")
            yield "applied", ""
        except EdgeERError:
            yield "refused", ""
        except Exception as error:
            yield "broken", f"delta: {what}: {error!r}"
    resolver = EntityResolver.load(work / "base")
    for what, data in mutated_entries(ROWS, 150, chance.randrange(1 << 30)):
        (work / "mine.jsonl").write_bytes(data)
        try:
            resolver.with_entries(work / "mine.jsonl").resolve("call mum")
            yield "answered", ""
        except EdgeERError:
            yield "refused", ""
        except Exception as error:
            yield "broken", f"personal file: {what}: {error!r}"


def fuzz_runtimes(work: Path, until: float, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The same in JavaScript and Java, many bundles at once."""
    from android_demo.java_core import CORE, compile_core, compile_java, run_java
    from web_demo.assemble import assemble

    assemble(work / "web", [])
    core = compile_core(work / "core")
    compile_java([CORE / "test" / "java" / "edgeer" / "Corpus.java"], work / "tests", [core], release=8)
    build_bundle(ENTITIES, work / "real", "es", budget=None, name="tiny_es")
    write_bundle(work / "real", read_bundle(work / "real").with_manifest(rerank=WEIGHTS), None)
    files = contents(work / "real")
    rows = changes(files, chance)
    while time.monotonic() < until:
        chosen = [
            (row, other)
            for row in (next(rows) for _ in range(AT_ONCE))
            if (other := changed_bundle(files, row))
        ]
        for number, (_, other) in enumerate(chosen):
            written(work / "many" / f"{number:03}", other)
        script = ROOT / "tests" / "web" / "corpus_node.mjs"
        node = subprocess.run(
            ["node", script, work / "web", work / "many"], capture_output=True, text=True, check=True
        )
        java = run_java([work / "tests", core], "edgeer.Corpus", str(work / "many"))
        said = {
            name: (each["error"], each.get("ours", True)) for name, each in json.loads(node.stdout).items()
        }
        told = {line.split("\t")[0]: tuple(line.split("\t")[1:]) for line in java.stdout.splitlines()}
        for number, (row, _) in enumerate(chosen):
            name = f"{number:03}"
            for runtime, error, ours in (
                ("JavaScript", *said[name]),
                ("Java", told[name][0], told[name][1] == "true"),
            ):
                broken = bool(error) and not ours
                yield (
                    ("broken", json.dumps({**row, "was": f"{runtime}: {error[:100]}"}))
                    if broken
                    else (runtime, "")
                )


def main() -> int:
    """Run for so many seconds; 1 if anything broke."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--runtimes", action="store_true", help="JavaScript and Java too, half of the time")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    chance, began, counts = random.Random(seed), time.monotonic(), Counter[str]()
    share = 0.5 if given.runtimes else 1.0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        runs = [fuzz_bundles(work, began + share * given.seconds, chance), fuzz_others(work, chance)]
        if given.runtimes:
            runs.append(fuzz_runtimes(work, began + given.seconds, chance))
        for run in runs:
            for verdict, what in run:
                counts[verdict] += 1
                if verdict == "broken":
                    print(what, flush=True)
    print(f"seed {seed}: " + ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(counts.items())))
    return 1 if counts["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
