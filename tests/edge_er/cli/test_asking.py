"""Requests from standard input and at a prompt, what is told apart in tables, and no traceback whatever happens."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import REPOSITORY

from edge_er.cli import app as cli_app
from edge_er.cli.telling import as_cell, telling_fields
from edge_er.resolver import EntityResolver


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Makes a text standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_one_json_line_an_answer_with_one_load(
    edge_er, bundle_dir: Path, resolver, typed, monkeypatch
) -> None:
    loads: list[object] = []
    load = EntityResolver.load
    monkeypatch.setattr(EntityResolver, "load", lambda *a, **k: loads.append(a) or load(*a, **k))
    typed("pon la cadena ser\n\nkiss fm")
    code, out, err = edge_er("resolve", bundle_dir, "-", "--top-k", "2")
    assert (code, err, len(loads)) == (0, "", 1)
    expected = [resolver.resolve(text, 2).to_dict() for text in ("pon la cadena ser", "", "kiss fm")]
    assert list(map(json.loads, out.splitlines())) == expected
    typed("kiss fm\n")
    _, out, _ = edge_er("resolve", bundle_dir, "-", "--explain")
    assert json.loads(out)["explanations"][0]["id"] == "es-4"
    typed("cadena s\nki\n")
    _, out, _ = edge_er("suggest", bundle_dir, "-", "--top-k", "1")
    assert [[each["name"] for each in json.loads(line)] for line in out.splitlines()] == [
        ["Cadena SER"],
        ["Kiss FM"],
    ]


def test_answers_come_one_by_one(bundle_dir: Path) -> None:
    """Another program may wait for each answer."""
    command = [sys.executable, "-m", "edge_er", "resolve", str(bundle_dir), "-"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, encoding="utf-8"
    ) as asked:
        assert asked.stdin
        assert asked.stdout
        for text, name in (("kiss fm", "Kiss FM"), ("cadena ser", "Cadena SER")):
            asked.stdin.write(f"{text}\n")
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline())["best"]["name"] == name
        asked.stdin.close()
        assert asked.wait(30) == 0


def test_a_prompt(edge_er, bundle_dir: Path, typed) -> None:
    typed("kiss fm\n:explain\ncadena ser\n:explain\n:json\n\nkiss fm\n:nothing\n:q\nlos 40\n")
    code, out, err = edge_er("try", bundle_dir, "--top-k", "1")
    assert (code, err) == (0, "")
    assert out.count("match: Kiss FM") == 1
    assert out.count("margin") == 1
    assert '"name": "Kiss FM"' in out
    assert "LOS40" not in out
    typed("kiss fm\n")
    assert edge_er("try", bundle_dir, "--spoken")[0] == 0


def test_tables_show_what_tells_entities_apart() -> None:
    kims = [
        ("Kim", {"country": "DE", "city": "Ulm", "kind": "friend", "tags": ["a"], "streams": ["x"]}),
        ("Kim", {"country": "DE", "city": "Bonn", "kind": "friend", "note": {"x": 1}}),
        ("Tim", {"country": "DE", "city": "Bonn", "kind": "work"}),
    ]
    assert telling_fields(kims) == ["city", "kind", "tags"]
    assert telling_fields(kims[:1]) == ["country", "city", "kind"]
    assert telling_fields([("Kim", {})]) == telling_fields([("Kim Lee", {"given": "Kim"})]) == []
    assert [as_cell(value) for value in (True, ["a", "b", "c", "d"], None, 5, "x" * 50)] == [
        "yes", "a, b, c ...", "", "5", f"{'x' * 27}...",
    ]  # fmt: skip


@pytest.mark.parametrize("where", ["first", "last"])
def test_quiet_keeps_notes_back_and_errors_not(edge_er, tmp_path: Path, where: str) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "a.jsonl"
    file.write_text("title;x\nA;1\n")
    command = ["convert", file, "--out", out]
    quiet = ["--quiet", *command] if where == "first" else [*command, "--quiet"]
    assert "note:" in edge_er(*command)[2]
    code, shown, errors = edge_er(*quiet)
    assert (code, errors) == (0, "")
    assert shown.startswith("1 read")
    file.unlink()
    code, _, errors = edge_er(*quiet)
    assert (code, "no such file" in errors) == (1, True)


@pytest.mark.parametrize("command", [(), ("resolve",), ("train",), ("train", "fit", "weights")])
def test_h_is_help(edge_er, command: tuple[str, ...]) -> None:
    assert edge_er(*command, "-h")[:2] == edge_er(*command, "--help")[:2]
    assert "--install-completion" in edge_er("-h")[1]


def test_completion_is_installed(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "HOME": str(tmp_path),
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    code = "import sys; sys.argv[0] = 'edge-er'; from edge_er.cli.app import main; main()"
    command = [sys.executable, "-c", code, "--install-completion", "bash"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / ".bash_completions" / "edge-er.sh").is_file()


def test_what_nobody_expected_is_one_line(edge_er, bundle_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(cli_app, "loaded", broken)
    code, out, err = edge_er("resolve", bundle_dir, "kiss fm")
    assert (code, out) == (1, "")
    assert err.startswith(
        "edge-er: ZeroDivisionError: by zero. edge-er did not expect this; with EDGE_ER_TRACEBACK=1"
    )
    assert len(err.splitlines()) == 1


def test_a_reader_that_goes_is_no_error(bundle_dir: Path) -> None:
    command = f"yes 'kiss fm' | head -3000 | {sys.executable} -m edge_er resolve {bundle_dir} - | head -1"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["best"]["name"] == "Kiss FM"
    assert done.stderr == ""
