"""Write the figures of documents: all come from result files, shipped bundles or the command line.

    python -m benchmarks.lib.readme_tables

Sections stand between `<!-- NAME:start -->` and `<!-- NAME:end -->`; a figure without its result file is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.cost.latency_load import ALONE, BUSY, THIS
from benchmarks.lib import readme_models
from benchmarks.lib.readme_adapt import ADAPT, adapted
from benchmarks.lib.readme_goals import goals
from benchmarks.lib.results_file import (
    LANGUAGES,
    REPOSITORY,
    RESULTS,
    found_result,
    markdown_table,
    percent,
    source_line,
)
from catalog_tools.build.index_choice import EXACT
from tools.documents import STRATA, replace_section

README, ALL_RESULTS = REPOSITORY / "README.md", REPOSITORY / "docs" / "results.md"
Section = Callable[[], Iterator[str]]
AVERAGE = "average"
TRANSCRIPT = (
    ("resolve", "radio_es", "pon la cadena ser", "--top-k", "3"),
    ("resolve", "radio_de", "spiele bayern eins im wohnzimmer", "--top-k", "3"),
)
NO_RESULTS = "No result file yet: the commands below write them to `benchmarks/results/`."


def results(sections: Sequence[Section]) -> str:
    """The results section of a document in the repository's root."""
    parts = [part for make in sections for part in make()]
    return "\n\n".join(parts) or NO_RESULTS


def transcript() -> str:
    """What the command line answers, as a terminal shows it; needs the shipped bundles."""
    from typer.testing import CliRunner

    from edge_er.cli.app import app

    lines = []
    for arguments in TRANSCRIPT:
        words = [f'"{word}"' if " " in word else word for word in arguments]
        answer = CliRunner().invoke(app, list(arguments), catch_exceptions=False).stdout
        lines.append(f"$ edge-er {' '.join(words)}\n{answer.rstrip()}\n")
    return "```console\n" + "\n".join(lines) + "```"


def _cell(table: dict[str, Any], *path: str) -> str:
    for key in path:
        table = table.get(key, {})
    return percent(table) if table else ""


def _accuracy() -> Iterator[str]:
    result = found_result("accuracy")
    if result is None:
        return
    systems = result["systems"]
    shipped = next(iter(systems.values()))
    languages = len(shipped["all"]["text"]["recall_at_1"]) - 1  # without the average itself
    rows = [
        [
            name,
            _cell(table, "all", "text", "recall_at_1", AVERAGE),
            _cell(table, "unseen", "text", "recall_at_1", AVERAGE),
            *(_cell(table, "all", stratum, "recall_at_1", AVERAGE) for stratum in list(STRATA)[1:]),
        ]
        for name, table in systems.items()
    ]
    heading = [
        f"Recall@1, average of {languages} languages",
        "typed",
        "typed, unseen carrier",
        *list(STRATA.values())[1:],
    ]
    yield "### Stations"
    yield markdown_table(heading, rows)
    yield source_line("accuracy", result)
    if (RESULTS / "recall.png").is_file():
        yield "![Recall@1 by language, stratum and system](benchmarks/results/recall.png)"


def _by_language() -> Iterator[str]:
    result = found_result("accuracy")
    if result is None:
        return
    name, shipped = next(iter(result["systems"].items()))
    rows = [
        [title, *(_cell(shipped, "all", stratum, metric, lang) for lang in LANGUAGES)]
        for metric, label in (("recall_at_1", ""), ("recall_at_20", ", first twenty"))
        for title, stratum in ((f"{title}{label}", stratum) for stratum, title in STRATA.items())
    ]
    stations = (shipped["all"]["text"]["recall_at_1"].get(lang, {}).get("entities", 0) for lang in LANGUAGES)
    rows.append(["stations asked for", *map(str, stations)])
    yield markdown_table([f"{name}, by language", *LANGUAGES], rows)


