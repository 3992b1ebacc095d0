"""Tables of the command line: resolutions, explanations and bundles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.table import Table

from edge_er.bundle.bundle import STREAMS
from edge_er.bundle.storage import MANIFEST
from edge_er.cli.telling import as_cell, telling_fields
from edge_er.decision.explanation import Explanation
from edge_er.evaluation.report_table import decision_cells, decision_table, requests_name
from edge_er.resolver import Match, Resolution, Suggestion
from edge_er.text.display import shown

if TYPE_CHECKING:
    from edge_er.training.adapt.adapt import Adaptation

__all__ = [
    "console",
    "escape",
    "print_adaptation",
    "print_bundle",
    "print_bundle_list",
    "print_explanations",
    "print_resolution",
    "print_suggestions",
]


def console() -> Console:
    """The terminal; 120 columns wide if the output goes into a file or a pipe."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=120)


def escape(text: str) -> str:
    """`text` as a terminal may show it: neither markup nor anything that steers the terminal."""
    return escape_markup(shown(text))


def print_resolution(resolution: Resolution) -> None:
    """Print the decision, and the candidates in a table."""
    screen = console()
    best = resolution.best
    answer = f": {escape(best.name)}" if best else ""
    screen.print(f"[bold]{resolution.decision}[/bold]{answer}")
    if resolution.matches:
        table = Table()
        for heading in ("", "confidence", "score"):
            table.add_column(heading, justify="right")
        fields = _telling(table, resolution.matches)
        for rank, match in enumerate(resolution.matches, start=1):
            figures = (str(rank), f"{match.confidence:.2f}", f"{match.score:.3f}")
            table.add_row(*figures, *_match_cells(match, fields))
        screen.print(table)


def print_adaptation(result: Adaptation) -> None:
    """Print how requests that nothing was fitted on are answered, before and after."""
    table = Table(title="Requests for names that nothing was fitted on (95 % interval over names)")
    table.add_column("requests")
    for heading in ("rows", "", "Recall@1", "right but refused", "wrong match"):
        table.add_column(heading, justify="right")
    before, after = result.before.figures(), result.after.figures()
    for kind in after:
        for name, row in (("before", before[kind]), ("after", after[kind])):
            rows = f"{row['wrong_match'].rows:,}"
            cells = (f"{each.value:.3f} ({each.low:.3f}-{each.high:.3f})" for each in row.values())
            table.add_row(kind, rows, name, *cells)
        table.add_section()
    console().print(table)


def print_suggestions(suggestions: Sequence[Suggestion]) -> None:
    """Print the suggestions in a table, nothing where there are none."""
    if not suggestions:
        return
    table = Table()
    for heading in ("", "score"):
        table.add_column(heading, justify="right")
    table.add_column("completed")
    fields = _telling(table, suggestions)
    for rank, each in enumerate(suggestions, start=1):
        table.add_row(str(rank), str(each.score), escape(each.completed), *_match_cells(each, fields))
    console().print(table)


def print_explanations(explanations: Sequence[Explanation]) -> None:
    """Print the form that matched and the summands of its score; a summand that is 0 for all is left out."""
    if not explanations:
        return
    shown = [name for name in explanations[0].parts if any(each.parts[name] for each in explanations)]
    table = Table()
    for heading in ("name", "form"):
        table.add_column(heading)
    for heading in (*shown, "score", "margin"):
        table.add_column(heading, justify="right")
    for each in explanations:
        figures = (*(each.parts[name] for name in shown), each.score, each.margin)
        table.add_row(escape(each.name), escape(each.form), *(f"{figure:.3f}" for figure in figures))
    console().print(table)


def _telling(table: Table, found: Sequence[Match | Suggestion]) -> list[str]:
    """Add the columns of names, of the metadata that tells them apart, and of ids; the fields of the metadata."""
    fields = telling_fields([(each.name, each.metadata) for each in found])
    for heading in ("name", "also", *map(escape, fields), "id"):
        table.add_column(heading)
    return fields


def _match_cells(match: Match | Suggestion, fields: Sequence[str]) -> tuple[str, ...]:
    aliases = ", ".join(match.aliases[:3]) + (" ..." if len(match.aliases) > 3 else "")
    metadata = (as_cell(match.metadata.get(field)) for field in fields)
    return tuple(escape(each) for each in (match.name, aliases, *metadata, match.id))


