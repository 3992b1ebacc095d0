"""Evidence to log-odds: given weights (a curve for each kind of field) or learned ones (a line, trees, or both).

Both are sums over fields, as in Fellegi and Sunter's model of record linkage (1969), so that each field's share of a
decision can be shown:

    log-odds = bias + Σ_f contribution_f,   probability = 1 / (1 + e^-log-odds)

There, a field contributes log(P(agreement | duplicate) / P(agreement | different)). Here agreement is not yes or no but
a similarity, and the contribution is a curve over it. The bias is the prior: most pairs of records are different.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Features
from catalog_tools.records.fields import Field, RecordFields
from catalog_tools.records.table import IDENTIFIERS, RecordTable
from edge_er.bundle.atomic import write_json
from edge_er.errors import CatalogError

__all__ = ["CURVES", "GivenWeights", "LearnedWeights", "Weights", "given_weights", "read_weights"]

_Floats = NDArray[np.float64]
_FORMAT = 1

# Similarity and log-odds, straight lines between the points. They are set by hand: a field that names the thing must
# agree, an identifier decides, and what many things share (a genre, a price) says little.
CURVES: dict[str, tuple[tuple[float, float], ...]] = {
    "title": ((0.0, -7.0), (0.5, -5.0), (0.75, -2.5), (0.9, 2.0), (1.0, 5.0)),
    "text": ((0.0, -0.7), (0.4, -0.4), (0.7, 0.5), (1.0, 2.5)),
    "names": ((0.0, -5.0), (0.3, -2.5), (0.5, 0.0), (0.8, 2.5), (1.0, 4.0)),
    "place": ((0.0, -2.5), (0.5, -1.0), (0.75, 0.5), (0.95, 3.0), (1.0, 3.5)),
    "date": ((0.0, -3.0), (0.3, -2.0), (0.5, -1.0), (0.75, 0.0), (1.0, 1.5)),
    "number": ((0.0, -1.5), (0.8, -1.0), (0.98, 0.3), (1.0, 0.8)),
    "category": ((0.0, -1.0), (0.5, 0.2), (1.0, 0.7)),
    "phone": ((0.0, -3.0), (1.0, 6.0)),
    "identifier": ((0.0, -3.0), (1.0, 9.0)),
}


class Weights(Protocol):
    """Turns the evidence of pairs into log-odds, field by field."""

    @property
    def names(self) -> Sequence[str]:
        """The pieces of evidence that are weighed, in their order."""

    @property
    def bias(self) -> float:
        """Log-odds before any evidence."""

    @property
    def same_from(self) -> float:
        """The probability from which a pair is a duplicate."""

    @property
    def different_to(self) -> float:
        """The probability up to which a pair is not."""

    def contributions(self, features: Sequence[Features]) -> _Floats:
        """float64 [pairs, fields]; added up with `bias` they are the log-odds of a duplicate."""

    def check(self, table: RecordTable) -> None:
        """Raise CatalogError where the weights are not for the fields of ``table``."""


@dataclass(frozen=True)
class GivenWeights:
    """`weight · curve(similarity)` for each field, nothing for a missing value."""

    names: tuple[str, ...]
    curves: tuple[tuple[tuple[float, float], ...], ...]
    weights: tuple[float, ...]
    bias: float
    same_from: float
    different_to: float

    def contributions(self, features: Sequence[Features]) -> _Floats:
        """float64 [pairs, fields]."""
        columns: list[_Floats] = []
        for block, curve, weight in zip(features, self.curves, self.weights, strict=True):
            similarity = np.asarray(block[:, 0], np.float64)
            odds = np.interp(similarity, *np.array(curve).T)
            columns.append(np.where(np.isnan(similarity), 0.0, weight * odds))
        return np.stack(columns, 1) if columns else np.zeros((1, 0))

    def check(self, table: RecordTable) -> None:
        """Nothing to check: given weights are made from the table's fields."""


def given_weights(fields: RecordFields) -> GivenWeights:
    """The curves of the fields' kinds with the weights and the decision that the fields declare."""
    used = [one for one in fields.fields if one.kind not in ("ignore", "identifier")]
    if identifiers := fields.of_kind("identifier"):
        used.append(Field(IDENTIFIERS, "identifier", max(one.weight for one in identifiers)))
    return GivenWeights(
        tuple(one.name for one in used),
        tuple(CURVES[one.kind] for one in used),
        tuple(one.weight for one in used),
        fields.prior,
        fields.same_from,
        fields.different_to,
    )


