"""JavaScript: pins, signatures, bounds, replaced bundles, and personal files with a checksum, as Python has them."""

from __future__ import annotations

from typing import Any

import pytest
from javascript import find_node, run_script
from signed_bundles import write_signed

from edge_er.bundle.personal_file import read_entries
from web_demo.assemble import assemble


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    find_node()
    web, work = tmp_path_factory.mktemp("page") / "web", tmp_path_factory.mktemp("work")
    assemble(web, [])
    write_signed(work)
    result: dict[str, Any] = run_script("trust_node.mjs", web, work)
    (work / "mine.jsonl").write_text(result["saved"], encoding="utf-8")
    result["read by Python"] = [entry.id for entry in read_entries(work / "mine.jsonl")[0]]
    return result


@pytest.mark.parametrize(
    ("case", "answer"),
    {
        "signed": "es-4",
        "signed from bytes": "es-4",
        "pinned": "es-4",
        "sealed again": "es-4",
        "64 texts": "es-4",
        "1,000 values": 0,
        "after the bound": True,
        "a long text": True,
        "a long text, suggested": True,
        "between two renames": "es-4",
        "read again": "c-1",
        "read by Python": ["c-1"],
    }.items(),
)
def test_what_is_answered(found: dict[str, Any], case: str, answer: object) -> None:
    assert found[case] == answer


@pytest.mark.parametrize(
    ("case", "error", "message"),
    [
        ("another key", "BundleUntrustedError", "none of the 1 trusted ones"),
        ("signed by another", "BundleUntrustedError", "none of the 1 trusted ones"),
        ("unsigned", "BundleUntrustedError", "not signed"),
        ("forged", "BundleUntrustedError", "the signature is not one of the key"),
        ("another pin", "BundleUntrustedError", "another bundle than the pinned one"),
        ("no key", "BundleError", "expected a public key of P-256"),
        ("no keys", "RangeError", "one key in trustedKeys at least"),
        ("no pin", "RangeError", "64 hexadecimal digits"),
        ("65 texts", "RangeError", "64 texts in nbest at most"),
        ("texts without end", "RangeError", "64 texts in nbest at most"),
        ("weights", "RangeError", "a sum that is too large"),
        ("1,001 values", "FilterError", "1000 distinct values at most, found 1001"),
        ("a long alias", "CatalogError", "1 to 1000 characters"),
        ("a huge manifest", "BundleCorruptError", "4000000 bytes at most"),
        ("a deep manifest", "BundleCorruptError", "manifest.json is damaged"),
        ("a longer file", "BundleCorruptError", "vectors.safetensors is damaged"),
        ("a folder for a file", "BundleCorruptError", "no regular file"),
        ("nothing", "BundleNotFoundError", "no bundle there"),
        ("cut", "CatalogError", "damaged or cut off"),
    ],
)
def test_what_is_refused(found: dict[str, Any], case: str, error: str, message: str) -> None:
    assert found[case].startswith(f"{error}: ")
    assert message in found[case]


@pytest.mark.parametrize("case", ["replaced 0", "replaced 1"])
def test_what_is_replaced_is_of_one_version(found: dict[str, Any], case: str) -> None:
    assert found[case] in ("7 7", "4 4", "4 4,7 7")
