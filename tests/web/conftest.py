"""The assembled page, which the tests of the JavaScript runtime need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from javascript import ask_javascript, find_node
from tiny import require

from edge_er.bundle.locate import shipped_bundles
from web_demo.assemble import assemble

BUNDLES = ("radio_de", "radio_en", "radio_es", "radio_fr", "radio_it")

Ask = Callable[[list[dict[str, Any]]], list[Any]]


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as it is served, with all shipped bundles."""
    find_node()
    shipped = shipped_bundles()
    require(BUNDLES, all(name in shipped for name in BUNDLES), "not all bundles are shipped yet")
    folder = tmp_path_factory.mktemp("web") / "page"
    assemble(folder, BUNDLES)
    return folder


@pytest.fixture(scope="session")
def ask(web: Path) -> Ask:
    """What the JavaScript runtime answers to calls."""
    return partial(ask_javascript, web)
