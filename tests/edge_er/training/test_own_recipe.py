"""A recipe of one's own from teacher to export, on the command line, without a data folder, and what its cards say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny import require_packages

from edge_er.encoder.encoder import Encoder
from edge_er.training.card import read_card

require_packages("torch")

TOOLS = [
    f"{size} {tool}"
    for size in ("Small", "Large", "Heavy", "Blue")
    for tool in ("Drill", "Saw", "Lamp", "Sander")
]
RECIPE = """name = "{name}"
out = "{out}"
[data]
cache = "pool"
requests = 400
languages = ["en", "de"]
voice_share = 0
[data.catalogs]
tool = "tools.jsonl"
[model]
vocab_size = 300
layers = 2
hidden = 32
heads = 2
intermediate = 64
max_tokens = 24
{init}
[student]
teacher = "teacher"
token_dim = 16
[hpd]
dim = 12
sample = 200
{start}
[optim]
requests = 1600
batch = 32
learning_rate = 0.002
mine_every = 20
[export]
max_loss = 0.5
"""


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside the repository, with a catalog, and no data folder anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EDGE_ER_DATA", raising=False)
    rows = "".join(json.dumps({"name": name}) + "\n" for name in TOOLS)
    (tmp_path / "tools.jsonl").write_text(rows, encoding="utf-8")
    return tmp_path


def recipe(name: str, init: str = "", start: str = "") -> Path:
    file = Path(f"{name}.toml")
    file.write_text(RECIPE.format(name=name, out=name, init=init, start=start), encoding="utf-8")
    return file


def test_teacher_student_reduction_and_export(edge_er, workplace: Path) -> None:
    for step, name, more in (
        ("teacher", "teacher", {}),
        ("student", "student", {}),
        ("hpd", "reduced", {"start": 'start = "student"'}),
        ("teacher", "further", {"init": 'init = "reduced"'}),
        ("export", "further", {"init": 'init = "reduced"'}),
    ):
        code, out, err = edge_er("train", step, recipe(name, **more))
        assert (code, out.splitlines()[-1:]) == (0, [name]), err
    cards = {name: read_card(name) for name in ("teacher", "student", "reduced", "further")}
    assert all(card["languages"] == ["en", "de"] for card in cards.values())
    assert [card["token_dim"] for card in cards.values()] == [32, 16, 16, 16]
    assert [card["dim"] for card in cards.values()] == [32, 32, 12, 12]
    assert Encoder.load("further").dim == 12
    assert not {"rerank", "calibration"} & cards["further"].keys()


def test_the_build_says_that_nothing_was_fitted_with_an_encoder(
    edge_er, encoder_folder: Path, workplace: Path
) -> None:
    command = ("build", "--catalog", "tools.jsonl", "--out", "tools", "--no-measure")
    assert "no fitted weights and no fitted confidence" in edge_er(*command, "--encoder", encoder_folder)[2]
    assert "no fitted" not in edge_er(*command)[2]


@pytest.mark.parametrize(
    ("step", "setting"),
    [("student", "[student] teacher"), ("teacher", "[model] init"), ("hpd", "[hpd] start")],
)
def test_a_missing_encoder_is_an_error_of_one_line(edge_er, workplace: Path, step: str, setting: str) -> None:
    name = "models/encoders/teacher-8k"
    file = recipe("t", init=f'init = "{name}"', start=f'start = "{name}"')
    text = file.read_text(encoding="utf-8").replace('teacher = "teacher"', f'teacher = "{name}"')
    if step == "hpd":
        assert edge_er("train", "teacher", recipe("teacher"))[0] == 0
        text = text.replace(f'teacher = "{name}"', 'teacher = "teacher"')
    file.write_text(text, encoding="utf-8")
    code, _, err = edge_er("train", step, file)
    assert code == 1
    assert f"{setting}: no folder '{name}'" in err
    assert len(err.strip().splitlines()) == 1


def test_a_start_of_another_vocabulary_is_refused(edge_er, workplace: Path) -> None:
    assert edge_er("train", "teacher", recipe("teacher"))[0] == 0
    code, _, err = edge_er("train", "hpd", recipe("reduced", start='start = "multilingual-32"'))
    assert code == 1
    assert "[hpd] start: expected the vocabulary of teacher" in err


def test_the_data_folder_of_the_command_line_is_read(edge_er, workplace: Path) -> None:
    file = workplace / "t.toml"
    file.write_text('name = "t"\nout = "t"\n', encoding="utf-8")
    code, _, err = edge_er("train", "teacher", file, "--data", workplace / "nowhere")
    assert code == 1
    assert str(workplace / "nowhere") in err
