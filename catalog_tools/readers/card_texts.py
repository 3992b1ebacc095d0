"""The texts of vCards: each property is in the encoding that it names, or else in UTF-8 or the file's likeliest one."""

from __future__ import annotations

import base64
import binascii
import quopri

from catalog_tools.readers.rows import Source
from catalog_tools.readers.text import guessed_encoding

__all__ = ["CardTexts"]

_BYTES = "latin-1"  # a character a byte
_WIDE = ("utf-16", "utf-32")


class CardTexts:
    """Decodes the values of one file's properties.

    Attributes:
        read_as: how the lines are read: as bytes, but for UTF-16 and UTF-32.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        guessed, assumed = guessed_encoding(source)
        plain = guessed.lower().replace("_", "-")
        self._wide = plain.startswith(_WIDE)
        self._given = source.options.encoding
        self._otherwise = guessed if assumed or self._given else "cp1252"
        self._used = 0
        self.read_as = guessed if self._wide else _BYTES

    def decoded(self, value: str, charset: str, coding: str = "") -> tuple[str, str | None]:
        """The text of a value, and what is wrong with it; "" where it cannot be read.

        Args:
            value: as it was read.
            charset: what the property says, or "".
            coding: "q" for quoted-printable, "b" for base64, "" for neither.
        """
        if self._wide and not coding:
            return value, None
        data = value.encode("utf-8" if self._wide else _BYTES)
        try:
            if coding:
                data = quopri.decodestring(data) if coding == "q" else base64.b64decode(data)
            return self._text(data, charset), None
        except LookupError:
            if data.isascii():
                return data.decode("ascii"), None
            return "", f"in an encoding that is not known: not {charset}"
        except binascii.Error as error:
            return "", f"not base64 ({error})"
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":  # cut within a character: what is before it is right
                return data[: error.start].decode(charset or "utf-8"), f"cut within a character ({error})"
            return "", f"not {charset or 'UTF-8'} ({error})"

    def _text(self, data: bytes, charset: str) -> str:
        first = charset or self._given or "utf-8"
        try:
            return data.decode(first)
        except UnicodeDecodeError as error:
            cut = error.reason == "unexpected end of data" and error.start > 0
            if self._given or cut or first.lower().replace("-", "") != "utf8":
                raise
        text = data.decode(self._otherwise)
        self._used += 1
        return text

    def note(self) -> None:
        """Say how many texts were in an encoding that nobody named."""
        if self._used:
            self._source.note(
                f"{self._used:,} values are not UTF-8; read as {self._otherwise}; where names look wrong, say its "
                "encoding (--encoding)"
            )
