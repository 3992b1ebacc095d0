"""What runtimes are asked to agree on: bundles, and the requests for each.

`voice` are the development requests of the shipped bundles in three strata, `people` the requests of people in the five
languages with the catalogs they meant, `cases` small situations. Bundles are those of `benchmarks.product.people` and
`benchmarks.product.cases`, kept where these keep them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.product import cases, people
from edge_er.bundle.locate import find_bundle
from edge_er.training.data.voice_requests import station_requests

__all__ = ["KINDS", "Asked", "Job", "jobs"]

KINDS = ("voice", "people", "cases")
_SEED = 20261127


class Asked(NamedTuple):
    """A request: its place among all of its job, from 0, its text, and whether it is said to be typed."""

    row: int
    query: str
    typed: bool


@dataclass(frozen=True, slots=True)
class Job:
    """Requests for one bundle.

    Attributes:
        group: the line of the table that they belong to.
        catalog: what the bundle is called.
        bundle: where it is.
        requests: what is asked.
    """

    group: str
    catalog: str
    bundle: Path
    requests: tuple[Asked, ...]


def jobs(
    data: Path, kinds: Sequence[str], languages: Sequence[str], encoder: str, sample: int | None = None
) -> Iterator[Job]:
    """The jobs of some kinds; bundles that are not there are built. `sample` is the most requests of each job."""
    every = {"voice": _voice, "people": _people, "cases": _cases}
    for kind in kinds:
        for group, catalog, bundle, texts in every[kind](data, languages, encoder):
            asked = [Asked(row, query, typed) for row, (query, typed) in enumerate(texts)]
            if sample is not None and len(asked) > sample:
                asked = sorted(random.Random(_SEED).sample(asked, sample))
            if asked:
                yield Job(group, catalog, bundle, tuple(asked))


_Jobs = Iterator[tuple[str, str, Path, list[tuple[str, bool]]]]


def _voice(data: Path, languages: Sequence[str], _encoder: str) -> _Jobs:
    for lang in languages:
        texts = [(request.query, request.stratum == "text") for request in station_requests(data, lang)]
        yield f"voice, radio_{lang}", f"radio_{lang}", find_bundle(f"radio_{lang}"), texts


def _people(data: Path, languages: Sequence[str], encoder: str) -> _Jobs:
    for domain, rows in people.read_requests(data, languages).items():
        for lang in dict.fromkeys(row.lang for row in rows):
            texts = [(row.query, not row.speech) for row in rows if row.lang == lang]
            bundle = people.catalog_bundle(data, domain, lang, encoder)
            yield f"people, {domain}", f"{domain}_{lang}", bundle, texts


def _cases(data: Path, languages: Sequence[str], encoder: str) -> _Jobs:
    for folder in cases.case_folders(data / "cases"):
        about, rows, requests = cases.read_case(folder)
        if about["lang"] in languages:
            bundle = cases.case_bundle(folder, about, rows, encoder)
            yield "cases", folder.name, bundle, [(request.query, False) for request in requests]
