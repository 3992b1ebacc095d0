"""How good a new bundle is: Recall@1 on requests, how long an answer takes, and what it mixes up.

Where the user has no requests they are simulated: for some of the entities, typed, as a recogniser may hear them, and
in other ways of asking, in carriers that are never stored as forms. Simulated requests are easier than people; the
report says what they are.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from catalog_tools.language.catalog_ways import CATALOG_WAYS, PREFIX, CatalogNames, catalog_requests
from catalog_tools.language.language import LANGUAGES, Language, language
from catalog_tools.language.requests import NoiseMix, RequestGenerator
from catalog_tools.language.surface_forms import spoken_forms
from catalog_tools.language.ways_of_asking import requests_of
from edge_er.bundle.bundle import Bundle
from edge_er.bundle.entity import Entity
from edge_er.evaluation.evaluate import decisions, manifest_report, resolve_all, unmerged_report
from edge_er.evaluation.requests_file import Request
from edge_er.index.exact import dot_table, exact_columns
from edge_er.resolver import EntityResolver, Resolution
from edge_er.text.canonical import canonical_text

__all__ = ["Measurement", "NearPair", "Simulation", "measure_on", "nearest_pairs", "simulated_requests"]

SAMPLE = 300  # entities that are asked for
TYPED, RECOGNISED, OTHER_WAYS = "typed", "recognised", "other ways"
_MIXES = {
    TYPED: NoiseMix(clean=0.5, typed=0.5, foreign_carrier=0),
    RECOGNISED: NoiseMix(clean=0, typed=0, strengths=(1.0,), foreign_carrier=0),
}
_WAYS = ("words changed round", "a word of three or more left out")
_CATALOG_WAYS = tuple(way for way in CATALOG_WAYS if way != PREFIX)
_DRAWS = 20
_FORMS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Simulation:
    """How requests were simulated: for `entities` of `catalog` entities."""

    entities: int
    catalog: int

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a manifest's report."""
        description = (
            "Simulated, not collected from people: each of these entities, chosen by a hash of its id, is asked for by "
            "name (now and then without radio, FM or a frequency) or spoken form in a random carrier, once typed "
            "(every second request with a slip of the finger) and once with the errors of a speech recogniser, at "
            "times with a word dropped or added; in the bundle's language, and in turn in one of the others. Once more "
            "it is asked for in another way that changes its name: words changed round or one left out, the part of "
            "the name that few others have, an acronym, the plain name of a family, the name without its qualifier. No "
            "carrier is stored in the bundle, and no request is one of its forms. Entities of one name count as one."
        )
        return {"simulated": True, "entities": self.entities, "of": self.catalog, "description": description}


class NearPair(NamedTuple):
    """An entity, and the form of another entity that is nearest to its name: `form` of `other`, at `cosine`."""

    entity: Entity
    form: str
    other: Entity
    cosine: float


@dataclass(frozen=True)
class Measurement:
    """A bundle on requests.

    Attributes:
        report: for the manifest.
        requests, resolutions, ranks: what was asked, the answers, and where the right one stood (from 1; 0 nowhere).
        seconds: how long each answer took, [rows]; of this machine now, so in no manifest.
        names: of the entities whose ids are among the requests' golds.
        near: entities and those that are nearest to them, the nearest first.
    """

    report: Mapping[str, Any]
    requests: Sequence[Request]
    resolutions: Sequence[Resolution]
    ranks: Sequence[int]
    seconds: NDArray[np.float64]
    names: Mapping[str, str]
    near: Sequence[NearPair]


def simulated_requests(
    entities: Sequence[Entity], lang: Language, sample: int = SAMPLE
) -> tuple[list[Request], Simulation]:
    """Requests for ``sample`` of ``entities``; the same catalog has the same ones."""
    chosen = _sample(entities, sample)
    others = [language(code) for code in LANGUAGES if code != lang.code]
    generators = {
        stratum: RequestGenerator.of_languages([lang, *others], spoken=_spoken_by(lang), mix=mix)
        for stratum, mix in _MIXES.items()
    }
    named = _same_named(entities, chosen)
    requests = []
    for place, entity in enumerate(chosen):
        gold = tuple(named[canonical_text(entity.name)])
        for code in (lang.code, others[place % len(others)].code):
            for stratum, generator in generators.items():
                query = _request(generator, entity, code, random.Random(f"{entity.id}\n{code}\n{stratum}"))
                requests.append(Request(query, gold, lang=code, stratum=stratum))
    requests += _other_ways(entities, chosen, lang, named)
    return requests, Simulation(len(chosen), len(entities))


def _other_ways(
    entities: Sequence[Entity], chosen: Sequence[Entity], lang: Language, named: Mapping[str, list[str]]
) -> list[Request]:
    """For each of ``chosen`` a request in one of the ways that change its name, where there is one.

    ``named`` are the ids of all that have its name.
    """
    index_of = {entity.id: index for index, entity in enumerate(entities)}
    about = [index_of[entity.id] for entity in chosen]
    names = CatalogNames(entities, about)
    requests = []
    for index, entity in zip(about, chosen, strict=True):
        rng = random.Random(f"{entity.id}\n{OTHER_WAYS}")
        asked = [
            (text, frozenset({index})) for way in _WAYS for text, _ in requests_of([entity], lang, way, rng)
        ]
        for way in _CATALOG_WAYS:
            asked += [(text, right) for text, _, right in catalog_requests(names, [index], lang, way, rng)]
        stored = {canonical_text(form) for form in entity.surface_forms}
        asked = [(canonical_text(text), right) for text, right in asked if canonical_text(text) not in stored]
        if asked:
            query, right = rng.choice(asked)
            gold = {entities[other].id for other in right} | set(named[canonical_text(entity.name)])
            requests.append(Request(query, tuple(sorted(gold)), lang=lang.code, stratum=OTHER_WAYS))
    return requests


