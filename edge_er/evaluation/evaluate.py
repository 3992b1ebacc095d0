"""Recall@1/5/20 and mean reciprocal rank of a bundle, with 95 % intervals, per language and stratum.

The steps are: requests -> answers -> rank of the first right answer -> metrics with intervals -> report. Every system
(a bundle, a float encoder, a baseline) is measured by the same code; only the ranker differs. Recall@1 counts the first
candidate whatever the decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_er.bundle.entity import Entity
from edge_er.decision.calibration import Decision
from edge_er.evaluation.baselines import baseline_reports
from edge_er.evaluation.bootstrap import DECIMALS, paired_difference
from edge_er.evaluation.metrics import TOP_K, Evaluation, GoldMap, evaluate_answers, measure
from edge_er.evaluation.rankers import EncoderRanker, EvidenceRanker, Ranker
from edge_er.evaluation.report_table import report_table
from edge_er.evaluation.requests_file import Request, read_requests
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver, Resolution
from edge_er.text.arguments import as_sequence
from edge_er.text.canonical import canonical_text

__all__ = [
    "EncoderRanker",
    "Evaluation",
    "GoldMap",
    "Ranker",
    "Request",
    "bundle_report",
    "decisions",
    "evaluate",
    "evaluate_file",
    "manifest_report",
    "measure",
    "paired_difference",
    "read_requests",
    "report_table",
    "resolve_all",
    "unmerged_entities",
    "unmerged_report",
]

DECISIONS: tuple[Decision, ...] = ("match", "ambiguous", "no_match")


def evaluate(resolver: EntityResolver, requests: Iterable[Request], top_k: int = TOP_K) -> dict[str, Any]:
    """Report of a bundle's answers: the metrics of `Evaluation.report`, and `decisions`."""
    evaluation, resolutions = resolve_all(resolver, requests, top_k)
    return {
        **evaluation.report(resolver.lang),
        "decisions": decisions(evaluation, resolutions),
    }


def resolve_all(
    resolver: EntityResolver, requests: Iterable[Request], top_k: int = TOP_K
) -> tuple[Evaluation, list[Resolution]]:
    """The ranks of a bundle on `requests`, and its answers."""
    requests = as_sequence(requests)
    index_of = {entity.id: index for index, entity in enumerate(resolver.entities)}
    resolutions = resolver.resolve_batch([request.query for request in requests], top_k=top_k)
    answers = [[index_of[match.id] for match in resolution.matches] for resolution in resolutions]
    return evaluate_answers(answers, resolver.entities, requests, top_k), resolutions


def decisions(evaluation: Evaluation, resolutions: Iterable[Resolution]) -> dict[str, Any]:
    """How often each decision was made and was right, and the share of right ones among all answers.

    `by_stratum` has for each stratum the shares of the decisions, and how many of its matches are right.
    """
    resolutions, ranks = as_sequence(resolutions), evaluation.ranks.tolist()
    rows = Counter(resolution.decision for resolution in resolutions)
    right = Counter(
        resolution.decision
        for resolution, rank in zip(resolutions, ranks, strict=True)
        if resolution.best is not None and rank == 1
    )
    counts: dict[str, Any] = {name: {"rows": rows[name], "right": right[name]} for name in DECISIONS}
    answered = rows["match"] + rows["ambiguous"]
    counts["accuracy_of_best"] = right.total() / answered if answered else None
    strata: defaultdict[str, list[tuple[Decision, bool]]] = defaultdict(list)
    for request, resolution, rank in zip(evaluation.requests, resolutions, ranks, strict=True):
        strata[request.stratum].append((resolution.decision, rank == 1))
    counts["by_stratum"] = {stratum: _decision_shares(decided) for stratum, decided in strata.items()}
    return counts


