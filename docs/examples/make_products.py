"""A made shop: products, and what customers call them, which is often another word than the shop's.

    python docs/examples/make_products.py DIR     # DIR/products.csv and DIR/asked.jsonl

Every name, brand and word is made for this example. Half of the requests are typed, half are spoken: the latter say
what was spoken (`said`) and what a recogniser made of it, here by simulation. Some ask for what the shop does not have.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog_tools.language.noise import Confusions
from catalog_tools.language.requests import RequestGenerator
from edge_er.text.canonical import canonical_text

BRANDS = ("Torvex", "Halden", "Brimo", "Quarral", "Ostrek", "Velmar")
# What the shop calls a kind of product, and what customers call it.
KINDS = {
    "Cordless Drill": ("battery driller", "hole maker without cable"),
    "Screwdriver Set": ("screw turners", "bit kit"),
    "Angle Grinder": ("flex machine", "disc cutter"),
    "Circular Saw": ("round blade cutter", "plank cutter"),
    "Jigsaw": ("curve cutter", "up and down saw"),
    "Orbital Sander": ("smoothing machine", "sandpaper machine"),
    "Pressure Washer": ("patio blaster", "water gun for the drive"),
    "Leaf Blower": ("garden hair dryer", "wind machine"),
    "Hedge Trimmer": ("bush cutter", "shrub clipper"),
    "Lawn Mower": ("grass cutter", "turf machine"),
    "Extension Lead": ("long plug cable", "power snake"),
    "Work Light": ("building site lamp", "bright torch on a stand"),
    "Spirit Level": ("bubble stick", "straightness checker"),
    "Tape Measure": ("roll up ruler", "metre band"),
    "Adhesive Sealant": ("bathroom goo", "silicone glue"),
    "Wall Anchor": ("plastic plug for screws", "dowel thing"),
    "Paint Roller": ("rolling brush", "wall paint wheel"),
    "Dust Mask": ("breathing cover", "face filter"),
}
SIZES = ("Compact", "Pro", "Heavy Duty")
CARRIERS = (
    "do you have the {}",
    "i need a {}",
    "where is the {}",
    "add {} to my basket",
    "how much is the {}",
    "{}",
    "show me the {} please",
    "is the {} in stock",
)
NOTHING = (
    "when do you open",
    "where is the toilet",
    "i want to return something",
    "do you deliver",
    "thank you",
)


def products() -> list[dict[str, str]]:
    """Every product with its id; `kind` is what it is."""
    rows = []
    for kind in KINDS:
        for brand in BRANDS:
            for size in SIZES:
                rows.append({"id": f"p{len(rows):03}", "name": f"{brand} {kind} {size}", "kind": kind})
    return rows


def requests(seed: int = 1, each: int = 3) -> Iterator[dict[str, Any]]:
    """Requests for every product: `each` typed ones and as many that a recogniser heard."""
    rng, noise = random.Random(seed), Confusions.of_language("en")
    for row in products():
        brand, size = row["name"].split(f" {row['kind']} ")
        for number in range(2 * each):
            called = rng.choice((*KINDS[row["kind"]], *KINDS[row["kind"]], row["kind"].lower()))
            words = (
                [brand.lower(), called, size.lower()]
                if rng.random() < 0.7
                else [size.lower(), called, brand.lower()]
            )
            text = rng.choice(CARRIERS).format(" ".join(words))
            asked = {"query": text, "entity": row["id"], "lang": "en"}
            if number % 2:
                heard = noise.distort(canonical_text(text), rng, rng.choice((0.3, 0.6))) or text
                asked |= {"query": heard, "said": text, "stratum": "asr"}
            yield asked
    others = RequestGenerator.of_languages(["en"])
    for text in NOTHING:
        for _ in range(12):
            yield {"query": others.noisy(text, "en", rng), "lang": "en"}


def write(folder: Path) -> tuple[Path, Path]:
    """The catalog and the requests as files."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog, asked = folder / "products.csv", folder / "asked.jsonl"
    with catalog.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "name", "kind"])
        writer.writeheader()
        writer.writerows(products())
    with asked.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in requests())
    return catalog, asked


if __name__ == "__main__":
    print(*write(Path(sys.argv[1])))
