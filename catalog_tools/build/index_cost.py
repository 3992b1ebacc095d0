"""How long a request takes with an index, as an estimate, and which kinds of index are tried for a catalog.

A build must choose the same index on every machine, so it does not time anything. A request's time is estimated from
what it reads, as a sum of three parts:

    forms looked at roughly · dimensions · nanoseconds of one dimension, by how the index keeps it
    + lists opened · nanoseconds of one, and the comparison with every list's centre
    + forms read exactly · nanoseconds of one

An index with inverted lists looks at the share nprobe / lists of the forms, one without at all of them.
`benchmarks/cost/search_scale.py` measured the constants on one core, and measures them again.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.index.faiss_index import IndexSettings

__all__ = [
    "AUTO",
    "EXACT",
    "MAPPED",
    "exact_nanoseconds",
    "factories",
    "list_count",
    "nanoseconds",
    "search_settings",
]

AUTO, EXACT, MAPPED = "auto", "exact", "mapped"

_MOST_LISTS = 2048
_READS = (256, 512, 1024, 2048, 4096, 8192)  # forms whose exact score is computed
_SHARES = (16, 8, 4, 2, 1)  # one in so many lists is opened

# Nanoseconds: of a dimension of a form that is looked at, by how it is kept; of a form whose exact score is computed;
# of a list that is opened.
_NS_A_DIMENSION = {"SQ8": 0.1, "SQ4": 0.13, "exact": 0.15}
_NS_A_FAST_CODE = 0.016  # of the fast scan, which looks at codes of 4 bits
_NS_A_READ, _NS_A_LIST = 300, 800


def list_count(forms: int) -> int:
    """How many inverted lists a catalog of so many forms is given: about the square root, a power of two."""
    return min(1 << round(math.log2(max(forms, 1)) / 2), _MOST_LISTS)


def factories(how: str, forms: int, dim: int) -> list[list[str]]:
    """FAISS names of the kinds to try; a second list is larger, and tried only where the first finds too little.

    For "auto" codes are tried for a scan of all forms and for inverted lists: 4 bits for two dimensions, then 4 bits
    for each. For "mapped" only scalar quantisers are tried, whose codes a search reads in place from the file.
    """
    lists = list_count(forms)
    if how == MAPPED:
        return [[f"IVF{lists},SQ8", f"IVF{lists},SQ4"]]
    if how == AUTO:
        return [[code, f"IVF{lists},{code}"] for code in (f"PQ{dim // 2}x4fs", f"PQ{dim}x4fs")]
    return [[how]]


def search_settings(index: Any, factory: str) -> list[IndexSettings]:
    """All ways to search a FAISS index, the cheapest first: how many lists are opened, how many forms read exactly."""
    lists = _lists(index)
    nprobes = sorted({max(lists // share, 1) for share in _SHARES}) if lists else [0]
    ways = [IndexSettings(factory, nprobe, reads) for nprobe in nprobes for reads in _READS]
    return sorted(ways, key=lambda way: nanoseconds(way, index))


def exact_nanoseconds(vectors: NDArray[np.int8]) -> float:
    """Estimated time of a request that scans all vectors."""
    return _NS_A_DIMENSION[EXACT] * vectors.size


def nanoseconds(settings: IndexSettings, index: Any) -> float:
    """Estimated time of a request."""
    lists = _lists(index)
    fast = re.search(r"PQ(\d+)x4fs", settings.factory)
    named = [cost for name, cost in _NS_A_DIMENSION.items() if name in settings.factory]
    a_dimension = int(fast[1]) * _NS_A_FAST_CODE / index.d if fast else (named or [_NS_A_DIMENSION["SQ4"]])[0]
    scanned = a_dimension * index.ntotal * (settings.nprobe / lists if lists else 1.0)
    centres = lists * _NS_A_DIMENSION[EXACT]
    opened, read = settings.nprobe * _NS_A_LIST, settings.reads * _NS_A_READ
    return float((scanned + centres) * index.d + opened + read)


def _lists(index: Any) -> int:
    """Inverted lists of a FAISS index; 0 where it has none."""
    return int(getattr(index, "nlist", 0))
