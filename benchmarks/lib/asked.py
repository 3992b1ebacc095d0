"""Requests that a benchmark made, so that what is meant is known: answers, shares with intervals, goals beside them.

They are split by name: what is tuned is tuned on requests of the half `tune`, what is reported is of the half `report`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from benchmarks.lib.results_file import markdown_table, percent, write_result
from catalog_tools.language.name_split import held_out, name_cluster
from edge_er.evaluation.bootstrap import mean_interval
from edge_er.resolver import EntityResolver, Resolution

T = TypeVar("T")
TUNE, REPORT = "tune", "report"
TOP_K = 20
FIRST, FIFTH, RIGHT, WRONG = "Recall@1", "Recall@5", "answered rightly", "a wrong match"
TIED, MATCH, ANSWERED = "ambiguous, all tied", "match", "answered"
MEASURES = (FIRST, FIFTH, RIGHT, WRONG, TIED, MATCH, ANSWERED)
WHAT_THEY_ARE = (
    f"*{FIRST}* and *{FIFTH}* hold whatever the decision. *{RIGHT}*: the first match is right, and the decision is "
    f"match or ambiguous. *{WRONG}*: the decision is match, and the first is not right. *{TIED}*: the decision is "
    f"ambiguous, and all that is meant comes first. *{MATCH}*: that decision, whatever the first. *{ANSWERED}*: match "
    "or ambiguous."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `right`: ids of what may be meant, none where the catalog has nothing that is meant.

    `cluster` names what its rows have in common, for intervals. `tied`: all of `right` are meant, none before another.
    """

    kind: str
    query: str
    right: frozenset[str]
    cluster: str
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A measure should be at least `value`, or at most."""

    measure: str
    value: float
    at_most: bool = False

    def __str__(self) -> str:
        return f"{self.measure} {'≤' if self.at_most else '≥'} {f'{self.value:g}'.lstrip('0')}"

    def is_met(self, cell: Mapping[str, Any]) -> bool:
        """Whether the figures of a kind reach it."""
        value: float = cell[self.measure]["value"]
        return value <= self.value if self.at_most else value >= self.value


def add_half_option(parser: argparse.ArgumentParser) -> None:
    """The option that says which half is asked."""
    parser.add_argument(
        "--half",
        choices=(TUNE, REPORT),
        default=REPORT,
        help="which names are asked for: those to tune on, or the others",
    )


def in_half(name: str, half: str) -> bool:
    """Whether a name is of that half, by its name cluster."""
    return held_out(name_cluster(name), 0.5) == (half == TUNE)


def half_of(listed: Sequence[T], half: str) -> list[T]:
    """Every other one of a list that a benchmark keeps: those at even places are to tune on."""
    return list(listed[0 if half == TUNE else 1 :: 2])


def outcome(asked: Asked, answer: Resolution) -> dict[str, bool]:
    """Each of `MEASURES` for one request."""
    ids = [match.id for match in answer.matches]
    right = bool(ids) and ids[0] in asked.right
    wanted = set(ids[: len(asked.right)]) == asked.right and bool(asked.right)
    match, answered = answer.decision == "match", answer.decision != "no_match"
    return {
        FIRST: right,
        FIFTH: bool(asked.right & set(ids[:5])),
        RIGHT: right and answered,
        WRONG: match and (asked.tied or not right),
        TIED: answer.decision == "ambiguous" and wanted,
        MATCH: match,
        ANSWERED: answered,
    }


def asked_rows(
    resolver: EntityResolver, requests: Iterable[Asked], lang: str, **settings: Any
) -> list[dict[str, Any]]:
    """Answers as rows: kind, lang, cluster, query, first, decision, `MEASURES`; `settings` are those of `resolve`."""
    rows = []
    for asked in requests:
        answer = resolver.resolve(asked.query, TOP_K, **settings)
        rows.append(
            {
                "kind": asked.kind,
                "lang": lang,
                "cluster": asked.cluster,
                "query": asked.query,
                "first": answer.matches[0].name if answer.matches else "",
                "decision": answer.decision,
                **outcome(asked, answer),
            }
        )
    return rows


def shares(rows: Sequence[Mapping[str, Any]], measures: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By measure the share with its interval over clusters, as the mean of languages."""
    clusters, groups = [row["cluster"] for row in rows], [row["lang"] for row in rows]
    return {
        measure: mean_interval([float(row[measure]) for row in rows], clusters, groups).to_dict()
        for measure in measures
    }


