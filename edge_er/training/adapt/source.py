"""What is adapted: a catalog file with the encoder to build it with, or a bundle with all it was built with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions
from catalog_tools.build.update import entities_before_forms, rebuild_options
from catalog_tools.language.language import Language
from catalog_tools.readers.record_entities import entities_of
from edge_er.bundle.bundle import find_bundle, read_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import find_encoder
from edge_er.encoder.encoder import read_encoder_files
from edge_er.errors import BundleNotFoundError
from edge_er.training.adapt.settings import AdaptSettings

__all__ = ["USUAL_ENCODER", "Source", "read_source"]

USUAL_ENCODER = "multilingual-32-hpd64"


@dataclass(frozen=True)
class Source:
    """A catalog and what it is built with.

    Attributes:
        entities: with the spoken forms that came with them.
        files: of the encoder to start from. start: what that is called.
        lang: of the bundle; None for a catalog.
        budget: of the bundle that is built.
        options: of the build.
        bundle: where the bundle lies that stands for "before"; None for a catalog, which is built for it.
    """

    entities: Sequence[Entity]
    files: Mapping[str, bytes]
    start: str
    lang: str | None
    budget: str | int | None
    options: BuildOptions = field(repr=False, default_factory=BuildOptions)
    bundle: Path | None = None

    def build(
        self, out: Path, name: str, lang: Language, files: Mapping[str, bytes], requests: Path | None = None
    ) -> Path:
        """A bundle of the catalog with an encoder, measured on a file of requests."""
        budget, options = self.budget, self.options
        build_bundle(self.entities, out, lang, files, budget, name, requests=requests, options=options)
        return out


def read_source(given: str | os.PathLike[str], settings: AdaptSettings) -> Source:
    """The source that a name or path means: a catalog file, a bundle, or the name of a shipped one.

    Raises:
        BundleNotFoundError: there is neither a file nor a bundle.
        CatalogError: the catalog cannot be used.
        EncoderError: there is no such encoder.
    """
    path = Path(given)
    if path.is_file() and path.suffix.lower() != ".zip":
        return _catalog(path, settings)
    try:
        found = find_bundle(given)
    except BundleNotFoundError as error:
        raise BundleNotFoundError(f"no catalog file of that name; {error}") from error
    bundle = read_bundle(found)
    options = rebuild_options(bundle)
    files = _files(settings.start) if settings.start else bundle.encoder_files
    return Source(
        entities=sorted(entities_before_forms(bundle), key=lambda entity: entity.id),
        files=files,
        start=settings.start or f"the bundle {bundle.manifest['name']}",
        lang=str(bundle.manifest["lang"]),
        budget=bundle.manifest["budget_bytes"] if settings.budget == "" else settings.budget,
        # Vectors and confidence are those of the encoder that is to come.
        options=replace(options, calibration=None, forms=replace(options.forms, known_vectors={})),
        bundle=None if settings.start else found,
    )


def _catalog(path: Path, settings: AdaptSettings) -> Source:
    start = settings.start or USUAL_ENCODER
    budget = "2MB" if settings.budget == "" else settings.budget
    return Source(entities_of(path), _files(start), start, None, budget)


def _files(encoder: str) -> dict[str, bytes]:
    return read_encoder_files(find_encoder(encoder))
