"""Write the development requests, and the catalogs of other domains, as files.

    python -m benchmarks.lib.voice_requests --out FOLDER

writes a file of requests for each shipped bundle (`radio_de.jsonl` with the strata text, asr and noisy,
`radio_de.second_recogniser.jsonl` with asr_small), and for each other domain a catalog and its requests
(`city_de.catalog.jsonl`, `city_de.jsonl`). All are the input of `edge-er eval` and `edge-er build`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder
from edge_er.training.data.voice_requests import (
    OTHER_DOMAINS,
    domain_names,
    domain_requests,
    second_recogniser_requests,
    station_requests,
    write_requests,
)


def main() -> None:
    """Write all files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    data = data_folder(options.data)
    options.out.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        write_requests(options.out / f"radio_{lang}.jsonl", station_requests(data, lang))
        second = second_recogniser_requests(data, lang)
        write_requests(options.out / f"radio_{lang}.second_recogniser.jsonl", second)
        for domain in OTHER_DOMAINS:
            write_requests(options.out / f"{domain}_{lang}.jsonl", domain_requests(data, domain, lang))
            catalog = "".join(
                json.dumps({"name": name}, ensure_ascii=False) + "\n"
                for name in domain_names(data, domain, lang)
            )
            (options.out / f"{domain}_{lang}.catalog.jsonl").write_text(catalog, encoding="utf-8")


if __name__ == "__main__":
    main()
