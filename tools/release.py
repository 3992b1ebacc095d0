"""Make what a release uploads and check it; uploads nothing unless it is told to.

    python -m tools.release             # a dry run: build/release has what would be uploaded
    python -m tools.release --kernels   # with a wheel for every machine that tools.kernel_wheels knows (ziglang)
    python -m tools.release --upload    # the same checks, then twine upload (its variables say where and who)

Checked: nothing is uncommitted, the changelog has the version, the version has no tag yet; wheel and source archive
carry licence and notices, no file of another project and no address that was never set; `twine check --strict`; the
wheel that the source archive makes has the same files as the wheel of the checkout.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from edge_er import __version__
from tools.documents import REPOSITORY

OUT = REPOSITORY / "build" / "release"
NEEDED = ("LICENSE", "THIRD_PARTY_NOTICES.md")


def problems_of_checkout(version: str, changelog: str, changed: str, tags: str) -> Iterator[str]:
    """What keeps a checkout from being released."""
    if changed.strip():
        yield f"uncommitted changes:\n{changed.rstrip()}"
    if not re.search(rf"^## {re.escape(version)}$", changelog, re.MULTILINE):
        yield f"CHANGELOG.md has no section '## {version}'"
    if f"v{version}" in tags.split():
        yield f"the tag v{version} exists already: raise the version in edge_er/__init__.py"


def problems_of_wheel(wheel: Path) -> Iterator[str]:
    """What is missing from a wheel or too much in it."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    for needed in NEEDED:
        if not any(name.endswith(f"/licenses/{needed}") for name in names):
            yield f"{wheel.name}: no {needed}"
    rooms = {name.partition("/")[0] for name in names}
    extra = {room for room in rooms if not room.startswith("edge_er") and room != "catalog_tools"}
    if extra:
        yield f"{wheel.name}: has {', '.join(sorted(extra))}"
    if "Description-Content-Type: text/markdown" not in text:
        yield f"{wheel.name}: no description"


def members(wheel: Path) -> set[str]:
    """Files of a wheel but for the compiled kernels and the list of checksums."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith((".so", "/RECORD", "/WHEEL"))}


def built(kernels: bool) -> list[Path]:
    """Source archive and wheels in a fresh folder; the wheel is made of the source archive, as an index would."""
    shutil.rmtree(OUT, ignore_errors=True)
    _python("build", "--outdir", str(OUT), str(REPOSITORY))
    if kernels:
        _python("tools.kernel_wheels", "--out", str(OUT))
    return sorted(OUT.iterdir())


def problems_of_archive(source: Path) -> Iterator[str]:
    """What is missing from a source archive, or differs in the wheel of the checkout."""
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    yield from (f"{source.name}: no {needed}" for needed in NEEDED if needed not in names)
    wheel = next(OUT.glob("*.whl"))
    with tempfile.TemporaryDirectory() as folder:
        _python("build", "--wheel", "--outdir", folder, str(REPOSITORY))
        of_checkout = members(next(Path(folder).glob("*.whl")))
    different = members(wheel) ^ of_checkout
    if different:
        yield f"{wheel.name}: differs from the wheel of the checkout in {', '.join(sorted(different)[:5])}"


def main() -> None:
    """Build, check, and upload if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kernels", action="store_true", help="wheels with kernels for every machine")
    parser.add_argument("--upload", action="store_true", help="upload what was checked")
    options = parser.parse_args()
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    problems = [*problems_of_checkout(__version__, changelog, _git("status", "--porcelain"), _git("tag"))]
    files = built(options.kernels)
    for file in files:
        print(f"{file.name}: {file.stat().st_size / 1e6:.2f} MB")
        problems += problems_of_wheel(file) if file.suffix == ".whl" else problems_of_archive(file)
    _python("twine", "check", "--strict", *map(str, files))
    if problems:
        sys.exit("\n".join(f"error: {each}" for each in problems))
    if options.upload:
        _python("twine", "upload", *map(str, files))
    else:
        print(f"{OUT}: ready; nothing was uploaded (--upload)")


def _python(module: str, *arguments: str) -> None:
    environment = {
        "EDGE_ER_KERNELS": "no",
        **os.environ,
    }  # a compiled wheel needs a tag that says for which systems
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=REPOSITORY, env=environment, check=True)


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
