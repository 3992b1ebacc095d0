"""A bundle is adapted to requests: it is better on names that nothing was fitted on, or nothing is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from tiny import require_packages

from edge_er.bundle.bundle import read_bundle
from edge_er.decision.calibration import Calibration
from edge_er.errors import BudgetExceededError, BuildError, BundleNotFoundError, QualityGateError
from edge_er.resolver import EntityResolver
from edge_er.training.adapt import adapt as module
from edge_er.training.adapt import fits
from edge_er.training.adapt.adapt import adapt
from edge_er.training.adapt.settings import AdaptSettings

require_packages("scipy", "sklearn", "pyarrow")
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A fifth of the made shop of the documents."""
    folder = tmp_path_factory.mktemp("shop")
    catalog, asked = run_path(str(ROOT / "docs" / "examples" / "make_products.py"))["write"](folder)
    header, *products = catalog.read_text(encoding="utf-8").splitlines()
    kept = [
        line for line in products if line.split(",")[2] in ("Jigsaw", "Dust Mask", "Lawn Mower", "Work Light")
    ]
    catalog.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    ids = {line.partition(",")[0] for line in kept}
    rows = [json.loads(line) for line in asked.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("entity", "p") in ids or "entity" not in row]
    asked.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return catalog, asked


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few simulated requests."""
    from edge_er.training.adapt import questions

    monkeypatch.setattr(questions, "MOST", 40)


def test_weights_and_confidence_are_those_of_the_requests(
    shop: tuple[Path, Path], tmp_path: Path, fast: None
) -> None:
    steps: list[str] = []
    result = adapt(*shop, tmp_path / "shop", progress=steps.append)
    assert len(steps) == 3
    assert result.rows["train"] == 0 and result.rows["fit"] > result.rows["dev"] > 0
    manifest = read_bundle(tmp_path / "shop").manifest
    assert manifest["rerank"]["fit"]["tool"] == "edge-er adapt"
    kept, use = result.confidence["confidence"], result.confidence["right_less_wrong"]
    kept = dict.fromkeys(("dense", "reranked", "typed"), kept) if isinstance(kept, str) else kept
    for way in ("dense", "reranked", "typed"):
        assert Calibration.from_mapping(manifest["calibration"][way])
        assert (manifest["calibration"][way]["fit"]["tool"] == "edge-er adapt") == kept[way].startswith(
            "fitted"
        )
    for way, kind in (("typed", "typed"), ("reranked", "spoken")):
        assert use[kept[way]][kind] >= max(use[name][kind] for name in ("fitted", "before"))
    assert result.after.first.mean() >= result.before.first.mean()
    assert manifest["report"]["recall_at_1"]["en"]["asr"]["rows"] == int(result.after.spoken.sum())
    assert not list(tmp_path.glob(".*"))
    assert EntityResolver.load(tmp_path / "shop").selftest() > 0
    card = json.loads(read_bundle(tmp_path / "shop").encoder_files["encoder.json"])
    assert "fitted_with" not in card


def test_the_same_seed_gives_the_same_bundle_and_a_bundle_can_be_adapted(
    shop: tuple[Path, Path], tmp_path: Path, fast: None
) -> None:
    adapt(*shop, tmp_path / "one")
    adapt(*shop, tmp_path / "two" / "one")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / "one" / file.name).read_bytes(), file.name
    again = adapt(tmp_path / "one", shop[1], tmp_path / "again.zip")
    assert again.before.first.tolist() == again.after.first.tolist()
    assert (
        read_bundle(tmp_path / "again.zip").manifest["counts"]
        == read_bundle(tmp_path / "one").manifest["counts"]
    )


def test_confidence_of_before_is_not_taken_where_what_was_heard_does_not_count_any_more(
    shop: tuple[Path, Path], tmp_path: Path, fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = fits.fitted_weights
    monkeypatch.setattr(fits, "fitted_weights", lambda *given: {**fitted(*given), "heard": 0})
    monkeypatch.setattr(module, "check_better", lambda *_: None)
    found = adapt(*shop, tmp_path / "shop").confidence["right_less_wrong"]
    assert found["before"] != found["nothing changed"]
    assert EntityResolver.load(tmp_path / "shop").selftest() > 0


def test_a_worse_bundle_is_refused_and_the_old_one_stays(
    shop: tuple[Path, Path], tmp_path: Path, fast: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(files: dict[str, bytes], known: Any) -> dict[str, bytes]:
        card = json.loads(files["encoder.json"])
        card |= {"rerank": {**card["rerank"], "fit": {}}, "adapted": {}}
        for way in ("reranked", "typed"):
            card["calibration"][way] |= {"bias": -99.0, "knots": []}  # nothing is answered any more
        return {**files, "encoder.json": json.dumps(card).encode()}

    monkeypatch.setattr(module, "fitted_files", spoiled)
    (tmp_path / "shop").mkdir()
    with pytest.raises(QualityGateError, match="nothing was written"):
        adapt(*shop, tmp_path / "shop")
    assert not list((tmp_path / "shop").iterdir())
    assert not list(tmp_path.glob(".*"))


def test_a_budget_that_is_too_small_names_the_bundle(shop: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(BudgetExceededError) as caught:
        adapt(*shop, tmp_path / "shop", AdaptSettings(budget="200kB"))
    assert str(caught.value).startswith(f"{tmp_path / 'shop'}: ")
    assert not (tmp_path / "shop").exists()


def test_a_run_with_other_settings_is_not_gone_on_with(
    shop: tuple[Path, Path], tmp_path: Path, fast: None
) -> None:
    work = tmp_path / ".shop.adapt"

    def stop(step: str) -> None:
        if step.startswith("fitting"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(*shop, tmp_path / "shop", progress=stop)
    assert work.is_dir()
    with pytest.raises(BuildError, match="had other seed"):
        adapt(*shop, tmp_path / "shop", AdaptSettings(seed=2, resume=True))
    shutil.copytree(work, tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        adapt(*shop, tmp_path / "shop", AdaptSettings(resume=True), progress=stop)


def test_the_command_prints_before_and_after(
    edge_er, shop: tuple[Path, Path], tmp_path: Path, fast: None
) -> None:
    catalog, asked = shop
    code, out, err = edge_er("adapt", catalog, "--requests", asked, "--out", tmp_path / "shop")
    assert code == 0, err
    for part in ("right but refused", "wrong match", "Recall@1", "typed", "spoken", "before", "after"):
        assert part in out
    code, out, _ = edge_er("adapt", catalog, "--requests", asked, "--out", tmp_path / "shop", "--json")
    assert set(json.loads(out)) == {
        "path",
        "requests",
        "unmapped",
        "weights",
        "confidence",
        "before",
        "after",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no-such.csv",), "no catalog file of that name"),
        (("radio_en", "--start", "no-such"), "no encoder 'no-such'"),
    ],
)
def test_what_is_not_there_is_named(
    edge_er, shop: tuple[Path, Path], tmp_path: Path, arguments, message
) -> None:
    code, _, err = edge_er("adapt", *arguments, "--requests", shop[1], "--out", tmp_path / "x")
    assert code == 1
    assert message in err
    with pytest.raises(BundleNotFoundError):
        adapt("no-such.csv", shop[1], tmp_path / "x")


def test_a_language_that_is_not_shipped_needs_a_locale_file(
    edge_er, shop: tuple[Path, Path], tmp_path: Path, fast: None
) -> None:
    command = ("adapt", shop[0], "--requests", shop[1], "--out", tmp_path / "shop", "--lang", "pt")
    code, _, err = edge_er(*command)
    assert code == 1
    assert "unknown language 'pt'" in err
    locale = tmp_path / "pt.toml"
    locale.write_text('language = "pt"\n[carriers]\nphrases = ["quero {}"]\n', encoding="utf-8")
    assert edge_er(*command, "--locale", locale)[0] == 0
    assert read_bundle(tmp_path / "shop").manifest["lang"] == "pt"
