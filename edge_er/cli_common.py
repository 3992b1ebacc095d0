"""What the commands share: option types, JSON output, one-line errors, and which extra a missing package is in."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

__all__ = ["BundleArgument", "JsonOption", "check_budget", "extra", "fail", "print_json"]

BundleArgument = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="A shipped name (edge-er list), a directory or a .zip.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def check_budget(budget: str) -> None:
    """Usage error where ``budget`` is no size."""
    from edge_er.bundle import parse_size

    try:
        parse_size(budget)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from error


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Say which extra to install where one of its packages is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("edge_er", "catalog_tools"):
            raise
        fail(f"{error.name} is not installed; install it with: pip install 'edge-er[{name}]'")


def print_json(values: Any) -> None:
    """``values`` on stdout."""
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))


def fail(message: str) -> None:
    """One line on stderr, exit code 1."""
    typer.echo(f"edge-er: {' '.join(message.split())}", err=True)
    sys.exit(1)
