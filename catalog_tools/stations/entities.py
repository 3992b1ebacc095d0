"""Records to entities: names are cleaned, duplicates and aliases of one station become one entity.

    records -> names (one per country) -> links (why two names are one station) -> clusters -> entities

Everything is decided in a fixed order, so the same records always give the same entities.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from catalog_tools.language.names import clean_name
from catalog_tools.readers.sources import Record
from catalog_tools.readers.streams import stream_key
from catalog_tools.stations.features import NameFeatures, name_features
from catalog_tools.stations.matching import Matcher
from catalog_tools.stations.name_corrections import NameCorrection
from catalog_tools.stations.words import STATION_WORDS, StationWords

__all__ = ["Cluster", "Link", "NameGroup", "merge_records", "name_groups"]

_BY_HAND = "corrected by hand"
_CROWDED_STREAM = 40  # names on one stream: beyond that it says nothing about them


@dataclass(slots=True)
class NameGroup:
    """All records of one country whose cleaned names are letter for letter the same."""

    features: NameFeatures
    records: list[Record] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)  # keys, not addresses

    @property
    def name(self) -> str:
        """The cleaned name."""
        return self.features.name


@dataclass(frozen=True, slots=True)
class Link:
    """Why two names were taken for one station; `doubt` grows from 0 (same name) to 1."""

    name_a: str
    name_b: str
    country: str
    reason: str
    doubt: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """The names of one station and the links that hold them together."""

    groups: tuple[NameGroup, ...]
    links: tuple[Link, ...]

    @property
    def countries(self) -> tuple[str, ...]:
        """All countries that list the station, the one with most records first."""
        listed = Counter[str]()
        for group in self.groups:
            listed[group.features.country] += len(group.records)
        return tuple(sorted(listed, key=lambda country: (-listed[country], country)))


def merge_records(
    records: Iterable[Record],
    places: Collection[str] = (),
    words: StationWords = STATION_WORDS,
    corrections: Sequence[NameCorrection] = (),
) -> list[Cluster]:
    """Clusters of names, sorted by country and name; `places` and `words`: see Matcher. `corrections` always win.

    Records need a country in their metadata to stay apart from those of other countries.
    """
    groups = name_groups(records, words)
    same, different = _corrected(groups, corrections)
    matcher = Matcher([group.features for group in groups], places, words)
    links = sorted(_links(groups, matcher), key=lambda found: (found[0].doubt, found[1], found[2]))

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        apart = any((min(a, b), max(a, b)) in different for a in ours for b in theirs)
        return not apart and _all_compatible(groups, matcher, ours, theirs)

    parent = list(range(len(groups)))
    members = {index: [index] for index in parent}
    kept: dict[int, list[Link]] = defaultdict(list)
    for link, a, b in [*same, *links]:
        root_a, root_b = sorted((_root(parent, a), _root(parent, b)))
        if root_a == root_b or (link.reason != _BY_HAND and not may_join(members[root_a], members[root_b])):
            continue
        parent[root_b] = root_a
        members[root_a] += members.pop(root_b)
        kept[root_a] += [link, *kept.pop(root_b, [])]
    clusters = [
        Cluster(tuple(groups[index] for index in sorted(members[root])), tuple(kept[root]))
        for root in members
    ]
    return sorted(clusters, key=lambda cluster: (cluster.countries, cluster.groups[0].name))


def name_groups(records: Iterable[Record], words: StationWords = STATION_WORDS) -> list[NameGroup]:
    """Groups of records with the same country and cleaned name, sorted by both."""
    groups: dict[tuple[str, str], NameGroup] = {}
    for record in records:
        country = str(record.metadata.get("country", ""))
        name = clean_name(record.name)
        group = groups.get((country, name))
        if group is None:
            group = groups[country, name] = NameGroup(name_features(name, country, words))
        group.records.append(record)
        group.streams |= {key for key in map(stream_key, record_streams(record)) if key}
    return [groups[key] for key in sorted(groups)]


def record_streams(record: Record) -> list[str]:
    """The stream addresses of a record: its `stream`, its `streams` (a list, or joined by '|'), or none."""
    streams = record.metadata.get("streams")
    listed = streams.split("|") if isinstance(streams, str) else list(streams or ())
    single = record.metadata.get("stream")
    return list(dict.fromkeys([*([single] if single else []), *listed]))


def _corrected(
    groups: Sequence[NameGroup], corrections: Sequence[NameCorrection]
) -> tuple[list[tuple[Link, int, int]], set[tuple[int, int]]]:
    """Links made by hand, and pairs of groups that stay apart; what names no group is left alone."""
    place = {(group.features.country, group.name): index for index, group in enumerate(groups)}
    same, different = [], set()
    for each in corrections:
        a, b = sorted((place.get(each.a, -1), place.get(each.b, -1)))
        if a >= 0 and each.same:
            same.append((Link(each.a[1], each.b[1], each.a[0], _BY_HAND, 0.0), a, b))
        elif a >= 0:
            different.add((a, b))
    return same, different


def _links(groups: Sequence[NameGroup], matcher: Matcher) -> Iterator[tuple[Link, int, int]]:
    seen: set[tuple[int, int]] = set()
    for a, b in _candidates(groups):
        if (a, b) in seen:
            continue
        seen.add((a, b))
        first, second = groups[a], groups[b]
        reason, doubt = _reason(first, second, matcher)
        if reason:
            yield Link(first.name, second.name, first.features.country, reason, round(doubt, 3)), a, b


def _reason(first: NameGroup, second: NameGroup, matcher: Matcher) -> tuple[str | None, float]:
    """Why two groups are one station, and how doubtful that is."""
    one_stream = not first.streams.isdisjoint(second.streams)
    a, b = first.features, second.features
    reason = matcher.same_name(a, b, one_stream)
    if reason and a.country != b.country:
        return "same name and stream in two countries", 0.25
    if reason:
        return reason, (0.0 if one_stream else 0.1) + (0.1 if "frequency" in reason else 0.0)
    reason = matcher.same_call_sign(a, b)
    if reason:
        return reason, 0.2 if one_stream else 0.3
    reason = matcher.same_stream(a, b) if one_stream else None
    if not reason:
        return None, 1.0
    lengths = sorted((len("".join(a.core)), len("".join(b.core))))
    return reason, (0.4 if "contains" in reason else 0.7) + 0.3 * (1 - lengths[0] / lengths[1])


def _candidates(groups: Sequence[NameGroup]) -> Iterator[tuple[int, int]]:
    """Pairs of one country that share a key, a call sign or a stream; of two countries, a key and a stream."""
    blocks: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        one = group.features
        for key in sorted(one.keys):
            blocks[one.country, "name", key].append(index)
            for stream in sorted(group.streams):
                blocks["any", key, stream].append(index)
        for key in sorted(group.streams):
            blocks[one.country, "stream", key].append(index)
        if one.call_sign:
            blocks[one.country, "call sign", one.call_sign].append(index)
    for (_, kind, _), members in blocks.items():
        if kind != "stream" or len(members) <= _CROWDED_STREAM:
            yield from combinations(members, 2)


def _all_compatible(
    groups: Sequence[NameGroup], matcher: Matcher, ours: list[int], theirs: list[int]
) -> bool:
    return all(
        matcher.compatible_in_cluster(groups[a].features, groups[b].features) for a in ours for b in theirs
    )


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index
