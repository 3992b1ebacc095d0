"""Requests in JSON to answers in JSON: what is asked of the service over HTTP, whatever carries it.

Each kind of request has a schema (JSON Schema), which checks it and describes it in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edge_er.bundle.schema import SchemaError, checker
from edge_er.service.served import ServedBundles

__all__ = ["ANSWERS", "RequestError"]

_TEXT = 100_000  # characters; a resolver reads the first 1,000 of their canonical form
_MOST = 100  # candidates in one answer
_TEXTS = 64  # hypotheses of one utterance
_VALUES = 1_000  # of a filter

_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_SHARED: dict[str, Any] = {
    "bundle": {
        "type": "string",
        "description": "Name of a bundle; not needed where one is served.",
    },
    "top_k": {
        "type": "integer",
        "minimum": 1,
        "maximum": _MOST,
        "description": "Most candidates; 5 by default.",
    },
    "where": {
        "type": "object",
        "additionalProperties": {
            "anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": _VALUES}]
        },
        "description": "Only entities whose metadata has these values.",
    },
    "ids": {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": 10_000,
        "description": "Only entities with these ids.",
    },
}
_HYPOTHESIS: dict[str, Any] = {"type": "string", "maxLength": _TEXT}
_RESOLVE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "query": {"type": "string", "maxLength": _TEXT, "description": "The request."},
        "nbest": {
            "type": "array",
            "items": _HYPOTHESIS,
            "minItems": 1,
            "maxItems": _TEXTS,
            "description": "Instead of `query`: several texts of one utterance.",
        },
        "weights": {
            "type": "array",
            "items": {"type": "number", "exclusiveMinimum": 0},
            "minItems": 1,
            "maxItems": _TEXTS,
            "description": "What each text of `nbest` counts; 1 by default.",
        },
        "typed": {"type": "boolean", "description": "The request was typed, not spoken."},
        "min_precision": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 1,
            "description": "How often an answer should be right.",
        },
        **_SHARED,
    },
}
_SUGGEST: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "maxLength": _TEXT, "description": "What is typed so far."},
        **_SHARED,
    },
}


class RequestError(ValueError):
    """A request that cannot be answered; the message names the field."""


class Answer:
    """One kind of request: what it may say, and its answer."""

    def __init__(
        self, about: str, schema: Mapping[str, Any], give: Callable[[ServedBundles, dict[str, Any]], Any]
    ) -> None:
        self.about = about
        self.schema = schema
        self._check = checker(schema)
        self._give = give

    def __call__(self, bundles: ServedBundles, request: Any) -> Any:
        """JSON values that answer `request`.

        Raises:
            RequestError: a field is missing, unknown or wrong.
            BundleNotFoundError: see `ServedBundles.named`.
            FilterError: see `EntityResolver.resolve`.
        """
        try:
            return self._give(bundles, self._check(request))
        except SchemaError as error:
            raise RequestError(str(error)) from error


def _resolve(bundles: ServedBundles, request: dict[str, Any]) -> Any:
    resolver = bundles.named(request.pop("bundle", None))
    weights = request.pop("weights", None)
    if ("query" in request) == ("nbest" in request):
        raise RequestError("expected either query or nbest")
    if weights is not None:
        texts = request.get("nbest", ())
        if len(weights) != len(texts):
            raise RequestError(
                f"weights: expected one for each text of nbest ({len(texts)}), found {len(weights)}"
            )
        request["nbest"] = list(zip(texts, weights, strict=True))
    return resolver.resolve(**request).to_dict()


def _suggest(bundles: ServedBundles, request: dict[str, Any]) -> Any:
    resolver = bundles.named(request.pop("bundle", None))
    return {"suggestions": [each.to_dict() for each in resolver.suggest(**request)]}


ANSWERS = {
    "resolve": Answer("The entity that a request names.", _RESOLVE, _resolve),
    "suggest": Answer("What a text may become while it is typed.", _SUGGEST, _suggest),
}
