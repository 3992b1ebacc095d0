"""Why wrong answers are wrong: recognised development requests for stations, by kind of error.

    python -m benchmarks.product.error_analysis --stratum asr

Every wrong answer of the shipped bundles gets the first kind that fits, by the rules of `KINDS`; a sample of them is
listed so that the rules can be judged by eye.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, markdown_table, write_result
from catalog_tools.radio import CATALOG_COUNTRIES
from edge_er.bundle.entity import Entity
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.text.sound_codes import SoundCodes
from edge_er.training.data.voice_requests import STRATA, cached_rows

SEED = 20261120
LISTED = 120
TRACE = 60  # partial ratio of sounds below which nothing of a name was heard
COMMON = {"radio", "fm", "the", "der", "die", "das", "la", "le", "el", "il", "les", "los"}


@dataclass(frozen=True)
class Wrong:
    """A wrong answer: what was said and heard, the right entity, the answer and the place of the right one."""

    lang: str
    said: str
    heard: str
    carrier: str
    right: Entity
    answer: Entity
    rank: int
    decision: str

    def words(self, entity: Entity) -> set[str]:
        """Canonical words of a name."""
        return set(canonical_text(entity.name).split())

    def sounds_heard(self, entity: Entity) -> float:
        """How much of the best form of an entity sounds in what was heard, 0 to 100."""
        fold = SoundCodes(self.lang)
        heard = fold(canonical_text(self.heard))
        return max(fuzz.partial_ratio(fold(canonical_text(form)), heard) for form in entity.surface_forms)


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


def _number(wrong: Wrong) -> bool:
    named = _digits(canonical_text(wrong.right.name))
    return bool(named) and named not in _digits(canonical_text(wrong.heard))


def _alias(wrong: Wrong) -> bool:
    """The same name but for spaces, "radio", "fm" and articles: one station as two entities."""
    keys = ["".join(sorted(wrong.words(entity) - COMMON)) for entity in (wrong.right, wrong.answer)]
    return keys[0] == keys[1]


def _sibling(wrong: Wrong) -> bool:
    """One name holds all words of the other, or both begin alike."""
    right, answer = (wrong.words(entity) - COMMON for entity in (wrong.right, wrong.answer))
    first = [canonical_text(entity.name).split()[:1] for entity in (wrong.right, wrong.answer)]
    begins = first[0] == first[1] and bool(first[0]) and first[0][0] not in COMMON
    return bool(right & answer) and (right <= answer or answer <= right or begins)


def _carrier(wrong: Wrong) -> bool:
    """The answer's words come from the words around the name."""
    around = set(canonical_text(wrong.carrier.replace("{}", " ")).split())
    taken = (wrong.words(wrong.answer) - COMMON) & set(canonical_text(wrong.heard).split())
    return bool(taken) and taken <= around


KINDS: dict[str, tuple[str, Callable[[Wrong], bool]]] = {
    "recogniser lost it": (
        f"less than {TRACE} % of the name's sounds are in what was heard",
        lambda wrong: wrong.sounds_heard(wrong.right) < TRACE,
    ),
    "alias missing": (
        "the answer has the same name but for small words: one station as two entities",
        _alias,
    ),
    "number": ("the name's number was not heard as digits", _number),
    "sibling": ("right name and answer are of one family", _sibling),
    "carrier": ("the answer was read out of the words around the name", _carrier),
    "another name sounds nearer": (
        "the answer's sounds fit what was heard at least as well as the right name's",
        lambda wrong: wrong.sounds_heard(wrong.answer) >= wrong.sounds_heard(wrong.right),
    ),
    "ranking": ("the right name's sounds fit better, and still it was not first", lambda _: True),
}


def kind_of(wrong: Wrong) -> str:
    """The first kind that fits."""
    return next(name for name, (_, fits) in KINDS.items() if fits(wrong))


