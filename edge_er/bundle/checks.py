"""Checks of a bundle when it is read: what its files say of each other, so that no request finds it first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity_store import EntityStore
from edge_er.bundle.json_text import parse_json
from edge_er.bundle.manifest import HEAD_TOKENS, VECTORS
from edge_er.bundle.reader import MANIFEST
from edge_er.bundle.schema import SchemaError, check
from edge_er.encoder.pair_head import HEAD_FILE
from edge_er.errors import BundleCorruptError
from edge_er.index.faiss_index import FAISS, INDEX_FILE
from edge_er.index.ngram_weights import NGRAMS_FILE
from edge_er.index.stored_words import WORDS_FILE
from edge_er.index.two_level import POPULAR_FILE

__all__ = ["check_arrays", "check_encoder", "check_needed", "check_vectors"]

Arrays = tuple[NDArray[Any], ...]

# dtype and dimensions of each array; None is any size
_SHAPES: dict[str, tuple[tuple[type, tuple[int | None, ...]], ...]] = {
    VECTORS: ((np.int8, (None, None)), (np.int32, (None,))),
    HEAD_TOKENS: ((np.int8, (None, None, None)), (np.uint8, (None,))),
    NGRAMS_FILE: ((np.uint32, (None, 3)), (np.int32, (None,))),
    WORDS_FILE: ((np.uint8, (None,)), (np.int32, (None,)), (np.int32, (None,))),
    POPULAR_FILE: ((np.int32, (None,)),),
}


def check_needed(manifest: Mapping[str, Any], place: Path) -> None:
    """Check that the manifest lists the files that its weights and its index need.

    Raises:
        BundleCorruptError: one is missing.
    """
    files, rerank = manifest["files"], manifest.get("rerank") or {}
    needed = {HEAD_FILE: "rerank.head"} if rerank.get("head") else {}
    if manifest["index"]["kind"] == FAISS:
        needed[INDEX_FILE] = "index.kind"
        needed |= {WORDS_FILE: "rerank.words"} if rerank.get("words") else {}
        needed |= {NGRAMS_FILE: "rerank.sound_pieces"} if rerank.get("sound_pieces") else {}
        needed |= {POPULAR_FILE: "index.popular"} if manifest["index"].get("popular") else {}
    for name, field in needed.items():
        if name not in files:
            raise BundleCorruptError(
                f"{place}: {MANIFEST}, {field}: expected a file {name}, found none; build the bundle again"
            )


def check_encoder(files: Mapping[str, bytes], place: Path) -> dict[str, Any]:
    """The card of a bundle's encoder; card and tokenizer are checked.

    Raises:
        BundleCorruptError: one of them is not what the schema says.
    """
    card: dict[str, Any] = _checked(files["encoder.json"], "encoder.json", "card", place)
    vocabulary = _checked(files["tokenizer.json"], "tokenizer.json", "tokenizer", place)["model"]["vocab"]
    numbers = list(vocabulary.values())
    if set(map(type, numbers)) != {int} or set(numbers) != set(range(len(numbers))):
        raise BundleCorruptError(
            f"{place}: tokenizer.json, model.vocab: expected the numbers 0 to {len(vocabulary) - 1}, each once, "
            "found others; build the bundle again"
        )
    return card


def _checked(data: bytes, file: str, schema: str, place: Path) -> Any:
    try:
        return check(parse_json(data), schema)
    except SchemaError as error:
        raise BundleCorruptError(f"{place}: {file}, {error}; build the bundle again") from error
    except ValueError as error:
        raise BundleCorruptError(f"{place}: {file}: not JSON ({error}); build the bundle again") from error


def check_arrays(file: str, arrays: Arrays, place: Path) -> Arrays:
    """The arrays of a file, checked for their types and numbers of dimensions.

    Raises:
        BundleCorruptError: one has others.
    """
    for number, (array, (kind, shape)) in enumerate(zip(arrays, _SHAPES[file], strict=True), start=1):
        fits = array.ndim == len(shape) and all(
            size in (None, n) for size, n in zip(shape, array.shape, strict=True)
        )
        if array.dtype != kind or not fits:
            sizes = ", ".join("n" if size is None else str(size) for size in shape)
            raise BundleCorruptError(
                f"{place}: {file}, array {number}: expected {np.dtype(kind).name} [{sizes}], "
                f"found {array.dtype} {array.shape}; build the bundle again"
            )
    if file == NGRAMS_FILE and len(arrays[0]) != len(arrays[1]):
        raise BundleCorruptError(
            f"{place}: {file}: expected as many counts as n-grams; build the bundle again"
        )
    return arrays


def check_vectors(
    arrays: Mapping[str, Arrays | None],
    entities: EntityStore,
    manifest: Mapping[str, Any],
    card: Mapping[str, Any],
    place: Path,
) -> None:
    """Check that vectors, entities, head tokens, card and manifest fit each other.

    Raises:
        BundleCorruptError: they do not.
    """
    vectors, owners = arrays[VECTORS] or ()
    expected = {
        f"{MANIFEST}, counts.entities": (manifest["counts"]["entities"], len(entities)),
        f"{MANIFEST}, counts.forms": (manifest["counts"]["forms"], len(vectors)),
        f"{MANIFEST}, index.dim": (manifest["index"].get("dim", card["dim"]), card["dim"]),
        f"{VECTORS}, dimensions": (card["dim"], vectors.shape[1]),
    }
    tokens = arrays.get(HEAD_TOKENS)
    if tokens is not None:
        head = card.get("head") or {}
        shape = (len(vectors), head.get("entity_tokens"), head.get("dim"))
        expected[HEAD_TOKENS] = (shape, tokens[0].shape)
        expected[f"{HEAD_TOKENS}, lengths"] = (len(vectors), len(tokens[1]))
        expected[f"{HEAD_TOKENS}, longest"] = (True, tokens[1].max(initial=0) <= shape[1])
    for what, (one, other) in expected.items():
        if one != other:
            raise BundleCorruptError(
                f"{place}: {what}: expected {one}, found {other}; build the bundle again"
            )
    if len(owners) > 1 and (np.diff(owners) < 0).any():
        raise BundleCorruptError(
            f"{place}: {VECTORS}: expected forms in the order of their entities, found another order; "
            "build the bundle again"
        )
