"""Catalogs as bundles, built once; bundles without some of their entities.

A bundle is kept until its catalog, the encoder or the code that builds changes, so a benchmark that was
stopped goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.results_file import REPOSITORY
from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions, SurfaceForms
from edge_er import __version__
from edge_er.bundle.atomic import write_text
from edge_er.bundle.bundle import Bundle
from edge_er.bundle.locate import find_encoder

ENCODER = "multilingual-32-hpd64"
# What the entities, forms and vectors of a bundle hang on; ranking and confidence are read when it is asked.
BUILDING = ("catalog_tools", *(f"edge_er/{room}" for room in ("bundle", "data", "encoder", "index", "text")))


def built_catalog(
    folder: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    lang: str,
    encoder: str = ENCODER,
    single_words: bool = False,
) -> Path:
    """The bundle `folder`/`name` of these catalog rows, built without a budget where it is not there already."""
    settings = json.dumps([lang, single_words, [dict(row) for row in rows]], sort_keys=True)
    key = hashlib.sha256(f"{_tools_key(encoder)} {settings}".encode()).hexdigest()
    out, mark = folder / name, folder / f"{name}.key"
    if not (out.is_dir() and mark.is_file() and mark.read_text("utf-8") == key):
        folder.mkdir(parents=True, exist_ok=True)
        mark.unlink(missing_ok=True)
        forms = SurfaceForms(single_words=single_words)
        build_bundle(rows, out, lang, encoder, budget=None, options=BuildOptions(forms=forms))
        write_text(mark, key)
    return out


def without(bundle: Bundle, gone: set[int]) -> Bundle:
    """The bundle without some entities."""
    kept = [index for index in range(len(bundle.entities)) if index not in gone]
    rows = ~np.isin(bundle.form_entity, list(gone))
    _, owners = np.unique(bundle.form_entity[rows], return_inverse=True)
    return replace(
        bundle,
        entities=[bundle.entities[index] for index in kept],
        vectors=bundle.vectors[rows],
        form_entity=owners.astype(np.int32),
    )


@lru_cache
def _tools_key(encoder: str) -> str:
    """A hash of the package's version, the encoder's files and the code that builds."""
    digest = hashlib.sha256(__version__.encode())
    for file in [*sorted(find_encoder(encoder).glob("*")), *_sources()]:
        if file.suffix in (".onnx", ".json", ".py", ".toml", ".txt", ".tsv"):
            digest.update(f"{file.name} {file.stat().st_size}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for place in BUILDING:
        yield from sorted(file for file in (REPOSITORY / place).rglob("*") if file.is_file())
