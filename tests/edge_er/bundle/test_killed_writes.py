"""Writers killed in the middle: what a reader finds is always the old or the new, and the next write finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny import ENTITIES, make_bundle

from catalog_tools.build.delta import make_delta
from catalog_tools.build.update import update_bundle
from edge_er.bundle.bundle import Bundle, find_bundle, read_files, write_bundle
from edge_er.bundle.delta import apply_delta
from edge_er.bundle.entity import Entity
from edge_er.bundle.personal_file import read_entries, write_entries

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")

SAVE = """
import sys
from edge_er.bundle.entity import Entity
from edge_er.bundle.personal_file import write_entries
large, small = ([Entity(f"c-{n}", "Name") for n in range(count)] for count in (400, 3))
print("ready", flush=True)
while True:
    write_entries(sys.argv[1], large, {})
    write_entries(sys.argv[1], small, {})
"""
APPLY = """
import sys
from edge_er.bundle.delta import apply_delta
print("ready", flush=True)
while True:
    apply_delta(sys.argv[1], sys.argv[2])
    apply_delta(sys.argv[1], sys.argv[3])
"""
UPDATE = """
import sys
from catalog_tools.build.update import update_bundle
update_bundle(sys.argv[1], remove=["es-7"], out=sys.argv[2])  # everything is imported
print("ready", flush=True)
while True:
    update_bundle(sys.argv[1], remove=["es-7"])
    update_bundle(sys.argv[1], add=[{"id": "es-7", "name": "Onda Cero"}])
"""


def kill(program: str, *arguments: str | Path, after: float) -> None:
    """Run a program that says when it begins, and kill it some seconds later."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(after)
        os.kill(writer.pid, signal.SIGKILL)


def test_a_killed_save_of_entries(tmp_path: Path) -> None:
    file, chance = tmp_path / "mine.jsonl", random.Random(1)
    write_entries(file, [Entity(f"c-{number}", "Name") for number in range(3)], {})
    for _ in range(6):
        kill(SAVE, file, after=chance.random() * 0.03)
        assert len(read_entries(file)[0]) in (400, 3)
    write_entries(file, [], {})
    assert sorted(each.name for each in tmp_path.iterdir()) == [".mine.jsonl.previous", "mine.jsonl"]


@pytest.mark.parametrize("name", ["tiny", "tiny.zip"])
def test_a_killed_apply(bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    path, other, chance = tmp_path / name, tmp_path / "other", random.Random(5)
    write_bundle(path, bundle)
    write_bundle(other, make_bundle(ENTITIES[2:], encoder_files))
    forth = make_delta(path, other, tmp_path / "forth.delta").path
    back = make_delta(other, path, tmp_path / "back.delta").path
    whole = read_files(path), read_files(other)
    for _ in range(4):
        kill(APPLY, path, forth, back, after=chance.random() * 0.06)
        assert read_files(find_bundle(path)) in whole
    apply_delta(path, forth)
    assert read_files(path) == whole[1]


@pytest.mark.parametrize("name", ["tiny", "tiny.zip"])
def test_a_killed_update(bundle: Bundle, tmp_path: Path, name: str) -> None:
    path, chance = tmp_path / name, random.Random(7)
    write_bundle(path, bundle)
    update_bundle(path, add=[{"id": "es-7", "name": "Onda Cero"}])
    update_bundle(path, remove=["es-7"], out=tmp_path / "without")
    whole = read_files(path), read_files(tmp_path / "without")
    for _ in range(3):
        kill(UPDATE, path, tmp_path / "copy", after=chance.random() * 0.1)
        found = read_files(find_bundle(path))
        assert found in whole
        if found == whole[1]:
            update_bundle(path, add=[{"id": "es-7", "name": "Onda Cero"}])
            assert read_files(path) == whole[0]
