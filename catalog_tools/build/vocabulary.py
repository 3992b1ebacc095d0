"""The vocabulary of a bundle's encoder, cut to the pieces of words that its catalog and its language need.

An encoder of five languages has a row in its token table, and a line in tokenizer.json, for each of its pieces; a
catalog of one language uses less than half of them. Kept are

- the pieces of all forms of the catalog, those that there was no room for included,
- those of carrier phrases in all languages, for people ask in other languages than the names are in,
- those that are frequent in requests of the catalog's language, which recognisers and new names are made of,
- single characters and special tokens, so that whatever could be read still can.

A text whose pieces are all kept is cut into the same pieces, for the longest piece that fits is still the longest; its
vector is the same to the bit. Any other is read by smaller pieces. Nothing else about the encoder changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files as package_files
from itertools import islice
from typing import Any

from catalog_tools.build.onnx_tables import table_names, with_rows
from catalog_tools.language.language import LANGUAGES, Language, language
from edge_er.errors import EncoderError
from edge_er.text.canonical import canonical_text

__all__ = [
    "CATALOG",
    "COUNTED",
    "CUT_FROM",
    "FREQUENT",
    "VOCABULARIES",
    "WHOLE",
    "CatalogVocabulary",
    "cut_from",
    "cut_vocabulary",
    "pieces_of",
    "pieces_of_each",
]

WHOLE, CATALOG = "whole", "catalog"
VOCABULARIES = (WHOLE, CATALOG)
CUT_FROM = "cut_from"  # in the card: the files of the encoder before
COUNTED = "locales/pieces.tsv"  # how often each piece occurs in requests, by language
FREQUENT = 5

_TABLE = "token.table"
_TABLES = (_TABLE, f"{_TABLE}.scale")
_AT_ONCE = 50_000  # texts
_OF_FILES = ("encoder.onnx", "tokenizer.json")


class CatalogVocabulary:
    """An encoder, and the pieces that a catalog needs of it.

    Args:
        files: contents of an encoder folder, by name.
        lang: language of the catalog.
        kind: "catalog" to cut the vocabulary, "whole" to leave it.
        frequent: pieces that occur in 100,000 requests of the language 2 to this power times, or more, are kept.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        lang: str | Language,
        kind: str = CATALOG,
        frequent: int = FREQUENT,
    ) -> None:
        self._files = dict(files)
        self._kept = _kept_anyway(files, language(lang), frequent) if kind == CATALOG else None

    def add(self, forms: Iterable[str]) -> None:
        """Keep the pieces of these forms."""
        if self._kept is not None:
            self._kept |= pieces_of(self._files["tokenizer.json"], forms)

    def files(self) -> dict[str, bytes]:
        """The encoder's files with the pieces that are kept."""
        return dict(self._files) if self._kept is None else cut_vocabulary(self._files, self._kept)


def _kept_anyway(files: Mapping[str, bytes], facts: Language, least: int) -> set[str] | None:
    """What is kept for the language, whatever the catalog; None where the vocabulary cannot be cut.

    That is where it was cut before, where the token table is none that `edge-er train export` writes, and where nobody
    has counted the pieces of the language's requests.
    """
    counted = _counted(facts.code)
    cut = CUT_FROM in json.loads(files["encoder.json"])
    if cut or counted is None or _TABLE not in table_names(files["encoder.onnx"]):
        return None
    vocabulary = json.loads(files["tokenizer.json"])["model"]["vocab"]
    kept = {piece for piece in vocabulary if counted.get(piece, least) >= least}
    return kept | pieces_of(files["tokenizer.json"], _carriers(facts))


