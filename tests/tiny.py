"""A tiny real encoder, catalog and bundle, made on the spot, so that no test depends on a shipped model."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from edge_er.bundle.bundle import Bundle, new_bundle
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

REPOSITORY = Path(__file__).resolve().parents[1]
DIM = 24
MAX_TOKENS = 16
VECTOR_SCALE = 127.0
ENTITIES = (
    Entity(
        "es-1",
        "Cadena SER",
        ("SER",),
        ("cadena s e r",),
        {"country": "ES", "streams": ["https://ser.example/1"]},
    ),
    Entity("es-2", "Cadena SER +", (), (), {"country": "ES", "tags": ["news", "talk"]}),
    Entity("es-3", "LOS40", ("Los 40 Principales",), ("los cuarenta",), {"country": "ES"}),
    Entity(
        "es-4",
        "Kiss FM",
        (),
        (),
        {"country": "ES", "streams": ["https://kiss.example/a", "https://kiss.example/b"]},
    ),
    Entity("es-5", "RNE Radio Clásica", ("Radio Clásica",), (), {"country": "ES"}),
    Entity("es-6", "إذاعة الشرق", (), (), {"country": "ES"}),
    Entity("es-7", "Onda Cero", (), (), {}),
)


def make_encoder_files() -> dict[str, bytes]:
    """encoder.onnx, tokenizer.json and encoder.json of the tiny encoder."""
    tokenizer = _tokenizer_json()
    vocabulary = len(json.loads(tokenizer)["model"]["vocab"])
    card = {"format": 1, "name": "tiny", "dim": DIM, "max_tokens": MAX_TOKENS, "vocab_size": vocabulary}
    card["vector_scale"] = VECTOR_SCALE
    return {
        "encoder.onnx": _onnx(vocabulary),
        "tokenizer.json": tokenizer.encode(),
        "encoder.json": json.dumps(card).encode(),
    }


def _tokenizer_json() -> str:
    """WordPiece over the words of the catalog, its characters and theirs within a word; no training, so no chance."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.processors import TemplateProcessing

    texts = [canonical_text(form) for entity in ENTITIES for form in entity.surface_forms]
    words = sorted({word for text in [*texts, "pon la", "play please"] for word in text.split()})
    characters = sorted(set("".join(words)) | set("abcdefghijklmnopqrstuvwxyz0123456789") - set("qz"))
    pieces = [*words, *characters, *(f"##{character}" for character in characters)]
    tokens = dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *pieces])
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer.to_str()


def _onnx(vocabulary: int) -> bytes:
    """Token table -> mean over the attended tokens -> length 1."""
    from onnx import TensorProto, helper, numpy_helper

    table = np.random.default_rng(7).normal(size=(vocabulary, DIM)).astype(np.float32)
    table[:5] *= 0.01  # special tokens say nothing, but give an empty text a direction
    constants = {"table": table, "axis": np.array([1], np.int64), "last": np.array([2], np.int64)}
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["tokens"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["weights"]),
        helper.make_node("Mul", ["tokens", "weights"], ["attended"]),
        helper.make_node("ReduceSum", ["attended", "axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "axis"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
        helper.make_node("LpNormalization", ["mean"], ["embedding"], axis=1, p=2),
    ]
    ids, mask = (
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    )
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", DIM])
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", [ids, mask], [embedding], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def make_bundle(
    entities: tuple[Entity, ...], encoder_files: dict[str, bytes], name: str = "tiny_es"
) -> Bundle:
    """The bundle of `entities` in memory, with golden requests."""
    card = json.loads(encoder_files["encoder.json"])
    encoder = Encoder.from_bytes(encoder_files["encoder.onnx"], encoder_files["tokenizer.json"], card)
    forms = [(form, index) for index, entity in enumerate(entities) for form in entity.surface_forms]
    bundle = new_bundle(
        name=name,
        lang="es",
        entities=entities,
        vectors=quantise(encoder.encode([form for form, _ in forms]), card["vector_scale"]),
        form_entity=np.array([index for _, index in forms], np.int32),
        encoder_files=encoder_files,
        calibration={
            "weights": {"cosine": 12.0},
            "choice": 1.0,
            "bias": -7.0,
            "precision": [[0, 0], [0.95, 0.5], [1, 1]],
        },
    )
    golden = EntityResolver(bundle).golden(["pon la cadena ser", "los cuarenta", "zzz", ""])
    interval = {"value": 0.9, "low": 0.8, "high": 0.95, "rows": 50, "entities": 20}
    return bundle.with_manifest(golden=golden, report={"recall_at_1": {"es": {"text": interval}}})


def module_at(file: Path) -> ModuleType:
    """A module that belongs to no package, as `native/build.py`."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def require(value, present: bool, reason: str):
    """`value`; skips with the reason where it is missing (which fails under CI: `skips.py`)."""
    if not present:
        pytest.skip(reason, allow_module_level=True)
    return value


def require_packages(*names: str) -> None:
    """Skips where a package of an extra is not installed (which fails under CI: `skips.py`)."""
    for name in names:
        require(name, importlib.util.find_spec(name) is not None, f"{name} is not installed")
