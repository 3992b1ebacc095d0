"""Metrics: the rank of the first right answer to each request, and Recall@k and mean reciprocal rank from these.

A request whose gold is not in the catalog counts as not found, and is listed. So a catalog does not gain by leaving
entities out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.evaluation.bootstrap import Interval, mean_intervals
from edge_er.evaluation.rankers import Ranker
from edge_er.evaluation.requests_file import Request
from edge_er.text.arguments import as_sequence
from edge_er.text.canonical import canonical_text

__all__ = ["TOP_K", "Evaluation", "GoldMap", "evaluate_answers", "first_right", "measure", "metric_scores"]

TOP_K = 20
CUTOFFS = (1, 5, 20)
ANY_LANGUAGE = "any"
METRICS = (*(f"recall_at_{cutoff}" for cutoff in CUTOFFS), "mrr")


class GoldMap:
    """From a request's gold to entity indices.

    A gold that is an id means that entity. Any other gold is a name. It means every entity whose name or alias has the
    same canonical text and, if both the request and the entity have a country, the same country. Spoken forms are not
    names.
    """

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities = as_sequence(entities)
        self._ids = {entity.id: index for index, entity in enumerate(self._entities)}

    @cached_property
    def _by_name(self) -> dict[str, tuple[int, ...]]:
        by_name: defaultdict[str, set[int]] = defaultdict(set)
        for index, entity in enumerate(self._entities):
            for name in (entity.name, *entity.aliases):
                by_name[canonical_text(name)].add(index)
        by_name.pop("", None)
        return {name: tuple(sorted(indices)) for name, indices in by_name.items()}

    def indices(self, request: Request) -> tuple[int, ...]:
        """Indices of the right answers, ascending; `()` if the catalog has none."""
        right: set[int] = set()
        for gold in request.gold:
            if gold in self._ids:
                right.add(self._ids[gold])
            else:
                right.update(self._named(gold, request.country))
        return tuple(sorted(right))

    def _named(self, name: str, country: str | None) -> Iterable[int]:
        for index in self._by_name.get(canonical_text(name), ()):
            countries = _countries(self._entities[index])
            if country is None or not countries or country in countries:
                yield index


def _countries(entity: Entity) -> frozenset[str]:
    value = entity.metadata.get("country") or ()
    return frozenset([value] if isinstance(value, str) else value)


@dataclass(frozen=True)
class Evaluation:
    """Ranks of one system on a list of requests.

    `ranks` [rows]: position of the first right answer, from 1; 0 if it is not among the first `top_k`.
    `entities` [rows]: the entity of each row, for intervals.
    `mapped` [rows]: whether the catalog has it.
    """

    requests: Sequence[Request]
    ranks: NDArray[np.int64]
    entities: list[str]
    mapped: NDArray[np.bool_]
    top_k: int

    def report(self, lang: str | None = None) -> dict[str, Any]:
        """The metrics: `report[metric][lang][stratum] = {value, low, high, rows, entities}`.

        `by_carrier` (seen, unseen) and `by_domain` have the same for parts of the requests, and `unmapped` lists the
        requests that no entity answers. `lang` is the language of requests without one.
        """
        lang = lang or ANY_LANGUAGE
        carriers = [_carrier(request) for request in self.requests]
        domains = [request.domain for request in self.requests]
        return {
            "top_k": self.top_k,
            "rows": len(self.requests),
            **self._figures(np.ones(len(self.ranks), bool), lang),
            "by_carrier": self._figures_by(carriers, lang),
            "by_domain": self._figures_by(domains, lang),
            "unmapped": self._unmapped(),
        }

    def _figures_by(self, labels: Sequence[str | None], lang: str) -> dict[str, Any]:
        column = np.array([label or "" for label in labels])
        return {label: self._figures(column == label, lang) for label in sorted({x for x in labels if x})}

    def _figures(self, chosen: NDArray[np.bool_], lang: str) -> dict[str, Any]:
        cells: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row in np.flatnonzero(chosen).tolist():
            request = self.requests[row]
            cells[request.lang or lang, request.stratum].append(row)
        metrics = [name for name in METRICS if name == "mrr" or int(name.rpartition("_")[2]) <= self.top_k]
        figures: dict[str, Any] = {metric: {} for metric in metrics}
        for (cell_lang, stratum), rows in cells.items():
            for metric, interval in zip(metrics, self._intervals(rows, metrics), strict=True):
                figures[metric].setdefault(cell_lang, {})[stratum] = interval.to_dict()
        return figures

    def _intervals(self, rows: list[int], metrics: Sequence[str]) -> list[Interval]:
        scores = np.stack([metric_scores(self.ranks[rows], metric) for metric in metrics], axis=1)
        return mean_intervals(scores, [self.entities[row] for row in rows])

    def _unmapped(self) -> dict[str, Any]:
        rows = np.flatnonzero(~self.mapped).tolist()
        listed = [
            {
                "row": self.requests[row].row,
                "query": self.requests[row].query,
                "entity": list(self.requests[row].gold),
                "country": self.requests[row].country,
            }
            for row in rows
        ]
        return {"rows": len(rows), "entities": len({self.entities[row] for row in rows}), "requests": listed}


def metric_scores(ranks: NDArray[np.int64], metric: str) -> NDArray[np.float64]:
    """Score of each row: 1 or 0 for `recall_at_k`, 1 / rank for `mrr` (0 if nothing right was found)."""
    found = ranks > 0
    if metric == "mrr":
        return np.divide(1.0, ranks, out=np.zeros(len(ranks)), where=found)
    return (found & (ranks <= int(metric.rpartition("_")[2]))).astype(np.float64)


def _carrier(request: Request) -> str | None:
    return None if request.carrier_seen is None else "seen" if request.carrier_seen else "unseen"


def first_right(answers: Sequence[int], right: tuple[int, ...]) -> int:
    """Position, from 1, of the first of `answers` that is in `right`; 0 if none is."""
    return next((rank for rank, answer in enumerate(answers, start=1) if answer in right), 0)


def evaluate_answers(
    answers: Iterable[Sequence[int]], entities: Iterable[Entity], requests: Iterable[Request], top_k: int
) -> Evaluation:
    """Ranks from answers: entity indices for each request, best first, of which the first `top_k` count."""
    entities, requests = as_sequence(entities), as_sequence(requests)
    gold_map = GoldMap(entities)
    golds = [gold_map.indices(request) for request in requests]
    ranks = [first_right(answer[:top_k], gold) for answer, gold in zip(answers, golds, strict=True)]
    keys = [
        " | ".join(entities[index].id for index in gold)
        if gold
        else " | ".join(map(canonical_text, request.gold))
        for request, gold in zip(requests, golds, strict=True)
    ]
    return Evaluation(
        requests, np.array(ranks, np.int64), keys, np.array([bool(gold) for gold in golds]), top_k
    )


def measure(
    ranker: Ranker, entities: Iterable[Entity], requests: Iterable[Request], top_k: int = TOP_K
) -> Evaluation:
    """Ranks of any system that ranks `entities`; `.report()` gives the metrics."""
    requests = as_sequence(requests)
    return evaluate_answers(
        ranker.rank([request.query for request in requests], top_k), entities, requests, top_k
    )
