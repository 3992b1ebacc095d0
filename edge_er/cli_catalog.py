"""The commands of a catalog's way: build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from edge_er.cli_common import JsonOption, check_budget, extra, print_json

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(build)


def build(
    catalog: Annotated[
        Path, typer.Option(help="CSV, TSV, JSONL or Parquet: id?, name, aliases?, metadata ...")
    ],
    out: Annotated[Path, typer.Option(help="A directory, or a name ending in .zip.")],
    encoder: Annotated[
        str, typer.Option(help="A shipped encoder or an encoder folder.")
    ] = "multilingual-32-hpd64",
    lang: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Language of the names; by default that of the locale file, else en."),
    ] = None,
    locale: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="A locale file: adds to de, en, es, fr or it, or adds a language (docs/locales.md)."
        ),
    ] = None,
    name: Annotated[Optional[str], typer.Option(help="Name of the bundle.")] = None,  # noqa: UP045
    budget: Annotated[str, typer.Option(help="Largest size without stream addresses.")] = "2MB",
    previous: Annotated[Optional[str], typer.Option(help="Keep the ids of this bundle.")] = None,  # noqa: UP045
    requests: Annotated[
        Optional[Path], typer.Option(help="Measure the bundle on these requests and store the report.")  # noqa: UP045
    ] = None,
    head_tokens: Annotated[
        bool, typer.Option("--head-tokens", help="Keep what a DiPair head reads of each form.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Build a bundle from a catalog, within its budget or not at all."""
    check_budget(budget)
    with extra("catalog"):
        from catalog_tools.build import build_bundle
        from catalog_tools.language import read_locale

        result = build_bundle(
            catalog,
            out,
            read_locale(locale, lang) if locale else lang or "en",
            encoder,
            budget,
            name,
            previous,
            requests,
            head_tokens=head_tokens,
        )
    if as_json:
        print_json({"path": str(result.path), **result.manifest})
    else:
        from edge_er.cli_tables import print_bundle

        print_bundle(result.path, result.manifest)
    if result.spoken_left_out:
        typer.echo(
            f"{result.spoken_left_out:,} spoken forms, the least likely, do not fit the budget", err=True
        )
    if result.without_text:
        typer.echo(f"no letter or digit in the name of {', '.join(result.without_text)}", err=True)
