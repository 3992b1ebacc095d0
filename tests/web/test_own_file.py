"""The file of own entries in Node: whole after a kill, the version before where it is cut; Python reads both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from javascript import find_node, run_script

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.personal_file import read_entries, write_entries
from web_demo.assemble import assemble


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_node()
    web = tmp_path_factory.mktemp("page") / "web"
    assemble(web, [])
    return web


def test_a_cut_or_killed_file_is_the_old_one_or_the_new_one(page: Path, tmp_path: Path) -> None:
    found: dict[str, Any] = run_script("own_file_node.mjs", page, tmp_path)
    assert found["files"] == [".mine.jsonl.previous", "mine.jsonl"]
    assert found["whole"]
    assert found["changed"]
    assert found["wrong"] == []
    assert found["cuts"] > 350
    assert found["warnings"] >= found["cuts"] - 3
    assert "damaged or cut off (checksum)" in found["both"]
    assert "no such file" in found["none"]
    assert set(found["killed"]) <= {"0", "1"}
    assert sum(found["killed"].values()) == 12
    assert found["left"] == [".mine.jsonl.previous", "mine.jsonl"]
    assert found["read"] == 40
    assert previous_version(tmp_path / "mine.jsonl").exists()


def test_python_reads_it_and_its_version_before(page: Path, tmp_path: Path) -> None:
    run_script("own_file_node.mjs", page, tmp_path)
    file = tmp_path / "mine.jsonl"
    entries, popularity = read_entries(file)
    assert (len(entries), popularity) == (40, {"es-1": 40})
    write_entries(file, entries[:2], popularity)
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.warns(RuntimeWarning, match="the version before it is read"):
        assert len(read_entries(file)[0]) == 40
