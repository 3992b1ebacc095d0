"""DiPair's experiments on requests and names: stages, soft labels, kinds of head, N, M, L, D, last tokens.

    python -m benchmarks.papers.dipair models/recipes/dipair-study.toml

Each variant is trained on the same lists of names that its encoder never saw, and judged on lists of other such names:
a request with the name it asks for and the five nearest others. A cross-attentive teacher of the same size as the
encoder, two layers of width 128 (the shape of the paper's BERT-tiny), is trained on the names of the first and gives
soft labels. Half of the judged names choose what the cosine counts beside the head, the other half give all figures.
Scores are kept in build/dipair, so that a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.lib.results_file import (
    REPOSITORY,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.papers.dipair_variants import BASE, COSINE, EXPERIMENTS, TEACHER, Variant, variants
from edge_er.evaluation.bootstrap import mean_interval, paired_difference
from edge_er.training.card import read_card
from edge_er.training.data.pair_lists import PairLists, make_lists
from edge_er.training.data.pool import Pool, held_out, load_pool, name_cluster
from edge_er.training.methods.dipair import list_scores, train_head
from edge_er.training.methods.dse import train_pair_teacher
from edge_er.training.models.cross_encoder import CrossEncoder, load_cross_encoder, save_cross_encoder
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import PairHead, multiply_adds, pair_scores, read_all
from edge_er.training.models.pretrained import load_own, own_folder
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import OptimSettings, Recipe

WORK = REPOSITORY / "build" / "dipair"
JUDGED = 3_000
TEACHER_OPTIM = OptimSettings(24_000, 64, 5e-4, warmup=0.03, neighbours=8, temperature=0.05, seed=1)
BESIDE = (0.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0)  # what cosine 1 may count, in units of a head's score
CHUNK = 256
Scores = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Cosines and scores of a system, [judged lists, candidates] each."""


@dataclasses.dataclass(frozen=True)
class Material:
    """What all variants share: lists to learn and to be judged by, and who scores them as the teacher does."""

    lists: PairLists
    judged: PairLists
    teacher: Callable[[PairLists], NDArray[np.float32]]


def material(recipe: Recipe, data: Path) -> Material:
    """Made for a recipe."""
    model, count = load_own(recipe.head.encoder, "[head] encoder"), recipe.head.candidates
    held = recipe.data.held_share
    unseen, seed = held * (1 - recipe.head.share), recipe.optim.seed
    pool = load_pool(data, recipe.data, (unseen, held))
    lists = make_lists(pool, model, recipe.optim.requests, count, seed)
    judged = make_lists(load_pool(data, recipe.data, (0.0, unseen)), model, JUDGED, count, seed)
    return Material(lists, judged, lambda chosen: list_scores(teacher_of(recipe, model, pool), chosen))


def teacher_of(recipe: Recipe, model: DualEncoder, pool: Pool) -> CrossEncoder:
    """The cross-attentive teacher, trained once from the encoder on the names the heads learn from."""
    folder = WORK / "teacher"
    if not (folder / "scorer.safetensors").is_file():
        settings = dataclasses.replace(
            recipe,
            name=f"{recipe.name}-teacher",
            optim=TEACHER_OPTIM,
            dse=dataclasses.replace(recipe.dse, extra_layers=0),
        )
        card = read_card(own_folder(recipe.head.encoder) or recipe.head.encoder)
        save_cross_encoder(train_pair_teacher(settings, model, pool), folder, dict(card))
    return load_cross_encoder(folder)


def trained_scores(variant: Variant, made: Material) -> Scores:
    """Cosines and head scores [judged lists, candidates] of a variant after its training."""
    settings = variant.head
    model = shortened(load_own(settings.encoder, "[head] encoder"), variant.encoder_layers)
    taught = made.teacher(made.lists) if settings.soft_labels else None
    head, model = train_head(variant.recipe, model, made.lists, taught=taught)
    return judged_scores(head, model, made.judged)


