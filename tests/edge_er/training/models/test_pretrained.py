"""A teacher can start from any pretrained BERT: its tokenizer, its special ids and its token types come along."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from edge_er.encoder.encoder import Encoder
from edge_er.errors import RecipeError
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.methods.simtde import student_of
from edge_er.training.methods.teacher import new_teacher
from edge_er.training.models.vocabulary import train_tokenizer
from edge_er.training.settings import ModelSettings

WORDS = [
    "[PAD]",
    "[unused0]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "pon",
    "cadena",
    "ser",
    "kiss",
    "fm",
    "##s",
    "radio",
]


def _save_pretrained(folder):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = {f"{kind}_token": f"[{kind.upper()}]" for kind in ("pad", "unk", "cls", "sep", "mask")}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    return config


def test_a_vocabulary_beside_pretrained_weights_must_be_theirs(tmp_path, pool):
    _save_pretrained(tmp_path)
    settings = ModelSettings(init=str(tmp_path), max_tokens=20)
    own = new_teacher(settings, pool, seed=1).tokenizer
    own.save(str(tmp_path / "own.json"))
    same = new_teacher(replace(settings, vocabulary=str(tmp_path / "own.json")), pool, seed=1)
    assert same.tokenizer.get_vocab() == own.get_vocab()
    train_tokenizer(pool.names, 200).save(str(tmp_path / "other.json"))
    with pytest.raises(
        RecipeError, match=rf"\[model\] vocabulary: expected .*{len(WORDS)} pieces.*other\.json"
    ):
        new_teacher(replace(settings, vocabulary=str(tmp_path / "other.json")), pool, seed=1)


def test_a_pretrained_bert_becomes_teacher_student_and_graph(tmp_path, pool):
    config = _save_pretrained(tmp_path)
    teacher = new_teacher(ModelSettings(init=str(tmp_path), max_tokens=20), pool, seed=1).eval()
    assert teacher.bert.config.num_hidden_layers == config.num_hidden_layers
    ids = teacher.tokenize(["pon cadena ser"])[0].tolist()
    assert ids == [WORDS.index(word) for word in ("[CLS]", "pon", "cadena", "ser", "[SEP]")]
    student = student_of(teacher, 4, 2)
    card = {"dim": 16, "max_tokens": 20, "vector_scale": 100.0, "name": "pretrained"}
    texts = ["pon cadena ser", "radio kiss fm", "pon " * 40]
    for model in (teacher, student):
        encoder = Encoder.from_bytes(build_onnx(model).SerializeToString(), model.tokenizer.to_str(), card)
        assert np.abs(encoder.encode(texts) - model.encode(texts)).max() < 1e-5


def _without_normaliser(folder):
    """The folder as our own tokenizers are: tokenizer.json without a normaliser."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    data = json.loads(tokenizer.to_str()) | {"normalizer": None}
    (folder / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")


def test_a_tokenizer_without_a_normaliser_is_read_too(tmp_path, pool):
    _save_pretrained(tmp_path)
    before = new_teacher(ModelSettings(init=str(tmp_path), max_tokens=20), pool, seed=1)
    _without_normaliser(tmp_path)
    after = new_teacher(ModelSettings(init=str(tmp_path), max_tokens=20), pool, seed=1)
    assert after.tokenizer.get_vocab() == before.tokenizer.get_vocab()
    assert np.array_equal(after.eval().encode(["pon kiss fm"]), before.eval().encode(["pon kiss fm"]))


def test_a_bert_with_vocab_txt_alone_is_read(tmp_path, pool):
    _save_pretrained(tmp_path)
    for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (tmp_path / file).unlink(missing_ok=True)
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    model = new_teacher(ModelSettings(init=str(tmp_path), max_tokens=20), pool, seed=1)
    assert model.tokenizer.token_to_id("kiss") == WORDS.index("kiss")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "roberta"}, "expected a BERT model"),
        ({"hidden_act": "relu"}, "expected the activation gelu"),
        ({"max_position_embeddings": 10}, "max_tokens: expected at most 10"),
        ({"num_hidden_layers": 4}, "no weights for encoder.layer.3"),
    ],
)
def test_what_is_no_such_bert_is_refused(tmp_path, pool, change, message):
    _save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | change
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        new_teacher(ModelSettings(init=str(tmp_path), max_tokens=20), pool, seed=1)
