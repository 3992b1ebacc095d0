"""Why requests of people fail: wrong first answers, and right ones that are refused, by cause.

    python -m benchmarks.product.people_causes

Requests and catalogs are those of `people`, in five languages, without the rows that may not be quoted. Every failure
gets the first cause that fits, by the rules of `CAUSES`; they look at words and spelling alone, so they say what a
request is like, not what the ranking did. Examples are printed and stand in no result file.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from benchmarks.lib.built_catalogs import ENCODER
from benchmarks.lib.made_titles import SMALL
from benchmarks.lib.people_figures import CITED_NOWHERE, PeopleRequest, from_source, wanted_entities
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, markdown_table, write_result
from benchmarks.product.people import catalog, read_requests
from edge_er.bundle.entity import Entity
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words

SEED = 20261120
LISTED = 5
ALIKE = 75  # ratio from which a word is a misspelt one
WRONG, REFUSED = "wrong first", "right but no_match"
_NUMBER = re.compile(
    r"\d+|[ivx]+|" + "|".join(word for words in SMALL.values() for word in words.split()[1:])
)


@dataclass(frozen=True)
class Failure:
    """A request that failed.

    `names` and `forms` are canonical main names of what is right, and names with aliases; `answer_names` and
    `answer_forms` those of the answer.
    """

    request: PeopleRequest
    outcome: str
    names: tuple[str, ...]
    forms: tuple[str, ...]
    answer: str
    answer_names: tuple[str, ...]
    answer_forms: tuple[str, ...]
    decision: str

    @cached_property
    def said(self) -> list[str]:
        """Words of the request."""
        return canonical_text(self.request.query).split()

    @cached_property
    def nearest(self) -> str:
        """The right form of which most is said: most words, then least unsaid."""
        said = set(self.said)
        return max(
            self.forms, key=lambda form: (len(said & set(form.split())), -len(self.unsaid_of(form)), form)
        )

    def unsaid_of(self, form: str) -> list[str]:
        """Words of a form that the request does not have."""
        return [word for word in form.split() if word not in self.said]

    @property
    def unsaid(self) -> list[str]:
        """Words of the nearest right form that the request does not have."""
        return self.unsaid_of(self.nearest)

    def has_whole(self, form: str) -> bool:
        """Whether a form stands in the request as it is."""
        return bool(form) and f" {form} " in f" {' '.join(self.said)} "


def _without_numbers(form: str) -> list[str]:
    return [word for word in form.split() if not _NUMBER.fullmatch(word)]


def _equals(failure: Failure) -> bool:
    """The answer has a name that is right too; it is wrong by something else, or refused as one of several."""
    return failure.outcome == WRONG and bool(set(failure.forms) & set(failure.answer_forms))


def _number(failure: Failure) -> bool:
    """Right name and answer are the same but for a number, or the number is said in another way."""
    mine = {tuple(_without_numbers(form)) for form in failure.forms if _without_numbers(form) != form.split()}
    other = {tuple(_without_numbers(form)) for form in failure.answer_forms}
    left = [word for word in failure.unsaid if not _NUMBER.fullmatch(word)]
    if failure.outcome == WRONG:
        return bool((mine & other) - {()})
    return bool(failure.unsaid) and not left


def _alias(failure: Failure) -> bool:
    """An alias of the answer stands in the request, and so does a main name that is right."""
    aliases = set(failure.answer_forms) - set(failure.answer_names)
    return (
        failure.outcome == WRONG
        and any(map(failure.has_whole, failure.names))
        and any(map(failure.has_whole, aliases))
        and not any(map(failure.has_whole, failure.answer_names))
    )


def _two_names(failure: Failure) -> bool:
    """A right name and one of the answer's both stand in the request."""
    both = any(map(failure.has_whole, failure.forms)) and any(map(failure.has_whole, failure.answer_forms))
    return failure.outcome == WRONG and both


def _whole(failure: Failure) -> bool:
    return any(map(failure.has_whole, failure.forms))


def _all_words(failure: Failure) -> bool:
    return not failure.unsaid


def _misspelt(failure: Failure) -> bool:
    """Every word of a right name is said or misspelt, or all of it is written with other spaces."""
    query = " ".join(failure.said)
    for form in failure.forms:
        words = form.split()
        alike = (max((fuzz.ratio(word, other) for other in failure.said), default=0) for word in words)
        if words and (min(alike) >= ALIKE or form.replace(" ", "") in query.replace(" ", "")):
            return True
    return False


def _part(failure: Failure) -> bool:
    """A word of a right name is said that is no filler and no word of carriers."""
    weak = carrier_words().words | carrier_words().fillers
    return any(word not in weak for word in failure.nearest.split() if word in failure.said)


CAUSES: dict[str, tuple[str, Callable[[Failure], bool]]] = {
    "equals": ("the answer has a name or alias that is right too", _equals),
    "another number": ("right name and answer differ in a number only, or only a number is unsaid", _number),
    "alias before main name": (
        "an alias of the answer and a right main name both stand in the request",
        _alias,
    ),
    "two names in the sentence": (
        "a right name and one of the answer's stand in the request as they are",
        _two_names,
    ),
    "name whole in the sentence": ("a right name or alias stands in the request as it is", _whole),
    "all words, changed round": ("all words of a right name are in the request", _all_words),
    "misspelt": (f"every word of a right name is in it or like one of its words ({ALIKE} %)", _misspelt),
    "part of the name": ("a word of a right name is in it that is no filler and no carrier's", _part),
    "no shared word": ("no rule fits: the name is hardly to be found by its words", lambda _: True),
}


