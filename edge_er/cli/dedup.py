"""The commands for duplicate records: match compares two, dedup merges those of a catalog."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from edge_er.cli.common import JsonOption, echo, extra, print_json
from edge_er.cli.sources import (
    ColumnOption,
    KindOption,
    MappingOption,
    RejectsOption,
    StrictOption,
    read_source,
    source_options,
)
from edge_er.errors import CatalogError

if TYPE_CHECKING:
    from catalog_tools.records import LearnedWeights, RecordFields, RecordTable

__all__ = ["register"]

FieldsOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        help="TOML file: what the fields are (docs/duplicates.md); by default guessed from names and values."
    ),
]
WeightsOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(help="Learned weights (JSON, --save-weights); by default each kind of field has its own."),
]
EncoderOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Encoder for fields with meaning = true: a shipped name or a folder."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(match)
    app.command()(dedup)


def match(
    a: Annotated[Path, typer.Argument(metavar="A", help="A record: a JSON file with one object.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    fields: FieldsOption = None,
    weights: WeightsOption = None,
    encoder: EncoderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Are two records one thing? Decides duplicate, different or unsure, and says why."""
    with extra("catalog"):
        from catalog_tools.records import match_records, read_fields, read_weights

        decided = match_records(
            _read_object(a),
            _read_object(b),
            read_fields(fields) if fields else None,
            read_weights(weights) if weights else None,
            _encode(encoder),
        )
    if as_json:
        print_json(decided.to_dict())
        return
    echo(f"{decided.decision} (probability {decided.probability:.4f})")
    width = max((len(each.field) for each in decided.evidence), default=0)
    for each in decided.evidence:
        echo(f"  {each.weight:+6.2f}  {each.field:{width}}  {each.words}")


def dedup(
    catalog: Annotated[str, typer.Argument(metavar="CATALOG", help="A source of any kind, as for build.")],
    out: Annotated[Path, typer.Option(help="JSONL file of the merged records, for build.")],
    fields: FieldsOption = None,
    report: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="What was merged and why: .html (with a .json beside it) or .json."),
    ] = None,
    corrections: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Pairs that are the same or are not (JSONL: a, b, same); they always win."),
    ] = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Labelled pairs to learn weights from (CSV or JSONL: a, b, same)."),
    ] = None,
    weights: WeightsOption = None,
    save_weights: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Keep the weights learned from --labels."),
    ] = None,
    encoder: EncoderOption = None,
    most: Annotated[int, typer.Option(min=1, help="Merges and unsure pairs in the report.")] = 500,
    kind: KindOption = None,
    mapping: MappingOption = None,
    column: ColumnOption = None,
    rejects: RejectsOption = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
) -> None:
    """Merge the duplicate records of CATALOG."""
    _check_usage(out, labels, weights, save_weights)
    with extra("catalog"):
        from catalog_tools.pages.duplicates_report import dedup_report, write_dedup_report
        from catalog_tools.readers.convert import write_records
        from catalog_tools.records import deduplicate, read_pair_labels, read_weights, reject_contradictions
        from edge_er.bundle.lock import locked

        corrected = read_pair_labels(corrections) if corrections else []
        reject_contradictions(corrected, corrections)
        learned = read_weights(weights) if weights else None
        declared = _fields(fields)
        options = source_options(kind, mapping, column, rejects=rejects)
        with read_source(str(catalog), options, out, strict) as reader:
            records = list(reader)
        table = _table(records, declared, _encode(encoder))
        if labels:
            learned = _learn(table, records, labels)
        found = deduplicate(records, weights=learned, corrections=corrected, table=table)
        content = dedup_report(found, Path(catalog).name, most)
        with locked(out):  # records and report of one run
            write_records(found.merged(), out)
            if report:
                write_dedup_report(content, report)
            if learned and save_weights:
                learned.write(save_weights)
    _show(content, out, report, as_json)


def _show(content: dict[str, Any], out: Path, report: Path | None, as_json: bool) -> None:
    counts = {
        name: content[name]
        for name in ("records", "entities", "merged_entities", "compared_pairs", "unsure_pairs")
    }
    if as_json:
        print_json({"path": str(out), **counts, "unused_corrections": content["unused_corrections"]})
    else:
        summary = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
        echo(f"{summary}: {out}" + (f", {report}" if report else ""))
    for each in content["unused_corrections"]:
        echo(f"note: row {each['row']} of the corrections names a record that is not there", err=True)


def _check_usage(out: Path, labels: Path | None, weights: Path | None, save_weights: Path | None) -> None:
    if out.suffix.lower() not in (".jsonl", ".ndjson"):
        raise typer.BadParameter(f"expected a name ending in .jsonl, found {out.name}", param_hint="--out")
    if labels and weights:
        raise typer.BadParameter(
            "weights are learned from --labels or read, not both", param_hint="--weights"
        )
    if save_weights and not labels:
        raise typer.BadParameter("there are none without --labels", param_hint="--save-weights")


def _fields(file: Path | None) -> RecordFields | None:
    from catalog_tools.records import read_fields

    return read_fields(file) if file else None


def _table(
    records: Sequence[Any], fields: RecordFields | None, encode: Callable[..., Any] | None
) -> RecordTable:
    from catalog_tools.records import RecordTable, infer_fields, record_values

    values = [record_values(record) for record in records]
    return RecordTable(values, fields or infer_fields(values), encode)


def _learn(table: RecordTable, records: Sequence[Any], file: Path) -> LearnedWeights:
    with extra("eval"):
        from catalog_tools.records import labelled_rows, read_pair_labels, record_key
        from catalog_tools.records.learning import learn_weights

        keys = [record_key(record) for record in records]
        return learn_weights(table, *labelled_rows(read_pair_labels(file), keys, file))


def _encode(name: str | None) -> Callable[..., Any] | None:
    if name is None:
        return None
    from edge_er.bundle.locate import find_encoder
    from edge_er.encoder.encoder import Encoder

    return Encoder.load(find_encoder(name)).encode


def _read_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file; CatalogError if there is none."""
    try:
        value = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CatalogError(
            f'not JSON ({error}); expected one object, like {{"title": ...}}', file=file
        ) from error
    if not isinstance(value, dict) or not value:
        shown = "an empty object" if value == {} else type(value).__name__
        raise CatalogError(f'expected one object, like {{"title": ...}}, found {shown}', file=file)
    return value