def cut_vocabulary(files: Mapping[str, bytes], kept: Collection[str]) -> dict[str, bytes]:
    """An encoder's files with the pieces in ``kept``, single characters and special tokens alone.

    Raises:
        EncoderError: the tokenizer's special tokens are not its first pieces, or the graph has no such token table.
    """
    tokenizer: dict[str, Any] = json.loads(files["tokenizer.json"])
    model, specials = tokenizer["model"], tokenizer["added_tokens"]
    if sorted(token["id"] for token in specials) != list(range(len(specials))):
        raise EncoderError(
            "tokenizer.json: expected special tokens as the first pieces; leave the vocabulary whole"
        )
    prefix = model["continuing_subword_prefix"]
    rows = [
        row
        for piece, row in sorted(model["vocab"].items(), key=lambda each: each[1])
        if row < len(specials) or len(piece.removeprefix(prefix)) == 1 or piece in kept
    ]
    piece_at = {row: piece for piece, row in model["vocab"].items()}
    model["vocab"] = {piece_at[row]: place for place, row in enumerate(rows)}
    graph = with_rows(files["encoder.onnx"], _TABLES, rows)
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode()
    changed = {"encoder.onnx": graph, "tokenizer.json": text}
    return {**files, **changed, "encoder.json": _card(files, changed, len(piece_at) - len(rows))}


def _card(files: Mapping[str, bytes], changed: Mapping[str, bytes], fewer: int) -> bytes:
    """The card of an encoder that has ``fewer`` pieces now."""
    card: dict[str, Any] = json.loads(files["encoder.json"])
    before = {name: _entry(files[name]) for name in _OF_FILES}
    if "parameters" in card and "token_dim" in card:
        card["parameters"] -= fewer * card["token_dim"]
    if "vocab_size" in card:
        card["vocab_size"] -= fewer
    after = {name: _entry(data) for name, data in changed.items()}
    card |= {"files": {**card.get("files", {}), **after}, CUT_FROM: before}
    return (json.dumps(card, indent=1, sort_keys=True) + "\n").encode()


def _entry(data: bytes) -> dict[str, Any]:
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def cut_from(files: Mapping[str, bytes], whole: Mapping[str, bytes]) -> bool:
    """Whether ``files`` are those of the encoder ``whole`` with a cut vocabulary."""
    before = json.loads(files["encoder.json"]).get(CUT_FROM)
    return before is not None and before == {name: _entry(whole[name]) for name in _OF_FILES}


def pieces_of(tokenizer_json: bytes, texts: Iterable[str]) -> set[str]:
    """The pieces that a tokenizer cuts texts into, in canonical text."""
    found: set[str] = set()
    for pieces in pieces_of_each(tokenizer_json, texts):
        found.update(pieces)
    return found


def pieces_of_each(tokenizer_json: bytes, texts: Iterable[str]) -> Iterator[list[str]]:
    """The pieces of each text, in canonical text, special tokens included."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(tokenizer_json.decode("utf-8"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    waiting = iter(texts)
    while part := [canonical_text(text) for text in islice(waiting, _AT_ONCE)]:
        for encoding in tokenizer.encode_batch(part):
            yield encoding.tokens


def _carriers(facts: Language) -> Iterator[str]:
    """Carrier phrases of the catalog's language and of all that are shipped, and how its letters are called."""
    for each in (facts, *map(language, LANGUAGES)):
        for phrases in each.carriers.values():
            yield from (phrase.replace("{}", " ") for phrase in phrases)
    yield from facts.letters.values()


@cache
def _counted(lang: str) -> dict[str, int] | None:
    """How often pieces occur in requests of a language; None where nobody has counted.

    Each line of the table is a piece and a digit for each language of the first line: the whole part of the logarithm
    to base 2 of how often it occurs in 100,000 requests, 0 where it is rarer than twice.
    """
    lines = package_files("catalog_tools").joinpath(COUNTED).read_text(encoding="utf-8").splitlines()
    languages = lines[0].split("\t")[1].split(" ")
    if lang not in languages:
        return None
    column = languages.index(lang)
    return {piece: int(digits[column]) for piece, digits in (line.split("\t") for line in lines[1:])}
