"""Requests to judge by, of several voices and recognisers, and costs that are fitted without one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.lib.cost_tables import fitted_table, with_costs
from benchmarks.lib.results_file import REPOSITORY
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.locate import find_bundle
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import Evaluation
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_pairs import voice_pair_rows
from edge_er.training.fit.misrecognition_costs import pairs

__all__ = [
    "PAIRS",
    "Left",
    "costs",
    "evaluated",
    "judged_requests",
    "judged_rows",
    "left_out",
    "with_candidates",
]

PAIRS = REPOSITORY / "models" / "voice_pairs"
STRATA = {"asr": "asr", "noisy": "asr_noisy"}
KNOWN = "ttspico"  # the voice of the data folder


class Left(NamedTuple):
    """What costs are fitted without: a voice (all of an engine's), or a recogniser, in one language."""

    kind: str
    name: str

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is of it."""
        said: str = row[self.kind]
        return said == self.name


@lru_cache(maxsize=2)
def _rows(split: str) -> tuple[dict[str, Any], ...]:
    return tuple(voice_pair_rows(PAIRS, split))


def judged_rows(lang: str) -> list[dict[str, Any]]:
    """Rows to judge by."""
    return [row for row in _rows("dev") if row["lang"] == lang]


def left_out(lang: str) -> Iterator[Left]:
    """Each voice and each recogniser that the data folder does not have."""
    rows = judged_rows(lang)
    for name in sorted({row["voice"] for row in rows} - {KNOWN}):
        yield Left("voice", name)
    recognisers = sorted({row["recogniser"] for row in rows})
    if len(recognisers) > 1:
        yield from (Left("recogniser", name) for name in recognisers if name != "whisper-base")


def judged_requests(rows: Sequence[Mapping[str, Any]]) -> list[Request]:
    """What was heard of each row with and without noise: strata asr and noisy."""
    return [
        Request(row[field], (row["entity"],), row["country"], row["lang"], stratum, "station")
        for row in rows
        for stratum, field in STRATA.items()
    ]


def costs(data: Path, lang: str, without: Left) -> str:
    """Costs of a language fitted on the data folder and on all voices and recognisers but one."""
    kept = [row for row in _rows("train") if row["lang"] == lang and not without.has(row)]
    return fitted_table(lang, pairs(data, kept, lang)[lang])


def with_candidates(lang: str, count: int) -> Bundle:
    """The shipped bundle of a language with so many candidates by vector and by sound."""
    bundle = read_bundle(find_bundle(f"radio_{lang}"))
    rerank = {**bundle.manifest["rerank"], "dense_forms": count, "sound_forms": count}
    return bundle.with_manifest(rerank=rerank)


def evaluated(bundle: Bundle, requests: Sequence[Request], table: str | None = None) -> Evaluation:
    """The answers of a bundle at the costs of a table, or at the shipped ones."""
    with with_costs(table) if table else nullcontext():
        return resolve_all(EntityResolver(bundle), requests)[0]
