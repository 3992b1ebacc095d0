"""Difference of two bundles: which answers changed, and whether they became better.

The answer is the first entity of a "match" or "ambiguous", or nothing. If the right entities are known, an answer is
right if it is one of them, or if it is nothing and the catalog has none of them. A change from wrong to right is
"better", and so is one from nothing, where the old catalog had none of them, to the right one, which is newly found. A
change from right to wrong is "worse", and any other "other": also nothing, where the new catalog has none of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from edge_er.bundle.entity import Entity
from edge_er.decision.resolution import Resolution
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request, read_requests
from edge_er.resolver import EntityResolver

__all__ = ["Answer", "Change", "Diff", "diff_bundles"]

Verdict = Literal["better", "worse", "other"]
VERDICTS: tuple[Verdict, ...] = ("worse", "better", "other")


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision, the entity of the answer, if any, and its confidence; `right` is None if it is not known."""

    decision: str
    id: str | None
    name: str | None
    confidence: float
    right: bool | None

    def same(self, other: Answer) -> bool:
        """Whether decision and entity are the same."""
        return (self.decision, self.id) == (other.decision, other.id)


@dataclass(frozen=True, slots=True)
class Change:
    """A request whose answer changed; `row` is that of the file of requests."""

    query: str
    row: int | None
    verdict: Verdict
    old: Answer
    new: Answer


@dataclass(frozen=True)
class Diff:
    """The changed answers to `requests` requests, worse ones first."""

    old: str
    new: str
    requests: int
    changes: tuple[Change, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many answers are the same, and how many became better, worse or other."""
        verdicts = Counter(change.verdict for change in self.changes)
        return {"same": self.requests - len(self.changes), **{name: verdicts[name] for name in VERDICTS}}

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        changes = [asdict(change) for change in self.changes]
        return {
            "old": self.old,
            "new": self.new,
            "requests": self.requests,
            **self.counts,
            "changes": changes,
        }


def diff_bundles(
    old: str | os.PathLike[str], new: str | os.PathLike[str], requests: str | os.PathLike[str]
) -> Diff:
    """Compare the answers of two bundles to a file of requests, in which `entity` may be missing.

    Raises:
        BundleError: a bundle is missing or damaged.
        RequestFileError: the requests cannot be read.
    """
    asked = read_requests(Path(requests), need_gold=False)
    before, after = (_answers(EntityResolver.load(bundle), asked) for bundle in (old, new))
    changes = [
        Change(request.query, request.row, _verdict(one, other), one, other)
        for request, one, other in zip(asked, before, after, strict=True)
        if not one.same(other)
    ]
    changes.sort(key=lambda change: VERDICTS.index(change.verdict))
    return Diff(os.fspath(old), os.fspath(new), len(asked), tuple(changes))


def _answers(resolver: EntityResolver, asked: Sequence[Request]) -> Iterator[Answer]:
    gold, entities = GoldMap(resolver.entities), resolver.entities
    for request in asked:
        resolution = resolver.resolve(request.query, top_k=1)
        yield _answer(resolution, [entities[index] for index in gold.indices(request)], bool(request.gold))


def _answer(resolution: Resolution, right: Sequence[Entity], known: bool) -> Answer:
    best = resolution.best
    is_right = best.id in {entity.id for entity in right} if best else not right
    return Answer(
        decision=resolution.decision,
        id=best.id if best else None,
        name=best.name if best else None,
        confidence=round(best.confidence, 4) if best else 0.0,
        right=is_right if known else None,
    )


def _verdict(old: Answer, new: Answer) -> Verdict:
    if old.right and new.right and old.id is None:
        return "better"
    if old.right is None or old.right == new.right:
        return "other"
    return "better" if new.right else "worse"
