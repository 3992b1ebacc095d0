"""Bundles and deltas that are pinned, unsigned, signed by others, altered and rightly signed, in every runtime.

    python -m benchmarks.trust.signed
    python -m benchmarks.trust.signed --loads 4      # seconds, as the tests do

Each runtime loads each of them with each demand, from a directory and from a zip; only Python applies deltas. What is
altered has right checksums: its maker knows the format, and has no key. Then the signed bundle is loaded `--loads`
times without and with trusted keys, in turn, and the medians are compared; the shipped bundle `--bundle` too, signed
here.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.lib.results_file import markdown_table, write_result
from benchmarks.trust.children import RUNTIMES, Child, memory_folder, new_data, start
from benchmarks.trust.mutations import contents, sealed
from benchmarks.trust.small_bundle import ENTITIES, write_encoder, write_small
from catalog_tools.build.delta import make_delta
from edge_er.bundle.bundle import read_files, write_files
from edge_er.bundle.locate import find_bundle
from edge_er.bundle.signing import sign_bundle
from edge_er.bundle.trust import make_keys

KINDS = ("unsigned", "signed", "signed by another", "altered")
OTHER_PIN = "0" * 64


def write_bundles(work: Path) -> dict[str, str]:
    """The bundles, directories and zips, and deltas from `old` to each; the keys in PEM."""
    encoder = write_encoder(work / "encoder")
    write_small(work / "unsigned", encoder)
    write_small(work / "old", encoder, ENTITIES[2:])
    pem = {}
    for kind in KINDS[1:3]:
        private, public = make_keys(work / f"key of {kind}")
        pem[kind] = public.read_text(encoding="ascii")
        shutil.copytree(work / "unsigned", work / kind)
        sign_bundle(work / kind, private)
    files = contents(work / "signed")
    manifest = json.loads(files["manifest.json"])
    write_files(
        work / "altered", {**files, "manifest.json": sealed({**manifest, "lang": "en"}, files)}, as_zip=False
    )
    for kind in KINDS:
        write_files(work / f"{kind}.zip", read_files(work / kind), as_zip=True)
        make_delta(work / "old", work / kind, work / f"{kind}.delta")
    return pem


def demands(pem: dict[str, str], work: Path) -> dict[str, dict[str, Any]]:
    """What a load may ask for, by name."""
    pin = json.loads((work / "signed" / "manifest.json").read_bytes())["manifest_sha256"]
    return {
        "nothing": {},
        "pin of the signed one": {"sha256": pin},
        "another pin": {"sha256": OTHER_PIN},
        "our key": {"keys": [pem["signed"]]},
        "two keys, one ours": {"keys": [pem["signed by another"], pem["signed"]]},
        "pin and our key": {"sha256": pin, "keys": [pem["signed"]]},
    }


def wanted(kind: str, demand: str) -> str:
    """What a bundle of a kind must end in."""
    trusted = {"nothing": KINDS, "another pin": (), "two keys, one ours": ("signed", "signed by another")}
    return "answered" if kind in trusted.get(demand, ("signed",)) else "refused"


def verdicts(
    child: Child, work: Path, asked: dict[str, dict[str, Any]], deltas: bool
) -> dict[str, dict[str, str]]:
    """What each bundle ends in with each demand; of a delta, with those demands that `apply` knows."""
    found: dict[str, dict[str, str]] = {}
    restored = [new_data(f"old/{name}", data) for name, data in contents(work / "old").items()]
    for kind in KINDS:
        for demand, options in asked.items():
            row = found.setdefault(f"{kind}: {demand}", {})
            for place in (kind, f"{kind}.zip"):
                row["zip" if place.endswith("zip") else "directory"] = child.one(place=place, **options).kind
            if deltas and "sha256" not in options:
                case = {"place": "old", "delta": f"{kind}.delta", "change": restored}
                row["delta"] = child.one(**case, **options).kind
                for name, data in contents(work / "old").items():
                    (work / "old" / name).write_bytes(data)
    return found


def cost(child: Child, place: str, keys: list[str], loads: int) -> dict[str, float]:
    """Milliseconds of a load without and with keys, medians, and their ratio."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * loads + 4):
        signed = number % 2 == 1
        verdict = child.one(place=place, load=True, **({"keys": keys} if signed else {}))
        assert verdict.kind == "answered", verdict
        if number >= 4:
            times[signed].append(verdict.ms)
    without, with_keys = median(times[False]), median(times[True])
    return {"without": round(without, 3), "with": round(with_keys, 3), "ratio": round(with_keys / without, 3)}


def run(loads: int, bundle: str) -> dict[str, Any]:
    """All runtimes."""
    found: dict[str, Any] = {"verdicts": {}, "cost": {}}
    with TemporaryDirectory(dir=memory_folder()) as folder:
        work = Path(folder)
        pem = write_bundles(work)
        shutil.copytree(find_bundle(bundle), work / "large")
        sign_bundle(work / "large", work / "key of signed")
        for runtime in RUNTIMES:
            with start(runtime, work, work / "tools") as child:
                found["verdicts"][runtime] = verdicts(child, work, demands(pem, work), runtime == "Python")
                for place, shown in (("signed", "small bundle"), ("large", bundle)):
                    found["cost"][f"{runtime}, {shown}"] = cost(child, place, [pem["signed"]], loads)
            print(runtime, flush=True)
    return found


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--loads", type=int, default=200, help="loads without and with keys")
    parser.add_argument("--bundle", default="radio_es", help="a shipped bundle or a directory")
    given = parser.parse_args()
    found = run(given.loads, given.bundle)
    rows, wrong = [], 0
    for name in found["verdicts"]["Python"]:
        right = wanted(*name.split(": "))
        cells = [found["verdicts"][runtime][name] for runtime in RUNTIMES]
        wrong += sum(verdict != right for cell in cells for verdict in cell.values())
        shown = [", ".join(f"{place} {verdict}" for place, verdict in cell.items()) for cell in cells]
        rows.append([name, right, *shown])
    text = "# Who made it\n\n" + markdown_table(["bundle: what is asked for", "wanted", *RUNTIMES], rows)
    lines = [
        [name, *(f"{row[key]:.3f}" for key in ("without", "with", "ratio"))]
        for name, row in found["cost"].items()
    ]
    text += f"\n\n{wrong} otherwise than wanted. Milliseconds of a load, medians of {given.loads}:\n\n"
    text += markdown_table(["load", "without keys", "with trusted keys", "ratio"], lines)
    write_result("trust.signed", "signed", {**found, "wrong": wrong}, text)


if __name__ == "__main__":
    main()
