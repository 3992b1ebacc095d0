"""Table 2 of the SimTDE paper (Xie et al., SIGIR 2023): what each part of the method is worth, on one budget.

    python -m benchmarks.papers.simtde

trains every row below from models/recipes/sts/table-2.toml with the row's settings, where it is not trained yet, and
measures Spearman's correlation on the seven STS sets. The teacher is all-MiniLM-L6-v2, the paper's other teacher, since
its SimCSE of BERT-base is in no package; so widths and layers are half of those of the paper's rows.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch

from benchmarks.lib.results_file import (
    REPOSITORY,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from benchmarks.lib.sts_figures import AVERAGE, CACHE, Embedded, Sets, differences, score_cells
from edge_er.training.card import read_card
from edge_er.training.data.pool import Pool
from edge_er.training.data.sentences import STS_SETS, sts_sets
from edge_er.training.methods.student import texts_of, train_student
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.dual_encoder import DualEncoder, load_model, save_model
from edge_er.training.models.pretrained import load_teacher
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import Recipe

RECIPE = REPOSITORY / "models" / "recipes" / "sts" / "table-2.toml"
FULL, TEACHER, BARE = "simtde", "teacher", ", bare"
LONGEST = 256  # tokens, of the teacher when it is measured
PAIRS = 300  # of each set, drawn by chance: a measurement costs as much as a row's training


@dataclass(frozen=True)
class Row:
    """A row of Table 2.

    Attributes:
        label: of the row; paper, average: the paper's row and its average, where it gives one.
        student, optim: settings that it changes.
        against: the row that it is held against.
    """

    label: str
    paper: str = ""
    average: float | None = None
    student: Mapping[str, Any] = field(default_factory=dict)
    optim: Mapping[str, Any] = field(default_factory=dict)
    against: str = FULL


LAYERS = {"layers": "random", "hidden_states": 1.0}
LEARNT = {**LAYERS, "width": 192, "token_dim": 0, "keep_layers": 6}
ROWS = {
    FULL: Row("SimTDE-128-L3(384)", "SimTDE-384-L3(768)", 80.47),
    "seed": Row("the same with another seed", optim={"seed": 2}),
    "all-layers": Row("- encoding layer reduction", "the same", 80.51, {"keep_layers": 6}),
    "hidden": Row("hidden states instead of the start from teacher weights", "the same", 79.66, LAYERS),
    "random-layers": Row("layers start at random, no hidden states", student={"layers": "random"}),
    "hidden-too": Row("hidden states and the start from teacher weights", student={"hidden_states": 1.0}),
    "no-token-loss": Row("- token embedding loss", "the same", 80.19, {"alpha": 0.0}),
    "random-table": Row("token table starts at random", student={"start": "random"}),
    "random-table-no-token-loss": Row(
        "token table starts at random, - token embedding loss",
        student={"start": "random", "alpha": 0.0},
        against="random-table",
    ),
    "layer-reduction": Row(
        "LRN-KD-384-L2(384)",
        "LRN-KD-768-L2(768)",
        79.53,
        {"token_dim": 0, "keep_layers": 2, "hidden_states": 1.0},
    ),
    "learnable-matrix": Row("LMX-KD-192-L6(192)", "LMX-KD-384-L12(384)", 79.11, LEARNT),
    "kl": Row("output loss KL", "no figure", student={"output_loss": "kl"}),
    "cosine-mse": Row("output loss cosine MSE", "no figure", student={"output_loss": "cosine_mse"}),
    "cosine-mae": Row("output loss cosine MAE", "no figure", student={"output_loss": "cosine_mae"}),
}
PAPER_TEACHER, PAPER_FULL = 80.52, 80.47


def recipe_of(name: str, base: Recipe) -> Recipe:
    """The recipe of a row: ``base`` with its settings."""
    row = ROWS[name]
    return dataclasses.replace(
        base,
        name=f"{base.name}-{name}",
        out=f"{base.out}/{name}",
        student=dataclasses.replace(base.student, **row.student),
        optim=dataclasses.replace(base.optim, **row.optim),
    )


def trained(recipe: Recipe, teacher: DualEncoder, texts: Callable[[], Pool]) -> DualEncoder:
    """The student of a recipe: read back, where its folder is of this very recipe, else trained and written."""
    folder = Path(recipe.out)
    if (folder / "encoder.json").is_file():
        wanted = card_of(teacher, recipe)["recipe"]
        if read_card(folder)["recipe"] == wanted:
            return load_model(folder)
    student = train_student(recipe, teacher, texts(), resume=True)
    save_model(student, folder, card_of(student, recipe))
    return student


def forms(name: str, encoder: DualEncoder) -> Iterator[tuple[str, DualEncoder]]:
    """The encoder; and one that ends in a learnable matrix also without it, at its own width, as TinyBERT is used."""
    yield name, encoder
    if encoder.output is not None:
        bare = DualEncoder(encoder.bert, encoder.tokenizer, encoder.max_tokens, None, encoder.canonical)
        yield f"{name}{BARE}", bare.eval()


def some_pairs(sets: Sets) -> Sets:
    """``PAIRS`` of each set."""
    return {name: random.Random(1).sample(list(pairs), PAIRS) for name, pairs in sets.items()}


def cell(encoder: DualEncoder, vectors: Embedded, sets: Sets) -> dict[str, Any]:
    """Correlations, dimensions and parameters of an encoder."""
    return {
        "spearman": vectors.correlations(sets)["all"],
        "dim": vectors.vectors.shape[1],
        "parameters": sum(parameter.numel() for parameter in encoder.parameters()),
    }


def tables(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    heading = ["Spearman x 100", *STS_SETS, AVERAGE, "% of teacher", "above SimTDE", "parameters"]
    rows = [
        [
            label_of(name),
            *score_cells(found["spearman"]),
            f"{100 * found['spearman'][AVERAGE] / report['encoders'][TEACHER]['spearman'][AVERAGE]:.2f}",
            _interval(report["above"][name], name) if name not in (TEACHER, FULL) else "",
            f"{found['parameters'] / 1e6:.1f} M",
        ]
        for name, found in report["encoders"].items()
    ]
    paper = [
        [
            f"{row.label} / {row.paper}",
            f"{report['above'][name]['value']:+.2f}",
            f"{row.average - PAPER_FULL:+.2f}",
        ]
        for name, row in ROWS.items()
        if row.average is not None and name != FULL and name in report["above"]
    ]
    left = [row.label for name, row in ROWS.items() if name not in report["encoders"]]
    return "\n\n".join(
        [
            "# SimTDE's Table 2 on a budget",
            f"Every row saw {report['sentences']:,} sentences, one seed. Intervals of the difference to SimTDE are "
            "95 %, bootstrapped by pairs and paired: they do not hold what another seed of the training would change. "
            f"The correlations are over {report['pairs']:,} pairs of each set. No sentence of these sets was "
            "trained on. A difference with * is to the row before.",
            markdown_table(heading, rows),
            "## Beside the paper: average, above SimTDE's",
            markdown_table(["ours / the paper's", "ours", "the paper"], paper),
            f"The paper's SimTDE has {PAPER_FULL} and its teacher, SimCSE of BERT-base, {PAPER_TEACHER}. It gives no "
            'figures for output losses: its MSE is "mildly" above the others.',
            f"Rows that were not asked for in this run: {'; '.join(left) or 'none'}.",
        ]
    )


def label_of(name: str) -> str:
    """What a row of the table is called."""
    if name == TEACHER:
        return "all-MiniLM-L6-v2, teacher"
    whole, bare, _ = name.partition(BARE)
    return ROWS[whole].label + (", without its matrix" if bare else "")


def _interval(found: dict[str, float], name: str) -> str:
    other = name in ROWS and ROWS[name].against != FULL
    return f"{found['value']:+.2f} ({found['low']:+.2f} to {found['high']:+.2f}){' *' if other else ''}"


def above(vectors: Mapping[str, Embedded], sets: Sets) -> dict[str, dict[str, float]]:
    """How far each row is above the one that it is held against."""
    found = differences(vectors, FULL, sets)
    for name, row in ROWS.items():
        if row.against != FULL and {name, row.against} <= vectors.keys():
            pair = {each: vectors[each] for each in (row.against, name)}
            found[name] = differences(pair, row.against, sets)[name]
    return found


def main() -> None:
    """Train what is missing, measure all, write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--rows", nargs="*", choices=list(ROWS), default=list(ROWS), help="of the table (default: all)"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    data, base = data_folder(options.data), read_recipe(RECIPE)
    teacher = load_teacher(base.student.teacher, base.model.max_tokens)
    texts = cache(lambda: texts_of(base, data))
    names = [name for name in ROWS if name in (FULL, *options.rows)]
    students = {name: trained(recipe_of(name, base), teacher, texts) for name in names}
    sets, encoders = some_pairs(sts_sets(data)), {TEACHER: load_teacher(base.student.teacher, LONGEST)}
    for name, student in students.items():
        encoders.update(forms(name, student))
    vectors = {name: Embedded.of(encoder, sets, CACHE) for name, encoder in encoders.items()}
    report = {
        "sentences": base.optim.requests,
        "pairs": PAIRS,
        "encoders": {name: cell(encoder, vectors[name], sets) for name, encoder in encoders.items()},
        "above": above(vectors, sets),
        "paper": {row.paper: row.average for row in ROWS.values() if row.average is not None},
    }
    write_result("papers.simtde", "simtde", report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