def _known() -> Iterator[str]:
    result = found_result("known_stations")
    if result is None:
        return
    answers = [row for rows in result["answers"].values() for row in rows]
    own, foreign = (
        [row["rank"] == 1 for row in answers if row["carrier"] == kind] for kind in ("own", "foreign")
    )
    yield (
        f"Well-known stations, twenty a language, each asked for in three ways: {sum(own)} of {len(own)} right with a "
        f"carrier of their own language, {sum(foreign)} of {len(foreign)} with one of another. "
        + source_line("known_stations", result)
    )


def _ways() -> Iterator[str]:
    result = found_result("ways_of_asking")
    if result is None:
        return
    systems, goals = list(next(iter(result["ways"].values()))), result.get("goals")
    rows = [
        [
            way,
            f"{cell[systems[0]]['rows']:,}",
            *(percent(cell[system]) for system in systems),
            *(() if goals is None else ("; ".join(goals.get(way, "-")),)),
        ]
        for way, cell in result["ways"].items()
    ]
    yield "### As people put it"
    heading = ["asked for by", "requests", *systems, *(() if goals is None else ("goal",))]
    yield markdown_table(heading, rows)
    asked = (
        "stations drawn at random" if goals is None else "stations drawn at random and of made-up catalogs"
    )
    yield (
        f"Typed requests for {asked}; a way that leaves a name as it is, is not asked. *{systems[0].capitalize()}* and "
        "the baselines are Recall@1, *answered rightly* and *a wrong match* what the bundles decide. "
        + source_line("ways_of_asking", result)
    )


def _domains() -> Iterator[str]:
    result = found_result("other_domains")
    if result is None:
        return
    rows = []
    for domain, report in result["domains"].items():
        sizes = report["names"].values()
        for system, table in report.items():
            if system != "names":
                cells = (_cell(table, stratum, AVERAGE) for stratum in list(STRATA)[:3])
                rows.append([domain, f"{min(sizes):,} to {max(sizes):,}", system, *cells])
    yield "### Other domains, entities never trained on"
    yield markdown_table(["other domains", "names a language", "system", *list(STRATA.values())[:3]], rows)
    yield source_line("other_domains", result)


def _latency() -> Iterator[str]:
    result = found_result("latency")
    if result is None:
        return
    fresh = result["fresh_process"]
    rows = [
        [label, *(f"{result[key][column]:.2f} ms" for column in ("p50_ms", "p99_ms"))]
        for label, key in (("`resolve`", "resolve"), ("RapidFuzz WRatio over the same names", "wratio"))
    ]
    names = f"{result['counts']['entities']:,} entities, {result['counts']['forms']:,} surface forms"
    small = ""
    if "fresh_process_small" in result:
        few, numpy = result["fresh_process_small"], result["fresh_numpy"]
        more = few["total_ms"] - numpy["import_ms"]
        small = (
            f"With radio_es it is {few['total_ms']:.0f} ms, {more:.0f} more than `import numpy` alone, and "
        )
        small += f"{few['peak_memory_mb']:.0f} MB. "
    yield "### Time and memory"
    yield markdown_table([f"One request, one core, {result['bundle']} ({names})", "p50", "p99"], rows)
    yield (
        f"{result['times_faster_p50']:.0f} times faster than WRatio at the median; "
        f"{result['batch_requests_per_second']:,.0f} requests a second in a batch. A fresh process imports, loads and "
        f"answers in {fresh['total_ms']:.0f} ms ({fresh['import_ms']:.0f} + {fresh['load_ms']:.0f} + "
        f"{fresh['first_answer_ms']:.0f}) with {fresh['peak_memory_mb']:.0f} MB of memory at most. "
        f"{small}Measured on {result['machine']['processor']}. " + source_line("latency", result)
    )
    if "any_core" in result:
        yield from _latency_any_core(result["any_core"])


