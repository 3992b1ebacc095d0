"""The DiPair head's shapes and ways of training, as Tables 4-6 and figure 3 of the paper vary them.

    python -m benchmarks.papers.dipair models/recipes/multilingual-32-head.toml --requests 60000

Every variant of the recipe's head is trained on the same lists of held-out names and re-orders the first candidates of
the dense ranking of the shipped catalogs, for the development requests of stations and of other domains. Heads are kept
in build/dipair, so that a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.lib.results_file import (
    LANGUAGES,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.systems import AVERAGE, by_language, pooled, rows_of
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker, form_table, top_entities
from edge_er.text.canonical import canonical_text
from edge_er.training.data.pair_lists import PairLists, make_lists
from edge_er.training.data.pool import load_pool
from edge_er.training.data.voice_requests import (
    STRATA,
    domain_names,
    domain_requests,
    entities_of,
    station_requests,
)
from edge_er.training.methods.dipair import train_head
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.pair_head import PairHead, multiply_adds, pair_scores, read, read_all
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import HeadSettings, Recipe

CHUNK = 64
DENSE = "dense"
DOMAINS = ("station", "city")
KNOWN = 0.15
BEHIND = 10_000.0  # what is no candidate of the head stays behind those that are
BESIDE = 40.0  # cosine 1 beside the head, in units of its score
WAYS = {"head alone": 0.0, "head and cosine": BESIDE}


class HeadRanker:
    """The dense ranking with its first candidates re-ordered by `dense` times their cosine plus the head's score."""

    def __init__(self, model: DualEncoder, head: PairHead, dense: float, entities: Sequence[Entity]) -> None:
        self._model, self._head, self._dense = model, head, dense
        texts, self._starts = form_table(entities)
        settings = head.settings
        rows = model.tokenize([canonical_text(text) for text in texts])
        self._forms = read_all(model, rows, settings.entity_tokens, settings.entity_side)

    @torch.no_grad()
    def rank(self, queries: list[str], k: int) -> list[list[int]]:
        """At most `k` entities for each query."""
        rows = self._model.tokenize([canonical_text(query) for query in queries])
        order = np.argsort(np.diff(rows.starts), kind="stable")
        tops: list[list[int]] = [[] for _ in queries]
        for start in range(0, len(order), CHUNK):
            places = order[start : start + CHUNK]
            for place, top in zip(places, self._rank([rows[row] for row in places], k), strict=True):
                tops[place] = top
        return tops

    def _rank(self, rows: list[NDArray[np.int32]], k: int) -> list[list[int]]:
        settings = self._head.settings
        asked = read(self._model, rows, settings.request_tokens)
        dense = asked.vectors @ self._forms.vectors.T
        chosen = dense.topk(min(settings.candidates, dense.shape[1]), dim=1).indices
        _, scores = pair_scores(self._head, asked, self._forms.rows(chosen.unique()), _places(chosen))
        whole = dense - BEHIND
        whole.scatter_(1, chosen, self._dense * dense.gather(1, chosen) + scores)
        return top_entities(whole.numpy(), self._starts, k)


def _places(chosen: torch.Tensor) -> torch.Tensor:
    """Each of `chosen` as its place among the sorted different ones."""
    return torch.searchsorted(chosen.unique(), chosen)


def variants(base: Recipe) -> dict[str, Recipe]:
    """The recipe, and what differs from it, by name."""
    shape, joint = base.head, base.optim.requests // 3
    changed: dict[str, dict[str, Any]] = {
        "the recipe": {},
        "random start": {"start": "random"},
        "entity from the token table": {"entity_side": "table"},
        "N=6": {"request_tokens": 6},
        "M=3": {"entity_tokens": 3},
        "D=16": {"dim": 16},
        "D=64": {"dim": 64, "intermediate": 128},
        "1 layer": {"layers": 1},
        "FFNN head": {"kind": "ffnn"},
        "two stages": {"joint_requests": joint},
        "one stage": {"joint_requests": 2 * joint},
    }
    recipes = {}
    for name, changes in changed.items():
        head = dataclasses.replace(shape, **changes)
        recipe = dataclasses.replace(base, name=f"{base.name}, {name}", head=head)
        if name == "one stage":
            recipe = dataclasses.replace(recipe, optim=dataclasses.replace(base.optim, requests=0))
        recipes[name] = recipe
    recipes["trained on names the encoder knows"] = dataclasses.replace(
        base, name=f"{base.name}, known names", data=dataclasses.replace(base.data, held_share=0.0)
    )
    return recipes


def lists_of(recipe: Recipe, data: Path, requests: int) -> PairLists:
    """Lists of held-out names, or, where nothing is held out, of as many names that the encoder knows."""
    held, share = recipe.data.held_share, recipe.head.share
    part = (held * (1 - share), held) if held else (1 - KNOWN * share, 1.0)
    pool, model = load_pool(data, recipe.data, part), load_model(recipe.head.encoder)
    return make_lists(pool, model, requests, recipe.head.candidates, recipe.optim.seed)


