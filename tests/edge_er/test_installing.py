"""How to install an extra: from the checkout it runs in, from where it was installed, or from an index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny import REPOSITORY

from edge_er import installing
from edge_er.installing import install_command


class Installed:
    def __init__(self, address: str | None) -> None:
        self.address = address

    def read_text(self, file: str) -> str | None:
        return json.dumps({"url": self.address}) if file == "direct_url.json" and self.address else None


def test_from_the_checkout_it_runs_in() -> None:
    assert install_command("eval") == f"pip install '{REPOSITORY}[eval]'"


@pytest.mark.parametrize(
    ("address", "command"),
    [
        (None, "pip install 'edge-er[eval]'"),
        ("file:///gone", "pip install 'edge-er[eval]'"),
        (REPOSITORY.as_uri(), f"pip install '{REPOSITORY}[eval]'"),
        ("file:///tmp/edge_er-1-py3-none-any.whl", "pip install 'edge-er[eval] @ file:///tmp/edge_er-1-py3-none-any.whl'"),
    ],
)  # fmt: skip
def test_from_where_it_was_installed(
    address: str | None, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "_CHECKOUT", tmp_path)
    monkeypatch.setattr("importlib.metadata.distribution", lambda _: Installed(address))
    assert install_command("eval") == command
