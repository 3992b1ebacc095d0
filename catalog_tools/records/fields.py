"""What the fields of a record are: declared in TOML, or inferred from names and values.

[fields.title]
kind = "title"        # see KINDS
weight = 1.5          # of given weights; 1 where nothing is said
block = true          # candidates share rare words of it; titles, places, names, phones and identifiers do by default

[fields.source]
kind = "ignore"

[decision]
same_from = 0.9       # probability from which a pair is a duplicate
different_to = 0.1    # probability up to which it is not; between them it is unsure
prior = -3.0          # log-odds of a candidate pair before its fields are looked at
between = "source"    # only records of different sources are compared
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog_tools.records.values import as_texts, parse_date, parse_names, parse_number, parse_phones
from edge_er.errors import CatalogError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["KINDS", "Field", "RecordFields", "infer_fields", "read_fields"]

KINDS = {
    "title": "what the record is called: strong evidence",
    "text": "description, maker, venue: weak evidence",
    "names": "people, such as authors",
    "place": "address or place",
    "date": "date or year",
    "number": "number, price, duration",
    "category": "genre, kind, country",
    "phone": "telephone number",
    "identifier": "DOI, ISBN, model number, address on the web; all such fields are one piece of evidence",
    "ignore": "not looked at",
}
_BLOCKING = ("title", "names", "place", "phone", "identifier")
_SAMPLE = 2_000  # records that are looked at
_MOSTLY = 0.8  # share of values that read as dates, numbers ...
_HINTS = (
    ("ignore", r"(?:record_?|row_?|_)?id|source|database|created|updated|versions?|merged_from|popularity"),
    ("identifier", r".*identifiers?"),
    ("identifier", r".*(?:doi|isbn|issn|arxiv|ean|gtin|upc|sku|asin|imdb|wikidata|geonames|musicbrainz|model_?no).*"),
    ("identifier", r".*(?:e_?mail).*"),
    ("identifier", r".*(?:url|uri|link|homepage|website|streams?)s?"),
    ("phone", r".*(?:phone|mobile|tel(?:efon)?|fax)s?"),
    ("names", r"(?:authors?|editors?|creators?|persons?|people|cast|actors|directors?)"),
    ("title", r".*(?:name|title|label|titel|nombre|nom|nome|heading|song|aliases)"),
    ("place", r".*(?:addr|address|street|city|town|place|location|strasse|ort|ciudad|ville|via).*"),
    ("category", r".*(?:categor|genre|type|kind|class|tag|style|country|lang|format|gender).*"),
    ("text", r".*(?:abstract|description|summary|comment|journal|venue|publisher).*"),
    ("text", r".*(?:manufacturer|maker|brand|artist|copyright).*"),
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field, its kind (see KINDS), its weight beside others of the kind, and whether candidates are found by it."""

    name: str
    kind: str
    weight: float = 1.0
    block: bool = False
    meaning: bool = False


@dataclass(frozen=True)
class RecordFields:
    """The fields of a catalog and how a pair is decided; `file` is the TOML file they come from."""

    fields: tuple[Field, ...]
    same_from: float = 0.9
    different_to: float = 0.1
    prior: float = -3.0
    between: str | None = None
    file: Path | None = field(default=None, compare=False)

    def of_kind(self, *kinds: str) -> list[Field]:
        """Fields of these kinds, in their order."""
        return [one for one in self.fields if one.kind in kinds]


def read_fields(path: str | Path) -> RecordFields:
    """Fields declared in a TOML file.

    Raises:
        CatalogError: no such file, not TOML, an unknown kind, setting or value, naming file and field.
    """
    file = Path(path)
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogError("no such file; expected TOML with [fields.NAME] tables", file=file) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"not TOML ({error}); see docs/duplicates.md", file=file) from error
    _known(declared, ("fields", "decision"), file, None)
    tables = declared.get("fields")
    if not isinstance(tables, dict) or not tables:
        raise CatalogError("no field is declared; expected tables like [fields.title]", file=file)
    fields = RecordFields(tuple(_declared(name, table, file) for name, table in tables.items()), file=file)
    return _with_decision(fields, declared.get("decision", {}), file)


