"""Write ``confusions_<lang>.tsv`` from the train split of recognised speech, by default that of the shipped languages.

python tools/learn_confusions.py --data ../shared/data
python tools/learn_confusions.py --voice voice.jsonl.gz --out .   # a file of edge-er voice
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from catalog_tools.noise import learn_confusions
from edge_er.normalize import canonical_text

LOCALES = Path(__file__).resolve().parents[1] / "catalog_tools" / "locales"


def main() -> None:
    """Learn and write one table a language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--voice", type=Path, help="the file; by default voice/voice.jsonl.gz of the data folder"
    )
    parser.add_argument("--out", type=Path, default=LOCALES, help="folder of the tables")
    parser.add_argument("--min-count", type=int, default=5)
    arguments = parser.parse_args()
    pairs: dict[str, list[tuple[str, str]]] = {}
    file = arguments.voice or arguments.data / "voice" / "voice.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["split"] == "train":
                said = canonical_text(row["text"])
                pairs.setdefault(row["lang"], []).extend(
                    (said, canonical_text(row[k])) for k in ("asr", "asr_noisy")
                )
    for lang, of_lang in sorted(pairs.items()):
        table = learn_confusions(of_lang, arguments.min_count)
        target = arguments.out / f"confusions_{lang}.tsv"
        target.write_text("".join(f"{s}\t{h}\t{rate:.5f}\n" for s, h, rate in table.rows), encoding="utf-8")
        print(
            f"{target.name}: {len(table.rows)} confusions from {len(of_lang)} pairs, {target.stat().st_size} bytes"
        )


if __name__ == "__main__":
    main()
