"""What lets a resolver be replaced under load, and be given to other processes.

`edge_er.resolver.EntityResolver` is a `Reloadable`. A request runs on the parts of one moment. `reload` makes all parts
anew and then exchanges them in one step, so that every request is answered by the old bundle or by the new one.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from edge_er.bundle.bundle import Bundle
from edge_er.errors import BundleError

__all__ = ["Made", "Reloadable"]

_LOG = logging.getLogger(__name__)
_Self = TypeVar("_Self", bound="Reloadable")


class Made(NamedTuple):
    """What a resolver was made of: its bundle, and how `load` was asked for it."""

    bundle: Bundle
    settings: dict[str, Any]


class Reloadable:
    """A resolver whose bundle can be exchanged while other threads ask it."""

    _made: Made
    load: Callable[..., Any]

    def reload(self, name_or_path: str | os.PathLike[str] | None = None, **settings: Any) -> None:
        """Answer from another bundle, or from what lies at the same place now, beginning with the next request.

        Requests that run go on with the old one. If the new one cannot be loaded, the old one stays. Own entries of a
        personal resolver stay, beside the new catalog; personal resolvers that were made of this one keep the old one
        until they are reloaded themselves.

        Args:
            name_or_path: see `load`; by default where the bundle was read.
            settings: those of `load`; by default as before, but for `sha256`, which is of one bundle only.

        Raises:
            BundleError: the bundle was made in memory, so there is no place to read it from again; or see `load`.
        """
        place = self._made.bundle.place if name_or_path is None else name_or_path
        if place is None:
            raise BundleError("this bundle was made in memory: give the path of the one to load")
        self.__dict__ = vars(self._taking(self._fresh(place, {**self._made.settings, **settings})))
        _LOG.info("answers from %s from now on", place)

    def _fresh(self, place: str | os.PathLike[str], settings: Mapping[str, Any]) -> Any:
        """A new resolver for the bundle at `place`."""
        return type(self).load(place, **settings)

    def _taking(self: _Self, fresh: Any) -> Any:
        """`fresh` as what this resolver becomes."""
        return fresh

    def _moment(self: _Self) -> _Self:
        """A resolver with the parts of this moment, which stay its parts whatever is loaded meanwhile."""
        now = object.__new__(type(self))
        now.__dict__ = self.__dict__
        return now

    def __reduce__(self) -> tuple[Any, ...]:
        """A bundle that was read is read again, the same one; one that was made in memory is copied."""
        bundle, settings = self._made
        if bundle.place is None:
            return _made_again, (type(self), bundle, dict(settings))
        return _read_again, (type(self), bundle.place, bundle.manifest["manifest_sha256"], dict(settings))


def _made_again(kind: type[Any], bundle: Bundle, settings: Mapping[str, Any]) -> Any:
    return kind(bundle, **settings)


def _read_again(kind: type[Any], place: Path, sha256: str, settings: Mapping[str, Any]) -> Any:
    return kind.load(place, **{**settings, "sha256": sha256})
