"""Kernels of the ranking: candidates, the evidence for each, and the best entities of a pool."""

from __future__ import annotations

import ctypes
import struct
from array import array
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.native.letters import FormLetters
from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address, room

__all__ = ["PARTS", "EvidenceTables", "FormSet", "SaidText", "Saying", "best_of"]

PARTS = ("dense", "phrase", "heard", "popularity", "pieces")  # of a score, as `FormSet.evidence` gives them

Numbers = NDArray[np.int64]

_READING, _TEXT = struct.Struct("7P4i0q"), struct.Struct("Pqd4i0q")


class EvidenceTables(NamedTuple):
    """A set of forms.

    Attributes:
        letters: of the forms; None where the misrecognition score has no weight.
        sizes: float64 [forms], what weights of shared n-grams are divided by; None where these bring no candidates.
        entity: int [forms].
        texts: int [forms], the same number for forms of one text.
        demand: int [forms], of the entity of each.
        main: bool [forms], whether each is the main name of its entity.
    """

    letters: FormLetters | None
    sizes: NDArray[np.float64] | None
    entity: NDArray[Any]
    texts: NDArray[Any]
    demand: Numbers
    main: NDArray[np.bool_]


class Saying(NamedTuple):
    """What one reading of a text says of all forms.

    Attributes:
        ngrams: int32 [forms], weights of shared n-grams; None where they have no weight.
        words: word scores int32 [forms], and whether each form is a phrase, and said in part, bool [forms]; None where
            words have no weight.
        codes: of the letters of the reading, each below 64.
        sizes: how many letters each of its words has.
        kinds: of each word, 1 for one of carriers, plus 2 for one of the name.
        name: the number of the text that is its very name, -1 for none.
    """

    ngrams: NDArray[np.int32] | None
    words: tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.bool_]] | None
    codes: bytes
    sizes: Sequence[int]
    kinds: bytes
    name: int


class SaidText(NamedTuple):
    """One text of an utterance: dot products int32 [forms], that of its vector with itself, its share, its readings,
    and whether the first of them, the text as it stands, counts only for forms that are its very name.
    """

    dots: NDArray[np.int32]
    same: int
    share: float
    readings: Sequence[Saying]
    sure: bool


class _Evidence(ctypes.Structure):
    _fields_: ClassVar[Any] = [(name, ctypes.c_void_p) for name in EvidenceTables._fields] + [
        (name, ctypes.c_int64)
        for name in (
            *("form_count", "sound_forms", "word_forms", "heard", "popularity", "pieces"),
            *("alias", "demand_cost", "demand_most"),
        )
    ]


