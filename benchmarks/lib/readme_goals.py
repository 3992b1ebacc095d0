"""Tables of benchmarks that have goals, for docs/results.md."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.lib.asked import RIGHT, TIED, WRONG
from benchmarks.lib.results_file import found_result, markdown_table, percent, source_line

SHOWN = (RIGHT, WRONG, TIED)
RESULTS = {
    "homes": ("Rooms, shared names, names that sound alike", "Typed, made by rule"),
    "numbers": ("Numbers as they are said, numbers nobody has", "Typed, made by rule"),
    "taken_out": ("What is not in the catalog", "Typed, or spoken by a machine and recognised"),
}


def goals() -> Iterator[str]:
    """A section for each result that is there."""
    for name, (title, requests) in RESULTS.items():
        result = found_result(name)
        if result is None:
            continue
        rows = []
        for kind, cell in result["kinds"].items():
            wanted = result["goals"].get(kind, {})
            texts = [f"{goal}{'' if met else ' (not reached)'}" for goal, met in wanted.items()]
            shares = (percent(cell[measure]) for measure in SHOWN)
            rows.append([kind, f"{cell[SHOWN[0]]['rows']:,}", *shares, "; ".join(texts) or "-"])
        yield f"### {title}"
        yield markdown_table(["request", "rows", *SHOWN, "goal"], rows)
        yield f"{requests}; half *{result['half']}* of the names. " + source_line(name, result)
