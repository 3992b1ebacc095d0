"""What goes into the APK beside code and resources: bundles as zips, and files appended with a date of no day.

    python3 android_demo/package.py assets OUT [BUNDLE ...]   ->  OUT/radio_es.zip, ...
    python3 android_demo/package.py network RES        ->  RES/xml/network_security.xml
    python3 android_demo/package.py add APK FOLDER            ->  every file of FOLDER in the APK
    python3 android_demo/package.py sizes APK CORE_DEX OUT    ->  OUT, a JSON file with what takes how much room

A bundle goes into the assets as one zip: some build tools unpack or rename files that end in .gz.
"""

from __future__ import annotations

import json
import sys
import zipfile
import zlib
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

REPOSITORY = Path(__file__).resolve().parent.parent
SHIPPED = ("radio_de", "radio_en", "radio_es", "radio_fr", "radio_it")
DATE = (1980, 1, 1, 0, 0, 0)


def write_assets(out: Path, bundles: tuple[str, ...]) -> None:
    """Write the zip of each bundle of models/: its manifest and the files that are listed there, not compressed."""
    out.mkdir(parents=True, exist_ok=True)
    for name in bundles:
        folder = REPOSITORY / "models" / name
        listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        with zipfile.ZipFile(out / f"{name}.zip", "w", zipfile.ZIP_STORED) as archive:
            for file in ("manifest.json", *listed):
                archive.writestr(zipfile.ZipInfo(file, DATE), (folder / file).read_bytes())


def open_hosts(bundles: tuple[str, ...]) -> set[str]:
    """The hosts of streams that are not encrypted, of stations that have no other stream."""
    hosts = set()
    for name in bundles:
        lines = (REPOSITORY / "models" / name / "streams.jsonl").read_text(encoding="utf-8").splitlines()
        for streams in (json.loads(line)["streams"] for line in lines):
            addresses = [urlsplit(stream) for stream in streams]
            if not any(address.scheme == "https" for address in addresses):
                hosts |= {address.hostname for address in addresses if address.hostname}
    return hosts


def write_network(res: Path, bundles: tuple[str, ...]) -> None:
    """Write the network security configuration: encrypted everywhere but at `open_hosts`."""
    hosts = sorted(open_hosts(bundles))
    domains = [f'        <domain includeSubdomains="false">{escape(host)}</domain>' for host in hosts]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<network-security-config>",
        '    <base-config cleartextTrafficPermitted="false" />',
        '    <domain-config cleartextTrafficPermitted="true">',
        *domains,
        "    </domain-config>",
        "</network-security-config>",
    ]
    (res / "xml").mkdir(parents=True, exist_ok=True)
    (res / "xml" / "network_security.xml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def add(apk: Path, folder: Path) -> None:
    """Append every file of a folder, compressed, in a fixed order."""
    with zipfile.ZipFile(apk, "a", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.read_bytes())


def sizes(apk: Path, core_dex: Path) -> dict[str, int]:
    """Bytes: of the APK, of all its code, of the core's code alone, of the tables and bundles in it."""
    with zipfile.ZipFile(apk) as archive:
        entries = archive.infolist()
    dex = [entry.file_size for entry in entries if entry.filename.endswith(".dex")]
    tables = [entry.compress_size for entry in entries if entry.filename.startswith("edgeer/data/")]
    bundles = {entry.filename: entry.file_size for entry in entries if entry.filename.startswith("assets/")}
    stored = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries if entry.filename in bundles)
    if not stored:
        raise SystemExit(f"{apk}: bundles are compressed; they must be stored")
    return {
        "apk": apk.stat().st_size,
        "dex": sum(dex),
        "core_dex": core_dex.stat().st_size,
        "core_dex_deflated": len(zlib.compress(core_dex.read_bytes(), 9)),
        "tables": sum(tables),
        **bundles,
    }


def main() -> None:
    """Do what the command line says."""
    what, first, *rest = sys.argv[1:]
    if what == "assets":
        write_assets(Path(first), tuple(rest) or SHIPPED)
    elif what == "network":
        write_network(Path(first), tuple(rest) or SHIPPED)
    elif what == "add":
        add(Path(first), Path(rest[0]))
    else:
        figures = sizes(Path(first), Path(rest[0]))
        Path(rest[1]).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        for name, size in figures.items():
            print(f"{size:>12,}  {name}")


if __name__ == "__main__":
    main()
