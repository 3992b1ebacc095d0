"""One training run by several processes, on one host or many, each computing its share of every batch.

    torchrun --nproc-per-node 4 -m edge_er train student models/recipes/multilingual-32.toml

The launcher says in the environment which process this is (RANK, WORLD_SIZE, LOCAL_RANK), over several hosts, too. All
processes start from the weights of the first and take the same steps, on the mean of their gradients. A loss that is a
mean over texts is that of the whole batch; what compares the texts of a batch with each other compares those of a
share. The first process writes files; on several hosts the work folder is one that all can read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import numpy as np
import torch
from torch import distributed, nn

__all__ = [
    "average_gradients",
    "first_process_first",
    "local_rank",
    "processes",
    "rank",
    "share",
    "start_alike",
]

_PATIENCE = timedelta(hours=6)  # the first process may make the pool meanwhile


def processes() -> int:
    """How many processes train together; 1 where no launcher started this one."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count > 1 and not distributed.is_initialized():
        backend = "nccl" if torch.cuda.is_available() else "gloo"
        distributed.init_process_group(backend, timeout=_PATIENCE)
    return count


def rank() -> int:
    """Which of them this is, from 0; the first writes files and shows progress."""
    return distributed.get_rank() if processes() > 1 else 0


def local_rank() -> int:
    """Which of them this is on its host: the GPU it uses."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def share(rows: np.ndarray) -> np.ndarray:
    """The part of a batch that this process computes."""
    return rows[rank() :: processes()]


@torch.no_grad()
def start_alike(model: nn.Module) -> None:
    """Give every process the weights of the first."""
    if processes() > 1:
        for tensor in model.state_dict().values():
            distributed.broadcast(tensor, 0)


@torch.no_grad()
def average_gradients(model: nn.Module) -> None:
    """Replace each gradient by the mean over the processes."""
    count = processes()
    if count == 1:
        return
    gradients = [each.grad for each in model.parameters() if each.grad is not None]
    together = torch.cat([gradient.reshape(-1) for gradient in gradients])
    distributed.all_reduce(together)
    parts = (together / count).split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


@contextmanager
def first_process_first() -> Iterator[None]:
    """The first process goes through the block, then all others: what it writes, they find."""
    if rank():
        distributed.barrier()
    try:
        yield
    finally:
        if processes() > 1 and not rank():
            distributed.barrier()
