"""Scores of the pair teacher, cached: pairs are scored once, in parts, and kept as one Parquet file.

The columns of the pairs stay; `score` (float32, the teacher's logit of "the request asks for this name") is added.
Pairs of the training fold have `request` (a number), `query`, `candidate`, `right`, with the right candidate first.
Those of the held-out fold have `lang`, `domain`, `stratum` (text, asr, asr_noisy), `request`, `query`, `entity` (the
name asked for), `candidate`, `cosine` (of the dual encoder that found it) and `right`. Texts are canonical; the rows
of a request lie together, each request with as many candidates as the next of its language and domain.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from edge_er.bundle.atomic import replacing
from edge_er.training.data.held_requests import Candidates, HeldTask
from edge_er.training.data.pair_lists import PairLists
from edge_er.training.data.pool import read_table
from edge_er.training.data.shown import shown
from edge_er.training.loop import mixed_precision
from edge_er.training.models.cross_encoder import CrossEncoder
from edge_er.training.parallel import processes, rank, wait_for_all

__all__ = ["cache_scores", "held_pairs", "pairs_of_lists"]

PART = 40_000


def pairs_of_lists(lists: PairLists) -> pa.Table:
    """The pairs of lists of candidates, one after another."""
    count, k = lists.candidates.shape
    request = np.repeat(np.arange(count, dtype=np.int32), k)
    names = pa.array(lists.names)
    return pa.table(
        {
            "request": request,
            "query": pa.array(lists.queries).take(pa.array(request)),
            "candidate": names.take(pa.array(lists.candidates.ravel())),
            "right": np.tile(np.arange(k) == 0, count),
        }
    )


def held_pairs(candidates_by_task: Sequence[tuple[HeldTask, Candidates]]) -> pa.Table:
    """The candidates of held-out requests; languages and domains one after another."""
    parts, first = [], 0
    for task, candidates in candidates_by_task:
        count, k = candidates.places.shape
        request = np.repeat(np.arange(count, dtype=np.int32), k)
        taken, names = pa.array(request), pa.array(task.names)
        parts.append(
            pa.table(
                {
                    "lang": pa.array([task.lang] * len(request)),
                    "domain": pa.array([task.domain] * len(request)),
                    "stratum": pa.array(task.strata).take(taken),
                    "request": request + np.int32(first),
                    "query": pa.array(task.queries).take(taken),
                    "entity": names.take(pa.array(np.repeat(task.gold, k))),
                    "candidate": names.take(pa.array(candidates.places.ravel())),
                    "cosine": candidates.cosines.ravel(),
                    "right": candidates.right.ravel(),
                }
            )
        )
        first += count
    return pa.concat_tables(parts)


def cache_scores(model: CrossEncoder, pairs: pa.Table, file: Path, resume: bool = False) -> pa.Table:
    """Score every pair and write them to ``file``; with ``resume``, parts that are there are not scored again.

    Several processes each score parts of their own; the first puts them together.
    """
    folder = file.with_suffix(".parts")
    if not rank():
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    wait_for_all()
    size = min(PART, -(-len(pairs) // processes()))
    parts = [folder / f"{start:09}_{size}.parquet" for start in range(0, len(pairs), size)]
    own = range(rank(), len(parts), processes())
    for number in own if rank() else shown(own, len(own), f"scores {file.name}"):
        if not parts[number].is_file():
            rows = pairs.slice(number * size, size)
            _write(rows.append_column("score", pa.array(_scores(model, rows))), parts[number])
    wait_for_all()
    if not rank():
        _write(pa.concat_tables([read_table(part) for part in parts]), file)
        shutil.rmtree(folder)
    wait_for_all()
    return read_table(file)


@torch.no_grad()
def _scores(model: CrossEncoder, rows: pa.Table) -> np.ndarray:
    """Scores float32 [rows]; every distinct text is tokenised once."""
    places, sides = [], []
    for column in ("query", "candidate"):
        coded = rows.column(column).combine_chunks().dictionary_encode()
        places.append(coded.indices.to_numpy())
        sides.append(model.encoder.tokenize(coded.dictionary.to_pylist()))
    with mixed_precision(model.device):
        computed = model.scores(sides[0], sides[1], np.stack(places, axis=1))
    scores: np.ndarray = computed.float().cpu().numpy()
    return scores


def _write(table: pa.Table, file: Path) -> None:
    with replacing(file) as part:
        pq.write_table(table, part, compression="zstd")
