"""Several teachers as one: their unit vectors side by side, so that its cosines are the mean of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from edge_er.text.arguments import text_list
from edge_er.training.models.dual_encoder import ENCODED_AT_ONCE, DualEncoder
from edge_er.training.models.token_rows import DeviceRows, chunk_size

__all__ = ["Ensemble"]


class Ensemble:
    """Teachers of any widths and vocabularies; ``texts`` are what it is asked about by place.

    ``encode`` gives unit vectors [n, dim], ``dim`` being the sum of the teachers'; by place they have ``length``, that
    of a student's vectors before they are normalised. Each teacher computes on the device where it is.
    """

    def __init__(self, teachers: Sequence[DualEncoder], texts: Sequence[str], length: float = 1.0) -> None:
        self.teachers, self.texts, self.length = teachers, texts, length
        self.dim = sum(teacher.dim for teacher in teachers)

    @cached_property
    def _rows(self) -> list[DeviceRows]:
        """The texts as each teacher reads them, on its device."""
        return [teacher.tokenize_any(self.texts).on(teacher.device) for teacher in self.teachers]

    def encode(self, texts: str | Iterable[str]) -> np.ndarray:
        """Unit vectors float32 [n, dim]; a lone string is one text."""
        texts = text_list(texts)
        vectors = [teacher.encode(texts) for teacher in self.teachers]
        joined: np.ndarray = np.concatenate(vectors, axis=1) / np.sqrt(len(vectors), dtype=np.float32)
        return joined

    @torch.no_grad()
    def __call__(self, places: np.ndarray) -> Tensor:
        """Vectors of ``length`` [len(places), dim] of the texts at ``places``, on the teachers' device."""
        vectors = [
            teacher.embed(rows, places, chunk_size(0, teacher.device, *ENCODED_AT_ONCE))
            for teacher, rows in zip(self.teachers, self._rows, strict=True)
        ]
        joined: Tensor = torch.cat(vectors, dim=1) * (self.length / len(vectors) ** 0.5)
        return joined
