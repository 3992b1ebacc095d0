"""Request files: one JSON object a line, with a request and the entity that was meant.

    {"query": "play cadena ser", "entity": "Cadena SER", "country": "ES", "lang": "es", "stratum": "text"}

`entity` is a name, an id, or a list of them; any of a list counts as right. `country`, `lang`,
`stratum`, `domain` and `carrier_seen` are optional, and so is `said`: what was spoken, where `query` is what a
recogniser made of it. Files ending in `.gz` are read compressed.

A row of `edge-er voice` has `text`, `asr` and `asr_noisy` instead of `query`: what was spoken, and what was recognised
without and with noise. Each is a request, of the strata text, asr and noisy. Its rows with `split` "train" are for
training and left out, unless every split is asked for.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_er.errors import RequestFileError

__all__ = ["Request", "read_requests"]

DEFAULT_STRATUM = "text"
SPOKEN_STRATA = {"text": "text", "asr": "asr", "noisy": "asr_noisy"}
_UNKNOWN: Any = object()  # the entity of a row that has none and needs none
SPOKEN = ("asr", "noisy")  # strata of what a recogniser heard
_OPTIONAL_TEXT = ("country", "lang", "stratum", "domain", "said")


@dataclass(frozen=True, slots=True)
class Request:
    """One request and its gold: names or ids, any of which is right; empty if not known. `row` counts from 1."""

    query: str
    gold: tuple[str, ...]
    country: str | None = None
    lang: str | None = None
    stratum: str = DEFAULT_STRATUM
    domain: str | None = None
    carrier_seen: bool | None = None
    row: int | None = None
    said: str | None = None

    @property
    def spoken(self) -> bool:
        """Whether a recogniser heard it; else it was typed."""
        return self.said is not None or self.stratum in SPOKEN


def read_requests(path: str | Path, need_gold: bool = True, every_split: bool = False) -> list[Request]:
    """Requests of a JSONL file (`.gz` allowed), in file order.

    Args:
        path: the file.
        need_gold: whether every row must have an `entity`; without it the row asks for nothing in the catalog.
        every_split: whether rows of `edge-er voice` with the split "train" are read, too.

    Raises:
        RequestFileError: the file is missing, not UTF-8 or empty, or a row lacks a field or has one of the wrong type.
    """
    path = Path(path)
    rows = [(row, _parse(path, row, line)) for row, line in _lines(path) if line.strip()]
    if not need_gold:
        rows = [(row, {"entity": _UNKNOWN, **values}) for row, values in rows]
    requests = [request for row, values in rows for request in _requests(path, row, values, every_split)]
    if not requests:
        why = "all rows are of the split train" if rows else "expected one JSON object a line"
        raise RequestFileError(f"no requests in it; {why}", file=path)
    return requests


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    row = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for row, line in enumerate(file, start=1):
                yield row, line.decode("utf-8-sig" if row == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise RequestFileError(
            f"not UTF-8 (byte {error.start} of the row); save the file as UTF-8", file=path, row=row
        ) from error
    except (EOFError, zlib.error) as error:
        raise RequestFileError(
            "the compressed file is damaged; copy it again", file=path, row=row + 1
        ) from error
    except OSError as error:
        raise RequestFileError(f"cannot be read ({error.strerror or error})", file=path) from error


def _parse(path: Path, row: int, line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise RequestFileError(
            f"not JSON: {error.msg} at column {error.colno}", file=path, row=row
        ) from error
    if not isinstance(values, dict):
        raise RequestFileError(f"expected a JSON object, found {_kind(values)}", file=path, row=row)
    return values


def _requests(path: Path, row: int, values: dict[str, Any], every_split: bool) -> Iterator[Request]:
    """The request of a row, or those of a row of `edge-er voice`."""
    if "query" in values or "asr" not in values:
        yield _request(path, row, values, "query")
    elif every_split or values.get("split") != "train":
        for stratum, field in SPOKEN_STRATA.items():
            said = {"said": values.get("text")} if stratum in SPOKEN else {}
            if field in values:
                yield _request(path, row, {**values, "stratum": stratum, **said}, field)


def _request(path: Path, row: int, values: dict[str, Any], field: str) -> Request:
    return Request(
        query=_query(path, row, values, field),
        gold=_gold(path, row, values),
        carrier_seen=_carrier_seen(path, row, values),
        row=row,
        **_optional_texts(path, row, values),
    )


def _query(path: Path, row: int, values: dict[str, Any], field: str) -> str:
    query = values.get(field)
    if not isinstance(query, str):
        raise _wrong(path, row, field, "a string, the text of the request", values)
    return query


def _gold(path: Path, row: int, values: dict[str, Any]) -> tuple[str, ...]:
    entity = values.get("entity")
    if entity is _UNKNOWN:
        return ()
    gold = entity if isinstance(entity, list) else [entity]
    if not gold or not all(isinstance(name, str) and name.strip() for name in gold):
        raise _wrong(path, row, "entity", "a name, an id, or a list of them, none empty", values)
    return tuple(gold)


def _carrier_seen(path: Path, row: int, values: dict[str, Any]) -> bool | None:
    seen = values.get("carrier_seen")
    if seen is None or isinstance(seen, bool):
        return seen
    raise _wrong(path, row, "carrier_seen", "true, false or null", values)


def _optional_texts(path: Path, row: int, values: dict[str, Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for field in _OPTIONAL_TEXT:
        value = values.get(field)
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            raise _wrong(path, row, field, "a string that is not empty, or null", values)
        texts[field] = value
    return texts


def _wrong(path: Path, row: int, field: str, expected: str, values: dict[str, Any]) -> RequestFileError:
    fields = ", ".join(values) or "(none)"
    found = repr(values[field])[:80] if field in values else f"only the fields {fields}"
    return RequestFileError(f"expected {expected}; found {found}", file=path, row=row, field=field)


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
