"""Evaluation reports as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

__all__ = ["report_table"]

OTHER_METRICS = ("recall_at_5", "recall_at_20", "mrr")
LISTED = 10
STRATA = ("text", "asr", "noisy")


def report_table(report: Mapping[str, Any]) -> Group:
    """A row for each language and stratum, baselines below, then the decisions and the unmapped requests."""
    table = Table(title=f"{report.get('system', '')}: {report['rows']:,} requests".lstrip(": "))
    for heading in ("system", "lang", "stratum"):
        table.add_column(heading)
    for heading in ("rows", "entities", "Recall@1 (95 %)", "Recall@5", "Recall@20", "MRR"):
        table.add_column(heading, justify="right")
    for name, figures in _systems(report):
        for row in _rows(name, figures):
            table.add_row(*row)
        table.add_section()
    return Group(table, *(Text(line) for line in _notes(report)))


def _systems(report: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "this bundle", report
    for carrier, figures in report.get("by_carrier", {}).items():
        yield f"carrier {carrier}", figures
    if len(report.get("by_domain", {})) > 1:
        for domain, figures in report["by_domain"].items():
            yield f"domain {domain}", figures
    if "unmerged" in report:
        yield "unmerged names", report["unmerged"]
    yield from report.get("baselines", {}).items()


def _rows(name: str, figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for lang, strata in figures["recall_at_1"].items():
        for stratum in sorted(strata, key=_stratum_order):
            cell = strata[stratum]
            others = (figures.get(metric, {}).get(lang, {}).get(stratum) for metric in OTHER_METRICS)
            yield (
                name,
                lang,
                stratum,
                f"{cell['rows']:,}",
                f"{cell['entities']:,}",
                f"{cell['value']:.3f} ({cell['low']:.3f}-{cell['high']:.3f})",
                *(f"{other['value']:.3f}" if other else "" for other in others),
            )


def _stratum_order(stratum: str) -> tuple[int, str]:
    return (STRATA.index(stratum) if stratum in STRATA else len(STRATA), stratum)


def _notes(report: Mapping[str, Any]) -> Iterator[str]:
    decisions = report.get("decisions")
    if decisions:
        counts = ", ".join(
            f"{decisions[name]['rows']:,} {name}" for name in ("match", "ambiguous", "no_match")
        )
        accuracy = decisions["accuracy_of_best"]
        yield f"decisions: {counts}" + (
            "" if accuracy is None else f"; best is right in {accuracy:.1%} of answers"
        )
    unmapped = report["unmapped"]
    if unmapped["rows"]:
        size = f"{unmapped['rows']:,} requests ({unmapped['entities']:,} entities)"
        yield f"{size} name no entity of the catalog; they count as not found:"
        names = dict.fromkeys(" / ".join(request["entity"]) for request in unmapped.get("requests", ()))
        yield from (f"  {name}" for name in list(names)[:LISTED])
