"""Names in scripts without spaces: which parts of a word may be one, and that they are found in a sentence."""

from __future__ import annotations

import pytest

from edge_er.text.unspaced import is_unspaced, parts_of
from edge_er.text.words import NO_SCORE, WordIndex

ROOMS = ["客厅", "卧室", "客厅 吸顶灯", "家", "kitchen"]


def test_parts_stand_together_in_one_script() -> None:
    assert parts_of("客厅灯") == {"客厅", "厅灯", "客厅灯"}
    assert parts_of("tv客厅x灯") == {"客厅"}
    assert parts_of("kitchen") == parts_of("радио") == parts_of("家") == set()
    assert max(map(len, parts_of("家" * 40))) == 16
    assert [is_unspaced(text) for text in ("客厅", "家", "ห้องครัว", "客厅 灯", "tv柜", "")] == [
        True, False, True, False, False, False
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("request_text", "best"), [("请打开客厅", 0), ("把卧室调亮", 1), ("客厅的吸顶灯亮了", 2)]
)
def test_a_name_is_found_within_a_sentence(request_text: str, best: int) -> None:
    found = WordIndex("en", ROOMS).scores(request_text)
    assert int(found.scores.argmax()) == best
    assert found.phrase[best] == (best < 2)


def test_a_word_in_another_word_of_letters_is_not_said() -> None:
    assert (WordIndex("en", ROOMS).scores("kitchenette 大家好").scores == NO_SCORE).all()
