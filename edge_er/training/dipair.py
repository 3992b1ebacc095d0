"""DiPair: a small head that reads the token embeddings of a pair together (Chen et al., EMNLP Findings 2020).

    edge-er train dipair models/recipes/multilingual-32-hpd64-head.toml

The dual encoder has already turned both sides into contextual token embeddings. The head takes the first N of the
request and the first M of the entity form (section 3.3), projects each side to D dimensions (section 3.4), joins them
with position and segment embeddings (section 3.5) and reads the pair with a small transformer, or with a feed-forward
network over all of them (section 3.6). The state of the first token gives the score.

It is trained in two stages (section 3.7): first the head alone on a frozen encoder, then, if the recipe asks for it,
both. It learns to put the right one of a list first by itself; what it weighs beside the dense score is fitted later,
on requests that neither has seen.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from edge_er.errors import RecipeError
from edge_er.training.data import data_folder, load_pool
from edge_er.training.loop import Run, best_device
from edge_er.training.model import DualEncoder, TokenRows, load_model, save_model
from edge_er.training.pair_lists import PairLists, make_lists
from edge_er.training.recipe import HeadSettings, Recipe, read_recipe, work_folder

__all__ = [
    "PairHead",
    "Reading",
    "load_head",
    "main",
    "multiply_adds",
    "pair_scores",
    "read",
    "read_all",
    "train_head",
]

CHUNK = 1024
START_TEXTS = 5000
GATE_LISTS = 3000
START_SCALE, START_NOISE = 0.5, 0.02


class PairHead(nn.Module):
    """The head of ``settings`` on an encoder whose token embeddings are ``width`` wide.

    Raises:
        RecipeError: a kind other than "transformer" and "ffnn", or a dim the attention heads do not divide.
    """

    def __init__(self, settings: HeadSettings, width: int) -> None:
        super().__init__()
        if settings.kind not in ("transformer", "ffnn"):
            raise RecipeError(f"[head] kind must be 'transformer' or 'ffnn', found {settings.kind!r}")
        if settings.start not in ("likeness", "random"):
            raise RecipeError(f"[head] start must be 'likeness' or 'random', found {settings.start!r}")
        if settings.dim % settings.heads:
            raise RecipeError(f"[head] heads must divide dim, found {settings.heads} and {settings.dim}")
        self.settings = settings
        dim, tokens = settings.dim, settings.request_tokens + settings.entity_tokens
        self.request_projection = nn.Linear(width, dim, bias=False)
        self.entity_projection = nn.Linear(width, dim, bias=False)
        self.position = nn.Parameter(torch.randn(tokens, dim) * 0.1)  # the segment's embedding is part of it
        self.norm = nn.LayerNorm(dim)
        if settings.kind == "transformer":
            layer = [_Layer(dim, settings.heads, settings.intermediate) for _ in range(settings.layers)]
            self.layers = nn.ModuleList(layer)
            self.score = nn.Linear(dim, 1)
        else:
            self.inner = nn.Linear(tokens * dim, settings.intermediate)
            self.score = nn.Linear(settings.intermediate, 1)

    @torch.no_grad()
    def start_from(self, tokens: Tensor) -> None:
        """Start both projections as the D main directions of token embeddings [n, width], attention as likeness.

        Like tokens of both sides then attend to each other before anything is learned, which a head this small does
        not find by itself.
        """
        dim = self.settings.dim
        _, sizes, axes = torch.pca_lowrank(tokens.float(), q=dim)
        start = (axes / sizes.sqrt()).T
        start *= START_SCALE * dim**0.5 / start.norm()
        self.request_projection.weight.copy_(start)
        self.entity_projection.weight.copy_(start)
        for layer in self.layers if self.settings.kind == "transformer" else ():
            assert isinstance(layer, _Layer)
            for part in (layer.query, layer.key):
                part.weight.copy_(torch.eye(dim) + START_NOISE * torch.randn(dim, dim, device=start.device))
                part.bias.zero_()

    def project_entity(self, tokens: Tensor) -> Tensor:
        """Token embeddings [..., tokens, width] to [..., M, D]: what a catalog can keep; missing tokens are zeros."""
        projected: Tensor = self.entity_projection(tokens)
        return _first(projected, self.settings.entity_tokens)

    def forward(self, request: Tensor, request_mask: Tensor, entity: Tensor, entity_mask: Tensor) -> Tensor:
        """Scores [requests, candidates].

        Args:
            request: token embeddings [requests, tokens, width].
            request_mask: [requests, tokens], 1 for a token.
            entity: projected token embeddings [requests, candidates, M, D] of ``project_entity``.
            entity_mask: [requests, candidates, tokens].
        """
        settings = self.settings
        asked = _first(self.request_projection(request), settings.request_tokens)
        asked_mask = _first(request_mask.unsqueeze(-1), settings.request_tokens).squeeze(-1)
        entity_mask = _first(entity_mask.unsqueeze(-1), settings.entity_tokens).squeeze(-1)
        requests, candidates = entity.shape[:2]
        both = torch.cat([asked.unsqueeze(1).expand(-1, candidates, -1, -1), entity], 2).flatten(0, 1)
        mask = torch.cat([asked_mask.unsqueeze(1).expand(-1, candidates, -1), entity_mask], 2).flatten(0, 1)
        states = self.norm(both + self.position)
        if settings.kind == "ffnn":
            joined = (states * mask.unsqueeze(-1)).flatten(1)
            scores = self.score(torch.relu(self.inner(joined)))
        else:
            away = (1 - mask.to(states.dtype))[:, None, None, :] * -1e4
            for layer in self.layers:
                states = layer(states, away)
            scores = self.score(states[:, 0])
        listed: Tensor = scores.view(requests, candidates)
        return listed


class _Layer(nn.Module):
    """A post-norm transformer layer with ReLU."""

    def __init__(self, dim: int, heads: int, intermediate: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))
        self.inner, self.outer = nn.Linear(dim, intermediate), nn.Linear(intermediate, dim)
        self.attention_norm, self.norm = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, states: Tensor, away: Tensor) -> Tensor:
        """States [pairs, tokens, dim]; ``away`` [pairs, 1, 1, tokens] is added to the attention's scores."""
        query, key, value = (
            part(states).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        shares = torch.softmax(query @ key.transpose(2, 3) * query.shape[-1] ** -0.5 + away, -1)
        context = (shares @ value).transpose(1, 2).flatten(2)
        states = self.attention_norm(states + self.output(context))
        after: Tensor = self.norm(states + self.outer(torch.relu(self.inner(states))))
        return after


def _first(values: Tensor, count: int) -> Tensor:
    """The first ``count`` rows of [..., rows, columns], with rows of zeros where there are fewer."""
    values = values[..., :count, :]
    return nn.functional.pad(values, (0, 0, 0, count - values.shape[-2]))


def multiply_adds(settings: HeadSettings, width: int, candidates: int) -> int:
    """Multiply-adds of one request with this many candidates whose token embeddings are projected beforehand."""
    dim, tokens = settings.dim, settings.request_tokens + settings.entity_tokens
    projection = settings.request_tokens * width * dim
    if settings.kind == "ffnn":
        return projection + candidates * (tokens * dim + 1) * settings.intermediate
    layer = tokens * (4 * dim * dim + 2 * dim * settings.intermediate) + 2 * tokens * tokens * dim
    return projection + candidates * settings.layers * layer


class Reading(NamedTuple):
    """Token embeddings [n, tokens, width], mask [n, tokens] and unit vectors [n, width] of texts."""

    states: Tensor
    mask: Tensor
    vectors: Tensor

    def rows(self, places: Tensor) -> Reading:
        """The texts at ``places``."""
        return Reading(self.states[places], self.mask[places], self.vectors[places])


def read(model: DualEncoder, rows: Sequence[np.ndarray], tokens: int, side: str = "output") -> Reading:
    """Read rows of token ids; the first ``tokens`` token embeddings are kept, of the encoder's output or "table"."""
    ids = np.zeros((len(rows), max(tokens, *map(len, rows))), np.int64)
    for line, row in enumerate(rows):
        ids[line, : len(row)] = row
    tensor = torch.from_numpy(ids).to(model.device)
    mask = (tensor != 0).long()
    states = model.token_states(tensor, mask)
    vectors = nn.functional.normalize(model.pool(states, mask).float(), dim=-1)
    kept = states if side == "output" else model.token_embeddings(tensor[:, :tokens])
    return Reading(kept[:, :tokens], mask[:, :tokens], vectors)


@torch.no_grad()
def read_all(model: DualEncoder, rows: TokenRows, tokens: int, side: str = "output") -> Reading:
    """The same of many rows, in chunks of like length."""
    order = np.argsort(np.diff(rows.starts), kind="stable")
    parts = [
        read(model, [rows[row] for row in order[start : start + CHUNK]], tokens, side)
        for start in range(0, len(order), CHUNK)
    ]
    back = torch.from_numpy(np.argsort(order)).to(model.device)
    return Reading(*(torch.cat(part)[back] for part in zip(*parts, strict=True)))


def pair_scores(head: PairHead, asked: Reading, named: Reading, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and head score, each [requests, candidates], of ``named`` at ``chosen`` [requests, candidates]."""
    entity = head.project_entity(named.states)[chosen]
    scores = head(asked.states, asked.mask, entity, named.mask[chosen])
    return torch.einsum("rd,rcd->rc", asked.vectors, named.vectors[chosen]), scores


def train_head(
    recipe: Recipe, model: DualEncoder, lists: PairLists, resume: bool = False
) -> tuple[PairHead, DualEncoder]:
    """The trained head and its encoder, which is another than ``model`` only after a second stage."""
    settings, folder = recipe.head, work_folder(recipe)
    torch.manual_seed(recipe.optim.seed)
    head = PairHead(settings, model.width).to(best_device())
    model = model.to(best_device()).requires_grad_(False).eval()
    if settings.start == "likeness":
        rows = model.tokenize(lists.names[:START_TEXTS])
        some = read_all(model, rows, settings.entity_tokens, settings.entity_side)
        head.start_from(some.states[some.mask.bool()])
    run = Run(head, recipe.optim, folder / "head.pt", resume)
    _train(recipe, run, model, head, lists, f"head {recipe.name}")
    if settings.joint_requests:
        optim = dataclasses.replace(
            recipe.optim, requests=settings.joint_requests, learning_rate=settings.joint_learning_rate
        )
        model.requires_grad_(True)
        run = Run(nn.ModuleList([head, model]), optim, folder / "joint.pt", resume)
        _train(recipe, run, model, head, lists, f"head and encoder {recipe.name}")
    return head.eval(), model.eval()


def _train(
    recipe: Recipe, run: Run, model: DualEncoder, head: PairHead, lists: PairLists, title: str
) -> None:
    """One stage: softmax cross-entropy of the right candidate by the head's scores.

    Where the encoder is trained too, that of its own cosines is added, so that it goes on finding candidates.
    """
    settings, shape = recipe.optim, recipe.head
    queries, names = model.tokenize(lists.queries), model.tokenize(lists.names)
    frozen = not next(model.parameters()).requires_grad
    known = read_all(model, names, shape.entity_tokens, shape.entity_side) if frozen else None
    first, smoothed = torch.zeros(settings.batch, dtype=torch.long, device=best_device()), 0.0
    with run.progress(title) as bar:
        for step in range(run.first_step, run.steps):
            rng = np.random.default_rng((settings.seed, step))
            rows = rng.integers(len(lists.queries), size=settings.batch)
            different, place = np.unique(lists.candidates[rows], return_inverse=True)
            chosen = torch.from_numpy(place.reshape(settings.batch, -1)).to(best_device())
            with run.mixed_precision():
                named = (
                    known.rows(torch.from_numpy(different).to(best_device()))
                    if known
                    else read(
                        model, [names[row] for row in different], shape.entity_tokens, shape.entity_side
                    )
                )
                asked = read(model, [queries[row] for row in rows], shape.request_tokens)
                dense, scores = pair_scores(head, asked, named, chosen)
            loss = nn.functional.cross_entropy(scores.float(), first)
            if not frozen:
                loss = loss + nn.functional.cross_entropy(dense / settings.temperature, first)
            run.step(step, loss)
            smoothed = loss.item() if not smoothed else 0.98 * smoothed + 0.02 * loss.item()
            bar.advance(step + 1, f"loss {smoothed:.3f}")
    run.finish()


def load_head(folder: Path) -> PairHead:
    """Read a head written by ``main``."""
    card = json.loads((folder / "head.json").read_text(encoding="utf-8"))
    head = PairHead(HeadSettings(**card["head"]), card["width"])
    head.load_state_dict(load_file(folder / "head.safetensors"))
    return head.eval()


def main(recipe: Path, resume: bool = False) -> Path:
    """Train the head of a recipe file; write it, the encoder if a second stage changed it, and the int8 export."""
    from edge_er.training.head_export import export_head

    settings = read_recipe(recipe)
    model, held = load_model(settings.head.encoder), settings.data.held_share
    unseen, data = held * (1 - settings.head.share), data_folder(settings.data)
    pool = load_pool(data, settings.data, (unseen, held))
    count, optim = settings.head.candidates, settings.optim
    lists = make_lists(pool, model, optim.requests, count, optim.seed)
    head, model = train_head(settings, model, lists, resume)
    out, encoder_card = Path(settings.out), Path(settings.head.encoder) / "encoder.json"
    card = {**json.loads(encoder_card.read_text(encoding="utf-8")), "name": settings.name}
    out.mkdir(parents=True, exist_ok=True)
    if settings.head.joint_requests:
        save_model(model, out, card)
    save_file(
        {name: value.contiguous() for name, value in head.state_dict().items()}, out / "head.safetensors"
    )
    told = {
        "name": settings.name,
        "head": dataclasses.asdict(settings.head),
        "width": model.width,
        "multiply_adds": multiply_adds(settings.head, model.width, count),
        "lists": {"names": len(lists.names), "requests": len(lists.queries)},
    }
    (out / "head.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if settings.head.kind == "transformer" and settings.head.entity_side == "output":
        judged = make_lists(
            load_pool(data, settings.data, (0.0, unseen)), model, GATE_LISTS, count, optim.seed
        )
        export_head(model, head, card, judged, out, settings.export.max_loss)
    return out
