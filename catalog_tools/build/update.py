"""A bundle brought up to date: some entities added, replaced or removed, and to the byte what a full build would give.

    update_bundle("my_radio", add="new.csv", remove="gone.txt")

The final catalog is built again with the settings the bundle says it was built with, its own encoder and its own
vectors: only forms that it has not are encoded.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.build import BuildResult, build_bundle
from catalog_tools.build.index_choice import AUTO
from catalog_tools.build.options import BuildOptions, BuildWork, IndexOptions, SurfaceForms, work_with_moved
from catalog_tools.build.vocabulary import WHOLE, cut_from, pieces_of_each
from catalog_tools.language.language import Language
from catalog_tools.readers.record_entities import RecordLike, as_records, entities_of
from catalog_tools.readers.sources import Record, read_records
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.delta import bundle_to_change
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import find_encoder
from edge_er.encoder.encoder import read_encoder_files
from edge_er.errors import BundleError, CatalogError, EncoderError
from edge_er.text.canonical import canonical_text

__all__ = [
    "BuiltWith",
    "UpdateResult",
    "entities_before_forms",
    "rebuild_options",
    "rebuild_settings",
    "update_bundle",
]

_Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class UpdateResult:
    """An updated bundle: the ids that came, were replaced and went, and the result of the build.

    `report_lost`: the old bundle had a report of its quality, and the new one has none.
    """

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    removed: tuple[str, ...]
    report_lost: bool
    built: BuildResult


@dataclass(frozen=True)
class BuiltWith:
    """What a bundle was built with and does not hold.

    Attributes:
        locale: the locale file's language; None (the default) where there was none.
        encoder: the encoder that the bundle's was cut from, a shipped name or a folder, to choose the vocabulary again
            for the new catalog. None (the default) keeps the vocabulary, and with it the encoder: devices can take a
            delta.
    """

    locale: Language | None = None
    encoder: str | os.PathLike[str] | None = None


def update_bundle(
    bundle: str | os.PathLike[str],
    add: str | Path | Iterable[RecordLike] = (),
    remove: str | Path | Iterable[str] = (),
    out: str | os.PathLike[str] | None = None,
    requests: str | os.PathLike[str] | None = None,
    locale: Language | BuiltWith | None = None,
    measure: bool = True,
    work: BuildWork | int | str | os.PathLike[str] | None = None,
    **moved: Any,
) -> UpdateResult:
    """Add, replace and remove entities of a bundle.

    Args:
        bundle: a directory or zip; with ``out`` also a shipped name.
        add: a catalog file, or records, entities or mappings. One with the id of an entity, or without an id and with
            its name and country, replaces that entity; all others are new.
        remove: a text file with an id or name a line, a catalog file, or ids and names. A name must be that of one
            entity.
        out: where the new bundle goes; by default in the place of the old, which stays beside it for ``rollback``.
        requests: a request file to measure the new bundle on. A report on such requests is not carried over without
            them; one on simulated requests is made again.
        locale: the locale file's language, if the bundle was built with one; or `BuiltWith`, to choose the vocabulary
            again from the whole encoder.
        measure: without, a report on simulated requests is not made again but left out, which is faster.
        work: workers for a large catalog, and the folder of finished shards that later updates use again. The folder
            itself, or the number of workers, is accepted until version 0.3, with a DeprecationWarning.
        moved: ``workers`` of version 0.1; it works until version 0.3, with a DeprecationWarning.

    Raises:
        CatalogError: a record that cannot be used, an id or name that is not there (names file and row), a bundle that
            would be empty, or a locale file that is missing.
        BundleError: the bundle is missing or damaged, or a shipped one shall be replaced.
        EncoderError: the encoder of `BuiltWith` is not the one that the bundle's was cut from.
        BundleBusyError: somebody else writes the bundle, or put another one there meanwhile.
        BudgetExceededError: the new catalog does not fit the bundle's budget; nothing is written.
        TypeError: there is no such keyword.
    """
    work = work_with_moved(work, moved)
    change = _Change(add, remove, requests, locale, measure, work)
    with bundle_to_change(bundle, changes=out is None) as path:
        if out is None and path != Path(bundle):
            raise BundleError(f"{path} is a shipped bundle; give another place for the new one with --out")
        return _updated(path, change, None if out is None else Path(out))


@dataclass(frozen=True)
class _Change:
    """What `update_bundle` is given, by the same names."""

    add: str | Path | Iterable[RecordLike]
    remove: str | Path | Iterable[str]
    requests: str | os.PathLike[str] | None
    locale: Language | BuiltWith | None
    measure: bool
    work: BuildWork


def _updated(path: Path, change: _Change, out: Path | None) -> UpdateResult:
    """The whole update, for who holds the lock of what is written."""
    old = read_bundle(path)
    given = change.locale if isinstance(change.locale, BuiltWith) else BuiltWith(change.locale)
    whole = None if given.encoder is None else _whole(given.encoder, old, path)
    known = {entity.id: entity for entity in entities_before_forms(old)}
    removed = _removed(change.remove, known, path)
    left = {identifier: entity for identifier, entity in known.items() if identifier not in removed}
    new = [*_new(change.add, left)]
    came = {record.id for record in new if record.id}
    entities = entities_of([*(each for each in left.values() if each.id not in came), *new])
    ids = {entity.id for entity in entities}
    simulated = old.manifest["report"].get("requests", {}).get("simulated", False)
    replaces = old.manifest["manifest_sha256"] if out is None else None
    built = build_bundle(
        entities,
        path if out is None else out,
        requests=change.requests,
        measure=change.measure and simulated,
        options=replace(
            rebuild_options(old, whole), work=change.work, keep_previous=out is None, replaces=replaces
        ),
        **rebuild_settings(old, given.locale, whole),
    )
    return UpdateResult(
        added=tuple(sorted(ids - left.keys())),
        replaced=tuple(sorted(came & left.keys())),
        removed=tuple(sorted(removed)),
        report_lost=bool(old.manifest["report"]) and not built.manifest["report"],
        built=built,
    )


def rebuild_settings(
    old: Bundle, locale: Language | None, whole: Mapping[str, bytes] | None = None
) -> dict[str, Any]:
    """The language, encoder, budget and name that the bundle was built with; ``whole`` is the encoder before a cut."""
    return {
        "lang": _language(old.manifest, locale),
        "encoder": whole or old.encoder_files,
        "budget": old.manifest["budget_bytes"],
        "name": old.manifest["name"],
    }


def rebuild_options(old: Bundle, whole: Mapping[str, bytes] | None = None) -> BuildOptions:
    """All else that the bundle was built with, and the vectors that it has.

    Where the encoder is to be cut anew from ``whole``, only those of forms that both read alike: a name that came with
    an update was read by the pieces that there were.
    """
    manifest, recipe = old.manifest, old.manifest["recipe"]
    share = manifest["index"].get("popular", {}).get("share", 0.0)
    return BuildOptions(
        index=IndexOptions(recipe.get("index", AUTO), share),
        forms=SurfaceForms(
            single_words=recipe.get("single_words", False),
            head_tokens=old.head_tokens is not None,
            known_vectors=_known_vectors(old, whole),
            say=tuple(recipe.get("say", ())),
        ),
        calibration=manifest["calibration"],
        vocabulary=recipe.get("vocabulary", WHOLE),
        candidates=recipe.get("candidates", 0),
    )


def _known_vectors(old: Bundle, whole: Mapping[str, bytes] | None) -> dict[str, NDArray[np.int8]]:
    forms = [form for entity in old.entities for form in entity.surface_forms]
    vectors = dict(zip(forms, old.vectors, strict=True))
    if whole is None:
        return vectors
    now, then = (pieces_of_each(files["tokenizer.json"], forms) for files in (whole, old.encoder_files))
    return {
        form: vectors[form] for form, mine, theirs in zip(forms, now, then, strict=True) if mine == theirs
    }


def _whole(encoder: str | os.PathLike[str], old: Bundle, path: Path) -> dict[str, bytes]:
    """The files of the encoder that a bundle's was cut from."""
    files = read_encoder_files(find_encoder(encoder))
    if not cut_from(old.encoder_files, files):
        made = old.manifest["encoder"].get("name")
        raise EncoderError(
            f"{path}: its encoder was not cut from {os.fspath(encoder)!r}; expected the {made!r} that it was built "
            "with, and --vocabulary catalog; leave --encoder out, or build the bundle again"
        )
    return files


