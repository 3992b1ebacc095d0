"""Tables and the plot of requests of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.people_baselines import BASELINES
from benchmarks.lib.people_figures import OURS, OUTCOMES
from benchmarks.lib.plots import COLOURS, plt, save
from benchmarks.lib.results_file import LANGUAGES, markdown_table, percent

SYSTEMS = (OURS, *BASELINES)
FEW_ROWS = 200  # strata under it are shown with their intervals
OUTCOME_COLOURS = {
    "right match": "#009E73",
    "right ambiguous": "#56B4E9",
    "right no_match": "#F0E442",
    "wrong no_match": "#CCCCCC",
    "wrong ambiguous": "#E69F00",
    "wrong match": "#D55E00",
}


def number(value: float | None, digits: int = 3) -> str:
    """`.965`, `1.000`, or a dash where nothing is known."""
    return "-" if value is None else f"{value:.{digits}f}".replace("0.", ".", 1)


def recall(cell: Mapping[str, Any], rows: int) -> str:
    """A share, with its interval where it stands on few rows."""
    found = cell.get("interval")
    return percent(found) if found and rows < FEW_ROWS else number(cell["value"])


def summary_table(lines: Mapping[str, Mapping[str, Any]]) -> str:
    """One line of figures for each title."""
    heading = ["", "rows", *(f"R@1 {name}" for name in SYSTEMS), *OUTCOMES]
    rows = []
    for title, line in lines.items():
        count = line.get("rows")
        size = f"{count:,}" if count is not None else f"{len(line['domains'])} domains"
        cells = [recall(line["recall_at_1"][name], count or FEW_ROWS) for name in SYSTEMS]
        rows.append([title, size, *cells, *(number(line["outcomes"][name]) for name in OUTCOMES)])
    return markdown_table(heading, rows)


def main_name_table(lines: Mapping[str, Mapping[str, Any]]) -> str:
    """Recall@1 of each title where the main name counts before an alias."""
    rows = [
        [title, *(number(line["by_main_name"][name]) for name in SYSTEMS)] for title, line in lines.items()
    ]
    return markdown_table(["", *SYSTEMS], rows)


def language_table(domains: Mapping[str, Mapping[str, Any]]) -> str:
    """Recall@1 and what is decided by domain and language, for the five languages."""
    rows = []
    for domain, entry in domains.items():
        for lang, cell in entry["languages"].items():
            if lang not in LANGUAGES:
                continue
            parts = [recall(cell["recall_at_1"][name], cell["rows"]) for name in SYSTEMS]
            kinds = [
                number(cell["outcomes"][name]) for name in ("right match", "right no_match", "wrong match")
            ]
            rows.append([f"{domain} {lang}", f"{cell['entities']:,}", f"{cell['rows']:,}", *parts, *kinds])
    heading = ["domain, language", "entities", "rows", *(f"R@1 {name}" for name in SYSTEMS)]
    return markdown_table([*heading, "right match", "right no_match", "wrong match"], rows)


def cross_table(pairs: Mapping[str, Mapping[str, Mapping[str, int]]]) -> str:
    """By catalog and domain of the requests, how many of how many were answered with a match."""
    domains = list(pairs)
    rows = []
    for catalog, cells in pairs.items():
        parts = [
            f"{cells[domain]['match']} of {cells[domain]['asked']}" if domain in cells else ""
            for domain in domains
        ]
        asked, match = (sum(cell[key] for cell in cells.values()) for key in ("asked", "match"))
        rows.append([catalog, f"{match} of {asked}", number(match / asked if asked else None), *parts])
    return markdown_table(["catalog", "all", "share", *domains], rows)


def row_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows one by one: what was asked, wanted and got."""
    cells = [
        [f"{row['domain']} {row['lang']}", row["query"], " / ".join(row["wanted"]), row["got"]]
        for row in rows
    ]
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in cells]
    return markdown_table(["domain, language", "request", "wanted", "got"], escaped)


def other_languages_table(languages: Mapping[str, Mapping[str, Any]]) -> str:
    """Home Assistant's other languages, rooms and devices together."""
    rows = [
        [lang, str(cell["rows"]), *(number(cell["recall_at_1"][name]["value"]) for name in SYSTEMS)]
        for lang, cell in languages.items()
        if lang not in LANGUAGES
    ]
    return markdown_table(["language", "rows", *(f"R@1 {name}" for name in SYSTEMS)], rows)


def plot_domains(domains: Mapping[str, Mapping[str, Any]], out: Path) -> None:
    """Recall@1 of every domain beside the baselines, and how our answers fall."""
    order = sorted(domains, key=lambda domain: -domains[domain]["rows"])
    figure, (above, below) = plt.subplots(2, 1, figsize=(11, 8.5), layout="constrained", sharex=True)
    for place, system in enumerate(SYSTEMS):
        shift = 0.6 * ((place + 0.5) / len(SYSTEMS) - 0.5)
        for at, domain in enumerate(order):
            cell = domains[domain]["recall_at_1"][system]
            found, value = cell.get("interval"), cell["value"]
            reach = [[value - found["low"]], [found["high"] - value]] if found else None
            above.errorbar(
                [at + shift], [value], reach, fmt="D" if place == 0 else "o", ms=7 if place == 0 else 5,
                color=COLOURS[(0, 3, 4, 6)[place]], capsize=2, label=system if at == 0 else None,
            )  # fmt: skip
    above.set_ylabel("Recall@1")
    above.grid(axis="y", alpha=0.3)
    above.set_title("The first answer is right (95 % intervals by entity)", loc="left")
    above.legend(frameon=False, ncols=len(SYSTEMS), loc="lower left")
    bottom = [0.0] * len(order)
    for outcome, colour in OUTCOME_COLOURS.items():
        heights = [domains[domain]["outcomes"][outcome] for domain in order]
        below.bar(range(len(order)), heights, 0.7, bottom=bottom, color=colour, label=outcome)
        bottom = [low + high for low, high in zip(bottom, heights, strict=True)]
    below.set_ylabel("share of requests")
    below.set_xlabel("domain and number of requests")
    below.set_title("What we decide: first answer right or wrong, and the decision", loc="left")
    below.legend(frameon=False, ncols=len(OUTCOME_COLOURS), loc="upper center", bbox_to_anchor=(0.5, -0.18))
    labels = [f"{name.replace('_', ' ')}\n{domains[name]['rows']:,}" for name in order]
    below.set_xticks(range(len(order)), labels, fontsize=8)
    save(figure, out)
