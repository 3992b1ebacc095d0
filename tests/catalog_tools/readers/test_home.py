"""A home as Home Assistant stores it becomes records."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog_tools.readers.home import home_records
from catalog_tools.readers.record import Record
from edge_er.errors import CatalogError

HOME = Path(__file__).resolve().parents[3] / "docs" / "examples" / "home"


def by_id(storage: Path) -> dict[str | None, Record]:
    return {record.id: record for record in home_records(storage)}


def changed(tmp_path: Path, entity: str, **fields: object) -> Path:
    """The home with other fields of one entity."""
    storage = tmp_path / ".storage"
    shutil.copytree(HOME, storage)
    file = storage / "core.entity_registry"
    registry = json.loads(file.read_text(encoding="utf-8"))
    for row in registry["data"]["entities"]:
        if row["entity_id"] == entity:
            row.update(fields)
    file.write_text(json.dumps(registry), encoding="utf-8")
    return storage


def test_entities_areas_and_floors() -> None:
    found = by_id(HOME)
    lamp = found["light.bed"]
    assert (lamp.name, lamp.aliases) == ("Bedside Lamp", ("reading lamp",))
    assert lamp.metadata == {
        "kind": "entity",
        "domain": "light",
        "entity_id": "light.bed",
        "area": "Bedroom",  # of its device
        "floor": "Upstairs",
    }
    assert found["area.living"].aliases == ("Lounge",)
    assert found["area.bedroom"].metadata == {"kind": "area", "floor": "Upstairs"}
    assert found["floor.up"].metadata == {"kind": "floor"}


def test_a_name_of_the_device_comes_first() -> None:
    record = by_id(HOME)["light.kitchen_ceiling"]
    assert (record.name, record.aliases) == ("Kitchen Ceiling", ("Ceiling",))


def test_the_own_name_of_two_entities_is_no_alias(tmp_path: Path) -> None:
    storage = changed(tmp_path, "light.floor", name=None, original_name="Ceiling", device_id=None)
    assert by_id(storage)["light.kitchen_ceiling"].aliases == ()


@pytest.mark.parametrize(
    ("entity", "fields", "there"),
    [
        ("sensor.temp", {}, False),  # sensors are not, by default
        ("sensor.temp2", {}, True),  # but where somebody decided
        ("light.hidden", {}, False),
        ("light.bed", {"disabled_by": "user"}, False),
        ("light.bed", {"hidden_by": "user"}, False),
        ("light.bed", {"entity_category": "config"}, False),
        ("light.bed", {"options": None, "aliases": None}, True),
    ],
)
def test_only_what_is_exposed(tmp_path: Path, entity: str, fields: dict[str, object], there: bool) -> None:
    assert (entity in by_id(changed(tmp_path, entity, **fields))) == there


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "core.entity_registry: expected a registry with data.entities"),
        ('{"data": {"entities": [{}]}}', "expected a registry with data.entities, each with entity_id"),
        ('{"data": {"entities": [{"entity_id": 1}]}}', "each with a text entity_id"),
    ],
)
def test_a_damaged_registry(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "core.entity_registry").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=message):
        list(home_records(tmp_path))


def test_another_folder(tmp_path: Path) -> None:
    with pytest.raises(
        CatalogError, match=r"core.entity_registry: no such file; expected the folder \.storage"
    ):
        list(home_records(tmp_path))


def test_the_command(edge_er: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    out = tmp_path / "home.jsonl"
    code, text, _ = edge_er("home", HOME, "--out", out)
    assert (code, "1 floor, 3 area, 8 entity" in text) == (0, True)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == {"id": "floor.up", "name": "Upstairs", "kind": "floor"}
