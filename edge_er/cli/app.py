"""The command line `edge-er`: each command calls the same function as in Python and prints tables or JSON.

Exit codes: 0 done (also for no_match), 1 data, bundle or file error, 2 usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from edge_er.cli import adapt as cli_adapt
from edge_er.cli import catalog as cli_catalog
from edge_er.cli import dedup as cli_dedup
from edge_er.cli import sources as cli_sources
from edge_er.cli import training as cli_training
from edge_er.cli import trust as cli_trust
from edge_er.cli import update as cli_update
from edge_er.cli import voice as cli_voice
from edge_er.cli.common import (
    BundleArgument,
    JsonOption,
    WhereOption,
    conditions,
    echo,
    extra,
    fail,
    print_json,
)
from edge_er.errors import EdgeERError

__all__ = ["app", "main"]

app = typer.Typer(
    name="edge-er",
    help="Finds the entity that a spoken or typed request names, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; an error is one line on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except EdgeERError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from edge_er import __version__

        echo(__version__)
        raise typer.Exit


@app.command()
def resolve(
    bundle: BundleArgument,
    query: Annotated[str, typer.Argument(metavar="REQUEST", help='The request: "play cadena ser".')],
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many candidates to show.")] = 5,
    min_precision: Annotated[
        float | None,
        typer.Option("--min-precision", help="How often an answer should be right, between 0 and 1."),
    ] = None,
    where: WhereOption = None,
    entries: Annotated[
        Path | None, typer.Option(help="A file of own entries: JSONL rows id?, name, aliases?, metadata.")
    ] = None,
    typed: Annotated[bool, typer.Option("--typed", help="REQUEST was typed, not spoken.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each score is made of.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the entity that REQUEST names."""
    from edge_er.cli.tables import print_explanations, print_resolution
    from edge_er.resolver import EntityResolver

    if min_precision is not None and not 0 < min_precision < 1:
        raise typer.BadParameter(
            f"expected a number between 0 and 1, found {min_precision}", param_hint="--min-precision"
        )
    resolver = EntityResolver.load(bundle)
    if entries:
        resolver = resolver.with_entries(entries)
    wanted = conditions(where)
    resolution = resolver.resolve(query, top_k, min_precision=min_precision, where=wanted, typed=typed)
    explanations = resolver.explain(query, top_k, where=wanted) if explain else []
    if as_json:
        reasons = {"explanations": [each.to_dict() for each in explanations]} if explain else {}
        print_json({**resolution.to_dict(), **reasons})
        return
    print_resolution(resolution)
    if explain:
        print_explanations(explanations)


@app.command()
def suggest(
    bundle: BundleArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help='What is typed so far: "cadena s".')],
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many suggestions to show.")] = 5,
    where: WhereOption = None,
    entries: Annotated[
        Path | None, typer.Option(help="A file of own entries: JSONL rows id?, name, aliases?, metadata.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest what TEXT may become while it is typed; a space at its end finishes the last word."""
    from edge_er.cli.tables import print_suggestions
    from edge_er.resolver import EntityResolver

    resolver = EntityResolver.load(bundle)
    if entries:
        resolver = resolver.with_entries(entries)
    suggestions = resolver.suggest(text, top_k, where=conditions(where))
    if as_json:
        print_json([each.to_dict() for each in suggestions])
    else:
        print_suggestions(suggestions)


@app.command("eval")
def evaluate(
    bundle: BundleArgument,
    requests: Annotated[
        Path, typer.Argument(metavar="REQUESTS", help="JSONL rows: query, entity, lang?, ...")
    ],
    baselines: Annotated[bool, typer.Option("--baselines", help="Measure WRatio and TF-IDF too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure BUNDLE on a file of requests: Recall@1/5/20 and MRR with 95 % intervals."""
    from edge_er.evaluation.evaluate import evaluate_file, report_table

    with extra("eval"):
        report = evaluate_file(bundle, requests, baselines=baselines)
    if as_json:
        print_json(report)
    else:
        from edge_er.cli.tables import console

        console().print(report_table(report))


@app.command()
def inspect(
    bundle: BundleArgument,
    selftest: Annotated[bool, typer.Option("--selftest", help="Answer the golden requests again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Verify BUNDLE and show what is in it: counts, files against the budget, measured quality."""
    from edge_er.bundle.bundle import find_bundle, read_bundle
    from edge_er.native.library import kernels_for

    path = find_bundle(bundle)
    content = read_bundle(path)
    engine = "native" if kernels_for("auto") else "reference"
    if as_json:
        print_json({"path": str(path), "engine": engine, **content.manifest})
    else:
        from edge_er.cli.tables import print_bundle

        print_bundle(path, content.manifest)
        typer.echo(f"engine: {engine}")
    if selftest:
        from edge_er.resolver import EntityResolver

        answered = EntityResolver(content).selftest()
        echo(f"selftest: {answered} golden requests answered as expected", err=as_json)


@app.command("list")
def list_bundles(as_json: JsonOption = False) -> None:
    """List the shipped bundles."""
    from edge_er.bundle.bundle import read_bundle
    from edge_er.bundle.locate import shipped_bundles

    bundles = {name: read_bundle(path).manifest for name, path in shipped_bundles().items()}
    if as_json:
        fields = ("version", "lang", "counts", "size_bytes", "budget_bytes")
        rows = [{"name": name, **{key: m.get(key) for key in fields}} for name, m in bundles.items()]
        print_json(rows)
    else:
        from edge_er.cli.tables import print_bundle_list

        print_bundle_list(bundles)


for topic in (
    cli_catalog,
    cli_sources,
    cli_dedup,
    cli_update,
    cli_trust,
    cli_voice,
    cli_training,
    cli_adapt,
):
    topic.register(app)
