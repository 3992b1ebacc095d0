"""Which pairs are compared: records that share a rare word, rare q-grams, a telephone number or an identifier.

Each record gets keys; records with a common key are a block. A pair's score is the sum of the weights of its common
keys, log(records / records with the key), and each record keeps its best-scored neighbours. A key that many records
share says little, so its block is left out. Records whose titles are letter for letter the same always meet: their
block, however large, is walked in the order of the records' whole text, each beside the next few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Rows
from catalog_tools.records.fields import Field, RecordFields
from catalog_tools.records.values import identifiers_of, parse_names, parse_phones, plain_text
from edge_er.text.arguments import as_sequence
from edge_er.text.canonical import canonical_text

__all__ = ["Blocking", "candidate_pairs"]

_PHONE_END = 7  # digits: without country and area
_WINDOW = 5
_GRAM = 4
_RAW_PAIRS = 150  # pairs a record, before the best-scored are kept; the rarest keys come first


@dataclass(frozen=True)
class Blocking:
    """How many `neighbours` a record keeps at least, how many records a key's block may have, and how many of the
    rarest q-grams of a title are keys.
    """

    neighbours: int = 20
    largest_block: int = 100
    grams: int = 6


def candidate_pairs(
    records: Iterable[Mapping[str, Any]], fields: RecordFields, blocking: Blocking | None = None
) -> tuple[Rows, Rows]:
    """Rows `a` < `b` of the pairs to compare, sorted; with `fields.between` only of records that differ in it."""
    blocking, records = blocking or Blocking(), as_sequence(records)
    count = len(records)
    used = [one for one in fields.fields if one.block and one.kind != "ignore"]
    key, record, titles = _postings(records, used, blocking.grams)
    texts = _whole_texts(records, [one for one in fields.fields if one.kind != "ignore"])
    blocks = list(_blocks(key, record, titles, blocking.largest_block, texts))
    pairs, scores = _scored(blocks, count)
    if fields.between:
        groups: dict[str, int] = {}
        side = np.array(
            [groups.setdefault(plain_text(r.get(fields.between)), len(groups)) for r in records], np.int64
        )
        other = side[pairs // max(count, 1)] != side[pairs % max(count, 1)]
        pairs, scores = pairs[other], scores[other]
    kept = pairs[_among_best(pairs, scores, count, blocking.neighbours)]
    return kept // max(count, 1), kept % max(count, 1)


def _whole_texts(records: Sequence[Mapping[str, Any]], fields: Sequence[Field]) -> list[str]:
    return [" ".join(plain_text(record.get(one.name)) for one in fields) for record in records]


def _postings(
    records: Sequence[Mapping[str, Any]], used: Sequence[Field], grams: int
) -> tuple[Rows, Rows, frozenset[int]]:
    """Key and record of every posting, sorted by both, and which keys are whole titles."""
    titles = [[_joined(record.get(one.name)) for one in used if one.kind == "title"] for record in records]
    counts = Counter(gram for texts in titles for text in texts for gram in _grams(text))
    numbers: dict[str, int] = {}
    keys, owners = [], []
    for row, values in enumerate(records):
        texts = {key for one in used for key in _keys(one, values.get(one.name))}
        for text in filter(None, titles[row]):
            texts.add(f"={text}")
            shared = sorted((counts[gram], gram) for gram in _grams(text) if counts[gram] > 1)
            texts |= {f"~{gram}" for _, gram in shared[:grams]}
        for text in sorted(texts):
            keys.append(numbers.setdefault(text, len(numbers)))
            owners.append(row)
    key, record = np.array(keys, np.int64), np.array(owners, np.int64)
    order = np.lexsort((record, key))
    return key[order], record[order], frozenset(n for text, n in numbers.items() if text[0] == "=")


def _keys(field: Field, value: Any) -> Iterator[str]:
    if field.kind == "identifier":
        yield from (f"#{scheme} {identifier}" for scheme, identifier in identifiers_of(field.name, value))
    elif field.kind == "phone":
        yield from (f"+{phone[-_PHONE_END:]}" for phone in parse_phones(value))
    elif field.kind == "names":
        yield from (f"@{name.family}" for name in parse_names(value))
    else:
        yield from (f"-{word}" for word in canonical_text(plain_text(value)).split())


def _joined(value: Any) -> str:
    return canonical_text(plain_text(value)).replace(" ", "")


def _grams(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}


def _blocks(
    key: Rows, record: Rows, titles: frozenset[int], largest: int, texts: Sequence[str]
) -> Iterator[tuple[Rows, int]]:
    """Records side by side, int64 [blocks, size], with the number of records that have the key; small ones first."""
    _, starts, sizes = np.unique(key, return_index=True, return_counts=True)
    for size in np.unique(sizes[(sizes > 1) & (sizes <= largest)]).tolist():
        yield record[starts[sizes == size][:, None] + np.arange(size)], size
    for start, size in zip(starts[sizes > largest].tolist(), sizes[sizes > largest].tolist(), strict=True):
        if int(key[start]) in titles:
            walked = np.array(
                sorted(record[start : start + size].tolist(), key=lambda row: (texts[row], row))
            )
            for step in range(1, _WINDOW + 1):
                yield np.sort(np.stack([walked[:-step], walked[step:]], 1), axis=1), size


def _scored(blocks: Sequence[tuple[Rows, int]], count: int) -> tuple[Rows, NDArray[np.float64]]:
    """Pairs as `a * count + b`, sorted, and their scores."""
    pairs_of_blocks, weights, room = [np.zeros(0, np.int64)], [np.zeros(0)], _RAW_PAIRS * count
    for block, size in blocks:
        left, right = np.triu_indices(block.shape[1], 1)
        if block.shape[1] > 2 and len(block) * len(left) > room:
            continue
        pairs = (block[:, left] * count + block[:, right]).ravel()
        room -= len(pairs)
        pairs_of_blocks.append(pairs)
        weights.append(np.full(len(pairs), np.log(1 + count / size)))
    distinct, place = np.unique(np.concatenate(pairs_of_blocks), return_inverse=True)
    return distinct, np.bincount(place, np.concatenate(weights), len(distinct)).astype(np.float64)


def _among_best(pairs: Rows, scores: NDArray[np.float64], count: int, neighbours: int) -> NDArray[np.bool_]:
    """Whether a pair is among the best-scored of either of its records."""
    kept = np.zeros(len(pairs), bool)
    for owner in (pairs // max(count, 1), pairs % max(count, 1)):
        order = np.lexsort((pairs, -scores, owner))
        first = np.concatenate([[True], owner[order][1:] != owner[order][:-1]])
        start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
        kept[order[np.arange(len(order)) - start < neighbours]] = True
    return kept
