"""Duplicate records with several fields: evidence field by field, a decision with its reason, clusters, corrections.

    records -> fields -> candidate pairs -> evidence -> weights -> duplicate | different | unsure -> clusters

>>> from catalog_tools.records import match_records
>>> match_records({"title": "The Transaction Concept", "year": 1981}, {"title": "The transaction concept"}).decision
'duplicate'
"""

from __future__ import annotations

from catalog_tools.records.blocking import Blocking, candidate_pairs
from catalog_tools.records.corrections import (
    PairLabel,
    labelled_rows,
    read_pair_labels,
    record_key,
    reject_contradictions,
)
from catalog_tools.records.dedup import Deduplicated, deduplicate, record_values
from catalog_tools.records.fields import Field, RecordFields, infer_fields, read_fields
from catalog_tools.records.matcher import Evidence, PairDecision, match_records
from catalog_tools.records.table import RecordTable
from catalog_tools.records.weights import GivenWeights, LearnedWeights, given_weights, read_weights

__all__ = [
    "Blocking",
    "Deduplicated",
    "Evidence",
    "Field",
    "GivenWeights",
    "LearnedWeights",
    "PairDecision",
    "PairLabel",
    "RecordFields",
    "RecordTable",
    "candidate_pairs",
    "deduplicate",
    "given_weights",
    "infer_fields",
    "labelled_rows",
    "match_records",
    "read_fields",
    "read_pair_labels",
    "read_weights",
    "record_key",
    "record_values",
    "reject_contradictions",
]
