"""What every training run shares: learning rate, mixed precision, checkpoints, resume, progress.

A step gives the device its work and does not wait for it. What would wait (``.item()``, a copy to the host) is done
where progress is shown, and nowhere else in a step.

A run that is taken up from its checkpoint ends with the weights of one that was never stopped, to the bit: a checkpoint
holds weights, optimizer, random numbers and what else the run depends on (``kept``).
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
from edge_er.training.settings import OptimSettings, Recipe

__all__ = ["Run", "able_bfloat16", "best_device", "forget", "mixed_precision"]

LOG_EVERY, SHOW_EVERY = 200, 20  # steps: of a log, of a bar on a terminal
MEAN_OF = 50  # steps that the shown loss is about the mean of
# Settings that may be others when a run is taken up again.
_FREE = {
    *("[optim] save_every", "[optim] chunk", "[optim] compile"),
    *("[data] folder", "[data] cache", "[sentences] cache", "[dse] folder"),
}


def best_device() -> torch.device:
    """The GPU if there is one; of several processes on a host each has its own."""
    return torch.device("cuda", local_rank()) if torch.cuda.is_available() else torch.device("cpu")


def able_bfloat16(device: torch.device) -> bool:
    """True where bfloat16 is faster: on a GPU, and on a CPU that has the instructions for it."""
    if device.type == "cpu":
        return bool(torch.cpu._is_avx512_bf16_supported())
    return device.type == "cuda"


def mixed_precision(device: torch.device) -> AbstractContextManager[Any]:
    """bfloat16 on a GPU; on a CPU only where the processor has the instructions for it."""
    if not able_bfloat16(device):
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)


class Run:
    """One training run over ``settings.requests`` requests that can be stopped and taken up again.

    Several processes can train together (see ``parallel``).

    Args:
        model: what is trained, on the device where it shall be.
        settings: of the run.
        checkpoint: file the state is saved to every ``save_every`` steps and by ``finish``; whoever trains removes it
            with ``forget`` when the model is written.
        resume: take up the checkpoint if there is one; without it an older one is removed.
        kept: tensors that the run depends on beside its weights, such as mined neighbours; whoever trains puts them
            here, and finds those of the checkpoint here.
        recipe: of the run; its checkpoint is for this recipe alone.

    Raises:
        RecipeError: the checkpoint is damaged, of models with another vocabulary, or of a run with other settings.
    """

    def __init__(
        self,
        model: nn.Module,
        settings: OptimSettings,
        checkpoint: Path,
        resume: bool = False,
        kept: dict[str, Tensor] | None = None,
        recipe: Recipe | None = None,
    ) -> None:
        self.model, self.settings, self.checkpoint = model, settings, checkpoint
        self._bound = _bound(settings, recipe)
        self.kept = {} if kept is None else kept
        self.steps = math.ceil(settings.requests / settings.batch)
        self.device = next(model.parameters()).device
        decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
        plain = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        fused = self.device.type in ("cpu", "cuda")
        self.optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=fused)
        self.first_step, self._vocabulary = 0, _vocabulary(model)
        if resume and checkpoint.is_file():
            self._take_up(_read(checkpoint))
        elif not resume and not rank():
            forget(checkpoint)
        start_alike(model)
        if settings.compile:
            for each in model.modules():
                if isinstance(each, DualEncoder):
                    each.bert.compile(dynamic=True)

    def _take_up(self, state: dict[str, Any]) -> None:
        """Go on from the state of a checkpoint."""
        if state.get("vocabulary", self._vocabulary) != self._vocabulary:
            raise RecipeError(
                f"{self.checkpoint}: of a run whose models had another vocabulary than those of the recipe have now; "
                "start anew (without --resume), or bring the old models back"
            )
        now, then = self._bound, state.get("settings", self._bound)
        if changed := sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name)):
            name = changed[0]
            raise RecipeError(
                f"{self.checkpoint}: of a run with other settings; {name}: expected {then.get(name)!r}, found "
                f"{now.get(name)!r}; bring the old settings back, or start anew (without --resume)"
            )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.kept.update(state.get("kept", {}))
        self.first_step = int(state["step"])
        if "random" in state:
            torch.set_rng_state(state["random"])
        if "random_there" in state and self.device.type == "cuda":
            torch.cuda.set_rng_state(state["random_there"], self.device)

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
        """Write the checkpoint whole or not at all; of several processes the first does.

        Raises:
            RecipeError: the weights are no numbers any more, and there is nothing to go on from.
        """
        if rank():
            return
        if not all(bool(each.isfinite().all()) for each in self.model.parameters()):
            raise RecipeError(
                f"[optim] learning_rate: at step {step:,} the weights are no numbers any more, found "
                f"{self.settings.learning_rate}; set it lower, and start anew"
            )
        state: dict[str, Any] = {
            "model": _on_host(self.model.state_dict()),
            "optimizer": _on_host(self.optimizer.state_dict()),
            "step": step,
            "vocabulary": self._vocabulary,
            "settings": self._bound,
            "kept": _on_host(self.kept),
            "random": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["random_there"] = torch.cuda.get_rng_state(self.device)
        contents = io.BytesIO()
        torch.save(state, contents)  # torch names a full disk in words of its own
        with replacing(self.checkpoint) as part:
            part.write_bytes(contents.getvalue())

    def finish(self) -> None:
        """Save the last step, so that nothing has to be trained again if the model cannot be written."""
        if self.first_step < self.steps:
            self.save(self.steps)

    def mixed_precision(self) -> AbstractContextManager[Any]:
        """``mixed_precision`` of the device where the model is."""
        return mixed_precision(self.device)

    def progress(self, title: str, losses: str = "loss {:.3f}") -> _Bar:
        """A bar with the time left on a terminal; a line now and then elsewhere. ``losses`` is how they are shown."""
        return _Bar(title, losses, self.first_step, self.steps)


def forget(*checkpoints: Path) -> None:
    """Remove the checkpoints of a run whose model is written; of several processes the first does."""
    for checkpoint in () if rank() else checkpoints:
        checkpoint.unlink(missing_ok=True)


def _read(checkpoint: Path) -> dict[str, Any]:
    try:
        return dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    except OSError:
        raise
    except Exception as error:  # torch has many kinds for damaged bytes
        raise RecipeError(
            f"{checkpoint}: cannot be read as a checkpoint ({type(error).__name__}); start anew (without --resume)"
        ) from error


def _bound(settings: OptimSettings, recipe: Recipe | None) -> dict[str, Any]:
    """What a run must keep when it is taken up again, by section and setting: all but where files lie and how fast."""
    bound = {}
    for section, values in (asdict(recipe) if recipe else {}).items():
        if isinstance(values, dict) and section != "export":
            bound.update({f"[{section}] {name}": value for name, value in values.items()})
    bound.update({f"[optim] {name}": value for name, value in asdict(settings).items()})
    return {name: value for name, value in bound.items() if name not in _FREE}


def _on_host(state: Any) -> Any:
    """A state with its tensors on the host, so that a checkpoint is read on any machine."""
    if isinstance(state, Tensor):
        return state.detach().cpu()
    if isinstance(state, dict):
        return {name: _on_host(value) for name, value in state.items()}
    return [_on_host(value) for value in state] if isinstance(state, list) else state


def _vocabulary(model: nn.Module) -> str:
    """A checksum of the vocabularies of the encoders in ``model``; they say what the rows of its tables stand for."""
    vocabularies = [each.tokenizer.get_vocab() for each in model.modules() if isinstance(each, DualEncoder)]
    return hashlib.sha256(json.dumps(vocabularies, sort_keys=True).encode()).hexdigest()


class _Bar:
    """Progress of a run; use as a context manager and call ``advance`` after each step."""

    def __init__(self, title: str, losses: str, first: int, total: int) -> None:
        self.title, self.losses, self.total = title, losses, total
        self._mean: Tensor | None = None  # of the losses, on the device until it is shown
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
        self._logs = not self._bar.console.is_terminal
        self._every = LOG_EVERY if self._logs else SHOW_EVERY

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, step: int, *losses: Tensor) -> None:
        """Say that ``step`` steps are done, with the losses of the last; now and then their running means are shown."""
        last = torch.stack([loss.detach().float() for loss in losses])
        self._mean = last if self._mean is None else torch.lerp(self._mean, last, 1 / MEAN_OF)
        if self._bar.disable or (step % self._every and step != self.total):
            return
        state = self.losses.format(*self._mean.cpu().tolist())  # here alone the host waits for the device
        self._bar.update(self._task, completed=step, state=state)
        if self._logs and step % LOG_EVERY == 0:
            print(f"{self.title} {step}/{self.total} {state}", flush=True)
