"""The documents are true of the tree: linked code is defined where links say, and every room and tool is named.

The specification names all that golden files and bundles hold, and its defaults are those of the code.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path

import pytest

from edge_er.bundle.manifest import BUNDLE_FILES
from edge_er.decision.calibration import Calibration
from edge_er.ranking.weights import RerankWeights

ROOT = Path(__file__).resolve().parents[1]
ARCHITECTURE, CONTRIBUTING = ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md"
SPEC = ROOT / "docs" / "spec"
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.jsonl"))
DOCUMENTS = [
    ARCHITECTURE,
    CONTRIBUTING,
    ROOT / "CHANGELOG.md",
    *sorted(SPEC.glob("*.md")),
    ROOT / "tests" / "golden" / "README.md",
]
CODE_LINK = re.compile(r"\[`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)`\]\(([^)#\s]+\.(?:py|java|js))\)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def python_names(source: str) -> set[str]:
    """What a module defines: functions, classes, constants, and `Class.method`; not what it imports."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        found.update(_bound(node))
        if isinstance(node, ast.ClassDef):
            found.update(f"{node.name}.{name}" for inner in node.body for name in _bound(inner))
    return found


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [each.id for each in targets if isinstance(each, ast.Name)]


def defines(file: Path, name: str) -> bool:
    """Whether a file defines `function`, `Class` or `Class.method`; for Java and JavaScript by how definitions look."""
    source = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return name in python_names(source)
    return all(_written(source, part, file.suffix) for part in name.split("."))


def _written(source: str, name: str, suffix: str) -> bool:
    if suffix == ".java":
        kind = rf"\b(?:class|interface|enum)\s+{name}\b"
        method = rf"^ +(?!return\b|new\b|throw\b|else\b)(?:[\w<>\[\],.]+ +)+{name}\("
    else:
        kind = rf"^(?:export +)?(?:async +)?(?:class|function|const|let)\s+{name}\b"
        method = rf"^  (?:static +|async +|get +|set +)*{name}\([^)]*\) *{{"
    return bool(re.search(kind, source, re.MULTILINE) or re.search(method, source, re.MULTILINE))


def code_links() -> list[tuple[str, str]]:
    """Name and file of each link to a definition in docs/architecture.md, once."""
    return list(dict.fromkeys(CODE_LINK.findall(ARCHITECTURE.read_text(encoding="utf-8"))))


def anchors(file: Path) -> set[str]:
    """The headings of a document as links name them."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def rooms() -> list[str]:
    """Every folder with code of the two packages, such as `edge_er/text/`."""
    files = [
        file for package in ("edge_er", "catalog_tools") for file in ROOT.glob(f"{package}/*/**/__init__.py")
    ]
    return sorted(f"{file.parent.relative_to(ROOT).as_posix()}/" for file in files)


def tools() -> list[str]:
    """Every file of tools/, such as `tools/golden/check.py`."""
    files = [file for kind in ("py", "sh", "txt") for file in (ROOT / "tools").rglob(f"*.{kind}")]
    return sorted(file.relative_to(ROOT).as_posix() for file in files if file.name != "__init__.py")


@pytest.mark.parametrize(("name", "target"), code_links())
def test_a_link_to_code_goes_to_its_definition(name: str, target: str) -> None:
    file = (ARCHITECTURE.parent / target).resolve()
    assert file.is_file(), f"docs/architecture.md links to {target}, which is not there"
    assert defines(file, name), f"docs/architecture.md says that {target} defines {name}"


def test_the_three_walks_and_all_runtimes_are_linked() -> None:
    targets = [target for _, target in code_links()]
    for place in (
        "edge_er/",
        "catalog_tools/",
        "edge_er/training/",
        "android_demo/core/",
        "web_demo/edge-er/",
    ):
        assert sum(target.startswith(f"../{place}") for target in targets) >= 10, place


def test_every_room_is_in_the_architecture() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    assert len(rooms()) >= 15
    assert [room for room in rooms() if f"`{room}`" not in text] == []


def test_every_tool_is_named_and_every_named_tool_exists() -> None:
    rows = re.findall(r"^\| `(tools/[^`]+)` \|", CONTRIBUTING.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == tools()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_point_to_something(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, heading = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert not heading or heading in anchors(file), target


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.name)
def test_every_golden_field_is_specified(file: Path) -> None:
    text = (SPEC / "request.md").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
    fields = {key for row in rows for key in row}
    fields |= {key for row in rows for part in row.get("parts", ()) for key in part}
    assert sorted(key for key in fields if f"`{key}`" not in text) == []


def test_every_file_of_a_bundle_is_specified() -> None:
    text = (SPEC / "bundle.md").read_text(encoding="utf-8")
    assert [name for name in BUNDLE_FILES if f"`{name}`" not in text] == []


@pytest.mark.parametrize("settings", [RerankWeights(), Calibration()], ids=lambda each: type(each).__name__)
def test_defaults_in_the_specification_are_those_of_the_code(settings: RerankWeights | Calibration) -> None:
    text = (SPEC / "request.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `?([^|`]+)`? \|", text, re.MULTILINE)
    written = dict(reversed(rows))  # the table of defaults is the first that has a name
    for name, value in dataclasses.asdict(settings).items():
        assert name in written, name
        assert json.loads(written[name]) == json.loads(json.dumps(value)), name


def test_the_check_sees_what_it_should(tmp_path: Path) -> None:
    texts = {
        "a.py": "from b import elsewhere\nclass Way:\n    def step(self): ...\ndef walk(): ...\n",
        "a.java": "final class Way {\n    static int step(int a) {\n        return walk(a) + new Other(1);\n    }\n}\n",
        "a.js": "export class Way {\n  static step(a) {\n    return walk(a);\n  }\n}\nexport const other = 1;\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    there = {(file, name) for file in texts for name in ("Way", "Way.step", "walk", "elsewhere", "Other", "Way.walk")
             if defines(tmp_path / file, name)}  # fmt: skip
    assert there == {("a.py", "walk")} | {(file, name) for file in texts for name in ("Way", "Way.step")}
