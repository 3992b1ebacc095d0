"""Several teachers as one: their unit vectors side by side, so that its cosines are the mean of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from edge_er.text.arguments import text_list
from edge_er.training.models.dual_encoder import DualEncoder

__all__ = ["Ensemble"]


class Ensemble:
    """Teachers of any widths and vocabularies; ``texts`` are what it is asked about by place.

    ``encode`` gives unit vectors [n, dim], ``dim`` being the sum of the teachers'; by place they have ``length``, that
    of a student's vectors before they are normalised.
    """

    def __init__(self, teachers: Sequence[DualEncoder], texts: Sequence[str], length: float = 1.0) -> None:
        self.teachers, self.texts, self.length = teachers, texts, length
        self.dim = sum(teacher.dim for teacher in teachers)

    def encode(self, texts: str | Iterable[str]) -> np.ndarray:
        """Unit vectors float32 [n, dim]; a lone string is one text."""
        texts = text_list(texts)
        vectors = [teacher.encode(texts) for teacher in self.teachers]
        joined: np.ndarray = np.concatenate(vectors, axis=1) / np.sqrt(len(vectors), dtype=np.float32)
        return joined

    def __call__(self, places: np.ndarray) -> Tensor:
        """Vectors of ``length`` [len(places), dim] of the texts at ``places``."""
        return self.length * torch.from_numpy(self.encode([self.texts[place] for place in places]))
