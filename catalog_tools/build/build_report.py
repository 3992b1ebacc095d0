"""A build on one page: an HTML file that needs no other, with plots, for light and dark.

Recall@1 by language with its interval, what was decided, size by file against the budget, how long answers took, what
was mixed up, and what was left out. Where the requests were simulated, every figure of theirs says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from catalog_tools.build.build import BuildResult
from catalog_tools.build.measure import Measurement
from catalog_tools.pages.html_text import escape, scrolling
from catalog_tools.pages.report_plots import COLOURS, latency_plot, recall_plot, size_plot
from edge_er.bundle.atomic import write_text
from edge_er.bundle.bundle import STREAMS
from edge_er.bundle.storage import MANIFEST
from edge_er.evaluation.report_table import DECISION_HEADINGS, decision_cells, requests_name

__all__ = ["build_report", "write_build_report"]

_LISTED = 12
_SILENT_LISTED = 20


def write_build_report(file: str | Path, result: BuildResult, rejected: int | None = None) -> None:
    """Put the page at ``file``, whole or not at all; arguments as in `build_report`."""
    write_text(Path(file), build_report(result, rejected))


def build_report(result: BuildResult, rejected: int | None = None) -> str:
    """The page as HTML.

    Args:
        result: of ``build_bundle``; what was not measured is left out.
        rejected: rows of the source that could not be used; None where that is not known.
    """
    manifest, measured = result.manifest, result.measurement
    sections = [_section("Size by file", _sizes(result))]
    if measured is not None:
        sections = [
            _section(f"Recall@1 on {requests_name(measured.report)}", _recall(measured)),
            _section(f"Decisions on {requests_name(measured.report)}", _decisions(measured)),
            *sections,
            _section("Time of an answer", _latency(measured)),
            _section("Hardest confusions", _confusions(measured)),
        ]
    sections.append(_section("Left out", _left_out(result, rejected)))
    title = escape(f"{manifest['name']}: build report")
    style = files("catalog_tools.pages").joinpath("report.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{_heading(result)}\n"
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def _heading(result: BuildResult) -> str:
    manifest, counts = result.manifest, result.manifest["counts"]
    encoder = manifest["encoder"]
    figures = {
        "entities": f"{counts['entities']:,}",
        "aliases": f"{counts['aliases']:,}",
        "forms searched": f"{counts['forms']:,}",
        "bytes": f"{manifest['size_bytes']:,}",
        "budget": f"{manifest['budget_bytes']:,}" if manifest["budget_bytes"] else "none",
        "bytes an entity": f"{manifest['size_bytes'] / counts['entities']:,.0f}",
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures.items())
    encoded = f"language {manifest['lang']}, encoder {encoder.get('name')}, {encoder['dim']} dimensions"
    return f'<h1>{escape(manifest["name"])}</h1>\n<p class="soft">{escape(encoded)}</p>\n<dl>{cells}</dl>'


def _recall(measured: Measurement) -> str:
    recall = measured.report["recall_at_1"]
    rows = [
        (
            lang,
            stratum,
            *(f"{cell[key]:.3f}" for key in ("value", "low", "high")),
            cell["rows"],
            cell["entities"],
        )
        for lang, strata in recall.items()
        for stratum, cell in strata.items()
    ]
    headings = ("language", "requests", "Recall@1", "low", "high", "rows", "entities")
    description = measured.report.get("requests", {}).get("description", "On the requests that were given.")
    return (
        f"<p>Share of {requests_name(measured.report)} whose first answer is right, whatever the decision, with the "
        f"95 % interval over entities.</p>"
        f"{recall_plot(recall)}<details><summary>The same as a table</summary>"
        f"{_table('Recall@1', headings, rows, numbers_from=2)}</details>"
        f'<p class="soft">{escape(description)}</p>'
    )


def _decisions(measured: Measurement) -> str:
    return (
        f"<p>What was decided on {requests_name(measured.report)}, as shares of their rows, and how many matches are "
        "right.</p>" + _table("Decisions", DECISION_HEADINGS, decision_cells(measured.report), numbers_from=1)
    )


def _sizes(result: BuildResult) -> str:
    manifest = result.manifest
    sizes = {name: file["size"] for name, file in manifest["files"].items() if name != STREAMS}
    sizes[MANIFEST] = manifest["size_bytes"] - sum(sizes.values())
    sizes = dict(sorted(sizes.items(), key=lambda item: -item[1]))
    limit = manifest["budget_bytes"] or sum(sizes.values())
    lines = [
        f'<tr><td><span class="swatch c{place % COLOURS}"></span>{escape(name)}</td><td class="number">{size:,}</td>'
        f'<td class="number">{size / limit:.1%}</td></tr>'
        for place, (name, size) in enumerate(sizes.items())
    ]
    share = "of the budget" if manifest["budget_bytes"] else "of all"
    head = f'<tr><th>file</th><th class="number">bytes</th><th class="number">{share}</th></tr>'
    table = f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>"
    return size_plot(sizes, manifest["budget_bytes"]) + scrolling("Size by file", table)


def _latency(measured: Measurement) -> str:
    milliseconds = measured.seconds * 1000
    p50, p90, p99 = np.percentile(milliseconds, [50, 90, 99]).tolist()
    return (
        f"<p>Median {p50:.2f} ms, 90th percentile {p90:.2f} ms, 99th percentile {p99:.2f} ms, over "
        f"{len(milliseconds):,} requests, one after another on one thread.</p>{latency_plot(milliseconds)}"
        '<p class="soft">Taken on the machine that built the bundle, right after; a device has times of its own.</p>'
    )


def _confusions(measured: Measurement) -> str:
    wrong = (
        (-resolution.matches[0].confidence, row)
        for row, (resolution, rank) in enumerate(zip(measured.resolutions, measured.ranks, strict=True))
        if rank != 1 and resolution.matches
    )
    count = sum(rank != 1 for rank in measured.ranks)
    names = measured.names
    rows = []
    for _, row in heapq.nsmallest(_LISTED, wrong):
        request, best = measured.requests[row], measured.resolutions[row].matches[0]
        meant = ", ".join(names.get(gold, gold) for gold in request.gold)
        place = measured.ranks[row] or f"not in {measured.report['top_k']}"
        cells = (request.query, request.lang or "", request.stratum)
        rows.append((*cells, meant, best.name, f"{best.confidence:.2f}", place))
    headings = ("request", "language", "kind", "meant", "answered", "confidence", "right one at")
    asked = f"{len(measured.ranks):,} {requests_name(measured.report)}"
    caption = f"{count:,} of {asked} answered wrong first; the most confident of them"
    near = [
        (pair.entity.name, pair.form, pair.other.name, f"{pair.cosine:.3f}")
        for pair in measured.near[:_LISTED]
    ]
    first = (
        _table(caption, headings, rows, numbers_from=5)
        if rows
        else f"<p>{escape(caption.partition(';')[0])}.</p>"
    )
    return first + _table(
        "Names nearest to a name of another entity, by vector",
        ("name", "form", "of", "cosine"),
        near,
        numbers_from=3,
    )


def _left_out(result: BuildResult, rejected: int | None) -> str:
    lines = [f"Spoken forms without room in the budget, the least likely: {result.spoken_left_out:,}."]
    if rejected is not None:
        lines.insert(0, f"Rows of the source that could not be used: {rejected:,}.")
    silent = result.without_text
    if silent:
        more = f" and {len(silent) - _SILENT_LISTED:,} more" if len(silent) > _SILENT_LISTED else ""
        listed = ", ".join(silent[:_SILENT_LISTED])
        lines.append(f"No letter or digit in the name of {listed}{more}; an alias finds them.")
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}\n</section>"


def _table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]], numbers_from: int) -> str:
    """A table whose columns from ``numbers_from`` on are numbers."""

    def cells(tag: str, values: Sequence[object]) -> str:
        return "".join(
            f"<{tag}{' class=number' if place >= numbers_from else ''}>{escape(str(value))}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    head = f"<thead><tr>{cells('th', headings)}</tr></thead>"
    table = f"<table><caption>{escape(caption)}</caption>{head}<tbody>{body}</tbody></table>"
    return scrolling(caption, table)
