"""Module paths of version 0.1 still import, with a warning; what documents import is where they say."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

from catalog_tools.build import build_report as new_build_report
from catalog_tools.build import update as new_update
from catalog_tools.readers import sources as new_sources

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
IMPORT = re.compile(r"^\s*from ((?:edge_er|catalog_tools)[\w.]*) import ([\w, ]+)$", re.MULTILINE)
OLD_PATHS = {
    "catalog_tools.sources": (new_sources, ("Record", "read_records", "SourceOptions")),
    "catalog_tools.update": (new_update, ("UpdateResult", "update_bundle")),
    "catalog_tools.build_report": (new_build_report, ("write_build_report",)),
}


def shown_imports() -> list[tuple[str, str, str]]:
    """Document, module and name of every import in a code block."""
    found = []
    for document in DOCUMENTS:
        for module, names in IMPORT.findall(document.read_text(encoding="utf-8")):
            found += [(document.name, module, name.split(" as ")[0].strip()) for name in names.split(",")]
    return found


@pytest.mark.parametrize("path", OLD_PATHS)
def test_an_old_path_gives_the_new_module_s_names_and_warns(path: str) -> None:
    new, names = OLD_PATHS[path]
    old = importlib.import_module(path)
    for name in names:
        with pytest.warns(DeprecationWarning, match=f"import {name} from {new.__name__}") as caught:
            assert getattr(old, name) is getattr(new, name)
        assert [each.filename for each in caught] == [__file__]


@pytest.mark.parametrize("path", OLD_PATHS)
def test_an_old_path_has_no_other_names(path: str) -> None:
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        _ = importlib.import_module(path).nothing_of_this_name
    with pytest.raises(ImportError, match="nothing_of_this_name"):
        exec(f"from {path} import nothing_of_this_name")


def test_documents_import_what_is_there_from_new_paths() -> None:
    shown = shown_imports()
    assert len(shown) >= 8
    for document, module, name in shown:
        if module.startswith("edge_er.service") and importlib.util.find_spec("starlette") is None:
            continue  # of an extra
        assert module not in OLD_PATHS, f"{document}: {module} has moved to {OLD_PATHS[module][0].__name__}"
        assert hasattr(importlib.import_module(module), name), f"{document}: from {module} import {name}"


def test_the_room_of_languages_keeps_what_its_module_had() -> None:
    room = importlib.import_module("catalog_tools.language")
    module = importlib.import_module("catalog_tools.language.language")
    for name in ("LANGUAGES", "Language", "language", "read_locale"):
        if name != "language":  # the function has the name of its module
            assert getattr(room, name) is getattr(module, name)
    assert callable(room.language) and room.language("es").code == "es"
