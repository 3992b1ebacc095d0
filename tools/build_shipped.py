"""Build the five shipped bundles from the station lists, each measured on the dev requests of its countries.

    python -m tools.build_shipped --data ../shared/data

Catalogs, their merge reports and the requests are kept in ``build/``; bundles appear in ``models/``, whole or not at
all. Ids of stations that are in a bundle of before stay the same; ``models/station_corrections.jsonl`` says which names
are one station though nothing in the lists tells.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from catalog_tools import build_bundle, radio
from catalog_tools.build.options import BuildOptions
from catalog_tools.build.vocabulary import CATALOG
from catalog_tools.language.requests import LANGUAGES
from edge_er.bundle.locate import data_folder
from edge_er.errors import EdgeERError
from edge_er.training.data.voice_requests import station_requests, write_requests
from tools.documents import REPOSITORY

# Of 2 MB: more spoken forms than radio_en has room for here were measured to find nothing more.
BUDGET = "1.85MB"
CANDIDATES = (
    128  # by vector and by sound each; stations are asked for by voice, and noise garbles their names
)


def main() -> None:
    """Catalogs, requests, bundles."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="data folder (default: $EDGE_ER_DATA, else ../shared/data)")
    parser.add_argument(
        "--encoder", default="multilingual-32-hpd64", help="shipped name or folder of the encoder"
    )
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models", help="folder for the bundles")
    parser.add_argument(
        "--work", type=Path, default=REPOSITORY / "build", help="folder for catalogs and requests"
    )
    options = parser.parse_args()
    data = data_folder(options.data)
    catalogs, reports = options.work / "catalogs", REPOSITORY / "models" / "merge_reports"
    places = {
        "--data": data,
        "--out": catalogs,
        "--reports": reports,
        "--previous": options.out,
        "--corrections": REPOSITORY / "models" / "station_corrections.jsonl",
    }
    radio.main([*(str(word) for pair in places.items() for word in pair), "--most", "200"])
    for lang in LANGUAGES:
        name = f"radio_{lang}"
        requests = options.work / "requests" / f"{name}.jsonl"
        requests.parent.mkdir(parents=True, exist_ok=True)
        write_requests(requests, station_requests(data, lang))
        out = options.out / name
        built = build_bundle(
            catalogs / f"{name}.jsonl",
            out,
            lang=lang,
            encoder=options.encoder,
            budget=BUDGET,
            name=name,
            requests=requests,
            options=BuildOptions(vocabulary=CATALOG, candidates=CANDIDATES),
        )
        recall = built.manifest["report"]["recall_at_1"][lang]
        shown = ", ".join(f"{stratum} {figure['value']:.3f}" for stratum, figure in recall.items())
        print(
            f"{name}: {built.manifest['size_bytes']:,} of {BUDGET}, {built.manifest['counts']}, Recall@1 {shown}"
        )


if __name__ == "__main__":
    try:
        main()
    except EdgeERError as error:
        sys.exit(f"error: {error}")
