"""Which forms of a large catalog are searched first, and how near a request must come to one of them to end there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.index_choice import TARGET, nearest_scores, request_vectors
from catalog_tools.language.requests import RequestGenerator
from edge_er.bundle.bundle import Bundle
from edge_er.errors import BuildError

__all__ = ["exit_floor", "popular_forms", "requests_by_demand", "with_popular"]

SAMPLE = 1024
_SEED = 20261120


def with_popular(bundle: Bundle, share: float, target: float = TARGET) -> Bundle:
    """The bundle with the forms of its most popular entities searched first.

    Args:
        bundle: with a FAISS index; `metadata["popularity"]` says how often an entity is asked for.
        share: of the entities, above 0 and below 1.
        target: of the requests that end at popular forms, how many must have found the nearest form of all.

    Raises:
        BuildError: the bundle has no FAISS index, no entity has a popularity, or `share` is out of range.
    """
    if bundle.index is None:
        raise BuildError("popular share: this catalog is small enough to be searched exactly; leave it out")
    if not 0 < share < 1:
        raise BuildError(f"popular share: expected a number above 0 and below 1, found {share}")
    demand = np.array([float(entity.metadata.get("popularity") or 0) for entity in bundle.entities])
    if not demand.any():
        raise BuildError(
            "popular share: no entity of the catalog has a popularity; add the column, or leave it out"
        )
    popular = popular_forms(demand, bundle.form_entity, share)
    names = [entity.name for entity in bundle.entities]
    requests = request_vectors(
        bundle, requests_by_demand(names, demand, str(bundle.manifest["lang"]), SAMPLE)
    )
    nearest = nearest_scores(bundle.vectors, requests, 1)[:, 0]
    nearest_popular = nearest_scores(bundle.vectors[popular], requests, 1)[:, 0]
    floor = exit_floor(nearest_popular, nearest, target)
    ended = nearest_popular >= floor
    measured: dict[str, Any] = {
        "share": share,
        "forms": len(popular),
        "floor": floor,
        "exits": round(float(ended.mean()), 4),
        "right": round(float((nearest_popular >= nearest)[ended].mean()), 4) if ended.any() else None,
        "requests": len(requests),
    }
    index = {**bundle.manifest["index"], "popular": measured}
    return replace(bundle, popular_forms=popular).with_manifest(index=index)


def popular_forms(
    demand: NDArray[np.float64], form_entity: NDArray[np.int32], share: float
) -> NDArray[np.int32]:
    """Forms of the `share` of entities with the highest demand, [entities]; ties by index; int32, ascending."""
    count = max(round(share * len(demand)), 1)
    chosen = np.zeros(len(demand), bool)
    chosen[np.lexsort((np.arange(len(demand)), -demand))[:count]] = True
    return np.flatnonzero(chosen[form_entity]).astype(np.int32)


def exit_floor(nearest_popular: NDArray[np.float32], nearest: NDArray[np.float32], target: float) -> int:
    """The lowest score of the nearest popular form from which on `target` of them are the nearest of all.

    `nearest_popular` and `nearest` are the best dot products of each request with the popular forms and with all. Where
    there is no such floor, one more than any of them.
    """
    order = np.argsort(-nearest_popular, kind="stable")
    right = np.cumsum((nearest_popular >= nearest)[order]) / np.arange(1, len(order) + 1)
    last = np.append(np.diff(nearest_popular[order]) < 0, True)  # of those with the same score
    good = np.flatnonzero((right >= target) & last)
    return int(nearest_popular[order][good[-1]]) if len(good) else int(nearest_popular.max(initial=0)) + 1


def requests_by_demand(names: Sequence[str], demand: NDArray[np.float64], lang: str, count: int) -> list[str]:
    """Requests for names, each drawn as often as its demand says, in carriers and with noise."""
    drawn = np.random.default_rng(_SEED).choice(len(names), count, p=demand / demand.sum())
    generator, chance = RequestGenerator.of_languages((lang,)), random.Random(_SEED)
    return [generator.request(names[place], lang, chance) for place in drawn.tolist()]
