"""Weights of the evidence, as in the section `rerank` of a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edge_er.constants import RERANK
from edge_er.errors import BundleCorruptError

__all__ = ["EVERYTHING", "RerankWeights"]

RETIRED = ("letter_match", "letter_edit", "sound_match", "sound_edit")  # old bundles have these, all 0


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """The weights of a bundle (`manifest["rerank"]`), in units of the int8 dot product.

    The defaults rank by vectors alone.

    Attributes:
        words: how many candidates exact words bring; from 1 up, the word score counts as misrecognition score where
            it is higher.
        numbers: how many other spellings of a request's numbers are read beside it, 2 at most.
        sound_pieces: weight of shared n-grams.
        dense_forms: how many candidates vectors bring.
        sound_forms: how many candidates n-grams bring.
        heard: weight of an eighth of a bit of the misrecognition score.
        popularity: weight of a quarter of a doubling of demand.
        head: weight of the pair head, for each 64th.
        head_forms: how many of the first candidates the head reads.
        head_margin: the head reads them only if the first entity leads the second by less than this.
    """

    words: int = RERANK.words
    numbers: int = RERANK.numbers
    sound_pieces: int = RERANK.sound_pieces
    dense_forms: int = RERANK.dense_forms
    sound_forms: int = RERANK.sound_forms
    heard: int = RERANK.heard
    popularity: int = RERANK.popularity
    head: int = RERANK.head
    head_forms: int = RERANK.head_forms
    head_margin: int = RERANK.head_margin

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RerankWeights:
        """The weights of a manifest; a missing one keeps its default.

        Raises:
            BundleCorruptError: a value is not a whole number from 0 up (1 for `dense_forms` and `head_forms`), or a
                retired weight is not 0.
        """
        for name in RETIRED:
            if values.get(name, 0) != 0:
                raise BundleCorruptError(
                    f"manifest.json, rerank.{name}: expected 0, found {values[name]!r}; this edge-er does not rank by "
                    "edit distances, so fit the weights and build the bundle again"
                )
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            least = 1 if name in ("dense_forms", "head_forms") else 0
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise BundleCorruptError(
                    f"manifest.json, rerank.{name}: expected a whole number from {least} up, found {value!r}; "
                    "build the bundle again"
                )
        return cls(**known)

    @property
    def asks_for_demand(self) -> bool:
        """Whether any evidence looks at how popular entities are."""
        return bool(self.popularity or self.words)

    @property
    def by_sound(self) -> bool:
        """Whether shared n-grams are evidence or bring candidates."""
        return bool(self.sound_pieces or self.sound_forms)

    def to_dict(self) -> dict[str, int]:
        """The same as in a manifest."""
        return asdict(self)


EVERYTHING = RerankWeights(**dict.fromkeys(RerankWeights.__dataclass_fields__, 1))
