"""What users write passes the type checkers that they have: mypy, strict, and pyright; and it runs.

The scripts of tests/data/user_scripts are whole programs. Examples of the documents are short: they do not ask whether
there is a best match before they use it, so that one rule is left out for them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from javascript import SCRIPTS as WEB
from javascript import find_node
from tiny import require, require_packages

from edge_er.bundle.locate import shipped_bundles

ROOT = Path(__file__).resolve().parents[1]
USERS = sorted((ROOT / "tests" / "data" / "user_scripts").glob("*.py"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYRIGHT = WEB / "node_modules" / "pyright" / "index.js"
LEFT_OUT = {  # in examples: that best may be None, and expressions that only show what there is
    "mypy": ["--disable-error-code", "union-attr"],
    "pyright": {"reportOptionalMemberAccess": False, "reportUnusedExpression": False},
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The Python of each document, its blocks one after the other as the reader types them."""
    folder = tmp_path_factory.mktemp("examples")
    found = []
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        blocks = BLOCK.findall(document.read_text(encoding="utf-8"))
        if blocks:
            name = "_".join(document.relative_to(ROOT).with_suffix("").parts)
            found.append(folder / f"{name}.py")
            found[-1].write_text("\n\n".join(blocks), encoding="utf-8")
    return found


def mypy(files: list[Path], *options: str) -> str:
    """What mypy says against files; nothing where all is well."""
    require_packages("mypy")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--follow-imports=silent",
        *options,
    ]
    # Third packages without types are no matter of the user's script.
    command += ["--disable-error-code", "import-untyped", "--disable-error-code", "import-not-found"]
    ended = subprocess.run(
        [*command, *files],
        cwd=files[0].parent,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def pyright(files: list[Path], folder: Path, **rules: Any) -> list[str]:
    """What pyright says against files."""
    require("pyright", PYRIGHT.is_file(), "no pyright; run npm ci --prefix tests/web")
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    settings = {"include": ["."], "extraPaths": [str(ROOT)], "typeCheckingMode": "strict", **rules}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [find_node(), PYRIGHT, "--pythonpath", sys.executable, "--outputjson", "--project", folder]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    found = json.loads(ended.stdout)
    assert found["summary"]["filesAnalyzed"] == len(files)
    return [
        f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}: {each.get('rule')}: {each['message']}"
        for each in found["generalDiagnostics"]
    ]


def test_whole_programs_pass_mypy() -> None:
    assert len(USERS) == 5
    assert mypy(USERS) == ""


def test_whole_programs_pass_pyright(tmp_path: Path) -> None:
    assert pyright(USERS, tmp_path) == []


@pytest.mark.parametrize("script", USERS, ids=lambda file: file.stem)
def test_whole_programs_run(script: Path, tmp_path: Path) -> None:
    require_packages("num2words", "rapidfuzz")
    require("radio_es", "radio_es" in shipped_bundles(), "radio_es is not shipped yet")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()


def test_examples_of_the_documents_pass_mypy(examples: list[Path]) -> None:
    assert len(examples) > 15
    assert mypy(examples, *LEFT_OUT["mypy"]) == ""


def test_examples_of_the_documents_pass_pyright(examples: list[Path], tmp_path: Path) -> None:
    assert pyright(examples, tmp_path, typeCheckingMode="standard", **LEFT_OUT["pyright"]) == []


def test_a_wrong_use_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from edge_er import EntityResolver\n"
        "EntityResolver.load('radio_es').resolve('x').best.name\n"
        "EntityResolver.load('radio_es').resolve('x', topk=3)\n"
        "EntityResolver.load('radio_es', threads='two')\n",
        encoding="utf-8",
    )
    said = mypy([wrong])
    assert [int(line) for line in re.findall(r"wrong\.py:(\d): error", said)] == [2, 3, 4]
    project = tmp_path / "project"
    project.mkdir()
    lines = {
        re.findall(r":(\d):", each)[0] for each in pyright([wrong], project, reportUnusedExpression=False)
    }
    assert lines == {"2", "3", "4"}
