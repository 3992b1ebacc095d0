"""Locate: the bundle, encoder or data folder that a name or path of a user means."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.reader import MANIFEST
from edge_er.encoder.encoder import ENCODER_FILES
from edge_er.errors import BundleNotFoundError, CatalogError, EncoderError

__all__ = [
    "DATA_VARIABLE",
    "data_folder",
    "find_bundle",
    "find_encoder",
    "models_folder",
    "shipped_bundles",
    "shipped_encoders",
]

DATA_VARIABLE = "EDGE_ER_DATA"


def models_folder() -> Path:
    """The folder of shipped models: `edge_er/models` of an installed package, `models` of a source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


def shipped_bundles() -> dict[str, Path]:
    """Paths of the bundles in the models folder by name, sorted."""
    folder = models_folder()
    found = {path.name: path for path in folder.glob("[!.]*") if (path / MANIFEST).is_file()}
    found.update((path.stem, path) for path in folder.glob("*.zip") if path.stem not in found)
    return dict(sorted(found.items()))


def shipped_encoders() -> dict[str, Path]:
    """Paths of the encoder folders in the models folder by name, sorted."""
    paths = sorted((models_folder() / "encoders").glob("*"))
    return {path.name: path for path in paths if all((path / name).is_file() for name in ENCODER_FILES)}


def find_bundle(name_or_path: str | os.PathLike[str]) -> Path:
    """Path of a bundle: a directory, a zip, or the name of a shipped bundle.

    A path with a bundle comes before a shipped bundle of the same name.

    Raises:
        BundleNotFoundError: there is none; the message lists the nearest names.
    """
    name, path = os.fspath(name_or_path), Path(name_or_path)
    if path.is_file() or (path / MANIFEST).is_file():
        return path
    shipped = shipped_bundles()
    if name in shipped:
        return shipped[name]
    for candidate in (path, previous_version(path) if path.name else path):
        if name and candidate.is_dir():
            return candidate
    raise BundleNotFoundError(f"no bundle {name!r}: no such path, and {_nearest(name, shipped)}")


def find_encoder(name_or_folder: str | os.PathLike[str]) -> Path:
    """Path of an encoder folder: a folder, or the name of a shipped encoder.

    Raises:
        EncoderError: there is none; the message lists the nearest names.
    """
    name, path = os.fspath(name_or_folder), Path(name_or_folder)
    if (path / ENCODER_FILES[0]).is_file():
        return path
    shipped = shipped_encoders()
    if name in shipped:
        return shipped[name]
    raise EncoderError(
        f"no encoder {name!r}: no folder with {ENCODER_FILES[0]}, and {_nearest(name, shipped)}"
    )


def data_folder(given: str | os.PathLike[str] | None = None, needs: str = "voice") -> Path:
    """The folder of public data that training, fits and benchmarks read.

    It is `given`, else the environment variable EDGE_ER_DATA, else `../shared/data`, seen from the repository or from
    the current directory.

    Args:
        given: the folder that `--data` or a recipe names; None or "" if neither does.
        needs: a file or folder that it must have, such as "stations/stations.jsonl.gz"; "" for none.

    Raises:
        CatalogError: there is no such folder; the message lists where it was looked for.
    """
    named = given or os.environ.get(DATA_VARIABLE)
    folders = [Path(named)] if named else _usual_data_folders()
    for folder in folders:
        if folder.is_dir() and (folder / needs).exists():
            return folder
    wanted = f"one with {needs} in it" if needs else "a folder"
    raise CatalogError(
        f"no data folder: expected {wanted}, looked at {' and '.join(map(str, folders))}; "
        f"name it with --data or {DATA_VARIABLE}"
    )


def _usual_data_folders() -> list[Path]:
    source_tree = models_folder().parent
    roots = [source_tree] if (source_tree / "pyproject.toml").is_file() else []
    beside = (root.resolve().parent / "shared" / "data" for root in (*roots, Path.cwd()))
    return list(dict.fromkeys(beside))


def _nearest(name: str, shipped: Iterable[str]) -> str:
    names = list(shipped)
    if not names:
        return f"none is shipped in {models_folder()}"
    import difflib  # only for an error

    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    question = f"did you mean {' or '.join(close)}? " if close else ""
    return f"no shipped one has that name; {question}shipped: {', '.join(names)}"
