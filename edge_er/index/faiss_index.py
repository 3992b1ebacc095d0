"""FAISS index of a large catalog: FAISS proposes forms, and their exact dot products rank them.

FAISS keeps a rough copy of each vector, made by product quantisation (PQ: 4 bits for one or two dimensions) or scalar
quantisation (SQ: 4 or 8 bits for each dimension). It may miss a form. But a form that it proposes always gets the score
that an exact scan gives. The build measures how often forms are missed and writes it into the manifest
(`catalog_tools.build.index_choice`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import BundleCorruptError, BundleError
from edge_er.index.exact import exact_float
from edge_er.index.held_file import HeldFile
from edge_er.installing import install_command

__all__ = [
    "FAISS",
    "INDEX_FILE",
    "FaissIndex",
    "IndexSettings",
    "faiss_threads",
    "import_faiss",
    "open_index",
]

INDEX_FILE = "index.faiss"
FAISS = "faiss"  # the kind of index in a manifest

_FORMS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How a FAISS index is searched: `manifest["index"]` of a large catalog.

    Attributes:
        factory: the name of the index in FAISS ("IVF1024,SQ4").
        nprobe: how many of its lists a request reads; 0 for an index without lists.
        reads: how many forms FAISS proposes for the exact dot products.
        candidates: how many of these become candidates for all other evidence.
    """

    factory: str
    nprobe: int = 0
    reads: int = 512
    candidates: int = 256

    @classmethod
    def from_manifest(cls, index: Mapping[str, Any]) -> IndexSettings:
        """The settings of a manifest's `index`.

        Raises:
            BundleCorruptError: a setting is missing, or not a whole number from 1 up (`nprobe` from 0).
        """
        values = {name: index.get(name) for name in cls.__dataclass_fields__}
        for name, value in values.items():
            least = 0 if name == "nprobe" else 1
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= least
            if not (isinstance(value, str) if name == "factory" else whole):
                expected = "a text" if name == "factory" else f"a whole number from {least} up"
                raise BundleCorruptError(
                    f"manifest.json, index.{name}: expected {expected}, found {value!r}; build the bundle again"
                )
        return cls(**values)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """The same as in a manifest."""
        return asdict(self)