def catalogs(data: Path, domain: str, lang: str) -> tuple[list[Entity], list[Any]]:
    """Entities and development requests of a domain in a language."""
    if domain == "station":
        return list(read_bundle(f"radio_{lang}").entities), station_requests(data, lang)
    return entities_of(domain_names(data, domain, lang), lang), domain_requests(data, domain, lang)


def figures(evaluations: dict[str, Evaluation]) -> dict[str, Any]:
    """`[stratum]` of Recall@1, the average over languages."""
    whole = pooled(evaluations)
    return {
        stratum: by_language(whole, rows_of(whole, stratum), "recall_at_1")[AVERAGE].to_dict()
        for stratum in STRATA
    }


def measured(data: Path, ranker_of: Any) -> dict[str, Any]:
    """`[domain][stratum]` of what `ranker_of(entities)` makes."""
    report = {}
    for domain in DOMAINS:
        parts = {}
        for lang in LANGUAGES:
            entities, requests = catalogs(data, domain, lang)
            parts[lang] = measure(ranker_of(entities), entities, requests)
        report[domain] = figures(parts)
    return report


def cost(head: HeadSettings, width: int, forms: int) -> dict[str, Any]:
    """Parameters, multiply-adds a request, and bytes a form where its tokens are kept."""
    parameters = sum(value.numel() for value in PairHead(head, width).parameters())
    kept = 0 if head.entity_side == "table" else head.entity_tokens * head.dim
    return {
        "parameters": parameters,
        "multiply_adds": multiply_adds(head, width, head.candidates),
        "bytes_a_form": kept,
        "bytes_in_radio_de": kept * forms,
    }


def markdown(report: dict[str, Any]) -> str:
    """All variants in one table a domain."""
    parts = [
        "# DiPair heads on the 32-d student, Recall@1, average of five languages",
        f"Trained on {report['requests']:,} lists of {report['candidates']} names each. A head re-orders the first "
        f"{report['candidates']} forms of the dense ranking, alone or with {BESIDE:g} times the cosine added. Two "
        "stages: a third as many lists again with the encoder. One stage: two thirds as many, with the encoder from "
        "the first.",
    ]
    for domain in DOMAINS:
        rows = []
        for name, cell in report["variants"].items():
            price = cell.get("cost")
            cost = ["-", "-", "-"]
            if price:
                flops = f"{2 * price['multiply_adds'] / 1e6:.1f}"
                cost = [f"{price['parameters']:,}", flops, str(price["bytes_a_form"])]
            for way in (way for way in (DENSE, *WAYS) if way in cell):
                recall = [percent(cell[way][domain][stratum]) for stratum in STRATA]
                rows.append([name, way, *cost, *recall])
        heading = ["head", "score", "parameters", "MFLOP", "bytes a form", *STRATA]
        parts += [f"## {domain}", markdown_table(heading, rows)]
    return "\n\n".join([*parts, "Intervals are 95 %, bootstrapped by entity."])


def variant_cell(base: Recipe, recipe: Recipe | None, lists: PairLists | None, data: Path) -> dict[str, Any]:
    """What a variant costs and finds; without a recipe, what the dense ranking finds."""
    model = load_model(base.head.encoder)
    if recipe is None or lists is None:
        return {DENSE: measured(data, partial(EncoderRanker, model))}
    head, encoder = train_head(recipe, model, lists)
    forms = read_bundle("radio_de").manifest["counts"]["forms"]
    ways = {way: measured(data, partial(HeadRanker, encoder, head, dense)) for way, dense in WAYS.items()}
    return {"cost": cost(recipe.head, encoder.width, forms), **ways}


def main() -> None:
    """Train and measure all variants and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("recipe", type=Path, help="recipe of the head")
    parser.add_argument("--requests", type=int, default=60_000, help="lists each variant is trained on")
    parser.add_argument("--variants", nargs="+", help="only these, by name")
    parser.add_argument(
        "--kept", type=Path, default=Path("build/dipair"), help="where finished variants are kept"
    )
    options = parser.parse_args()
    data, base = data_folder(options.data), read_recipe(options.recipe)
    base = dataclasses.replace(base, optim=dataclasses.replace(base.optim, requests=options.requests))
    options.kept.mkdir(parents=True, exist_ok=True)
    cells: dict[str, Any] = {}
    lists: dict[float, PairLists] = {}
    chosen = {name: recipe for name, recipe in variants(base).items() if name in (options.variants or [name])}
    for name, recipe in {DENSE: None, **chosen}.items():
        kept = options.kept / f"{name}.json"
        if not kept.is_file():
            held = recipe.data.held_share if recipe else -1.0
            if recipe and held not in lists:
                lists[held] = lists_of(recipe, data, options.requests)
            cell = variant_cell(base, recipe, lists.get(held), data)
            kept.write_text(json.dumps(cell), encoding="utf-8")
        cells[name] = json.loads(kept.read_text(encoding="utf-8"))
        print(f"{name}: done", file=sys.stderr, flush=True)
    report = {"requests": options.requests, "candidates": base.head.candidates, "variants": cells}
    write_result("papers.dipair", "dipair", report, markdown(report))


if __name__ == "__main__":
    main()
