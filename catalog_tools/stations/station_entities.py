"""Clusters of station names become entities: which name is shown, which are aliases, and their metadata."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from catalog_tools.readers.entity_ids import with_ids
from catalog_tools.readers.sources import Record
from catalog_tools.readers.streams import same_address
from catalog_tools.stations.entities import Cluster, NameGroup, record_streams
from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text

__all__ = ["choose_name", "entities_from_clusters"]

_SHORT_QUERY = 40  # characters
_ACRONYM = 8  # letters: longer names in capitals are shouting
_COMPLETE = 2  # words that make a name complete
_SLOGAN = 6  # words that make it a slogan
_WORD = re.compile(r"[^\W\d_]+")
_LEFTOVER = re.compile(
    r"(?i)\b(?:neu|new|test|http|kbps|aac|mp3|stream|unencrypted|hd|low)\b(?!\d)|[\[\]|_\"@*>]"
)
_LOWERED_ACRONYM = re.compile(r"\b[B-DF-HJ-NP-TV-Z][b-df-hj-np-tv-z]{1,3}\b")  # "Lbc"


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
    letters = [character for character in name if character.isalpha()]
    return sum(
        (
            2 * bool(_LEFTOVER.search(name)),
            len(letters) > _ACRONYM and all(letter.isupper() for letter in letters),
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
    return with_ids(entities)


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
