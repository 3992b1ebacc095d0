"""Files of other libraries, loaded by their own loaders and asked one question, with a byte changed or cut off.

    python -m benchmarks.trust.peers KIND FILE EVERY  <  nothing; a verdict a line

Each case runs in a fork of its own, in 4 GB of memory at most, for ten seconds at most.
"""

from __future__ import annotations

import os
import random
import resource
import select
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["KINDS", "cases", "main"]

_VECTORS, _DIM, _NEAREST, _SECONDS = 64, 16, 5, 10.0
_MEMORY = 4 << 30

Ask = Callable[[Path], str]


def vectors() -> Any:
    """Float32 [64, 16], each of length 1."""
    made = np.random.default_rng(3).normal(size=(_VECTORS, _DIM)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def cases(size: int, every: int) -> Iterator[tuple[str, int, int]]:
    """To "flip" each `every`-th byte, and what by; to "cut" to each `every`-th size."""
    choose = random.Random(size)
    yield from (("flip", at, choose.randrange(1, 256)) for at in range(0, size, every))
    yield from (("cut", at, 0) for at in range(0, size, every))


def _onnx(write: bool) -> Ask | Callable[[Path], None]:
    import onnxruntime

    def ask(file: Path) -> str:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        ids = np.array([[2, 7, 9, 3]], np.int64)
        found = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        return str(np.round(found, 4).tolist())

    return ask


def _safetensors(write: bool) -> Ask | Callable[[Path], None]:
    from safetensors.numpy import load_file, save_file

    def ask(file: Path) -> str:
        found = load_file(file)
        order = np.argsort(-(found["vectors"] @ vectors()[0]), kind="stable")[:_NEAREST]
        return str(found["entity"][order].tolist())

    def make(file: Path) -> None:
        save_file({"vectors": vectors(), "entity": np.arange(_VECTORS, dtype=np.int32)}, file)

    return make if write else ask


def _faiss(factory: str) -> Callable[[bool], Ask | Callable[[Path], None]]:
    def of(write: bool) -> Ask | Callable[[Path], None]:
        import faiss

        def ask(file: Path) -> str:
            index = faiss.read_index(str(file))
            scores, found = index.search(vectors()[:1], _NEAREST)
            return f"{found.tolist()} {np.round(scores, 4).tolist()}"

        def make(file: Path) -> None:
            index = faiss.index_factory(_DIM, factory, faiss.METRIC_INNER_PRODUCT)
            index.train(vectors())
            index.add(vectors())
            faiss.write_index(index, str(file))

        return make if write else ask

    return of


def _usearch(write: bool) -> Ask | Callable[[Path], None]:
    Index = import_module("usearch.index").Index  # noqa: N806

    def ask(file: Path) -> str:
        index = Index.restore(str(file))
        if index is None:
            raise ValueError("no index")
        found = index.search(vectors()[0], _NEAREST)
        return f"{found.keys.tolist()} {np.round(found.distances, 4).tolist()}"

    def make(file: Path) -> None:
        index = Index(ndim=_DIM, metric="ip", dtype="f32")
        index.add(np.arange(_VECTORS), vectors(), threads=1)
        index.save(str(file))

    return make if write else ask


def _hnswlib(write: bool) -> Ask | Callable[[Path], None]:
    hnswlib = import_module("hnswlib")

    def ask(file: Path) -> str:
        index = hnswlib.Index("ip", _DIM)
        index.load_index(str(file))
        index.set_num_threads(1)
        found, distances = index.knn_query(vectors()[:1], _NEAREST)
        return f"{found.tolist()} {np.round(distances, 4).tolist()}"

    def make(file: Path) -> None:
        index = hnswlib.Index("ip", _DIM)
        index.init_index(_VECTORS, random_seed=1)
        index.add_items(vectors(), num_threads=1)
        index.save_index(str(file))

    return make if write else ask


KINDS: dict[str, Callable[[bool], Any]] = {
    "onnxruntime": _onnx,
    "safetensors": _safetensors,
    "FAISS Flat": _faiss("Flat"),
    "FAISS IVF8,SQ8": _faiss("IVF8,SQ8"),
    "usearch": _usearch,
    "hnswlib": _hnswlib,
}


def _verdict(ask: Ask, file: Path, right: str) -> str:
    """What a fork that asks the file ends in."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        try:
            said = "same answer" if ask(file) == right else "other answer"
        except BaseException:
            said = "refused"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    hangs = not select.select([reading], [], [], _SECONDS)[0]
    said = "" if hangs else os.read(reading, 100).decode()
    if hangs:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    return "hung" if hangs else said or "crashed"


def main() -> None:
    """Write the file of a kind, and print what each case ends in."""
    kind, file, every = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if not file.exists():
        KINDS[kind](True)(file)
    ask, whole = KINDS[kind](False), file.read_bytes()
    right = ask(file)
    changed = file.with_suffix(".changed")
    for what, at, by in cases(len(whole), every):
        flipped = whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :]
        changed.write_bytes(flipped if what == "flip" else whole[:at])
        print(f"{what}\t{_verdict(ask, changed, right)}", flush=True)


if __name__ == "__main__":
    main()
