"""Shared by all commands: option types, JSON output, one-line errors, and the extra of a missing package."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from edge_er.installing import install_command
from edge_er.text.display import shown, shown_in_json

__all__ = [
    "BundleArgument",
    "EntriesOption",
    "JsonOption",
    "WhereOption",
    "be_quiet",
    "check_budget",
    "conditions",
    "echo",
    "extra",
    "fail",
    "is_quiet",
    "print_json",
    "resumable",
]

_INTERRUPTED = 130  # of a shell, for SIGINT
_quiet = False

BundleArgument = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="A shipped name (edge-er list), a directory or a .zip.")
]
WhereOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        metavar="FIELD=VALUE",
        help="Only entities with this metadata: country=ES. Repeat: one value of each field must fit.",
    ),
]
EntriesOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="A file of own entries: JSONL rows id?, name, aliases?, metadata."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def check_budget(budget: str) -> None:
    """Raise a usage error if ``budget`` is not a size."""
    from edge_er.bundle.bundle import parse_size

    try:
        parse_size(budget)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from error


def conditions(where: list[str] | None) -> dict[str, list[Any]] | None:
    """``--where`` options as a filter; a value that can be read as a number or truth value also matches as such."""
    if not where:
        return None
    wanted: dict[str, list[Any]] = {}
    for condition in where:
        field, equals, text = condition.partition("=")
        if not field or not equals:
            raise typer.BadParameter(f"expected FIELD=VALUE, found {condition!r}", param_hint="--where")
        wanted.setdefault(field, []).append(text)
        with suppress(ValueError):
            value = json.loads(text)
            if isinstance(value, (bool, int, float)):
                wanted[field].append(value)
    return wanted


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Say which extra to install if one of its packages is missing in the block."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("edge_er", "catalog_tools"):
            raise
        fail(f"{error.name} is not installed; install it with: {install_command(name)}")


@contextmanager
def resumable() -> Iterator[None]:
    """Say how to go on with what is interrupted in the block (Ctrl-C); exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("edge-er: stopped; the same command with --resume goes on", err=True)
        sys.exit(_INTERRUPTED)


def be_quiet(quiet: bool = True) -> None:
    """Print no more notes on stderr; errors are printed all the same."""
    global _quiet
    _quiet = quiet


def is_quiet() -> bool:
    """Whether notes are left out."""
    return _quiet


def echo(message: object = "", err: bool = False) -> None:
    """Print a line, with characters that steer a terminal as escapes; on stderr it is a note."""
    if not (err and _quiet):
        typer.echo(shown(str(message)), err=err)


def print_json(values: Any) -> None:
    """Print ``values`` as JSON on stdout."""
    typer.echo(shown_in_json(json.dumps(values, ensure_ascii=False, indent=2)))


def fail(message: str) -> None:
    """Print one line on stderr and exit with code 1."""
    typer.echo(shown(f"edge-er: {' '.join(message.split())}"), err=True)
    sys.exit(1)
