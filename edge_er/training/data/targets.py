"""Teacher embeddings of fixed texts, computed once and kept on disk: runs over the same texts share them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.token_rows import TokenRows, to_device
from edge_er.training.parallel import first_process_first

__all__ = ["TeacherTargets"]

AT_ONCE = 64


class TeacherTargets:
    """Mean-pooled teacher embeddings of ``rows``, float16 on disk, computed when they are first asked for.

    The file's name is a checksum of the teacher's weights and of the token ids, so that no run reads another's.
    """

    def __init__(self, teacher: DualEncoder, rows: TokenRows, folder: Path) -> None:
        self.teacher, self.there = teacher, rows.on(teacher.device)
        digest = hashlib.blake2b(rows.ids.tobytes() + rows.starts.tobytes(), digest_size=6)
        for tensor in teacher.state_dict().values():
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        self.file = folder / f"{digest.hexdigest()}.npy"
        shape = (len(rows), teacher.dim)
        with first_process_first():
            if self.file.is_file():
                self.kept = np.load(self.file, mmap_mode="r+")
            else:
                folder.mkdir(parents=True, exist_ok=True)
                self.kept = np.lib.format.open_memmap(self.file, mode="w+", dtype=np.float16, shape=shape)

    @torch.no_grad()
    def __call__(self, places: np.ndarray) -> Tensor:
        """Teacher embeddings float32 [len(places), dim] of the rows at ``places``."""
        missing = np.unique(places[~self.kept[places].any(axis=1)])
        for chunk, ids, mask in self.there.chunks(missing, AT_ONCE):
            self.kept[missing[chunk]] = self.teacher(ids, mask).float().cpu().numpy()
        return to_device(self.kept[places].astype(np.float32), self.teacher.device)
