"""Encoder: canonical text to WordPiece tokens to a unit vector, by one ONNX graph that includes the pooling."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import VECTORS
from edge_er.encoder.onnx_session import open_session
from edge_er.encoder.onnx_weights import read_weights
from edge_er.encoder.wordpiece import WordPiece, number_of, read_wordpiece
from edge_er.errors import EncoderError
from edge_er.native.encoder import NativeEncoder
from edge_er.native.library import Kernels, kernels_for
from edge_er.text.arguments import as_sequence, positive, text_list
from edge_er.text.canonical import canonical_text, request_text

__all__ = ["ENCODER_FILES", "EncodedText", "Encoder", "quantise", "read_encoder_files"]

_POINT = re.compile(r"\d[.eE]")
ENCODER_FILES = ("encoder.onnx", "tokenizer.json", "encoder.json")
_SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_CARD_FIELDS: dict[str, type | tuple[type, ...]] = {
    "dim": int,
    "max_tokens": int,
    "vector_scale": (int, float),
}


_LENGTH_TOLERANCE = 1e-3


class EncodedText(NamedTuple):
    """One text of an utterance: canonical text, vector as int8 [dim], weight, and whether the encoder knows a token."""

    text: str
    vector: NDArray[np.int8]
    weight: float = 1.0
    readable: bool = True

    @property
    def same(self) -> int:
        """The dot product of the vector with itself."""
        numbers: list[int] = self.vector.tolist()
        return sum(map(mul, numbers, numbers))


class Encoder:
    """A sentence encoder: an ONNX graph, its tokenizer and its card.

    The graph takes `input_ids` and `attention_mask`, int64 [batch, tokens], and gives `embedding`, vectors of length 1,
    float32 [batch, dim]. The card (encoder.json) describes the encoder and its training. With kernels the graph is
    computed from its weights, and onnxruntime and tokenizers are only imported for what these cannot do.

    Args:
        open_session: opens the graph.
        cut: canonical text to token ids.
        vocabulary: how many there are.
        specials: ids of [UNK] and special tokens.
        card: of the encoder.
        native: computes the graph; without it the session is opened at once.

    Examples:
        >>> encoder = EntityResolver.load("radio_es").encoder
        >>> encoder.encode("cadena ser").shape
        (1, 64)
        >>> one, same, other = encoder.encode(["Cadena SER", "cadena  ser!", "Radio Clásica"])
        >>> bool(one @ same > 0.999 > one @ other)
        True
    """

    def __init__(
        self,
        open_session: Callable[[], Any],
        cut: Callable[[str], list[int]],
        vocabulary: int,
        specials: Iterable[int],
        card: Mapping[str, Any],
        native: NativeEncoder | None = None,
    ) -> None:
        self.card = card
        self.dim: int = card["dim"]
        self.max_tokens: int = card["max_tokens"]
        self._open, self._cut, self._specials = open_session, cut, frozenset(specials)
        self._last = vocabulary - 1
        self._native = native
        self._files: tuple[bytes, str | bytes, Mapping[str, Any], int, bool] | None = None
        if native is None:
            self._session  # noqa: B018  a graph that cannot be used is an error now

    def __repr__(self) -> str:
        name, engine = self.card.get("name", "unnamed"), "reference" if self._native is None else "native"
        return f"<Encoder {name!r}: {self.dim} dimensions, {self.max_tokens} tokens at most, {engine} engine>"

    def __reduce__(self) -> tuple[Any, ...]:
        """An encoder is made again from its files."""
        if self._files is None:
            raise TypeError("this encoder was not made from files, so that it cannot be pickled or copied")
        return _encoder_again, self._files

    @cached_property
    def _session(self) -> Any:
        return self._open()

    @classmethod
    def load(cls, folder: str | Path, threads: int = 1) -> Encoder:
        """Encoder of a folder with encoder.onnx, tokenizer.json and encoder.json.

        Raises:
            EncoderError: a file is missing or cannot be used; the message names it.
        """
        return cls.from_files(read_encoder_files(folder), threads)

    @classmethod
    def from_files(
        cls, files: Mapping[str, bytes], threads: int = 1, kernels: Kernels | None = None
    ) -> Encoder:
        """Encoder from the contents of its files by name, as in a bundle; see `from_bytes`."""
        card = json.loads(files["encoder.json"], parse_float=number_of)
        return cls.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card, threads, kernels)

    @classmethod
    def from_bytes(
        cls,
        onnx: bytes,
        tokenizer_json: str | bytes,
        card: Mapping[str, Any],
        threads: int = 1,
        kernels: Kernels | None = None,
    ) -> Encoder:
        """Encoder from the contents of its files; `threads` is how many cores one request may use.

        `kernels` compute graphs and cut texts that this project wrote; others need onnxruntime and tokenizers.

        Raises:
            EncoderError: the card lacks a field, or graph or tokenizer cannot be used.
            ValueError: `threads` is below 1.
        """
        encoder = cls._made_from(onnx, tokenizer_json, card, threads, kernels)
        encoder._files = (onnx, tokenizer_json, dict(card), threads, kernels is not None)
        return encoder

    @classmethod
    def _made_from(
        cls,
        onnx: bytes,
        tokenizer_json: str | bytes,
        card: Mapping[str, Any],
        threads: int,
        kernels: Kernels | None,
    ) -> Encoder:
        _check_card(card)
        positive(threads, "threads")
        opened = partial(_session, onnx, threads)
        pieces = read_wordpiece(tokenizer_json) if kernels else None
        if kernels and pieces and pieces.reads(_SPECIALS):
            native = _native(kernels, onnx, card, pieces)
            return cls(opened, pieces, pieces.size, map(pieces.id_of, _SPECIALS), card, native)
        tokenizer = _tokenizer(tokenizer_json)
        specials = [tokenizer.token_to_id(token) for token in _SPECIALS]
        size = tokenizer.get_vocab_size()
        return cls(opened, lambda text: list(tokenizer.encode(text).ids), size, specials, card)

    def token_ids(self, text: str) -> list[int]:
        """Token ids of `text`, from [CLS] to [SEP]; a longer text is cut to `max_tokens` ids and ends in [SEP]."""
        return self.canonical_ids(canonical_text(text))

    def encode_text(self, text: str, scale: float, weight: float = 1.0) -> EncodedText:
        """One text of a request: its canonical text as far as it is read, and its vector (`quantise` for `scale`)."""
        canonical = request_text(text)
        tokens = self.canonical_ids(canonical)
        if self._native is not None:
            _, vector = self._native.encode(tokens, scale, VECTORS.clip)
        else:
            vector = quantise(self._run([tokens])[0], scale)
        return EncodedText(canonical, vector, weight, self.can_read(tokens))

    def encode(self, texts: str | Iterable[str], batch_size: int = 64) -> NDArray[np.float32]:
        """Unit vectors of `texts`, float32 [texts, dim], in their order; a single string is one text.

        A batch has texts of one length only, so nothing is padded, and a vector does not depend on the other texts of
        its batch (but for the last bits of a float; with `batch_size=1` not even these).

        Raises:
            TypeError: a text is not a string.
        """
        return self.encode_canonical([canonical_text(text) for text in text_list(texts)], batch_size)

    def encode_canonical(self, texts: str | Iterable[str], batch_size: int = 64) -> NDArray[np.float32]:
        """The same as `encode` for texts that are canonical already."""
        return self.encode_ids([self.canonical_ids(text) for text in text_list(texts)], batch_size)

    def quantised(self, texts: Sequence[str], scale: float) -> NDArray[np.int8]:
        """Vectors of canonical `texts` as `quantise` gives them, int8 [texts, dim], each text encoded by itself."""
        return quantise(self.encode_canonical(texts, batch_size=1), scale)

    def encode_ids(self, ids: Iterable[list[int]], batch_size: int = 64) -> NDArray[np.float32]:
        """The same as `encode` for texts that are token ids already."""
        ids = as_sequence(ids)
        vectors = np.empty((len(ids), self.dim), np.float32)
        if batch_size == 1:
            for row, tokens in enumerate(ids):
                vectors[row] = self._run([tokens])[0]
            return vectors
        for rows in _batches([len(tokens) for tokens in ids], batch_size):
            vectors[rows] = self._run([ids[row] for row in rows])
        return vectors

    def canonical_ids(self, text: str) -> list[int]:
        """The same as `token_ids` for a text that is canonical already."""
        ids = self._cut(text)
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]]

    def token_outputs(self, ids: Iterable[list[int]], output: str) -> Iterator[NDArray[np.float32]]:
        """Another output of the graph, float32 [tokens, columns] for each text, in their order."""
        ids = as_sequence(ids)
        by_row: dict[int, NDArray[np.float32]] = {}
        for rows in _batches([len(tokens) for tokens in ids], len(ids) or 1):
            input_ids = np.array([ids[row] for row in rows], np.int64)
            feeds = {"input_ids": input_ids, "attention_mask": np.ones_like(input_ids)}
            by_row.update(zip(rows, self._session.run([output], feeds)[0], strict=True))
        return (by_row[row] for row in range(len(ids)))

    def can_read(self, ids: Sequence[int]) -> bool:
        """Whether a text's token ids include any other than [UNK] and special tokens."""
        return not self._specials.issuperset(ids)

    def check(self) -> None:
        """Run the graph on the shortest and the longest text, with the last token of the vocabulary.

        Raises:
            EncoderError: it cannot be run, or gives no vectors of length 1.
        """
        for tokens in ([2, 3], [2, *[self._last] * (self.max_tokens - 2), 3]):
            vectors = self._run([tokens])
            right = vectors.shape == (1, self.dim) and vectors.dtype == np.float32
            if not right or not abs(float(np.linalg.norm(vectors)) - 1.0) < _LENGTH_TOLERANCE:
                raise EncoderError(
                    f"encoder.onnx: expected vectors float32 [1, {self.dim}] of length 1, found {vectors.dtype} "
                    f"{vectors.shape} of length {np.linalg.norm(vectors)}; export it again"
                )

    def _run(self, ids: list[list[int]]) -> NDArray[np.float32]:
        if self._native is not None:
            return np.array([self._native.encode(tokens, 1.0, VECTORS.clip)[0] for tokens in ids], np.float32)
        input_ids = np.array(ids, np.int64)
        feeds = {"input_ids": input_ids, "attention_mask": np.ones_like(input_ids)}
        try:
            vectors: NDArray[np.float32] = self._session.run(["embedding"], feeds)[0]
        except Exception as error:  # onnxruntime has no common error class
            raise EncoderError(
                f"encoder.onnx: onnxruntime cannot run it ({error}); export it again"
            ) from error
        return vectors