@dataclass(frozen=True)
class LearnedWeights:
    """Weights learned from labelled pairs, plain JSON (`content`); the log-odds are the mean over `parts`.

    `logistic`: coefficients over standardised features, 0 for a missing one, with a coefficient for its absence.
    `trees`: boosted regression trees; a missing feature is -1. A field's contribution is what the value of a tree's
    node gains at each split by one of its features, over all nodes from the roots to the leaves.
    """

    content: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """The pieces of evidence, in their order."""
        return list(self.content["features"])

    @property
    def bias(self) -> float:
        """Log-odds before any feature is looked at."""
        parts = self.content["parts"].values()
        return sum(float(part["bias"]) for part in parts) / len(parts)

    @property
    def same_from(self) -> float:
        """The probability from which a pair is a duplicate."""
        return float(self.content["decision"]["same_from"])

    @property
    def different_to(self) -> float:
        """The probability up to which a pair is not."""
        return float(self.content["decision"]["different_to"])

    def contributions(self, features: Sequence[Features]) -> _Floats:
        """float64 [pairs, fields]."""
        owner = np.repeat(np.arange(len(features)), [block.shape[1] for block in features])
        joined = np.concatenate(features, 1)
        readers = {"logistic": _logistic, "trees": _trees}
        parts = self.content["parts"]
        by_feature = sum(
            (readers[kind](part, joined) for kind, part in parts.items()), np.zeros(joined.shape)
        )
        by_feature /= len(parts)
        by_field = np.zeros((len(joined), len(features)))
        for column, field in enumerate(owner):
            by_field[:, field] += by_feature[:, column]
        return by_field

    def check(self, table: RecordTable) -> None:
        """Raise CatalogError where the fields, their kinds or their features are not those that were learned from."""
        expected = {name: (table.kinds[name], list(table.column(name).features)) for name in table.kinds}
        learned = {
            name: (self.content["kinds"][name], list(features))
            for name, features in self.content["features"].items()
        }
        for name in {**learned, **expected}:
            if learned.get(name) != expected.get(name):
                raise CatalogError(
                    f"the weights were learned with other fields: {name!r} was {_said(learned.get(name))}, here it is "
                    f"{_said(expected.get(name))}; learn them again with --labels",
                    column=name,
                )

    def write(self, file: Path) -> None:
        """Write them as JSON."""
        write_json(file, dict(self.content))


def _logistic(part: Mapping[str, Any], joined: Features) -> _Floats:
    mean, scale, coefficients, gone = (
        np.array(part[key]) for key in ("mean", "scale", "coefficients", "missing")
    )
    absent = np.isnan(joined)
    standard = (np.where(absent, mean, joined) - mean) / scale
    return np.asarray(standard * coefficients + absent * gone, np.float64)


def _trees(part: Mapping[str, Any], joined: Features) -> _Floats:
    values = np.where(np.isnan(joined), np.float32(-1), joined)
    gains = np.zeros(joined.shape)
    rows = np.arange(len(values))
    # All pairs walk down a tree together. The value of a node is the log-odds of the pairs in it, so a split gives its
    # feature the difference between the node that is entered and the one that is left.
    for tree in part["trees"]:
        feature, threshold, left, right, value = (np.array(tree[key]) for key in _TREE)
        node = np.zeros(len(values), np.int64)
        while (inner := left[node] >= 0).any():
            at, here = rows[inner], node[inner]
            split = feature[here]
            next_node = np.where(values[at, split] <= threshold[here], left[here], right[here])
            gains[at, split] += value[next_node] - value[here]
            node[inner] = next_node
    return gains


_TREE = ("feature", "threshold", "left", "right", "value")


def _said(expected: tuple[str, Sequence[str]] | None) -> str:
    return "not there" if expected is None else f"a {expected[0]} with {len(expected[1])} features"


def read_weights(path: str | Path) -> LearnedWeights:
    """Learned weights of a JSON file.

    Raises:
        CatalogError: no such file, or not weights that `edge-er dedup --labels` wrote.
    """
    file = Path(path)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogError(
            "no such file; learn weights with --labels and --save-weights", file=file
        ) from error
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"not JSON ({error}); learn the weights again", file=file) from error
    weights = LearnedWeights(content)
    try:
        if content["format"] != _FORMAT:
            raise CatalogError(
                f"format {content['format']!r}; this version reads format {_FORMAT}", file=file
            )
        if not content["parts"]:
            raise ValueError("no parts")
        widths = [len(names) for names in content["features"].values()]
        weights.contributions([np.zeros((1, width), np.float32) for width in widths])
        if not 0 < weights.different_to <= weights.same_from < 1 or set(content["kinds"]) != set(
            weights.names
        ):
            raise ValueError("decision or kinds")
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise CatalogError(
            f"not learned weights ({error!r}); learn them again with --labels", file=file
        ) from error
    return weights
