"""The benchmark of adapted bundles: what it takes from SLURP, and its table, at a small size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny import require_packages
from tiny_data import write_rows

require_packages("scipy", "sklearn", "pyarrow", "torch")
from benchmarks.product import adaptation  # noqa: E402
from edge_er.training.adapt import questions  # noqa: E402
from edge_er.training.adapt.settings import AdaptSettings  # noqa: E402

NAMES = [
    "anna",
    "bruno",
    "clara",
    "dimitri",
    "elena",
    "felix",
    "greta",
    "henrik",
    "irina",
    "jonas",
    "klara",
    "lukas",
]


def slurp(folder: Path) -> Path:
    """A data folder of a few rows as SLURP has them; one of them is a request of people."""
    rows: list[dict[str, Any]] = [
        {
            "gold": f"call {name} now",
            "annotation": f"call [person : {name}] now",
            "asr": f"call {name[:-1]} now",
        }
        for name in NAMES
    ]
    rows += [{**row, "asr": row["gold"]} for row in rows]
    rows += [{"gold": text, "annotation": text, "asr": text} for text in ("stop it", "what time is it", "")]
    both = "ask [person : anna] about [person : bruno]"
    rows.append({"gold": "ask anna about bruno", "annotation": both, "asr": "ask anna about bruno"})
    write_rows(folder / "slurp" / "slurp_test_asr_pairs.jsonl.gz", rows)
    people = [{"query": "call lukas now", "entity": ["lukas"]}]
    write_rows(folder / "people" / "dev" / "contact.jsonl.gz", people)
    return folder


def test_slurp_gives_names_and_requests_but_none_by_which_the_product_is_judged(tmp_path: Path) -> None:
    catalog, asked = adaptation.slurp_rows(slurp(tmp_path))
    assert [row["name"] for row in catalog] == NAMES[:-1]
    assert not any("lukas" in row["query"] or "lukas" in row.get("said", "") for row in asked)
    assert not any("bruno" in row["query"] and "anna" in row["query"] for row in asked)
    typed = [row for row in asked if "said" not in row]
    assert {row.get("entity") for row in typed} == {*NAMES[:-1], None}
    assert all(row["stratum"] == "asr" for row in asked if "said" in row)
    assert sum(row.get("said") == "call anna now" for row in asked) == 2


def test_before_and_after_of_slurp_at_small_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST", 30)
    names, rows = adaptation.slurp_rows(slurp(tmp_path))
    catalog = adaptation.write_lines(tmp_path / "c.jsonl", names)
    asked = adaptation.write_lines(tmp_path / "a.jsonl", rows)
    result = adaptation.measured(catalog, asked, tmp_path / "out", AdaptSettings())
    text = adaptation.table({"slurp": {"weights": result}})
    if "refused" in result:
        assert "refused" in text
    else:
        assert (
            result["after"]["all"]["recall_at_1"]["value"] >= result["before"]["all"]["recall_at_1"]["value"]
        )
        assert text.count("before") == text.count("after") == 3
    assert str(tmp_path) not in text


def test_the_shop_of_the_documents_is_made() -> None:
    from runpy import run_path

    made = run_path(str(Path(adaptation.REPOSITORY) / "docs" / "examples" / "make_products.py"))
    products, requests = made["products"](), list(made["requests"]())
    assert len(products) == 324
    assert len(requests) == 2004
    assert {row["entity"] for row in requests if "entity" in row} == {row["id"] for row in products}
    assert sum("said" in row for row in requests) == sum("entity" in row for row in requests) / 2
