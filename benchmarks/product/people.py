"""What people typed or said to assistants, asked of the catalogs they meant, beside string matching.

    python -m benchmarks.product.people

Requests are `people/dev` of the data folder, in twelve domains. Each is asked of its domain's catalog in its
language, built as `edge-er build --budget none` does; domain radio is asked of the shipped bundles. The first match
is right where its name or an alias equals a wanted name in canonical text. Cross requests are those of another
domain that name nothing in a catalog: a match for one is false. Bundles are kept in build/people.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.built_catalogs import ENCODER, built_catalog
from benchmarks.lib.people_baselines import baseline_firsts
from benchmarks.lib.people_cross import cross_sample
from benchmarks.lib.people_figures import (
    CITED_NOWHERE,
    OURS,
    TRAINING_TEXTS,
    Answered,
    PeopleRequest,
    answered,
    by_domain,
    figures,
    from_source,
    mean_figures,
    people_request,
    wanted_entities,
    wrong_rows,
)
from benchmarks.lib.people_tables import (
    SYSTEMS,
    cross_table,
    language_table,
    main_name_table,
    other_languages_table,
    plot_domains,
    row_table,
    summary_table,
)
from benchmarks.lib.results_file import (
    LANGUAGES,
    REPOSITORY,
    RESULTS,
    add_data_option,
    data_folder,
    write_result,
)
from edge_er import EntityResolver
from edge_er.bundle.locate import find_bundle
from edge_er.training.data.voice_requests import cached_rows

CACHE = REPOSITORY / "build" / "people"
ALL = "all"
SHIPPED, SHIPPED_BUNDLE = "radio", "radio_{lang}"  # the domain that is asked of shipped bundles

Requests = Mapping[str, Sequence[PeopleRequest]]


def read_requests(data: Path, languages: Sequence[str]) -> dict[str, list[PeopleRequest]]:
    """Requests by domain, in `languages` or in all."""
    found = {}
    for file in sorted((data / "people" / "dev").glob("*.jsonl.gz")):
        rows = [people_request(row) for row in cached_rows(file)]
        kept = [row for row in rows if ALL in languages or row.lang in languages]
        if kept:
            found[kept[0].domain] = kept
    if not found:
        sys.exit(f"error: no requests in {' '.join(languages)} in {data / 'people' / 'dev'}")
    return found


def catalog(options: argparse.Namespace, data: Path, domain: str, lang: str) -> EntityResolver:
    """The bundle that answers requests of a domain in a language."""
    return EntityResolver.load(catalog_bundle(data, domain, lang, options.encoder, options.bundle))


def catalog_bundle(data: Path, domain: str, lang: str, encoder: str, shipped: str = SHIPPED_BUNDLE) -> Path:
    """Where that bundle is; built if it is not there. `shipped` is the one for domain radio, with {lang} in it."""
    if domain == SHIPPED:
        return find_bundle(shipped.format(lang=lang))
    rows = cached_rows(data / "people" / "catalogs" / f"{domain}_{lang}.jsonl.gz")
    built = lang if lang in LANGUAGES else "en"  # the shipped encoder knows no other language
    return built_catalog(CACHE, f"{domain}_{lang}", rows, built, encoder)


def answers(
    resolver: EntityResolver,
    requests: Sequence[PeopleRequest],
    baseline_rows: int | None,
    typed: bool = False,
) -> list[Answered]:
    """Our answers and those of the baselines over the same names; `typed`: requests but speech are said to be typed."""
    queries = [request.query for request in requests]
    entities = list(resolver.entities)
    places = {entity.id: place for place, entity in enumerate(entities)}
    wanted = wanted_entities(entities, requests)
    others = baseline_firsts(entities, queries, baseline_rows)
    found = []
    for at, request in enumerate(requests):
        answer = resolver.resolve(request.query, typed=typed and not request.speech)
        first = answer.matches[0] if answer.matches else None
        firsts = {OURS: places[first.id] if first else None, **others[at]}
        name = first.name if first else ""
        found.append(answered(request, wanted[at], firsts, name, answer.decision))
    return found


def cross_answers(
    resolver: EntityResolver, requests: Requests, domain: str, lang: str, count: int, typed: bool = False
) -> tuple[dict[str, Counter[str]], list[dict[str, Any]]]:
    """Decisions about other domains' requests, by their domain, and the matches that may be quoted."""
    names = (name for entity in resolver.entities for name in (entity.name, *entity.aliases))
    counts: dict[str, Counter[str]] = {}
    matches = []
    for other, rows in cross_sample(requests, names, domain, lang, count).items():
        found = [resolver.resolve(row.query, typed=typed and not row.speech) for row in rows]
        counts[other] = Counter(answer.decision for answer in found)
        matches += [
            {"catalog": domain, "domain": other, "lang": lang, "query": row.query, "got": answer.best.name}
            for row, answer in zip(rows, found, strict=True)
            if answer.decision == "match" and answer.best and not from_source(row, CITED_NOWHERE)
        ]
    return counts, matches


