"""How the page, the reports and the documentation site look: barriers, width, size of controls, and pictures of all.

    python -m benchmarks.runtimes.looks
    python -m benchmarks.runtimes.looks --pictures build/looks --documents

Each is opened in Chromium on a narrow phone and a desktop, light and dark, with text as it is and twice as large.
axe-core looks for barriers. `--documents` puts some of the pictures into docs/, in fewer colours. Needs Node, Chromium,
`npm ci --prefix tests/web`, and the extras `catalog` and `docs`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.lib.results_file import REPOSITORY, markdown_table, write_result
from benchmarks.runtimes.web_runtime import served

SCRIPT = REPOSITORY / "tests" / "web" / "looks_node.mjs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESKTOP = 320, 1280
SCHEMES = ("light", "dark")
SCALES = (1, 2)
STATES: dict[str, dict[str, Any]] = {
    "as loaded": {"query": "", "locale": "en-GB"},
    "a match": {"query": "pon la cadena ser", "locale": "es-ES"},
    "ambiguous": {"query": "bayern", "locale": "de-DE"},
    "no match": {"query": "asdf qwer zxcv", "locale": "fr-FR"},
    "all unfolded": {"query": "play bbc radio four please", "click": ["#weak summary", "#own summary"]},
    "an own name": {
        "query": "metti radio deejay",
        "locale": "it-IT",
        "click": ["#answer li button:last-child"],
    },
}
EXAMPLES = REPOSITORY / "docs" / "examples"
REPORTS = {
    "build report": ("build", "--catalog", str(EXAMPLES / "contacts.csv"), "--lang", "en", "--requests",
                     str(EXAMPLES / "contacts_requests.jsonl"), "--out", "contacts", "--report", "build.html"),
    "duplicates report": ("dedup", str(EXAMPLES / "records" / "papers.csv"), "--out", "clean.jsonl", "--report",
                          "duplicates.html"),
}  # fmt: skip
DOCUMENTS = {
    "web-desktop.png": "page-a-match-1280-light.png",
    "web-phone.png": "page-ambiguous-320-dark.png",
    "build_report.png": "build-report-320-light.png",
    "duplicates_report.png": "duplicates-report-320-light.png",
}
DOCUMENT_SIZE, DOCUMENT_COLOURS = (1280, 2000), 48  # a longer picture ends there
SITE = {"quick start": "index.html", "a tutorial": "tutorials/contacts.html", "results": "results.html"}


def look(
    pages: Mapping[str, Mapping[str, Any]],
    chromium: str,
    widths: Sequence[int] = (PHONE, DESKTOP),
    schemes: Sequence[str] = SCHEMES,
    scales: Sequence[float] = SCALES,
    pictures: Path | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """What looks_node.mjs finds: for each page, each look at it.

    Raises:
        RuntimeError: a page cannot be looked at; says what Node said.
    """
    asked = {"pages": pages, "widths": widths, "schemes": schemes, "scales": scales}
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        asked["pictures"] = str(pictures.resolve())
    node = shutil.which("node") or sys.exit("Node is not installed")
    done = subprocess.run(
        [node, SCRIPT, chromium], input=json.dumps(asked), capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def demo(address: str) -> dict[str, dict[str, Any]]:
    """The demo page, served at an address, in each of its states."""
    return {f"page, {name}": {"address": address, **state} for name, state in STATES.items()}


def reports(folder: Path) -> dict[str, dict[str, Any]]:
    """The reports of two commands, made in a folder."""
    for command in REPORTS.values():
        run_module("edge_er", *command, folder=folder)
    return {name: {"address": (folder / command[-1]).as_uri()} for name, command in REPORTS.items()}


def run_module(module: str, *arguments: str, folder: Path = REPOSITORY) -> None:
    """Run a module of Python in a folder; it sees this checkout wherever it runs."""
    program = f"import runpy, sys; sys.path.insert(0, {str(REPOSITORY)!r}); sys.argv[0] = {module!r}"
    program += f"; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        sys.exit(f"{module}: {done.stderr}")


def put_into_documents(pictures: Path) -> None:
    """Copy the pictures that documents show, cut off and in few colours."""
    from PIL import Image

    for name, picture in DOCUMENTS.items():
        with Image.open(pictures / picture) as image:
            box = (0, 0, min(image.width, DOCUMENT_SIZE[0]), min(image.height, DOCUMENT_SIZE[1]))
            few = image.convert("RGB").crop(box).quantize(DOCUMENT_COLOURS)
            few.save(REPOSITORY / "docs" / name, optimize=True)


def row(name: str, looks: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line of the table."""
    small = {each for look in looks for each in look["small"]}
    return [
        name,
        f"{len(looks)}",
        f"{len({each for look in looks for each in look['violations']})}",
        f"{max(max(look['sideways'], 0) for look in looks)}",
        "-" if name.startswith("site, ") else f"{len(small)}",
    ]


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The figures as Markdown."""
    headings = ("", "looks", "barriers by axe-core", "wider than the screen, px", "controls below 44 px")
    return (
        "# How it looks\n\n"
        + markdown_table(headings, [row(name, looks) for name, looks in found.items()])
        + f"\n\nEach is looked at on {PHONE} and {DESKTOP} pixels, light and dark, with text as it is and twice "
        "as large. A link within a text is no control. The site is made by mkdocs-material, whose controls are its own."
    )


def main() -> None:
    """Look at everything, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path, help="folder for a picture of each look")
    parser.add_argument("--documents", action="store_true", help="put some of the pictures into docs/")
    options = parser.parse_args()
    if options.documents and not options.pictures:
        parser.error("--documents takes them from the folder of --pictures")
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("Chromium is not installed")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        run_module("web_demo.assemble", "--out", str(folder / "page"))
        run_module("mkdocs", "build", "--quiet", "--site-dir", str(folder / "site"))
        pages = demo(stack.enter_context(served(folder / "page"))) | reports(folder)
        site = stack.enter_context(served(folder / "site"))
        pages |= {f"site, {name}": {"address": site + file} for name, file in SITE.items()}
        found = look(pages, chromium, pictures=options.pictures)
    if options.documents:
        put_into_documents(options.pictures)
    text = table(found)
    print(text)
    write_result("runtimes.looks", "looks", {"looks": found}, text)


if __name__ == "__main__":
    main()
