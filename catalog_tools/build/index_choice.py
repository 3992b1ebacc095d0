"""How a catalog's vectors are searched: exactly, or by the FAISS index that is cheapest and still good enough.

Each kind is built over all vectors and asked a sample of requests; what it finds is compared with the exact scan. Its
cost is the time of a request as an estimate from what it reads, so that the same catalog gives the same choice on
every machine; `benchmarks/cost/search_scale.py` measures the times that the estimates come from.

FAISS learns and fills an index on as many threads as it is given, one by default; the bytes are the same.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.language.language import Language, language
from catalog_tools.language.requests import RequestGenerator
from edge_er.bundle.bundle import Bundle
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.errors import BuildError
from edge_er.index.exact import dot_table, exact_columns
from edge_er.index.faiss_index import FAISS, FaissIndex, IndexSettings, faiss_threads, import_faiss
from edge_er.index.ngram_weights import count_pieces
from edge_er.text.canonical import canonical_text

__all__ = [
    "AUTO",
    "EXACT",
    "EXACT_UP_TO",
    "MAPPED",
    "IndexChoice",
    "build_index",
    "choose_index",
    "index_bytes",
    "list_count",
    "nearest_scores",
    "recalls",
    "request_vectors",
    "sample_requests",
    "wants_faiss",
    "with_index",
]

AUTO, EXACT, MAPPED = "auto", "exact", "mapped"
EXACT_UP_TO = 150_000  # forms: up to here an exact scan takes a millisecond or two
TARGET, AT = 0.99, 64
SAMPLE = 256

_SEED = 20261120
_FORMS_AT_ONCE = 1 << 16
_TRAINED_ON, _A_LIST, _ROUNDS = (
    1 << 16,
    64,
    10,
)  # vectors to learn codes from, vectors a list, rounds of k-means
_MOST_LISTS = 2048
_NUMBER_BYTES = 8  # by which lists know a form
_READS = (256, 512, 1024, 2048, 4096, 8192)
_SHARES = (16, 8, 4, 2, 1)  # one in so many lists is read

# Nanoseconds, as `benchmarks/cost/search_scale.py` measured them on one core: a dimension of a form that is looked
# at, by how it is kept; a form whose exact score is computed; a list that is opened.
_NS_A_DIMENSION = {"SQ8": 0.1, "SQ4": 0.13, "exact": 0.15}
_NS_A_FAST_CODE = 0.016  # of the fast scan, which looks at codes of 4 bits
_NS_A_READ, _NS_A_LIST = 300, 800


@dataclass(frozen=True)
class IndexChoice:
    """An index and what it was measured to be worth.

    Attributes:
        settings: how it is searched.
        data: the index as FAISS writes it.
        recall_at_1, recall_at_64: share of the nearest form, and of the nearest 64, that it finds.
        nanoseconds: of one request, estimated.
    """

    settings: IndexSettings
    data: bytes
    recall_at_1: float
    recall_at_64: float
    nanoseconds: float


def with_index(
    bundle: Bundle,
    how: str = AUTO,
    target: float = TARGET,
    lang: str | Language | None = None,
    threads: int = 1,
) -> Bundle:
    """The bundle with the index that suits its size, said in its manifest.

    Args:
        bundle: with all its entities and vectors.
        how: "exact"; "auto" for an exact scan up to `EXACT_UP_TO` forms and the cheapest index beyond; "mapped" for the
            cheapest whose vectors can stay in its file; or what FAISS calls an index ("IVF1024,SQ8").
        target: what Recall@64 against the exact scan must be at least.
        lang: language of the requests it is measured on; by default the shipped one that the bundle names.
        threads: cores that FAISS may use to build an index.

    Raises:
        BundleError: faiss is not installed.
        BuildError: the index that was asked for does not reach the target, or FAISS knows none of that name.
    """
    if not wants_faiss(how, len(bundle.vectors)):
        return bundle
    code = str(bundle.manifest["lang"])
    forms = [canonical_text(form) for entity in bundle.entities for form in entity.surface_forms]
    requests = request_vectors(bundle, sample_requests(forms, lang or code))
    choice = choose_index(bundle.vectors, requests, how, target, threads)
    if choice is None:
        return bundle
    told = {
        "kind": FAISS,
        **choice.settings.to_dict(),
        "recall": {
            "at_1": round(choice.recall_at_1, 4),
            f"at_{AT}": round(choice.recall_at_64, 4),
            "target": target,
            "requests": len(requests),
        },
        "bytes_per_entity": round(len(choice.data) / len(bundle.entities), 1),
    }
    counts = count_pieces(forms, code) if (bundle.manifest.get("rerank") or {}).get("sound_pieces") else None
    searched = replace(bundle, index=choice.data, piece_counts=counts)
    return searched.with_manifest(index={**bundle.manifest["index"], **told})


def request_vectors(bundle: Bundle, requests: Sequence[str]) -> NDArray[np.int8]:
    """int8 [n, dim]: requests as the bundle's encoder reads them."""
    files = bundle.encoder_files
    card = json.loads(files["encoder.json"])
    encoder = Encoder.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card)
    return quantise(encoder.encode(requests), float(bundle.manifest["index"]["scale"]))


