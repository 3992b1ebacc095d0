"""How a catalog's vectors are searched: exactly, or by the FAISS index that is cheapest and still good enough.

Each kind is built over all vectors and asked a sample of requests; what it finds is compared with the exact scan. Its
cost is an estimate of a request's time (`index_cost`), so that the same catalog gives the same choice on every machine.

FAISS learns and fills an index on as many threads as it is given, one by default; the bytes are the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.index_cost import (
    AUTO,
    EXACT,
    MAPPED,
    exact_nanoseconds,
    factories,
    list_count,
    nanoseconds,
    search_settings,
)
from catalog_tools.language.language import Language, language
from catalog_tools.language.requests import RequestGenerator
from edge_er.bundle.bundle import Bundle
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.errors import BuildError
from edge_er.index.exact import dot_table, exact_columns
from edge_er.index.faiss_index import FAISS, FaissIndex, IndexSettings, faiss_threads, import_faiss
from edge_er.index.ngram_weights import count_ngrams
from edge_er.index.stored_words import word_postings
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
_NUMBER_BYTES = 8  # by which lists know a form
_WORDS_BYTES = 24  # of its words: six, and each is 4 bytes


@dataclass(frozen=True)
class IndexChoice:
    """An index and how well it was measured to search.

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
    weights = bundle.manifest.get("rerank") or {}
    counts = count_ngrams(forms, code) if weights.get("sound_pieces") else None
    words = word_postings(forms) if weights.get("words") else None
    searched = replace(bundle, index=choice.data, ngram_counts=counts, word_postings=words)
    described = _described(choice, target, len(requests), len(bundle.entities))
    return searched.with_manifest(index={**bundle.manifest["index"], **described})


def _described(choice: IndexChoice, target: float, requests: int, entities: int) -> dict[str, Any]:
    """What the manifest says of the index."""
    return {
        "kind": FAISS,
        **choice.settings.to_dict(),
        "recall": {
            "at_1": round(choice.recall_at_1, 4),
            f"at_{AT}": round(choice.recall_at_64, 4),
            "target": target,
            "requests": requests,
        },
        "bytes_per_entity": round(len(choice.data) / entities, 1),
    }


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
    """The most bytes a form may take in the index of a catalog of so many forms or more, and in that of its words."""
    if not wants_faiss(how, forms):
        return 0
    return _NUMBER_BYTES + _WORDS_BYTES + (dim // 2 if how == AUTO else dim)


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
    for kinds in factories(how, *vectors.shape):
        for factory in kinds if best is None else ():
            index = build_index(vectors, factory, threads)
            below = np.inf if best is None else best.nanoseconds
            best = _cheapest(vectors, index, factory, requests, floors, target, below) or best
    if how == AUTO:
        return best if best is not None and best.nanoseconds < exact_nanoseconds(vectors) else None
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
    owners = np.zeros(len(vectors), np.int32)
    for settings in search_settings(index, factory):
        if nanoseconds(settings, index) >= below:
            return None
        at_1, at_64 = recalls(FaissIndex(vectors, owners, index, settings), requests, floors)
        if at_64 >= target:
            data = import_faiss().serialize_index(index).tobytes()
            return IndexChoice(settings, data, at_1, at_64, nanoseconds(settings, index))
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
