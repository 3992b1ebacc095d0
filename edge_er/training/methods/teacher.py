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
from edge_er.training.loop import Run, best_device, forget
from edge_er.training.models.dual_encoder import CompactEmbedding, DualEncoder, save_model
from edge_er.training.models.pretrained import load_bert, load_own, own_folder
from edge_er.training.models.token_rows import chunk_size, to_device
from edge_er.training.models.vocabulary import (
    check_same_vocabulary,
    read_tokenizer,
    spelling_table,
    train_tokenizer,
)
from edge_er.training.parallel import first_process_first, processes, rank, share
from edge_er.training.recipe import checkpoint_file, out_folder, read_recipe, work_folder
from edge_er.training.settings import ModelSettings, OptimSettings, Recipe

__all__ = ["contrastive_loss", "main", "new_teacher", "train_teacher"]

TOKEN_SPREAD = 0.05


def new_teacher(settings: ModelSettings, pool: Pool, seed: int) -> DualEncoder:
    """A teacher to train: from pretrained weights where ``init`` names them, else a fresh start on our vocabulary."""
    torch.manual_seed(seed)
    if settings.init:
        return _from_pretrained(settings)
    tokenizer = _tokenizer(settings, pool, seed)
    config = BertConfig(
        attn_implementation="sdpa",
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


def _from_pretrained(settings: ModelSettings) -> DualEncoder:
    """An encoder of ours to train further, or a BERT model that shall read canonical text."""
    setting = "[model] init"
    if own_folder(settings.init):
        model = load_own(settings.init, setting)
    else:
        bert, tokenizer = load_bert(settings.init, settings.max_tokens, setting)
        model = DualEncoder(bert, tokenizer, settings.max_tokens)
    if settings.vocabulary:
        given, names = _tokenizer_file(settings.vocabulary), (settings.vocabulary, settings.init)
        check_same_vocabulary("[model] vocabulary", given, model.tokenizer, names)
    return model


def _tokenizer(settings: ModelSettings, pool: Pool, seed: int) -> Tokenizer:
    if not settings.vocabulary:
        return train_tokenizer(_vocabulary_texts(pool, seed), settings.vocab_size)
    return _tokenizer_file(settings.vocabulary)


def _tokenizer_file(file: str) -> Tokenizer:
    if not Path(file).is_file():
        raise RecipeError(f"[model] vocabulary: no file {file}; give a tokenizer.json, or leave it out")
    return read_tokenizer(Path(file))


def _vocabulary_texts(pool: Pool, seed: int) -> list[str]:
    """Every name, and as many requests: names are what the pieces must spell."""
    return pool.names + random.Random(seed).sample(pool.queries, min(len(pool.names), len(pool.queries)))


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
    settings, folder, checkpoint = recipe.optim, work_folder(recipe), checkpoint_file(recipe)
    tokenizer_file = folder / "tokenizer.json"
    shape = recipe.model
    with first_process_first():  # its vocabulary is that of all
        begun = resume and checkpoint.is_file()
        if (begun or rank()) and tokenizer_file.is_file():
            shape = dataclasses.replace(shape, vocabulary=str(tokenizer_file))
        model = new_teacher(shape, pool, settings.seed)
        if not rank():
            folder.mkdir(parents=True, exist_ok=True)
            model.tokenizer.save(str(tokenizer_file))
    model.to(best_device()).train()
    run = Run(model, settings, checkpoint, resume, recipe=recipe)
    queries, names = (model.tokenize(texts).on(model.device) for texts in (pool.queries, pool.names))
    cluster = to_device(np.asarray(pool.cluster), model.device)
    batches = Batches(pool, settings, run.kept)
    asked_size, named_size = (_size(settings, model.device, parts) for parts in (8, 4))
    with run.progress(f"teacher {recipe.name}") as bar:
        step = run.first_step
        while step < run.steps:
            if settings.neighbours > 1 and not (batches.mined and step % settings.mine_every):
                batches.mine(model)
            stop = min(run.steps, (step // settings.mine_every + 1) * settings.mine_every)
            for rows in map(share, batches.draw(step, stop)):
                asked_for = batches.entity[rows]
                with run.mixed_precision():
                    asked = model.embed(queries, rows, asked_size)
                    named = model.embed(names, asked_for, named_size)
                same = cluster[to_device(asked_for, model.device)]
                loss = contrastive_loss(asked, named, same, settings.temperature)
                run.step(step, loss)
                step += 1
                bar.advance(step, loss)
    run.finish()
    return model.eval()


def _size(settings: OptimSettings, device: torch.device, parts: int) -> int:
    """Texts that are computed together: on a CPU the share of this process in ``parts``."""
    texts = -(-settings.batch // processes())
    return chunk_size(settings.chunk, device, -(-texts // parts))


def card_of(model: DualEncoder, recipe: Recipe) -> dict[str, object]:
    """What a float32 encoder folder says about itself."""
    config = model.bert.config
    settings = dataclasses.asdict(recipe)
    settings["data"].pop("folder")
    return {
        "format": 1,
        "name": recipe.name,
        "languages": ["en"] if recipe.sentences.wordnet else list(recipe.data.languages),
        "dim": model.dim,
        "max_tokens": model.max_tokens,
        "vocab_size": config.vocab_size,
        "layers": config.num_hidden_layers,
        "hidden": config.hidden_size,
        "heads": config.num_attention_heads,
        "intermediate": config.intermediate_size,
        "token_dim": _token_dim(model),
        "parameters": sum(p.numel() for p in model.bert.parameters()),
        "recipe": settings,
    }


def _token_dim(model: DualEncoder) -> int:
    """Columns of the token table."""
    table = model.bert.get_input_embeddings()
    return int((table.table if isinstance(table, CompactEmbedding) else table).embedding_dim)


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Train the teacher of a recipe file and write its float32 encoder folder."""
    settings = read_recipe(recipe)
    out = out_folder(settings, settings.model.init)
    with first_process_first():
        pool = load_pool(data_folder(settings.data, data), settings.data)
    model = train_teacher(settings, pool, resume)
    save_model(model, out, card_of(model, settings))
    forget(checkpoint_file(settings))
    return out
