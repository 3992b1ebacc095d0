"""Adopt: what was fitted with one encoder goes into the cards of others, evidence weights and calibration.

    edge-er train fit adopt multilingual-32-fold multilingual-32 multilingual-64

Weights and confidence must be fitted on names that the encoder has not seen, and the shipped encoders have seen all of
them. Their twin, trained by the same recipe on all names but the held-out ones (`held_share`), stands in for them: to
it the held-out names are what new names are to the others. Weights are units of the int8 dot product, so they are
brought to each encoder's own scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_er.bundle.locate import find_encoder
from edge_er.errors import EncoderError
from edge_er.ranking.weights import RerankWeights
from edge_er.training.card import read_card, write_card

__all__ = ["adopted", "main", "rescaled", "unit_ratio"]

FITS = {"rerank": "weights", "calibration": "confidence"}  # parts of a card, and the commands that fit them
COUNTS = ("words", "numbers", "dense_forms", "sound_forms", "head_forms")  # not in units of the dot product


def unit_ratio(fitted: Mapping[str, Any], card: Mapping[str, Any]) -> float:
    """How many units of the dot product in `card`'s encoder make one of `fitted`'s.

    Raises:
        EncoderError: one of them has no unit, as it was not exported.
    """
    for each in (fitted, card):
        if not each.get("vector_scale"):
            raise EncoderError(
                f"encoder {each.get('name')!r}: its card has no vector_scale; run edge-er train export first"
            )
    return (float(card["vector_scale"]) / float(fitted["vector_scale"])) ** 2


def rescaled(weights: Mapping[str, Any], ratio: float) -> dict[str, Any]:
    """Weights with all that is in units of the dot product multiplied by `ratio`."""
    known = RerankWeights.from_mapping(weights).to_dict()
    changed = {name: value if name in COUNTS else round(value * ratio) for name, value in known.items()}
    return {**weights, **changed}


def adopted(fitted: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    """`card` with the weights and calibration of the card `fitted`.

    Raises:
        EncoderError: `fitted` lacks one of them.
    """
    for name, command in FITS.items():
        if not fitted.get(name):
            raise EncoderError(
                f"encoder {fitted.get('name')!r}: its card has no {name}; run edge-er train fit {command} first"
            )
    ratio = unit_ratio(fitted, card)
    return {
        **card,
        "rerank": rescaled(fitted["rerank"], ratio),
        "calibration": fitted["calibration"],
        "fitted_with": fitted["name"],
    }


def main(fitted: str, encoders: Sequence[str]) -> dict[Path, dict[str, Any]]:
    """Read the card of `fitted` and write those of `encoders`; returns the weights of each by its folder.

    All are names of shipped encoders or encoder folders. Nothing is written if one of them cannot be.

    Raises:
        EncoderError: there is no such encoder, or `fitted` has no fit.
    """
    source = read_card(find_encoder(fitted))
    cards = {folder: adopted(source, read_card(folder)) for folder in map(find_encoder, encoders)}
    for folder, card in cards.items():
        write_card(folder, card)
    return {folder: card["rerank"] for folder, card in cards.items()}
