"""A recipe is checked as a whole before anything runs; every mistake says file, section and what was expected."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from edge_er.errors import RecipeError
from edge_er.training.recipe import out_folder, read_recipe
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
        ('[student]\nlayers = "half"', "layers must be teacher or random, found 'half'"),
        (
            '[student]\noutput_loss = "mae"',
            "output_loss must be mse or kl or cosine_mse or cosine_mae, found 'mae'",
        ),
        ("[student]\nwidth = 64", "width needs token_dim = 0 and layers"),
        ('[student]\nwidth = 64\ntoken_dim = 0\nlayers = "random"', "width needs hidden_states above 0"),
        ("[student]\nhidden_states = 1\n[hpd]\ndim = 8", r"\[hpd\] has a loss of its own"),
        ("[hpd]\ndim = -64", "dim must be from 0 up"),
        ('[hpd]\nprojection = "svd"', "projection must be pca or random, found 'svd'"),
        ("[hpd]\nsentence = 0", "sentence and similarity: expected at least one of them above 0"),
        ("data = 3", r"\[data\] must be a section"),
        (f"[optim]\nlearning_rate = 1{'0' * 400}", "learning_rate must be float, found 1000"),
        ("[optim]\nlearning_rate = inf", "learning_rate must be float, found inf"),
        ('[head]\nkind = "magic"', r"\[head\] kind must be transformer or ffnn, found 'magic'"),
        ('[head]\nentity_side = "left"', "entity_side must be output or table, found 'left'"),
        ('[head]\nstart = ""', "start must be likeness or random, found ''"),
        ("[head]\ndim = 30\nheads = 4", r"\[head\] dim must be a multiple of heads, 4, found 30"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message) as caught:
        read(tmp_path, text)
    assert "r.toml" in str(caught.value)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a/"])
def test_a_name_is_that_of_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "r.toml").write_text(f'name = "{name}"\nout = "b"\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.toml: name must be a word .*, found"):
        read_recipe(tmp_path / "r.toml")


def test_a_run_without_a_place_to_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('name = "a"\nout = ""\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.toml: out must be the folder of the encoder"):
        read_recipe(tmp_path / "r.toml")


def test_out_is_a_folder_that_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = dataclasses.replace(read(tmp_path, ""), out=str(tmp_path / "new" / "encoder"))
    assert out_folder(recipe) == tmp_path / "new" / "encoder"
    assert not (tmp_path / "new").exists()
    for out in (tmp_path / "r.toml", tmp_path / "r.toml" / "encoder"):
        with pytest.raises(RecipeError, match=r"out: expected a folder, found the file .*r\.toml"):
            out_folder(dataclasses.replace(recipe, out=str(out)))
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RecipeError, match="found the bundle"):
        out_folder(dataclasses.replace(recipe, out=str(tmp_path / "bundle")))
    with pytest.raises(RecipeError, match=r"out: .* is what the run learns from"):
        out_folder(recipe, "", str(tmp_path / "new" / ".." / "new" / "encoder"))
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(RecipeError, match=f"out: the folder {tmp_path} may not be written"):
        out_folder(recipe)


def test_what_a_shipped_recipe_starts_from_is_shipped_or_made_by_another() -> None:
    recipes = [read_recipe(file) for file in (ROOT / "models" / "recipes").rglob("*.toml")]
    made = {recipe.out for recipe in recipes}
    for recipe in recipes:
        starts = [recipe.model.init, recipe.student.teacher, recipe.hpd.start, *recipe.hpd.teachers]
        starts += [recipe.dse.start, recipe.dse.student, recipe.head.encoder]
        for start in starts:
            known = not start or start in made or start.startswith("package:")
            assert known or (ROOT / start / "encoder.json").is_file(), f"{recipe.name}: {start}"


def test_own_catalogs_are_asked_for_alike(tmp_path: Path) -> None:
    data = read(tmp_path, '[data.catalogs]\ntool = "t.csv"\nroom = "r.csv"').data
    assert data.weights == {"tool": 1.0, "room": 1.0}
    assert data.own and not DataSettings().own
    assert set(DataSettings().weights) == {"station", "artist", "tv", "programme", "city"}