def shortened(model: DualEncoder, layers: int) -> DualEncoder:
    """The encoder with its first layers alone; 0 keeps all."""
    if layers:
        model = copy.deepcopy(model)
        model.bert.encoder.layer = model.bert.encoder.layer[:layers]
    return model


@torch.no_grad()
def judged_scores(head: PairHead, model: DualEncoder, lists: PairLists) -> Scores:
    """Cosines and head scores [lists, candidates]."""
    shape = head.settings
    asked = read_all(model, model.tokenize(lists.queries), shape.request_tokens, end=shape.tokens)
    rows = model.tokenize(lists.names)
    named = read_all(model, rows, shape.entity_tokens, shape.entity_side, shape.tokens)
    chosen = torch.from_numpy(lists.candidates.astype(np.int64))
    parts = [
        pair_scores(head, asked.rows(torch.arange(at, min(at + CHUNK, len(chosen)))), named, part)
        for at, part in zip(range(0, len(chosen), CHUNK), chosen.split(CHUNK), strict=True)
    ]
    dense, scores = (torch.cat(each).float().numpy() for each in zip(*parts, strict=True))
    return dense, scores


def right_first(scores: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether the right candidate, the first of each list [n, k], scores above all others."""
    first: NDArray[np.bool_] = np.all(scores[:, :1] > scores[:, 1:], axis=1)
    return first


def list_auc(scores: NDArray[np.floating]) -> float:
    """AUC-ROC within a list, the mean of all lists: how often the right one scores above a wrong one, equals half."""
    right, wrong = scores[:, :1], scores[:, 1:]
    return float(((right > wrong) + 0.5 * (right == wrong)).mean())


def chosen_weight(dense: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    """What the cosine counts beside the head, of `BESIDE`: the best, of equals the least."""
    return max(BESIDE, key=lambda weight: (right_first(weight * dense + scores).mean(), -weight))


def tuning_lists(lists: PairLists) -> NDArray[np.bool_]:
    """Which lists ask for the half of the names that chooses what the cosine counts."""
    return np.array([held_out(f"half {name_cluster(lists.names[row[0]])}", 0.5) for row in lists.candidates])


def figures(made: Material, scores: dict[str, Scores]) -> dict[str, Any]:
    """What each system finds, by name; `scores` are cosines and scores of the judged lists."""
    tuning = tuning_lists(made.judged)
    rows = np.flatnonzero(~tuning)
    entities = [made.judged.names[made.judged.candidates[row, 0]] for row in rows]
    hits = {name: right_first(both[1][rows]) for name, both in scores.items()}
    cells = {}
    for name, (dense, own) in scores.items():
        weight = chosen_weight(dense[tuning], own[tuning])
        beside = right_first(weight * dense[rows] + own[rows])
        cells[name] = {
            "auc": list_auc(own[rows]),
            "right_first": mean_interval(hits[name], entities).to_dict(),
            "cosine_right_first": float(right_first(dense[rows]).mean()),
            "beside_cosine": mean_interval(beside, entities).to_dict(),
            "cosine_weight": weight,
        }
        if BASE in hits and name != BASE:
            pair = paired_difference(hits[name], hits[BASE], entities)
            cells[name]["against_base"] = pair["difference"]
    return cells


def cost(variant: Variant, width: int) -> dict[str, int]:
    """Parameters of the head, and its multiply-adds a request with all candidates."""
    parameters = sum(value.numel() for value in PairHead(variant.head, width).parameters())
    return {
        "parameters": parameters,
        "multiply_adds": multiply_adds(variant.head, width, variant.head.candidates),
    }


HEADING = [
    "head",
    "parameters",
    "MFLOP",
    "AUC",
    "right first",
    "against two stages",
    "encoder's cosine",
    "both",
]


def markdown(report: dict[str, Any]) -> str:
    """A table for each experiment."""
    cells, lists = report["systems"], report["lists"]
    parts = [
        "# DiPair on requests and names it has not seen",
        f"Heads learn {lists['learned']:,} lists of {lists['candidates']} names each on a frozen encoder, then "
        f"{lists['joint']:,} with it (two stages); one stage is {lists['one_stage']:,} with it, which takes no less "
        "time. Judged on "
        f"{lists['judged']:,} lists of other names. AUC is that within a list, right first the share of lists whose "
        "right name scores above all others by the head alone; *both* adds the cosine with the best weight of other "
        "lists. *Encoder's cosine* is what the encoder finds by itself after this training. MFLOP are the head's, for "
        "a request with all candidates. Intervals are 95 %, bootstrapped by name; differences are paired. Half of the "
        "requests were spoken by a machine and recognised, half are made by rule.",
        markdown_table(HEADING, [_row(name, cells[name]) for name in (COSINE, TEACHER)]),
    ]
    for title, experiment in EXPERIMENTS.items():
        there = [name for name in experiment if name in cells]
        if there:
            shown = there if BASE in there else [BASE, *there]
            parts += [f"## {title}", markdown_table(HEADING, [_row(name, cells[name]) for name in shown])]
    return "\n\n".join(parts)


def _row(name: str, cell: dict[str, Any]) -> list[str]:
    price, difference = cell.get("cost"), cell.get("against_base")
    return [
        name,
        f"{price['parameters']:,}" if price else "-",
        f"{2 * price['multiply_adds'] / 1e6:.1f}" if price else "-",
        f"{cell['auc']:.3f}",
        percent(cell["right_first"]),
        f"{difference['value']:+.3f} ({difference['low']:+.3f} to {difference['high']:+.3f})"
        if difference
        else "-",
        f"{cell['cosine_right_first']:.3f}",
        percent(cell["beside_cosine"]),
    ]


def main() -> None:
    """Train and judge all variants and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("recipe", type=Path, help="recipe of the head")
    options = parser.parse_args()
    torch.set_num_threads(1)
    base, data = read_recipe(options.recipe), data_folder(options.data)
    WORK.mkdir(parents=True, exist_ok=True)
    made = material(base, data)
    start = judged_cosines(base, made)
    scores = {COSINE: (start, start), TEACHER: (start, made.teacher(made.judged))}
    for name, variant in variants(base).items():
        file = WORK / f"{name}.npz"
        if new := not file.is_file():
            dense, own = trained_scores(variant, made)
            np.savez(file, dense=dense, own=own)
        kept = np.load(file)
        scores[name] = kept["dense"], kept["own"]
        if new or name == list(variants(base))[-1]:  # a run that is stopped has told what it knew
            write(base, made, scores)
        print(f"{name}: {right_first(scores[name][1]).mean():.3f}", file=sys.stderr, flush=True)


def write(base: Recipe, made: Material, scores: dict[str, Scores]) -> None:
    """Write the result files of the systems that are scored."""
    todo, width = variants(base), load_own(base.head.encoder, "[head] encoder").width
    systems = figures(made, scores)
    for name in todo.keys() & systems.keys():
        systems[name]["cost"] = cost(todo[name], width)
    lists = {
        "learned": len(made.lists.queries),
        "joint": base.head.joint_requests,
        "one_stage": next(each.head.joint_requests for each in todo.values() if not each.head.frozen_stage),
        "judged": int((~tuning_lists(made.judged)).sum()),
        "candidates": base.head.candidates,
    }
    report = {"lists": lists, "teacher_requests": TEACHER_OPTIM.requests, "systems": systems}
    write_result("papers.dipair", "dipair", report, markdown(report))


def judged_cosines(recipe: Recipe, made: Material) -> NDArray[np.float32]:
    """Cosines [judged lists, candidates] of the encoder as it came."""
    model = load_own(recipe.head.encoder, "[head] encoder")
    return judged_scores(PairHead(recipe.head, model.width).eval(), model, made.judged)[0]


if __name__ == "__main__":
    main()
