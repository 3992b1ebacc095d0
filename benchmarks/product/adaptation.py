"""A bundle before and after it is adapted to requests, on names that nothing was fitted on.

    python -m benchmarks.product.adaptation

Four catalogs: a made shop whose customers have words of their own for its products (docs/examples/make_products.py);
the names that people say in SLURP, English human speech with what a recogniser made of it; places and contacts of
people's English requests. SLURP rows that stand among the requests of people, by which the product is judged, are left
out of the second. Requests of the shop are made, and its misheard ones simulated; those of SLURP are human speech,
typed as they were said and as they were heard. Of places and contacts half of the names are fitted on and the others
judged; that is a demonstration: what it fits is thrown away, and nothing that ships or is a default comes from it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.lib.results_file import (
    REPOSITORY,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from catalog_tools.language.name_split import name_cluster
from edge_er.errors import QualityGateError
from edge_er.text.canonical import canonical_text
from edge_er.training.adapt.adapt import adapt
from edge_er.training.adapt.settings import AdaptSettings
from edge_er.training.data.annotated import judged_texts
from edge_er.training.data.sources import read_rows

WAYS = {
    "weights": AdaptSettings(),
    "encoder": AdaptSettings(encoder=True),
    "scratch": AdaptSettings(teacher=True),
}
NAMED = frozenset(
    f"{kind}_name"
    for kind in ("artist", "place", "business", "song", "audiobook", "radio", "podcast", "playlist", "game")
) | {"person"}
PEOPLE = ("place", "contact")
CATALOGS = ("shop", "slurp", *PEOPLE)
HEARD_EACH, NOTHING, SEED, HALF = 3, 400, 7, 0.5
_SLOT = re.compile(r"\[(\w+) : ([^\]]+)\]")


def slurp_rows(folder: Path) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """A catalog of the names in SLURP, and requests for them: typed as said, and as they were heard."""
    judged, by_text = judged_texts(folder), defaultdict(list)
    for row in read_rows(folder / "slurp" / "slurp_test_asr_pairs.jsonl.gz"):
        if canonical_text(row["gold"]) not in judged and canonical_text(row["asr"]) not in judged:
            by_text[row["gold"]].append(row)
    catalog: dict[str, dict[str, str]] = {}
    asked, nothing = [], []
    for text, rows in sorted(by_text.items()):
        values = {slot[2].strip() for slot in _SLOT.finditer(rows[0]["annotation"]) if slot[1] in NAMED}
        if len(values) > 1:
            continue
        heard = random.Random(f"{SEED}/{text}").sample(rows, min(HEARD_EACH, len(rows)))
        made: list[dict[str, Any]] = [{"query": text}]
        made += [{"query": each["asr"], "said": text, "stratum": "asr"} for each in heard if each["asr"]]
        for value in values:
            name = catalog.setdefault(name_cluster(value), {"name": value})[
                "name"
            ]  # "library" is "the library"
            made = [{**each, "entity": name} for each in made]
        (asked if values else nothing).extend({**each, "lang": "en"} for each in made)
    kept = random.Random(SEED).sample(nothing, min(NOTHING, len(nothing)))
    return list(catalog.values()), [*asked, *kept]


def write_lines(file: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Rows as JSONL."""
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def shop(folder: Path) -> tuple[Path, Path]:
    """Catalog and requests of the made shop."""
    from runpy import run_path

    made = run_path(str(REPOSITORY / "docs" / "examples" / "make_products.py"))
    catalog, asked = made["write"](folder)
    return catalog, asked


def people_rows(folder: Path, domain: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The catalog of a domain of people's English requests, and the requests."""
    catalog = list(read_rows(folder / "people" / "catalogs" / f"{domain}_en.jsonl.gz"))
    asked = [
        {
            "query": row["query"],
            "entity": row["entity"],
            "lang": "en",
            "stratum": "asr" if row["speech"] else "text",
        }
        for row in read_rows(folder / "people" / "dev" / f"{domain}.jsonl.gz")
        if row["lang"] == "en"
    ]
    return catalog, asked


def inputs(name: str, data: Path, folder: Path) -> tuple[Path, Path]:
    """Files of the catalog and of the requests of one of `CATALOGS`, written to `folder`."""
    if name == "shop":
        return shop(folder / "shop")
    names, rows = people_rows(data, name) if name in PEOPLE else slurp_rows(data)
    return write_lines(folder / f"{name}.jsonl", names), write_lines(folder / f"{name}_asked.jsonl", rows)


def measured(catalog: Path, asked: Path, out: Path, settings: AdaptSettings) -> dict[str, Any]:
    """Before, after and seconds; `refused` says why, where the gate refused the bundle."""
    start = time.monotonic()
    try:
        result = adapt(catalog, asked, out, settings).to_dict()
    except QualityGateError as error:
        return {"refused": str(error), "seconds": round(time.monotonic() - start)}
    return {**result, "path": "", "seconds": round(time.monotonic() - start)}


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each catalog, way and kind of request."""
    lines = []
    for name, ways in results.items():
        for way, result in ways.items():
            if "refused" in result:
                lines.append([name, way, "", "", "refused", "", "", str(result["seconds"])])
                continue
            for kind in result["after"]:
                for when in ("before", "after"):
                    cells = result[when][kind]
                    figures = [
                        f"{c['value']:.3f} ({c['low']:.3f} to {c['high']:.3f})" for c in cells.values()
                    ]
                    rows = f"{cells['wrong_match']['rows']:,}"
                    lines.append([name, way, kind, rows, when, *figures, str(result["seconds"])])
    heading = [
        "catalog",
        "way",
        "requests",
        "rows",
        "",
        "Recall@1",
        "right but refused",
        "wrong match",
        "seconds",
    ]
    return markdown_table(heading, [[*line, *[""] * (len(heading) - len(line))] for line in lines])


def main() -> None:
    """Adapt both catalogs in all ways and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--only", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--catalogs", nargs="+", default=CATALOGS, choices=CATALOGS)
    options = parser.parse_args()
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in options.catalogs:
            catalog, asked = inputs(name, data_folder(options.data), folder)
            results[name] = {}
            for way in options.only:
                settings = replace(WAYS[way], dev_share=HALF) if name in PEOPLE else WAYS[way]
                results[name][way] = measured(catalog, asked, folder / f"{name}_{way}", settings)
    markdown = "# Bundles adapted to requests\n\n" + table(results)
    write_result("product.adaptation", "adaptation", {"results": results}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
