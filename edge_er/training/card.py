"""Cards of encoder folders, encoder.json: what an encoder is, where it comes from, and what was fitted with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import check_file, write_text
from edge_er.errors import EncoderError

__all__ = ["check_card", "read_card", "untrained", "update_card", "write_card"]

_CARD = "encoder.json"
# What a card says of one set of weights: other weights make it untrue.
_OF_WEIGHTS = (
    "rerank",
    "calibration",
    "fitted_with",
    "quality",
    "files",
    "vector_scale",
    "quantisation",
    "head",
    "cut_from",
)


def read_card(folder: str | Path) -> dict[str, Any]:
    """The card of an encoder folder.

    Raises:
        EncoderError: there is none, or it is not a JSON object; names the file.
    """
    file = Path(folder) / _CARD
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EncoderError(
            f"{file}: cannot be read ({error.strerror or error}); give an encoder folder"
        ) from error
    except ValueError as error:
        raise EncoderError(f"{file}: not JSON ({error}); export the encoder again") from error
    if not isinstance(card, dict):
        raise EncoderError(
            f"{file}: expected a JSON object, found {type(card).__name__}; export the encoder again"
        )
    return card


def write_card(folder: str | Path, card: Mapping[str, Any]) -> None:
    """Write the card of an encoder folder, whole or not at all; the same card gives the same bytes."""
    write_text(Path(folder) / _CARD, json.dumps(card, indent=1, sort_keys=True) + "\n")


def update_card(folder: str | Path, **parts: Any) -> None:
    """Write parts of the card of an encoder folder, and leave all its others as they are."""
    write_card(folder, {**read_card(folder), **parts})


def check_card(folder: str | Path) -> None:
    """See that the card of an encoder folder is there and may be written, before what goes into it is fitted.

    Raises:
        EncoderError: there is none, or it is not a JSON object.
        OSError: the folder may not be written.
    """
    read_card(folder)
    check_file(Path(folder) / _CARD)


def untrained(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card for new weights of an encoder: without what was fitted with, measured on or written for the old ones."""
    return {name: value for name, value in card.items() if name not in _OF_WEIGHTS}