def _declared(name: str, table: Any, file: Path) -> Field:
    if not isinstance(table, dict):
        raise CatalogError('expected a table like kind = "text"', file=file, column=name)
    _known(table, ("kind", "weight", "block", "meaning"), file, name)
    kind = table.get("kind")
    if kind not in KINDS:
        raise CatalogError(
            f"kind: expected one of {', '.join(KINDS)}, found {kind!r}", file=file, column=name
        )
    weight = table.get("weight", 1.0)
    if not isinstance(weight, (int, float)) or isinstance(weight, bool) or not 0 <= weight <= 100:
        raise CatalogError(
            f"weight: expected a number from 0 to 100, found {weight!r}", file=file, column=name
        )
    for switch in ("block", "meaning"):
        if not isinstance(table.get(switch, False), bool):
            raise CatalogError(
                f"{switch}: expected true or false, found {table[switch]!r}", file=file, column=name
            )
    if table.get("meaning") and kind not in ("title", "text", "place"):
        raise CatalogError(
            f"meaning: only of a title, text or place, not of kind {kind!r}", file=file, column=name
        )
    return Field(
        name, kind, float(weight), table.get("block", kind in _BLOCKING), table.get("meaning", False)
    )


def _with_decision(fields: RecordFields, table: Any, file: Path) -> RecordFields:
    if not isinstance(table, dict):
        raise CatalogError("decision: expected a table [decision]", file=file)
    _known(table, ("same_from", "different_to", "prior", "between"), file, "decision")
    for name in ("same_from", "different_to", "prior"):
        value = table.get(name, 0.5)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise CatalogError(f"{name}: expected a number, found {value!r}", file=file, column="decision")
    between = table.get("between")
    if between is not None and not isinstance(between, str):
        raise CatalogError(
            f"between: expected the name of a field, found {between!r}", file=file, column="decision"
        )
    decided = replace(fields, **table)
    if not 0 < decided.different_to <= decided.same_from < 1:
        raise CatalogError(
            f"expected 0 < different_to <= same_from < 1, found {decided.different_to} and {decided.same_from}",
            file=file, column="decision",
        )  # fmt: skip
    return decided


def _known(table: Mapping[str, Any], known: Sequence[str], file: Path, column: str | None) -> None:
    for name in table:
        if name not in known:
            raise CatalogError(
                f"unknown setting {name!r}; known are {', '.join(known)}", file=file, column=column
            )


def infer_fields(records: Iterable[Mapping[str, Any]]) -> RecordFields:
    """Kinds of all fields that occur, from their names and the values of the first 2,000 records."""
    values: dict[str, list[Any]] = {}
    for _, record in zip(range(_SAMPLE), records, strict=False):
        for name, value in record.items():
            kept = values.setdefault(name, [])
            if as_texts(value):
                kept.append(value)
    fields = []
    for name, values_of_field in values.items():
        kind = _kind(name, values_of_field)
        fields.append(Field(name, kind, block=kind in _BLOCKING))
    return RecordFields(tuple(fields))


def _kind(name: str, values: Sequence[Any]) -> str:
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    hinted = next((kind for kind, pattern in _HINTS if re.fullmatch(pattern, key)), None)
    if not values or hinted == "ignore":
        return "ignore"
    if hinted:
        return hinted
    if all(isinstance(value, (dict, bool)) for value in values):
        return "ignore"
    readers = (
        ("date", parse_date),
        ("number", parse_number),
        ("phone", lambda value: parse_phones(value) or None),
    )
    for kind, reader in readers:
        if sum(reader(value) is not None for value in values) >= _MOSTLY * len(values):
            return kind
    if sum(isinstance(value, (list, tuple)) for value in values) >= _MOSTLY * len(values):
        people = [person for value in values for person in parse_names(value)]
        return "names" if sum(1 <= len(p.given) <= 4 for p in people) >= _MOSTLY * len(people) else "category"
    texts = [text for value in values for text in as_texts(value)]
    few = len(values) >= 50 and len(set(texts)) <= max(20, 0.05 * len(values))
    return "category" if few else "text"
