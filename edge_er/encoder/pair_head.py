"""The DiPair head on the device: it reads the tokens of a request and of a form together and scores the pair.

The encoder's graph gives both sides, projected: `head_request` and `head_entity`, float32 [batch, tokens, D]. The
head's graph takes the first N tokens of a request and the first M of each candidate, and gives `score` float32
[candidates]. Forms are rounded to int8 with one scale, whether a bundle keeps them or they are read when they are
candidates, so that both ways give the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import HEAD
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.encoder.onnx_session import open_session
from edge_er.errors import EncoderError

__all__ = ["ENTITY_SIDE", "HEAD_FILE", "REQUEST_SIDE", "FormTokens", "PairHead", "form_tokens"]

HEAD_FILE = "head.onnx"
REQUEST_SIDE, ENTITY_SIDE = "head_request", "head_entity"  # outputs of the encoder's graph
_FIELDS = ("request_tokens", "entity_tokens", "dim", "token_scale")

FormTokens = tuple[NDArray[np.int8], NDArray[np.uint8]]
"""Tokens of forms, int8 [forms, M, D], and how many of the M each form has, uint8 [forms]."""


def form_tokens(encoder: Encoder, forms: Sequence[str]) -> FormTokens:
    """Tokens of canonical `forms` as the head of the encoder's card reads them."""
    settings = encoder.card["head"]
    count, dim, scale = settings["entity_tokens"], settings["dim"], settings["token_scale"]
    tokens = np.zeros((len(forms), count, dim), np.int8)
    lengths = np.zeros(len(forms), np.uint8)
    for place, row in enumerate(
        encoder.token_outputs([encoder.canonical_ids(form) for form in forms], ENTITY_SIDE)
    ):
        first = quantise(row[:count], scale)
        tokens[place, : len(first)], lengths[place] = first, len(first)
    return tokens, lengths


class PairHead:
    """The head of an encoder for the forms of a bundle.

    Args:
        onnx: contents of head.onnx.
        encoder: whose card has the head's shape under `head`.
        forms: surface forms in canonical text.
        kept: their tokens, where the bundle keeps them; by default they are read at each request.

    Raises:
        EncoderError: the card has no such head, or onnxruntime cannot load it.
    """

    def __init__(
        self, onnx: bytes, encoder: Encoder, forms: Sequence[str], kept: FormTokens | None = None
    ) -> None:
        settings: Mapping[str, Any] = encoder.card.get("head") or {}
        missing = [name for name in _FIELDS if name not in settings]
        if missing:
            raise EncoderError(
                f"encoder.json, head: no {', '.join(missing)}; train and export the head again"
            )
        self._session = open_session(onnx, HEAD_FILE, 1)
        self._encoder, self._forms, self._kept = encoder, forms, kept
        self._more: Sequence[str] = ()
        self._first, self._scale = int(settings["request_tokens"]), float(settings["token_scale"])

    def worth(self, request: str, forms: Sequence[int]) -> NDArray[np.int64]:
        """What the head says of canonical `request` with each of `forms`, given by their index: int64 [forms]."""
        asked = next(self._encoder.token_outputs([self._encoder.canonical_ids(request)], REQUEST_SIDE))
        tokens, lengths = self._tokens(forms)
        feeds = {
            "request": asked[: self._first],
            "entity": tokens.astype(np.float32) / np.float32(self._scale),
            "entity_mask": (np.arange(tokens.shape[1]) < lengths[:, None]).astype(np.float32),
        }
        scores = self._session.run(["score"], feeds)[0]
        worth: NDArray[np.int64] = np.rint(scores * np.float32(HEAD.steps)).astype(np.int64)
        return worth

    def with_forms(self, more: Sequence[str]) -> PairHead:
        """The same head for `more` canonical forms after its own; theirs are read at each request."""
        both = copy(self)
        both._more = more
        return both

    def _form(self, index: int) -> str:
        own = index - len(self._forms)
        return self._forms[index] if own < 0 else self._more[own]

    def _tokens(self, forms: Sequence[int]) -> FormTokens:
        if self._kept is None:
            return form_tokens(self._encoder, [self._form(form) for form in forms])
        chosen = np.asarray(forms, np.int64)
        there = chosen < len(self._kept[0])
        rows = np.where(there, chosen, 0)
        tokens, lengths = self._kept[0][rows], self._kept[1][rows]
        if not there.all():
            read = form_tokens(self._encoder, [self._form(form) for form in chosen[~there].tolist()])
            tokens[~there], lengths[~there] = read
        return tokens, lengths
