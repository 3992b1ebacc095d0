"""What confidence is fitted on: own requests, requests simulated for the catalog's names, and what must be refused."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from catalog_tools.language.name_split import held_out, name_cluster
from edge_er.bundle.entity import Entity
from edge_er.decision.calibration import DENSE, RERANKED
from edge_er.decision.calibration import TYPED as TYPED_WAY
from edge_er.text.canonical import canonical_text
from edge_er.training.adapt.speech import Speech
from edge_er.training.adapt.split import LEAST_NAMES, Row
from edge_er.training.data.decision_requests import (
    GENERATED,
    HEARD,
    OTHER_INTENT,
    OTHER_NAME,
    OTHERWISE,
    SENSELESS,
    TAKEN_OUT,
    TYPED,
    Question,
    senseless,
)
from edge_er.training.data.ways_of_asking import asked_otherwise

__all__ = ["MOST", "Known", "questions", "shares_of"]

MOST, MOST_OWN = 400, 1500  # of each kind of simulated requests, and of own ones
LEAST_REFUSED = 0.15  # share of requests that ask for nothing in the catalog
T = TypeVar("T")


# How much each kind counts among requests for the catalog, and among those that must be refused.
_ASKED = {
    "spoken": {HEARD: 0.65, TYPED: 0.2, GENERATED: 0.08, OTHERWISE: 0.07},
    "typed": {TYPED: 0.85, OTHERWISE: 0.15},
}
_REFUSED = {
    "spoken": {
        f"{TAKEN_OUT}, {HEARD}": 0.4,
        f"{TAKEN_OUT}, {TYPED}": 0.1,
        f"{OTHER_NAME}, {HEARD}": 0.15,
        f"{OTHER_NAME}, {TYPED}": 0.1,
        f"{OTHER_INTENT}, {HEARD}": 0.1,
        f"{OTHER_INTENT}, {TYPED}": 0.05,
        SENSELESS: 0.1,
    },
    "typed": {
        f"{TAKEN_OUT}, {TYPED}": 0.45,
        f"{OTHER_NAME}, {TYPED}": 0.25,
        f"{OTHER_INTENT}, {TYPED}": 0.2,
        SENSELESS: 0.1,
    },
}


@dataclass(frozen=True)
class Known:
    """What is fitted on.

    Attributes:
        entities: of the catalog, with the spoken forms of the bundle.
        first: whether a name cluster is in the first half, on which fits are made; the other half judges them.
        rows: own requests that the encoder was not trained on, and nothing is measured on.
        names: entities that the encoder was not trained on, and nothing is measured on.
        speech: how people ask.
        others: names of other catalogs.
        first: whether a name cluster is in the half that is fitted on; the other half judges.
        seed: of simulated requests.
    """

    entities: Sequence[Entity]
    rows: Sequence[Row]
    names: Sequence[Entity]
    speech: Speech
    others: list[str]
    first: Mapping[str, bool]
    seed: int

    def first_half(self, name: str) -> bool:
        """In which half a name is that stands in the catalog or not."""
        cluster = name_cluster(name)
        return self.first.get(cluster, held_out(cluster, 0.5))


def shares_of(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """How much each kind of request counts, by way to rank: as in own requests, but some must always be refused."""
    refused = max(LEAST_REFUSED, sum(not row.right for row in rows) / max(len(rows), 1))
    by_use = {
        use: {kind: share * (1 - refused) for kind, share in _ASKED[use].items()}
        | {kind: share * refused for kind, share in _REFUSED[use].items()}
        for use in _ASKED
    }
    return {way: by_use["typed" if way == TYPED_WAY else "spoken"] for way in (DENSE, RERANKED, TYPED_WAY)}


def questions(known: Known) -> list[Question]:
    """Requests to the catalog, each in one half by its name; they name entities by place."""
    rng = random.Random(f"{known.seed}/questions")
    own = list(_own(known, rng))
    return [*own, *_simulated(known, rng), *_foreign(known, rng), *_senseless(own, known.entities, rng)]


def _some(each: Sequence[T], rng: random.Random, most: int | None = None) -> list[T]:
    return rng.sample(list(each), min(MOST if most is None else most, len(each)))


def _own(known: Known, rng: random.Random) -> Iterator[Question]:
    """Own requests; where few names were spoken, those typed also as a recogniser may hear them, and the other way."""
    rows = _some(known.rows, rng, MOST_OWN)
    few = {
        how: len({row.cluster for row in rows if row.right and row.request.spoken == spoken}) < LEAST_NAMES
        for how, spoken in ((HEARD, True), (TYPED, False))
    }
    for row in rows:
        request, right, first = row.request, frozenset(row.right), known.first[row.cluster]
        texts = {HEARD if request.spoken else TYPED: request.query}
        if few[HEARD] and not request.spoken:
            texts[HEARD] = known.speech.heard(request.query, known.speech.code(request.lang), rng)
        if few[TYPED] and request.spoken:
            texts[TYPED] = request.said or request.query
        for how, text in texts.items():
            yield Question(how if right else f"{OTHER_INTENT}, {how}", text, right, first)


def _simulated(known: Known, rng: random.Random) -> Iterator[Question]:
    owners: dict[str, set[int]] = {}
    for place, entity in enumerate(known.entities):
        for name in (entity.name, *entity.aliases):
            owners.setdefault(canonical_text(name), set()).add(place)
    for entity in _some([each for each in known.names if canonical_text(each.name)], rng):
        right, first = frozenset(owners[canonical_text(entity.name)]), known.first_half(entity.name)
        language = rng.choice(known.speech.languages)
        request = known.speech.generator.request(entity.name, language.code, rng)
        yield Question(GENERATED, request, right, first)
        yield Question(OTHERWISE, asked_otherwise(entity.name, language, rng), right, first)


def _foreign(known: Known, rng: random.Random) -> Iterator[Question]:
    """Requests for names that the catalog does not have, and that hold none of its own ("BBC Radio 3" holds "BBC")."""
    forms = frozenset(canonical_text(form) for entity in known.entities for form in entity.surface_forms)
    clusters = {name_cluster(name) for entity in known.entities for name in (entity.name, *entity.aliases)}
    for name in _some(known.others, rng):
        words = canonical_text(name).split()
        if words and name_cluster(name) not in clusters and not _says_one(words, forms):
            lang, first = rng.choice(known.speech.languages).code, known.first_half(name)
            text = known.speech.typed(name, lang, rng)
            yield Question(f"{OTHER_NAME}, {TYPED}", text, frozenset(), first)
            heard = known.speech.heard(text, lang, rng)
            yield Question(f"{OTHER_NAME}, {HEARD}", heard, frozenset(), first)


def _says_one(words: Sequence[str], forms: frozenset[str]) -> bool:
    """Whether a form stands whole among the words."""
    places = range(len(words))
    return any(" ".join(words[start : end + 1]) in forms for start in places for end in places[start:])


def _senseless(
    asked: Sequence[Question], entities: Sequence[Entity], rng: random.Random
) -> Iterator[Question]:
    """Words of requests that are in no name, out of their sentences, and letters that belong to no word."""
    named = {
        word for each in entities for form in each.surface_forms for word in canonical_text(form).split()
    }
    texts = [
        [word for word in canonical_text(each.text).split() if word not in named]
        for each in asked
        if each.right
    ]
    for words in _some([each for each in texts if each], rng):
        yield Question(
            SENSELESS, senseless([*words, *rng.choice(texts)], rng), frozenset(), rng.random() < 0.5
        )
