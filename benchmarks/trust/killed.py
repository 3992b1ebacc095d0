"""Writers killed with SIGKILL at any moment: is there a whole old or new state, and does the next write finish?

    python -m benchmarks.trust.killed
    python -m benchmarks.trust.killed --kills 12      # seconds, as the tests do

Each writer runs in a fork. Two of three are killed before a random one of their steps that touch the disk, the others
after a random time up to that of a whole run. Then the target is read: it must be the old one or the new one, to the
byte. The same writer runs again, undisturbed, and must give the new one and leave nothing of the killed one behind.
After a rollback both versions must be there.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from benchmarks.lib.results_file import markdown_table, write_result
from benchmarks.trust.children import memory_folder
from benchmarks.trust.small_bundle import ENTITIES, write_encoder, write_small
from catalog_tools.build.build import build_bundle
from catalog_tools.build.delta import make_delta
from catalog_tools.build.update import update_bundle
from edge_er.bundle.atomic import previous_version, traces
from edge_er.bundle.bundle import find_bundle, read_files
from edge_er.bundle.delta import apply_delta, rollback
from edge_er.bundle.personal_file import read_entries, write_entries
from edge_er.cli import app as command_line

CATALOG = "id,name,city\n" + "".join(f"r{n},Radio {n // 2},City {n // 2}\n" for n in range(60))

STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod")  # and what is read


@dataclass(frozen=True)
class Writer:
    """What is killed.

    Attributes:
        target: what it writes, in its folder.
        write: writes it, in a folder as `prepare` made it.
        versions: whether the target and the version before it change places.
    """

    target: str
    write: Callable[[Path], object]
    versions: bool = False


def command(*words: str) -> Callable[[Path], object]:
    """A command of the command line; `@` before a word stands for the folder."""

    def run(folder: Path) -> None:
        sys.argv = ["edge-er", *(str(folder / word[1:]) if word.startswith("@") else word for word in words)]
        command_line.main()

    return run


def writers(encoder: Path) -> dict[str, Writer]:
    """All that are killed, by name."""

    def entries(folder: Path) -> None:
        write_entries(folder / "mine.jsonl", ENTITIES, {})

    def delta(folder: Path) -> None:
        make_delta(folder / "b", folder / "other", folder / "new.delta")

    found = {
        "delta": Writer("new.delta", delta),
        "personal save": Writer("mine.jsonl", entries),
        "dedup": Writer("merged.jsonl", command("dedup", "@catalog.csv", "--out", "@merged.jsonl")),
        "convert": Writer("records.jsonl", command("convert", "@catalog.csv", "--out", "@records.jsonl")),
    }
    for name in ("b", "b.zip"):
        found[f"update, {name}"] = Writer(name, partial(_update, name))
        found[f"apply, {name}"] = Writer(name, partial(_apply, name))
        found[f"rollback, {name}"] = Writer(name, partial(_rollback, name), versions=True)
        found[f"build, {name}"] = Writer(name, partial(_build, name, encoder))
    return found


def _update(name: str, folder: Path) -> None:
    update_bundle(folder / name, remove=["es-7"])


def _apply(name: str, folder: Path) -> None:
    apply_delta(folder / name, folder / "a.delta")


def _rollback(name: str, folder: Path) -> None:
    rollback(folder / name)


def _build(name: str, encoder: Path, folder: Path) -> None:
    build_bundle(ENTITIES[3:], folder / name, "es", encoder=encoder, budget=None, name="small_es")


def import_all(every: dict[str, Writer], folder: Path) -> None:
    """Run each command once in this process, so that forks have all modules; the others ran in `prepare`."""
    stdout, given = sys.stdout, sys.argv
    for name in ("dedup", "convert"):
        with suppress(SystemExit), Path(os.devnull).open("w", encoding="utf-8") as sys.stdout:
            every[name].write(folder)
    sys.stdout, sys.argv = stdout, given


def prepare(base: Path, encoder: Path) -> None:
    """The folder that each run begins with: versions and the ones before, and what commands read."""
    for name in ("b", "b.zip"):
        write_small(base / name, encoder)
        update_bundle(base / name, add=[{"id": "es-8", "name": "Radio Sol"}])
    write_small(base / "other", encoder, ENTITIES[2:])
    make_delta(base / "b", base / "other", base / "a.delta")
    make_delta(base / "other", base / "b", base / "new.delta")
    write_entries(base / "mine.jsonl", ENTITIES[:2], {})
    (base / "catalog.csv").write_text(CATALOG, encoding="utf-8")
    for name in ("merged.jsonl", "records.jsonl"):
        (base / name).write_text('{"id":"r0","name":"old"}\n', encoding="utf-8")


def state(target: Path) -> Any:
    """The contents of a target as its readers find them."""
    if target.name.startswith("b"):
        return read_files(find_bundle(target))
    if target.suffix == ".jsonl" and target.name == "mine.jsonl":
        read_entries(target)
    return target.read_bytes()


def run(writer: Writer, folder: Path, after: float | None = None, step: int | None = None) -> int:
    """Run a writer in a fork; how many of its steps touched the folder, or -1 if it was killed.

    It is killed `after` some seconds, or before its `step`-th step.

    Raises:
        RuntimeError: it failed.
    """
    child = os.fork()
    if child == 0:
        _child(writer, folder, step)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return -1
    said = (folder.parent / "said.txt").read_text(encoding="utf-8")
    if os.WEXITSTATUS(status):
        raise RuntimeError(said)
    return int(said)


def _child(writer: Writer, folder: Path, step: int | None) -> NoReturn:
    steps = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event in STEPS and str(arguments[0]).startswith(str(folder)):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    code, said = 1, ""
    try:
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        sys.addaudithook(count)
        writer.write(folder)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        said = traceback.format_exc()
    finally:
        (folder.parent / "said.txt").write_text(said or str(steps), encoding="utf-8")
        os._exit(code)


def kill(writer: Writer, base: Path, work: Path, times: int, chance: random.Random) -> dict[str, Any]:
    """Kill a writer so many times, and look at what it left."""
    found: dict[str, Any] = {
        "kills": 0,
        "too late": 0,
        "old": 0,
        "new": 0,
        "neither": 0,
        "not finished": 0,
        "shown": [],
    }
    target = fresh(base, work) / writer.target
    old = state(target)
    began = time.monotonic()
    found["steps"] = run(writer, work)
    lasts = time.monotonic() - began
    new = state(target)
    assert old != new, writer.target
    while found["kills"] < times:
        fresh(base, work)
        if found["kills"] % 3 == 2:
            ended = run(writer, work, after=chance.uniform(0, 1.02) * lasts)
        else:
            ended = run(writer, work, step=chance.randrange(1, found["steps"] + 1))
        if ended >= 0:
            found["too late"] += 1
            lasts *= 0.95  # it is faster than it was
            continue
        found["kills"] += 1
        try:
            left = state(target)
            found["old" if left == old else "new" if left == new else "neither"] += 1
        except Exception as error:
            found["neither"] += 1
            found["shown"].append(repr(error)[:300])
            continue
        if (problem := finish(writer, work, left == old, (old, new))) is not None:
            found["not finished"] += 1
            found["shown"].append(problem[:300])
    return found


def finish(writer: Writer, work: Path, is_old: bool, both: tuple[Any, Any]) -> str | None:
    """Write again after a kill; what is wrong then, or None."""
    target = work / writer.target
    try:
        if writer.versions:
            rollback(target)  # whatever the killed one did, both versions are there
            versions = state(target), read_files(previous_version(target))
            if versions not in (both, both[::-1]):
                return "a version is lost"
        elif is_old:
            run(writer, work)
            if state(target) != both[1]:
                return "the next write gives something else"
        left = [each.name for each in traces(target)] if writer.versions or is_old else []
    except Exception as error:
        return repr(error)
    return f"left behind: {left}" if left else None


def fresh(base: Path, work: Path) -> Path:
    """The folder as it was at the beginning."""
    shutil.rmtree(work, ignore_errors=True)
    return Path(shutil.copytree(base, work))


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=504, help="kills, of all writers together")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance, found = random.Random(given.seed), {}
    with TemporaryDirectory(dir=memory_folder()) as folder:
        base, encoder = Path(folder) / "base", write_encoder(Path(folder) / "encoder")
        base.mkdir()
        prepare(base, encoder)
        every = writers(encoder)
        import_all(every, fresh(base, Path(folder) / "work"))
        for name, writer in every.items():
            times = max(1, given.kills // len(every))
            found[name] = kill(writer, base, Path(folder) / "work", times, chance)
            print(name, found[name], flush=True)
    keys = ("steps", "kills", "old", "new", "neither", "not finished")
    rows = [[name, *(f"{row[key]:,}" for key in keys)] for name, row in found.items()]
    rows.append(["all", "", *(f"{sum(row[key] for row in found.values()):,}" for key in keys[1:])])
    text = "# Writers that are killed\n\n" + markdown_table(["writer", *keys], rows)
    text += "\n\n*Old* and *new* are what a reader found, to the byte; after a rollback both are there."
    write_result("trust.killed", "killed", {"writers": found}, text)


if __name__ == "__main__":
    main()
