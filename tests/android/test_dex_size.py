"""How much code the Java runtime adds to an app."""

from __future__ import annotations

from pathlib import Path

import pytest

from android_demo.java_core import core_dex, find_r8, java_release

# Bytes. The check of all JSON against its schema is 3 kB of them; before there was one, 85,000 were enough.
LIMIT = 90_000
LIMIT_OF_ALL = 126_000  # with what an app may use besides

# Rules for what an app may use besides, and texts that only it needs.
OPTIONAL = {
    "deltas": ("-keep class edgeer.Delta { public static *** apply(...); }", b"delta_version"),
    "signatures": (
        "-keep class edgeer.Trust { public *; }\n"
        "-keep class edgeer.EntityResolver { public static *** load(java.io.File, edgeer.Trust); }",
        b"SHA256withECDSA",
    ),
    "own entries": ("-keep class edgeer.EntityResolver { public *** withEntries(...); }", b"personal_entry"),
    "suggestions": ("-keep class edgeer.EntityResolver { public *** suggest(...); }", b""),
}

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")


@pytest.fixture(scope="module")
def r8() -> Path:
    jar = find_r8()
    return jar or pytest.skip("no R8: run android_demo/fetch_r8.sh")


def test_what_an_app_needs_to_load_and_resolve_stays_small(java_core: Path, r8: Path, tmp_path: Path) -> None:
    size = core_dex(java_core, r8, tmp_path / "dex")
    assert 30_000 < size <= LIMIT, f"{size:,} bytes of dex to load and resolve; at most {LIMIT:,} are allowed"
    dex = (tmp_path / "dex" / "classes.dex").read_bytes()
    carried = [name for name, (_, text) in OPTIONAL.items() if text and text in dex]
    assert not carried, f"an app that does not use {carried} carries them"


def test_what_is_optional_is_carried_by_who_uses_it(java_core: Path, r8: Path, tmp_path: Path) -> None:
    rules = "\n".join(rule for rule, _ in OPTIONAL.values())
    size = core_dex(java_core, r8, tmp_path / "dex", rules)
    dex = (tmp_path / "dex" / "classes.dex").read_bytes()
    assert all(text in dex for _, text in OPTIONAL.values())
    assert LIMIT < size <= LIMIT_OF_ALL, (
        f"{size:,} bytes of dex with everything; at most {LIMIT_OF_ALL:,} are allowed"
    )
