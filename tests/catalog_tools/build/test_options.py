"""Options of a build: the keywords of version 0.1 still work, and say where they have gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog_tools.build import BuildOptions, BuildWork, IndexOptions, SurfaceForms, build_bundle
from catalog_tools.build.options import with_moved, work_with_moved
from catalog_tools.build.update import update_bundle

NAMES = [{"id": f"r{number}", "name": f"Radio Sol {number}"} for number in range(6)]
VECTORS = {"a": np.zeros(2, np.int8)}


@pytest.mark.parametrize(
    ("moved", "options", "place"),
    [
        ({"workers": 2}, BuildOptions(work=BuildWork(workers=2)), "work=BuildWork(workers=...)"),
        ({"work": "w"}, BuildOptions(work=BuildWork(folder="w")), "work=BuildWork(folder=...)"),
        ({"engine": "ray"}, BuildOptions(work=BuildWork(engine="ray")), "work=BuildWork(engine=...)"),
        (
            {"ray_address": "auto"},
            BuildOptions(work=BuildWork(ray_address="auto")),
            "work=BuildWork(ray_address=...)",
        ),
        ({"index": "exact"}, BuildOptions(index=IndexOptions("exact")), "index=IndexOptions(kind=...)"),
        (
            {"popular_share": 0.1},
            BuildOptions(index=IndexOptions(popular_share=0.1)),
            "index=IndexOptions(popular_share=...)",
        ),
        (
            {"single_words": True},
            BuildOptions(forms=SurfaceForms(single_words=True)),
            "forms=SurfaceForms(single_words=...)",
        ),
        (
            {"head_tokens": True},
            BuildOptions(forms=SurfaceForms(head_tokens=True)),
            "forms=SurfaceForms(head_tokens=...)",
        ),
        (
            {"known_vectors": VECTORS},
            BuildOptions(forms=SurfaceForms(known_vectors=VECTORS)),
            "forms=SurfaceForms(known_vectors=...)",
        ),
        ({"known_vectors": None}, BuildOptions(), "forms=SurfaceForms(known_vectors=...)"),
        ({"calibration": {"a": 1}}, BuildOptions(calibration={"a": 1}), "calibration=..."),
        ({"keep": True}, BuildOptions(keep_previous=True), "keep_previous=..."),
    ],
    ids=str,
)
def test_each_moved_keyword_has_its_place(moved: dict[str, Any], options: BuildOptions, place: str) -> None:
    with pytest.warns(DeprecationWarning) as caught:
        assert with_moved(BuildOptions(), moved) == options
    assert [str(each.message).endswith(f"give options=BuildOptions({place})") for each in caught] == [True]


def test_moved_keywords_build_the_same_and_warn_where_they_are_given(
    encoder_folder: Path, tmp_path: Path
) -> None:
    with pytest.warns(DeprecationWarning) as caught:
        old = build_bundle(
            NAMES, tmp_path / "old" / "b", "es", encoder_folder, single_words=True, index="exact"
        )
    assert [each.filename for each in caught] == [__file__, __file__]
    options = BuildOptions(index=IndexOptions("exact"), forms=SurfaceForms(single_words=True))
    new = build_bundle(NAMES, tmp_path / "new" / "b", "es", encoder_folder, options=options)
    assert old.manifest == new.manifest
    assert new.manifest["recipe"]["single_words"] and new.manifest["recipe"]["index"] == "exact"


def test_moved_keywords_go_over_the_options() -> None:
    options = BuildOptions(BuildWork(2, "here"), IndexOptions("mapped"))
    with pytest.warns(DeprecationWarning):
        assert with_moved(options, {"workers": 3}) == BuildOptions(
            BuildWork(3, "here"), IndexOptions("mapped")
        )


def test_an_unknown_keyword_is_a_type_error(encoder_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"build_bundle.* unexpected keyword argument 'worker'"):
        build_bundle(NAMES, tmp_path / "b", "es", encoder_folder, worker=2)
    with pytest.raises(TypeError, match=r"update_bundle.* unexpected keyword argument 'engine'"):
        update_bundle(tmp_path / "b", engine="ray")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("work", "moved", "expected", "warnings"),
    [
        (None, {}, BuildWork(), 0),
        (BuildWork(3), {}, BuildWork(3), 0),
        (4, {}, BuildWork(4), 1),
        ("here", {}, BuildWork(folder="here"), 1),
        (None, {"workers": 4}, BuildWork(4), 1),
        ("here", {"workers": 4}, BuildWork(4, "here"), 2),
    ],
)
def test_workers_of_an_update(
    work: Any, moved: dict[str, Any], expected: BuildWork, warnings: int, recwarn: pytest.WarningsRecorder
) -> None:
    assert work_with_moved(work, moved) == expected
    assert [each.category for each in recwarn] == [DeprecationWarning] * warnings