def cause_of(failure: Failure) -> str:
    """The first cause that fits."""
    return next(name for name, (_, fits) in CAUSES.items() if fits(failure))


def _forms(entities: Sequence[Entity]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Canonical main names, and names with aliases."""
    names = dict.fromkeys(filter(None, (canonical_text(each.name) for each in entities)))
    aliases = dict.fromkeys(
        filter(None, (canonical_text(alias) for each in entities for alias in each.aliases))
    )
    return tuple(names), tuple(names | aliases)


def failures(resolver: EntityResolver, requests: Sequence[PeopleRequest]) -> Iterator[Failure]:
    """Requests whose first answer is wrong, or right and refused; those that nothing answers are left out."""
    entities = list(resolver.entities)
    by_id = {entity.id: entity for entity in entities}
    queries = [request.query for request in requests]
    found = zip(requests, wanted_entities(entities, requests), resolver.resolve_batch(queries), strict=True)
    for request, wanted, answer in found:
        right = [entities[index] for index in sorted(wanted.any_name)]
        first = [by_id[match.id] for match in answer.matches[:1]]
        is_right = bool(first) and first[0] in right
        if not right or (is_right and answer.decision != "no_match"):
            continue
        names, forms = _forms(right)
        if forms:
            outcome = REFUSED if is_right else WRONG
            shown = first[0].name if first else ""
            yield Failure(request, outcome, names, forms, shown, *_forms(first), answer.decision)


def all_failures(options: argparse.Namespace, data: Path) -> tuple[list[Failure], int]:
    """Failures of all domains and languages, and how many requests were asked."""
    found: list[Failure] = []
    asked = 0
    for domain, rows in read_requests(data, LANGUAGES).items():
        if options.domains and domain not in options.domains:
            continue
        by_lang: defaultdict[str, list[PeopleRequest]] = defaultdict(list)
        for row in rows:
            if not from_source(row, CITED_NOWHERE):
                by_lang[row.lang].append(row)
        for lang, requests in by_lang.items():
            found += failures(catalog(options, data, domain, lang), requests)
            asked += len(requests)
        print(f"{domain}: {len(found)} failures of {asked} so far", file=sys.stderr, flush=True)
    return found, asked


def figures_of(found: Sequence[Failure]) -> dict[str, Any]:
    """Counts by cause: of each outcome, of each domain, and which words were unsaid most often."""
    causes: dict[str, list[Failure]] = {name: [] for name in CAUSES}
    for failure in found:
        causes[cause_of(failure)].append(failure)
    return {
        name: {
            "rows": len(rows),
            **{outcome: sum(each.outcome == outcome for each in rows) for outcome in (WRONG, REFUSED)},
            "wrong match": sum(each.outcome == WRONG and each.decision == "match" for each in rows),
            "domains": dict(Counter(each.request.domain for each in rows).most_common()),
            "examples": [_shown(each) for each in rows[:LISTED]],
        }
        for name, rows in causes.items()
    }


def _shown(failure: Failure) -> dict[str, str]:
    return {
        "domain": f"{failure.request.domain} {failure.request.lang}",
        "request": failure.request.query,
        "wanted": " / ".join(failure.request.entity[:2]),
        "got": failure.answer,
        "outcome": f"{failure.outcome}, {failure.decision}" if failure.outcome == WRONG else REFUSED,
        "unsaid": " ".join(failure.unsaid) or "-",
    }


def counts_table(causes: Mapping[str, Mapping[str, Any]]) -> str:
    """A line for each cause."""
    rows = [
        [
            name,
            CAUSES[name][0],
            *(f"{cell[key]:,}" for key in ("rows", WRONG, "wrong match", REFUSED)),
            ", ".join(f"{domain} {count}" for domain, count in list(cell["domains"].items())[:4]),
        ]
        for name, cell in causes.items()
    ]
    return markdown_table(["cause", "rule", "rows", WRONG, "of these match", REFUSED, "domains"], rows)


def main() -> None:
    """Ask all requests, sort the failures, write the counts and print examples."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--rows", type=int, help="so many failures, drawn at random; all by default")
    parser.add_argument("--domains", nargs="+", help="some domains; all by default")
    parser.add_argument("--encoder", default=ENCODER, help="a shipped encoder or an encoder folder")
    parser.add_argument("--bundle", default="radio_{lang}", help="bundle for radio, with {lang} in it")
    parser.add_argument("--result", default="people_causes", help="name of the result files")
    options = parser.parse_args()
    found, asked = all_failures(options, data_folder(options.data))
    drawn = random.Random(SEED).sample(found, min(options.rows or len(found), len(found)))
    causes = figures_of(drawn)
    markdown = (
        f"# Why requests of people fail\n\n{len(found):,} of {asked:,} requests fail; {len(drawn):,} of them by cause, "
        "the first that fits. Typed by people, or recognised speech of people (SLURP).\n\n"
        + counts_table(causes)
    )
    counts = {name: {key: cell[key] for key in cell if key != "examples"} for name, cell in causes.items()}
    figures = {"asked": asked, "failures": len(found), "sorted": len(drawn), "causes": counts}
    write_result("product.people_causes", options.result, figures, markdown)
    print(markdown)
    for name, cell in causes.items():
        if cell["examples"]:
            rows = [[text.replace("|", "\\|") for text in row.values()] for row in cell["examples"]]
            print(f"\n## {name}\n\n{markdown_table(list(cell['examples'][0]), rows)}")


if __name__ == "__main__":
    main()