def _decision_shares(decided: Sequence[tuple[Decision, bool]]) -> dict[str, Any]:
    """Shares of decisions that were made with a right or a wrong first candidate; `precision` is that of `match`."""
    rows = Counter(decision for decision, _ in decided)
    shares: dict[str, Any] = {name: round(rows[name] / len(decided), DECIMALS) for name in DECISIONS}
    right = sum(first for decision, first in decided if decision == "match")
    precision = round(right / rows["match"], DECIMALS) if rows["match"] else None
    return {"rows": len(decided), **shares, "precision": precision}


def unmerged_entities(entities: Iterable[Entity]) -> list[Entity]:
    """Every distinct name and alias as an entity of its own, without spoken forms: the catalog before merging.

    The entity of a name keeps the id.
    """
    entities = as_sequence(entities)
    alone: dict[tuple[str, str], Entity] = {}
    names = [(entity, entity.name, entity.id) for entity in entities]
    aliases = [(entity, alias, f"{entity.id}: {alias}") for entity in entities for alias in entity.aliases]
    for entity, name, own_id in names + aliases:
        key = (canonical_text(name), repr(entity.metadata.get("country")))
        alone.setdefault(key, Entity(id=own_id, name=name, metadata=entity.metadata))
    return list(alone.values())


def bundle_report(
    resolver: EntityResolver, requests: Iterable[Request], top_k: int = TOP_K
) -> dict[str, Any]:
    """The report of `evaluate`, and Recall@1 over unmerged names (`unmerged`)."""
    requests = as_sequence(requests)
    return {
        "system": resolver.name,
        **evaluate(resolver, requests, top_k),
        "unmerged": unmerged_report(resolver, requests, top_k),
    }


def unmerged_report(
    resolver: EntityResolver, requests: Iterable[Request], top_k: int = TOP_K
) -> dict[str, Any]:
    """Recall@1 over unmerged names, ranked on the evidence that the bundle ranks by, and their number."""
    names = unmerged_entities(resolver.entities)
    asked = _asked_by_name(resolver.entities, requests)
    weights = RerankWeights.from_mapping(resolver.manifest["rerank"] if resolver.reranks else {})
    scale = float(resolver.manifest["index"]["scale"])
    ranker = EvidenceRanker(resolver.encoder, names, resolver.lang, scale, weights)
    unmerged = measure(ranker, names, asked, top_k).report(resolver.lang)
    return {"names": len(names), "recall_at_1": unmerged["recall_at_1"]}


def _asked_by_name(entities: Sequence[Entity], requests: Iterable[Request]) -> list[Request]:
    """Requests for `unmerged_entities`: a gold that is an id becomes all names of its entity."""
    names = {entity.id: (entity.id, entity.name, *entity.aliases) for entity in entities}
    return [
        replace(request, gold=tuple(name for gold in request.gold for name in names.get(gold, (gold,))))
        for request in requests
    ]


def evaluate_file(
    bundle: str | Path, requests_path: str | Path, baselines: bool = False, top_k: int = TOP_K
) -> dict[str, Any]:
    """Report of `bundle` on a file of requests, with Recall@1 over unmerged names.

    With `baselines`, `report["baselines"]` has the reports of RapidFuzz WRatio and character TF-IDF over the same
    names; they need the extra `edge-er[eval]`.

    Raises:
        BundleError: the bundle cannot be loaded.
        RequestFileError: the request file cannot be read; the message names file, row and field.
    """
    requests = read_requests(requests_path)
    resolver = EntityResolver.load(bundle)
    report = bundle_report(resolver, requests, top_k)
    if baselines:
        report["baselines"] = baseline_reports(resolver.entities, requests, top_k, resolver.lang)
    return report


def manifest_report(report: dict[str, Any]) -> dict[str, Any]:
    """The report as a bundle stores it: without the list of unmapped requests."""
    unmapped = {key: value for key, value in report["unmapped"].items() if key != "requests"}
    return {key: unmapped if key == "unmapped" else value for key, value in report.items()}
