"""Sentences of a home that hassil does not match, because a name was misheard, are matched with the true name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny import require_packages

require_packages("wyoming", "hassil", "home_assistant_intents")

from catalog_tools.build import build_bundle  # noqa: E402
from catalog_tools.readers.home import home_records  # noqa: E402
from edge_er.resolver import EntityResolver  # noqa: E402
from edge_er.service.home_intents import HomeIntents  # noqa: E402

HOME = Path(__file__).resolve().parents[3] / "docs" / "examples" / "home"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("home") / "home"
    build_bundle(home_records(HOME), out)
    return out


@pytest.fixture(scope="module")
def sentences(place: Path) -> HomeIntents:
    return HomeIntents(EntityResolver.load(place))


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("turn on the kitchen ceiling", "HassTurnOn", {"name": "Kitchen Ceiling"}),  # as it is
        ("turn on the kichen sealing", "HassTurnOn", {"name": "Kitchen Ceiling"}),
        ("switch off the beside lamp", "HassTurnOff", {"name": "Bedside Lamp"}),
        ("turn on the reading lamb please", "HassTurnOn", {"name": "Bedside Lamp"}),  # by an alias
        ("turn on the lights in the livin room", "HassTurnOn", {"area": "Living Room", "domain": "light"}),
        ("turn off all the lights up stairs", "HassTurnOff", {"floor": "Upstairs", "domain": "light"}),
        ("set the floor lamb to 50 percent", "HassLightSet", {"name": "Floor Lamp", "brightness": 50}),
        ("what is the bedrom temperature", "HassGetState", {"name": "Bedroom Temperature"}),
        ("what time is it", "HassGetCurrentTime", {}),
    ],
)
def test_sentences(sentences: HomeIntents, said: str, intent: str, slots: dict[str, Any]) -> None:
    found = sentences(said)
    assert (found.intent, dict(found.slots)) == (intent, slots)


@pytest.mark.parametrize("said", ["open the door", "turn on the washing machine", "the", ""])
def test_what_is_not_there(sentences: HomeIntents, said: str) -> None:
    found = sentences(said)
    assert (found.intent, found.say) == (None, None)


def test_several_that_may_be_meant(sentences: HomeIntents) -> None:
    found = sentences("turn off the lamp")
    assert found.intent is None
    assert found.say is not None and sorted(found.say.rstrip("?").split(", ")) == [
        "Bedside Lamp",
        "Floor Lamp",
    ]


def test_names_follow_the_bundle(place: Path, tmp_path: Path) -> None:
    resolver = EntityResolver.load(place)
    sentences = HomeIntents(resolver)
    out = tmp_path / "other"
    build_bundle([{"name": "Garden Lantern", "kind": "entity", "domain": "light"}], out)
    resolver.reload(out)
    assert sentences("turn on the garden lantern").slots == {"name": "Garden Lantern"}
    assert sentences("turn on the kitchen ceiling").intent is None


def test_a_bundle_without_a_home(bundle_dir: Path) -> None:
    with pytest.raises(ValueError, match="has no entity with kind entity or area or floor"):
        HomeIntents(EntityResolver.load(bundle_dir))
    with pytest.raises(ValueError, match="no sentences in 'xx'"):
        HomeIntents(EntityResolver.load(bundle_dir), "xx")
