"""The README and the guides do what they say: their code runs, their commands exist, tables and links are true."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from tiny import require, require_packages

from benchmarks.lib.readme_adapt import ADAPT, adapted
from benchmarks.lib.readme_tables import ALL_RESULTS, all_results, updated
from catalog_tools import build_bundle
from edge_er.bundle.locate import find_bundle, shipped_bundles, shipped_encoders
from edge_er.bundle.signing import sign_bundle
from edge_er.bundle.trust import make_keys
from edge_er.cli.app import app
from edge_er.resolver import EntityResolver
from tools.command_docs import documents
from tools.documents import replace_section
from tools.model_cards import cards

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for folder in (ROOT, ROOT / "docs", ROOT / "models")
    for path in [*folder.glob("*.md"), *folder.glob("encoders/*/*.md"), *folder.glob("tutorials/*.md")]
)
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINES = 250  # of the README, at most
NOT_RUN = {"adapt.md"}  # trains an encoder for minutes; the tutorial "recordings" fits a bundle


def blocks(language: str, text: str = README) -> list[str]:
    """Code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def guide_blocks(language: str) -> list[str]:
    """Those of the README and of all guides."""
    return [each for file in GUIDES for each in blocks(language, file.read_text(encoding="utf-8"))]


def commands() -> dict[str, Any]:
    """Every command of the command line by its words ("train teacher")."""
    found: dict[str, Any] = {}
    for name, command in typer.main.get_command(app).commands.items():
        subcommands = getattr(command, "commands", None)
        found.update(
            {f"{name} {sub}": c for sub, c in subcommands.items()} if subcommands else {name: command}
        )
    return found


def command_of(line: str) -> str:
    """The command's words in "edge-er train teacher RECIPE"."""
    words = line.split()[1:]
    return next(name for name in (" ".join(words[:2]), words[0]) if name in commands())


def option_names(command: Any) -> set[str]:
    return {name for option in command.params for name in option.opts if name.startswith("--")} - {"--help"}


@pytest.fixture
def shipped_models() -> None:
    there = "radio_es" in shipped_bundles() and "multilingual-32" in shipped_encoders()
    require("models", there, "no shipped bundle radio_es or encoder multilingual-32")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= LINES


@pytest.fixture
def usual_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the files that guides speak of: examples, a signed bundle my_radio, stations.csv."""
    require_packages("cryptography")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    shutil.copytree(find_bundle("radio_es"), tmp_path / "my_radio")
    private, _ = make_keys(tmp_path / "ours")
    sign_bundle(tmp_path / "my_radio", private)
    (tmp_path / "stations.csv").write_text("station_name\nKiss FM\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda file: file.stem)
def test_python_blocks_run(shipped_models: None, usual_files: None, guide: Path) -> None:
    if guide.stem == "service":
        require_packages("starlette")
    names = {
        "EntityResolver": EntityResolver,
        "Path": Path,
        "build_bundle": build_bundle,
        "resolver": EntityResolver.load("radio_es"),
    }
    for block in blocks("python", guide.read_text(encoding="utf-8")):
        program = compile(block, guide.name, "exec")
        if guide.name not in NOT_RUN:
            exec(program, names)  # a block may use what one before it made


def test_first_block_says_what_it_gives(shipped_models: None) -> None:
    block = blocks("python")[0]
    expression, _, expected = block.strip().rpartition("\n")[2].partition("  # ")
    assert repr(eval(expression, {"EntityResolver": __import__("edge_er").EntityResolver})) == expected


def test_own_catalog_commands_run(
    shipped_models: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    block = next(block for block in blocks("sh") if "contacts.csv" in block)
    lines = [line for line in block.splitlines() if line.startswith("edge-er ")]
    assert [command_of(line) for line in lines] == ["build", "resolve", "eval", "inspect"]
    for line in lines:
        app(shlex.split(line)[1:], standalone_mode=False)
    assert "match: Taxi 24" in capsys.readouterr().out


def test_the_example_in_the_text_is_from_the_files() -> None:
    rows = (ROOT / "docs" / "examples" / "contacts.csv").read_text(encoding="utf-8").splitlines()
    assert set(blocks("csv")[0].splitlines()) <= set(rows)
    requests = (
        (ROOT / "docs" / "examples" / "contacts_requests.jsonl").read_text(encoding="utf-8").splitlines()
    )
    assert json.loads(blocks("json")[0]) in map(json.loads, requests)


def test_commands_are_listed_as_they_are() -> None:
    for file, text in documents().items():
        assert file.read_text(encoding="utf-8") == text, f"{file}: run: python -m tools.command_docs"


def test_every_shown_command_can_be_parsed() -> None:
    shown = re.findall(r"edge-er ([a-z]+[^\n`]*)", "\n".join([*guide_blocks("sh"), *guide_blocks("console")]))
    assert len(shown) >= 30
    for line in shown:
        words = shlex.split(line, comments=True)
        name = command_of(f"edge-er {line}")
        assert {word for word in words if word.startswith("--")} <= option_names(commands()[name]), line


def test_modules_and_scripts_named_in_commands_exist() -> None:
    for module in re.findall(r"python -m ([a-z_.]+)", "\n".join(guide_blocks("sh"))):
        if module not in ("venv", "pytest", "http.server", "json.tool"):
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module
    for script in re.findall(r"python ([a-z_/]+\.py)", "\n".join(guide_blocks("sh"))):
        assert (ROOT / script).is_file(), script


def test_recipes_named_exist() -> None:
    recipes = re.findall(r"models/recipes/[\w./-]+\.toml", "\n".join(guide_blocks("sh")))
    assert recipes
    assert all((ROOT / recipe).is_file() for recipe in recipes)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_point_to_something(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (ROOT / document.parent / target.partition("#")[0]).exists(), target


def test_results_are_those_of_the_result_files() -> None:
    assert updated(README, ["results"]) == README, "run: python -m benchmarks.lib.readme_tables"
    text = ALL_RESULTS.read_text(encoding="utf-8")
    assert all_results(text) == text, "run: python -m benchmarks.lib.readme_tables"
    text = ADAPT.read_text(encoding="utf-8")
    assert adapted(text) == text, "run: python -m benchmarks.lib.readme_tables"


def test_transcript_is_what_the_command_line_answers(shipped_models: None) -> None:
    assert _without_figures(updated(README, ["transcript"])) == _without_figures(README)


def _without_figures(text: str) -> str:
    """Scores may differ in their last digit from one processor to another."""
    return re.sub(r"\d\.\d+", "#", text)


def test_model_cards_are_up_to_date() -> None:
    for path, text in cards(ROOT / "models").items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run: python -m tools.model_cards"


def test_ci_runs_the_test_command() -> None:
    line = blocks("sh")[1].strip()
    assert "\n" not in line and line.endswith("-m pytest -n auto")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    markers = re.findall(r"<!-- test-command:(?:start|end) -->", script)
    assert markers and set(markers) <= set(re.findall(r"<!-- .*? -->", README))
    assert line.split()[4] in script, "the virtual environment that lint and types run in"


def test_a_section_is_replaced_once_or_not_at_all() -> None:
    text = "a\n<!-- x:start -->\nold\n<!-- x:end -->\nb\n"
    assert replace_section(text, "x", "new") == "a\n<!-- x:start -->\nnew\n<!-- x:end -->\nb\n"
    with pytest.raises(ValueError, match="found 0"):
        replace_section(text, "y", "new")
