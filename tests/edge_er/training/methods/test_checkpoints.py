"""What a run leaves on disk: its checkpoint until the model is written, and never half an encoder."""

from __future__ import annotations

import dataclasses
from contextlib import suppress

import pytest
import torch
from torch import nn

from edge_er.bundle import atomic
from edge_er.errors import EncoderError, RecipeError
from edge_er.training.data.batches import Batches
from edge_er.training.loop import Run, forget
from edge_er.training.methods import student as student_module
from edge_er.training.methods.student import main
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.pretrained import load_teacher
from edge_er.training.recipe import checkpoint_file, read_recipe
from edge_er.training.settings import OptimSettings

OPTIM = OptimSettings(requests=32, batch=8, save_every=3)


def _trained(checkpoint, resume=False):
    """A run of four steps; returns it with the steps that it took."""
    torch.manual_seed(1)
    model = nn.Linear(3, 2)
    run, taken = Run(model, OPTIM, checkpoint, resume), []
    for step in range(run.first_step, run.steps):
        run.step(step, model(torch.ones(3)).square().sum())
        taken.append(step)
    run.finish()
    return model, taken


def test_a_finished_run_is_not_taken_again_until_it_is_forgotten(tmp_path):
    file = tmp_path / "checkpoint.pt"
    model, taken = _trained(file)
    again, none = _trained(file, resume=True)
    assert (taken, none) == ([0, 1, 2, 3], [])
    assert torch.equal(model.weight, again.weight)
    forget(file)
    assert not file.exists() and _trained(file, resume=True)[1] == [0, 1, 2, 3]


def test_a_run_from_the_start_does_not_leave_an_older_checkpoint(tmp_path):
    file = tmp_path / "checkpoint.pt"
    _trained(file)
    Run(nn.Linear(3, 2), OPTIM, file)
    assert not file.exists()


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04", b"no checkpoint at all"])
def test_a_damaged_checkpoint_is_named(tmp_path, contents):
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(contents)
    with pytest.raises(RecipeError, match=r"checkpoint\.pt: cannot be read as a checkpoint .* start anew"):
        Run(nn.Linear(3, 2), OPTIM, file, resume=True)


def test_a_full_disk_leaves_the_checkpoint_before_and_names_it(tmp_path, monkeypatch):
    file = tmp_path / "checkpoint.pt"
    _trained(file)
    before = file.read_bytes()

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left") as caught:
        _trained(file, resume=False)
    assert caught.value.filename == str(file)
    assert not file.exists() or file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each != file] == []


def test_a_model_that_cannot_be_written_keeps_its_checkpoint(tmp_path, teacher, pool, monkeypatch):
    save_model(teacher, tmp_path / "teacher", {"max_tokens": 24})
    text = (
        f'name = "s"\nout = "{tmp_path / "out"}"\n[data]\ncache = "{tmp_path / "pool"}"\n[student]\n'
        f'teacher = "{tmp_path / "teacher"}"\ntoken_dim = 8\n[optim]\nrequests = 64\nbatch = 32\n'
    )
    (tmp_path / "r.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(student_module, "texts_of", lambda recipe, data: pool)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(student_module, "save_model", full)
        main(tmp_path / "r.toml")
    file = checkpoint_file(read_recipe(tmp_path / "r.toml"))
    assert file.is_file()
    steps = []
    monkeypatch.setattr(Run, "step", lambda self, step, loss: steps.append(step))
    assert main(tmp_path / "r.toml", resume=True) == tmp_path / "out"
    assert steps == [] and not file.exists()
    assert load_model(tmp_path / "out").dim == teacher.dim


@pytest.mark.parametrize("after", range(5))
def test_half_a_folder_has_no_weights_and_keeps_nothing_of_older_ones(tmp_path, teacher, monkeypatch, after):
    save_model(teacher, tmp_path, {"max_tokens": 24})
    for name in ("encoder.onnx", "head.onnx", "README.md"):
        (tmp_path / name).write_bytes(b"of older weights")
    written, replacing = [], atomic.replacing

    def killed(path):
        if len(written) == after:
            raise KeyboardInterrupt
        written.append(path.name)
        return replacing(path)

    with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
        patched.setattr(atomic, "replacing", killed)
        save_model(teacher, tmp_path, {"max_tokens": 24})
    kept = {"README.md", "model.safetensors", "config.json", "tokenizer.json", "encoder.json"}
    if len(written) < 4:
        with pytest.raises(EncoderError, match=r"model\.safetensors is missing"):
            load_teacher(str(tmp_path))
        save_model(teacher, tmp_path, {"max_tokens": 24})
    assert {each.name for each in tmp_path.iterdir()} == kept


def test_weights_that_are_no_numbers_are_not_kept(tmp_path):
    model = nn.Linear(3, 2)
    run = Run(model, OPTIM, tmp_path / "checkpoint.pt")
    run.step(0, model(torch.ones(3)).sum() * float("nan"))
    with pytest.raises(RecipeError, match=r"\[optim\] learning_rate: at step 4 the weights are no numbers"):
        run.finish()
    assert not (tmp_path / "checkpoint.pt").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json", "encoder.json"])
@pytest.mark.parametrize("kept", [0, 10])
def test_a_damaged_folder_is_named(tmp_path, teacher, name, kept):
    save_model(teacher, tmp_path, {"max_tokens": 24})
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:kept])
    with pytest.raises(EncoderError, match=str(tmp_path)):
        load_model(tmp_path)


def test_a_card_without_the_length_of_texts_is_named(tmp_path, teacher):
    save_model(teacher, tmp_path, {"name": "a"})
    with pytest.raises(
        EncoderError, match=r"encoder\.json: field 'max_tokens': expected a whole number, found None"
    ):
        load_model(tmp_path)


def test_one_name_teaches_nothing(pool):
    one = dataclasses.replace(pool, entity=[0] * len(pool.queries), names=pool.names[:1], cluster=[0])
    with pytest.raises(RecipeError, match="names of at least two things to tell apart, found 1"):
        Batches(one, OptimSettings(batch=8))


def test_few_names_are_mined_in_silence(pool, teacher, capfd):
    batches = Batches(pool, OptimSettings(batch=8))
    batches.mine(teacher)
    assert batches.mined and capfd.readouterr() == ("", "")