def measured(options: argparse.Namespace, data: Path, requests: Requests) -> dict[str, Any]:
    """All answers, sizes of the catalogs, and cross requests."""
    found: list[Answered] = []
    sizes: dict[tuple[str, str], int] = {}
    cross: dict[str, defaultdict[str, Counter[str]]] = {}
    matches: list[dict[str, Any]] = []
    for domain, rows in requests.items():
        cross[domain] = defaultdict(Counter)
        for lang in dict.fromkeys(row.lang for row in rows):
            asked = [row for row in rows if row.lang == lang]
            resolver = catalog(options, data, domain, lang)
            sizes[domain, lang] = len(resolver.entities)
            part = answers(resolver, asked, options.baseline_rows, options.typed)
            found += part
            if lang in LANGUAGES:
                counts, false = cross_answers(
                    resolver, requests, domain, lang, options.cross_rows, options.typed
                )
                matches += false
                for other, decisions in counts.items():
                    cross[domain][other].update(decisions)
            right = sum(answer.right[OURS] for answer in part)
            print(f"{domain} {lang}: {right} of {len(part)} right", file=sys.stderr, flush=True)
    return {"answers": found, "sizes": sizes, "cross": cross, "matches": matches}


def cross_figures(cross: Mapping[str, Mapping[str, Counter[str]]], sample: int) -> dict[str, Any]:
    """Counts by catalog and domain of the requests, and the share of all that were answered with a match."""
    pairs = {
        name: {
            other: {"asked": counts.total(), "match": counts["match"], "ambiguous": counts["ambiguous"]}
            for other, counts in cells.items()
        }
        for name, cells in cross.items()
    }
    cells = [cell for others in pairs.values() for cell in others.values()]
    asked, match, unsure = (sum(cell[key] for cell in cells) for key in ("asked", "match", "ambiguous"))
    shares = {"match": match / max(asked, 1), "ambiguous": unsure / max(asked, 1)}
    return {"sample_of_pair_and_language": sample, "asked": asked, **shares, "pairs": pairs}


def domain_figures(
    found: Sequence[Answered], sizes: Mapping[tuple[str, str], int]
) -> dict[str, dict[str, Any]]:
    """Figures by domain, and in it by language with the size of its catalog."""
    table = {}
    for domain, rows in by_domain(found).items():
        by_language = {
            lang: {
                "entities": sizes[domain, lang],
                **figures([row for row in rows if row.request.lang == lang], SYSTEMS),
            }
            for lang in dict.fromkeys(row.request.lang for row in rows)
        }
        own = [row for row in rows if row.request.lang in LANGUAGES]
        table[domain] = {**figures(own or rows, SYSTEMS), "languages": by_language}
    return table


def total_figures(found: Sequence[Answered]) -> dict[str, dict[str, Any]]:
    """Lines of the summary, over the five languages; row-weighted, then as means of domains."""
    own = [row for row in found if row.request.lang in LANGUAGES]
    unseen = [row for row in own if not from_source(row.request, TRAINING_TEXTS)]
    speech = [row for row in own if row.request.speech]
    lines = {
        "all rows": figures(own, SYSTEMS),
        "mean of domains, without news": mean_figures(own, SYSTEMS),
        "rows not of MASSIVE or SLURP": figures(unseen, SYSTEMS),
        "mean of domains, rows not of MASSIVE or SLURP": mean_figures(unseen, SYSTEMS),
    }
    return {**lines, "speech (SLURP), recognised": figures(speech, SYSTEMS)} if speech else lines


