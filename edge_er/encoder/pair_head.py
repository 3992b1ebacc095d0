"""Pair head: a small network that reads the tokens of a request and of a form together and scores the pair.

After DiPair (Chen et al. 2020, section 3): the encoder gives token embeddings of both sides, cut to the first N tokens
of a request and the first M of a form, and a head of a few transformer layers reads them as one sequence.

The encoder's graph has the projected sides as outputs `head_request` and `head_entity`, float32 [batch, tokens, D].
The head's graph gives `score`, float32 [candidates]. Tokens of forms are rounded to int8 with one scale, both where a
bundle keeps them and where they are computed for a request, so that both give the same answer.
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
    """Tokens of canonical `forms` as the head reads them, by the settings `head` in the encoder's card."""
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
    """The DiPair head of an encoder, for the forms of a bundle (DiPair, section 3).

    Args:
        onnx: contents of head.onnx.
        encoder: its card has the head's shape under `head`.
        forms: surface forms in canonical text.
        kept: their tokens, if the bundle keeps them; by default they are computed for each request.

    Raises:
        EncoderError: the card does not describe a head, or onnxruntime cannot load it.
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

    def scores(self, request: str, forms: Sequence[int]) -> NDArray[np.int64]:
        """Score of canonical `request` with each of `forms`, given by index: int64 [forms], in 64ths."""
        request_tokens = next(
            self._encoder.token_outputs([self._encoder.canonical_ids(request)], REQUEST_SIDE)
        )
        tokens, lengths = self._tokens(forms)
        feeds = {
            "request": request_tokens[: self._first],
            "entity": tokens.astype(np.float32) / np.float32(self._scale),
            "entity_mask": (np.arange(tokens.shape[1]) < lengths[:, None]).astype(np.float32),
        }
        scores = self._session.run(["score"], feeds)[0]
        whole: NDArray[np.int64] = np.rint(scores * np.float32(HEAD.steps)).astype(np.int64)
        return whole

    def check(self) -> None:
        """Run the graph once.

        Raises:
            EncoderError: it cannot be run, or gives no scores.
        """
        try:
            scores = self.scores("a", [0] if self._forms else [])
        except Exception as error:  # onnxruntime has no common error class
            raise EncoderError(f"{HEAD_FILE}: it cannot be run ({error}); export it again") from error
        if scores.shape != (min(len(self._forms), 1),):
            raise EncoderError(
                f"{HEAD_FILE}: expected a score for each form, found an array {list(scores.shape)}; export it again"
            )

    def with_forms(self, more: Sequence[str]) -> PairHead:
        """The same head with `more` canonical forms after its own; their tokens are computed for each request."""
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
