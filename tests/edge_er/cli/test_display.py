"""Names never steer the terminal, a JSON reader's terminal or a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import ENTITIES, make_bundle

from catalog_tools.pages.html_text import escape
from edge_er.bundle.bundle import write_bundle
from edge_er.bundle.entity import Entity
from edge_er.text.display import shown, shown_in_json

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
NASTY = "Kiss\x1b[2J\x9b31m \u202egnp.oidar\u2066 [bold]x[/bold]\x07"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(encoder_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    nasty = Entity("zz\x1b[0m", NASTY, (f"{NASTY} 2",), (), {"country": "E\x1bS"})
    path = tmp_path_factory.mktemp("nasty") / "b"
    write_bundle(path, make_bundle((*ENTITIES, nasty), encoder_files, "tiny\x1b[2Jes"))
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ("resolve", "{}", NASTY, "--explain"),
        ("resolve", "{}", NASTY, "--json"),
        ("suggest", "{}", "kiss"),
        ("suggest", "{}", "kiss", "--json"),
        ("inspect", "{}"),
        ("inspect", "{}", "--json"),
        ("resolve", "{}", "kiss", "--where", "\x1b[2J=1"),
    ],
)
def test_no_name_steers_the_terminal(edge_er: Run, folder: Path, arguments: tuple[str, ...]) -> None:
    _, out, err = edge_er(*(each.format(folder) if each == "{}" else each for each in arguments))
    assert not STEERING.search(out)
    assert not STEERING.search(err)
    if "--json" in arguments:
        json.loads(out)
    elif arguments[-1] == "--explain":
        assert "[bold]x[/bold]" in out.replace("\n", "")
        assert r"\x1b[2J" in out


@given(st.text())
def test_what_is_shown_keeps_everything_else(text: str) -> None:
    assert not STEERING.search(shown(text))
    assert not STEERING.search(escape(text))
    assert shown(text) == text or STEERING.search(text)
    dumped = json.dumps(text, ensure_ascii=False)
    assert json.loads(shown_in_json(dumped)) == text


def test_joiners_stay() -> None:
    assert shown("می\u200cخواهم 👨\u200d👩\u200d👧\tx\ny") == "می\u200cخواهم 👨\u200d👩\u200d👧\tx\ny"


def test_a_manifest_that_says_that_its_files_are_empty_is_shown() -> None:
    from edge_er.cli.tables import _file_table

    empty = {"size_bytes": 0, "budget_bytes": None, "files": {"vectors.safetensors": {"size": 0}}}
    assert _file_table(empty).row_count == 4
