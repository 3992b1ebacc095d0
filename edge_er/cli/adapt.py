"""The command that fits a bundle to requests of one's own: adapt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from edge_er.cli.common import JsonOption, check_budget, echo, extra, print_json, resumable

if TYPE_CHECKING:
    from edge_er.training.adapt.adapt import Adaptation

__all__ = ["register"]

_NO_BUDGET = "none"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(adapt)


def adapt(
    catalog: Annotated[
        str, typer.Argument(metavar="CATALOG_OR_BUNDLE", help="A catalog file, a bundle, or a shipped name.")
    ],
    requests: Annotated[
        Path,
        typer.Option(
            help="JSONL rows as for edge-er eval: query, entity, lang?, said?; or of edge-er voice."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The bundle: a directory, or a .zip.")],
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Train the encoder further on the requests, too.")
    ] = False,
    teacher: Annotated[
        bool, typer.Option("--teacher", help="Train teacher and student from scratch instead.")
    ] = False,
    start: Annotated[
        str,
        typer.Option(
            metavar="ENCODER", help="The encoder to start from; else the bundle's, or the usual one."
        ),
    ] = "",
    lang: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="Languages of those who ask, the main one first; else those of the rows, else en."),
    ] = None,
    locale: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(help="Locale files of languages that are not shipped; repeat."),
    ] = None,
    budget: Annotated[
        str, typer.Option(help="Size limit: 2MB, or none; else that of the bundle, or 2MB.")
    ] = "",
    train_requests: Annotated[
        int, typer.Option(min=0, help="How many requests training sees; 0 for the usual number.")
    ] = 0,
    dev_share: Annotated[
        float, typer.Option(min=0.1, max=0.6, help="Share of the names to measure on.")
    ] = 0.3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bundle.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was broken off.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fit a bundle to requests of one's own; it is written only if it answers new names no worse than before."""
    if budget and budget.lower() != _NO_BUDGET:
        check_budget(budget)
    with extra("train"), resumable():
        from edge_er.training.adapt.adapt import adapt as run
        from edge_er.training.adapt.settings import AdaptSettings

        settings = AdaptSettings(
            encoder=encoder,
            teacher=teacher,
            start=start,
            languages=tuple(lang or ()),
            locales=tuple(locale or ()),
            budget=None if budget.lower() == _NO_BUDGET else budget,
            train_requests=train_requests,
            dev_share=dev_share,
            seed=seed,
            resume=resume,
        )
        result = run(catalog, requests, out, settings, lambda step: echo(step, err=True))
    if as_json:
        print_json(result.to_dict())
    else:
        _print_result(result)


def _print_result(result: Adaptation) -> None:
    """Before and after as a table, and the bundle's place."""
    from edge_er.cli.tables import console, print_adaptation

    print_adaptation(result)
    console().print(f"{result.path}: {result.manifest['size_bytes']:,} bytes")
    if result.unmapped:
        echo(f"{result.unmapped:,} requests name no entity of the catalog and were left out", err=True)
