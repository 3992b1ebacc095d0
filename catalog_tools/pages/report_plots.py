"""The plots of a build report: SVG text that takes its colours from the page, so that they follow light and dark.

They are as narrow as a phone. What they show is said in words too: in a table, or in the line above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.pages.html_text import escape, scrolling

__all__ = ["COLOURS", "latency_plot", "recall_plot", "size_plot"]

COLOURS = 6  # classes c0 to c5 of the page
_WIDTH = 360
_EDGE = 18
_ROW = 40
_BINS = 40


def recall_plot(recall: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Recall@1 of each language and stratum as a point on its 95 % interval; `recall` is as in a manifest's report."""
    rows = [(lang, stratum, cell) for lang, strata in recall.items() for stratum, cell in strata.items()]
    least = min(cell["low"] for _, _, cell in rows)
    start = min(np.floor(least * 10) / 10, 0.9)
    order = list(dict.fromkeys(stratum for _, stratum, _ in rows))

    def x(value: float) -> float:
        return round(float(_EDGE + (value - start) / (1 - start) * (_WIDTH - 2 * _EDGE)), 1)

    height = _ROW * len(rows) + 30
    parts = _ticks(np.linspace(start, 1, 6).tolist(), x, height - 24, "{:.2f}")
    for row, (lang, stratum, cell) in enumerate(rows):
        y = row * _ROW + 28
        label = f"{lang} {stratum}"
        figure = f"{cell['value']:.3f} ({cell['low']:.3f} to {cell['high']:.3f})"
        colour = f"c{order.index(stratum) % COLOURS}"
        parts += [
            f"<g><title>{escape(label)}: {figure}, {cell['rows']} requests</title>",
            f'<text x="2" y="{y - 12}">{escape(label)}</text>',
            f'<text x="{_WIDTH - 2}" y="{y - 12}" text-anchor="end" class="figure">{figure}</text>',
            f'<line class="{colour}" x1="{x(cell["low"])}" x2="{x(cell["high"])}" y1="{y}" y2="{y}"/>',
            f"{_mark(order.index(stratum), x(cell['value']), y, colour)}</g>",
        ]
    return _svg("Recall at 1 by language and kind of request, with 95 % intervals", height, parts)


def size_plot(sizes: Mapping[str, int], budget: int | None) -> str:
    """The counted files of a bundle in one bar, in bytes, and where its budget ends."""
    total = sum(sizes.values())
    scale = (_WIDTH - 2) / max(total, budget or 0)
    parts, start = [], 1.0
    for place, (name, size) in enumerate(sizes.items()):
        parts.append(
            f'<rect class="c{place % COLOURS}" x="{start:.1f}" y="22" width="{max(size * scale, 0.5):.1f}" height="34">'
            f"<title>{escape(name)}: {size:,} bytes</title></rect>"
        )
        start += size * scale
    label = f"{total:,} bytes in all"
    if budget:
        end = 1 + budget * scale
        parts.append(f'<line class="limit" x1="{end:.1f}" x2="{end:.1f}" y1="14" y2="64"/>')
        parts.append(f'<text x="{_WIDTH - 4}" y="80" text-anchor="end">budget {budget:,}</text>')
        label += f", budget {budget:,}"
    parts.append(f'<text x="2" y="80">{total:,} bytes</text>')
    return _svg(f"Size by file: {label}", 88, parts)


def latency_plot(milliseconds: NDArray[np.float64]) -> str:
    """How long answers took, in milliseconds, to the 99th percentile, with the median and that percentile."""
    median, high = np.percentile(milliseconds, [50, 99]).tolist()
    end = high * 1.02
    counts, _ = np.histogram(milliseconds, _BINS, (0, end))
    base, tallest = 120, max(int(counts.max()), 1)

    def x(value: float) -> float:
        return round(float(10 + value / end * (_WIDTH - 20)), 1)

    width = (_WIDTH - 20) / _BINS
    step = _round_step(end / 5)
    parts = _ticks(np.arange(0, end, step).tolist(), x, base + 6, "{:g}")
    parts += [
        f'<rect class="c0" x="{10 + place * width:.1f}" y="{base - count / tallest * 96:.1f}" '
        f'width="{width - 1:.1f}" height="{count / tallest * 96:.1f}"/>'
        for place, count in enumerate(counts.tolist())
    ]
    for value, name, y in ((median, "p50", 36), (high, "p99", 20)):
        side, shift = ("start", 4) if x(value) < _WIDTH / 2 else ("end", -4)
        parts.append(f'<line class="limit" x1="{x(value)}" x2="{x(value)}" y1="10" y2="{base}"/>')
        parts.append(
            f'<text x="{x(value) + shift}" y="{y}" text-anchor="{side}">{name} {value:.2f} ms</text>'
        )
    label = f"Time of an answer in milliseconds: median {median:.2f}, 99th percentile {high:.2f}"
    return _svg(label, base + 26, parts)


def _ticks(values: Sequence[float], x: Any, height: int, shape: str) -> list[str]:
    parts = []
    for value in values:
        parts.append(f'<line class="grid" x1="{x(value)}" x2="{x(value)}" y1="4" y2="{height}"/>')
        parts.append(
            f'<text x="{x(value)}" y="{height + 16}" text-anchor="middle">{shape.format(value)}</text>'
        )
    return parts


def _round_step(size: float) -> float:
    """The next of 1, 2, 5, 10, ... (and their tenths, ...) from ``size`` up."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= size))


def _mark(kind: int, x: float, y: float, colour: str) -> str:
    """A dot or a diamond: kinds differ in shape, not in colour alone."""
    if kind % 2 == 0:
        return f'<circle class="{colour}" cx="{x}" cy="{y}" r="5"/>'
    return f'<path class="{colour}" d="M{x} {y - 6}l6 6l-6 6l-6 -6z"/>'


def _svg(label: str, height: int, parts: Sequence[str]) -> str:
    inner = "\n".join(parts)
    svg = f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">\n{inner}\n</svg>'
    return scrolling(label, svg)
