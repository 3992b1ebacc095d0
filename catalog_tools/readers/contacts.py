"""vCard contacts, versions 2.1, 3.0 and 4.0: a card is a row, called by FN, or by N, ORG or NICKNAME where it has none.

Read here and not with vobject: phones write quoted-printable that it refuses, one bad card ends its reading, and it
does not say in which line a card begins.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from catalog_tools.readers.rows import LARGEST_FIELD, Row, Source, Table
from catalog_tools.readers.text import Line, lines

__all__ = ["read_vcard"]

_NAMED = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')
_READ = frozenset({"FN", "N", "NICKNAME", "ORG", "UID", "TEL", "EMAIL", "VERSION"})
_TOKEN = re.compile(r"\\.|.", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*\s*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LISTS = {"TEL": "phones", "EMAIL": "emails"}


@dataclass
class _Card:
    """What is known of the card that is being read."""

    number: int
    properties: dict[str, list[str]] = field(default_factory=dict)
    problem: str | None = None

    def add(self, name: str, value: str) -> None:
        self.properties.setdefault(name, []).append(value)


def read_vcard(source: Source) -> Table:
    """Cards with `name`, `aliases` (nicknames), `id` (UID), `organization`, `phones` and `emails`.

    Where N has more than these (a middle name, a title), also `given` and `family`. A row's number is the line of its
    BEGIN:VCARD.
    """
    return Table(_cards(source))


def _cards(source: Source) -> Iterator[Row]:
    card: _Card | None = None
    for number, text, problem in _unfolded(lines(source)):
        start = text[:20].strip().upper()
        if start == "BEGIN:VCARD":
            if card is not None:
                yield _unfinished(card)
            card = _Card(number)
        elif card is None:
            yield Row(number, {"line": text}, problem or "text outside of a card; expected BEGIN:VCARD")
        elif start == "END:VCARD":
            yield _row(card)
            card = None
        else:
            _read_property(card, number, text, problem)
    if card is not None:
        yield _unfinished(card)


def _unfinished(card: _Card) -> Row:
    values = dict(_row(card).values)
    return Row(card.number, values, "the card breaks off; expected END:VCARD before the next card or the end")


def _unfolded(found: Iterator[Line]) -> Iterator[tuple[int, str, str | None]]:
    """Whole lines: those that begin with a space go on, and so do quoted-printable ones that end in "="."""
    number, parts, size = 0, list[str](), 0
    problem: str | None = None
    for line in found:
        text = line.text
        soft = bool(parts) and _goes_on(parts, text)
        if parts and (soft or text[:1] in (" ", "\t")):
            if soft:
                parts[-1] = parts[-1][:-1]
                text = text.lstrip(" \t")
            size += len(text)
            problem = problem or line.problem
            if size <= LARGEST_FIELD:
                parts.append(text if soft else text[1:])
            elif _name(parts[0]) in _READ:
                problem = problem or f"a property of more than {LARGEST_FIELD} characters"
            continue
        if parts:
            yield number, "".join(parts), problem
        number, parts, size, problem = line.number, [text] if text.strip() else [], len(text), line.problem
    if parts:
        yield number, "".join(parts), problem


def _goes_on(parts: list[str], following: str) -> bool:
    ends = following[:20].strip().upper() in ("BEGIN:VCARD", "END:VCARD")
    return parts[-1].endswith("=") and _is_quoted_printable(parts[0]) and not ends


def _is_quoted_printable(text: str) -> bool:
    return "QUOTED-PRINTABLE" in text.partition(":")[0].upper()


def _name(text: str) -> str:
    return re.split("[;:]", text, maxsplit=1)[0].rpartition(".")[2].strip().upper()


def _read_property(card: _Card, number: int, text: str, problem: str | None) -> None:
    wanted = _name(text) in _READ
    if not wanted and (":" in text or _BASE64.fullmatch(text)):
        return  # notes, photos, keys; pictures of version 2.1 may go on in lines that do not begin with a space
    parts = _NAMED.fullmatch(text)
    if parts is None or problem:
        odd = f"not a property in line {number}: expected NAME:VALUE, found {text!r:.80}"
        card.problem = card.problem or problem or odd
        return
    name, parameters, value = parts.group(1).upper(), _PARAMETER.findall(parts.group(2)), parts.group(3)
    if _is_quoted_printable(text):
        charset = next((p.partition("=")[2] for p in parameters if p.upper().startswith("CHARSET=")), "utf-8")
        try:
            value = quopri.decodestring(value.encode("utf-8")).decode(charset.strip('"'))
        except (LookupError, UnicodeDecodeError) as error:
            card.problem = card.problem or f"{name} in line {number} is not {charset} ({error})"
            return
    card.add(name, value.strip())


def _row(card: _Card) -> Row:
    first = {name: values[0] for name, values in card.properties.items()}
    given_family = _whole_name(first.get("N", ""))
    organization = _clean(_split(first.get("ORG", ""), ";")[0])
    nicknames = [_clean(part) for value in card.properties.get("NICKNAME", ()) for part in _split(value, ",")]
    names = [_clean(first.get("FN", "")), given_family, organization, *nicknames]
    name = next((each for each in names if each), "")
    aliases = dict.fromkeys(each for each in (given_family, *nicknames) if each and each != name)
    values: dict[str, Any] = {"id": _clean(first.get("UID", "")), "name": name, "aliases": list(aliases)}
    if organization != name:
        values["organization"] = organization
    family, given = (_clean(part) for part in (*_split(first.get("N", ""), ";"), "")[:2])
    if given and family and f"{given} {family}" not in (name, given_family):
        values |= {"given": given, "family": family}
    for key, listed in _LISTS.items():
        values[listed] = [_clean(value).removeprefix("tel:") for value in card.properties.get(key, ())]
    return Row(card.number, {key: value for key, value in values.items() if value}, card.problem)


def _whole_name(value: str) -> str:
    """Given, middle and family name of N, which is family;given;middle;prefix;suffix."""
    family, given, middle = (*_split(value, ";"), "", "", "")[:3]
    return " ".join(_clean(part.replace(",", " ")) for part in (given, middle, family) if part.strip())


def _split(value: str, separator: str) -> list[str]:
    """Parts between separators that have no backslash before them."""
    parts = [""]
    for token in _TOKEN.findall(value):
        if token == separator:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _clean(value: str) -> str:
    """Without backslashes, in one line."""
    plain = _ESCAPE.sub(lambda match: " " if match.group(1) in "nN" else match.group(1), value)
    return " ".join(plain.split())
