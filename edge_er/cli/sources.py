"""The options for reading a source, which several commands share, and the command convert."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from edge_er.cli.common import JsonOption, echo, extra, print_json

if TYPE_CHECKING:
    from catalog_tools.readers.sources import RecordReader, SourceOptions

__all__ = [
    "ColumnOption",
    "ColumnsOption",
    "DelimiterOption",
    "EncodingOption",
    "FeatureOption",
    "KeepOption",
    "KindOption",
    "MappingOption",
    "QueryOption",
    "RejectsOption",
    "StrictOption",
    "notes_on_stderr",
    "read_source",
    "register",
    "source_options",
]

_PANEL = "How the source is read"

KindOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        help="csv, tsv, jsonl, json, yaml, parquet, m3u, pls, xspf, opml, radio-browser, vcard, geonames or sqlite; "
        "else detected.",
        rich_help_panel=_PANEL,
    ),
]
MappingOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="TOML file with any of these settings.", rich_help_panel=_PANEL),
]
ColumnOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        metavar="FIELD=COLUMN",
        help='name=station_name, name="First Name+Last Name", aliases=alt, ...; repeat.',
        rich_help_panel=_PANEL,
    ),
]
ColumnsOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        metavar="COLUMN,...",
        help="The columns of a CSV file without a header: name,url.",
        rich_help_panel=_PANEL,
    ),
]
KeepOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(metavar="COLUMN", help="Metadata to keep, instead of all; repeat.", rich_help_panel=_PANEL),
]
EncodingOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="utf-8, cp1252, utf-16, ...; by default detected.", rich_help_panel=_PANEL),
]
DelimiterOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        help="Between the columns of a CSV file; by default found from its header.", rich_help_panel=_PANEL
    ),
]
QueryOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="SELECT statement for an SQLite file.", rich_help_panel=_PANEL),
]
FeatureOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(metavar="CLASS", help="GeoNames feature, P or P.PPLC; repeat.", rich_help_panel=_PANEL),
]
RejectsOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        help="Write rows that cannot be used here (JSONL); by default beside OUT, where there are any.",
        rich_help_panel=_PANEL,
    ),
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Stop at the first row that cannot be used.", rich_help_panel=_PANEL)
]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(convert)


def source_options(
    kind: str | None = None,
    mapping: Path | None = None,
    column: list[str] | None = None,
    keep: list[str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    query: str | None = None,
    feature: list[str] | None = None,
    rejects: Path | None = None,
    columns: str | None = None,
) -> SourceOptions:
    """The settings of the command line; where it has none, those of the mapping file."""
    from catalog_tools.readers.mapping import parse_columns
    from catalog_tools.readers.sources import ColumnMapping, SourceOptions, read_source_options

    options = read_source_options(mapping) if mapping else SourceOptions()
    try:
        fields = parse_columns(column or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--column") from error
    given: dict[str, Any] = {
        "kind": kind,
        "encoding": encoding,
        "delimiter": "\t" if delimiter == "\\t" else delimiter,
        "query": query,
        "features": tuple(feature or ()),
        "rejects": rejects,
        "header": tuple(name.strip() for name in columns.split(",")) if columns else (),
        "mapping": ColumnMapping(fields, tuple(keep) if keep else None).over(options.mapping),
    }
    return replace(options, **{name: value for name, value in given.items() if value})


@contextmanager
def notes_on_stderr() -> Iterator[None]:
    """Print every `SourceWarning` in the block, such as an assumption about the file, as a line on stderr."""
    from catalog_tools.readers.sources import SourceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("always", SourceWarning)
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **rest: Any) -> None:
            if issubclass(category, SourceWarning):
                echo(f"note: {message}", err=True)
            else:
                shown(message, category, *where, **rest)

        warnings.showwarning = show
        yield


@contextmanager
def read_source(source: str, options: SourceOptions, out: Path, strict: bool) -> Iterator[RecordReader]:
    """The records of a source, with notes on stderr.

    Rows that cannot be used are in the reject file of the options, else in one beside ``out``, which is there only
    where there are any; ``strict`` makes the first of them an error.
    """
    from catalog_tools.readers.sources import read_records

    beside = None if strict or options.rejects else out.with_name(f"{_bare(out)}.rejects.jsonl")
    chosen = replace(options, rejects=None if strict else options.rejects or beside)
    with notes_on_stderr(), read_records(source, chosen) as records:
        try:
            yield records
        finally:
            records.close()
            if beside is not None and not records.rejected:
                beside.unlink(missing_ok=True)


def _bare(out: Path) -> str:
    return out.stem if out.suffix.lower() in (".zip", ".jsonl", ".ndjson") else out.name


def convert(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A file of any kind, or an http(s) address.")
    ],
    out: Annotated[Path, typer.Option(help="JSONL file of records: id?, name, aliases?, metadata ...")],
    kind: KindOption = None,
    mapping: MappingOption = None,
    column: ColumnOption = None,
    keep: KeepOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    query: QueryOption = None,
    feature: FeatureOption = None,
    rejects: RejectsOption = None,
    columns: ColumnsOption = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read SOURCE as `build` does and write its records, to look at."""
    if out.suffix.lower() not in (".jsonl", ".ndjson"):
        raise typer.BadParameter(f"expected a name ending in .jsonl, found {out.name}", param_hint="--out")
    with extra("catalog"):
        from catalog_tools.readers.convert import write_records

        options = source_options(
            kind, mapping, column, keep, encoding, delimiter, query, feature, rejects, columns
        )
        with read_source(source, options, out, strict) as records:
            written = write_records(records, out)
    counts = {
        "read": records.rows,
        "written": written,
        "rejected": records.rejected,
        "skipped": records.skipped,
    }
    if as_json:
        print_json({"path": str(out), **counts})
    else:
        echo(", ".join(f"{count:,} {name}" for name, count in counts.items()) + f": {out}")
