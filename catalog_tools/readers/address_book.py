"""Address books as tables: what Google, Outlook and Thunderbird export, in five languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog_tools.readers.header import plain_header
from catalog_tools.readers.mapping import ColumnMapping
from catalog_tools.readers.rows import Row, Table

__all__ = ["AddressBook"]

_GIVEN = (
    "firstname", "givenname", "givennames", "forename", "forenames", "christianname", "vorname", "vornamen", "rufname",
    "nombre", "nombres", "nombredepila", "prenom", "prenoms", "nome", "nomedibattesimo", "first", "given", "fname",
)  # fmt: skip
_MIDDLE = (
    "middlename", "additionalname", "weiterevornamen", "zweitervorname", "segundonombre", "deuxiemeprenom",
    "secondonome",
)  # fmt: skip
_FAMILY = (
    "lastname", "familyname", "surname", "surnames", "nachname", "familienname", "zuname", "apellidos", "apellido",
    "apellido1", "primerapellido", "apellidopaterno", "nom", "nomdefamille", "nomdusage", "nomusuel", "cognome",
    "last", "family", "lname", "sn",
)  # fmt: skip
_SECOND_FAMILY = ("apellido2", "segundoapellido", "apellidomaterno")
_NAMES_OF_ALL = ("nombre", "nome", "nom")  # of anything: "name" beside them is its name in another language
_WHOLE = ("name", "displayname", "fullname", "fileas", "anzeigename", "speichernunter")
_ORGANIZATION = (
    "organizationname", "organization1name", "organization", "organisation", "company", "firma", "empresa",
    "compania", "organizacion", "societe", "entreprise", "azienda", "societa",
)  # fmt: skip
_NICKNAME = ("nickname", "nicknames", "spitzname", "apodo", "sobrenombre", "surnom", "soprannome")
_PHONE = re.compile(
    r"phone\d+value|(?!.*fax).*(?:phone|mobile|telefon|telefono|telephone|handy|movil|portable|cellulare)\d*"
)
_EMAIL = re.compile(
    r"email\d+value|(?:primary|secondary)?email(?:\d*addresse?|\d*adresse)?\d*|"
    r"correoelectronico|adressedemessagerie|indirizzo(?:di)?postaelettronica"
)
_SEVERAL = " ::: "  # between Google's values of one kind
_FIELDS = ("given", "family", "organization", "phones", "emails")


@dataclass(frozen=True)
class AddressBook:
    """Which columns of an address book hold what; the first that is filled counts, of phones and e-mails all.

    Where `Name` stands in the place of the given or the family name, it may still hold the whole name.
    """

    given: tuple[str, ...]
    middle: tuple[str, ...]
    family: tuple[str, ...]
    second_family: tuple[str, ...]
    whole: tuple[str, ...]
    organization: tuple[str, ...]
    nickname: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    may_be_whole: bool = field(kw_only=True)

    @classmethod
    def of(cls, columns: tuple[str, ...]) -> AddressBook | None:
        """The address book with this header; None where given and family name are not in columns of their own.

        "Vorname, Name" and "Name, Surname" are columns of their own, too. A table with a column `name` beside both or
        neither is a catalog, whatever else it has.
        """
        plain = {plain_header(column): column for column in reversed(columns) if column}
        groups = (_GIVEN, _MIDDLE, _FAMILY, _SECOND_FAMILY, _WHOLE, _ORGANIZATION, _NICKNAME)
        found = [tuple(plain[word] for word in words if word in plain) for words in groups]
        half = "name" in plain and bool(found[0]) != bool(found[2]) and _is_of_people(found[0] + found[2])
        if half:
            missing = 2 if found[0] else 0
            found[missing] = (plain["name"],)
            found[4] = tuple(column for column in found[4] if column != plain["name"])
        elif "name" in columns:
            return None
        if not (found[0] and found[2]):
            return None
        listed = [
            tuple(column for column in columns if column and pattern.fullmatch(plain_header(column)))
            for pattern in (_PHONE, _EMAIL)
        ]
        return cls(*found, *listed, may_be_whole=half)

    def table(self, rows: Iterator[Row], columns: tuple[str, ...]) -> Table:
        """The table with `name`, `aliases`, `organization`, `phones`, `emails` and the like beside its columns."""
        added = ("name", "aliases", *_FIELDS)
        return Table(
            (replace(row, values={**row.values, **self.fields(row.values)}) for row in rows),
            tuple(dict.fromkeys((*columns, *added))),
            ColumnMapping(keep=_FIELDS),
        )

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of one contact: named like the person, else like the company, else by a nickname."""
        given, middle, family, second, whole, organization, nickname = (
            _first(values, columns)
            for columns in (
                self.given,
                self.middle,
                self.family,
                self.second_family,
                self.whole,
                self.organization,
                self.nickname,
            )
        )
        person = " ".join(part for part in (given, middle, family, second) if part)
        if self.may_be_whole:
            person = next((part for part in (given, family) if _holds(part, given, family)), person)
        nicknames = [name for part in nickname.split(_SEVERAL) for name in part.split(",") if name.strip()]
        name = person or whole or organization or next(iter(nicknames), "")
        fields: dict[str, Any] = {
            "name": name,
            "aliases": [each.strip() for each in nicknames if each.strip() != name],
            "organization": organization if organization != name else "",
            "phones": _all(values, self.phones),
            "emails": _all(values, self.emails),
        }
        if middle and given and family:
            fields |= {"given": given, "family": family}
        return {key: value for key, value in fields.items() if value}


def _is_of_people(columns: tuple[str, ...]) -> bool:
    return any(plain_header(column) not in _NAMES_OF_ALL for column in columns)


def _holds(name: str, *parts: str) -> bool:
    words = set(name.casefold().split())
    return all(words >= set(part.casefold().split()) for part in parts)


def _first(values: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    return next((text for column in columns if (text := str(values.get(column) or "").strip())), "")


def _all(values: Mapping[str, Any], columns: tuple[str, ...]) -> list[str]:
    parts = (part.strip() for column in columns for part in str(values.get(column) or "").split(_SEVERAL))
    return list(dict.fromkeys(part for part in parts if part))
