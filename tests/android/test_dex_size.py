"""How much code the Java runtime adds to an app."""

import pytest

from android_demo.java_core import core_dex, find_r8, java_release

LIMIT = 85_000  # bytes

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")


def test_what_an_app_needs_to_load_and_resolve_stays_small(java_core, tmp_path):
    r8 = find_r8()
    if r8 is None:
        pytest.skip("no R8: run android_demo/fetch_r8.sh")
    size = core_dex(java_core, r8, tmp_path / "dex")
    assert 30_000 < size <= LIMIT, f"{size:,} bytes of dex to load and resolve; at most {LIMIT:,} are allowed"
