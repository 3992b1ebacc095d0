"""The schema of the JSON in bundles, deltas and personal files, `edge_er/data/schemas.json`, and its checks.

The file is JSON Schema (draft 2020-12) with the few keywords that this module knows, so that every runtime can read it.
A check gives the value back; numbers that must be whole and are written like 3.0 become whole, as JSON has one kind of
number only.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from edge_er.constants import read_table

__all__ = ["SchemaError", "check", "checker"]

_Check = Callable[[Any], Any]
_LARGEST = 2**53 - 1  # the largest whole number that every runtime reads exactly
_SHOWN = 100  # characters of what was found


class SchemaError(ValueError):
    """A value that is not what the schema says: where, what was expected and what was found."""

    def __init__(self, expected: str, found: Any) -> None:
        super().__init__()
        self.path = ""
        self.expected, self.found = expected, found

    def below(self, part: str) -> SchemaError:
        """The same, seen from the object or list that has the value."""
        self.path = part + (self.path if not self.path or self.path.startswith("[") else f".{self.path}")
        return self

    def __str__(self) -> str:
        found = repr(self.found)
        shown = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}..."
        return f"{self.path}: expected {self.expected}, found {shown}".removeprefix(": ")


def check(value: Any, name: str) -> Any:
    """`value`, checked against the definition `name`; mappings and lists are changed in place.

    Raises:
        SchemaError: it is not what the schema says.
    """
    return _definition(name)(value)


def checker(schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The check of a schema of one's own, of the same few keywords; it raises `SchemaError` like `check`."""
    return _compiled(schema)


@cache
def _definitions() -> dict[str, Any]:
    return dict(json.loads(read_table("schemas.json"))["$defs"])


@cache
def _definition(name: str) -> _Check:
    return _compiled(_definitions()[name])


def _compiled(schema: Mapping[str, Any]) -> _Check:
    """The check of one schema."""
    if "$ref" in schema:
        return _definition(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return _any_of([_compiled(each) for each in schema["anyOf"]])
    if "allOf" in schema:
        return _all_of([_compiled(each) for each in schema["allOf"]])
    if "const" in schema or "enum" in schema:
        return _one_of(schema.get("enum", [schema.get("const")]))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    checks = [_KINDS[kind](schema) for kind in kinds if kind != "null"]
    if "null" in kinds:
        checks.append(_one_of([None]))
    return checks[0] if len(checks) == 1 else _any_of(checks)


def _any_of(checks: list[_Check]) -> _Check:
    def any_of(value: Any) -> Any:
        first: SchemaError | None = None
        for each in checks:
            try:
                return each(value)
            except SchemaError as error:
                first = first or error
        raise first or SchemaError("another value", value)

    return any_of


def _all_of(checks: list[_Check]) -> _Check:
    def all_of(value: Any) -> Any:
        for each in checks:
            value = each(value)
        return value

    return all_of


def _one_of(known: list[Any]) -> _Check:
    expected = " or ".join(json.dumps(each) for each in known)

    def one_of(value: Any) -> Any:
        for each in known:
            if value == each and isinstance(value, bool) == isinstance(each, bool):
                return each
        raise SchemaError(expected, value)

    return one_of


def _object(schema: Mapping[str, Any]) -> _Check:
    known = {name: _compiled(each) for name, each in schema.get("properties", {}).items()}
    others = schema.get("additionalProperties", True)
    rest = _compiled(others) if isinstance(others, Mapping) else None
    required, most = schema.get("required", ()), schema.get("maxProperties", math.inf)

    def check_object(value: Any) -> Any:
        if not isinstance(value, dict):
            raise SchemaError("an object", value)
        for name in required:
            if name not in value:
                raise SchemaError(f"an object with {name}", value)
        if len(value) > most:
            raise SchemaError("an object of fewer fields", value)
        for name, part in value.items():
            inner = known.get(name, rest)
            try:
                if inner is not None:
                    new = inner(part)
                    if new is not part:
                        value[name] = new
                elif others is False:
                    raise SchemaError("no such field", part)
            except SchemaError as error:
                raise error.below(name) from None
        return value

    return check_object


def _array(schema: Mapping[str, Any]) -> _Check:
    inner = _compiled(schema["items"])
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)

    def check_array(value: Any) -> Any:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise SchemaError(f"a list{_range(least, most, ' of')}", value)
        for place, part in enumerate(value):
            try:
                new = inner(part)
            except SchemaError as error:
                raise error.below(f"[{place}]") from None
            if new is not part:
                value[place] = new
        return value

    return check_array


def _string(schema: Mapping[str, Any]) -> _Check:
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    pattern = re.compile(schema["pattern"]) if "pattern" in schema else None

    def check_string(value: Any) -> Any:
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise SchemaError(f"a text{_range(least, most, ' of')}", value)
        if pattern and not pattern.fullmatch(value):
            raise SchemaError(f"a text like {pattern.pattern}", value)
        return value

    return check_string


def _number(schema: Mapping[str, Any]) -> _Check:
    whole = schema["type"] == "integer" or "integer" in schema["type"]
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    kind = "a whole number" if whole else "a number"

    def check_number(value: Any) -> Any:
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
        if whole and right and isinstance(value, float) and value.is_integer():
            value = int(value)
        right = right and (not whole or isinstance(value, int))
        if not right or not (least <= value <= most and above < value < below and abs(value) < math.inf):
            raise SchemaError(f"{kind}{_range(least, most, '', above, below)}", value)
        return value

    return check_number


def _boolean(_: Mapping[str, Any]) -> _Check:
    return _one_of([True, False])


def _range(least: float, most: float, of: str, above: float = -math.inf, below: float = math.inf) -> str:
    """What a message says of a range; the largest number that every runtime reads goes without saying."""
    parts = []
    if above > -math.inf:
        parts.append(f"above {above:g}")
    if below < math.inf:
        parts.append(f"below {below:g}")
    if most in (math.inf, _LARGEST):
        if least > (0 if of else -math.inf):
            parts.append(f"from {least:.9g} up")
    elif least > -math.inf:
        parts.append(f"{least:.9g} to {most:.9g}" if of else f"from {least:.9g} to {most:.9g}")
    else:
        parts.append(f"up to {most:.9g}")
    return f"{of} {' and '.join(parts)}" if parts else ""


_KINDS: dict[str, Callable[[Mapping[str, Any]], _Check]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
}
