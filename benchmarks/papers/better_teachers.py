"""Is there a better teacher than BERT-Tiny for the shipped student? Teachers and students on the development requests.

    python -m benchmarks.papers.better_teachers

Teachers: BERT-Tiny and one of four layers and width 256, trained on the same 300,000 requests in the same order
(models/recipes/teachers), and on 12 million where a GPU has trained them (gpu-tiny, gpu-wide); and an ensemble of
encoders that are there already. Students: the shipped 64-d one, and the same recipe with the ensemble to mimic; the
128-d student of the training fold before and after DSE's cross-attentive teacher. Vectors alone, float32; differences
are paired by entity.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, percent, write_result
from edge_er.evaluation.bootstrap import mean_intervals, paired_difference
from edge_er.training.data.dev import STRATA, DevTask, dev_tasks
from edge_er.training.models.dual_encoder import load_model
from edge_er.training.models.ensemble import Ensemble
from edge_er.training.recipe import read_recipe

RECIPES = Path("models/recipes/teachers")
SHIPPED = "student of BERT-Tiny (shipped)"


def systems() -> dict[str, list[str]]:
    """Encoder folders of each system; several are an ensemble."""
    ensemble = read_recipe(RECIPES / "hpd64-ensemble.toml")
    dse = read_recipe(RECIPES.parent / "dse-32.toml")
    folders_of = {
        "BERT-Tiny, 300,000 requests": [read_recipe(RECIPES / "tiny.toml").out],
        "4 layers of 256, 300,000 requests": [read_recipe(RECIPES / "wide.toml").out],
        "BERT-Tiny, 4,000,000 requests": ["models/encoders/teacher-8k"],
        "BERT-Tiny, 12,000,000 requests": [read_recipe(RECIPES / "gpu-tiny.toml").out],
        "4 layers of 256, 12,000,000 requests": [read_recipe(RECIPES / "gpu-wide.toml").out],
        f"ensemble of {len(ensemble.hpd.teachers)}": ensemble.hpd.teachers,
        SHIPPED: ["models/encoders/multilingual-32-hpd64"],
        "student of the ensemble": [ensemble.out],
        "128-d student of the training fold": [dse.dse.student],
        "the same after DSE": [dse.out],
    }
    return {
        name: folders
        for name, folders in folders_of.items()
        if all((Path(folder) / "model.safetensors").is_file() for folder in folders)
    }


def hits(folders: list[str], tasks: list[DevTask]) -> np.ndarray:
    """Whether each request's nearest name is the right one, bool, task after task."""
    encoder = Ensemble([load_model(folder) for folder in folders], [])
    right = []
    for task in tasks:
        names, queries = encoder.encode(task.names), encoder.encode(task.queries)
        right.append((queries @ names.T).argmax(1) == task.gold)
    return np.concatenate(right)


def measure(tasks: list[DevTask]) -> dict[str, Any]:
    """`[stratum][system]`: Recall@1 with its interval, and the difference to the shipped student."""
    right = {name: hits(folders, tasks) for name, folders in systems().items()}
    entities, groups, strata = [], [], []
    for task in tasks:
        count = len(task.queries) // len(STRATA)
        strata += [stratum for stratum in STRATA for _ in range(count)]
        groups += [task.lang] * len(task.queries)
        entities += [f"{task.lang} {gold}" for gold in task.gold.tolist()]
    report: dict[str, Any] = {}
    for stratum in STRATA:
        rows = np.flatnonzero(np.array(strata) == stratum)
        of = [entities[row] for row in rows], [groups[row] for row in rows]
        cells = mean_intervals(np.stack([right[name][rows] for name in right], axis=1), *of)
        report[stratum] = {
            name: {
                "recall": cell.to_dict(),
                "against_shipped": paired_difference(
                    right[name][rows].astype(int), right[SHIPPED][rows].astype(int), *of
                )["difference"],
            }
            for name, cell in zip(right, cells, strict=True)
        }
    return report


def tables(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    rows = [
        [
            name,
            *(
                f"{percent(report[stratum][name]['recall'])}, {_signed(report[stratum][name])}"
                for stratum in STRATA
            ),
        ]
        for name in report[STRATA[0]]
    ]
    return "\n\n".join(
        [
            "# Other teachers than BERT-Tiny",
            "Recall@1 of vectors alone among all station names of a language's countries, average of five languages; "
            "95 % intervals by entity, then the difference to the shipped student.",
            markdown_table(["encoder", *STRATA], rows),
        ]
    )


def _signed(cell: dict[str, Any]) -> str:
    return f"{cell['against_shipped']['value']:+.3f}"


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    options = parser.parse_args()
    report = measure(dev_tasks(data_folder(options.data)))
    write_result("papers.better_teachers", "better_teachers", report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