def page(report: Mapping[str, Any], baseline_rows: int | None, plot: str) -> str:
    """The Markdown of the result."""
    differing = {
        domain: line
        for domain, line in report["domains"].items()
        if any(line["by_main_name"][name] != line["recall_at_1"][name]["value"] for name in SYSTEMS)
    }
    asked = "all rows" if baseline_rows is None else f"at most {baseline_rows} rows of a domain and language"
    parts = [
        "# Requests that people typed or said\n\n"
        "R@1: the first match is right, whatever the decision. The other columns are shares of all rows and make "
        "1: first match right or wrong, and the decision. Baselines rank the same names and aliases, ties by "
        f"`ratio`, on {asked}. Intervals are 95 %, bootstrapped by entity, and stand where a stratum has under "
        "200 rows.",
        summary_table(report["totals"]),
        "## By domain, five languages\n\n" + summary_table(report["domains"]),
        "## Where the main name counts before an alias\n\nR@1 as above, but an entity that has the wanted name as an "
        "alias is wrong where another has it as its name: Berlin is not North Canton, which was New Berlin.\n\n"
        + main_name_table({**report["totals"], **differing}),
        f"![Recall@1 by domain beside baselines, and what is decided]({plot})",
        "## By domain and language\n\n" + language_table(report["domains"]),
    ]
    if "other_languages" in report:
        table = other_languages_table(report["other_languages"])
        parts.append("## Rooms and devices in other languages, built as English\n\n" + table)
    return "\n\n".join([*parts, cross_section(report["cross"]), wrong_section(report["wrong"])])


def cross_section(cross: Mapping[str, Any]) -> str:
    """What is answered to requests that name nothing in a catalog."""
    return (
        f"## Requests that name nothing in a catalog\n\n{cross['match']:.4f} of {cross['asked']:,} requests of "
        f"other domains are answered with a match, {cross['ambiguous']:.4f} as ambiguous. No name or alias of the "
        "catalog stands as whole words in them or in what they want; at most "
        f"{cross['sample_of_pair_and_language']} of each pair of domains and language were drawn, with a fixed "
        "seed. Rows are catalogs, columns what was asked.\n\n" + cross_table(cross["pairs"])
    )


def wrong_section(wrong: Mapping[str, Any]) -> str:
    """Wrong matches one by one, as far as they may be quoted."""
    false = [row for row in wrong["quoted"] if row["decision"] == "match"]
    kept = sum(wrong["not_quoted"].values())
    return (
        f"## Wrong matches\n\nOf {len(wrong['quoted']) + kept} wrong first answers, {kept} are of a share-alike "
        f"source and only counted. Of the others, {len(false)} are decided as a match; the rest of them are in "
        "the JSON file.\n\n" + row_table(false)
    )


def main() -> None:
    """Ask all requests and write the result files and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), help=f"codes, or {ALL}")
    parser.add_argument("--encoder", default=ENCODER, help="a shipped encoder or an encoder folder")
    parser.add_argument("--bundle", default=SHIPPED_BUNDLE, help="bundle for radio, with {lang} in it")
    parser.add_argument(
        "--typed", action="store_true", help="say of all requests but speech that they were typed"
    )
    parser.add_argument("--baseline-rows", type=int, help="ask baselines so many rows a domain and language")
    parser.add_argument("--cross-rows", type=int, default=40, help="cross requests a pair and language")
    parser.add_argument("--result", default="people", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    found = measured(options, data, read_requests(data, options.languages))
    report: dict[str, Any] = {
        "totals": total_figures(found["answers"]),
        "domains": domain_figures(found["answers"], found["sizes"]),
        "cross": {**cross_figures(found["cross"], options.cross_rows), "matches": found["matches"]},
        "wrong": wrong_rows(found["answers"]),
    }
    others = sorted({answer.request.lang for answer in found["answers"]} - set(LANGUAGES))
    if others:
        report["other_languages"] = {
            lang: figures([row for row in found["answers"] if row.request.lang == lang], SYSTEMS)
            for lang in others
        }
    markdown = page(report, options.baseline_rows, f"{options.result}.png")
    write_result("product.people", options.result, report, markdown)
    plot_domains(report["domains"], RESULTS / f"{options.result}.png")
    print(markdown)


if __name__ == "__main__":
    main()
