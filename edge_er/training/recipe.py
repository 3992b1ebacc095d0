"""Recipes: the frozen, checked settings of a training run, read from TOML files such as ``models/recipes/*.toml``."""

from __future__ import annotations

import dataclasses
import math
import sys
from pathlib import Path
from typing import Any, TypeVar

from edge_er.errors import RecipeError
from edge_er.training.settings import DATA_FOLDER_WEIGHTS, Recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["read_recipe", "work_folder"]


T = TypeVar("T")
_TEXTS = ("name", "out")  # settings outside a section


def _build(cls: type[T], table: dict[str, Any], file: Path, section: str) -> T:
    known = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key, value in table.items():
        where = f"{file}: [{section}]"
        if key not in known:
            raise RecipeError(f"{where} has no setting {key!r}; known are {', '.join(sorted(known))}")
        wanted = known[key].type
        if not _fits(str(wanted), value):
            raise RecipeError(f"{where} {key} must be {wanted}, found {value!r}")
        least, most = known[key].metadata.get("range", (-math.inf, math.inf))
        if isinstance(value, (int, float)) and not least <= value <= most:
            upper = f" to {most}" if most < math.inf else " up"
            raise RecipeError(f"{where} {key} must be from {least}{upper}, found {value!r}")
    return cls(**table)


def _fits(wanted: str, value: object) -> bool:
    """Whether a value of a recipe is of the type ``wanted``."""
    if wanted == "list[str]":
        return isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    if wanted.startswith("dict"):
        inner = "float" if "float" in wanted else "str"
        return isinstance(value, dict) and all(_fits(inner, each) for each in value.values())
    if wanted == "bool":
        return isinstance(value, bool)
    kinds: dict[str, Any] = {"str": str, "int": int, "float": (int, float)}
    return isinstance(value, kinds[wanted]) and not isinstance(value, bool) and value == value


def read_recipe(path: Path | str) -> Recipe:
    """Read and check a recipe; every unknown or wrongly typed setting raises ``RecipeError`` with file and section."""
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(f"{file}: no such recipe; the shipped ones are in models/recipes/") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{file}: not a TOML file: {error}") from None
    fields = [each for each in dataclasses.fields(Recipe) if each.name not in _TEXTS]
    sections: dict[str, Any] = {
        each.name: each.default_factory for each in fields
    }  # the settings class of each
    built: dict[str, Any] = {}
    for key, value in table.items():
        if key in sections and not isinstance(value, dict):
            raise RecipeError(f"{file}: [{key}] must be a section, found {value!r}")
        if key in sections:
            built[key] = _build(sections[key], value, file, key)
        elif key in _TEXTS and isinstance(value, str):
            built[key] = value
        else:
            raise RecipeError(
                f"{file}: unknown section or setting {key!r}; expected name, out, {', '.join(sections)}"
            )
    for key in _TEXTS:
        if key not in built:
            raise RecipeError(f"{file}: the setting {key!r} is missing")
    recipe = Recipe(**built)
    _check_together(recipe, file)
    return recipe


def _check_together(recipe: Recipe, file: Path) -> None:
    """RecipeError where settings do not fit each other."""
    data, model, optim = recipe.data, recipe.model, recipe.optim
    domains = set(data.catalogs or DATA_FOLDER_WEIGHTS)
    if unknown := sorted(data.weights.keys() - domains):
        raise RecipeError(
            f"{file}: [data] domain_weights: {unknown[0]!r} is no domain; known are {', '.join(sorted(domains))}"
        )
    if min(data.weights.values()) < 0 or not any(data.weights.values()):
        raise RecipeError(
            f"{file}: [data] domain_weights must be from 0 up and not all 0, found {data.domain_weights}"
        )
    if not data.languages or len(set(data.languages)) < len(data.languages):
        raise RecipeError(
            f"{file}: [data] languages must be codes of languages, each once, found {data.languages}"
        )
    if (data.voice or data.asked) and not data.own:
        raise RecipeError(
            f"{file}: [data] voice and asked need the catalogs that they ask for: name them in [data.catalogs]"
        )
    if optim.batch < optim.neighbours:
        raise RecipeError(
            f"{file}: [optim] batch must be at least neighbours, {optim.neighbours}, found {optim.batch}"
        )
    if model.hidden % model.heads:
        raise RecipeError(
            f"{file}: [model] hidden must be a multiple of heads, {model.heads}, found {model.hidden}"
        )
    if recipe.student.start not in ("svd", "random"):
        raise RecipeError(f"{file}: [student] start must be svd or random, found {recipe.student.start!r}")


def work_folder(recipe: Recipe) -> Path:
    """Where a run keeps its checkpoint and tokenizer until it is done."""
    return Path(recipe.data.cache).parent / "runs" / recipe.name
