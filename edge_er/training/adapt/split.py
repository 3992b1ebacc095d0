"""Own requests with the entities they ask for, split by name: for the encoder, for the fits, and to measure on.

Whatever is fitted must be fitted on names that the encoder has not been trained on, and measured on names that nothing
has seen. So a cluster of names (``name_cluster``) is in one part with all its requests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from catalog_tools.language.name_split import name_cluster
from edge_er.bundle.entity import Entity
from edge_er.errors import RequestFileError
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request, read_requests

__all__ = ["LEAST_NAMES", "Part", "Row", "Split", "read_split"]

LEAST_NAMES = 10  # asked for: fewer cannot be split


class Part(Enum):
    """What a name and its requests are for."""

    TRAIN = "train"
    FIT = "fit"
    DEV = "dev"


@dataclass(frozen=True)
class Row:
    """A request, the places of the entities it asks for (none: it must be refused), and the cluster of their names."""

    request: Request
    right: tuple[int, ...]
    cluster: str


@dataclass(frozen=True)
class Split:
    """Requests and names by part.

    Attributes:
        rows: of all parts.
        part: of each name cluster.
        first: whether a name cluster is in the first half of its part: fits are judged on the other half.
        unmapped: how many requests name an entity that the catalog does not have; they are left out.
    """

    rows: list[Row]
    part: dict[str, Part] = field(repr=False)
    first: dict[str, bool] = field(repr=False)
    unmapped: int = 0

    def of(self, part: Part) -> list[Row]:
        """The requests of a part, in the order of the file."""
        return [row for row in self.rows if self.part[row.cluster] is part]

    def names(self, entities: Iterable[Entity], part: Part) -> list[Entity]:
        """The entities of a part."""
        return [entity for entity in entities if self.part[name_cluster(entity.name)] is part]


def read_split(path: Path, entities: Sequence[Entity], shares: tuple[float, float], seed: int) -> Split:
    """The requests of a file as ``edge-er eval`` reads it, all splits of ``edge-er voice`` included, by part.

    Args:
        path: the file; a row without ``entity`` asks for nothing in the catalog.
        entities: of the catalog.
        shares: of the names that are asked for: for training and to measure on; the others are to fit on.
        seed: of the split.

    Raises:
        RequestFileError: the file cannot be read, or fewer than ``LEAST_NAMES`` names are asked for.
    """
    gold, rows, unmapped = GoldMap(entities), [], 0
    for request in read_requests(path, need_gold=False, every_split=True):
        right = gold.indices(request)
        unmapped += bool(request.gold) and not right
        if right or not request.gold:
            cluster = name_cluster(entities[right[0]].name) if right else f"\n{name_cluster(request.query)}"
            rows.append(Row(request, right, cluster))
    asked = {row.cluster for row in rows if row.right}
    if len(asked) < LEAST_NAMES:
        raise RequestFileError(
            f"expected requests for at least {LEAST_NAMES} names of the catalog, found {len(asked)}"
            + (f" ({unmapped:,} requests name an entity that it does not have)" if unmapped else "")
            + "; names are split into some to fit on and some to measure on: give more, or see whether `entity` is a "
            "name or id of the catalog",
            file=path,
        )
    train, dev = shares
    part = _cut({row.cluster for row in rows if not row.right}, train, dev, seed)
    others = {name_cluster(entity.name) for entity in entities} - asked
    part |= _cut(others, train / (1 - dev), 0.0, seed) | _cut(asked, train, dev, seed)
    return Split(rows, part, {cluster: place % 2 == 0 for place, cluster in enumerate(part)}, unmapped)


def _cut(clusters: Iterable[str], train: float, dev: float, seed: int) -> dict[str, Part]:
    """A part for each cluster: the first ones by a hash are measured on, the next ones trained on."""
    order = sorted(clusters, key=lambda cluster: hashlib.sha256(f"{seed}\n{cluster}".encode()).digest())
    measured, trained = round(dev * len(order)), round(train * len(order))
    parts = [Part.DEV] * measured + [Part.TRAIN] * trained + [Part.FIT] * len(order)
    return dict(zip(order, parts, strict=False))