class FaissIndex:
    """Approximate search over surface forms with exact scores.

    Args:
        vectors: int8 [forms, dim]; may be a file that is mapped into memory.
        form_entity: int32 [forms], the entity index of each form.
        index: a FAISS index of the same forms in the same order, by inner product.
        settings: how the index is searched.
        threads: how many cores FAISS may use for one request.

    Raises:
        BundleCorruptError: the index has another number of forms or of dimensions than `vectors`.
    """

    def __init__(
        self,
        vectors: NDArray[np.int8],
        form_entity: NDArray[np.int32],
        index: Any,
        settings: IndexSettings,
        threads: int = 1,
    ) -> None:
        if (index.ntotal, index.d) != vectors.shape:
            raise BundleCorruptError(
                f"{INDEX_FILE}: expected {vectors.shape[0]} vectors of {vectors.shape[1]} dimensions, "
                f"found {index.ntotal} of {index.d}; build the bundle again"
            )
        self.forms, self.dim = vectors.shape
        self.entities = int(np.count_nonzero(np.diff(np.sort(form_entity)))) + min(self.forms, 1)
        self.settings = settings
        # Plain views: what is taken from a memmap is one again, which takes longer than the numbers themselves.
        self._vectors, self._form_entity, self._index = np.asarray(vectors), np.asarray(form_entity), index
        self._lists, self._threads = int(getattr(index, "nlist", 0)), threads

    def search(self, queries: NDArray[np.int8], k: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The `k` best entities for each of `queries`, int8 [n, dim], among those that FAISS proposes.

        Returns entity indices and scores, both int32 [n, min(k, entities)]: descending score, ties by entity index.
        """
        k = min(k, self.entities)
        entities, scores = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int32)
        for row, query in enumerate(queries if k else ()):
            forms, dots = self.nearest_forms(query, self.settings.candidates, k)
            owners = self._form_entity[forms]
            order = np.lexsort((owners, -dots))
            first = np.sort(np.unique(owners[order], return_index=True)[1])[:k]
            entities[row], scores[row] = owners[order][first], dots[order][first]
        return entities, scores

    def nearest_forms(
        self, query: NDArray[np.int8], count: int, entities: int = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The `count` forms nearest to `query`, int8 [dim], best first, and their dot products, both int64 [forms].

        They are more than `count` if so many belong to fewer than `entities` entities.
        """
        # FAISS ranks by its rough copies. So it proposes many more forms than are wanted (`reads`), the exact dot
        # products order them, and the best are kept. If there are too few forms or entities among them, FAISS reads
        # twice as many from twice as many lists, up to the whole catalog.
        reads, nprobe = max(self.settings.reads, count), self.settings.nprobe
        while True:
            forms = self._proposed(query, min(reads, self.forms), nprobe)
            dots = self.dots(query, forms)
            order = np.lexsort((forms, -dots))
            needed = max(count, _enough(self._form_entity[forms[order]], min(entities, self.entities)))
            if needed <= len(forms) or (reads >= self.forms and nprobe >= self._lists):
                return forms[order[:needed]], dots[order[:needed]]
            reads, nprobe = 2 * reads, 2 * nprobe

    def dots(self, query: NDArray[np.int8], forms: NDArray[np.int64]) -> NDArray[np.int64]:
        """The dot products of `query`, int8 [dim], with `forms`, given by index: whole numbers, int64 [forms]."""
        dots = np.empty(len(forms), np.int64)
        exact = exact_float(self.dim)
        wide = query.astype(exact)
        for start in range(0, len(forms), _FORMS_AT_ONCE):
            rows = slice(start, start + _FORMS_AT_ONCE)
            dots[rows] = np.einsum("fd,d->f", self._vectors[forms[rows]].astype(exact), wide)
        return dots

    def _proposed(self, query: NDArray[np.int8], reads: int, nprobe: int) -> NDArray[np.int64]:
        faiss = import_faiss()
        parameters = faiss.SearchParametersIVF(nprobe=min(nprobe, self._lists)) if self._lists else None
        with faiss_threads(self._threads):
            _, forms = self._index.search(query[None].astype(np.float32), reads, params=parameters)
        proposed: NDArray[np.int64] = forms[0][forms[0] >= 0]
        return proposed


def _enough(owners: NDArray[np.int32], entities: int) -> int:
    """How many ranked forms, from the first, belong to `entities` entities; one more than there are if all do not.

    `owners` is int32 [forms], the entity of each form.
    """
    first = np.unique(owners, return_index=True)[1]
    if len(first) < entities:
        return len(owners) + 1
    return int(np.partition(first, entities - 1)[entities - 1]) + 1 if entities else 0


def import_faiss() -> Any:
    """The faiss module.

    Raises:
        BundleError: faiss is not installed; the message names the extra.
    """
    try:
        import faiss
    except ModuleNotFoundError as error:
        raise BundleError(
            "a large catalog is searched with FAISS, which is not installed; install it with: "
            f"{install_command('faiss')}, or build the bundle with --index exact"
        ) from error
    return faiss


@contextmanager
def faiss_threads(threads: int) -> Iterator[None]:
    """Let FAISS use `threads` threads inside the block, and as many as before afterwards.

    The setting is OpenMP's and belongs to the calling thread, so it does not change what other threads do with FAISS.
    """
    faiss = import_faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def open_index(index: bytes | HeldFile) -> Any:
    """The FAISS index in verified bytes, or in a verified file, mapped into memory if its kind and the system allow it.

    Raises:
        BundleError: faiss is not installed.
        BundleCorruptError: this faiss cannot read it.
    """
    faiss = import_faiss()
    try:
        if isinstance(index, bytes) or index.name is None:
            data = index if isinstance(index, bytes) else index.read_bytes()
            return faiss.deserialize_index(np.frombuffer(data, np.uint8))
        flags = faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY if hasattr(faiss, "OnDiskInvertedLists") else 0
        return faiss.read_index(index.name, flags)
    except RuntimeError as error:
        raise BundleCorruptError(
            f"{INDEX_FILE}: faiss cannot read it ({error}); build the bundle again"
        ) from error