def wants_faiss(how: str, forms: int) -> bool:
    """Whether a catalog of so many forms may get a FAISS index.

    Raises:
        BundleError: it may, and faiss is not installed.
    """
    if how == EXACT or (how == AUTO and forms <= EXACT_UP_TO):
        return False
    import_faiss()
    return True


def index_bytes(how: str, forms: int, dim: int) -> int:
    """The most bytes a form may take in the index of a catalog of so many forms or more; its number included."""
    if not wants_faiss(how, forms):
        return 0
    return _NUMBER_BYTES + (dim // 2 if how == AUTO else dim)


def sample_requests(forms: Sequence[str], lang: str | Language, count: int = SAMPLE) -> list[str]:
    """Requests for some of the forms, in carriers, as typed and as a recogniser may hear them."""
    choose = random.Random(_SEED)
    facts = language(lang)
    generator = RequestGenerator.of_languages((facts,))
    named = [choose.choice(forms) for _ in range(count)]
    return [generator.request(form, facts.code, choose) for form in named if canonical_text(form)]


def choose_index(
    vectors: NDArray[np.int8],
    requests: NDArray[np.int8],
    how: str = AUTO,
    target: float = TARGET,
    threads: int = 1,
) -> IndexChoice | None:
    """The cheapest index with the target recall; None where an exact scan is cheaper or nothing else reaches it.

    Args:
        vectors: int8 [forms, dim].
        requests: int8 [n, dim].
        how: see `with_index`.
        target: of Recall@64.
        threads: see `with_index`.

    Raises:
        BundleError: faiss is not installed.
        BuildError: FAISS knows no index of that name, or one that was asked for does not reach the target.
    """
    floors = nearest_scores(vectors, requests, AT)[:, [0, -1]]
    best: IndexChoice | None = None
    for factories in _factories(how, *vectors.shape):
        for factory in factories if best is None else ():
            index = build_index(vectors, factory, threads)
            below = np.inf if best is None else best.nanoseconds
            best = _cheapest(vectors, index, factory, requests, floors, target, below) or best
    if how == AUTO:
        exact = _NS_A_DIMENSION[EXACT] * vectors.size
        return best if best is not None and best.nanoseconds < exact else None
    if best is None:
        raise BuildError(
            f"index {how!r}: Recall@{AT} against the exact scan stays below {target}; lower the target, or leave the "
            "choice to the build"
        )
    return best


def nearest_scores(vectors: NDArray[np.int8], requests: NDArray[np.int8], k: int) -> NDArray[np.float32]:
    """The `k` highest dot products of each request with all vectors, [n, min(k, forms)], descending; exact."""
    best = np.empty((len(requests), 0), np.float32)
    for start in range(0, len(vectors), _FORMS_AT_ONCE):
        scores = dot_table(requests, exact_columns(vectors[start : start + _FORMS_AT_ONCE]))
        cut = max(scores.shape[1] - k, 0)
        best = np.concatenate([best, np.partition(scores, cut, axis=1)[:, cut:]], axis=1)
        best = -np.sort(-best, axis=1)[:, :k]
    return best


def build_index(vectors: NDArray[np.int8], factory: str, threads: int = 1) -> Any:
    """A FAISS index of int8 [forms, dim] by inner product; the same vectors give the same index.

    Raises:
        BundleError: faiss is not installed.
        BuildError: it knows no index of that name, or there are too few vectors for it.
    """
    faiss = import_faiss()
    try:
        index = faiss.index_factory(vectors.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        lists = getattr(index, "nlist", 0)
        if lists:
            index.cp.max_points_per_centroid, index.cp.niter = _A_LIST, _ROUNDS
        sample = np.random.default_rng(_SEED).permutation(len(vectors))[: max(_TRAINED_ON, _A_LIST * lists)]
        with faiss_threads(threads):
            index.train(vectors[np.sort(sample)].astype(np.float32))
            for start in range(0, len(vectors), _FORMS_AT_ONCE):
                index.add(vectors[start : start + _FORMS_AT_ONCE].astype(np.float32))
    except RuntimeError as error:
        raise BuildError(f"index {factory!r}: faiss cannot build it ({error}); choose another") from error
    return index


def list_count(forms: int) -> int:
    """How many inverted lists a catalog of so many forms is given: about the square root, a power of two."""
    return min(1 << round(math.log2(max(forms, 1)) / 2), _MOST_LISTS)


def _factories(how: str, forms: int, dim: int) -> list[list[str]]:
    """The kinds to choose from, and those that are larger and only tried where none of these finds enough."""
    lists = list_count(forms)
    if how == MAPPED:
        return [[f"IVF{lists},SQ8", f"IVF{lists},SQ4"]]
    if how == AUTO:
        return [[code, f"IVF{lists},{code}"] for code in (f"PQ{dim // 2}x4fs", f"PQ{dim}x4fs")]
    return [[how]]


def _cheapest(
    vectors: NDArray[np.int8],
    index: Any,
    factory: str,
    requests: NDArray[np.int8],
    floors: NDArray[np.float32],
    target: float,
    below: float,
) -> IndexChoice | None:
    """The cheapest way to search one index that finds enough; None where none costs less than `below` nanoseconds."""
    ways = [IndexSettings(factory, nprobe, reads) for nprobe in _nprobes(index) for reads in _READS]
    owners = np.zeros(len(vectors), np.int32)
    ways = [way for way in ways if _nanoseconds(way, index) < below]
    for settings in sorted(ways, key=lambda way: _nanoseconds(way, index)):
        found = recalls(FaissIndex(vectors, owners, index, settings), requests, floors)
        if found[1] >= target:
            data = import_faiss().serialize_index(index).tobytes()
            return IndexChoice(settings, data, *found, _nanoseconds(settings, index))
    return None


def recalls(
    index: FaissIndex, requests: NDArray[np.int8], floors: NDArray[np.float32]
) -> tuple[float, float]:
    """Recall@1 and Recall@64: how many found forms score no less than the exact first and 64th, `floors` [n, 2]."""
    k = min(AT, index.forms)
    first = near = 0
    for request, (highest, lowest) in zip(requests, floors, strict=True):
        dots = index.nearest_forms(request, k)[1]
        first += int(dots[:1].sum() >= highest)
        near += int((dots >= lowest).sum())
    return first / len(requests), near / (k * len(requests))


def _nprobes(index: Any) -> list[int]:
    lists = int(getattr(index, "nlist", 0))
    return sorted({max(lists // share, 1) for share in _SHARES}) if lists else [0]


def _nanoseconds(settings: IndexSettings, index: Any) -> float:
    """Estimated time of a request."""
    lists = int(getattr(index, "nlist", 0))
    fast = re.search(r"PQ(\d+)x4fs", settings.factory)
    named = [cost for name, cost in _NS_A_DIMENSION.items() if name in settings.factory]
    kept = int(fast[1]) * _NS_A_FAST_CODE / index.d if fast else (named or [_NS_A_DIMENSION["SQ4"]])[0]
    scan = kept * index.ntotal * (settings.nprobe / lists if lists else 1.0)
    dimensions = (scan + lists * _NS_A_DIMENSION[EXACT]) * index.d
    return float(dimensions + settings.nprobe * _NS_A_LIST + settings.reads * _NS_A_READ)