def _language(manifest: Mapping[str, Any], locale: Language | None) -> str | Language:
    wanted, found = manifest["recipe"].get("locale", ""), locale.source if locale else ""
    if wanted != found:
        raise CatalogError(
            f"the bundle was built with {wanted or 'no locale file'}; found {found or 'none'}; "
            + (f"give {wanted} with --locale" if wanted else "leave --locale out, or build the bundle again")
        )
    return locale or str(manifest["lang"])


def entities_before_forms(bundle: Bundle) -> Iterator[Entity]:
    """The entities as they were before spoken forms were chosen for them."""
    given = bundle.manifest["recipe"].get("given_spoken", {})
    for entity in bundle.entities:
        yield replace(entity, spoken=entity.spoken[: given.get(entity.id, 0)])


def _new(add: str | Path | Iterable[RecordLike], left: Mapping[str, Entity]) -> Iterator[Record | Entity]:
    """The records to add; one without an id has that of the only entity with its name and country, if there is one."""
    named = _names(left.values(), with_country=True)
    taken: set[str] = set()
    for record in as_records(add):
        if isinstance(record, Record) and not record.id:
            same = named.get(_key(record.name, record.metadata), ())
            if len(same) == 1 and same[0] not in taken:
                taken.add(same[0])
                record = replace(record, id=same[0])
        yield record


