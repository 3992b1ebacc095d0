"""Encoders that a benchmark trains: kept in build/, and trained again where their recipe has changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

from edge_er.training.card import read_card
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.dual_encoder import DualEncoder, load_model, save_model
from edge_er.training.settings import Recipe

__all__ = ["kept_or_trained", "slug"]


def slug(name: str) -> str:
    """The folder name of a system."""
    return name.replace(",", "").replace(" ", "-")


def kept_or_trained(recipe: Recipe, train: Callable[[], DualEncoder]) -> DualEncoder:
    """The encoder in the folder ``out`` of a recipe, if it is of this recipe; else the one that ``train`` gives."""
    folder, settings = Path(recipe.out), json.loads(json.dumps(dataclasses.asdict(recipe)))
    settings["data"].pop("folder")
    if (folder / "model.safetensors").is_file() and read_card(folder)["recipe"] == settings:
        return load_model(folder)
    model = train()
    save_model(model, folder, card_of(model, recipe))
    return load_model(folder)
