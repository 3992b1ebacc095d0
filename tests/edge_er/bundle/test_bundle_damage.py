"""A damaged bundle gives an error, never a wrong answer; a killed write leaves the old bundle or the new one."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import ENTITIES, make_bundle

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.bundle import BUNDLE_FILES, Bundle, read_bundle, write_bundle
from edge_er.errors import BundleCorruptError, BundleError, BundleVersionError
from edge_er.resolver import EntityResolver

DAMAGE = (BundleCorruptError, BundleVersionError)

FILES = [
    name for name in BUNDLE_FILES if not name.startswith(("head", "index", "sound", "popular", "words"))
]  # it has none


@pytest.fixture
def folder(bundle_dir: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(bundle_dir, tmp_path / "tiny_es"))


def positions(size: int, count: int = 400) -> Iterator[tuple[int, int]]:
    """Places and what to change there: the first and last bytes, and many between; single bits and whole bytes."""
    choose = random.Random(size)
    ends = [*range(min(size, 64)), *range(max(0, size - 128), size)]
    for place in {*ends, *(choose.randrange(size) for _ in range(count))}:
        yield place, choose.choice([1 << choose.randrange(8), choose.randrange(1, 256)])


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_in_any_file_is_found(folder: Path, name: str) -> None:
    file = folder / name
    whole = file.read_bytes()
    for place, change in positions(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
        with pytest.raises(DAMAGE, match=name if name != "manifest.json" else None):
            read_bundle(folder)
    file.write_bytes(whole)
    assert EntityResolver.load(folder).selftest() == 4


def test_every_bit_of_the_manifest_counts(folder: Path) -> None:
    file = folder / "manifest.json"
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        with pytest.raises(DAMAGE):
            read_bundle(folder)


def test_a_changed_byte_anywhere_in_the_zip_is_found(bundle_zip: Path, tmp_path: Path) -> None:
    whole, damaged = bundle_zip.read_bytes(), tmp_path / "damaged.zip"
    for place, change in positions(len(whole), 1500):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
        with pytest.raises(DAMAGE):
            read_bundle(damaged)


def test_a_changed_byte_in_a_zip_of_another_tool_never_gives_another_answer(
    bundle: Bundle, bundle_dir: Path, tmp_path: Path
) -> None:
    made, damaged = tmp_path / "made.zip", tmp_path / "damaged.zip"
    with zipfile.ZipFile(made, "w") as archive:
        for file in sorted(bundle_dir.iterdir()):
            archive.write(file, file.name)
    whole, read, refused = made.read_bytes(), 0, 0
    for place, change in positions(len(whole), 1000):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
        try:
            found = read_bundle(damaged)
        except BundleError:
            refused += 1
        else:  # a date or an attribute was changed
            read += 1
            assert found.vectors.tobytes() == bundle.vectors.tobytes()
            assert found.encoder_files == bundle.encoder_files
            assert tuple(found.entities) == ENTITIES
    assert refused > read > 0


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleCorruptError, match=f"{name} is missing"):
        read_bundle(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep", [0, 1, 100])
def test_a_truncated_file_is_found(folder: Path, name: str, keep: int) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: min(keep, len(data) - 1)])
    with pytest.raises(BundleCorruptError):
        read_bundle(folder)


@pytest.mark.parametrize("name", FILES)
def test_bytes_after_the_end_are_found(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(BundleCorruptError):
        read_bundle(folder)


def test_a_truncated_or_longer_zip_is_found(bundle_zip: Path, tmp_path: Path) -> None:
    whole, damaged = bundle_zip.read_bytes(), tmp_path / "damaged.zip"
    for size in [0, 1, 21, 22, 100, *range(len(whole) - 200, len(whole)), *range(0, len(whole), 997)]:
        damaged.write_bytes(whole[:size])
        with pytest.raises(BundleCorruptError):
            read_bundle(damaged)
    for extra in (b"\0", b"\n", b"x" * 100, b"PK\x05\x06" + b"\0" * 18):
        damaged.write_bytes(whole + extra)
        with pytest.raises(BundleCorruptError):
            read_bundle(damaged)


def test_a_file_of_another_bundle_is_found(
    folder: Path, encoder_files: dict[str, bytes], tmp_path: Path
) -> None:
    write_bundle(tmp_path / "other", make_bundle(ENTITIES[:4], encoder_files))
    shutil.copy(tmp_path / "other" / "entities.jsonl.gz", folder)
    with pytest.raises(BundleCorruptError, match=r"entities\.jsonl\.gz is damaged: expected size"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 500, b"{}", b"[1]", b"null", b"\xff\xfe"]
)
def test_a_file_that_is_no_bundle(folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "picture.zip").write_bytes(content)
    (folder / "manifest.json").write_bytes(content)
    for path in (tmp_path / "picture.zip", folder):
        with pytest.raises(BundleCorruptError):
            read_bundle(path)


def test_a_zip_without_a_manifest(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(BundleCorruptError, match="no bundle"):
        read_bundle(tmp_path / "letters.zip")


@pytest.mark.parametrize("version", [3, 99])
def test_a_newer_bundle_says_so(folder: Path, version: int) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(
        json.dumps({**manifest, "format_version": version}), encoding="utf-8"
    )
    with pytest.raises(BundleVersionError, match=f"format {version}.*upgrade"):
        read_bundle(folder)


@pytest.mark.parametrize("version", [0, -1, "1", None, True, 1.5])
def test_an_impossible_version_is_damage(folder: Path, version: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(
        json.dumps({**manifest, "format_version": version}), encoding="utf-8"
    )
    with pytest.raises(BundleCorruptError):
        read_bundle(folder)


def test_files_of_others_stay_and_old_files_go(
    bundle: Bundle, folder: Path, encoder_files: dict[str, bytes]
) -> None:
    (folder / "README.md").write_text("model card")
    (folder / "plots").mkdir()
    (folder / "plots" / "a.svg").write_text("<svg/>")
    write_bundle(folder, make_bundle(ENTITIES[4:5], encoder_files))
    assert (folder / "README.md").read_text() == "model card"
    assert (folder / "plots" / "a.svg").read_text() == "<svg/>"
    assert not (folder / "streams.jsonl").exists()
    assert [entity.id for entity in read_bundle(folder).entities] == ["es-5"]


def test_a_directory_that_is_no_bundle_is_not_replaced(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("dear")
    with pytest.raises(BundleError, match="not replaced"):
        write_bundle(tmp_path / "letters", bundle)
    assert (tmp_path / "letters" / "dear.txt").read_text() == "dear"
    with pytest.raises(BundleError, match="is a file"):
        write_bundle(tmp_path / "letters" / "dear.txt", bundle)
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(BundleError, match="is a directory"):
        write_bundle(tmp_path / "folder.zip", bundle)


def test_an_empty_directory_and_missing_parents_are_fine(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in ("empty", "new/deep", "other/deep.zip"):
        write_bundle(tmp_path / path, bundle)
        assert len(read_bundle(tmp_path / path).entities) == 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed writer is a fork of this process")
@pytest.mark.parametrize("name", ["tiny_es", "tiny_es.zip"])
def test_a_killed_write_leaves_the_old_or_the_new(
    bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    path, new = tmp_path / name, make_bundle(ENTITIES[:3], encoder_files)
    seen = []
    for calls in range(1, 1000):
        write_bundle(path, bundle)
        if write_killed_after(calls, path, new):
            seen.append(len(read_bundle(path).entities))
        else:
            break
    assert set(seen) == {7, 3}
    assert seen == sorted(seen, reverse=True)
    assert len(read_bundle(path).entities) == 3
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def write_killed_after(calls: int, path: Path, bundle: Bundle) -> bool:
    """Write in a child process that dies at its n-th step that touches the disk; False if it came to its end."""
    child = os.fork()
    if child == 0:
        steps = 0

        def die(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal steps
            if event in (
                "open",
                "os.rename",
                "os.remove",
                "os.rmdir",
                "os.mkdir",
                "os.chmod",
                "shutil.rmtree",
            ):
                steps += 1
                if steps == calls:
                    os._exit(9)

        sys.addaudithook(die)
        write_bundle(path, bundle)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_failed_write_leaves_no_trace(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b", "b.zip"):
        write_bundle(tmp_path / name, bundle)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for name in ("b", "b.zip"):
        with pytest.raises(OSError, match="No space"):
            write_bundle(tmp_path / name, bundle)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["b", "b.zip"]
    assert len(read_bundle(tmp_path / "b").entities) == len(read_bundle(tmp_path / "b.zip").entities) == 7


def test_a_write_killed_between_its_renames_is_finished_later(bundle: Bundle, folder: Path) -> None:
    folder.rename(previous_version(folder))
    assert len(read_bundle(folder).entities) == 7
    write_bundle(folder, bundle)
    assert folder.is_dir()
    assert not previous_version(folder).exists()
