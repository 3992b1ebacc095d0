"""The bundles that a service answers from, by name; a bundle that changes on disk is loaded again while it serves."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_er.bundle.locate import find_bundle
from edge_er.bundle.reader import MANIFEST
from edge_er.errors import BundleNotFoundError, EdgeERError
from edge_er.resolver import EntityResolver

__all__ = ["ServedBundles"]

_LOG = logging.getLogger(__name__)
_State = tuple[int, int, int]  # of the file that every new version of a bundle replaces


@dataclass
class _Served:
    """One bundle: where it is, what answers from it, and why a newer version could not be loaded, if so."""

    place: Path
    resolver: EntityResolver
    state: _State | None
    error: str = ""


class ServedBundles:
    """Resolvers by the names of their bundles.

    Args:
        bundles: names or paths, as `EntityResolver.load` takes them.
        settings: those of `EntityResolver.load`.

    Raises:
        ValueError: there is no bundle, or two have one name.
        BundleError: see `EntityResolver.load`.
    """

    def __init__(self, bundles: Iterable[str | os.PathLike[str]], **settings: Any) -> None:
        self._served: dict[str, _Served] = {}
        for bundle in bundles:
            place = find_bundle(bundle)
            state = _state(place)
            resolver = EntityResolver.load(place, **settings)
            if resolver.name in self._served:
                raise ValueError(
                    f"two bundles are named {resolver.name!r}: {self._served[resolver.name].place} and {place}"
                )
            self._served[resolver.name] = _Served(place, resolver, state)
        if not self._served:
            raise ValueError("expected at least one bundle")

    def __iter__(self) -> Iterator[EntityResolver]:
        return (each.resolver for each in self._served.values())

    def named(self, name: str | None) -> EntityResolver:
        """The resolver of a bundle; without a name that of the only one.

        Raises:
            BundleNotFoundError: it is not served, or several are and none was named; the message lists the names.
        """
        if name is None and len(self._served) == 1:
            return next(iter(self))
        if name in self._served:
            return self._served[name].resolver
        wanted = "a bundle must be named" if name is None else f"no bundle {name!r} is served"
        raise BundleNotFoundError(f"{wanted}; there are: {', '.join(self._served)}")

    def of_language(self, lang: str | None) -> EntityResolver:
        """The first resolver of a language ("es" or "es-MX"), else the first."""
        main = (lang or "").replace("_", "-").partition("-")[0].lower()
        return next((each for each in self if each.lang == main), next(iter(self)))

    def reload_changed(self) -> list[str]:
        """Load again what changed on disk, and give the names of those. What cannot be loaded keeps its old version,
        says why in `health`, and is tried again at the next call.
        """
        changed = []
        for name, each in self._served.items():
            state = _state(each.place)
            if state == each.state:
                continue
            error = _error_of_reload(each.resolver)
            if error and error != each.error:
                _LOG.warning("%s: the old version goes on: %s", name, error)
            each.error = error
            if not error:
                each.state = state
                changed.append(name)
                _LOG.info("%s: loaded again", name)
        return changed

    def health(self) -> Mapping[str, Any]:
        """What is served, by name, and why a newer version is not, if so."""
        found = {}
        for name, each in self._served.items():
            resolver = each.resolver
            found[name] = {
                "version": resolver.manifest.get("version"),
                "lang": resolver.lang,
                "entities": len(resolver.entities),
                "sha256": resolver.manifest["manifest_sha256"],
                "engine": resolver.engine,
                **({"error": each.error} if each.error else {}),
            }
        return found


def _error_of_reload(resolver: EntityResolver) -> str:
    """Load a resolver's bundle again; what was wrong, if something was."""
    try:
        resolver.reload()
    except (EdgeERError, OSError) as error:
        return str(error)
    return ""


def _state(place: Path) -> _State | None:
    """What changes with every version of a bundle; None while there is nothing."""
    try:
        status = (place / MANIFEST if place.is_dir() else place).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
