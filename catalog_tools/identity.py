"""What a merged station is called, and the id it keeps from one build to the next."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_tools.entities import Cluster, NameGroup, record_streams
from catalog_tools.sources import Record
from catalog_tools.streams import same_address, stream_key
from edge_er.entity import Entity
from edge_er.normalize import canonical_text

__all__ = ["choose_name", "entities_from_clusters", "entities_from_records", "keep_previous_ids", "stable_id"]

_ID_DIGITS = 12
_SHORT_QUERY = 40  # characters
_ACRONYM = 8  # letters: longer names in capitals are shouting
_COMPLETE = 2  # words that make a name complete
_SLOGAN = 6  # words that make it a slogan
_WORD = re.compile(r"[^\W\d_]+")
_LEFTOVER = re.compile(
    r"(?i)\b(?:neu|new|test|http|kbps|aac|mp3|stream|unencrypted|hd|low)\b(?!\d)|[\[\]|_\"@*>]"
)
_LOWERED_ACRONYM = re.compile(r"\b[B-DF-HJ-NP-TV-Z][b-df-hj-np-tv-z]{1,3}\b")  # "Lbc"


def stable_id(country: str, name: str, again: int = 0) -> str:
    """An id that depends on country and name only; `again` numbers entities that share both."""
    text = "\n".join([country, canonical_text(name) or name, *([str(again)] if again else [])])
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:_ID_DIGITS]
    return f"{country.lower()}-{digest}" if country else digest


def choose_name(groups: Sequence[NameGroup]) -> str:
    """The name to show: widespread, complete, cleanly written; equal ones by length and alphabet."""
    spread = Counter[str]()
    for group in groups:
        spread["".join(group.features.words)] += len(group.records)

    def rank(group: NameGroup) -> tuple[Any, ...]:
        one = group.features
        return (
            _untidy(group),
            -spread["".join(one.words)],
            -min(len(one.core), _COMPLETE),
            len("".join(one.words)),
            -len(_WORD.findall(group.name)),
            not re.search(r"[a-z][A-Z]", group.name),
            -len(group.records),
            group.name,
        )

    return min(groups, key=rank).name


def _untidy(group: NameGroup) -> int:
    """0 for a cleanly written name; more for what a person would not write on a station's plate."""
    name, one = group.name, group.features
    letters = [sign for sign in name if sign.isalpha()]
    return sum(
        (
            2 * bool(_LEFTOVER.search(name)),
            len(letters) > _ACRONYM and all(sign.isupper() for sign in letters),
            bool(letters) and name == name.lower(),
            bool(_LOWERED_ACRONYM.search(name)),
            bool(re.search(r"[a-z][Ff]m\b", name)),
            len(one.core) > _SLOGAN,
            one.ends_in_state,
            bool(one.frequencies),
            bool(one.frequencies) and bool(re.search(r"(?<![\d.,])\d{3,4}(?![\d.,])", name)),
            one.names_country and len(one.words) > 1,
        )
    )


def entities_from_clusters(clusters: Iterable[Cluster]) -> list[Entity]:
    """One entity a cluster, sorted by id; metadata: country, tags (most used first) and streams (cleanest first)."""
    entities = [_entity(cluster) for cluster in clusters]
    return _with_ids(entities)


def entities_from_records(records: Iterable[Record]) -> list[Entity]:
    """One entity a record, nothing merged: for catalogs whose rows are entities already. Sorted by id."""
    entities = [
        Entity(record.id or "", record.name, record.aliases, (), dict(record.metadata)) for record in records
    ]
    return _with_ids(entities)


def _entity(cluster: Cluster) -> Entity:
    name = choose_name(cluster.groups)
    records = [record for group in cluster.groups for record in group.records]
    given = sorted({record.id for record in records if record.id})
    aliases: dict[str, str] = {canonical_text(name): name}
    for group in sorted(cluster.groups, key=lambda group: (-len(group.records), group.name)):
        aliases.setdefault(canonical_text(group.name), group.name)
    for record in records:
        for alias in (*record.aliases, *_spoken_raw_name(record.name)):
            aliases.setdefault(canonical_text(alias), alias)
    metadata: dict[str, Any] = {"country": cluster.countries[0]} if cluster.countries[0] else {}
    if len(cluster.countries) > 1:
        metadata["countries"] = list(cluster.countries)
    if tags := _tags(records):
        metadata["tags"] = tags
    metadata["streams"] = _streams(records)
    return Entity(given[0] if given else "", name, tuple(list(aliases.values())[1:]), (), metadata)