def _removed(remove: str | Path | Iterable[str], known: Mapping[str, Entity], bundle: Path) -> set[str]:
    """The ids to remove."""
    named = _names(known.values())
    removed: set[str] = set()
    file = Path(remove) if isinstance(remove, (str, Path)) else None
    for row, wanted in _wanted(remove):
        same = (wanted,) if wanted in known else named.get(canonical_text(wanted), ())
        if len(same) != 1:
            reason = f"{len(same)} entities have that name ({', '.join(same[:5])}); give an id" if same else (
                f"{bundle} has no entity with that id or name; correct it or take the row out"
            )  # fmt: skip
            raise CatalogError(f"cannot remove {wanted!r}: {reason}", file=file, row=row)
        removed.add(same[0])
    return removed


def _wanted(remove: str | Path | Iterable[str]) -> Iterator[tuple[int | None, str]]:
    """Row and id or name of what shall be removed."""
    if not isinstance(remove, (str, Path)):
        yield from ((None, wanted) for wanted in remove)
    elif Path(remove).suffix.lower() == ".txt":
        yield from _text_lines(Path(remove))
    else:
        with read_records(remove) as records:
            yield from ((record.row, record.id or record.name) for record in records)


def _text_lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = file.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise CatalogError(f"cannot be read ({error.strerror or error})", file=file) from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"not UTF-8 ({error.reason}); save it as UTF-8", file=file) from error
    return ((row, line.strip()) for row, line in enumerate(lines, start=1) if line.strip())


def _names(entities: Iterable[Entity], with_country: bool = False) -> _Names:
    """Ids by canonical name, or by country and name."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for entity in entities:
        key = _key(entity.name, entity.metadata) if with_country else canonical_text(entity.name)
        named[key].append(entity.id)
    return named


def _key(name: str, metadata: Mapping[str, Any]) -> str:
    return f"{metadata.get('country', '')}\n{canonical_text(name) or name}"
