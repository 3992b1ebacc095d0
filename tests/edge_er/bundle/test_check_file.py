"""Where a file is to be written is looked at before hours are spent on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_er.bundle.atomic import check_file


def test_a_file_may_be_new_or_there_and_nothing_is_made(tmp_path: Path) -> None:
    check_file(tmp_path / "a" / "b" / "new.txt")
    (tmp_path / "old.txt").write_text("old", encoding="utf-8")
    check_file(tmp_path / "old.txt")
    assert [each.name for each in tmp_path.iterdir()] == ["old.txt"]


def test_what_stands_in_the_way_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    for path, kind, name in (
        (tmp_path, IsADirectoryError, tmp_path),
        (file / "a", NotADirectoryError, file),
        (file / "a" / "b", NotADirectoryError, file),
    ):
        with pytest.raises(kind) as caught:
            check_file(path)
        assert caught.value.filename == str(name)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PermissionError) as denied:
        check_file(tmp_path / "a" / "b")
    assert denied.value.filename == str(tmp_path)
