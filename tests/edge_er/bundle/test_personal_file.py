"""A personal file has a checksum, and outlives being cut off: the version before it is read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.entity import Entity
from edge_er.bundle.personal_file import read_entries, write_entries
from edge_er.errors import CatalogError

OLD, NEW = [Entity("c-1", "Mum")], [Entity("c-1", "Mum"), Entity("c-2", "Dad", ("Father",))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    write_entries(path, OLD, {"es-1": 3})
    write_entries(path, NEW, {"es-1": 4})
    return path


def test_every_cut_is_found_and_the_version_before_is_read(file: Path) -> None:
    whole = file.read_bytes()
    assert read_entries(file) == (NEW, {"es-1": 4})
    for size in range(20, len(whole)):
        file.write_bytes(whole[:size])
        with pytest.warns(RuntimeWarning, match="damaged or cut off.*the version before it is read"):
            assert read_entries(file) == (OLD, {"es-1": 3})


def test_every_changed_byte_is_found(file: Path) -> None:
    whole = file.read_bytes()
    previous_version(file).unlink()
    for place in range(20, len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CatalogError, match=r"mine\.jsonl, row 1: damaged or cut off"):
            read_entries(file)


def test_a_file_written_by_hand_needs_no_checksum(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('\ufeff{"name": "Mum", "id": "c-1"}\n\n', encoding="utf-8")
    assert read_entries(tmp_path / "mine.jsonl") == (OLD, {})


def test_the_first_line_holds_the_checksum_of_the_rest(file: Path) -> None:
    first, _, rest = file.read_bytes().partition(b"\n")
    assert set(json.loads(first)) == {"personal_file", "sha256"}
    assert len(rest.splitlines()) == 3
    file.write_bytes(rest)  # as the message says
    assert read_entries(file)[0] == NEW


@pytest.mark.parametrize("count", [float("nan"), float("inf"), -1, 10**400, True, "3", None])
def test_counts_that_are_none(tmp_path: Path, count: object) -> None:
    (tmp_path / "mine.jsonl").write_text(json.dumps({"id": "a", "popularity": count}) + "\n")
    with pytest.raises(CatalogError, match="row 1"):
        read_entries(tmp_path / "mine.jsonl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_personal_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mine.jsonl")
    with pytest.raises(CatalogError, match="no regular file"):
        read_entries(tmp_path / "mine.jsonl")
