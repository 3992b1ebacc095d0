"""Plots of the result files and of the shipped bundles' sizes.

    python -m benchmarks.lib.plots

The other benchmarks that draw take `plt`, `COLOURS`, `interval` and `save` from here.

`recall.png`: Recall@1 by language and stratum with 95 % intervals, all systems of results/accuracy.json.
`ladder.png`: what each kind of evidence adds, of results/ladder.json.
`sizes.png`: every bundle by part, beside its budget.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.lib.results_file import LANGUAGES, RESULTS, read_result
from benchmarks.lib.systems import AVERAGE
from edge_er.bundle.bundle import read_bundle

STRATA = {"text": "typed", "asr": "recognised speech", "noisy": "recognised, with noise"}
COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#CC79A7", "#D55E00", "#999999", "#000000", "#F0E442")
PARTS = ("encoder.onnx", "tokenizer.json", "entities.jsonl.gz", "vectors.safetensors")
OTHER = "manifest and card"
MEGABYTE = 1e6


def interval(cells: Sequence[dict[str, float]]) -> tuple[list[float], list[list[float]]]:
    """Values of result cells, and how far below and above them their 95 % intervals reach, as `errorbar` takes them."""
    values = [cell["value"] for cell in cells]
    below = [max(cell["value"] - cell["low"], 0) for cell in cells]
    above = [max(cell["high"] - cell["value"], 0) for cell in cells]
    return values, [below, above]


def save(figure: Figure, out: Path) -> None:
    """Write a figure and free it."""
    figure.savefig(out, dpi=150)
    plt.close(figure)


def plot_recall(systems: dict[str, Any], out: Path) -> None:
    """A panel for each stratum; a group of points for each language and for the average."""
    groups = [AVERAGE, *LANGUAGES]
    figure, panels = plt.subplots(
        len(STRATA), 1, figsize=(9, 3.1 * len(STRATA)), sharex=True, layout="constrained"
    )
    for panel, (stratum, title) in zip(panels, STRATA.items(), strict=True):
        for number, (name, table) in enumerate(systems.items()):
            cells = table["all"][stratum]["recall_at_1"]
            shift = 0.8 * ((number + 0.5) / len(systems) - 0.5)
            shown = [(place + shift, cells[group]) for place, group in enumerate(groups) if group in cells]
            values, errors = interval([cell for _, cell in shown])
            colour = COLOURS[number % len(COLOURS)]
            places = [place for place, _ in shown]
            panel.errorbar(places, values, errors, fmt="o", ms=4, color=colour, capsize=2, label=name)
        panel.set_title(title, loc="left")
        panel.set_ylabel("Recall@1")
        panel.grid(axis="y", alpha=0.3)
    panels[-1].set_xticks(range(len(groups)), groups)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    save(figure, out)


def plot_ladder(rungs: dict[str, Any], out: Path) -> None:
    """A line for each stratum over the rungs, with 95 % intervals."""
    figure, panel = plt.subplots(figsize=(8, 4), layout="constrained")
    places = range(len(rungs))
    for number, (stratum, title) in enumerate({**STRATA, "asr_small": "better recogniser"}.items()):
        values, errors = interval([cell[stratum][AVERAGE] for cell in rungs.values()])
        colour = COLOURS[number]
        panel.errorbar(places, values, errors, fmt="o-", ms=4, color=colour, capsize=2, label=title)
    panel.set_xticks(places, list(rungs), rotation=15)
    panel.set_ylabel("Recall@1, average of languages")
    panel.grid(axis="y", alpha=0.3)
    panel.legend(frameon=False)
    save(figure, out)


def bundle_sizes(bundle: str) -> tuple[dict[str, int], int | None]:
    """Bytes of each part that counts, and the budget."""
    manifest = read_bundle(bundle).manifest
    files = {name: entry["size"] for name, entry in manifest["files"].items()}
    sizes = {part: files[part] for part in PARTS}
    sizes[OTHER] = manifest["size_bytes"] - sum(sizes.values())
    return sizes, manifest["budget_bytes"]


def plot_sizes(bundles: dict[str, tuple[dict[str, int], int | None]], out: Path) -> None:
    """A stacked bar for each bundle, its budget as a line across it."""
    figure, panel = plt.subplots(figsize=(9, 0.7 * len(bundles) + 1.6), layout="constrained")
    for place, (sizes, budget) in enumerate(bundles.values()):
        left = 0.0
        for (part, size), colour in zip(sizes.items(), COLOURS, strict=False):
            label = part if place == 0 else None
            panel.barh(place, size / MEGABYTE, left=left, color=colour, label=label, height=0.6)
            left += size / MEGABYTE
        panel.text(max(left, (budget or 0) / MEGABYTE) + 0.03, place, f"{left:.2f} MB", va="center")
        if budget:
            panel.plot([budget / MEGABYTE] * 2, [place - 0.4, place + 0.4], color="black", lw=2)
    panel.set_yticks(range(len(bundles)), list(bundles))
    panel.invert_yaxis()
    panel.margins(x=0.12)
    panel.set_xlabel("MB without stream addresses; the black line is the budget")
    figure.legend(loc="outside upper center", ncols=5, frameon=False)
    save(figure, out)


def main() -> None:
    """Draw all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument(
        "--accuracy", default="accuracy", help="name of the result file of benchmarks.product.accuracy"
    )
    options = parser.parse_args()
    plot_recall(read_result(options.accuracy)["systems"], RESULTS / "recall.png")
    plot_ladder(read_result("ladder")["recall_at_1"], RESULTS / "ladder.png")
    bundles = {f"radio_{lang}": bundle_sizes(options.bundle.format(lang=lang)) for lang in LANGUAGES}
    plot_sizes(bundles, RESULTS / "sizes.png")


if __name__ == "__main__":
    main()