def wrong_answers(data: Path, lang: str, column: str) -> tuple[list[Wrong], int]:
    """Wrong answers of a shipped bundle, and how many requests there were."""
    resolver = EntityResolver.load(f"radio_{lang}")
    entities = list(resolver.entities)
    gold_map, place = GoldMap(entities), {entity.id: index for index, entity in enumerate(entities)}
    rows = [
        row
        for row in cached_rows(data / "voice" / "voice.jsonl.gz")
        if row["split"] == "dev" and row["domain"] == "station" and row["country"] in CATALOG_COUNTRIES[lang]
    ]
    wrong = []
    for row in rows:
        gold = gold_map.indices(Request("", (row["entity"],), country=row["country"]))
        resolution = resolver.resolve(row[column], top_k=20)
        ranked = [place[match.id] for match in resolution.matches]
        if gold and ranked and ranked[0] not in gold:
            rank = next((rank for rank, index in enumerate(ranked, 1) if index in gold), 0)
            answer, right = entities[ranked[0]], entities[gold[0]]
            text, heard = row["text"], row[column]
            wrong.append(Wrong(lang, text, heard, row["carrier"], right, answer, rank, resolution.decision))
    return wrong, len(rows)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def markdown(report: dict[str, Any]) -> str:
    """Counts by kind and language, and the sample."""
    rows = [
        [
            name,
            rule,
            *(str(report["counts"][lang].get(name, 0)) for lang in LANGUAGES),
            str(report["kinds"][name]),
        ]
        for name, (rule, _) in KINDS.items()
    ]
    asked = [f"{report['wrong'][lang]} of {report['requests'][lang]}" for lang in LANGUAGES]
    rows.append(["all", "", *asked, f"{sum(report['wrong'].values())} of {sum(report['requests'].values())}"])
    listed = [
        [cell[key] for key in ("kind", "lang", "said", "heard", "right", "answer", "rank")]
        for cell in report["listed"]
    ]
    return "\n\n".join(
        [
            f"# Wrong answers on recognised speech ({report['stratum']}), by kind",
            markdown_table(["kind", "rule", *LANGUAGES, "all"], rows),
            f"Decision on the wrong answers: {_listed(report['decisions'])}.",
            f"## {len(report['listed'])} of them, drawn at random",
            markdown_table(["kind", "lang", "said", "heard", "right", "answer", "rank of the right"], listed),
        ]
    )


def main() -> None:
    """Sort all wrong answers and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--stratum", default="asr", choices=list(STRATA))
    options = parser.parse_args()
    data, sorted_wrong, requests = data_folder(options.data), [], {}
    for lang in LANGUAGES:
        wrong, requests[lang] = wrong_answers(data, lang, STRATA[options.stratum])
        sorted_wrong += [(kind_of(each), each) for each in wrong]
    sample = random.Random(SEED).sample(sorted_wrong, min(LISTED, len(sorted_wrong)))
    report = {
        "stratum": options.stratum,
        "requests": requests,
        "wrong": dict(Counter(wrong.lang for _, wrong in sorted_wrong)),
        "kinds": {name: sum(kind == name for kind, _ in sorted_wrong) for name in KINDS},
        "counts": {
            lang: dict(Counter(kind for kind, wrong in sorted_wrong if wrong.lang == lang))
            for lang in LANGUAGES
        },
        "decisions": dict(Counter(wrong.decision for _, wrong in sorted_wrong)),
        "listed": [
            {
                "kind": kind,
                "lang": wrong.lang,
                "said": wrong.said,
                "heard": wrong.heard,
                "right": wrong.right.name,
                "answer": wrong.answer.name,
                "rank": str(wrong.rank or "> 20"),
            }
            for kind, wrong in sorted(sample, key=lambda pair: (list(KINDS).index(pair[0]), pair[1].lang))
        ],
    }
    write_result(
        "product.error_analysis", "error_analysis", report, markdown(report).replace("\n\n\n", "\n\n")
    )


if __name__ == "__main__":
    main()
