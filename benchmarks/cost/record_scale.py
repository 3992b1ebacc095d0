"""How long a large catalog takes to be freed of its duplicates, and how many are found.

    python -m benchmarks.cost.record_scale --records 100000

Records are made from real names (artists, programmes, channels) with a city, a year and a telephone number each; one in
five is there twice, the second time as another source might write it: a letter wrong, a word left out or moved, the
country's telephone prefix, the year alone missing. The given weights decide; no label is read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import time
from pathlib import Path
from typing import Any

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from catalog_tools.readers.sources import Record
from catalog_tools.records import RecordTable, deduplicate, given_weights, infer_fields, record_values
from catalog_tools.records.blocking import candidate_pairs
from catalog_tools.records.matcher import probabilities

_TWICE = 0.2


def made_records(data: Path, count: int, seed: int = 1) -> list[Record]:
    """`count` records; the copy of record N has the id "N copy"."""
    rng = random.Random(seed)
    names = _names(data / "entities" / "media_entities.jsonl.gz")
    cities = _names(data / "entities" / "cities.jsonl.gz")
    records: list[Record] = []
    while len(records) < count:
        number = str(len(records))
        fields = {
            "city": rng.choice(cities),
            "year": str(rng.randint(1950, 2025)),
            "phone": f"{rng.randint(200, 999)} {rng.randint(1000000, 9999999)}",
        }
        name = f"{rng.choice(names)} {rng.choice(names)}"
        records.append(Record(name, id=number, metadata=fields))
        if rng.random() < _TWICE and len(records) < count:
            records.append(Record(_dirty(name, rng), id=f"{number} copy", metadata=_other(fields, rng)))
    rng.shuffle(records)
    return records


def _names(file: Path) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return sorted({json.loads(line)["name"] for line in lines})


def _dirty(name: str, rng: random.Random) -> str:
    words = name.split()
    way = rng.random()
    if way < 0.4 and len(name) > 4:
        at = rng.randrange(1, len(name) - 1)
        return name[:at] + rng.choice(("", name[at] * 2, "e")) + name[at + 1 :]
    if way < 0.6 and len(words) > 2:
        return " ".join(words[1:] + words[:1])
    if way < 0.75 and len(words) > 3:
        return " ".join(words[:-1])
    return name.upper()


def _other(fields: dict[str, str], rng: random.Random) -> dict[str, str]:
    """The fields as another source has them: a prefix, or one of them missing."""
    changed = {**fields, "phone": f"+49 {fields['phone']}"}
    if rng.random() < 0.3:
        del changed[rng.choice(("phone", "year"))]
    return changed


def measure(data: Path, count: int) -> dict[str, Any]:
    """Seconds of each step, and precision and recall of the pairs that ended in one cluster."""
    records = made_records(data, count)
    values = [record_values(record) for record in records]
    seconds: dict[str, float] = {}

    def timed(step: str, run: Any) -> Any:
        start = time.perf_counter()
        result = run()
        seconds[step] = time.perf_counter() - start
        return result

    table = timed("prepare", lambda: RecordTable(values, infer_fields(values)))
    a, b = timed("block", lambda: candidate_pairs(values, table.fields))
    timed("compare", lambda: probabilities(table, given_weights(table.fields), a, b))
    result = timed("all steps", lambda: deduplicate(records, table=table))
    seconds["all steps"] += seconds["prepare"]
    true = sum("copy" in str(record.id) for record in records)
    merged = right = 0
    for cluster in result.clusters:
        ids = [str(records[row].id).removesuffix(" copy") for row in cluster.rows]
        merged += len(ids) * (len(ids) - 1) // 2
        right += len(ids) - len(set(ids))
    return {
        "records": count,
        "pairs": len(a),
        "of_all_pairs": len(a) / (count * (count - 1) / 2),
        "seconds": seconds,
        "duplicates": true,
        "precision": right / max(merged, 1),
        "recall": right / true,
        "unsure": len(result.unsure),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--result", default="record_scale", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    sizes = [measure(data, count) for count in options.records]
    steps = list(sizes[0]["seconds"])
    heading = ["records", "pairs compared", "of all", *(f"{step}, s" for step in steps), "records/s", "precision",
               "recall", "peak MB"]  # fmt: skip
    rows = [
        [
            f"{one['records']:,}",
            f"{one['pairs']:,}",
            f"{100 * one['of_all_pairs']:.4f} %",
            *(f"{one['seconds'][step]:.1f}" for step in steps),
            f"{one['records'] / one['seconds']['all steps']:,.0f}",
            f"{one['precision']:.4f}",
            f"{one['recall']:.4f}",
            f"{one['peak_megabytes']:,.0f}",
        ]
        for one in sizes
    ]
    introduction = (
        "Made records with a fifth of them twice, given weights, one thread. *All steps* prepares, blocks, compares "
        "and clusters in one go; the steps before it are timed by themselves."
    )
    text = "\n\n".join(["# Duplicates of a large catalog", introduction, markdown_table(heading, rows)])
    write_result("cost.record_scale", options.result, {"sizes": sizes}, text)
    print(text)


if __name__ == "__main__":
    main()