def _encoder_again(
    onnx: bytes, tokenizer_json: str | bytes, card: Mapping[str, Any], threads: int, native: bool
) -> Encoder:
    """The encoder that was pickled or copied, with kernels where it had some and they are installed here, too."""
    kernels = kernels_for("auto") if native else None
    return Encoder.from_bytes(onnx, tokenizer_json, card, threads, kernels)


def read_encoder_files(folder: str | Path) -> dict[str, bytes]:
    """Contents of an encoder folder's files by name, checked against the checksums in its card.

    Raises:
        EncoderError: a file is missing or damaged; the message names it.
    """
    folder = Path(folder)
    files = {}
    for name in ENCODER_FILES:
        files[name] = _contents(folder / name)
    try:
        card = json.loads(files["encoder.json"])
    except ValueError as error:
        raise EncoderError(
            f"{folder / 'encoder.json'}: not JSON ({error}); export the encoder again"
        ) from error
    _check_card(card)
    for name in sorted(set(card.get("files", {})) - set(files)):
        files[name] = _contents(folder / name)
    for name, expected in card.get("files", {}).items():
        if name in files and hashlib.sha256(files[name]).hexdigest() != expected["sha256"]:
            raise EncoderError(f"{folder / name}: not the file encoder.json names (SHA-256); export it again")
    return files


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise EncoderError(
            f"{file}: cannot be read ({error.strerror or error}); "
            f"an encoder folder holds {', '.join(ENCODER_FILES)} and what its card lists"
        ) from error


