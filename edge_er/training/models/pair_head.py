"""The DiPair head in torch, and how a dual encoder's token embeddings are read for it (Chen et al. 2020).

The head takes the first N token embeddings of the request and the first M of the entity form (section 3.3), or the
last (section 4.8), projects each side to D dimensions (section 3.4), joins them with position and segment embeddings,
and reads the pair with a small transformer, whose state of the first token gives the score, or with a feed-forward
network over all of them (section 3.5; the two are compared in section 4.6).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from edge_er.errors import RecipeError
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.token_rows import DeviceRows, TokenRows, to_device
from edge_er.training.settings import HeadSettings

__all__ = [
    "PairHead",
    "Reading",
    "load_head",
    "multiply_adds",
    "pair_scores",
    "read",
    "read_all",
    "read_rows",
    "read_sorted",
]

CHUNK = 1024
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
            widths = [tokens * dim, *[settings.intermediate] * settings.layers]
            hidden = [part for a, b in pairwise(widths) for part in (nn.Linear(a, b), nn.ReLU())]
            self.inner = nn.Sequential(*hidden)
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
                near = START_NOISE * torch.randn(dim, dim, device=start.device)
                part.weight.copy_(torch.eye(dim, device=start.device) + near)
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
            scores = self.score(self.inner(joined))
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
        hidden = (settings.layers - 1) * settings.intermediate
        return projection + candidates * (tokens * dim + hidden + 1) * settings.intermediate
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


def read(
    model: DualEncoder, rows: Sequence[np.ndarray], tokens: int, side: str = "output", end: str = "first"
) -> Reading:
    """Read rows of token ids.

    Args:
        model: the encoder.
        rows: token ids of each text.
        tokens: how many token embeddings are kept of each.
        side: "output", those of the encoder's output, or "table", those of its token table.
        end: "first" or "last", which of them.
    """
    there = TokenRows.of(rows).on(model.device)
    return read_rows(model, there, np.arange(len(rows)), tokens, side, end)


def read_rows(
    model: DualEncoder,
    rows: DeviceRows,
    places: np.ndarray,
    tokens: int,
    side: str = "output",
    end: str = "first",
) -> Reading:
    """The same of the rows at ``places``, which are on the device already."""
    ids, mask = rows.batch(places, tokens)
    states = model.token_states(ids, mask)
    vectors = nn.functional.normalize(model.pool(states, mask).float(), dim=-1)
    kept = states if side == "output" else model.token_embeddings(ids)
    if end == "last":
        kept, mask = _last(kept, mask, tokens)
    return Reading(kept[:, :tokens], mask[:, :tokens], vectors)


def _last(states: Tensor, mask: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The last ``count`` tokens of each text in their order, and their mask; of a shorter text all, then padding."""
    skipped = (mask.sum(1) - count).clamp(min=0)
    at = skipped[:, None] + torch.arange(count, device=mask.device)
    return states.gather(1, at.unsqueeze(-1).expand(-1, -1, states.shape[-1])), mask.gather(1, at)


def read_sorted(
    model: DualEncoder,
    rows: DeviceRows,
    places: np.ndarray,
    size: int,
    tokens: int,
    side: str = "output",
    end: str = "first",
) -> Reading:
    """The same of many rows, ``size`` of like length at a time, so that little is spent on padding; in their order."""
    order = np.argsort(rows.lengths[places], kind="stable")
    parts = [
        read_rows(model, rows, places[order[start : start + size]], tokens, side, end)
        for start in range(0, len(order), size)
    ]
    back = to_device(np.argsort(order), model.device)
    return Reading(*(torch.cat(part)[back] for part in zip(*parts, strict=True)))


@torch.no_grad()
def read_all(
    model: DualEncoder,
    rows: TokenRows | DeviceRows,
    tokens: int,
    side: str = "output",
    end: str = "first",
) -> Reading:
    """The same of all rows."""
    rows = rows.on(model.device)
    return read_sorted(model, rows, np.arange(len(rows)), CHUNK, tokens, side, end)


def pair_scores(head: PairHead, asked: Reading, named: Reading, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and head score, each [requests, candidates], of ``named`` at ``chosen`` [requests, candidates]."""
    entity = head.project_entity(named.states)[chosen]
    scores = head(asked.states, asked.mask, entity, named.mask[chosen])
    return torch.einsum("rd,rcd->rc", asked.vectors, named.vectors[chosen]), scores


def load_head(folder: Path) -> PairHead:
    """Read a head written by ``edge_er.training.methods.dipair``."""
    card = json.loads((folder / "head.json").read_text(encoding="utf-8"))
    head = PairHead(HeadSettings(**card["head"]), card["width"])
    head.load_state_dict(load_file(folder / "head.safetensors"))
    return head.eval()
