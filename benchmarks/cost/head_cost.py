"""What a DiPair head costs a bundle: bytes and time, with the forms' tokens kept in it and read at each request.

    python -m benchmarks.cost.head_cost build/encoders/multilingual-32-hpd64-head

A fit may well find that a head adds nothing beside the other evidence; here it counts one unit, so that it runs, and
is asked where the fit says that a race is close (`head_margin`), or always.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cost.latency import bind_to_one_core, times
from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from catalog_tools import build_bundle
from catalog_tools.build.options import BuildOptions, SurfaceForms
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.resolver import EntityResolver
from edge_er.training.card import read_card
from edge_er.training.data.voice_requests import station_requests
from edge_er.training.models.pair_head import multiply_adds
from edge_er.training.settings import HeadSettings

BUNDLE, LANG = "radio_de", "de"
ALWAYS = 2**31
TIMED = 1500
WAYS = {"tokens kept": True, "tokens read": False}


def with_head(bundle: Bundle, **changes: int) -> EntityResolver:
    """A resolver of the bundle with other weights of the head."""
    return EntityResolver(
        bundle.with_manifest(rerank={**bundle.manifest["rerank"], **changes}, calibration={})
    )


def asked_share(bundle: Bundle, queries: list[str]) -> float:
    """Share of requests that the head is asked about: those where it adds something to the first candidate's score."""
    resolver = with_head(bundle, head=1)
    return float(
        np.mean(
            [
                any(explanation.parts["head"] for explanation in resolver.explain(query, 2))
                for query in queries
            ]
        )
    )


def measured(bundle: Bundle, queries: Mapping[str, list[str]]) -> dict[str, Any]:
    """Bytes, share asked and times of one way to keep tokens."""
    recognised = queries["asr"]
    settings = {
        "without the head": {"head": 0},
        "in close races": {"head": 1},
        "always": {"head": 1, "head_margin": ALWAYS},
    }
    return {
        "size_bytes": bundle.manifest["size_bytes"],
        "asked": {stratum: round(asked_share(bundle, texts), 4) for stratum, texts in queries.items()},
        "time": {
            name: times(with_head(bundle, **changes).resolve, recognised)
            for name, changes in settings.items()
        },
    }


def main() -> None:
    """Build the bundle in both ways, time them and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("encoder", type=Path, help="encoder folder with a head")
    options = parser.parse_args()
    bind_to_one_core()
    data = data_folder(options.data)
    requests = station_requests(data, LANG)
    queries = {
        stratum: [each.query for each in requests if each.stratum == stratum][:TIMED]
        for stratum in ("text", "asr")
    }
    card = read_card(options.encoder)
    shape = HeadSettings(**json.loads((options.encoder / "head.json").read_text(encoding="utf-8"))["head"])
    flops = 2 * multiply_adds(shape, card["hidden"], card["rerank"]["head_forms"])
    entities, report = list(read_bundle(BUNDLE).entities), {}
    for name, kept in WAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            forms = BuildOptions(forms=SurfaceForms(head_tokens=kept))
            build_bundle(entities, Path(folder) / BUNDLE, LANG, options.encoder, None, options=forms)
            report[name] = measured(read_bundle(Path(folder) / BUNDLE), queries)
    margin = card["rerank"]["head_margin"] / card["vector_scale"] ** 2
    figures = {"flops": flops, "margin": margin, "head_fit": card["rerank"].get("head_fit"), "ways": report}
    write_result("cost.head_cost", "head_cost", figures, table(figures, card["rerank"]["head"]))


def table(figures: Mapping[str, Any], weight: int) -> str:
    """The report as Markdown; `weight` is the head's."""
    report = figures["ways"]
    rows = [
        [
            name,
            f"{way['size_bytes'] / 1e6:.2f}",
            *(f"{way['time'][how]['p50_ms']:.2f} / {way['time'][how]['p99_ms']:.2f}" for how in way["time"]),
        ]
        for name, way in report.items()
    ]
    asked, flops, margin = report["tokens kept"]["asked"], figures["flops"], figures["margin"]
    return "\n\n".join(
        [
            f"# A DiPair head in {BUNDLE}",
            markdown_table(
                [
                    "forms' tokens",
                    "bundle, MB",
                    *(f"{how}, p50 / p99 ms" for how in report["tokens kept"]["time"]),
                ],
                rows,
            ),
            f"{flops / 1e6:.1f} MFLOP where it is asked. With a margin of {margin:.3f} it is asked about "
            f"{asked['asr']:.0%} of recognised and {asked['text']:.0%} of typed requests. Times: recognised requests, "
            f"one core. The weight that was fitted for it: {weight}.",
        ]
    )


if __name__ == "__main__":
    main()
