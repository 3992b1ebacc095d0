"""The variants of a DiPair head that `benchmarks.papers.dipair` trains, by the paper's experiments."""

from __future__ import annotations

import dataclasses
from typing import Any

from edge_er.training.settings import HeadSettings, Recipe

BASE, ALONE, TEACHER, COSINE = "two stages", "the head alone", "pair teacher", "cosine"
ONE_STAGE = 2  # times the lists of the second stage: as long to compute as both stages
LAYERS = "encoder_layers"  # of a variant whose encoder keeps only its first ones
_DE_FFNN = {"kind": "ffnn", "request_tokens": 1, "entity_tokens": 1, "dim": 128}  # reads [CLS] of both sides
_ALONE = {"joint_requests": 0}  # the first stage, on a frozen encoder
_SHORT = {"request_tokens": 4, "entity_tokens": 3}

# By experiment: what differs from the recipe, by name of the variant. `one_stage` trains as
# long as both stages with the encoder, at the second stage's learning rate times `rate`.
EXPERIMENTS: dict[str, dict[str, dict[str, Any]]] = {
    "Two stages and one (figure 3a)": {
        BASE: {},
        ALONE: _ALONE,
        "one stage, rate of the second": {"one_stage": True},
        "one stage, three times that rate": {"one_stage": True, "rate": 3},
        "two stages, no loss of the cosines": {"cosine_loss": 0.0},
    },
    "Soft labels of the teacher (section 4.3)": {
        "soft labels": {"soft_labels": 1.0},
    },
    "Last tokens instead of first (section 4.8)": {
        "N=4, M=3": _SHORT,
        "N=4, M=3, last": {**_SHORT, "tokens": "last"},
    },
    "Kinds of head (tables 2 and 4)": {
        "DiPair-FFNN": {"kind": "ffnn"},
        "DE-FFNN, alone": {**_DE_FFNN, **_ALONE},
    },
    "N, M, L and D (tables 5 and 6)": {
        "N=4, M=3": _SHORT,
        ALONE: _ALONE,
        "N=8, M=4, alone": {"request_tokens": 8, "entity_tokens": 4, **_ALONE},
        "D=16, alone": {"dim": 16, **_ALONE},
        "L=1, alone": {"layers": 1, **_ALONE},
        "D=64, alone": {"dim": 64, **_ALONE},
        "L=4, alone": {"layers": 4, **_ALONE},
    },
    "Stages of a feed-forward head (figure 3a)": {
        "DiPair-FFNN": {"kind": "ffnn"},
        "DiPair-FFNN, one stage": {"kind": "ffnn", "one_stage": True},
    },
    "Layers of the encoder (figure 3b)": {"encoder of one layer": {LAYERS: 1}},
}


@dataclasses.dataclass(frozen=True)
class Variant:
    """A recipe to train, and how many layers the encoder keeps; 0 for all."""

    recipe: Recipe
    encoder_layers: int = 0

    @property
    def head(self) -> HeadSettings:
        """The head's settings."""
        return self.recipe.head


def variants(base: Recipe) -> dict[str, Variant]:
    """All variants of a recipe, by name."""
    return {
        name: _variant(base, name, dict(changes))
        for experiment in EXPERIMENTS.values()
        for name, changes in experiment.items()
    }


def _variant(base: Recipe, name: str, changes: dict[str, Any]) -> Variant:
    layers, rate = changes.pop(LAYERS, 0), changes.pop("rate", 1)
    if changes.pop("one_stage", False):
        changes |= {
            "frozen_stage": False,
            "joint_requests": ONE_STAGE * base.head.joint_requests,
            "joint_learning_rate": rate * base.head.joint_learning_rate,
        }
    head = dataclasses.replace(base.head, **changes)
    return Variant(dataclasses.replace(base, name=f"{base.name}, {name}", head=head), layers)
