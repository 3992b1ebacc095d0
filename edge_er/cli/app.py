"""The command line `edge-er`: each command calls the same function as in Python and prints tables or JSON.

Exit codes: 0 done (also for no_match), 1 data, bundle or file error, 2 usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from edge_er.cli import adapt as cli_adapt
from edge_er.cli import catalog as cli_catalog
from edge_er.cli import dedup as cli_dedup
from edge_er.cli import serve as cli_serve
from edge_er.cli import sources as cli_sources
from edge_er.cli import training as cli_training
from edge_er.cli import trust as cli_trust
from edge_er.cli import update as cli_update
from edge_er.cli import voice as cli_voice
from edge_er.cli.asking import STANDARD_INPUT, Asked, answer_lines, ask_until_the_end, loaded
from edge_er.cli.common import (
    BundleArgument,
    EntriesOption,
    JsonOption,
    WhereOption,
    be_quiet,
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
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_TRACEBACK = "EDGE_ER_TRACEBACK"


def main() -> None:
    """Run the command line; an error is one line on stderr and exit code 1, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    be_quiet(False)
    try:
        app(args=_quiet_first(sys.argv[1:]))
    except EdgeERError as error:
        fail(str(error))
    except BrokenPipeError:  # who read the output has gone: "| head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:
        if os.environ.get(_TRACEBACK):
            raise
        fail(
            f"{type(error).__name__}: {error}. edge-er did not expect this; with {_TRACEBACK}=1 it prints where it "
            "happened, for a report"
        )


def _quiet_first(arguments: list[str]) -> list[str]:
    """`--quiet` stands before the command for the parser, and anywhere before `--` for users."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if "--quiet" not in arguments[:end]:
        return arguments
    return ["--quiet", *(each for each in arguments[:end] if each != "--quiet"), *arguments[end:]]


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print answers and errors, no notes.")] = False,
) -> None:
    if quiet:
        be_quiet()
    if version:
        from edge_er import __version__

        echo(__version__)
        raise typer.Exit


@app.command()
def resolve(
    bundle: BundleArgument,
    query: Annotated[
        str,
        typer.Argument(
            metavar="REQUEST",
            help='"play cadena ser"; - reads one a line from standard input, answers in JSON lines.',
        ),
    ],
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many candidates to show.")] = 5,
    min_precision: Annotated[
        float | None,
        typer.Option("--min-precision", help="How often an answer should be right, between 0 and 1."),
    ] = None,
    where: WhereOption = None,
    entries: EntriesOption = None,
    typed: Annotated[bool, typer.Option("--typed", help="REQUEST was typed, not spoken.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each score is made of.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the entity that REQUEST names."""
    if min_precision is not None and not 0 < min_precision < 1:
        raise typer.BadParameter(
            f"expected a number between 0 and 1, found {min_precision}", param_hint="--min-precision"
        )
    asked = Asked(loaded(bundle, entries), top_k, min_precision, conditions(where))
    if query == STANDARD_INPUT:
        answer_lines(lambda text: asked.answer(text, typed, explain))
    elif as_json:
        print_json(asked.answer(query, typed, explain))
    else:
        asked.show(query, typed, explain)


@app.command("try")
def try_out(
    bundle: BundleArgument,
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many candidates to show.")] = 5,
    where: WhereOption = None,
    entries: EntriesOption = None,
    spoken: Annotated[bool, typer.Option("--spoken", help="Requests count as spoken, not as typed.")] = False,
) -> None:
    """Ask BUNDLE one request after another."""
    asked = Asked(loaded(bundle, entries), top_k, None, conditions(where))

    def show(text: str, switches: frozenset[str]) -> None:
        how = (text, "typed" in switches, "explain" in switches)
        print_json(asked.answer(*how)) if "json" in switches else asked.show(*how)

    ask_until_the_end(show, frozenset() if spoken else frozenset({"typed"}))


@app.command()
def suggest(
    bundle: BundleArgument,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help='What is typed so far: "cadena s"; - reads lines from standard input.'
        ),
    ],
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many suggestions to show.")] = 5,
    where: WhereOption = None,
    entries: EntriesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest what TEXT may become while it is typed; a space at its end finishes the last word."""
    from edge_er.cli.tables import print_suggestions

    resolver, wanted = loaded(bundle, entries), conditions(where)
    if text == STANDARD_INPUT:
        answer_lines(lambda line: [each.to_dict() for each in resolver.suggest(line, top_k, where=wanted)])
        return
    suggestions = resolver.suggest(text, top_k, where=wanted)
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
    cli_serve,
    cli_voice,
    cli_training,
    cli_adapt,
):
    topic.register(app)
