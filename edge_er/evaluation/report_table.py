"""Evaluation reports as tables for a terminal, and the words for them that pages use too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from edge_er.text.display import shown

__all__ = ["DECISION_HEADINGS", "decision_cells", "decision_table", "report_table", "requests_name"]

OTHER_METRICS = ("recall_at_5", "recall_at_20", "mrr")
LISTED = 10
DECISION_HEADINGS = ("stratum", "rows", "match", "ambiguous", "no match", "precision of match")
STRATA = ("text", "asr", "noisy")


def requests_name(report: Mapping[str, Any]) -> str:
    """What the requests of a report are: "simulated requests" where they were made up, else "requests"."""
    return "simulated requests" if report.get("requests", {}).get("simulated") else "requests"


def decision_cells(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """For each stratum the cells under `DECISION_HEADINGS`; none for a report that does not have them."""
    strata: Mapping[str, Mapping[str, Any]] = report.get("decisions", {}).get("by_stratum", {})
    return [
        (
            stratum,
            f"{strata[stratum]['rows']:,}",
            *(f"{strata[stratum][name]:.1%}" for name in ("match", "ambiguous", "no_match")),
            "-" if strata[stratum]["precision"] is None else f"{strata[stratum]['precision']:.1%}",
        )
        for stratum in sorted(strata, key=_stratum_order)
    ]


def decision_table(report: Mapping[str, Any]) -> Table:
    """The decisions by stratum."""
    table = Table(title=f"Decisions on {requests_name(report)}")
    for place, heading in enumerate(DECISION_HEADINGS):
        table.add_column(heading, justify="right" if place else "left")
    for cells in decision_cells(report):
        table.add_row(*map(_plain, cells))
    return table


def report_table(report: Mapping[str, Any]) -> Group:
    """A row for each language and stratum, baselines below, then the decisions and the unmapped requests."""
    table = Table(
        title=f"{report.get('system', '')}: {report['rows']:,} {requests_name(report)}".lstrip(": ")
    )
    for heading in ("system", "lang", "stratum"):
        table.add_column(heading)
    for heading in ("rows", "entities", "Recall@1 (95 %)", "Recall@5", "Recall@20", "MRR"):
        table.add_column(heading, justify="right")
    for name, figures in _systems(report):
        for row in _rows(name, figures):
            table.add_row(*map(_plain, row))
        table.add_section()
    decided = [decision_table(report)] if decision_cells(report) else []
    return Group(table, *decided, *(Text(shown(line)) for line in _notes(report)))


def _plain(cell: str) -> Text:
    """A cell that is neither markup nor steers the terminal."""
    return Text(shown(cell))


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
