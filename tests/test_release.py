"""What a release uploads is checked, and addresses come from one setting."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from tiny import module_at, require_packages

from tools.release import problems_of_checkout, problems_of_wheel

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://example.org/team/edge-er"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    require_packages("hatchling")
    return module_at(ROOT / "hatch_metadata.py")


def test_no_address_is_invented(hook: ModuleType) -> None:
    metadata: dict[str, object] = {}
    hook.RepositoryMetadataHook(str(ROOT), {"repository": ""}).update(metadata)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert metadata == {"urls": {}, "readme": {"content-type": "text/markdown", "text": readme}}


def test_links_lead_to_the_repository(hook: ModuleType) -> None:
    text = "[a](docs/a.md#b) ![p](docs/p.png) [here](#part) [out](https://example.com/x)"
    assert hook.absolute(text, REPOSITORY) == (
        f"[a]({REPOSITORY}/blob/main/docs/a.md#b) ![p]({REPOSITORY}/raw/main/docs/p.png) "
        "[here](#part) [out](https://example.com/x)"
    )
    metadata: dict[str, object] = {}
    hook.RepositoryMetadataHook(str(ROOT), {"repository": f"{REPOSITORY}/"}).update(metadata)
    assert metadata["urls"] == hook.urls(REPOSITORY)
    assert hook.urls(REPOSITORY)["Issues"] == f"{REPOSITORY}/issues"


@pytest.mark.parametrize(
    ("changelog", "changed", "tags", "problem"),
    [
        ("# Changelog\n\n## 1.2.0\n", "", "v1.1.0\n", ""),
        ("## 1.2.0\n", " M README.md\n", "", "uncommitted changes"),
        ("## 1.2.01\n", "", "", "no section '## 1.2.0'"),
        ("## 1.2.0\n", "", "v1.1.0\nv1.2.0\n", "the tag v1.2.0 exists already"),
    ],
)
def test_what_keeps_a_checkout_back(changelog: str, changed: str, tags: str, problem: str) -> None:
    found = list(problems_of_checkout("1.2.0", changelog, changed, tags))
    assert [problem in each for each in found] == ([True] if problem else [])


@pytest.mark.parametrize(
    ("left_out", "added", "problem"),
    [
        ("", "", ""),
        ("x.dist-info/licenses/LICENSE", "", "no LICENSE"),
        ("x.dist-info/licenses/THIRD_PARTY_NOTICES.md", "", "no THIRD_PARTY_NOTICES.md"),
        ("", "tests/test_a.py", "has tests"),
    ],
)
def test_what_a_wheel_must_have(tmp_path: Path, left_out: str, added: str, problem: str) -> None:
    names = {"edge_er/a.py", "catalog_tools/b.py", "edge_er-1.dist-info/METADATA"}
    names |= {f"edge_er-1.dist-info/licenses/{name}" for name in ("LICENSE", "THIRD_PARTY_NOTICES.md")}
    names = {name for name in names if not left_out or not name.endswith(left_out.partition("/")[2])} | {
        added
    }
    wheel = tmp_path / "edge_er-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in sorted(names - {""}):
            archive.writestr(name, "Description-Content-Type: text/markdown\n")
    assert [problem in each for each in problems_of_wheel(wheel)] == ([True] if problem else [])
