"""The teacher: a BERT-Tiny dual encoder trained by contrast on requests and the names they ask for.

edge-er train teacher models/recipes/teacher-8k.toml
"""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from edge_er.errors import RecipeError
from edge_er.training.data.batches import Batches
from edge_er.training.data.pool import Pool, data_folder, load_pool
from edge_er.training.loop import Run, best_device
from edge_er.training.models.dual_encoder import DualEncoder, length_chunks, save_model
from edge_er.training.models.vocabulary import (
    check_same_vocabulary,
    spelling_table,
    train_tokenizer,
    wrap_texts,
)
from edge_er.training.parallel import first_process_first, rank, share
from edge_er.training.recipe import ModelSettings, Recipe, read_recipe, work_folder

__all__ = ["contrastive_loss", "embed", "main", "new_teacher", "train_teacher"]

TOKEN_SPREAD = 0.05


def new_teacher(settings: ModelSettings, pool: Pool, seed: int) -> DualEncoder:
    """A teacher to train: from pretrained weights where ``init`` names them, else a fresh start on our vocabulary."""
    torch.manual_seed(seed)
    if settings.init:
        from transformers import AutoTokenizer

        bert = BertModel.from_pretrained(settings.init, add_pooling_layer=False)
        tokenizer = AutoTokenizer.from_pretrained(settings.init).backend_tokenizer
        wrap_texts(tokenizer)
        if settings.vocabulary:
            names = settings.vocabulary, settings.init
            check_same_vocabulary(
                "[model] vocabulary", _tokenizer_file(settings.vocabulary), tokenizer, names
            )
        return DualEncoder(bert, tokenizer, settings.max_tokens)
    tokenizer = _tokenizer(settings, pool, seed)
    config = BertConfig(
        attn_implementation="eager",
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=settings.hidden,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        intermediate_size=settings.intermediate,
        type_vocab_size=1,
        max_position_embeddings=settings.max_tokens,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    bert = BertModel(config, add_pooling_layer=False)
    if settings.spelling_start:
        table = torch.from_numpy(spelling_table(tokenizer, settings.hidden, TOKEN_SPREAD))
        bert.embeddings.word_embeddings.weight.data.copy_(table)
    return DualEncoder(bert, tokenizer, settings.max_tokens)


def _tokenizer(settings: ModelSettings, pool: Pool, seed: int) -> Tokenizer:
    if not settings.vocabulary:
        return train_tokenizer(_vocabulary_texts(pool, seed), settings.vocab_size)
    return _tokenizer_file(settings.vocabulary)


def _tokenizer_file(file: str) -> Tokenizer:
    if not Path(file).is_file():
        raise RecipeError(f"[model] vocabulary: no file {file}; give a tokenizer.json, or leave it out")
    return Tokenizer.from_file(file)


def _vocabulary_texts(pool: Pool, seed: int) -> list[str]:
    """Every name, and as many requests: names are what the pieces must spell."""
    return pool.names + random.Random(seed).sample(pool.queries, min(len(pool.names), len(pool.queries)))


def embed(model: DualEncoder, rows: list[np.ndarray], chunks: int = 8) -> Tensor:
    """Unit vectors [n, width] of token id rows, in order, computed in ``chunks`` of like length."""
    order, parts = [], []
    for places, ids, mask in length_chunks(rows, -(-len(rows) // chunks), model.device):
        order.append(places)
        parts.append(model(ids, mask))
    back = torch.from_numpy(np.argsort(np.concatenate(order))).to(model.device)
    return nn.functional.normalize(torch.cat(parts).float(), dim=-1)[back]


def contrastive_loss(asked: Tensor, names: Tensor, cluster: Tensor, temperature: float) -> Tensor:
    """Softmax cross-entropy of each request over the batch's names and of each name over its requests.

    ``asked`` and ``names`` are unit vectors [n, width]; rows of one ``cluster`` [n] are not each other's negatives.
    """
    scores = asked @ names.T / temperature
    same = (cluster[:, None] == cluster[None, :]).fill_diagonal_(False)
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(scores), device=scores.device)
    return (nn.functional.cross_entropy(scores, target) + nn.functional.cross_entropy(scores.T, target)) / 2


def train_teacher(recipe: Recipe, pool: Pool, resume: bool = False) -> DualEncoder:
    """Train the teacher of ``recipe`` on ``pool``; progress is shown and saved, and taken up with ``resume``."""
    settings, folder = recipe.optim, work_folder(recipe)
    tokenizer_file = folder / "tokenizer.json"
    shape = recipe.model
    with first_process_first():  # its vocabulary is that of all
        if (resume or rank()) and tokenizer_file.is_file():
            shape = dataclasses.replace(shape, vocabulary=str(tokenizer_file))
        model = new_teacher(shape, pool, settings.seed)
        if not rank():
            folder.mkdir(parents=True, exist_ok=True)
            model.tokenizer.save(str(tokenizer_file))
    model.to(best_device()).train()
    run = Run(model, settings, folder / "checkpoint.pt", resume)
    queries, names = model.tokenize(pool.queries), model.tokenize(pool.names)
    cluster = torch.tensor(pool.cluster, device=model.device)
    batches, smoothed = Batches(pool, settings), 0.0
    entity = batches.entity
    with run.progress(f"teacher {recipe.name}") as bar:
        step = run.first_step
        while step < run.steps:
            if settings.neighbours > 1:
                batches.mine(model)
            stop = min(run.steps, (step // settings.mine_every + 1) * settings.mine_every)
            for rows in map(share, batches.draw(step, stop)):
                asked_for = entity[rows]
                with run.mixed_precision():
                    asked = embed(model, [queries[row] for row in rows])
                    named = embed(model, [names[e] for e in asked_for], chunks=4)
                loss = contrastive_loss(
                    asked, named, cluster[torch.from_numpy(asked_for)], settings.temperature
                )
                run.step(step, loss)
                smoothed = loss.item() if not smoothed else 0.98 * smoothed + 0.02 * loss.item()
                step += 1
                bar.advance(step, f"loss {smoothed:.3f}")
    run.finish()
    return model.eval()


def card_of(model: DualEncoder, recipe: Recipe) -> dict[str, object]:
    """What a float32 encoder folder says about itself."""
    config = model.bert.config
    settings = dataclasses.asdict(recipe)
    settings["data"].pop("folder")
    return {
        "format": 1,
        "name": recipe.name,
        "languages": ["de", "en", "fr", "it", "es"],
        "dim": model.dim,
        "max_tokens": model.max_tokens,
        "vocab_size": config.vocab_size,
        "layers": config.num_hidden_layers,
        "hidden": config.hidden_size,
        "heads": config.num_attention_heads,
        "intermediate": config.intermediate_size,
        "token_dim": config.hidden_size,
        "parameters": sum(p.numel() for p in model.bert.parameters()),
        "recipe": settings,
    }


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Train the teacher of a recipe file and write its float32 encoder folder."""
    settings = read_recipe(recipe)
    with first_process_first():
        pool = load_pool(data_folder(settings.data, data), settings.data)
    model = train_teacher(settings, pool, resume)
    save_model(model, Path(settings.out), card_of(model, settings))
    return Path(settings.out)
