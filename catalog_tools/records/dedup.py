"""A catalog without its duplicates: records to candidate pairs, decisions, clusters, and one merged record each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.readers.sources import Record
from catalog_tools.records.blocking import Blocking, candidate_pairs
from catalog_tools.records.clusters import Cluster, cluster_rows
from catalog_tools.records.columns import Encode, Rows
from catalog_tools.records.corrections import PairLabel, record_key, reject_contradictions
from catalog_tools.records.fields import RecordFields, infer_fields
from catalog_tools.records.matcher import probabilities
from catalog_tools.records.table import RecordTable
from catalog_tools.records.values import as_texts
from catalog_tools.records.weights import Weights, given_weights
from edge_er.errors import CatalogError
from edge_er.text.arguments import as_sequence
from edge_er.text.canonical import canonical_text

__all__ = ["Deduplicated", "deduplicate", "merged_record", "record_values"]


@dataclass(frozen=True)
class Deduplicated:
    """What was found: clusters in the order of their first record, unsure pairs (the most doubtful first), and what
    it was found with. `unused` are corrections that name a record which is not there.
    """

    records: Sequence[Record]
    keys: Sequence[str]
    table: RecordTable
    weights: Weights
    clusters: Sequence[Cluster]
    unsure: Sequence[tuple[int, int, float]]
    compared: int
    unused: Sequence[PairLabel]

    def merged(self) -> list[Record]:
        """One record a cluster."""
        return [merged_record([self.records[row] for row in one.rows]) for one in self.clusters]


def record_values(record: Record) -> dict[str, Any]:
    """A record's fields by name, its id left out."""
    aliases = {"aliases": list(record.aliases)} if record.aliases else {}
    return {"name": record.name, **aliases, **record.metadata}


def deduplicate(
    records: Iterable[Record],
    fields: RecordFields | None = None,
    weights: Weights | None = None,
    corrections: Iterable[PairLabel] = (),
    encode: Encode | None = None,
    blocking: Blocking | None = None,
    table: RecordTable | None = None,
) -> Deduplicated:
    """Find what records are one thing.

    Args:
        records: of one catalog.
        fields: what their fields are; inferred where they are not given.
        weights: learned weights; the given ones of the fields where there are none.
        corrections: pairs that are the same, or are not, whatever the evidence.
        encode: texts to unit vectors, for fields with `meaning`.
        blocking: how candidate pairs are found.
        table: the records prepared already, with the same fields.

    Raises:
        CatalogError: no records, corrections that contradict one another, weights for other fields.
    """
    records, corrections = as_sequence(records), as_sequence(corrections)
    if not records:
        raise CatalogError("the catalog is empty; expected at least one record")
    reject_contradictions(corrections)
    values = [record_values(record) for record in records]
    table = table or RecordTable(values, fields or infer_fields(values), encode)
    used: Weights = weights or given_weights(table.fields)
    used.check(table)
    keys = [record_key(record) for record in records]
    same, different, unused = _rows_of(corrections, keys)
    a, b = candidate_pairs(values, table.fields, blocking)
    probability = probabilities(table, used, a, b)
    clusters = cluster_rows(
        len(records),
        (a, b),
        probability,
        (used.different_to, used.same_from),
        lambda x, y: probabilities(table, used, x, y),
        [*same, *_equal_rows(keys)],
        different,
    )
    unsure = _unsure(a, b, probability, used, clusters, {*same, *different})
    return Deduplicated(records, keys, table, used, clusters, unsure, len(a), unused)


def _rows_of(
    corrections: Sequence[PairLabel], keys: Sequence[str]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[PairLabel]]:
    """Pairs of rows that are the same and that are not, and the corrections of records that are not there."""
    rows = {key: row for row, key in reversed(list(enumerate(keys)))}
    pairs: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    unused = []
    for each in corrections:
        if each.a in rows and each.b in rows:
            pairs[each.same].append((min(rows[each.a], rows[each.b]), max(rows[each.a], rows[each.b])))
        else:
            unused.append(each)
    return pairs[True], pairs[False], unused


def _equal_rows(keys: Sequence[str]) -> list[tuple[int, int]]:
    """Records without id whose fields are the same to the letter: each beside the first of them."""
    first: dict[str, int] = {}
    return [(first[key], row) for row, key in enumerate(keys) if first.setdefault(key, row) != row]


def _unsure(
    a: Rows,
    b: Rows,
    probability: NDArray[np.float64],
    weights: Weights,
    clusters: Sequence[Cluster],
    corrected: set[tuple[int, int]],
) -> list[tuple[int, int, float]]:
    """Pairs that are neither, of different clusters, and duplicates that were kept apart; the likeliest first."""
    cluster_of = {row: number for number, one in enumerate(clusters) for row in one.rows}
    doubtful = np.flatnonzero(probability > weights.different_to)
    unsure = [
        (int(a[at]), int(b[at]), float(probability[at]))
        for at in doubtful.tolist()
        if cluster_of[int(a[at])] != cluster_of[int(b[at])] and (int(a[at]), int(b[at])) not in corrected
    ]
    return sorted(unsure, key=lambda pair: (-pair[2], pair[0], pair[1]))


def merged_record(records: Sequence[Record]) -> Record:
    """One record of several: the name most of them have (the longer of equals), the others as aliases, every field's
    most frequent value, lists put together; `merged_from` names the records. The smallest id stays.
    """
    if len(records) == 1:
        return records[0]
    names = Counter(record.name for record in records)
    name = min(names, key=lambda one: (-names[one], -len(one), one))
    aliases = {canonical_text(name): name}
    for each in [*names, *(alias for record in records for alias in record.aliases)]:
        aliases.setdefault(canonical_text(each), each)
    ids = sorted(record.id for record in records if record.id)
    metadata = {field: _merged_value(values) for field, values in _by_field(records).items()}
    metadata["merged_from"] = [record_key(record) for record in records]
    return Record(name, tuple(list(aliases.values())[1:]), ids[0] if ids else None, metadata, records[0].row)


def _by_field(records: Sequence[Record]) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    for record in records:
        for field, value in record.metadata.items():
            if as_texts(value):
                values.setdefault(field, []).append(value)
    return values


def _merged_value(values: Sequence[Any]) -> Any:
    if any(isinstance(value, list) for value in values):
        return list(
            dict.fromkeys(
                part for value in values for part in (value if isinstance(value, list) else [value])
            )
        )
    counts = Counter(str(value) for value in values)
    return min(values, key=lambda value: (-counts[str(value)], -len(str(value)), str(value)))
