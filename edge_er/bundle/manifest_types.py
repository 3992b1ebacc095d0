"""The types of a manifest and of its report, for readers and type checkers; docs/spec/bundle.md says what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

__all__ = ["Counts", "Decided", "DecisionReport", "FileEntry", "Manifest", "Measured", "Report"]


class _AlwaysCounted(TypedDict):
    entities: int
    aliases: int
    forms: int


class Counts(_AlwaysCounted, total=False):
    """How many entities and forms a bundle has."""

    spoken: int
    spoken_left_out: int


class Measured(TypedDict):
    """A share with its 95 % interval over entities, and what it was measured on."""

    value: float
    low: float
    high: float
    rows: int
    entities: int


class Decided(TypedDict):
    """How many requests got a decision, and how many of these were right."""

    rows: int
    right: int


class DecisionReport(TypedDict, total=False):
    """What was decided, and how often rightly."""

    match: Decided
    ambiguous: Decided
    no_match: Decided
    accuracy_of_best: float
    by_stratum: Mapping[str, Mapping[str, float]]


class _AlwaysReported(TypedDict):
    name: str
    lang: str
    counts: Counts
    size_bytes: int | None
    budget_bytes: int | None
    recall_at_1: Mapping[str, Mapping[str, Measured]]


class Report(_AlwaysReported, total=False):
    """Measured quality, counts and sizes of a bundle. Measures are by language, then by stratum ("text", "asr").

    Examples:
        >>> report = EntityResolver.load("radio_es").report
        >>> report["recall_at_1"]["es"]["text"]["value"] > 0.9
        True
        >>> report["counts"]["entities"]
        1741
    """

    system: str
    top_k: int
    rows: int
    recall_at_5: Mapping[str, Mapping[str, Measured]]
    recall_at_20: Mapping[str, Mapping[str, Measured]]
    mrr: Mapping[str, Mapping[str, Measured]]
    by_carrier: Mapping[str, Any]
    by_domain: Mapping[str, Any]
    unmapped: Mapping[str, int]
    decisions: DecisionReport
    unmerged: Mapping[str, Any]


class FileEntry(TypedDict):
    """A file of a bundle."""

    size: int
    sha256: str


class _AlwaysSaid(TypedDict):
    name: str
    lang: str
    version: str
    counts: Counts
    encoder: Mapping[str, Any]
    index: Mapping[str, Any]
    calibration: Mapping[str, Any]
    golden: list[Mapping[str, Any]]
    recipe: Mapping[str, Any]
    format_version: int
    manifest_sha256: str
    size_bytes: int
    files: Mapping[str, FileEntry]


class Manifest(_AlwaysSaid, total=False):
    """What manifest.json says of a bundle; one that is in memory only has no checksums and sizes.

    Examples:
        >>> manifest = EntityResolver.load("radio_es").manifest
        >>> manifest["name"], manifest["lang"], manifest["format_version"]
        ('radio_es', 'es', 2)
        >>> manifest["files"]["entities.jsonl.gz"]["size"] < 100_000
        True
    """

    signature: Mapping[str, str]
    rerank: Mapping[str, Any]
    report: Mapping[str, Any]
    budget_bytes: int | None
    bounds: Mapping[str, int]
