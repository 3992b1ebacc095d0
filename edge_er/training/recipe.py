"""Recipes: the frozen, checked settings of a training run, read from TOML files such as ``models/recipes/*.toml``."""

from __future__ import annotations

import dataclasses
import math
import os
import sys
from pathlib import Path
from typing import Any, TypeVar

from edge_er.bundle.storage import MANIFEST
from edge_er.errors import RecipeError
from edge_er.training.settings import DATA_FOLDER_WEIGHTS, HeadSettings, HPDSettings, Recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["checkpoint_file", "out_folder", "read_recipe", "work_folder"]


T = TypeVar("T")
_LARGEST = 1 << 63  # of a number; above it lie infinity and what no count can be
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
        choices = known[key].metadata.get("choices", (value,))
        if value not in choices:
            raise RecipeError(f"{where} {key} must be {' or '.join(choices)}, found {value!r}")
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
    if isinstance(value, bool) or not isinstance(value, kinds[wanted]):
        return False
    return not isinstance(value, (int, float)) or -_LARGEST < value < _LARGEST


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
    if built["name"] in ("", ".", "..") or Path(built["name"]).name != built["name"]:
        raise RecipeError(
            f"{file}: name must be a word that can be the name of a folder, found {built['name']!r}"
        )
    if not built["out"]:
        raise RecipeError(f"{file}: out must be the folder of the encoder, found ''")
    recipe = Recipe(**built)
    _check_together(recipe, file)
    return recipe


def _check_hpd(hpd: HPDSettings, file: Path) -> None:
    """RecipeError where there is nothing to learn a projection from, or no such start of it."""
    if hpd.projection not in ("pca", "random"):
        raise RecipeError(f"{file}: [hpd] projection must be pca or random, found {hpd.projection!r}")
    if not (hpd.sentence or hpd.similarity):
        raise RecipeError(
            f"{file}: [hpd] sentence and similarity: expected at least one of them above 0, found both 0: "
            "there would be nothing to learn the projection from"
        )


def _check_together(recipe: Recipe, file: Path) -> None:
    """RecipeError where settings do not fit each other."""
    data, model, optim, head = recipe.data, recipe.model, recipe.optim, recipe.head
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
    _check_hpd(recipe.hpd, file)
    if optim.batch < optim.neighbours:
        raise RecipeError(
            f"{file}: [optim] batch must be at least neighbours, {optim.neighbours}, found {optim.batch}"
        )
    if model.hidden % model.heads:
        raise RecipeError(
            f"{file}: [model] hidden must be a multiple of heads, {model.heads}, found {model.hidden}"
        )
    _check_student(recipe, file)
    _check_head(head, file)


def out_folder(recipe: Recipe, *starts: str) -> Path:
    """The folder that a run writes its encoder to, seen to be one that can be written before anything is trained.

    Args:
        recipe: of the run.
        starts: encoders that it starts from or learns from; "" for none.

    Raises:
        RecipeError: it is or lies in a file, it may not be written, or it holds a bundle or one of ``starts``.
    """
    folder = Path(recipe.out)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        raise RecipeError(f"out: expected a folder, found the file {there}; give another path")
    if not os.access(there, os.W_OK | os.X_OK):
        raise RecipeError(
            f"out: the folder {there} may not be written; give another path, or the right to write"
        )
    if (folder / MANIFEST).is_file():
        raise RecipeError(
            f"out: expected a folder for an encoder, found the bundle {folder}; give another path"
        )
    for start in filter(None, starts):
        if Path(start).resolve() == folder.resolve():
            raise RecipeError(
                f"out: {folder} is what the run learns from; give another path, so that it is kept"
            )
    return folder


def _check_student(recipe: Recipe, file: Path) -> None:
    """RecipeError where settings of [student] are not known or do not fit each other."""
    student = recipe.student
    if student.width and (student.token_dim, student.layers) != (0, "random"):
        raise RecipeError(
            f'{file}: [student] width needs token_dim = 0 and layers = "random", since nothing of the teacher\'s fits '
            f"another width; found {student.token_dim} and {student.layers!r}"
        )
    if student.width and not student.hidden_states:
        raise RecipeError(
            f"{file}: [student] width needs hidden_states above 0: its matrices learn from the layers alone"
        )
    if recipe.hpd.dim and (student.width or student.hidden_states or student.output_loss != "mse"):
        raise RecipeError(
            f"{file}: [hpd] has a loss of its own: leave [student] width, hidden_states and output_loss out"
        )


def _check_head(head: HeadSettings, file: Path) -> None:
    """RecipeError where the settings of a head leave it nothing to read or to learn from."""
    if head.dim % head.heads:
        raise RecipeError(f"{file}: [head] dim must be a multiple of heads, {head.heads}, found {head.dim}")
    if not head.frozen_stage and not head.joint_requests:
        raise RecipeError(f"{file}: [head] without frozen_stage joint_requests must be above 0, found 0")
    if head.soft_labels and not head.teacher:
        raise RecipeError(
            f"{file}: [head] soft_labels need a teacher, the folder of a pair teacher; found none"
        )


def work_folder(recipe: Recipe) -> Path:
    """Where a run keeps its checkpoint and tokenizer until it is done."""
    return Path(recipe.data.cache).parent / "runs" / recipe.name


def checkpoint_file(recipe: Recipe, name: str = "checkpoint") -> Path:
    """The checkpoint of a run; one of several stages has one for each, by ``name``."""
    return work_folder(recipe) / f"{name}.pt"
