"""What was merged, what was left unsure, and why, field by field: JSON for tools, one HTML page for people.

The most doubtful come first. A cluster's doubt is 1 minus the smallest probability of a pair in it; an unsure pair's is
how near it is to a decision either way.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalog_tools.pages.merge_page import Card, Page, render_page
from catalog_tools.records.clusters import Cluster, Link
from catalog_tools.records.dedup import Deduplicated, record_values
from catalog_tools.records.matcher import PairDecision, decide
from catalog_tools.records.values import plain_text
from edge_er.bundle.atomic import write_json, write_text

__all__ = ["dedup_report", "report_page", "write_dedup_report"]


_LISTED = 50  # records and links of a cluster


def dedup_report(result: Deduplicated, catalog: str, most: int | None = 500) -> dict[str, Any]:
    """Counts, the `most` most doubtful merges and unsure pairs (None: all), and corrections that were not used."""
    merged = sorted(
        (one for one in result.clusters if len(one.rows) > 1), key=lambda one: (one.least, one.rows)
    )
    kinds = {name: kind for name, kind in result.table.kinds.items() if name in result.weights.names}
    return {
        "catalog": catalog,
        "records": len(result.records),
        "entities": len(result.clusters),
        "merged_entities": len(merged),
        "merged_records": sum(len(one.rows) for one in merged),
        "compared_pairs": result.compared,
        "unsure_pairs": len(result.unsure),
        "same_from": result.weights.same_from,
        "different_to": result.weights.different_to,
        "fields": kinds,
        "unused_corrections": [{"a": e.a, "b": e.b, "same": e.same, "row": e.row} for e in result.unused],
        "merges": [_merge(result, one) for one in merged[:most]],
        "unsure": [
            {
                "a": _side(result, a),
                "b": _side(result, b),
                **decide(result.table, result.weights, a, b).to_dict(),
            }
            for a, b, _ in result.unsure[:most]
        ],
    }


def _merge(result: Deduplicated, cluster: Cluster) -> dict[str, Any]:
    return {
        "doubt": round(1 - cluster.least, 4),
        "size": len(cluster.rows),
        "members": [_side(result, row) for row in cluster.rows[:_LISTED]],
        "links": [_link(result, link) for link in sorted(cluster.links, key=_doubtful_first)[:_LISTED]],
    }


def _doubtful_first(link: Link) -> tuple[float, int, int]:
    return (2.0 if link.probability is None else link.probability, link.a, link.b)


def _link(result: Deduplicated, link: Link) -> dict[str, Any]:
    sides = {"a": result.keys[link.a], "b": result.keys[link.b]}
    if link.probability is None:
        equal = sides["a"] == sides["b"]
        return {**sides, "reason": "the same to the letter" if equal else "corrected by hand: the same"}
    decided: PairDecision = decide(result.table, result.weights, link.a, link.b)
    return {**sides, **decided.to_dict()}


def _side(result: Deduplicated, row: int) -> dict[str, Any]:
    record = result.records[row]
    place = {"row": record.row} if record.row else {}
    return {"key": result.keys[row], **place, "values": record_values(record)}


def write_dedup_report(report: dict[str, Any], file: Path) -> None:
    """Write FILE.html or FILE.json, by the ending of `file`; a page is written with its JSON beside it."""
    write_json(file.with_suffix(".json"), report)
    if file.suffix.lower() != ".json":
        write_text(file, render_page(report_page(report)))


def report_page(report: dict[str, Any]) -> Page:
    """The report as a page."""
    facts = {
        "Records": f"{report['records']:,}",
        "Entities": f"{report['entities']:,}",
        "Merged entities": f"{report['merged_entities']:,}",
        "Compared pairs": f"{report['compared_pairs']:,}",
        "Unsure pairs": f"{report['unsure_pairs']:,}",
        "Duplicate from": f"{report['same_from']:.3f}",
        "Different to": f"{report['different_to']:.3f}",
    }
    unused = [f"row {e['row']}: {e['a']} / {e['b']}" for e in report["unused_corrections"]]
    if unused:
        facts["Corrections of records that are not there"] = "; ".join(unused[:10])
    merges, unsure = report["merges"], report["unsure"]
    sections = (
        (
            "Unsure pairs",
            _description(len(unsure), report["unsure_pairs"], "not merged, the likeliest"),
            [_pair(pair) for pair in unsure],
        ),
        (
            "Merged",
            _description(len(merges), report["merged_entities"], "the most doubtful"),
            [_cluster(merge) for merge in merges],
        ),
    )
    return Page(f"Duplicates in {report['catalog']}", facts, sections)


def _description(shown: int, of: int, first: str) -> str:
    return f"{shown:,} of {of:,}, {first} first. A correction is a line of the file that --corrections reads."


def _pair(pair: dict[str, Any]) -> Card:
    sides = [pair["a"], pair["b"]]
    heading = " / ".join(str(side["values"].get("name", side["key"])) for side in sides)
    correction = json.dumps({"a": sides[0]["key"], "b": sides[1]["key"], "same": True}, ensure_ascii=False)
    reasons = [f"probability {pair['probability']:.2f}", *_evidence(pair)]
    return Card(
        heading, 1 - abs(2 * pair["probability"] - 1), *_table(sides), reasons, correction, "The same?"
    )


def _cluster(merge: dict[str, Any]) -> Card:
    reasons = [f"{link['a']} = {link['b']}{_sure(link)}: {link['reason']}" for link in merge["links"]]
    doubtful = merge["links"][0]
    correction = json.dumps({"a": doubtful["a"], "b": doubtful["b"], "same": False}, ensure_ascii=False)
    heading = str(merge["members"][0]["values"].get("name", merge["members"][0]["key"]))
    equal = all(link["a"] == link["b"] for link in merge["links"])
    if merge["size"] > len(merge["members"]):
        heading += f" ({merge['size']:,} records, the first {len(merge['members'])} shown)"
    return Card(heading, merge["doubt"], *_table(merge["members"]), reasons, "" if equal else correction)


def _sure(link: dict[str, Any]) -> str:
    return f" ({link['probability']:.4f})" if "probability" in link else ""


def _evidence(decided: dict[str, Any]) -> list[str]:
    known = [each for each in decided["evidence"] if each["similarity"] is not None]
    return [f"{each['field']}: {each['words']} ({each['weight']:+.1f})" for each in known]


def _table(members: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    fields = list(dict.fromkeys(name for member in members for name in member["values"]))
    rows = [
        [member["key"], *(plain_text(member["values"].get(name)) for name in fields)] for member in members
    ]
    return ["record", *fields], rows