class FormSet:
    """A set of forms and the weights of evidence.

    Args:
        kernels: that do the loops.
        tables: of the forms.
        counts: how many candidates n-grams and words bring.
        weights: of misrecognition score, demand and n-grams.
        limits: the constants alias, demand and demand_most of words.
    """

    def __init__(
        self,
        kernels: Kernels,
        tables: EvidenceTables,
        counts: tuple[int, int],
        weights: tuple[int, int, int],
        limits: tuple[int, int, int],
    ) -> None:
        self._candidates, self._evidence, kept = kernels.candidates, kernels.evidence, Kept()
        self._forms, self._counts = len(tables.entity), [min(count, len(tables.entity)) for count in counts]
        arrays = zip(tables[2:], (np.int32, np.int32, np.int64, np.uint8), strict=True)
        self._of = _Evidence(
            tables.letters.at if tables.letters else None,
            None if tables.sizes is None else kept.at(tables.sizes, np.float64),
            *(kept.at(values, kind) for values, kind in arrays),
            *(self._forms, *self._counts, *weights, *limits),
        )
        self._kept, self._letters, self._at = kept, tables.letters, ctypes.addressof(self._of)

    def pool(
        self, texts: Sequence[SaidText], near: int, entities: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[Numbers, NDArray[np.float64]]:
        """Candidates, ascending int64 [candidates], and the parts of their scores, float64 [`PARTS`, candidates].

        Args:
            texts: of an utterance.
            near: how many candidates each vector brings; twice as many while they belong to fewer than
            entities: that are wanted.
            allowed: bool [forms], whether each may be a candidate; None for all.
        """
        packed = _Packed(texts)
        most, forms = self._forms if allowed is None else int(np.count_nonzero(allowed)), self._forms
        mask, found = None if allowed is None else address(allowed), ctypes.c_int64()
        while True:
            each = sum(self._counts) * packed.readings + min(near, forms) * len(texts)
            pool = np.empty(min(each, forms), np.int64)
            largest = max(min(near, forms), *self._counts)
            choosing = 24 * min(forms, 4 * largest + 64) + forms + 8 * (largest + 1) + forms
            size = self._candidates(
                self._at,
                packed.texts,
                len(texts),
                packed.said,
                near,
                mask,
                room(max(choosing, 24 * (len(pool) + 2))),
                address(pool),
                ctypes.addressof(found),
            )
            if near >= most or found.value >= entities:
                break
            near *= 2
        pool = pool[:size]
        parts = np.empty((len(PARTS), size), np.float64)
        work = room(128 * (size + 1) + 16 * (packed.letters + 1))
        aligning = work + 128 * (size + 1)
        self._evidence(
            self._at,
            packed.texts,
            len(texts),
            packed.said,
            address(pool),
            size,
            work,
            aligning,
            address(parts),
        )
        return pool, parts


class _Packed:
    """Texts and their readings as the structs of the kernels."""

    def __init__(self, texts: Sequence[SaidText]) -> None:
        self._kept, self.readings, self.letters = texts, 0, 0
        self._lists: list[Any] = []
        said, of_texts = [], []
        for text in texts:
            first = self.readings
            for each in text.readings:
                said.append(self._reading(each))
            self.readings += len(text.readings)
            count = len(text.readings)
            of_texts.append(_TEXT.pack(address(text.dots), text.same, text.share, first, count, text.sure, 0))
        self.said, self.texts = b"".join(said), b"".join(of_texts)

    def _reading(self, each: Saying) -> bytes:
        letters, sizes = array("B", each.codes + each.kinds), array("i", each.sizes)
        self._lists += (letters, sizes)
        at, size = letters.buffer_info()[0], len(each.codes)
        self.letters = max(self.letters, size)
        words = map(address, each.words) if each.words else (0, 0, 0)
        return _READING.pack(
            0 if each.ngrams is None else address(each.ngrams),
            *words,
            at,
            at + size,
            sizes.buffer_info()[0],
            size,
            len(each.sizes),
            each.name,
            0,
        )


def best_of(
    kernels: Kernels, parts: NDArray[np.float64], entities: Numbers, forms: Numbers, count: int
) -> list[tuple[int, int, float, list[float]]]:
    """The `count` best entities, best first: each, its best form, its score, and the parts of that.

    A score is the sum of `parts`, float64 [parts, candidates], from the first on; ties go to the smaller of `entities`
    and then of `forms`, int64 [candidates].
    """
    if entities.dtype != np.int64 or forms.dtype != np.int64 or parts.dtype != np.float64:
        raise TypeError(
            f"expected int64, int64 and float64, found {entities.dtype}, {forms.dtype}, {parts.dtype}"
        )
    size, columns = len(forms), len(parts)
    count = min(count, size)
    best, rows = np.empty((2, count), np.int64), np.empty((count, 1 + columns))
    found = kernels.rank(
        address(parts),
        columns,
        size,
        address(entities),
        address(forms),
        count,
        room(48 * (size + 1)),
        address(best),
        address(rows),
    )
    (owners, numbers), values = best.tolist(), rows[:found].tolist()
    return [(owners[at], numbers[at], row[0], row[1:]) for at, row in enumerate(values)]
