"""Bundles with the shipped encoder, which all runtimes read: unsigned, signed, and signed by another key."""

from __future__ import annotations

import shutil
from pathlib import Path

from tiny import ENTITIES, require_packages

from catalog_tools.build.build import build_bundle
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.signing import sign_bundle
from edge_er.bundle.trust import make_keys

__all__ = ["write_signed"]


def write_signed(folder: Path) -> None:
    """Write `b`, `other` (four entities), `signed`, the zips `unsigned`, `signed` and `other_key`, and public keys."""
    require_packages("cryptography")
    build_bundle(ENTITIES, folder / "b", "es", budget=None, name="tiny_es")
    build_bundle(ENTITIES[:4], folder / "other", "es", budget=None, name="tiny_es")
    key, other_key = make_keys(folder / "key")[0], make_keys(folder / "other_key")[0]
    shutil.copytree(folder / "b", folder / "signed")
    sign_bundle(folder / "signed", key)
    for name, signer in (("unsigned", None), ("signed", key), ("other_key", other_key)):
        write_bundle(folder / f"{name}.zip", read_bundle(folder / "b"), None)
        if signer:
            sign_bundle(folder / f"{name}.zip", signer)
