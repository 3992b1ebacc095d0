"""Token ids of many texts: in one array on the host, or on the device where a model computes.

A training run keeps the ids of all its texts on the device. A step then sends the numbers of its rows alone, and the
batch is put together there; lengths are known on the host too, so that nothing has to be asked back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

__all__ = ["LENGTH_STEP", "DeviceRows", "TokenRows", "chunk_size", "length_chunks", "to_device"]

LENGTH_STEP = 4  # padded lengths are multiples of it: few shapes, so that kernels are compiled once


def to_device(values: np.ndarray, device: torch.device) -> Tensor:
    """An array on a device; to a GPU from pinned memory, so that the host does not wait for the copy."""
    tensor = torch.from_numpy(np.ascontiguousarray(values))
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def chunk_size(asked: int, device: torch.device, usual: int, most: int = 1 << 30) -> int:
    """How many texts are computed together.

    A CPU is fastest with few texts of one length, a GPU with as many as it can hold.

    Args:
        asked: the setting; 0 leaves it to the device.
        device: where they are computed.
        usual: what suits a CPU.
        most: what any other device gets.
    """
    return asked or (usual if device.type == "cpu" else most)


@dataclass(frozen=True)
class TokenRows:
    """Token ids of many texts in one array: row i is ``ids[starts[i] : starts[i + 1]]``."""

    ids: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[np.ndarray]) -> TokenRows:
        """The rows one after another."""
        lengths = np.cumsum([len(row) for row in rows], dtype=np.int64)
        ids = np.concatenate(rows).astype(np.int32) if len(rows) else np.zeros(0, np.int32)
        return cls(ids, np.concatenate([np.zeros(1, np.int64), lengths]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        ids: np.ndarray = self.ids[self.starts[row] : self.starts[row + 1]]
        return ids

    def on(self, device: torch.device) -> DeviceRows:
        """The same rows on a device."""
        return DeviceRows(self, device)


class DeviceRows:
    """``TokenRows`` whose ids lie on ``device``; ``lengths`` of all rows are on the host."""

    def __init__(self, rows: TokenRows, device: torch.device) -> None:
        self.device, self.lengths = device, np.diff(rows.starts)
        ids = rows.ids if len(rows.ids) else np.zeros(1, np.int32)
        self.ids, self.starts = to_device(ids, device), to_device(rows.starts, device)

    def __len__(self) -> int:
        return len(self.lengths)

    def on(self, device: torch.device) -> DeviceRows:
        """These rows; they are on their device already."""
        if device != self.device:
            raise ValueError(f"token ids are on {self.device}, expected {device}")
        return self

    def from_starts(self, places: Tensor, columns: Tensor) -> Tensor:
        """Ids int64 at ``columns`` of the rows at ``places``, shapes that broadcast; past a row's end they are any."""
        at = (self.starts[places] + columns).clamp_(0, len(self.ids) - 1)
        return self.ids[at].long()

    def batch(self, places: np.ndarray, least: int = 0) -> tuple[Tensor, Tensor]:
        """Ids and mask [len(places), tokens] of the rows at ``places``, padded to one length, ``least`` or more."""
        longest = max(int(self.lengths[places].max()), least)
        columns = torch.arange(-(-longest // LENGTH_STEP) * LENGTH_STEP, device=self.device)
        at = to_device(places, self.device)[:, None]
        mask = (columns < self.starts[at + 1] - self.starts[at]).long()
        return self.from_starts(at, columns) * mask, mask

    def chunks(self, places: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, Tensor, Tensor]]:
        """Rows of like length together: (where in ``places`` they stand, ids, mask); little is spent on padding."""
        order = np.argsort(self.lengths[places], kind="stable")
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            yield (chosen, *self.batch(places[chosen]))


def length_chunks(
    rows: TokenRows, size: int, device: torch.device
) -> Iterator[tuple[np.ndarray, Tensor, Tensor]]:
    """All rows by length, ``size`` at a time: (their places, ids [n, tokens], mask [n, tokens])."""
    yield from rows.on(device).chunks(np.arange(len(rows)), size)
