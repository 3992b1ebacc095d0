"""Put what was fitted with one encoder into the cards of others: re-ranking weights and calibration.

    python -m tools.adopt_fit multilingual-32-fold multilingual-32 multilingual-64

Weights and confidence must be fitted on names that the encoder has not seen, and the shipped encoders have seen all of
them. Their twin, trained by the same recipe on all names but the held-out ones (`held_share`), stands in for them: to
it the held-out names are what new names are to the others. Weights are units of the int8 dot product, so they are
brought to each encoder's own scale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from edge_er.errors import EdgeERError, EncoderError
from edge_er.rerank import RerankWeights
from edge_er.shipped import find_encoder
from edge_er.training.card import read_card, write_card

COUNTS = ("dense_forms", "sound_forms", "head_forms")  # not in units of the dot product


def unit_ratio(fitted: Mapping[str, Any], card: Mapping[str, Any]) -> float:
    """How many dot products of `card`'s encoder one of `fitted`'s is worth."""
    return (float(card["vector_scale"]) / float(fitted["vector_scale"])) ** 2


def rescaled(weights: Mapping[str, Any], ratio: float) -> dict[str, Any]:
    """Weights with all that is worth dot products multiplied by `ratio`."""
    known = RerankWeights.from_mapping(weights).to_dict()
    changed = {name: value if name in COUNTS else round(value * ratio) for name, value in known.items()}
    return {**weights, **changed}


def adopted(fitted: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    """`card` with the weights and calibration of the card `fitted`.

    Raises:
        EncoderError: `fitted` lacks one of them.
    """
    for name in ("rerank", "calibration"):
        if not fitted.get(name):
            raise EncoderError(
                f"encoder {fitted['name']!r}: its card has no {name}; run python -m tools.fit_{name}"
            )
    ratio = unit_ratio(fitted, card)
    return {
        **card,
        "rerank": rescaled(fitted["rerank"], ratio),
        "calibration": fitted["calibration"],
        "fitted_with": fitted["name"],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read one card, write the others."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fitted", help="encoder whose card has weights and calibration")
    parser.add_argument("encoders", nargs="+", help="encoders whose cards are to have them")
    options = parser.parse_args(arguments)
    fitted = read_card(find_encoder(options.fitted))
    cards = [(folder, adopted(fitted, read_card(folder))) for folder in map(find_encoder, options.encoders)]
    for folder, card in cards:
        write_card(folder, card)
        print(f"{folder}: {card['rerank']}")


if __name__ == "__main__":
    try:
        main()
    except EdgeERError as error:
        sys.exit(f"error: {error}")
