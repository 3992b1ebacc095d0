"""The page of `benchmarks.product.vocabulary`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.lib.results_file import LANGUAGES, markdown_table, percent
from edge_er.encoder.encoder import ENCODER_FILES

__all__ = ["CUT", "WHOLE", "page"]

WHOLE, CUT = "whole", "cut"


def page(report: Mapping[str, Any]) -> str:
    """The Markdown of the result."""
    kinds = [(lang, system) for lang in report["sizes"] for system in (WHOLE, CUT)]
    lines = []
    for lang, system in kinds:
        cell = report["sizes"][lang][system]
        parts = [f"{cell['encoder_bytes'][name]:,}" for name in ENCODER_FILES[:2]]
        lines.append(
            [
                f"radio_{lang}, {system}",
                f"{cell['pieces']:,}",
                *parts,
                f"{cell['bundle_bytes']:,}",
                f"{cell['tokens']:.2f}",
                f"{cell['encode_us']:.0f}",
            ]
        )
    recalls = [
        [f"{name}, {stratum}", *(_cell(cells.get(lang)) for lang in ("all", *LANGUAGES))]
        for name, strata in report["recall_at_1"].items()
        for stratum, cells in sorted(strata.items())
    ]
    changes = [
        [name, f"{cell[WHOLE]:.4f}", f"{cell[CUT]:.4f}", percent(cell["difference"], 4)]
        for name, strata in report["recall_at_1"].items()
        for cell in (strata["all"]["all"],)
    ]
    heading = ["bundle", "pieces", *ENCODER_FILES[:2], "bundle", "tokens a request", "encode, µs"]
    return "\n\n".join(
        [
            "# A vocabulary cut to the catalog",
            "Bytes of the shipped bundles with the whole encoder and with the cut one, which keeps pieces that occur "
            f"{2 ** report['frequent']} times in 100,000 requests of the language, and those of the catalog. The time "
            "of an encode is the shortest of several rounds in turn, tokens included, on one thread.",
            markdown_table(heading, lines),
            "Recall@1 over all languages; differences are cut minus whole, paired by what is asked for, with 95 % "
            "intervals. *later*: the vocabulary was cut before any of the stations that are asked for was in the "
            "catalog. *own entries*: names of other kinds beside the stations. *people*: a catalog for each domain. "
            f"One development request of {report['every']} is asked.",
            markdown_table(["set", WHOLE, CUT, "difference"], changes),
            "By stratum and language: whole, and cut minus whole in thousandths.",
            markdown_table(["set and stratum", "all", *LANGUAGES], recalls),
        ]
    )


def _cell(cell: Mapping[str, Any] | None) -> str:
    return f"{cell[WHOLE]:.3f} {1000 * (cell[CUT] - cell[WHOLE]):+.1f}" if cell else "-"
