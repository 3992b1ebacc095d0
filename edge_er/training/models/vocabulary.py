"""WordPiece vocabulary on canonical text, and the start of a token table from the spelling of its pieces."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from edge_er.errors import EncoderError, RecipeError

__all__ = ["check_same_vocabulary", "read_tokenizer", "spelling_table", "train_tokenizer", "wrap_texts"]

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ALPHABET = 400


def train_tokenizer(texts: Sequence[str], vocab_size: int) -> Tokenizer:
    """A WordPiece tokenizer over canonical texts that wraps each text in [CLS] and [SEP].

    The same texts give the same vocabulary in every run. The trainer by itself numbers the letters inside words in the
    order of a hash table and breaks ties between merges by those numbers (huggingface/tokenizers#1794); here they are
    numbered beforehand, as special tokens of the training only.
    """
    first, inner = Counter[str](), Counter[str]()
    for text in texts:
        for word in text.split():
            first[word[0]] += 1
            inner.update(word[1:])
    counts = first + inner
    alphabet = sorted(sorted(counts, key=lambda letter: (-counts[letter], letter))[:ALPHABET])
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        special_tokens=[*SPECIALS, *alphabet, *(f"##{letter}" for letter in alphabet if letter in inner)],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        min_frequency=2,
        show_progress=False,
    )
    trained = _split_at_spaces({})
    trained.train_from_iterator(texts, trainer)
    tokenizer = _split_at_spaces(trained.get_vocab())
    tokenizer.add_special_tokens(SPECIALS)
    wrap_texts(tokenizer)
    return tokenizer


def read_tokenizer(file: Path) -> Tokenizer:
    """The tokenizer of a tokenizer.json.

    Raises:
        EncoderError: it is damaged, or of something else.
    """
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise EncoderError(
            f"{file}: not a tokenizer.json ({error}); train or copy its folder again"
        ) from error


def _split_at_spaces(vocab: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=64))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def wrap_texts(tokenizer: Tokenizer) -> None:
    """Let ``tokenizer`` put each text between [CLS] and [SEP]; neither padding nor truncation.

    Raises:
        RecipeError: it has not BERT's special tokens, with [PAD] as id 0.
    """
    missing = [token for token in SPECIALS if tokenizer.token_to_id(token) is None]
    if missing or tokenizer.token_to_id("[PAD]") != 0:
        raise RecipeError(
            f"[model] init: expected a BERT tokenizer with {', '.join(SPECIALS)} and [PAD] as id 0; "
            f"missing: {', '.join(missing) or 'none'}"
        )
    ends = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.no_padding()
    tokenizer.no_truncation()


def check_same_vocabulary(setting: str, found: Tokenizer, wanted: Tokenizer, names: tuple[str, str]) -> None:
    """Refuse a model whose token table has other pieces in its rows than the one it shall learn from or go on from.

    Args:
        setting: of the recipe, which names the model of ``found``.
        found: the tokenizer of that model.
        wanted: that of the model it learns from.
        names: what the two models are called, in this order.

    Raises:
        RecipeError: a piece has another row, or is in one vocabulary only; says how many.
    """
    mine, theirs = found.get_vocab(), wanted.get_vocab()
    if mine == theirs:
        return
    same = sum(theirs.get(piece) == row for piece, row in mine.items())
    raise RecipeError(
        f"{setting}: expected the vocabulary of {names[1]} ({len(theirs):,} pieces), found that of {names[0]} "
        f"({len(mine):,} pieces, {same:,} of them in the same row); token tables of two vocabularies cannot be mixed: "
        "name a model with the same tokenizer.json, or train it anew"
    )


def _direction(gram: str, width: int) -> np.ndarray:
    """A fixed random direction for a piece of spelling."""
    return np.random.default_rng(zlib.crc32(gram.encode())).standard_normal(width)


def spelling_table(tokenizer: Tokenizer, width: int, spread: float) -> np.ndarray:
    """A token table float32 [v, width] in which pieces spelled alike lie close, whether they begin a word or not.

    Each row is the sum of fixed random directions of its 1- to 3-grams, scaled to a standard deviation of ``spread``:
    before any training, the mean over a text's tokens then compares the letters of two texts.
    """
    table = np.zeros((tokenizer.get_vocab_size(), width), np.float32)
    directions: dict[str, np.ndarray] = {}
    for token, row in tokenizer.get_vocab().items():
        piece = token.removeprefix("##") if token not in SPECIALS else token
        grams = [piece[i : i + n] for n in (1, 2, 3) for i in range(len(piece) - n + 1)]
        for gram in grams:
            if gram not in directions:
                directions[gram] = _direction(gram, width)
            table[row] += directions[gram]
        table[row] /= np.sqrt(len(grams))
    table *= spread / table.std()
    table[0] = 0
    return table