def measure_on(
    resolver: EntityResolver,
    bundle: Bundle,
    requests: Sequence[Request],
    simulation: Simulation | None = None,
) -> Measurement:
    """The figures of ``resolver``, whose bundle is ``bundle``, on ``requests``.

    A report on simulated requests describes the simulation; one on others also has Recall@1 over unmerged names.
    """
    watched = _Watched(resolver)
    evaluation, resolutions = resolve_all(cast(EntityResolver, watched), requests)
    report = {
        "system": resolver.name,
        **evaluation.report(resolver.lang),
        "decisions": decisions(evaluation, resolutions),
        **(
            {"requests": simulation.to_dict()}
            if simulation
            else {"unmerged": unmerged_report(resolver, requests)}
        ),
    }
    golds = {gold for request in requests for gold in request.gold}
    return Measurement(
        report=manifest_report(report),
        requests=requests,
        resolutions=resolutions,
        ranks=evaluation.ranks.tolist(),
        seconds=np.array(watched.seconds),
        names={entity.id: entity.name for entity in bundle.entities if entity.id in golds},
        near=nearest_pairs(bundle),
    )


def nearest_pairs(bundle: Bundle, sample: int = SAMPLE) -> list[NearPair]:
    """For a sample of the entities the nearest form of another entity, the nearest pairs first; a pair stands once."""
    chosen = {entity.id for entity in _sample(bundle.entities, sample)}
    indices = [index for index, entity in enumerate(bundle.entities) if entity.id in chosen]
    first_form = np.searchsorted(bundle.form_entity, indices)
    names = bundle.vectors[first_form]
    best, nearest_form = np.full(len(indices), -np.inf, np.float32), np.zeros(len(indices), np.int64)
    for start in range(0, len(bundle.vectors), _FORMS_AT_ONCE):
        block = slice(start, start + _FORMS_AT_ONCE)
        scores = dot_table(names, exact_columns(bundle.vectors[block]))
        scores[np.equal.outer(indices, bundle.form_entity[block])] = -np.inf
        place = scores.argmax(axis=1)
        score = scores[np.arange(len(indices)), place]
        better = score > best
        best[better], nearest_form[better] = score[better], place[better] + start
    unit = float(bundle.manifest["index"]["scale"]) ** 2
    pairs = []
    for index, form, score in zip(indices, nearest_form.tolist(), best.tolist(), strict=True):
        owner = int(bundle.form_entity[form])
        if owner != index:
            text = bundle.entities[owner].surface_forms[
                form - int(np.searchsorted(bundle.form_entity, owner))
            ]
            pairs.append(
                NearPair(bundle.entities[index], text, bundle.entities[owner], min(score / unit, 1.0))
            )
    once: dict[frozenset[str], NearPair] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.cosine, pair.entity.id)):
        once.setdefault(frozenset((pair.entity.id, pair.other.id)), pair)
    return list(once.values())


class _Watched:
    """A resolver that answers requests one by one and remembers how long each took."""

    def __init__(self, resolver: EntityResolver) -> None:
        self.entities = resolver.entities
        self.seconds: list[float] = []
        self._resolver = resolver

    def resolve_batch(self, queries: Sequence[str], top_k: int) -> list[Resolution]:
        answers = []
        for query in queries:
            start = time.perf_counter()
            answers.append(self._resolver.resolve(query, top_k))
            self.seconds.append(time.perf_counter() - start)
        return answers


def _sample(entities: Sequence[Entity], count: int) -> list[Entity]:
    """``count`` entities with a name to ask for, by a hash of the id: other entities hardly change the choice."""
    order = sorted(range(len(entities)), key=lambda index: _hash(entities[index].id))
    named = (entities[index] for index in order if canonical_text(entities[index].name))
    return list(islice(named, count))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _same_named(entities: Sequence[Entity], chosen: Sequence[Entity]) -> dict[str, list[str]]:
    """Canonical names of ``chosen``, and the ids of all entities of that name or alias."""
    named: dict[str, list[str]] = {canonical_text(entity.name): [] for entity in chosen}
    for entity in entities:
        for name in {canonical_text(name) for name in (entity.name, *entity.aliases)}:
            if name in named:
                named[name].append(entity.id)
    return named


def _spoken_by(own: Language) -> Any:
    facts = {code: language(code) for code in LANGUAGES} | {own.code: own}
    return lambda name, lang: spoken_forms(name, facts[lang])


def _request(generator: RequestGenerator, entity: Entity, lang: str, rng: random.Random) -> str:
    """A request that is not a form of the entity; after twenty draws any request."""
    stored = {canonical_text(form) for form in entity.surface_forms}
    for _ in range(_DRAWS):
        query = generator.request(entity.name, lang, rng)
        if query not in stored:
            break
    return query
