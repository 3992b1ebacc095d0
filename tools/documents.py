"""Parts of documents that commands write: sections between markers, and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
# Titles of the strata of development requests.
STRATA = {
    "text": "typed",
    "asr": "recognised",
    "noisy": "recognised, noise",
    "asr_small": "better recogniser",
}


def replace_section(text: str, name: str, content: str) -> str:
    """`text` with `content` between `<!-- NAME:start -->` and `<!-- NAME:end -->`.

    Raises:
        ValueError: the text has no such section, or several.
    """
    pattern = re.compile(f"(<!-- {name}:start -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    inserted = f"{content.rstrip()}\n" if content else ""
    replaced, count = pattern.subn(lambda match: match[1] + inserted + match[2], text)
    if count != 1:
        raise ValueError(
            f"expected one section between <!-- {name}:start --> and <!-- {name}:end -->, found {count}"
        )
    return replaced


def markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left, all others to the right."""
    ruler = ["---", *(["---:"] * (len(heading) - 1))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heading, ruler, *rows])


def percent(cell: Mapping[str, Any], digits: int = 3) -> str:
    """`.965 (.951 to .978)`."""
    value, low, high = (f"{cell[key]:.{digits}f}".replace("0.", ".", 1) for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
