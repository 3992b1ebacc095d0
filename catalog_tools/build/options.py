"""Options of a build that few need: who does the work, how vectors are searched, what is kept of surface forms.

build_bundle("tracks.jsonl", "tracks", options=BuildOptions(work=BuildWork(workers=4), index=IndexOptions("mapped")))
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.index_choice import AUTO
from catalog_tools.build.vocabulary import VOCABULARIES, WHOLE
from catalog_tools.build.workers import ENGINES, LOCAL

__all__ = ["BuildOptions", "BuildWork", "IndexOptions", "SurfaceForms", "with_moved", "work_with_moved"]


@dataclass(frozen=True)
class BuildWork:
    """Who does the slow steps of a build, and where finished shards are kept. The bytes are the same with all settings.

    Attributes:
        workers: processes of this machine, or actors of a cluster, one thread each; also the threads of FAISS where
            the build makes an index. At least 1; by default 1.
        folder: where finished shards of a large catalog are kept. A build that was stopped goes on from them, and later
            builds use them again. None (the default) is a hidden folder beside the bundle, removed when it is there.
        engine: "local" (the default), or "ray" for Ray Data.
        ray_address: of a running cluster ("auto", "ray://host:10001", "host:6379"). None (the default) starts one here.

    Raises:
        ValueError: ``workers`` is below 1, or there is no such ``engine``.
    """

    workers: int = 1
    folder: str | os.PathLike[str] | None = None
    engine: str = LOCAL
    ray_address: str | None = None

    def __post_init__(self) -> None:
        if self.workers < 1 or self.engine not in ENGINES:
            raise ValueError(
                f"expected 1 or more workers and an engine of {', '.join(ENGINES)}; "
                f"found {self.workers} and {self.engine!r}"
            )


@dataclass(frozen=True)
class IndexOptions:
    """How the vectors of a bundle are searched.

    Attributes:
        kind: "auto" (the default) for an exact scan of small catalogs and the cheapest good FAISS index for large ones;
            "exact"; "mapped" for an index whose vectors stay in its file; or a FAISS name. See
            `catalog_tools.build.index_choice.with_index`.
        popular_share: share of the entities, the most popular, whose forms are searched first: 0 (the default, none) to
            1. It needs a FAISS index. See `catalog_tools.build.popular_choice.with_popular`.
    """

    kind: str = AUTO
    popular_share: float = 0.0


@dataclass(frozen=True)
class SurfaceForms:
    """What the surface forms of a bundle are, and what is kept of each.

    Attributes:
        single_words: whether a word of a name is a spoken form of it ("Zoë" for "Zoë Kravitz"); by default not. See
            `catalog_tools.language.short_names.with_single_words`.
        head_tokens: whether the bundle keeps what a DiPair head reads of each form. By default not: the tokens are then
            computed at each request that the head is asked about. The encoder must have a head.
        known_vectors: vectors of forms that this encoder made before, int8 [dim] by form. Only other forms are encoded;
            the bytes are those of a build without. By default none.
        say: columns that people say with the name, as "play TITLE by ARTIST"; by default none. Each must be filled in
            some record.
    """

    single_words: bool = False
    head_tokens: bool = False
    known_vectors: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    say: tuple[str, ...] = ()


_MOST_CANDIDATES = 1000


@dataclass(frozen=True)
class BuildOptions:
    """Options of a build that few need.

    Attributes:
        work: who does the slow steps, and where finished shards are kept.
        index: how vectors are searched.
        forms: what surface forms there are, and what is kept of each.
        calibration: scores to confidence, for the manifest; None (the default) takes the encoder's.
        keep_previous: whether the version before stays beside the bundle, for `edge_er.bundle.delta.rollback`; by
            default not.
        vocabulary: "whole" (the default), or "catalog" for an encoder with only the pieces of words that catalog and
            language need. See `catalog_tools.build.vocabulary`.
        candidates: how many of the nearest by vector and by sound are ranked at least, each. More find names that a
            recogniser garbled; 0 (the default) leaves it to the encoder and the size of the catalog.
        replaces: `manifest_sha256` of the bundle that the new one was made from. The build refuses to write if another
            one lies there by then. None (the default) replaces whatever is there.

    Raises:
        ValueError: there is no such ``vocabulary``, or ``candidates`` is not from 0 to 1,000.
    """

    work: BuildWork = field(default_factory=BuildWork)
    index: IndexOptions = field(default_factory=IndexOptions)
    forms: SurfaceForms = field(default_factory=SurfaceForms)
    calibration: Mapping[str, Any] | None = None
    keep_previous: bool = False
    vocabulary: str = WHOLE
    candidates: int = 0
    replaces: str | None = None

    def __post_init__(self) -> None:
        if self.vocabulary not in VOCABULARIES:
            raise ValueError(f"expected a vocabulary of {', '.join(VOCABULARIES)}; found {self.vocabulary!r}")
        if not 0 <= self.candidates <= _MOST_CANDIDATES:
            raise ValueError(f"expected candidates from 0 to {_MOST_CANDIDATES:,}; found {self.candidates!r}")


# Keywords of version 0.1: the group and the field that each has become.
_MOVED = {
    "workers": ("work", "workers"),
    "work": ("work", "folder"),
    "engine": ("work", "engine"),
    "ray_address": ("work", "ray_address"),
    "index": ("index", "kind"),
    "popular_share": ("index", "popular_share"),
    "single_words": ("forms", "single_words"),
    "head_tokens": ("forms", "head_tokens"),
    "known_vectors": ("forms", "known_vectors"),
    "calibration": ("", "calibration"),
    "keep": ("", "keep_previous"),
}


def with_moved(options: BuildOptions, moved: Mapping[str, Any]) -> BuildOptions:
    """The options with keywords of `build_bundle` in version 0.1, which go with version 0.3; each warns.

    Raises:
        TypeError: `build_bundle` never had such a keyword.
    """
    for keyword, value in moved.items():
        if keyword not in _MOVED:
            raise TypeError(f"build_bundle() got an unexpected keyword argument {keyword!r}")
        group, name = _MOVED[keyword]
        place = f"{group}={type(getattr(options, group)).__name__}({name}=...)" if group else f"{name}=..."
        _warn(f"build_bundle({keyword}=...) has moved: give options=BuildOptions({place})")
        if keyword == "known_vectors" and value is None:
            value = {}
        inner = replace(getattr(options, group), **{name: value}) if group else value
        options = replace(options, **{group or name: inner})
    return options


def work_with_moved(
    work: BuildWork | int | str | os.PathLike[str] | None, moved: Mapping[str, Any]
) -> BuildWork:
    """`BuildWork` from arguments of `update_bundle`: also those of version 0.1, which go with version 0.3 and warn.

    Args:
        work: of this version; or what stood in its place, the number of workers or the folder.
        moved: other keywords: ``workers``.

    Raises:
        TypeError: `update_bundle` never had such a keyword.
    """
    unknown = sorted(moved.keys() - {"workers"})
    if unknown:
        raise TypeError(f"update_bundle() got an unexpected keyword argument {unknown[0]!r}")
    made = work if isinstance(work, BuildWork) else BuildWork()
    if isinstance(work, int):
        moved = {"workers": work, **moved}
    elif work is not None and not isinstance(work, BuildWork):
        _warn("update_bundle(work=FOLDER) has moved: give work=BuildWork(folder=...)")
        made = replace(made, folder=work)
    if "workers" in moved:
        _warn("update_bundle(workers=...) has moved: give work=BuildWork(workers=...)")
        made = replace(made, workers=moved["workers"])
    return made


def _warn(message: str) -> None:
    """A warning at the line that calls `build_bundle` or `update_bundle`."""
    warnings.warn(message, DeprecationWarning, stacklevel=4)
