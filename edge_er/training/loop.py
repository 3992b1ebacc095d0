"""What every training run shares: learning rate, mixed precision, checkpoints, resume, progress."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch import Tensor, nn

from edge_er.bundle.atomic import replacing
from edge_er.errors import RecipeError
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.parallel import average_gradients, local_rank, rank, start_alike
from edge_er.training.recipe import OptimSettings

__all__ = ["Run", "able_bfloat16", "best_device"]

LOG_EVERY = 200


def best_device() -> torch.device:
    """The GPU if there is one; of several processes on a host each has its own."""
    return torch.device("cuda", local_rank()) if torch.cuda.is_available() else torch.device("cpu")


def able_bfloat16(device: torch.device) -> bool:
    """True where bfloat16 is faster: on a GPU, and on a CPU that has the instructions for it."""
    return device.type == "cuda" or bool(torch.cpu._is_avx512_bf16_supported())


class Run:
    """One training run over ``settings.requests`` requests that can be stopped and taken up again.

    Several processes can train together (see ``parallel``).

    Args:
        checkpoint: file the state is saved to every ``save_every`` steps; removed by ``finish``.
        resume: take up the checkpoint if there is one.

    Raises:
        RecipeError: the checkpoint is of models with another vocabulary.
    """

    def __init__(
        self, model: nn.Module, settings: OptimSettings, checkpoint: Path, resume: bool = False
    ) -> None:
        self.model, self.settings, self.checkpoint = model, settings, checkpoint
        self.steps = math.ceil(settings.requests / settings.batch)
        decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
        plain = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)
        self.first_step, self._vocabulary = 0, _vocabulary(model)
        if resume and checkpoint.is_file():
            state = torch.load(checkpoint, map_location=best_device(), weights_only=True)
            if state.get("vocabulary", self._vocabulary) != self._vocabulary:
                raise RecipeError(
                    f"{checkpoint}: of a run whose models had another vocabulary than those of the recipe have now; "
                    "start anew (without --resume), or bring the old models back"
                )
            model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.first_step = int(state["step"])
        start_alike(model)

    def learning_rate(self, step: int) -> float:
        """Linear warm-up, then a straight line to zero."""
        warm = max(1, int(self.settings.warmup * self.steps))
        if step < warm:
            return self.settings.learning_rate * (step + 1) / warm
        return self.settings.learning_rate * (self.steps - step) / max(1, self.steps - warm)

    def step(self, step: int, loss: Tensor) -> None:
        """One AdamW step with clipped gradients."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate(step)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(self.model)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        if (step + 1) % self.settings.save_every == 0:
            self.save(step + 1)

    def save(self, step: int) -> None:
        """Write the checkpoint whole or not at all; of several processes the first does."""
        if rank():
            return
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": step,
            "vocabulary": self._vocabulary,
        }
        with replacing(self.checkpoint) as part:
            torch.save(state, part)

    def finish(self) -> None:
        """Remove the checkpoint of a finished run."""
        if not rank():
            self.checkpoint.unlink(missing_ok=True)

    def mixed_precision(self) -> torch.autocast:
        """bfloat16 on a GPU; on a CPU only where the processor has the instructions for it."""
        device = next(self.model.parameters()).device
        return torch.autocast(device.type, torch.bfloat16, enabled=able_bfloat16(device))

    def progress(self, title: str) -> _Bar:
        """A bar with the time left on a terminal; a line now and then elsewhere."""
        return _Bar(title, self.first_step, self.steps)


def _vocabulary(model: nn.Module) -> str:
    """A checksum of the vocabularies of the encoders in ``model``; they say what the rows of its tables stand for."""
    vocabularies = [each.tokenizer.get_vocab() for each in model.modules() if isinstance(each, DualEncoder)]
    return hashlib.sha256(json.dumps(vocabularies, sort_keys=True).encode()).hexdigest()


class _Bar:
    """Progress of a run; use as a context manager and call ``advance`` after each step."""

    def __init__(self, title: str, first: int, total: int) -> None:
        self.title, self.total = title, total
        self._bar = Progress(
            TextColumn(title),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(quiet=rank() > 0),  # before rich 14.3 a disabled bar ends with an empty line
            disable=rank() > 0,
        )
        self._task = self._bar.add_task("", total=total, completed=first, state="")

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, step: int, state: str) -> None:
        """Show that ``step`` steps are done, with ``state`` beside them."""
        self._bar.update(self._task, completed=step, state=state)
        if not self._bar.disable and not self._bar.console.is_terminal and step % LOG_EVERY == 0:
            print(f"{self.title} {step}/{self.total} {state}", flush=True)
