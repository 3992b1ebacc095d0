"""The plan of the code: which room may import which, no circles, no product code that imports a benchmark, and few
parameters.

Imports inside functions count like those at the top. docs/architecture.md describes the rooms.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("edge_er", "catalog_tools")
MOST_PARAMETERS = 8

# Rooms from the ground up; those of one line may not import each other. A room imports itself and what is below.
EDGE_ER = [
    {"errors"},
    {"installing"},
    {"constants"},
    {"native"},
    {"text"},
    {"encoder", "index"},
    {"bundle"},
    {"ranking"},
    {"decision"},
    {"personal"},
    {"container"},
    {"personal_resolver"},
    {"reloading"},
    {"resolver"},
    {"__init__"},
    {"evaluation", "service"},
    {"cli"},
    {"__main__"},
]
TRAINING = [
    {"settings"},
    {"card", "parallel", "recipe"},
    {"models"},
    {"loop"},
    {"data"},
    {"methods"},
    {"export"},
    {"fit"},
    {"adapt"},
]
CATALOG_TOOLS = [
    {"moved"},
    {"language"},
    {"readers"},
    {"records"},
    {"stations"},
    {"pages"},
    {"build"},
    {"voice"},
    {"__init__", "radio"},
    {"build_report", "sources", "update"},  # documented paths of version 0.1
]


def modules(folder: str) -> dict[str, Path]:
    """Dotted names and files of all modules below a folder of the repository."""
    found = {}
    for file in sorted((ROOT / folder).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = file
    return found


@cache
def known() -> dict[str, Path]:
    folders = (*PRODUCT, "tools", "benchmarks", "web_demo", "android_demo", "tests")
    return {name: file for folder in folders for name, file in modules(folder).items()}


def imported(module: str) -> Iterator[str]:
    """The modules of this repository that `module` names in an import statement, wherever it stands."""
    for node in ast.walk(ast.parse(known()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known())
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in known())
            if node.module in known() and not all(name in known() for name in inner):
                yield node.module


def imports_of(folders: tuple[str, ...]) -> dict[str, set[str]]:
    return {name: set(imported(name)) - {name} for name in known() if name.partition(".")[0] in folders}


def room(module: str) -> str:
    """The part of a module's name that says its room."""
    parts = module.split(".")
    if parts[:2] == ["edge_er", "training"]:
        return parts[2] if len(parts) > 2 else "training"
    return parts[1] if len(parts) > 1 else "__init__"


def upward(levels: list[set[str]], within: str, without: str = " ") -> list[str]:
    """Imports within a package that go to a room of the same level or of a higher one."""
    level = {name: height for height, names in enumerate(levels) for name in names}
    wrong = []
    for module, targets in imports_of((within.partition(".")[0],)).items():
        for target in targets:
            if not all(f"{name}.".startswith(f"{within}.") for name in (module, target)):
                continue
            if any(f"{name}.".startswith(f"{without}.") for name in (module, target)):
                continue
            one, other = room(module), room(target)
            if one != other and level[other] >= level[one]:
                wrong.append(f"{module} -> {target}")
    return sorted(wrong)


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Modules that import each other, directly or through others (strongly connected components, after Tarjan)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for target in sorted(imports.get(name, ())):
            if target not in number:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], number[target])
        if lowest[name] == number[name]:
            component = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(component) > 1:
                found.append(sorted(component))

    for name in sorted(imports):
        if name not in number:
            visit(name)
    return found


def test_the_runtime_imports_downwards() -> None:
    assert upward(EDGE_ER, "edge_er", without="edge_er.training") == []


def test_training_imports_downwards() -> None:
    assert upward(TRAINING, "edge_er.training") == []


def test_catalog_tools_import_downwards() -> None:
    assert upward(CATALOG_TOOLS, "catalog_tools") == []


def test_every_module_has_a_room() -> None:
    rooms = {name for levels in (EDGE_ER, TRAINING, CATALOG_TOOLS) for level in levels for name in level}
    rooms.add("training")
    assert [name for name in imports_of(PRODUCT) if room(name) not in rooms] == []


def test_few_modules_stand_outside_a_room() -> None:
    assert len(list((ROOT / "edge_er").glob("*.py"))) <= 12


def test_no_module_imports_itself_through_others() -> None:
    assert circles(imports_of((*PRODUCT, "tools", "benchmarks"))) == []


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("edge_er", ("benchmarks", "tests", "tools")),
        ("catalog_tools", ("benchmarks", "tests", "tools", "edge_er.cli", "edge_er.training")),
        ("tools", ("benchmarks", "tests")),
        ("benchmarks", ("tests",)),
    ],
)
def test_what_is_never_imported(module: str, never: tuple[str, ...]) -> None:
    wrong = [
        f"{name} -> {target}"
        for name, targets in imports_of((module,)).items()
        for target in targets
        if any(f"{target}.".startswith(f"{folder}.") for folder in never)
    ]
    assert wrong == []


def test_the_runtime_imports_neither_training_nor_catalog_tools() -> None:
    heavy = ("edge_er.training", "catalog_tools")
    wrong = [
        f"{name} -> {target}"
        for name, targets in imports_of(("edge_er",)).items()
        for target in targets
        if room(name) != "cli" and not name.startswith("edge_er.training") and target.startswith(heavy)
    ]
    assert wrong == []


def parameter_counts(tree: ast.AST) -> dict[str, int]:
    """Functions and how many named parameters each has, besides self and cls."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found[node.name] = sum(each.arg not in ("self", "cls") for each in every)
    return found


def test_no_function_has_many_parameters() -> None:
    """Commands have one for each option; `build_bundle` has eight beside the catalog and the place of the bundle."""
    exempt = {("catalog_tools.build.build", "build_bundle"): MOST_PARAMETERS + 2}
    many = [
        f"{module}.{name}: {count}"
        for module, file in known().items()
        if module.partition(".")[0] in PRODUCT and not module.startswith("edge_er.cli.")
        for name, count in parameter_counts(ast.parse(file.read_text(encoding="utf-8"))).items()
        if count > exempt.get((module, name), MOST_PARAMETERS)
    ]
    assert many == [], "group them in a frozen dataclass"


def test_the_check_sees_what_it_should() -> None:
    assert parameter_counts(ast.parse("class A:\n def f(self, a, /, b, *c, d=1, **e): ...")) == {"f": 3}
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert "edge_er.errors" in set(imported("edge_er"))


def scripts() -> list[Path]:
    """The JavaScript of this repository."""
    folders = ("benchmarks", "tests/web", "web_demo")
    files = [
        file for folder in folders for kind in ("js", "mjs") for file in (ROOT / folder).rglob(f"*.{kind}")
    ]
    return sorted(file for file in files if "node_modules" not in file.parts)


@pytest.mark.parametrize("script", scripts(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_scripts_import_files_that_are_there(script: Path) -> None:
    named = re.findall(
        r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""", script.read_text(encoding="utf-8")
    )
    made = {"constants.js", "schemas.js", "tables.js"}  # written by web_demo/assemble.py
    assert [
        name for name in named if not (script.parent / name).exists() and Path(name).name not in made
    ] == []
