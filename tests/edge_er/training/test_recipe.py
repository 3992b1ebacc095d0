"""A recipe is checked as a whole before anything runs; every mistake says file, section and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_er.errors import RecipeError
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import DataSettings

ROOT = Path(__file__).resolve().parents[3]


def read(tmp_path: Path, text: str):
    (tmp_path / "r.toml").write_text(f'name = "a"\nout = "b"\n{text}', encoding="utf-8")
    return read_recipe(tmp_path / "r.toml")


@pytest.mark.parametrize(
    "file", sorted((ROOT / "models" / "recipes").rglob("*.toml")), ids=lambda file: file.stem
)
def test_the_shipped_recipes_are_read(file: Path) -> None:
    assert read_recipe(file).name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[data]\nrequests = -1", r"\[data\] requests must be from 1 up, found -1"),
        ("[data]\nvoice_share = 1.5", "voice_share must be from 0 to 1, found 1.5"),
        ("[data]\nvoice_share = nan", "voice_share must be float, found nan"),
        ("[data]\nheld_share = -0.1", "held_share must be from 0"),
        ("[data]\nlanguages = []", "languages must be codes of languages"),
        ('[data]\nlanguages = ["en", "en"]', "each once"),
        ('[data]\nlanguages = [""]', "languages must be list"),
        ("[data.domain_weights]\nboat = 1", "'boat' is no domain; known are artist, city"),
        ("[data.domain_weights]\nstation = 0", "not all 0"),
        ("[data.domain_weights]\nstation = -1\ncity = 2", "from 0 up"),
        ('[data.domain_weights]\nstation = "much"', "domain_weights must be dict"),
        ('[data]\nasked = ["a.jsonl"]', "need the catalogs"),
        ("[optim]\nbatch = 0", "batch must be from 2 up"),
        ("[optim]\nneighbours = 0", "neighbours must be from 1 to 13"),
        ("[optim]\nbatch = 2\nneighbours = 4", "batch must be at least neighbours"),
        ("[optim]\nsave_every = 0", "save_every must be from 1 up"),
        ("[model]\nlayers = -2", "layers must be from 1 up"),
        ("[model]\nhidden = 100\nheads = 3", "hidden must be a multiple of heads"),
        ('[student]\nstart = "magic"', "start must be svd or random"),
        ("[hpd]\ndim = -64", "dim must be from 0 up"),
        ("data = 3", r"\[data\] must be a section"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message) as caught:
        read(tmp_path, text)
    assert "r.toml" in str(caught.value)


def test_own_catalogs_are_asked_for_alike(tmp_path: Path) -> None:
    data = read(tmp_path, '[data.catalogs]\ntool = "t.csv"\nroom = "r.csv"').data
    assert data.weights == {"tool": 1.0, "room": 1.0}
    assert data.own and not DataSettings().own
    assert set(DataSettings().weights) == {"station", "artist", "tv", "programme", "city"}
