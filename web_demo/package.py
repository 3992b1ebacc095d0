"""Put the npm package together: the runtime, its types, the tables that Python reads too; no bundle.

    python -m web_demo.package
    npm pack ./build/npm/edge-er          # edge-er-VERSION.tgz, which npm install takes

Its version is that of the Python package.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from edge_er import __version__
from web_demo.assemble import PAGE, write_tables

DEFAULT = PAGE.parent / "build" / "npm" / "edge-er"
MANIFEST = "package.json"
KINDS = (".js", ".ts", ".md")


def package(out: Path) -> list[Path]:
    """Write the folder `out` anew; its files.

    Raises:
        FileExistsError: `out` holds something else.
    """
    if out.exists() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise FileExistsError(f"{out}: holds something else, so it is not replaced; give another folder")
    shutil.rmtree(out, ignore_errors=True)
    source = PAGE / "edge-er"
    for file in sorted(source.rglob("*")):
        if file.suffix in KINDS:
            target = out / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    shutil.copyfile(PAGE.parent / "LICENSE", out / "LICENSE")
    manifest = json.loads((source / MANIFEST).read_text("utf-8"))
    manifest["version"] = __version__
    (out / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    write_tables(out / "data")
    return sorted(path for path in out.rglob("*") if path.is_file())


def main() -> None:
    """Put the package together."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=DEFAULT, help="folder to write anew")
    options = parser.parse_args()
    files = package(options.out)
    print(f"{options.out}: {len(files)} files, {sum(file.stat().st_size for file in files):,} bytes")
    print(f"npm pack {options.out}")


if __name__ == "__main__":
    main()