def by_kind(
    rows: Sequence[Mapping[str, Any]], measures: Sequence[str] = MEASURES
) -> dict[str, dict[str, Any]]:
    """`shares` by kind, in order of first appearance."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return {kind: shares([row for row in rows if row["kind"] == kind], measures) for kind in kinds}


def goal_text(goals: Sequence[Goal], cell: Mapping[str, Any]) -> str:
    """Goals for a table; those that are not reached are marked."""
    return "; ".join(f"{goal}{'' if goal.is_met(cell) else ' (not reached)'}" for goal in goals) or "-"


def figures_table(
    kinds: Mapping[str, Mapping[str, Any]], measures: Sequence[str], goals: Mapping[str, Sequence[Goal]]
) -> str:
    """A line for each kind: rows, shares with intervals, goal."""
    lines = [
        [
            kind,
            f"{cell[measures[0]]['rows']:,}",
            *(percent(cell[measure]) for measure in measures),
            goal_text(goals.get(kind, ()), cell),
        ]
        for kind, cell in kinds.items()
    ]
    return markdown_table(["request", "rows", *measures, "goal"], lines)


def goals_met(
    kinds: Mapping[str, Mapping[str, Any]], goals: Mapping[str, Sequence[Goal]]
) -> dict[str, dict[str, bool]]:
    """For the result file: by kind each goal in words, and whether it is reached."""
    return {
        kind: {str(goal): goal.is_met(kinds[kind]) for goal in wanted}
        for kind, wanted in goals.items()
        if kind in kinds
    }


def languages_table(rows: Sequence[Mapping[str, Any]], measure: Mapping[str, str], default: str) -> str:
    """A line for each kind, a column for each language: `measure` of the kind, else `default`."""
    langs = list(dict.fromkeys(row["lang"] for row in rows))
    lines = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        name = measure.get(kind, default)
        cells = [[row[name] for row in rows if (row["kind"], row["lang"]) == (kind, lang)] for lang in langs]
        lines.append([kind, name, *(f"{sum(cell) / len(cell):.3f}" if cell else "-" for cell in cells)])
    return markdown_table(["request", "share", *langs], lines)


def examples(
    rows: Sequence[Mapping[str, Any]], measure: Mapping[str, str], default: str, most: int = 3
) -> dict[str, list[dict[str, Any]]]:
    """By kind a few requests that are not right, for the result file; wrong ones are where `default` is not true."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        name = measure.get(row["kind"], default)
        listed = found.setdefault(row["kind"], [])
        failed = row[name] if name in (WRONG, MATCH, ANSWERED) else not row[name]
        if failed and len(listed) < most:
            listed.append({key: row[key] for key in ("lang", "query", "first", "decision")})
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a benchmark of asked requests: what its page says and shows.

    `share` is the measure that stands for a kind in the table of languages and in the examples, else `default`.
    """

    benchmark: str
    title: str
    shown: Sequence[str]
    goals: Mapping[str, Sequence[Goal]]
    share: Mapping[str, str]
    default: str

    def write(
        self,
        options: argparse.Namespace,
        intro: str,
        rows: Sequence[Mapping[str, Any]],
        order: Sequence[str],
        failing: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Write the result files of `rows`, kinds in `order`, and print the page; `failing` are shown, else all."""
        found = by_kind(rows, MEASURES)
        kinds = {kind: found[kind] for kind in order if kind in found}
        tables = [
            figures_table(kinds, self.shown, self.goals),
            languages_table(rows, self.share, self.default),
        ]
        markdown = "\n\n".join([f"# {self.title}", f"{intro} {WHAT_THEY_ARE}", *tables])
        figures = {
            "half": options.half,
            "kinds": kinds,
            "goals": goals_met(kinds, self.goals),
            "failed": examples(rows if failing is None else failing, self.share, self.default),
        }
        write_result(self.benchmark, options.result, figures, markdown)
        print(markdown)
