"""The OpenAPI document of the service, made of the same schemas that check requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_er import __version__
from edge_er.service.answering import ANSWERS

__all__ = ["document"]

_TEXT: dict[str, Any] = {"type": "string"}
_ENTITY: dict[str, Any] = {
    "id": _TEXT,
    "name": _TEXT,
    "aliases": {"type": "array", "items": _TEXT},
    "metadata": {"type": "object"},
}
_MATCH = {
    **_ENTITY,
    "score": {"type": "number"},
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
}
_SUGGESTION = {**_ENTITY, "score": {"type": "integer"}, "completed": _TEXT}


def _object(fields: Mapping[str, Any], needed: bool = True) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), **({"required": sorted(fields)} if needed else {})}


_SCHEMAS: dict[str, Any] = {
    "Match": _object(_MATCH),
    "Suggestion": _object(_SUGGESTION),
    "Error": _object({"error": _TEXT}),
    "resolve": _object(
        {
            "query": _TEXT,
            "decision": {"type": "string", "enum": ["match", "ambiguous", "no_match"]},
            "best": {"anyOf": [{"$ref": "#/components/schemas/Match"}, {"type": "null"}]},
            "matches": {"type": "array", "items": {"$ref": "#/components/schemas/Match"}},
            "tied": {"type": "integer", "minimum": 0},
        }
    ),
    "suggest": _object(
        {"suggestions": {"type": "array", "items": {"$ref": "#/components/schemas/Suggestion"}}}
    ),
    "health": _object({"status": _TEXT, "bundles": {"type": "object"}}, needed=False),
}
_WRONG = {
    "400": "A field is missing, unknown or wrong; the message names it.",
    "401": "The token is missing or wrong.",
    "404": "No such bundle is served.",
    "413": "The request is too large.",
}


def document(token: bool) -> dict[str, Any]:
    """The document; `token`: whether requests need one."""
    paths: dict[str, Any] = {
        "/health": {
            "get": {"summary": "What is served.", "responses": {"200": _answer("health", "The bundles.")}}
        }
    }
    for name, answer in ANSWERS.items():
        responses = {
            "200": _answer(name, "The answer."),
            **{code: _answer("Error", why) for code, why in _WRONG.items()},
        }
        body = {"required": True, "content": {"application/json": {"schema": answer.schema}}}
        paths[f"/{name}"] = {"post": {"summary": answer.about, "requestBody": body, "responses": responses}}
    components: dict[str, Any] = {"schemas": _SCHEMAS}
    if token:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "edge-er", "version": __version__},
        "paths": paths,
        "components": components,
        **({"security": [{"token": []}]} if token else {}),
    }


def _answer(schema: str, about: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": about, "content": content}
