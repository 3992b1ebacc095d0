"""From answers to requests of people to figures: what is right, shares of all rows, means of domains, intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_er.bundle.entity import Entity
from edge_er.evaluation.bootstrap import mean_interval
from edge_er.text.canonical import canonical_text

OURS = "ours"
DECISIONS = ("match", "ambiguous", "no_match")
OUTCOMES = tuple(f"{right} {decision}" for decision in DECISIONS for right in ("right", "wrong"))
UNCOUNTED = "news"  # a domain of 25 rows; the mean of domains leaves it out
TRAINING_TEXTS = ("massive", "slurp")  # their rows stand in data that training reads
CITED_NOWHERE = ("sgd",)  # a share-alike source


@dataclass(frozen=True, slots=True)
class PeopleRequest:
    """What someone typed or said. `gold`: canonical texts of the names that are right."""

    query: str
    entity: tuple[str, ...]
    gold: frozenset[str]
    domain: str
    lang: str
    source: str
    speech: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and how it was answered.

    `first` is the name of our first match, "" where there was none. `right` and `main` say by system whether its first
    answer is right, by `Wanted.any_name` and by `Wanted.main_name`; a system that was not asked is not in them.
    """

    request: PeopleRequest
    first: str
    decision: str
    right: Mapping[str, bool]
    main: Mapping[str, bool]

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`: whether our first match is right, and the decision."""
        return f"{'right' if self.right[OURS] else 'wrong'} {self.decision}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Indices of the entities that are right for a request.

    `any_name`: a name or an alias is wanted. `main_name`: the name itself is wanted, or an alias where no entity has
    that name, so that Berlin is not North Canton, which was New Berlin.
    """

    any_name: frozenset[int]
    main_name: frozenset[int]


Hit = Callable[[Answered], "bool | None"]


def people_request(row: Mapping[str, Any]) -> PeopleRequest:
    """A row of `people/dev`."""
    names = tuple(row["entity"])
    gold = frozenset(filter(None, map(canonical_text, names)))
    return PeopleRequest(row["query"], names, gold, row["domain"], row["lang"], row["source"], row["speech"])


def wanted_entities(entities: Sequence[Entity], requests: Sequence[PeopleRequest]) -> list[Wanted]:
    """For each request the entities that are right, by canonical text."""
    names: defaultdict[str, set[int]] = defaultdict(set)
    aliases: defaultdict[str, set[int]] = defaultdict(set)
    for index, entity in enumerate(entities):
        names[canonical_text(entity.name)].add(index)
        for alias in entity.aliases:
            aliases[canonical_text(alias)].add(index)
    found = []
    for request in requests:
        named = frozenset(index for gold in request.gold for index in names.get(gold, ()))
        other = frozenset(index for gold in request.gold for index in aliases.get(gold, ()))
        found.append(Wanted(named | other, named or other))
    return found


def answered(
    request: PeopleRequest, wanted: Wanted, firsts: Mapping[str, int | None], first: str, decision: str
) -> Answered:
    """An answer from the index of each system's first entity; None where it has none."""
    return Answered(
        request,
        first,
        decision,
        {name: index in wanted.any_name for name, index in firsts.items()},
        {name: index in wanted.main_name for name, index in firsts.items()},
    )


def from_source(request: PeopleRequest, sources: Sequence[str]) -> bool:
    """Whether a request comes from one of `sources`: `massive_train` comes from `massive`."""
    return request.source.partition("_")[0] in sources


def right(system: str) -> Hit:
    """Whether a system's first answer is right; None where it was not asked."""
    return lambda answer: answer.right.get(system)


def right_by_main_name(system: str) -> Hit:
    """The same where an alias counts only if no entity has that name."""
    return lambda answer: answer.main.get(system)


def share(answers: Iterable[Answered], hit: Hit) -> float | None:
    """The share of all rows that are hits; None where a language of a domain has no row that was asked.

    Where only a sample was asked, each language of a domain counts by all its rows.
    """
    cells: defaultdict[tuple[str, str], list[bool | None]] = defaultdict(list)
    for answer in answers:
        cells[answer.request.domain, answer.request.lang].append(hit(answer))
    hits, total = 0.0, 0
    for cell in cells.values():
        asked = [found for found in cell if found is not None]
        if not asked:
            return None
        hits += sum(asked) / len(asked) * len(cell)
        total += len(cell)
    return hits / total if total else None


def by_domain(answers: Iterable[Answered]) -> dict[str, list[Answered]]:
    """Answers by domain, in order of first appearance."""
    domains: defaultdict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        domains[answer.request.domain].append(answer)
    return dict(domains)


def domain_mean(answers: Iterable[Answered], hit: Hit) -> float | None:
    """The plain mean of the domains' shares, without `UNCOUNTED`; None where one is not known or none is left."""
    shares = [share(rows, hit) for domain, rows in by_domain(answers).items() if domain != UNCOUNTED]
    known = [each for each in shares if each is not None]
    return sum(known) / len(known) if known and len(known) == len(shares) else None


def interval(answers: Sequence[Answered], hit: Hit) -> dict[str, Any] | None:
    """Share with its 95 % interval by entity; None where not every row was asked."""
    hits = [hit(answer) for answer in answers]
    if not hits or None in hits:
        return None
    owners = [
        " | ".join([answer.request.domain, answer.request.lang, *sorted(answer.request.gold)])
        for answer in answers
    ]
    return mean_interval(np.array(hits, float), owners).to_dict()


def figures(answers: Sequence[Answered], systems: Sequence[str]) -> dict[str, Any]:
    """Rows, shares of all outcomes, and by system Recall@1, with its interval, and Recall@1 by main name."""
    return {
        "rows": len(answers),
        "outcomes": outcomes(answers, share),
        "recall_at_1": {
            name: {"value": share(answers, right(name)), "interval": interval(answers, right(name))}
            for name in systems
        },
        "by_main_name": {name: share(answers, right_by_main_name(name)) for name in systems},
    }


def mean_figures(answers: Sequence[Answered], systems: Sequence[str]) -> dict[str, Any]:
    """The same as means of domains, without intervals."""
    return {
        "domains": [domain for domain in by_domain(answers) if domain != UNCOUNTED],
        "outcomes": outcomes(answers, domain_mean),
        "recall_at_1": {name: {"value": domain_mean(answers, right(name))} for name in systems},
        "by_main_name": {name: domain_mean(answers, right_by_main_name(name)) for name in systems},
    }


def outcomes(
    answers: Sequence[Answered], figure: Callable[[Sequence[Answered], Hit], float | None]
) -> dict[str, float | None]:
    """Each of `OUTCOMES` by `share` or `domain_mean`; together they make 1."""
    return {name: figure(answers, lambda answer, name=name: answer.outcome == name) for name in OUTCOMES}


def wrong_rows(answers: Iterable[Answered]) -> dict[str, Any]:
    """Rows whose first match is wrong: those that may be quoted, and how many others there are by domain."""
    quoted: list[dict[str, Any]] = []
    others: defaultdict[str, int] = defaultdict(int)
    for answer in answers:
        request = answer.request
        if answer.right[OURS]:
            continue
        if from_source(request, CITED_NOWHERE):
            others[request.domain] += 1
            continue
        quoted.append(
            {
                "domain": request.domain,
                "lang": request.lang,
                "source": request.source,
                "query": request.query,
                "wanted": list(request.entity),
                "got": answer.first,
                "decision": answer.decision,
            }
        )
    return {"quoted": quoted, "not_quoted": dict(others)}
