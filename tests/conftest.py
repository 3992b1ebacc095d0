"""The tiny encoder and bundle of `tiny.py` as fixtures, and where public data and shipped bundles are found."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tiny import ENTITIES, make_bundle, make_encoder_files, require

from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.bundle.locate import shipped_bundles
from edge_er.cli import app as cli
from edge_er.encoder.encoder import Encoder
from edge_er.resolver import EntityResolver

pytest_plugins = ["skips", "engines", "pytester"]

# A busy machine makes any example slow, so no time limits: what a test finds must not depend on the clock.
settings.register_profile("edge_er", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("edge_er")


@pytest.fixture(scope="session")
def encoder_files() -> dict[str, bytes]:
    """encoder.onnx, tokenizer.json and encoder.json of the tiny encoder."""
    return make_encoder_files()


@pytest.fixture(scope="session")
def encoder_folder(encoder_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder") / "tiny"
    folder.mkdir()
    for name, data in encoder_files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> Encoder:
    return Encoder.load(encoder_folder)


@pytest.fixture(scope="session")
def bundle(encoder_files: dict[str, bytes]) -> Bundle:
    return make_bundle(ENTITIES, encoder_files)


@pytest.fixture(scope="session")
def bundle_dir(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A written bundle directory; read only: tests that damage it copy it first."""
    path = tmp_path_factory.mktemp("bundles") / "tiny_es"
    write_bundle(path, bundle)
    return path


@pytest.fixture(scope="session")
def bundle_zip(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundles") / "tiny_es.zip"
    write_bundle(path, bundle)
    return path


@pytest.fixture(scope="session")
def resolver(bundle_dir: Path, engine: str) -> EntityResolver:
    return EntityResolver.load(bundle_dir)


@pytest.fixture
def edge_er(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line in this process: exit code, stdout, stderr."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["edge-er", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return run


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of public data: EDGE_ER_DATA, or ../shared/data beside the repository."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("EDGE_ER_DATA", beside))
    return require(folder, folder.is_dir(), "set EDGE_ER_DATA to the data folder")


@pytest.fixture(scope="session")
def radio_es(engine: str) -> EntityResolver:
    """The shipped Spanish bundle."""
    return EntityResolver.load(
        require("radio_es", "radio_es" in shipped_bundles(), "no shipped bundle radio_es")
    )
