from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from engines import kernels_here
from tiny import DIM, MAX_TOKENS

from edge_er.encoder.encoder import ENCODER_FILES, Encoder, quantise, read_encoder_files
from edge_er.errors import EncoderError
from edge_er.text.canonical import canonical_text

TEXTS = [
    "Cadena SER",
    "pon la cadena ser",
    "",
    "🎉",
    "LOS40",
    "إذاعة الشرق",
    "zzz qqq",
    "play",
    "a " * 500,
    "b. b. c.",
]


def test_vectors_have_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), DIM)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_token_ids_are_canonical_and_bounded(encoder: Encoder) -> None:
    assert encoder.token_ids("PON la  Cadena SER!") == encoder.token_ids("pon la cadena ser")
    assert encoder.token_ids("") == [2, 3]
    long = encoder.token_ids("ser " * 100)
    assert len(long) == MAX_TOKENS
    assert long[0] == 2
    assert long[-1] == 3


def test_special_tokens_cannot_be_typed(encoder: Encoder) -> None:
    assert not {0, 2, 3, 4} & set(encoder.token_ids("[CLS] [SEP] [PAD] [MASK]")[1:-1])


def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS, batch_size=3)
    np.testing.assert_allclose(together, encoder.encode(TEXTS[::-1])[::-1], atol=1e-6)
    alone = np.concatenate([encoder.encode([text], batch_size=1) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert np.array_equal(encoder.encode(TEXTS, batch_size=1), alone)


def test_texts_may_come_one_by_one_and_a_lone_string_is_one_text(encoder: Encoder) -> None:
    expected = encoder.encode(TEXTS)
    assert np.array_equal(encoder.encode(text for text in TEXTS), expected)
    canonical = [canonical_text(text) for text in TEXTS]
    assert np.array_equal(encoder.encode_canonical(text for text in canonical), expected)
    ids = [encoder.token_ids(text) for text in TEXTS]
    assert np.array_equal(encoder.encode_ids(each for each in ids), expected)
    assert np.array_equal(
        encoder.encode_ids((each for each in ids), batch_size=1), encoder.encode_ids(ids, 1)
    )
    assert np.array_equal(encoder.encode("cadena ser"), encoder.encode(["cadena ser"]))
    assert encoder.encode_canonical("cadena ser").shape == (1, DIM)
    for wrong in ([None], 5, b"ser", [["ser"]]):
        with pytest.raises(TypeError, match="expected a text"):
            encoder.encode(wrong)  # type: ignore[arg-type]


def test_no_texts(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, DIM)


def test_quantise_rounds_half_to_even_and_clips() -> None:
    vectors = np.array([[0.5, 1.5, 2.5, -0.5, -1.5, 300.0, -300.0]], np.float32)
    quantised = quantise(vectors, 1.0)
    assert quantised.dtype == np.int8
    assert quantised.tolist() == [[0, 2, 2, 0, -2, 127, -127]]
    assert quantise(np.array([[0.25]], np.float32), 10.0).tolist() == [[2]]


def copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to / "copy"))


@pytest.mark.parametrize("name", ENCODER_FILES)
def test_missing_file_is_named(encoder_folder: Path, tmp_path: Path, name: str) -> None:
    folder = copy(encoder_folder, tmp_path)
    (folder / name).unlink()
    with pytest.raises(EncoderError, match=name):
        Encoder.load(folder)


@pytest.mark.parametrize("name", ENCODER_FILES)
def test_file_of_another_kind_is_named(encoder_folder: Path, tmp_path: Path, name: str) -> None:
    folder = copy(encoder_folder, tmp_path)
    (folder / name).write_bytes(b"\x89PNG\r\n not this")
    with pytest.raises(EncoderError, match=name):
        Encoder.load(folder)


@pytest.mark.parametrize(
    ("field", "value"), [("dim", None), ("max_tokens", "16"), ("vector_scale", -1), ("dim", True)]
)
def test_card_without_a_number_is_refused(
    encoder_folder: Path, tmp_path: Path, field: str, value: object
) -> None:
    folder = copy(encoder_folder, tmp_path)
    card = json.loads((folder / "encoder.json").read_text())
    (folder / "encoder.json").write_text(json.dumps({**card, field: value}))
    with pytest.raises(EncoderError, match=field):
        Encoder.load(folder)


def test_card_that_is_no_object_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    folder = copy(encoder_folder, tmp_path)
    (folder / "encoder.json").write_text("[1]")
    with pytest.raises(EncoderError, match="dim"):
        Encoder.load(folder)


def test_checksum_of_the_card_is_checked(encoder_folder: Path, tmp_path: Path) -> None:
    folder = copy(encoder_folder, tmp_path)
    card = json.loads((folder / "encoder.json").read_text())
    card["files"] = {"encoder.onnx": {"size": 1, "sha256": "0" * 64}}
    (folder / "encoder.json").write_text(json.dumps(card))
    with pytest.raises(EncoderError, match=r"encoder\.onnx"):
        read_encoder_files(folder)


def test_another_graph_is_refused(encoder_files: dict[str, bytes]) -> None:
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "other", [value], [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    card = json.loads(encoder_files["encoder.json"])
    with pytest.raises(EncoderError, match="input_ids"):
        Encoder.from_bytes(model.SerializeToString(), encoder_files["tokenizer.json"], card)


@pytest.mark.parametrize(
    ("name", "broken"), [(b"attention_mask", b"attention\x80mask"), (b"Gather", b"Gath\x80r")]
)
def test_a_graph_with_names_that_are_no_text_is_refused_and_prints_nothing(
    encoder_files: dict[str, bytes], capfd: pytest.CaptureFixture[str], name: bytes, broken: bytes
) -> None:
    graph = encoder_files["encoder.onnx"].replace(name, broken)
    with pytest.raises(EncoderError, match=r"encoder\.onnx"):
        Encoder.from_files({**encoder_files, "encoder.onnx": graph})
    assert capfd.readouterr() == ("", "")


def test_whole_numbers_of_its_files_may_be_written_with_a_point(encoder_files: dict[str, bytes]) -> None:
    """JSON has one kind of number, and JavaScript cannot tell 3.0 from 3. Vocabularies of both engines are read so."""
    changed = dict(encoder_files)
    for name in ("tokenizer.json", "encoder.json"):
        text = encoder_files[name].decode()
        changed[name] = re.sub(r'(":\s*)(\d+)(?=[,}\s])', r"\1\2.0", text).encode()
        assert changed[name] != encoder_files[name]
    for kernels in (None, kernels_here()):
        one, other = (Encoder.from_files(files, kernels=kernels) for files in (encoder_files, changed))
        assert other.token_ids("pon la cadena ser") == one.token_ids("pon la cadena ser")
        assert all(type(number) is int for number in other.token_ids("cadena zzz"))
        assert (other.encode("kiss fm") == one.encode("kiss fm")).all()
