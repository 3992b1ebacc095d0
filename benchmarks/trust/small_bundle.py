"""A bundle of a few kilobytes that every runtime reads: seven stations and an encoder of random weights.

It has something of everything that is read when a bundle is loaded: aliases, spoken forms, stream addresses, metadata
of every kind, weights of the evidence, a calibration, a report and golden requests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalog_tools.build.build import build_bundle
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

__all__ = ["ENTITIES", "OTHERS", "REQUESTS", "WEIGHTS", "write_encoder", "write_small"]

ENTITIES = (
    Entity(
        "es-1", "Cadena SER", ("SER",), ("cadena s e r",), {"country": "ES", "streams": ["https://a.example"]}
    ),
    Entity("es-2", "Cadena SER +", (), (), {"country": "ES", "tags": ["news", "talk"], "popularity": 3}),
    Entity("es-3", "LOS40", ("Los 40 Principales",), ("los cuarenta",), {"country": "ES", "hd": True}),
    Entity(
        "es-4", "Kiss FM", (), (), {"country": "ES", "streams": ["https://b.example", "https://c.example"]}
    ),
    Entity("es-5", "RNE Radio Clásica", ("Radio Clásica",), (), {"country": "ES"}),
    Entity("es-6", "إذاعة الشرق", (), (), {"country": "EG"}),
    Entity("es-7", "Onda Cero", (), (), {}),
)
# Another catalog in which every id differs: an answer tells which of the two gave it.
OTHERS = tuple(
    Entity(f"x{each.id}", each.name, each.aliases, each.spoken, each.metadata) for each in ENTITIES[:5]
)
REQUESTS = ("pon la cadena ser", "los cuarenta", "kiss fm", "onda cero", "zzz", "🎵", "")
WEIGHTS = {"words": 4, "numbers": 1, "sound_pieces": 57, "dense_forms": 8, "sound_forms": 8, "heard": 221}
_CALIBRATION = {
    "weights": {"cosine": 12.0},
    "choice": 1.0,
    "bias": -7.0,
    "precision": [[0, 0], [0.95, 0.5], [1, 1]],
}
_WIDTH, _MAX_TOKENS, _SCALE = 16, 16, 127.0
_SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_small(path: Path, encoder: Path, entities: tuple[Entity, ...] = ENTITIES) -> None:
    """Write the bundle, a directory or a zip, with the encoder of a folder that `write_encoder` wrote."""
    build_bundle(entities, path, "es", encoder=encoder, budget=None, name="small_es")
    interval = {"value": 0.9, "low": 0.8, "high": 0.95, "rows": 50, "entities": 20}
    bundle = read_bundle(path).with_manifest(
        rerank=WEIGHTS, calibration=_CALIBRATION, report={"recall_at_1": {"es": {"text": interval}}}
    )
    golden = EntityResolver(bundle).golden(REQUESTS[:3])
    write_bundle(path, bundle.with_manifest(golden=golden), None)


def write_encoder(folder: Path) -> Path:
    """Write a transformer of one layer and random weights; its vocabulary is the words of `ENTITIES` and letters."""
    import torch
    from transformers import BertConfig, BertModel

    from edge_er.training.export.encoder_graph import build_onnx
    from edge_er.training.models.dual_encoder import DualEncoder

    pieces = _pieces()
    torch.manual_seed(7)
    shape = BertConfig(
        vocab_size=len(pieces),
        hidden_size=_WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * _WIDTH,
        max_position_embeddings=_MAX_TOKENS,
    )
    model = DualEncoder(BertModel(shape, add_pooling_layer=False).eval(), _tokenizer(pieces), _MAX_TOKENS)
    card = {"format": 1, "name": "small", "dim": _WIDTH, "max_tokens": _MAX_TOKENS, "vector_scale": _SCALE}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "encoder.onnx").write_bytes(build_onnx(model, ()).SerializeToString())
    (folder / "tokenizer.json").write_text(model.tokenizer.to_str(), encoding="utf-8")
    (folder / "encoder.json").write_text(json.dumps({**card, "vocab_size": len(pieces)}), encoding="utf-8")
    return folder


def _pieces() -> list[str]:
    texts = [canonical_text(form) for entity in ENTITIES for form in entity.surface_forms]
    words = sorted({word for text in [*texts, "pon la", "play please"] for word in text.split()})
    letters = sorted(set("".join(words)) | set("abcdefghijklmnoprstuvwxy0123456789"))
    return list(dict.fromkeys([*_SPECIALS, *words, *letters, *(f"##{letter}" for letter in letters)]))


def _tokenizer(pieces: list[str]) -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.processors import TemplateProcessing

    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    model = WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=64)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.add_special_tokens(list(_SPECIALS))
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer
