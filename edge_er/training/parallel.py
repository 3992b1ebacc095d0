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

from edge_er.errors import RecipeError

__all__ = [
    "average_gradients",
    "first_process_first",
    "local_rank",
    "processes",
    "rank",
    "refuse_several",
    "share",
    "start_alike",
    "wait_for_all",
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
    """The part of a batch that this process computes: every nth of its rows, texts or groups of them.

    Raises:
        RecipeError: there are fewer rows than processes.
    """
    count = processes()
    if len(rows) < count:
        raise RecipeError(
            f"a batch must have a row or a group of rows for each process: expected at least {count}, found "
            f"{len(rows)}; make [optim] batch larger (of [dse] student_batch), or start fewer processes"
        )
    return rows[rank() :: count]


def refuse_several(command: str) -> None:
    """RecipeError where several processes were started for a command that is for one."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count > 1:
        raise RecipeError(
            f"{command} does not divide its work: expected one process, found {count} (WORLD_SIZE); start it "
            f"without torchrun"
        )


def wait_for_all() -> None:
    """Go on when every process has come here: what one has written before, all can read after."""
    if processes() > 1:
        distributed.barrier()


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
        wait_for_all()
    try:
        yield
    finally:
        if not rank():
            wait_for_all()
