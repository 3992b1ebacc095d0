"""The command that makes a bundle of a catalog: build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from edge_er.cli.common import JsonOption, check_budget, echo, extra, print_json
from edge_er.cli.sources import (
    ColumnOption,
    ColumnsOption,
    DelimiterOption,
    EncodingOption,
    FeatureOption,
    KeepOption,
    KindOption,
    MappingOption,
    QueryOption,
    RejectsOption,
    StrictOption,
    notes_on_stderr,
    read_source,
    source_options,
)

if TYPE_CHECKING:
    from catalog_tools.build.build import BuildResult

__all__ = ["register"]

_UNFITTED = (
    "ranking and decisions are worse than they could be; fit them with edge-er train fit (public data) or "
    "edge-er adapt (requests of your own)"
)
_NO_BUDGET = "none"
_WORK = "How the build is done"
_LISTED = 20  # names without a letter


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(build)


def build(
    catalog: Annotated[
        str, typer.Option(help="A file of any kind (edge-er convert), or an http(s) address.")
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
    budget: Annotated[
        str, typer.Option(help="Largest size without stream addresses, as 2MB; none for no limit.")
    ] = "2MB",
    previous: Annotated[Optional[str], typer.Option(help="Keep the ids of this bundle.")] = None,  # noqa: UP045
    requests: Annotated[
        Optional[Path], typer.Option(help="Measure the bundle on these requests, not on simulated ones.")  # noqa: UP045
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Measure Recall@1 and store it in the bundle.")
    ] = True,
    report: Annotated[
        Optional[Path], typer.Option(help="Write an HTML page about the build and its quality.")  # noqa: UP045
    ] = None,
    head_tokens: Annotated[
        bool, typer.Option("--head-tokens", help="Keep what a DiPair head reads of each form.")
    ] = False,
    index: Annotated[
        str,
        typer.Option(help="exact, auto (FAISS for large catalogs), mapped, or a FAISS name (docs/scale.md)."),
    ] = "auto",
    popular_share: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of the entities, by popularity, to be searched first."),
    ] = 0.0,
    single_words: Annotated[
        bool,
        typer.Option(
            "--single-words", help="Add single words of names as spoken forms: Zoë for Zoë Kravitz."
        ),
    ] = False,
    vocabulary: Annotated[
        Literal["whole", "catalog"],
        typer.Option(
            help="Keep the encoder's whole vocabulary, or the pieces that catalog and language need."
        ),
    ] = "whole",
    candidates: Annotated[
        int,
        typer.Option(
            min=0, max=1000, help="So many names by vector and by sound are ranked at least; 0: as usual."
        ),
    ] = 0,
    say: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="A column that people say with the name: artist, for TITLE by ARTIST. Repeatable."),
    ] = None,
    workers: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="Processes (or Ray actors); one a core.", rich_help_panel=_WORK),
    ] = None,
    work: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="Keep finished shards here for later builds; by default beside OUT until it is written.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="This machine, or Ray Data.", rich_help_panel=_WORK)
    ] = "local",
    ray_address: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="A running Ray cluster; else one is started here.", rich_help_panel=_WORK),
    ] = None,
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
    """Build a bundle from a catalog, within its budget or not at all."""
    limit = None if budget.lower() == _NO_BUDGET else budget
    if limit:
        check_budget(limit)
    with extra("ray" if engine == "ray" else "catalog"), notes_on_stderr():
        from catalog_tools.build.build import build_bundle
        from catalog_tools.build.build_report import write_build_report
        from catalog_tools.build.options import BuildOptions, BuildWork, IndexOptions, SurfaceForms
        from catalog_tools.build.workers import default_workers
        from catalog_tools.language.language import read_locale

        source = source_options(
            kind, mapping, column, keep, encoding, delimiter, query, feature, rejects, columns
        )
        options = BuildOptions(
            BuildWork(workers or default_workers(), work, engine, ray_address),
            IndexOptions(index, popular_share),
            SurfaceForms(single_words, head_tokens, say=tuple(say or ())),
            vocabulary=vocabulary,
            candidates=candidates,
        )
        spoken = read_locale(locale, lang) if locale else lang or "en"
        with read_source(catalog, source, out, strict) as records:
            result = build_bundle(
                records,
                out,
                spoken,
                encoder,
                limit,
                name,
                previous,
                requests,
                measure=measure,
                options=options,
            )
        if report:
            write_build_report(report, result, records.rejected)
    _print_result(result, as_json)


def _print_result(result: BuildResult, as_json: bool) -> None:
    """The bundle on stdout, notes on stderr."""
    if as_json:
        print_json({"path": str(result.path), **result.manifest})
    else:
        from edge_er.cli.tables import print_bundle

        print_bundle(result.path, result.manifest)
    silent = result.without_text
    notes = {
        f"went on from {result.shards_kept:,} of {result.shards:,} shards of an earlier build": result.shards_kept,
        f"{result.spoken_left_out:,} spoken forms, the least likely, do not fit the budget": result.spoken_left_out,
        f"no letter or digit in the name of {', '.join(silent[:_LISTED])}"
        f"{f' and {len(silent) - _LISTED:,} more' if len(silent) > _LISTED else ''}": silent,
        f"the encoder has no fitted {' and no fitted '.join(result.unfitted)}: {_UNFITTED}": result.unfitted,
    }
    for note, applies in notes.items():
        if applies:
            echo(note, err=True)
