"""What is read is of one version, also while a bundle is replaced, and of regular files alone."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny import ENTITIES, make_bundle, require_packages

from edge_er.bundle import contents, reader
from edge_er.bundle.atomic import previous_version
from edge_er.bundle.bundle import Bundle, find_bundle, read_bundle, read_files, write_bundle
from edge_er.bundle.reader import open_reader
from edge_er.errors import BundleBusyError, BundleCorruptError, BundleNotFoundError
from edge_er.index.held_file import HeldFile


@pytest.fixture
def other(encoder_files: dict[str, bytes]) -> Bundle:
    return make_bundle(ENTITIES[:3], encoder_files)


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], None]:
    """Calls something each time when a manifest has been read and no other file yet."""

    def hook(then: Callable[[int], None]) -> None:
        read, calls = contents.read_manifest, 0

        def reading(data: bytes, path: Path) -> object:
            nonlocal calls
            found = read(data, path)
            calls += 1
            then(calls)
            return found

        monkeypatch.setattr(contents, "read_manifest", reading)
        monkeypatch.setattr(contents, "_PAUSE", 0.0)

    return hook


@pytest.mark.parametrize("name", ["b", "b.zip"])
def test_a_bundle_that_is_replaced_while_it_is_read_is_of_one_version(
    bundle: Bundle,
    other: Bundle,
    tmp_path: Path,
    hooked: Callable[[Callable[[int], None]], None],
    name: str,
) -> None:
    write_bundle(tmp_path / name, bundle)

    def replace(call: int) -> None:
        if call == 1:
            write_bundle(tmp_path / name, other)

    hooked(replace)
    assert len(read_bundle(tmp_path / name).entities) in (7, 3)
    assert len(read_bundle(tmp_path / name).entities) == 3


def test_files_that_are_changed_one_by_one_are_never_mixed(
    bundle: Bundle, other: Bundle, tmp_path: Path, hooked: Callable[[Callable[[int], None]], None]
) -> None:
    for name, each in (("b", bundle), ("new", other)):
        write_bundle(tmp_path / name, each)

    def copy(call: int) -> None:
        if call == 1:
            for file in (tmp_path / "new").iterdir():
                shutil.copy(file, tmp_path / "b" / file.name)

    hooked(copy)
    assert len(read_bundle(tmp_path / "b").entities) == 3


def test_a_bundle_that_is_replaced_again_and_again_is_not_called_damaged(
    bundle: Bundle, other: Bundle, tmp_path: Path, hooked: Callable[[Callable[[int], None]], None]
) -> None:
    write_bundle(tmp_path / "b", bundle)
    for number in range(8):
        write_bundle(tmp_path / f"new{number}", bundle if number % 2 else other)

    def replace(call: int) -> None:  # as a copy tool does, and the files come later than their manifest
        for file in (tmp_path / "b").iterdir():
            file.unlink()
        shutil.copy(tmp_path / f"new{call}" / "manifest.json", tmp_path / "b")

    hooked(replace)
    with pytest.raises(BundleBusyError, match="is being replaced") as error:
        read_bundle(tmp_path / "b")
    assert "damaged" not in str(error.value)


def test_what_is_damaged_and_stays_as_it_is_is_called_damaged(bundle_dir: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    (folder / "vectors.safetensors").write_bytes(b"x" * (folder / "vectors.safetensors").stat().st_size)
    with pytest.raises(BundleCorruptError, match="damaged"):
        read_bundle(folder)


@pytest.mark.parametrize("keep", [False, True])
def test_loads_never_fail_while_a_writer_replaces(
    bundle: Bundle, other: Bundle, tmp_path: Path, keep: bool
) -> None:
    path, done = tmp_path / "b", threading.Event()
    write_bundle(path, bundle)
    errors: list[Exception] = []

    def write() -> None:
        try:
            for number in range(40):
                write_bundle(path, bundle if number % 2 else other, keep=keep)
        except Exception as error:
            errors.append(error)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    sizes = set()
    while not done.is_set():
        found = read_bundle(path)
        sizes.add((len(found.entities), found.manifest["counts"]["entities"]))
    writer.join()
    assert not errors
    assert sizes <= {(7, 7), (3, 3)}


def test_a_folder_that_goes_while_it_is_opened_is_read_again(
    bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    gone = tmp_path / "gone"
    found, opened, calls = contents.find_bundle, contents.open_reader, []

    def finding(path: Path) -> Path:
        if gone.exists():
            gone.rename(folder)
        return found(path)

    def opening(path: Path) -> reader.Reader:
        calls.append(path)
        if len(calls) == 1:  # before it is opened; the next time between this and its first file
            folder.rename(gone)
        made = reader._Directory(path) if len(calls) == 1 else opened(path)
        if len(calls) == 2:
            folder.rename(gone)
        return made

    monkeypatch.setattr(contents, "find_bundle", finding)
    monkeypatch.setattr(contents, "open_reader", opening)
    assert len(read_bundle(folder).entities) == 7
    assert len(calls) == 3


def test_a_manifest_that_comes_while_it_is_opened_is_read_again(
    bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    manifest, aside = folder / "manifest.json", tmp_path / "manifest.json"
    manifest.rename(aside)
    opened = reader.open_file

    def opening(file: Path, shown: str) -> HeldFile:
        try:
            return opened(file, shown)
        finally:
            if aside.exists():
                aside.rename(manifest)

    monkeypatch.setattr(reader, "open_file", opening)
    assert len(read_bundle(folder).entities) == 7


def test_a_folder_without_a_manifest_is_refused_at_once(
    bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    (folder / "manifest.json").unlink()
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
    with pytest.raises(BundleCorruptError, match="is missing"):
        read_bundle(folder)


def test_between_two_renames_the_previous_version_answers(bundle_dir: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    folder.rename(previous_version(folder))
    assert find_bundle(folder) == previous_version(folder)
    assert len(read_bundle(folder).entities) == 7


def test_what_is_nowhere_is_not_found_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
    with pytest.raises(BundleNotFoundError):
        read_bundle(tmp_path / "nothing")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["manifest.json", "vectors.safetensors"])
def test_pipes_and_devices_are_refused_without_waiting(bundle_dir: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(BundleCorruptError, match="no regular file"):
        read_bundle(folder)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(BundleCorruptError, match="no regular file"):
        read_bundle(folder)
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(BundleCorruptError, match="cannot be read"):
        read_bundle(folder)


def test_a_declared_size_is_compared_before_anything_is_read(bundle_dir: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    with (folder / "vectors.safetensors").open("r+b") as file:
        file.truncate(1 << 40)  # a hole of a terabyte
    with pytest.raises(BundleCorruptError, match=r"vectors\.safetensors is damaged: expected size"):
        read_bundle(folder)
    with (folder / "manifest.json").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(BundleCorruptError, match="4,000,000 bytes at most"):
        read_bundle(folder)


@pytest.fixture
def held_open(tmp_path: Path) -> Iterator[HeldFile]:
    (tmp_path / "a").write_bytes(b"first")
    (tmp_path / "manifest.json").write_bytes(b"{}")
    held = open_reader(tmp_path).held("a")
    assert held is not None
    yield held


def test_a_held_file_stays_what_it_was(held_open: HeldFile, tmp_path: Path) -> None:
    require_packages("faiss")
    (tmp_path / "b").write_bytes(b"second")
    (tmp_path / "b").replace(tmp_path / "a")
    assert held_open.read_bytes() == held_open.read_bytes() == b"first"
    with held_open.file() as file:
        file.seek(0)
        assert file.read() == b"first"
    if held_open.name is not None:
        assert Path(held_open.name).read_bytes() == b"first"


def test_read_files_gives_the_manifest_that_its_files_fit(bundle: Bundle, tmp_path: Path) -> None:
    manifest = write_bundle(tmp_path / "b", bundle)
    files = read_files(tmp_path / "b")
    assert set(files) == {"manifest.json", *manifest["files"]}


def test_a_directory_whose_name_had_gone_for_a_moment_is_read_again(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two renames there is no directory, and when it is opened as a file there is one again."""
    write_bundle(tmp_path / "b", bundle)
    opened = []

    def opening(path: Path) -> object:
        opened.append(path)
        return reader._Zip(path) if len(opened) == 1 else open_reader(path)

    monkeypatch.setattr(contents, "open_reader", opening)
    assert len(read_bundle(tmp_path / "b").entities) == 7
    assert len(opened) == 2
