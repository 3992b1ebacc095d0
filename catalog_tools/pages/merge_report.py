"""What was merged and why, to be read and argued with: JSON for tools, Markdown and an HTML page for people.

The most doubtful merges come first. A shipped report keeps those and counts the rest.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog_tools.pages.merge_page import Card, Page, render_page
from catalog_tools.stations.entities import Cluster
from edge_er.bundle.atomic import write_json, write_text
from edge_er.bundle.entity import Entity

__all__ = ["merge_report", "reason_counts", "write_merge_report"]


def merge_report(
    name: str, clusters: Sequence[Cluster], entities: Sequence[Entity], most: int | None
) -> dict[str, Any]:
    """Counts and merged clusters, the most doubtful first; at most `most` of them (None: all).

    Each merge: `name` and `id` of the entity, its `members` (name, countries, rows of the source), and `links`
    (two names, the reason, a doubt from 0 to 1).
    """
    owner = {
        (group, entity.metadata.get("country")): entity for entity in entities for group in _all_names(entity)
    }
    merged = sorted(
        (cluster for cluster in clusters if cluster.links),
        key=lambda cluster: (-max(link.doubt for link in cluster.links), cluster.groups[0].name),
    )
    names = {(g.features.country, record.name) for c in clusters for g in c.groups for record in g.records}
    return {
        "catalog": name,
        "names": len(names),
        "entities": len(entities),
        "aliases": sum(len(entity.aliases) for entity in entities),
        "merges_by_reason": dict(reason_counts(clusters).most_common()),
        "merged_entities": len(merged),
        "listed": len(merged[:most]),
        "merges": [_merge(cluster, owner) for cluster in merged[:most]],
    }


def reason_counts(clusters: Sequence[Cluster]) -> Counter[str]:
    """How many links each reason gave; similarities are counted together."""
    return Counter(
        "same stream, names alike" if "alike" in link.reason else link.reason
        for cluster in clusters
        for link in cluster.links
    )


def write_merge_report(report: dict[str, Any], folder: Path) -> list[Path]:
    """Writes NAME.json, NAME.md and NAME.html; each appears whole or not at all."""
    files = [folder / f"{report['catalog']}.{kind}" for kind in ("json", "md", "html")]
    write_json(files[0], report)
    write_text(files[1], _markdown(report))
    write_text(files[2], render_page(_page(report)))
    return files


def _all_names(entity: Entity) -> tuple[str, ...]:
    return (entity.name, *entity.aliases)


def _merge(cluster: Cluster, owner: dict[tuple[str, Any], Entity]) -> dict[str, Any]:
    entity = next(
        station
        for group in cluster.groups
        if (station := owner.get((group.name, cluster.countries[0]))) is not None
    )
    members = Counter[tuple[str, str]]()
    for group in cluster.groups:
        members[group.name, group.features.country] += len(group.records)
    links = sorted(cluster.links, key=lambda link: (-link.doubt, link.name_a, link.name_b))
    return {
        "id": entity.id,
        "name": entity.name,
        "members": [
            {"name": name, "country": country, "rows": rows} for (name, country), rows in members.items()
        ],
        "links": [{"a": k.name_a, "b": k.name_b, "reason": k.reason, "doubt": k.doubt} for k in links],
    }


def _markdown(report: dict[str, Any]) -> str:
    lines = [
        f"# Merged names of {report['catalog']}",
        "",
        f"{report['names']} names became {report['entities']} entities with {report['aliases']} aliases; "
        f"{report['merged_entities']} entities hold more than one spelling or name.",
        "",
        "| reason | merges |",
        "|---|---:|",
        *(f"| {reason} | {count} |" for reason, count in report["merges_by_reason"].items()),
        "",
        f"The {report['listed']} most doubtful follow, doubt from 1 (most) to 0. A wrong one: add the pair with "
        '`"same": false` to `tests/data/merge_pairs.jsonl` and mend `catalog_tools/stations/matching.py`.',
        "",
        "| doubt | entity | one name | other name | reason |",
        "|---:|---|---|---|---|",
    ]
    for merge in report["merges"]:
        for link in merge["links"]:
            cells = [f"{link['doubt']:.2f}", merge["name"], link["a"], link["b"], link["reason"]]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _page(report: dict[str, Any]) -> Page:
    facts = {
        "Names": f"{report['names']:,}",
        "Entities": f"{report['entities']:,}",
        "Aliases": f"{report['aliases']:,}",
        "Entities of several names": f"{report['merged_entities']:,}",
        **{
            reason[:1].upper() + reason[1:]: f"{count:,}"
            for reason, count in report["merges_by_reason"].items()
        },
    }
    description = (
        f"{report['listed']:,} of {report['merged_entities']:,}, the most doubtful first. A wrong one: put its line "
        "into the file of corrections (python -m catalog_tools.radio --corrections)."
    )
    cards = [
        Card(
            merge["name"],
            max(link["doubt"] for link in merge["links"]),
            ("name", "country", "rows"),
            [[member["name"], member["country"], str(member["rows"])] for member in merge["members"]],
            [f"{link['a']} = {link['b']}: {link['reason']} ({link['doubt']:.2f})" for link in merge["links"]],
            json.dumps(_pair(merge["links"][0], merge["members"]), ensure_ascii=False),
        )
        for merge in report["merges"]
    ]
    return Page(f"Merged names of {report['catalog']}", facts, (("Merged", description, cards),))


def _pair(link: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    country = next(member["country"] for member in members if member["name"] == link["a"])
    return {"country": country, "name_a": link["a"], "name_b": link["b"], "same": False}
