"""Which kind of source a file is, by its name and, where that says nothing, by how it begins."""

from __future__ import annotations

import re
from pathlib import PurePath

from catalog_tools.readers.mapping import did_you_mean
from catalog_tools.readers.rows import Source
from catalog_tools.readers.text import head, inner_name

__all__ = ["KINDS", "kind_of"]

KINDS = (
    "csv", "tsv", "jsonl", "json", "yaml", "parquet", "m3u", "pls", "xspf", "opml", "radio-browser", "vcard",
    "geonames", "sqlite",
)  # fmt: skip
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".parquet": "parquet",
    ".m3u": "m3u",
    ".m3u8": "m3u",
    ".pls": "pls",
    ".xspf": "xspf",
    ".opml": "opml",
    ".vcf": "vcard",
    ".vcard": "vcard",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}
_REGISTRY = re.compile(r"core\.\w+_registry")  # of Home Assistant; JSON without a suffix
_XML_ROOT = re.compile(rb"<(playlist|opml)[\s>]")
_WITHOUT_TEXT = ("parquet", "sqlite")
_GEONAMES_ROW = re.compile(rb"\d+\t[^\t\r\n]*(?:\t[^\t\r\n]*){17}")


def kind_of(source: Source) -> str:
    """The kind the user gave or the file is of.

    Raises:
        CatalogError: it is of none; a setting that its kind does not have.
    """
    kind = source.options.kind or _kind_by_content(source)
    if kind not in KINDS:
        raise source.error(
            f"unknown kind {kind!r}; {did_you_mean(kind, KINDS).replace('found', 'expected', 1)}"
        )
    options = source.options
    for name, given, kinds in (
        ("query", options.query, ("sqlite",)),
        ("features", options.features, ("geonames",)),
        ("delimiter", options.delimiter, ("csv", "tsv")),
        ("header", options.header, ("csv", "tsv")),
        ("encoding", options.encoding, tuple(each for each in KINDS if each not in _WITHOUT_TEXT)),
    ):
        if given and kind not in kinds:
            raise source.error(f"{name} is for {', '.join(kinds)}; this source is {kind}: leave {name} out")
    return kind


def _kind_by_content(source: Source) -> str:
    name = inner_name(source.path)
    suffix = PurePath(name).suffix.lower()
    kind = "json" if _REGISTRY.fullmatch(name) else _SUFFIXES.get(suffix)
    if suffix == ".xml" and (root := _XML_ROOT.search(head(source).replace(b"\0", b""))):
        kind = {b"playlist": "xspf", b"opml": "opml"}[root.group(1)]
    if kind == "json" and b'"stationuuid"' in head(source):
        return "radio-browser"
    if kind is None and suffix == ".txt" and _GEONAMES_ROW.match(head(source)):
        return "geonames"
    if kind is None:
        raise source.error(
            f"unknown kind of file {name!r}; expected {', '.join(sorted(_SUFFIXES))} (texts also as .gz or .zip), or a "
            f"GeoNames dump; rename or convert it, or say its kind (--kind): {', '.join(KINDS)}"
        )
    return kind