def _latency_any_core(figures: dict[str, Any]) -> Iterator[str]:
    rows = []
    for catalog, cell in figures["catalogs"].items():
        cells, index = cell["packages"][THIS], "" if cell["index"] == EXACT else f", {cell['index']}"
        for label, system in (("", "resolve"), (", WRatio", "WRatio")):
            times = [cells[load][system] for load in (ALONE, BUSY)]
            columns = [f"{cell[key]:.2f}" for cell in times for key in ("p50_ms", "p99_ms", "cpu_ms")]
            size = f"{cell['counts']['entities']:,} entities{index}"
            rows.append([f"{catalog}, {size}" if not label else f"{catalog}{label}", *columns])
    heading = ["p50", "p99", "CPU", *(f"{name}, busy" for name in ("p50", "p99", "CPU"))]
    yield markdown_table(["On any core, ms a request", *heading], rows)
    yield (
        f"No core is given and no thread setting made; *busy* is {BUSY}. CPU counts all threads of the "
        "process. `artists` are names of artists, with no aliases."
    )


def _footprint() -> Iterator[str]:
    result = found_result("footprint")
    if result is None:
        return
    sizes = result["installed_bytes"]
    largest = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in list(sizes.items())[:4])
    yield "### What `pip install .` installs"
    yield (
        f"{len(sizes)} packages, {sum(sizes.values()) / 1e6:.0f} MB on disk ({largest}); edge-er with its bundles is "
        f"{sizes['edge-er'] / 1e6:.0f} MB. `import edge_er` takes {result['import_ms']:.0f} ms, and after an answer "
        f"{result['modules']:,} modules are loaded, none of {', '.join(result['not_imported'])}. "
        + source_line("footprint", result)
    )
    if wheels := found_result("wheels"):
        yield (
            f"The wheel is {wheels['wheel_bytes'] / 1e6:.1f} MB; it is installed and answers on Python "
            f"{', '.join(wheels['pythons'])}. " + source_line("wheels", wheels)
        )


def _bundles() -> Iterator[str]:
    from edge_er.bundle.bundle import read_bundle
    from edge_er.bundle.locate import shipped_bundles

    manifests = [read_bundle(path).manifest for path in shipped_bundles().values()]
    if not manifests:
        return
    rows = [
        [
            f"`{manifest['name']}`",
            *(f"{manifest['counts'][what]:,}" for what in ("entities", "aliases", "forms")),
            f"{manifest['size_bytes'] / 1e6:.2f}",
            f"{manifest['budget_bytes'] / 1e6:.1f}" if manifest["budget_bytes"] else "none",
        ]
        for manifest in manifests
    ]
    yield "### Shipped bundles"
    yield markdown_table(["bundle", "entities", "aliases", "surface forms", "MB", "budget, MB"], rows)
    yield "MB are 10⁶ bytes, everything but the stream addresses; [models](models/README.md) has them by file."
    if (RESULTS / "sizes.png").is_file():
        yield "![Size of each bundle by part, beside its budget](benchmarks/results/sizes.png)"


HEADLINES: tuple[Section, ...] = (_accuracy, _latency, _bundles)
SECTIONS: tuple[Section, ...] = (
    _accuracy,
    _by_language,
    _known,
    _ways,
    goals,
    readme_models.families,
    readme_models.ladder,
    readme_models.errors,
    _domains,
    readme_models.human_speech,
    readme_models.calibration,
    readme_models.distillation,
    readme_models.methods,
    readme_models.quantisation,
    _latency,
    _footprint,
    _bundles,
)


def updated(text: str, sections: Sequence[str] = ("results", "transcript")) -> str:
    """README text with its sections as the result files and bundles say; the transcript stays where none is shipped."""
    from edge_er.bundle.locate import shipped_bundles

    if "results" in sections:
        text = replace_section(text, "results", results(HEADLINES))
    if "transcript" in sections and {words[1] for words in TRANSCRIPT} <= set(shipped_bundles()):
        text = replace_section(text, "transcript", transcript())
    return text


def all_results(text: str) -> str:
    """Text of docs/results.md with every result; links start in the repository's root and must leave docs/ first."""
    return replace_section(text, "results", re.sub(r"\]\((?!\w+:|#)", "](../", results(SECTIONS)))


def main() -> None:
    """Bring all documents up to date."""
    for document, update in ((README, updated), (ALL_RESULTS, all_results), (ADAPT, adapted)):
        document.write_text(update(document.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
