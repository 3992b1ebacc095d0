"""The commands of training: train, and its group fit."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from edge_er.cli.common import echo, extra, print_json, resumable

__all__ = ["STEPS", "register"]

# Command, the module whose `main` takes the step, and what it does.
STEPS = (
    (
        "teacher",
        "edge_er.training.methods.teacher",
        "Train a teacher: BERT-Tiny as a dual encoder, contrastively.",
    ),
    ("student", "edge_er.training.methods.student", "Distil a SimTDE student from a teacher."),
    ("hpd", "edge_er.training.methods.hpd", "Distil a student with few output dimensions (HPD)."),
    (
        "export",
        "edge_er.training.export.encoder_export",
        "Export an encoder to int8 ONNX, behind the quality gate.",
    ),
    (
        "dse",
        "edge_er.training.methods.dse",
        "Train a cross-attentive teacher, cache its pair scores, distil them (DSE).",
    ),
    (
        "dipair",
        "edge_er.training.export.head_export",
        "Train a re-ranking head on the encoder's token embeddings and export it (DiPair).",
    ),
)

ALONE = {"dipair"}  # steps that do not divide their work between the processes of torchrun

train = typer.Typer(help="Train and export encoders; needs edge-er\\[train].", no_args_is_help=True)
fit = typer.Typer(
    help="Fit weights, confidence and misrecognition costs on requests whose answer is known.",
    no_args_is_help=True,
)
train.add_typer(fit, name="fit")

RecipeArgument = Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe, models/recipes/*.toml.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]
DataOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="The data folder; else that of EDGE_ER_DATA, else ../shared/data."),
]
EncoderArgument = Annotated[
    str, typer.Argument(metavar="ENCODER", help="Name of a shipped encoder, or an encoder folder.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Leave the encoder's card as it is.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(train, name="train")


def _step_command(step: str, module: str, purpose: str) -> None:
    """`edge-er train STEP RECIPE` runs `main` of a module."""

    def run(recipe: RecipeArgument, data: DataOption = None, resume: ResumeOption = False) -> None:
        with extra("train"), resumable():
            if step in ALONE:
                import_module("edge_er.training.parallel").refuse_several(f"edge-er train {step}")
            out = import_module(module).main(recipe, resume=resume, data=data)
            if os.environ.get("RANK", "0") == "0":  # of the processes of torchrun one speaks
                echo(out)

    train.command(step, help=purpose)(run)


for _step in STEPS:
    _step_command(*_step)


@train.command("check-export")
def check_export(encoder: EncoderArgument) -> None:
    """Hold our float32 ONNX graph against optimum's: the same vectors to 1e-5, bytes and time."""
    with extra("train"):
        from edge_er.training.export.optimum_export import main

        print_json(main(encoder))


@fit.command()
def weights(
    encoder: EncoderArgument,
    data: DataOption = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Evidence that may have a weight; repeat. By default that of the shipped weights.",
        ),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="ENCODER", help="Print the weights in the units of this encoder; leaves the card."
        ),
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Fit what each kind of evidence counts, and write it into the encoder's card."""
    with extra("train"):
        from edge_er.training.fit.evidence_weights import EVIDENCE, main
        from edge_er.training.fit.reranking import SCALES

        for name in evidence or ():
            if name not in SCALES:
                raise typer.BadParameter(
                    f"expected one of {', '.join(SCALES)}, found {name!r}", param_hint="--evidence"
                )
        print_json(main(encoder, data, evidence or EVIDENCE, like, dry_run))


@fit.command()
def confidence(encoder: EncoderArgument, data: DataOption = None, dry_run: DryRunOption = False) -> None:
    """Fit evidence to confidence and decision, and write both into the encoder's card."""
    with extra("train"):
        from edge_er.training.fit.confidence import main

        print_json(main(encoder, data, dry_run))


@fit.command()
def head(encoder: EncoderArgument, data: DataOption = None, dry_run: DryRunOption = False) -> None:
    """Fit what a re-ranking head counts and when it is asked, and write it into the encoder's card."""
    with extra("train"):
        from edge_er.training.fit.head_weight import main

        print_json(main(encoder, data, dry_run))


@fit.command()
def popularity(encoder: EncoderArgument, data: DataOption = None) -> None:
    """Fit what popularity counts beside the other evidence, and print it; no card is written."""
    with extra("train"):
        from edge_er.training.fit.popularity_weight import main

        print_json(main(encoder, data))


@fit.command()
def adopt(
    fitted: Annotated[
        str, typer.Argument(metavar="FITTED", help="The encoder whose card has weights and confidence.")
    ],
    encoders: Annotated[
        list[str], typer.Argument(metavar="ENCODER...", help="The encoders whose cards are to have them.")
    ],
) -> None:
    """Put what was fitted with one encoder, on names it has not seen, into the cards of others."""
    with extra("train"):
        from edge_er.training.fit.adopt import main

        print_json({str(folder): weights for folder, weights in main(fitted, encoders).items()})


@fit.command()
def misrecognition(
    data: DataOption = None,
    voices: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Further voices and recognisers: files LANG.jsonl.gz."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The table to write.")] = Path("hearing.txt"),
) -> None:
    """Count what recognisers hear for what was said, and write the table of costs that the runtimes read."""
    with extra("train"):
        from edge_er.training.fit.misrecognition_costs import main

        echo(main(out, data, voices))


@fit.command()
def confusions(
    data: DataOption = None,
    voice: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rows of edge-er voice, instead of those of the data folder."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the tables are written.")] = Path(),
    min_count: Annotated[int, typer.Option(min=1, help="Leave out what was seen less often.")] = 5,
) -> None:
    """Count what recognisers confuse, and write confusions_LANG.tsv for locale files."""
    with extra("train"):
        from edge_er.training.fit.confusions import main

        for file, (rows, pairs) in main(out, data, voice, min_count).items():
            echo(f"{file}: {rows:,} confusions from {pairs:,} pairs")
