"""The figures of docs/adapt.md, from the result file of `benchmarks.product.adaptation`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.lib.results_file import REPOSITORY, found_result, markdown_table, percent
from tools.documents import replace_section

__all__ = ["ADAPT", "CATALOGS", "adapted", "before_and_after"]

ADAPT = REPOSITORY / "docs" / "adapt.md"
CATALOGS = ("shop", "slurp", "place", "contact")
WAYS = {"weights": "weights and confidence", "encoder": "`--encoder`", "scratch": "`--teacher`"}
HEADING = ["", "requests", "rows", "Recall@1", "right but refused", "wrong match"]


def before_and_after(ways: Mapping[str, Mapping[str, Any]]) -> str:
    """A table of typed and spoken requests, or of all where there is but one kind: before, and after each way to adapt,
    or that it was refused.
    """
    rows: list[list[str]] = []
    done = {way: result for way, result in ways.items() if "refused" not in result}
    kinds = {kind for result in done.values() for kind in result["before"]}
    for kind in ("typed", "spoken") if "typed" in kinds else ("all",):
        for way, result in done.items():
            if not any(row[:2] == ["before", kind] for row in rows):
                rows.append(_row("before", kind, result["before"][kind]))
            rows.append(_row(WAYS[way], kind, result["after"][kind]))
    rows += [[WAYS[way], "", "", "refused", "", ""] for way in ways if way not in done]
    return markdown_table(HEADING, rows)


def _row(name: str, kind: str, figures: Mapping[str, Any]) -> list[str]:
    cells = (percent(figures[figure]) for figure in ("recall_at_1", "right_but_refused", "wrong_match"))
    return [name, kind, f"{figures['wrong_match']['rows']:,}", *cells]


def adapted(text: str) -> str:
    """Text of docs/adapt.md with the figures of the result file; as it is where there is none."""
    result = found_result("adaptation")
    for name in CATALOGS if result else ():
        if name in result["results"]:
            text = replace_section(text, name, before_and_after(result["results"][name]))
    return text
