"""vCard contacts, versions 2.1, 3.0 and 4.0: a card is a row, called by FN, or by N, ORG or NICKNAME where it has none.

Lines are joined as bytes, and each property is decoded by itself (`card_texts`). Read here and not with vobject, which
ends at the first bad card, knows one encoding a file, and does not say in which line a card begins (docs/sources.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from catalog_tools.readers.card_texts import CardTexts
from catalog_tools.readers.rows import LARGEST_FIELD, Row, Source, Table
from catalog_tools.readers.text import Line, lines

__all__ = ["read_vcard"]

_NAMED = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')
_ANDROID = "X-ANDROID-CUSTOM"  # vnd.android.cursor.item/nickname;Elspeth;1;;;
_NICKNAMES = ("NICKNAME", "X-NICKNAME", _ANDROID)
_READ = frozenset({"FN", "N", "ORG", "UID", "TEL", "EMAIL", "VERSION", *_NICKNAMES})
_TOKEN = re.compile(r"\\.|.", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*\s*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LISTS = {"TEL": "phones", "EMAIL": "emails"}


@dataclass
class _Card:
    """What is known of the card that is being read; `odd` is what could not be read of it."""

    number: int
    properties: dict[str, list[str]] = field(default_factory=dict)
    odd: str | None = None
    inner: int = 0

    def add(self, name: str, value: str) -> None:
        self.properties.setdefault(name, []).append(value)


def read_vcard(source: Source) -> Table:
    """Cards with `name`, `aliases` (nicknames), `id` (UID), `organization`, `phones` and `emails`.

    Where N has more than these (a middle name, a title), also `given` and `family`. A row's number is the line of its
    BEGIN:VCARD.
    """
    return Table(_cards(source))


def _cards(source: Source) -> Iterator[Row]:
    texts = CardTexts(source)
    card: _Card | None = None
    left_out = 0
    uids: set[str] = set()
    for number, text, problem in _unfolded(_once(lines(source, texts.read_as))):
        start = _mark(text)
        if start == "BEGIN:VCARD" and card is not None and card.inner:
            card.inner += 1  # the card of an agent or assistant, within that of the person
        elif start == "BEGIN:VCARD":
            if card is not None:
                yield _unfinished(card, uids)
            card = _Card(number)
        elif card is None:
            yield Row(number, {"line": text}, problem or "text outside of a card; expected BEGIN:VCARD")
        elif card.inner:
            card.inner -= start == "END:VCARD"
            card.inner -= card.inner == 1  # the last of them has ended
        elif start == "END:VCARD":
            left_out += card.odd is not None
            yield _row(card, uids)
            card = None
        else:
            _read_property(card, number, text, problem, texts)
    if card is not None:
        yield _unfinished(card, uids)
    if left_out:
        source.note(f"in {left_out:,} cards a property could not be read, and is left out")
    texts.note()


def _mark(text: str) -> str:
    """BEGIN:VCARD or END:VCARD, also of a group ("home.begin:vcard"); "" for any other line."""
    mark = text[:40].strip(" \t").upper()
    return mark.rpartition(".")[2] if mark.endswith(("BEGIN:VCARD", "END:VCARD")) else ""


def _once(found: Iterator[Line]) -> Iterator[Line]:
    """The lines without the blank ones, where each is followed by one: the line ends were doubled."""
    first = list(islice(found, 4))
    doubled = len(first) > 3 and first[0].text.strip() and not (first[1].text or first[3].text)
    for line in chain(first, found):
        if line.text or not doubled:
            yield line


def _unfinished(card: _Card, uids: set[str]) -> Row:
    values = dict(_row(card, uids).values)
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
        number, parts, size, problem = (
            line.number,
            [text] if text.strip(" \t") else [],
            len(text),
            line.problem,
        )
    if parts:
        yield number, "".join(parts), problem


def _goes_on(parts: list[str], following: str) -> bool:
    return parts[-1].endswith("=") and _is_quoted_printable(parts[0]) and not _mark(following)


def _is_quoted_printable(text: str) -> bool:
    return "QUOTED-PRINTABLE" in text.partition(":")[0].upper()


def _is_base64(parameters: list[str]) -> bool:
    return any(each.upper() in ("BASE64", "ENCODING=BASE64", "ENCODING=B") for each in parameters)


def _name(text: str) -> str:
    return re.split("[;:]", text, maxsplit=1)[0].rpartition(".")[2].strip().upper()


def _read_property(card: _Card, number: int, text: str, problem: str | None, texts: CardTexts) -> None:
    name = _name(text)
    if name == "AGENT" and not text.partition(":")[2].strip(" \t"):
        card.inner = 1
    if name not in _READ and (":" in text or _BASE64.fullmatch(text)):
        return  # notes, photos, keys; pictures of version 2.1 may go on in lines that do not begin with a space
    parts = _NAMED.fullmatch(text)
    if parts is None or problem:
        odd = f"not a property in line {number}: expected NAME:VALUE, found {text!r:.80}"
        card.odd = card.odd or problem or odd
        return
    parameters, value = _PARAMETER.findall(parts.group(2)), parts.group(3)
    charset = next((p.partition("=")[2] for p in parameters if p.upper().startswith("CHARSET=")), "")
    coding = "q" if _is_quoted_printable(text) else "b" if _is_base64(parameters) else ""
    value, damage = texts.decoded(value, charset.strip('"'), coding)
    if damage:
        card.odd = card.odd or f"{name} in line {number} is {damage}"
    if value:
        card.add(name, value.strip())


def _row(card: _Card, uids: set[str]) -> Row:
    """The row of a card. What could not be read of it is its problem only where no name is left."""
    first = {name: values[0] for name, values in card.properties.items()}
    given_family = _whole_name(first.get("N", ""))
    organization = _clean(_split(first.get("ORG", ""), ";")[0])
    nicknames = [_clean(part) for value in _nicknames(card) for part in _split(value, ",")]
    formatted = [_clean(value) for value in card.properties.get("FN", ())]
    name = next((each for each in (*formatted, given_family, organization, *nicknames) if each), "")
    others = (given_family, *formatted, *nicknames)
    aliases = dict.fromkeys(each for each in others if each and each != name)
    values: dict[str, Any] = {
        "id": _new(_clean(first.get("UID", "")), uids),
        "name": name,
        "aliases": [*aliases],
    }
    if organization != name:
        values["organization"] = organization
    family, given = (_clean(part) for part in (*_split(first.get("N", ""), ";"), "")[:2])
    if given and family and f"{given} {family}" not in (name, given_family):
        values |= {"given": given, "family": family}
    for key, listed in _LISTS.items():
        values[listed] = [_clean(value).removeprefix("tel:") for value in card.properties.get(key, ())]
    problem = None if name else card.odd
    return Row(card.number, {key: value for key, value in values.items() if value}, problem)


def _nicknames(card: _Card) -> Iterator[str]:
    for key in _NICKNAMES:
        for value in card.properties.get(key, ()):
            if key != _ANDROID:
                yield value
            elif (parts := _split(value, ";"))[0].endswith("/nickname"):
                yield parts[1] if len(parts) > 1 else ""


def _new(uid: str, uids: set[str]) -> str:
    """The UID of a card, "" for one that an earlier card has: two people may be copies of one card."""
    if uid in uids:
        return ""
    uids.add(uid)
    return uid


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
