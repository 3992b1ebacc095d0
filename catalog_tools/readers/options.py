"""What a user says about a source: its kind, columns, encoding, query, and where rows go that cannot be used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from catalog_tools.readers.mapping import ColumnMapping, did_you_mean
from edge_er.errors import CatalogError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["SourceOptions", "read_source_options"]

_COLUMNS, _KEEP, _SEPARATOR, _HEADER = "columns", "keep", "separator", "header"


@dataclass(frozen=True)
class SourceOptions:
    """How one source is read.

    Attributes:
        kind: csv, tsv, jsonl, json, yaml, parquet, m3u, pls, xspf, opml, radio-browser, vcard, geonames or sqlite; None
            to tell by the file's name and first line.
        mapping: which columns hold what.
        encoding: a Python name of an encoding; None to detect it.
        delimiter: what stands between the columns of a CSV file; None to tell by its header.
        header: the columns of a CSV file whose first line is a row already; () where it has a header.
        query: the SELECT statement of an SQLite file; None to read its only table.
        features: GeoNames feature classes and codes to read ("P", "A.ADM1"); () for all.
        rejects: a file for the rows that cannot be used, replaced when the source has been read; None to raise an
            error for the first one.
        download_limit: largest answer of a URL in bytes.
        timeout: seconds a URL's server may be silent.
    """

    kind: str | None = None
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    encoding: str | None = None
    delimiter: str | None = None
    query: str | None = None
    features: tuple[str, ...] = ()
    rejects: Path | None = None
    download_limit: int = 512_000_000
    timeout: float = 30.0
    header: tuple[str, ...] = ()


def read_source_options(file: str | Path) -> SourceOptions:
    """The options of a TOML file.

        kind = "csv"
        encoding = "cp1252"
        separator = ","            # between aliases
        keep = ["country"]         # metadata; all other columns where this is left out
        [columns]
        name = "station_name"
        aliases = ["alt", "short"]

    Raises:
        CatalogError: the file cannot be read, is not TOML, or has an unknown setting or one of another type.
    """
    path = Path(file)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"cannot be read ({error.strerror})", file=file) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"not TOML ({error}); see docs/sources.md for an example", file=file) from error
    known = [each.name for each in fields(SourceOptions) if each.name != "mapping"]
    for name in table:
        if name not in (*known, _COLUMNS, _KEEP, _SEPARATOR):
            expected = did_you_mean(name, [*known, _COLUMNS, _KEEP, _SEPARATOR]).replace(
                "found", "expected", 1
            )
            raise CatalogError(f"unknown setting {name!r}; {expected}", file=file)
    settings = {name: _setting(name, table[name], path) for name in known if name in table}
    return replace(SourceOptions(**settings), mapping=_mapping(table, path))


def _setting(name: str, value: Any, file: Path) -> Any:
    if name in ("features", _HEADER):
        return _texts(name, value, file)
    if name in ("download_limit", "timeout"):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise CatalogError(f"{name}: expected a number above 0, found {value!r}", file=file)
        return value
    if not isinstance(value, str):
        raise CatalogError(f"{name}: expected text, found {value!r}", file=file)
    return Path(value) if name == "rejects" else value


def _mapping(table: Mapping[str, Any], file: Path) -> ColumnMapping:
    columns = table.get(_COLUMNS, {})
    if not isinstance(columns, dict):
        raise CatalogError(
            f"{_COLUMNS}: expected a table of fields and columns, found {columns!r}", file=file
        )
    return ColumnMapping(
        {name: _texts(f"{_COLUMNS}.{name}", value, file) for name, value in columns.items()},
        _texts(_KEEP, table[_KEEP], file) if _KEEP in table else None,
        _setting(_SEPARATOR, table[_SEPARATOR], file) if _SEPARATOR in table else None,
    )


def _texts(name: str, value: Any, file: Path) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise CatalogError(f"{name}: expected a column or a list of columns, found {value!r}", file=file)
    return tuple(texts)
