"""The golden requests on this machine, counted: what stands beside the other runtimes in docs/android.md.

    python -m tools.golden.check [--out FILE]

Says of how many requests token ids, first place and decision are the same, how many numbers of the int8 vectors
differ, and how far the float vectors are away. It ends with 1 where anything but a last bit differs. It needs nothing
but the runtime, so that it also runs on another processor under an emulator (`tools/arm/run_golden.sh`).
"""

from __future__ import annotations

import argparse
import base64
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from edge_er.encoder.encoder import quantise
from edge_er.resolver import EntityResolver

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"
FARTHEST = 1e-5  # of an embedding's number
OFF_BY_ONE = 2  # numbers of one vector


def checked(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts over all rows of requests.jsonl."""
    resolvers = {name: EntityResolver.load(name) for name in sorted({row["bundle"] for row in rows})}
    counts = dict.fromkeys(("token_ids", "vectors", "first", "decisions"), 0)
    farthest, differing, most = 0.0, 0, 0
    for row in rows:
        resolver = resolvers[row["bundle"]]
        ids = resolver.encoder.token_ids(row["query"])
        floats = resolver.encoder.encode_ids([ids], batch_size=1)
        int8 = quantise(floats, float(resolver.manifest["index"]["scale"]))[0]
        apart = int(np.count_nonzero(int8 != np.frombuffer(base64.b64decode(row["vector"]), np.int8)))
        answer = resolver.resolve(row["query"])
        counts["token_ids"] += ids == row["token_ids"]
        counts["vectors"] += apart == 0
        counts["first"] += [match.id for match in answer.matches[:1]] == [id for id, _ in row["ranking"][:1]]
        counts["decisions"] += answer.decision == row["decision"]
        farthest = max(farthest, float(np.abs(floats[0] - np.array(row["embedding"])).max()))
        differing, most = differing + apart, max(most, apart)
    return {
        "machine": platform.machine(),
        "onnxruntime": version("onnxruntime"),
        "requests": len(rows),
        "same": counts,
        "int8_numbers_that_differ": differing,
        "most_in_one_vector": most,
        "embeddings_within": farthest,
    }


def good(figures: dict[str, Any]) -> bool:
    """Whether the machine answers as every machine must."""
    same = all(figures["same"][name] == figures["requests"] for name in ("token_ids", "first", "decisions"))
    return same and figures["most_in_one_vector"] <= OFF_BY_ONE and figures["embeddings_within"] <= FARTHEST


def main() -> None:
    """Check, print and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="file to keep the figures in")
    options = parser.parse_args()
    lines = (GOLDEN / "requests.jsonl").read_text(encoding="utf-8").split("\n")
    figures = checked([json.loads(line) for line in lines if line])
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if good(figures) else 1)


if __name__ == "__main__":
    main()
