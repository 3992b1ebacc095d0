"""What a pool of requests is made from: names to ask for, requests that were made, and how people ask."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog_tools.language.requests import RequestGenerator
from edge_er.errors import EdgeERError

__all__ = ["Name", "Said", "Sources", "existing", "read_rows"]


@dataclass(frozen=True)
class Name:
    """A name to ask for, with its domain and the language of those who ask."""

    text: str
    lang: str
    domain: str


@dataclass(frozen=True)
class Said:
    """A request for a name that somebody or some voice made.

    Attributes:
        entity: the name.
        lang: of the request.
        texts: what it became, as often as each shall be drawn.
        carrier: the phrase around the name, with ``{}``; "" where it is not known.
    """

    entity: str
    lang: str
    texts: tuple[str, ...]
    carrier: str = ""


@dataclass(frozen=True)
class Sources:
    """Names and requests to train on, none of them kept for the gate.

    Attributes:
        names: by domain and language.
        said: requests that were made; none where there are none.
        generator: makes further requests.
    """

    names: dict[tuple[str, str], list[Name]]
    said: list[Said]
    generator: RequestGenerator = field(compare=False)

    def check(self, weights: dict[str, float], languages: list[str], voice_share: float) -> None:
        """Refuse sources that lack what is asked of them.

        Raises:
            EdgeERError: a domain with a weight has no name in a language, or requests are wanted and there are none.
        """
        for domain, weight in weights.items():
            empty = [lang for lang in languages if weight and not self.names.get((domain, lang))]
            if empty and voice_share < 1:
                raise EdgeERError(
                    f"[data] domain_weights: expected names of {domain!r} in each language, found none in "
                    f"{', '.join(empty)}; give it the weight 0, other languages, or a catalog with names"
                )
        if voice_share > 0 and not self.said:
            raise EdgeERError(
                f"[data] voice_share: expected 0 where there are no spoken or collected requests to train on, found "
                f"{voice_share}; set it to 0, or name files in voice or asked"
            )


def existing(path: Path) -> Path:
    """``path``, which is a file.

    Raises:
        EdgeERError: it is none.
    """
    if not path.is_file():
        raise EdgeERError(
            f"{path}: no such file; training reads the data folder given by --data or EDGE_ER_DATA, or the files that "
            "[data] names"
        )
    return path


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a file of JSON objects, one a line, compressed where its name ends in .gz.

    Raises:
        EdgeERError: there is no such file, or a line is no JSON object; names file and row.
    """
    opened = gzip.open if existing(path).suffix == ".gz" else open
    done = 0
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                values = json.loads(line)
                if not isinstance(values, dict):
                    raise ValueError(f"found {type(values).__name__}")
                yield values
                done += 1
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise EdgeERError(f"{path}, row {done + 1}: expected a JSON object a line ({error})") from None