def _spoken_raw_name(raw: str) -> tuple[str, ...]:
    """The raw name, where people may say it as it stands: without brackets, bars and addresses."""
    text = " ".join(raw.split())
    return () if re.search(r"[\[\](){}|<>@#*]|https?:|www\.|,.*,", text) else (text,)


def _tags(records: Sequence[Record]) -> list[str]:
    counts: Counter[str] = Counter()
    for record in records:
        tags = record.metadata.get("tags") or ()
        listed = re.split(r"[;,|]", tags) if isinstance(tags, str) else tags
        counts.update({tag.strip().lower() for tag in listed if tag.strip()})
    return sorted(counts, key=lambda tag: (-counts[tag], tag))


def _streams(records: Sequence[Record]) -> list[str]:
    """Distinct addresses, https and those without session data first."""
    counts = Counter(stream for record in records for stream in record_streams(record))
    first: dict[str, str] = {}
    for stream in sorted(
        counts, key=lambda url: (_has_session(url), not url.startswith("https"), -counts[url], url)
    ):
        first.setdefault(same_address(stream), stream)
    return list(first.values())


def _has_session(url: str) -> bool:
    return len(url.partition("?")[2]) > _SHORT_QUERY


def _with_ids(entities: Sequence[Entity]) -> list[Entity]:
    """Ids for entities without one; those that share country and name are numbered in the order of their content."""
    done = [entity for entity in entities if entity.id]
    taken = {entity.id for entity in done}
    for entity in sorted(
        (entity for entity in entities if not entity.id),
        key=lambda one: (one.name, repr(sorted(one.metadata.items(), key=str)), one.aliases),
    ):
        again, new = 0, ""
        while not new or new in taken:
            new = stable_id(str(entity.metadata.get("country", "")), entity.name, again)
            again += 1
        taken.add(new)
        done.append(replace(entity, id=new))
    return sorted(done, key=lambda entity: entity.id)


def keep_previous_ids(entities: Sequence[Entity], previous: Sequence[Entity]) -> list[Entity]:
    """`entities` with the ids of `previous` where the record is the same one, changed or renamed.

    An entity keeps its id if the previous bundle has it; otherwise it takes over the id of the previous entity of
    its country with the same name, then with a name in common, then with a stream in common. No id is given twice.
    """
    known = {entity.id for entity in previous}
    free = {entity.id: entity for entity in previous}
    renamed: dict[int, str] = {}
    for index, entity in enumerate(entities):
        if entity.id in known:
            renamed[index] = entity.id
            free.pop(entity.id, None)
    for keys in (_name_keys, _all_name_keys, _stream_keys):
        owners: dict[tuple[str, str], str] = {}
        for entity in sorted(free.values(), key=lambda one: one.id):
            for key in keys(entity):
                owners.setdefault(key, entity.id)
        for index, entity in enumerate(entities):
            old = next((owners[key] for key in keys(entity) if key in owners), None)
            if index not in renamed and old in free:
                renamed[index] = old
                del free[old]
    return sorted(
        (replace(entity, id=renamed.get(index, entity.id)) for index, entity in enumerate(entities)),
        key=lambda entity: entity.id,
    )


def _country(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("country", ""))


def _name_keys(entity: Entity) -> list[tuple[str, str]]:
    return [(_country(entity.metadata), canonical_text(entity.name) or entity.name)]


def _all_name_keys(entity: Entity) -> list[tuple[str, str]]:
    names = dict.fromkeys(canonical_text(name) or name for name in (entity.name, *entity.aliases))
    return [(_country(entity.metadata), name) for name in names]


def _stream_keys(entity: Entity) -> list[tuple[str, str]]:
    streams = entity.metadata.get("streams") or ()
    return [(_country(entity.metadata), key) for key in map(stream_key, streams) if key]