def quantise(vectors: NDArray[np.float32], scale: float) -> NDArray[np.int8]:
    """`vectors * scale`, rounded half to even and clipped to ±127: int8 of the same shape."""
    clip = VECTORS.clip
    rounded: NDArray[np.int8] = np.clip(np.rint(vectors * np.float32(scale)), -clip, clip).astype(np.int8)
    return rounded


def _batches(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Row numbers in batches, each of rows of one length."""
    by_length: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        by_length.setdefault(length, []).append(row)
    return [
        rows[start : start + batch_size]
        for _, rows in sorted(by_length.items())
        for start in range(0, len(rows), batch_size)
    ]


def _check_card(card: Mapping[str, Any]) -> None:
    for name, kind in _CARD_FIELDS.items():
        value = card.get(name) if isinstance(card, Mapping) else None
        if not isinstance(value, kind) or isinstance(value, bool) or value <= 0:  # type: ignore[operator]
            raise EncoderError(
                f"encoder.json, field {name!r}: expected a number above 0, found {value!r}; export the encoder again"
            )


def _native(
    kernels: Kernels, onnx: bytes, card: Mapping[str, Any], pieces: WordPiece
) -> NativeEncoder | None:
    """What computes a graph without onnxruntime; None if it is no graph that kernels know."""
    weights = read_weights(onnx)
    if weights is None:
        return None
    try:
        native = NativeEncoder(kernels, weights.arrays, weights.epsilon, card["dim"])
    except (ValueError, OverflowError):
        return None
    return native if card["max_tokens"] <= native.tokens and pieces.size <= native.vocabulary else None


def _session(onnx: bytes, threads: int) -> Any:
    session = open_session(onnx, "encoder.onnx", threads)
    try:
        inputs = {value.name for value in session.get_inputs()}
        outputs = {value.name for value in session.get_outputs()}
    except UnicodeDecodeError as error:
        raise EncoderError(f"encoder.onnx: a name is not UTF-8 ({error}); export it again") from error
    if inputs != {"input_ids", "attention_mask"} or "embedding" not in outputs:
        raise EncoderError(
            "encoder.onnx: expected inputs input_ids and attention_mask and an output embedding, "
            f"found {', '.join(sorted(inputs))} and {', '.join(sorted(outputs))}; export it again"
        )
    return session


def _tokenizer(tokenizer_json: str | bytes) -> Any:
    from tokenizers import Tokenizer

    try:
        text = tokenizer_json if isinstance(tokenizer_json, str) else tokenizer_json.decode("utf-8")
        if _POINT.search(text):  # tokenizers does not take 3.0 for 3
            text = json.dumps(json.loads(text, parse_float=number_of))
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # tokenizers raises bare Exception
        raise EncoderError(f"tokenizer.json: tokenizers cannot read it ({error}); export it again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
