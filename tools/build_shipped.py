"""Build the five shipped bundles from the station lists, each measured on the dev requests of its countries.

    python tools/build_shipped.py --data ../shared/data

Catalogs, their merge reports and the requests are kept in ``build/``; bundles appear in ``models/``, whole or not at
all. Ids of stations that are in a bundle of before stay the same; ``models/station_corrections.jsonl`` says which names
are one station though nothing in the lists tells.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.results_file import LANGUAGES  # noqa: E402
from catalog_tools import build_bundle, radio  # noqa: E402
from edge_er.training.voice_requests import station_requests, write_requests  # noqa: E402

BUDGET = "2MB"


def main() -> None:
    """Catalogs, requests, bundles."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("EDGE_ER_DATA", "../shared/data")))
    parser.add_argument(
        "--encoder", default="multilingual-32-hpd64", help="shipped name or folder of the encoder"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "models", help="folder for the bundles")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="folder for catalogs and requests")
    options = parser.parse_args()
    catalogs, reports = options.work / "catalogs", ROOT / "models" / "merge_reports"
    places = {
        "--data": options.data,
        "--out": catalogs,
        "--reports": reports,
        "--previous": options.out,
        "--corrections": ROOT / "models" / "station_corrections.jsonl",
    }
    radio.main([*(str(word) for pair in places.items() for word in pair), "--most", "200"])
    for lang in LANGUAGES:
        name = f"radio_{lang}"
        requests = options.work / "requests" / f"{name}.jsonl"
        requests.parent.mkdir(parents=True, exist_ok=True)
        write_requests(requests, station_requests(options.data, lang))
        out = options.out / name
        built = build_bundle(
            catalogs / f"{name}.jsonl",
            out,
            lang=lang,
            encoder=options.encoder,
            budget=BUDGET,
            name=name,
            requests=requests,
        )
        recall = built.manifest["report"]["recall_at_1"][lang]
        shown = ", ".join(f"{stratum} {figure['value']:.3f}" for stratum, figure in recall.items())
        print(
            f"{name}: {built.manifest['size_bytes']:,} of {BUDGET}, {built.manifest['counts']}, Recall@1 {shown}"
        )


if __name__ == "__main__":
    main()
