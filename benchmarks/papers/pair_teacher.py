"""What the cross-attentive teacher of pairs knows of requests for new names, and what a dual encoder learns from it.

    python -m benchmarks.papers.pair_teacher models/recipes/dse-32.toml --control models/recipes/dse-32-labels.toml

reads what `edge-er train dse RECIPE` has left, the student only if it is there. Re-ranking: the candidates of held-out
requests by their cosine (dense), by the teacher's score, and by the sum of both, for name clusters that neither encoder
nor teacher was trained on; each list is ranked against whole lists of names. Distillation: Recall@1 of the dual encoder
before and after, on all held-out requests, which are new to both.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, percent, write_result
from edge_er.evaluation.bootstrap import mean_intervals, paired_difference
from edge_er.training.data.dev import STRATA
from edge_er.training.data.held_requests import HeldTask, candidates_of, held_tasks
from edge_er.training.data.pool import held_out, name_cluster
from edge_er.training.models.dual_encoder import load_model
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import Recipe

UNIT = 20.0  # a cosine in units of the teacher's score: 1 over the temperature of the dual encoder's training
RANKINGS = ("dense", "pair teacher", "sum", "among the candidates")
KINDS = {"stations": True, "other domains": False}


def reranked(scores: Path, share: float) -> dict[str, Any]:
    """`[kind][stratum][ranking]` of Recall@1 over cached pairs whose name cluster lies in the first ``share``."""
    table = pq.read_table(scores)
    columns = {name: table.column(name).to_pylist() for name in ("lang", "domain", "stratum", "entity")}
    request = table.column("request").to_numpy()
    first = np.flatnonzero(np.diff(request, prepend=-1))
    cosine, score, right = (table.column(name).to_numpy() for name in ("cosine", "score", "right"))
    hits = np.array(
        [
            _hits(cosine[a:b], score[a:b], right[a:b])
            for a, b in zip(first, [*first[1:], len(request)], strict=True)
        ]
    )
    rows = {name: [values[at] for at in first] for name, values in columns.items()}
    new = np.array([held_out(name_cluster(entity), share) for entity in rows["entity"]])
    recall: dict[str, Any] = {}
    for kind, stations in KINDS.items():
        chosen = new & ((np.array(rows["domain"]) == "station") == stations)
        recall[kind] = {
            stratum: _cells(hits, rows, np.flatnonzero(chosen & (np.array(rows["stratum"]) == stratum)))
            for stratum in STRATA
        }
    return recall


def _hits(cosine: np.ndarray, score: np.ndarray, right: np.ndarray) -> list[bool]:
    """Whether each of ``RANKINGS`` finds the right candidate of one request."""
    rankings = (cosine, score, UNIT * cosine + score)
    return [*(bool(right[ranking.argmax()]) for ranking in rankings), bool(right.any())]


def _cells(hits: np.ndarray, rows: dict[str, list[str]], chosen: np.ndarray) -> dict[str, Any]:
    """The figures of the chosen requests, plain average over language and domain, entities drawn."""
    groups = [f"{rows['lang'][row]} {rows['domain'][row]}" for row in chosen]
    entities = [f"{group} {rows['entity'][row]}" for group, row in zip(groups, chosen, strict=True)]
    cells = mean_intervals(hits[chosen], entities, groups)
    return {name: cell.to_dict() for name, cell in zip(RANKINGS, cells, strict=True)}


def distilled(recipe: Recipe, data: Path) -> dict[str, Any]:
    """`[kind][stratum]`: Recall@1 of the distilled student `a` against its start `b`, paired by entity."""
    tasks = held_tasks(data, recipe.data.held_share)
    ranks = []
    for folder in (recipe.out, recipe.dse.student):
        model = load_model(folder)
        candidates = [candidates_of(task, model.encode, 1) for task in tasks]
        ranks.append(np.concatenate([each.right[:, 0].astype(int) for each in candidates]))
    return {
        kind: {
            stratum: _paired(
                tasks, ranks, [(task.domain == "station") == stations for task in tasks], stratum
            )
            for stratum in STRATA
        }
        for kind, stations in KINDS.items()
    }


def _paired(
    tasks: Sequence[HeldTask], ranks: Sequence[np.ndarray], used: Sequence[bool], stratum: str
) -> dict[str, Any]:
    kept, entities, groups = [], [], []
    for task, wanted in zip(tasks, used, strict=True):
        for gold, of in zip(task.gold.tolist(), task.strata, strict=True):
            kept.append(wanted and of == stratum)
            groups.append(f"{task.lang} {task.domain}")
            entities.append(f"{groups[-1]} {task.names[gold]}")
    rows = np.flatnonzero(kept)
    return paired_difference(
        ranks[0][rows], ranks[1][rows], [entities[row] for row in rows], [groups[row] for row in rows]
    )


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    ranking_rows = [
        [f"{kind}, {stratum}", *(percent(cells[name]) for name in RANKINGS)]
        for kind, strata in report["reranking"].items()
        for stratum, cells in strata.items()
    ]
    student = ["## The student before and after"] if report["students"] else []
    for name, found in report["students"].items():
        student_rows = [
            [f"{kind}, {stratum}", f"{cell['b']:.3f}", f"{cell['a']:.3f}", _signed(cell["difference"])]
            for kind, strata in found["distillation"].items()
            for stratum, cell in strata.items()
        ]
        student += [
            f"{Path(report['student']).name} and, trained further on the cached pairs with alpha {found['alpha']}, "
            f"{name}: Recall@1 on all held-out requests, the difference paired by entity.",
            markdown_table(["requests", "before", "after", "difference"], student_rows),
        ]
    return "\n\n".join(
        [
            "# The cross-attentive teacher of pairs, and the dual encoder distilled from its scores (DSE)",
            "## Candidates of new requests, re-ranked",
            "Recall@1 over the nearest 20 names of whole lists, for names that neither encoder nor teacher was "
            "trained on; plain average of the languages (and domains). Intervals are 95 %, bootstrapped by entity.",
            markdown_table(["requests", *RANKINGS], ranking_rows),
            *student,
        ]
    )


def _signed(cell: dict[str, float]) -> str:
    return f"{cell['value']:+.3f} ({cell['low']:+.3f} to {cell['high']:+.3f})"


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("recipe", type=Path, help="recipe of `edge-er train dse`")
    parser.add_argument(
        "--control",
        type=Path,
        action="append",
        default=[],
        help="recipe with another alpha on the same pairs",
    )
    parser.add_argument("--result", default="pair_teacher", help="name of the result files")
    options = parser.parse_args()
    recipe, data = read_recipe(options.recipe), data_folder(options.data)
    students = [each for each in (recipe, *map(read_recipe, options.control)) if Path(each.out).is_dir()]
    new = recipe.data.held_share * (1 - recipe.dse.share)
    report = {
        "student": recipe.dse.student,
        "reranking": reranked(Path(recipe.dse.folder) / "held_scores.parquet", new),
        "students": {
            Path(each.out).name: {"alpha": each.dse.alpha, "distillation": distilled(each, data)}
            for each in students
        },
    }
    write_result("papers.pair_teacher", options.result, report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
