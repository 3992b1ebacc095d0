"""`edge-er ...`: arguments in, the same functions as in Python, tables or `--json` out.

Exit codes: 0 done (also for no_match), 1 data, bundle or file error, 2 usage.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from edge_er.errors import EdgeERError

__all__ = ["app", "main"]

app = typer.Typer(
    name="edge-er",
    help="Finds the entity that a spoken or typed request names, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
train = typer.Typer(help="Train and export encoders; needs edge-er\\[train].", no_args_is_help=True)
app.add_typer(train, name="train")

BundleArgument = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="A shipped name (edge-er list), a directory or a .zip.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
RecipeArgument = Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe, models/recipes/*.toml.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]


def main() -> None:
    """Run the command line; an error is one line on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except EdgeERError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from edge_er import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def resolve(
    bundle: BundleArgument,
    query: Annotated[str, typer.Argument(metavar="REQUEST", help='What was said: "play cadena ser".')],
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many candidates to show.")] = 5,
    min_precision: Annotated[
        float | None,
        typer.Option("--min-precision", help="How often an answer should be right, between 0 and 1."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each score is made of.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the entity that REQUEST names."""
    from edge_er.cli_tables import print_explanations, print_resolution
    from edge_er.resolver import EntityResolver

    if min_precision is not None and not 0 < min_precision < 1:
        raise typer.BadParameter(
            f"expected a number between 0 and 1, found {min_precision}", param_hint="--min-precision"
        )
    resolver = EntityResolver.load(bundle)
    resolution = resolver.resolve(query, top_k, min_precision=min_precision)
    explanations = resolver.explain(query, top_k) if explain else []
    if as_json:
        reasons = {"explanations": [each.to_dict() for each in explanations]} if explain else {}
        _print_json({**resolution.to_dict(), **reasons})
        return
    print_resolution(resolution)
    if explain:
        print_explanations(explanations)


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
    from edge_er.evaluate import evaluate_file, report_table

    with _extra("eval"):
        report = evaluate_file(bundle, requests, baselines=baselines)
    if as_json:
        _print_json(report)
    else:
        from edge_er.cli_tables import console

        console().print(report_table(report))


@app.command()
def inspect(
    bundle: BundleArgument,
    selftest: Annotated[bool, typer.Option("--selftest", help="Answer the golden requests again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Verify BUNDLE and show what is in it: counts, files against the budget, measured quality."""
    from edge_er.bundle import find_bundle, read_bundle

    path = find_bundle(bundle)
    content = read_bundle(path)
    if as_json:
        _print_json({"path": str(path), **content.manifest})
    else:
        from edge_er.cli_tables import print_bundle

        print_bundle(path, content.manifest)
    if selftest:
        from edge_er.resolver import EntityResolver

        answered = EntityResolver(content).selftest()
        typer.echo(f"selftest: {answered} golden requests answered as expected", err=as_json)


@app.command("list")
def list_bundles(as_json: JsonOption = False) -> None:
    """List the shipped bundles."""
    from edge_er.bundle import read_bundle
    from edge_er.shipped import shipped_bundles

    bundles = {name: read_bundle(path).manifest for name, path in shipped_bundles().items()}
    if as_json:
        fields = ("version", "lang", "counts", "size_bytes", "budget_bytes")
        rows = [{"name": name, **{key: m.get(key) for key in fields}} for name, m in bundles.items()]
        _print_json(rows)
    else:
        from edge_er.cli_tables import print_bundle_list

        print_bundle_list(bundles)


@app.command()
def build(
    catalog: Annotated[
        Path, typer.Option(help="CSV, TSV, JSONL or Parquet: id?, name, aliases?, metadata ...")
    ],
    out: Annotated[Path, typer.Option(help="A directory, or a name ending in .zip.")],
    encoder: Annotated[
        str, typer.Option(help="A shipped encoder or an encoder folder.")
    ] = "multilingual-32-hpd64",
    lang: Annotated[str, typer.Option(help="Language of the names: de, en, es, fr or it.")] = "en",
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
    _check_budget(budget)
    with _extra("catalog"):
        from catalog_tools.build import build_bundle

        result = build_bundle(
            catalog, out, lang, encoder, budget, name, previous, requests, head_tokens=head_tokens
        )
    if as_json:
        _print_json({"path": str(result.path), **result.manifest})
    else:
        from edge_er.cli_tables import print_bundle

        print_bundle(result.path, result.manifest)
    if result.spoken_left_out:
        typer.echo(
            f"{result.spoken_left_out:,} spoken forms, the least likely, do not fit the budget", err=True
        )
    if result.without_text:
        typer.echo(f"no letter or digit in the name of {', '.join(result.without_text)}", err=True)


def _train_command(step: str, told: str) -> None:
    """`edge-er train STEP RECIPE` runs `main` of edge_er/training/STEP.py."""

    def run(recipe: RecipeArgument, resume: ResumeOption = False) -> None:
        with _extra("train"):
            typer.echo(import_module(f"edge_er.training.{step}").main(recipe, resume=resume))

    train.command(step, help=told)(run)


_train_command("teacher", "Train a teacher: BERT-Tiny as a dual encoder, contrastively.")
_train_command("student", "Distil a SimTDE student from a teacher.")
_train_command("hpd", "Distil a student with few output dimensions (HPD).")
_train_command("export", "Export an encoder to int8 ONNX, behind the quality gate.")
_train_command("dse", "Train a cross-attentive teacher, cache its pair scores, distil them (DSE).")
_train_command("dipair", "Train a re-ranking head on the encoder's token embeddings (DiPair).")


def _check_budget(budget: str) -> None:
    from edge_er.bundle import parse_size

    try:
        parse_size(budget)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from error


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Say which extra to install where one of its packages is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("edge_er", "catalog_tools"):
            raise
        _fail(f"{error.name} is not installed; install it with: pip install 'edge-er[{name}]'")


def _print_json(values: Any) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))


def _fail(message: str) -> None:
    typer.echo(f"edge-er: {' '.join(message.split())}", err=True)
    sys.exit(1)
