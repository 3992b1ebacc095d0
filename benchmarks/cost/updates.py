"""Small steps in a large catalog: an update of 100 entities in 10,000, its delta, and writers killed with SIGKILL.

    python -m benchmarks.cost.updates
    python -m benchmarks.cost.updates --kills 0        # without the killed writers

The catalog is made of the stations of the shipped bundles, with their aliases, tags and stream addresses. Half of the
hundred are new, thirty are changed, twenty go. The bytes of the updated bundle, and those of the base with the delta
applied, are compared with a full build. Writers are killed at random moments between the first file they open and
some time after the last; what lies there then must be the old bundle or the new one, to the byte.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import markdown_table, write_result
from catalog_tools.build.build import build_bundle
from catalog_tools.build.delta import make_delta
from catalog_tools.build.update import update_bundle
from edge_er.bundle.bundle import find_bundle, read_bundle, read_files
from edge_er.bundle.delta import apply_delta, rollback
from edge_er.bundle.entity import Entity
from edge_er.bundle.personal_file import read_entries, write_entries

ENTITIES, NEW, CHANGED, GONE = 10_000, 50, 30, 20
LANG = "en"
KILLS = 200
SMALL = 400  # entities of the bundles whose writers are killed
LATER = 1.2  # a writer is killed up to this many times the usual duration of its write after it began

WRITER = """
import sys
{imports}
{rehearsal}
announced = False
def tell(event, arguments):
    global announced
    if not announced and event in ("tempfile.mkstemp", "tempfile.mkdtemp"):
        announced = True
        print("writing", flush=True)
