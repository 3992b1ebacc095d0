"""The commands that change or compare bundles: update, delta, apply, rollback, diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from edge_er.cli.common import BundleArgument, JsonOption, echo, extra, print_json
from edge_er.cli.sources import StrictOption, read_source, source_options
from edge_er.cli.trust import TrustedOption

if TYPE_CHECKING:
    from catalog_tools.build.update import UpdateResult
    from catalog_tools.readers.sources import Record
    from edge_er.evaluation.diff import Answer, Diff

__all__ = ["register"]

_SHOWN = 30  # changed answers in a table

OldArgument = Annotated[str, typer.Argument(metavar="OLD", help="The bundle before.")]
NewArgument = Annotated[str, typer.Argument(metavar="NEW", help="The bundle after.")]
OutOption = Annotated[Path, typer.Option(help="File of the delta.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (update, delta, apply, rollback, diff):
        app.command()(command)


def update(
    bundle: BundleArgument,
    add: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="A catalog of new and changed entities; the same id, or name and country, replaces one."
        ),
    ] = None,
    remove: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A text file with an id or name a line, or a catalog file."),
    ] = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Write the new bundle here instead of in the place of the old."),
    ] = None,
    requests: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Measure the new bundle on these requests and store the report."),
    ] = None,
    locale: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The locale file that the bundle was built with, if any."),
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Measure again what was measured at the build.")
    ] = True,
    workers: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="Processes for a large catalog; one a core."),
    ] = None,
    work: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Keep the finished shards of a large catalog here for later updates."),
    ] = None,
    encoder: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Choose the vocabulary again, from this encoder that the bundle's was cut from."),
    ] = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add entities to BUNDLE and remove others: what a full build would give, in seconds."""
    with extra("catalog"), _to_add(add, out or Path(bundle), strict) as records:
        from catalog_tools.build.options import BuildWork
        from catalog_tools.build.update import BuiltWith, update_bundle
        from catalog_tools.build.workers import default_workers
        from catalog_tools.language.language import read_locale

        given = BuiltWith(read_locale(locale) if locale else None, encoder)
        doers = BuildWork(workers or default_workers(), work)
        result = update_bundle(bundle, records, remove or (), out, requests, given, measure, doers)
    _print_update(result, as_json)
    if out is None and not as_json:
        echo(f"the version before is kept: edge-er rollback {bundle}", err=True)


@contextmanager
def _to_add(catalog: Path | None, out: Path, strict: bool) -> Iterator[Iterable[Record]]:
    """The records of a catalog, if there is one; those that cannot be used go beside the bundle."""
    if catalog is None:
        yield ()
        return
    with read_source(str(catalog), source_options(), out, strict) as records:
        yield records


def _print_update(result: UpdateResult, as_json: bool) -> None:
    changed = {"added": result.added, "replaced": result.replaced, "removed": result.removed}
    manifest = result.built.manifest
    if as_json:
        print_json({"path": str(result.built.path), **changed, "manifest": manifest})
        return
    counts = ", ".join(f"{len(ids):,} {what}" for what, ids in changed.items())
    echo(
        f"{result.built.path}: {counts}; {manifest['counts']['entities']:,} entities, {manifest['size_bytes']:,} bytes"
    )
    if result.report_lost:
        echo("its measured quality is no longer known: measure it with --requests", err=True)


def delta(
    old: OldArgument,
    new: NewArgument,
    out: OutOption,
    whole_entities: Annotated[
        bool,
        typer.Option(
            "--whole-entities", help="Ship packed entities whole, for devices whose zlib packs otherwise."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write what changed from OLD to NEW, for devices that have OLD; never the encoder."""
    from catalog_tools.build.delta import make_delta

    result = make_delta(old, new, out, whole_entities)
    if as_json:
        sizes = {"size_bytes": result.size_bytes, "result_bytes": result.result_bytes}
        print_json({"path": str(result.path), **sizes})
    else:
        echo(f"{result.path}: {result.size_bytes:,} bytes for {result.result_bytes:,}")


def apply(
    bundle: BundleArgument,
    delta: Annotated[Path, typer.Argument(metavar="DELTA", help="A file of edge-er delta.")],
    trusted: TrustedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make BUNDLE the result of DELTA, whole or not at all; the version before is kept."""
    from edge_er.bundle.delta import apply_delta

    result = apply_delta(bundle, delta, trusted or None)
    if as_json:
        print_json({"path": str(result.path), "changed": result.changed, "manifest": result.manifest})
    elif result.changed:
        echo(f"{result.path}: {result.manifest['counts']['entities']:,} entities")
    else:
        echo(f"{result.path}: is the result of {delta} already")


def rollback(bundle: BundleArgument, as_json: JsonOption = False) -> None:
    """Put back what BUNDLE was before its last update or delta; a second time goes forward again."""
    from edge_er.bundle.delta import rollback as put_back

    manifest = put_back(bundle)
    if as_json:
        print_json({"path": bundle, "manifest": manifest})
    else:
        echo(f"{bundle}: {manifest['counts']['entities']:,} entities again")


def diff(
    old: OldArgument,
    new: NewArgument,
    requests: Annotated[
        Path, typer.Argument(metavar="REQUESTS", help="JSONL rows: query, entity?, lang?, ...")
    ],
    as_json: JsonOption = False,
) -> None:
    """Show which answers to REQUESTS changed from OLD to NEW, and whether for the better."""
    from edge_er.evaluation.diff import diff_bundles

    difference = diff_bundles(old, new, requests)
    if as_json:
        print_json(difference.to_dict())
    else:
        _print_diff(difference)


def _print_diff(difference: Diff) -> None:
    from rich.table import Table

    from edge_er.cli.tables import console, escape

    counts = ", ".join(f"{number:,} {name}" for name, number in difference.counts.items())
    console().print(f"{difference.requests:,} requests: {counts}")
    if not difference.changes:
        return
    table = Table()
    for heading in ("", "request", "old", "new"):
        table.add_column(heading)
    for change in difference.changes[:_SHOWN]:
        table.add_row(change.verdict, escape(change.query), *map(_cell, (change.old, change.new)))
    console().print(table)
    if len(difference.changes) > _SHOWN:
        console().print(f"and {len(difference.changes) - _SHOWN:,} more; --json lists all")


def _cell(answer: Answer) -> str:
    from edge_er.cli.tables import escape

    return f"{answer.decision}: {escape(answer.name)}" if answer.name else answer.decision