def print_bundle(path: Path, manifest: Mapping[str, Any]) -> None:
    """Print counts, files with their shares of the budget, and measured quality."""
    screen = console()
    counts = ", ".join(f"{value:,} {what}" for what, value in manifest["counts"].items())
    encoder = ", ".join(f"{key} {value}" for key, value in manifest["encoder"].items())
    screen.print(f"[bold]{escape(manifest['name'])}[/bold]  {escape(str(path))}")
    screen.print(escape(f"lang {manifest['lang']}, version {manifest['version']}, {counts}"))
    screen.print(f"encoder: {escape(encoder)}")
    if "recall" in manifest["index"]:
        screen.print(f"index: {escape(_index_line(manifest['index']))}")
    screen.print(_file_table(manifest))
    if manifest["report"].get("recall_at_1"):
        screen.print(_quality_table(manifest["report"]))
        if decision_cells(manifest["report"]):
            screen.print(decision_table(manifest["report"]))
    else:
        screen.print("quality: not measured")


def _index_line(index: Mapping[str, Any]) -> str:
    """The index of a large catalog and its recall."""
    recall = ", ".join(f"Recall@{at} {index['recall'][f'at_{at}']:.4f}" for at in (1, 64))
    line = f"{index['kind']} {index['factory']}, {recall} of an exact scan, {index['bytes_per_entity']} bytes an entity"
    if "popular" in index:
        line += "; {share:.1%} of entities searched first, where {exits:.0%} of requests end".format(
            **index["popular"]
        )
    return line


def print_bundle_list(bundles: Mapping[str, Mapping[str, Any]]) -> None:
    """Print one line for each bundle."""
    if not bundles:
        console().print("no bundle is shipped")
        return
    table = Table()
    for heading in ("name", "lang", "version"):
        table.add_column(heading)
    for heading in ("entities", "aliases", "MB", "Recall@1 text"):
        table.add_column(heading, justify="right")
    for name, manifest in bundles.items():
        recall = manifest["report"].get("recall_at_1", {}).get(manifest["lang"], {}).get("text")
        table.add_row(
            escape(name),
            escape(manifest["lang"]),
            escape(manifest["version"]),
            *(f"{manifest['counts'][what]:,}" for what in ("entities", "aliases")),
            f"{manifest['size_bytes'] / 1e6:.2f}",
            f"{recall['value']:.3f}" if recall else "",
        )
    console().print(table)


def _file_table(manifest: Mapping[str, Any]) -> Table:
    total, budget = manifest["size_bytes"], manifest["budget_bytes"]
    whole = budget or total or 1  # a manifest may say that its files are empty
    table = Table(title="files")
    table.add_column("file")
    table.add_column("bytes", justify="right")
    table.add_column("of budget" if budget else "of all", justify="right")
    for name, size in sorted(_counted_files(manifest), key=lambda item: -item[1]):
        table.add_row(escape(name), f"{size:,}", f"{size / whole:.1%}")
    table.add_section()
    table.add_row("together", f"{total:,}", f"{total / whole:.1%}")
    table.add_row("budget", f"{budget:,}" if budget else "none", "")
    if STREAMS in manifest["files"]:
        table.add_row(f"{STREAMS} (not counted)", f"{manifest['files'][STREAMS]['size']:,}", "")
    return table


def _counted_files(manifest: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Name and size of each file that counts; the manifest does not list itself, so its size is the rest."""
    listed = {name: entry["size"] for name, entry in manifest["files"].items() if name != STREAMS}
    yield from listed.items()
    yield MANIFEST, manifest["size_bytes"] - sum(listed.values())


def _quality_table(report: Mapping[str, Any]) -> Table:
    table = Table(title=f"Recall@1 on {requests_name(report)}, the first answer whatever the decision")
    for heading in ("lang", "stratum"):
        table.add_column(heading)
    for heading in ("value", "95 % interval", "rows", "entities"):
        table.add_column(heading, justify="right")
    for lang, strata in report["recall_at_1"].items():
        for stratum, cell in strata.items():
            interval = f"{cell['low']:.3f} - {cell['high']:.3f}"
            counts = (f"{cell['rows']:,}", f"{cell['entities']:,}")
            table.add_row(escape(lang), escape(stratum), f"{cell['value']:.3f}", interval, *counts)
    return table
