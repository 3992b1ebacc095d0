"""Large catalogs for benchmarks: real names, then names composed of two real ones, with their vectors.

    python -m benchmarks.lib.large_catalog --count 1000000

writes the int8 vectors to build/large_catalog/, a hundred thousand a file; what is there already is not made again.
Up to a million names are encoded, in 64 dimensions. Beyond, vectors have 32 dimensions, the main ones of the 64, and
those of all names but the first million are made of two vectors each.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import REPOSITORY, add_data_option, data_folder
from edge_er.bundle.atomic import replacing
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.text.canonical import canonical_text
from edge_er.training.card import read_card
from edge_er.training.data.voice_requests import cached_rows

CACHE = REPOSITORY / "build" / "large_catalog"
ENCODER = REPOSITORY / "models" / "encoders" / "multilingual-32-hpd64"
SHARD = 100_000
ENCODED = 1_000_000
SMALL_DIM = 32
_AT_ONCE = 4096
_SEED = 20261120


def spoken_requests(data: Path, count: int) -> list[tuple[str, str, str]]:
    """(request as it was recognised, canonical name asked for, language) of development recordings, every domain."""
    rows = [row for row in cached_rows(data / "voice" / "voice.jsonl.gz") if row["split"] == "dev"]
    random.Random(_SEED).shuffle(rows)
    requests = ((row["asr"], canonical_text(row["entity"]), row["lang"]) for row in rows)
    return list(islice((each for each in requests if each[1] and canonical_text(each[0])), count))


def names(data: Path) -> Iterator[str]:
    """Canonical names without end, none twice: those the recordings ask for, all other real ones, composed ones."""
    voice = cached_rows(data / "voice" / "voice.jsonl.gz")
    asked = dict.fromkeys(canonical_text(row["entity"]) for row in voice if row["split"] == "dev")
    files = ("entities/media_entities", "entities/cities", "stations/stations")
    rows = [row for file in files for row in cached_rows(data / f"{file}.jsonl.gz")]
    others = dict.fromkeys(canonical_text(row["name"]) for row in rows)
    mix = random.Random(_SEED)
    real = [name for name in others if name and name not in asked]
    mix.shuffle(real)
    real = [*filter(None, asked), *real]
    yield from real
    seen = set(real)
    parts = [name.split() for name in real]
    while True:
        first, second = mix.choice(parts), mix.choice(parts)
        name = " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])
        if name not in seen:
            seen.add(name)
            yield name


def catalog_names(data: Path, count: int) -> list[str]:
    """The first `count` of `names`."""
    return list(islice(names(data), count))


def name_vectors(data: Path, count: int) -> NDArray[np.int8]:
    """int8 [count, 64]: the vectors of the first `count` names, by the shipped encoder."""
    uses(f"encoders/{ENCODER.name}")  # also where the vectors are there already
    CACHE.mkdir(parents=True, exist_ok=True)
    shards = range((count + SHARD - 1) // SHARD)
    files = [CACHE / f"vectors-{shard:03}.npy" for shard in shards]
    missing = [shard for shard in shards if not files[shard].is_file()]
    if missing:
        encoder = Encoder.load(ENCODER)
        texts = catalog_names(data, len(files) * SHARD)
        for shard in missing:
            _write(files[shard], _encoded(encoder, texts[shard * SHARD : (shard + 1) * SHARD]))
    return np.concatenate([np.load(file) for file in files])[:count]


def mixing(names: int, count: int, seed: int = 1) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Of what `count` more names are made, a shard at a time: two of the `names` each, int64 [2, n], and the first's
    share, float32 [n].
    """
    choose = np.random.default_rng(seed)
    for start in range(0, count, SHARD):
        rows = min(SHARD, count - start)
        yield choose.integers(0, names, (2, rows)), choose.uniform(0.25, 0.75, rows).astype(np.float32)


def mixed_vectors(vectors: NDArray[np.int8], count: int, seed: int = 1) -> NDArray[np.int8]:
    """int8 [count, dim]: each the weighted mean of two of `vectors`, brought back to the length of the first."""
    mixed = np.empty((count, vectors.shape[1]), np.int8)
    start = 0
    for parents, share in mixing(len(vectors), count, seed):
        first, second = vectors[parents].astype(np.float32)
        both = share[:, None] * first + (1 - share[:, None]) * second
        length = np.linalg.norm(first, axis=1) / np.maximum(np.linalg.norm(both, axis=1), 1e-6)
        mixed[start : start + len(share)] = quantise(both * length[:, None], 1.0)
        start += len(share)
    return mixed


def main_directions(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """The 32 directions [64, 32] in which the first hundred thousand vectors differ most from zero."""
    some = vectors[:SHARD].astype(np.float64)
    return np.linalg.eigh(some.T @ some)[1][:, ::-1][:, :SMALL_DIM].astype(np.float32)


def in_fewer_dimensions(
    vectors: NDArray[np.int8], turn: NDArray[np.float32]
) -> tuple[NDArray[np.int8], float]:
    """int8 [names, 32] of length 1 times a scale, and the scale."""
    turned = unit_rows(vectors.astype(np.float32) @ turn)
    scale = 127 / float(np.quantile(np.abs(turned[:SHARD]), 0.9995))
    return quantise(turned, scale), scale


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows at length 1."""
    units: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return units


@dataclass(frozen=True)
class LargeVectors:
    """Vectors of many names, int8 [names, dim], and how requests are brought beside them.

    Attributes:
        vectors: of all names; those from `encoded` on are mixed.
        encoded: how many come from the encoder.
        scale: int8 = float * this.
        turn: from 64 dimensions to fewer; None where they keep the encoder's.
    """

    vectors: NDArray[np.int8]
    encoded: int
    scale: float
    turn: NDArray[np.float32] | None

    def units(self, requests: NDArray[np.float32]) -> NDArray[np.float32]:
        """Encoded requests [n, 64] as unit vectors of these dimensions."""
        return requests if self.turn is None else unit_rows(requests @ self.turn)

    def asked(self, requests: NDArray[np.float32]) -> NDArray[np.int8]:
        """Encoded requests [n, 64] as they are searched for, int8 [n, dim]."""
        return quantise(self.units(requests), self.scale)


def large_vectors(data: Path, size: int, encoded: int = ENCODED) -> LargeVectors:
    """The vectors of `size` names, as the module says; `encoded` of them come from the encoder."""
    vectors = name_vectors(data, min(size, encoded))
    if size <= encoded:
        return LargeVectors(vectors, size, vector_scale(), None)
    turn = main_directions(vectors)
    vectors, scale = in_fewer_dimensions(vectors, turn)
    mixed = mixed_vectors(vectors, size - len(vectors))
    return LargeVectors(np.concatenate([vectors, mixed]), encoded, scale, turn)


def vector_scale() -> float:
    """int8 = float * this."""
    return float(read_card(ENCODER)["vector_scale"])


def _encoded(encoder: Encoder, texts: list[str]) -> NDArray[np.int8]:
    scale = encoder.card["vector_scale"]
    blocks = range(0, len(texts), _AT_ONCE)
    return np.concatenate(
        [quantise(encoder.encode_canonical(texts[at : at + _AT_ONCE]), scale) for at in blocks]
    )


def _write(file: Path, vectors: NDArray[np.int8]) -> None:
    with replacing(file) as part, part.open("wb") as out:
        np.save(out, vectors)


def main() -> None:
    """Make the vectors."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--count", type=int, default=1_000_000)
    options = parser.parse_args()
    print(name_vectors(data_folder(options.data), options.count).shape)


if __name__ == "__main__":
    main()
