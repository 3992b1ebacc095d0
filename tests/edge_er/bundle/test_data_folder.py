"""Where the data folder is found: the option, the environment, the recipe, and beside repository or directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog_tools.radio import main
from edge_er.bundle import locate as shipped
from edge_er.errors import CatalogError


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A data folder for each way to name one; the current directory is `here`, with `../shared/data` beside it."""
    monkeypatch.delenv("EDGE_ER_DATA", raising=False)
    monkeypatch.setattr(shipped, "models_folder", lambda: tmp_path / "installed" / "models")
    found = {name: tmp_path / name for name in ("option", "environment", "recipe", "shared/data")}
    for folder in found.values():
        (folder / "voice").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return found


def test_the_option_comes_before_the_environment_and_that_before_the_usual_place(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped.data_folder() == folders["shared/data"]
    monkeypatch.setenv("EDGE_ER_DATA", str(folders["environment"]))
    assert shipped.data_folder() == folders["environment"]
    assert shipped.data_folder(folders["option"]) == folders["option"]


def test_a_source_tree_has_it_beside_itself(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere" / "deep")
    with pytest.raises(CatalogError):
        shipped.data_folder()
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "pyproject.toml").touch()
    assert shipped.data_folder() == folders["shared/data"]


def test_a_recipe_names_one_where_nobody_else_does(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pytest.importorskip("edge_er.training.data.pool")
    from edge_er.training.settings import DataSettings

    settings = DataSettings(folder=str(folders["recipe"]))
    assert data.data_folder(DataSettings()) == folders["shared/data"]
    assert data.data_folder(settings) == folders["recipe"]
    monkeypatch.setenv("EDGE_ER_DATA", str(folders["environment"]))
    assert data.data_folder(settings) == folders["environment"]
    assert data.data_folder(settings, folders["option"]) == folders["option"]


def test_one_that_is_named_and_not_there_is_refused_and_no_other_is_taken(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CatalogError, match=r"voice in it.*nowhere.*--data or EDGE_ER_DATA"):
        shipped.data_folder("nowhere")
    with pytest.raises(CatalogError, match=r"stations\.jsonl\.gz in it"):
        shipped.data_folder(folders["option"], "stations/stations.jsonl.gz")
    monkeypatch.setenv("EDGE_ER_DATA", "nowhere")
    with pytest.raises(CatalogError, match="nowhere"):
        shipped.data_folder()
    assert shipped.data_folder(folders["option"], "") == folders["option"]


def test_a_benchmark_says_it_in_one_line(folders: dict[str, Path]) -> None:
    from benchmarks.lib.results_file import data_folder

    with pytest.raises(SystemExit, match="error: no data folder: expected one with voice"):
        data_folder(Path("nowhere"))


def test_the_radio_catalogs_name_the_list_that_is_missing(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"stations\.jsonl\.gz in it"):
        main(["--out", str(tmp_path / "out")])


def test_radio_catalogs_of_a_list_of_ones_own_need_no_data_folder(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # nothing beside it
    assert not (tmp_path.parent / "shared").exists()
    stations = tmp_path / "stations.jsonl"
    stations.write_text('{"name": "Radio X", "country": "ES"}\n', encoding="utf-8")
    own = ["--stations", str(stations), "--out", str(tmp_path / "out")]
    main(own)
    assert "Radio X" in (tmp_path / "out" / "radio_es.jsonl").read_text(encoding="utf-8")
    with pytest.raises(CatalogError, match="nowhere"):
        main([*own, "--data", "nowhere"])