sys.addaudithook(tell)
{write}
print("done", flush=True)
"""
UPDATE = {
    "imports": "from catalog_tools.build.update import update_bundle",
    "rehearsal": "",
    "write": "update_bundle(sys.argv[1], add=sys.argv[2], measure=False)",
}
APPLY = {
    "imports": "from edge_er.bundle.delta import apply_delta",
    "rehearsal": "",
    "write": "apply_delta(sys.argv[1], sys.argv[2])",
}
SAVE = {
    "imports": "from edge_er.bundle.personal_file import read_entries, write_entries",
    "rehearsal": "entries = read_entries(sys.argv[2])",
    "write": "write_entries(sys.argv[1], *entries)",
}


def stations(count: int) -> list[Entity]:
    """Entities of the shipped bundles without generated forms, in an order of chance."""
    entities = [
        replace(entity, spoken=())
        for lang in ("de", "en", "es", "fr", "it")
        for entity in read_bundle(f"radio_{lang}").entities
    ]
    distinct = list({entity.id: entity for entity in entities}.values())
    random.Random(4).shuffle(distinct)
    if len(distinct) < count:
        sys.exit(f"the shipped bundles have {len(distinct):,} stations; {count:,} are needed")
    return distinct[:count]


def timed(step: Callable[[], Any]) -> tuple[Any, float]:
    """What a step gives, and its seconds."""
    start = time.perf_counter()
    result = step()
    return result, time.perf_counter() - start


def catalog() -> tuple[list[Entity], list[Entity], list[str], list[Entity]]:
    """The entities of the base; of an update those that change, the ids of those that go, and those that are new."""
    known = stations(ENTITIES + NEW)
    first, new = known[:ENTITIES], known[ENTITIES:]
    changed = [
        replace(entity, aliases=(*entity.aliases, f"{entity.name} live")) for entity in first[:CHANGED]
    ]
    return first, changed, [entity.id for entity in first[CHANGED : CHANGED + GONE]], new


def steps(folder: Path, measure: bool) -> dict[str, Any]:
    """Times, sizes and equality of one update and its delta."""
    first, changed, gone, new = catalog()
    final = [*changed, *first[CHANGED + GONE :], *new]
    base, device, full = folder / "base", folder / "device", folder / "full"
    options: dict[str, Any] = {"lang": LANG, "budget": None, "name": "stations", "measure": measure}
    _, seconds_base = timed(lambda: build_bundle(first, base, **options))
    shutil.copytree(base, device)
    updated, seconds_update = timed(
        lambda: update_bundle(base, [*changed, *new], gone, out=folder / "updated")
    )
    _, seconds_full = timed(lambda: build_bundle(final, full, **options))
    delta, seconds_delta = timed(lambda: make_delta(base, full, folder / "delta"))
    _, seconds_apply = timed(lambda: apply_delta(device, delta.path))
    whole = read_files(full)
    equal = {
        "update": read_files(folder / "updated") == whole,
        "base with the delta": read_files(device) == whole,
    }
    _, seconds_rollback = timed(lambda: rollback(device))
    equal["rolled back"] = read_files(device) == read_files(base)
    manifest = updated.built.manifest
    one = update_bundle(base, new[:1], out=folder / "one")
    return {
        "measured": measure,
        "counts": {"base": read_bundle(base).manifest["counts"], "result": manifest["counts"]},
        "changed": {
            "added": len(updated.added),
            "replaced": len(updated.replaced),
            "removed": len(updated.removed),
        },
        "seconds": {
            "full build of the base": seconds_base,
            "full build of the result": seconds_full,
            "update": seconds_update,
            "delta": seconds_delta,
            "apply": seconds_apply,
            "rollback": seconds_rollback,
        },
        "bytes": {
            "result": delta.result_bytes,
            "delta": delta.size_bytes,
            "delta of one new entity": make_delta(base, one.built.path, folder / "delta-1").size_bytes,
        },
        "equal": equal,
    }


def killed(program: dict[str, str], arguments: Sequence[Path], after: float) -> bool:
    """Run a writer and kill it some seconds after it began to write; whether it was still running."""
    command = [sys.executable, "-c", WRITER.format(**program), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        if writer.stdout.readline() != b"writing\n":
            sys.exit(f"the writer did not write: {' '.join(command[-2:])}")
        time.sleep(after)
        running = writer.poll() is None
        writer.kill()
    return running


def duration(program: dict[str, str], arguments: Sequence[Path]) -> float:
    """Seconds from the first file a writer opens to the end of its write."""
    command = [sys.executable, "-c", WRITER.format(**program), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        start = time.perf_counter()
        writer.stdout.readline()
        return time.perf_counter() - start


def kills(folder: Path, count: int) -> list[dict[str, Any]]:
    """How often the old and the new were found after a writer was killed, for each way to write."""
    old, new = stations(SMALL + 4)[:SMALL], stations(SMALL + 4)[SMALL:]
    write_entries(folder / "new.jsonl", new, {})
    ways: list[tuple[str, dict[str, str], Path, Path, Callable[[Path], Any]]] = []
    for kind, suffix in (("directory", ""), ("zip", ".zip")):
        base, result = folder / f"base{suffix}", folder / f"result{suffix}"
        build_bundle(old, base, LANG, budget=None, name="stations")
        update_bundle(base, folder / "new.jsonl", out=result)
        delta = make_delta(base, result, folder / f"{kind}.delta").path
        read = lambda path: read_files(find_bundle(path))  # noqa: E731
        ways.append((f"update, {kind}", UPDATE, base, folder / "new.jsonl", read))
        ways.append((f"apply, {kind}", APPLY, base, delta, read))
    write_entries(folder / "mine.jsonl", old, {})
    ways.append(("save own entries", SAVE, folder / "mine.jsonl", folder / "new.jsonl", read_entries))
    chance = random.Random(9)
    share, more = divmod(count, len(ways))
    return [
        _kills_of(*way, folder / "target", share + (place < more), chance) for place, way in enumerate(ways)
    ]


def _kills_of(
    name: str,
    program: dict[str, str],
    base: Path,
    source: Path,
    read: Callable[[Path], Any],
    folder: Path,
    count: int,
    chance: random.Random,
) -> dict[str, Any]:
    target, outcomes = folder / base.name, Counter[str]()

    def reset() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (shutil.copytree if base.is_dir() else shutil.copyfile)(base, target)

    reset()
    whole = {"old": read(target)}
    usual = duration(program, (target, source))
    whole["new"] = read(target)
    for _ in range(count):
        reset()
        running = killed(program, (target, source), chance.random() * usual * LATER)
        left = read(target)
        outcomes[next((state for state, content in whole.items() if content == left), "neither")] += 1
        outcomes["still writing"] += running
    return {"way": name, "kills": count, "write_ms": 1e3 * usual, **dict(outcomes)}


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    parts = ["# Updates and deltas"]
    for run in figures["steps"]:
        seconds, sizes, counts = run["seconds"], run["bytes"], run["counts"]
        done = ", ".join(f"{number} {what}" for what, number in run["changed"].items())
        parts += [
            f"## {counts['base']['entities']:,} entities, {counts['base']['forms']:,} forms; {done}; "
            f"quality {'measured on simulated requests' if run['measured'] else 'not measured'}",
            markdown_table(["step", "seconds"], [[name, f"{value:.2f}"] for name, value in seconds.items()]),
            markdown_table(["file", "bytes"], [[name, f"{value:,}"] for name, value in sizes.items()]),
            "To the byte the full build of the result: "
            + ", ".join(f"{name} {'yes' if same else 'NO'}" for name, same in run["equal"].items()),
        ]
    if figures["kills"]:
        columns = ("old", "new", "neither")
        rows = [
            [
                each["way"],
                str(each["kills"]),
                *(str(each.get(column, 0)) for column in columns),
                str(each["still writing"]),
                f"{each['write_ms']:.0f}",
            ]
            for each in figures["kills"]
        ]
        heading = ["killed with SIGKILL", "times", *columns, "still running", "write, ms"]
        total = sum(each["kills"] for each in figures["kills"])
        parts += [f"## {total} writers killed at random moments of a write", markdown_table(heading, rows)]
    return "\n\n".join(parts)


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=KILLS, help="how many writers are killed")
    parser.add_argument("--result", default="updates", help="name of the result files")
    options = parser.parse_args()
    uses("encoders/multilingual-32-hpd64")
    figures: dict[str, Any] = {"steps": [], "kills": []}
    for measure in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            figures["steps"].append(steps(Path(folder), measure))
    if options.kills:
        with tempfile.TemporaryDirectory() as folder:
            figures["kills"] = kills(Path(folder), options.kills)
    write_result("cost.updates", options.result, figures, table(figures))
    print(table(figures))


if __name__ == "__main__":
    main()
