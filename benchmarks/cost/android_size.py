"""What a bundle and its runtime add to an Android app: plain Java beside ONNX Runtime, for each ABI.

    android_demo/build_apk.sh
    npm pack @siteed/sherpa-onnx.rn@1.3.1 --pack-destination build/android
    python -m benchmarks.cost.android_size build/android/sizes.json build/android/siteed-sherpa-onnx.rn-1.3.1.tgz

The first file is what build_apk.sh measured in the APK it signed. The second is a package for apps that has ONNX
Runtime 1.24.3 for Android inside, `libonnxruntime.so` for each ABI; its Java classes and their bridge are not counted.
Downloaded sizes are after deflate.
"""

from __future__ import annotations

import argparse
import json
import re
import tarfile
import zlib
from pathlib import Path
from typing import Any

from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import LANGUAGES, markdown_table, write_result

LIBRARY = re.compile(r"/jniLibs/([^/]+)/libonnxruntime\.so$")


def libraries(package: Path) -> dict[str, dict[str, int]]:
    """Bytes of ONNX Runtime's library by ABI, as they are and deflated."""
    sizes = {}
    with tarfile.open(package) as archive:
        for member in archive:
            name = LIBRARY.search(member.name)
            if name and (file := archive.extractfile(member)):
                data = file.read()
                sizes[name[1]] = {"bytes": len(data), "deflated": len(zlib.compress(data, 9))}
    return dict(sorted(sizes.items()))


def table(sizes: dict[str, int], onnxruntime: dict[str, dict[str, int]]) -> str:
    """The figures as Markdown."""
    java = sizes["core_dex"]
    runtimes = [
        ["plain Java (any ABI)", f"{java / 1e6:.3f}", f"{sizes['core_dex_deflated'] / 1e6:.3f}"],
        *(
            [f"ONNX Runtime, {abi}", f"{size['bytes'] / 1e6:.1f}", f"{size['deflated'] / 1e6:.1f}"]
            for abi, size in onnxruntime.items()
        ),
    ]
    bundles = [
        [Path(name).stem, f"{size / 1e6:.2f}", f"{(size + java + sizes['tables']) / 1e6:.2f}"]
        + [f"{(size + cell['bytes'] + java + sizes['tables']) / 1e6:.1f}" for cell in onnxruntime.values()]
        for name, size in sizes.items()
        if name.startswith("assets/")
    ]
    heading = [
        "MB added to an app",
        "bundle",
        "with plain Java",
        *(f"with ONNX Runtime, {abi}" for abi in onnxruntime),
    ]
    return "\n\n".join(
        [
            "# What an Android app grows by",
            markdown_table(["runtime, MB", "in the app", "downloaded"], runtimes),
            markdown_table(heading, bundles),
            "Bundles with their stream addresses, stored. Both ways need the tables of normalisation and hearing "
            f"({sizes['tables']:,} bytes) and the Java around the encoder: {java:,} bytes of dex, encoder and all, "
            "to load, resolve and self-test.",
            f"The demo app: {sizes['apk']:,} bytes with five bundles, {sizes['dex']:,} of them dex, its screen and own "
            "entries among them.",
        ]
    )


def main() -> None:
    """Read, compute and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", type=Path, help="sizes.json of build_apk.sh")
    parser.add_argument("onnxruntime", type=Path, help="package with ONNX Runtime's libraries for Android")
    options = parser.parse_args()
    uses(*(f"radio_{lang}" for lang in LANGUAGES))
    sizes: dict[str, int] = json.loads(options.sizes.read_text(encoding="utf-8"))
    runtime = libraries(options.onnxruntime)
    figures: dict[str, Any] = {"sizes": sizes, "onnxruntime": runtime}
    write_result("cost.android_size", "android_size", figures, table(sizes, runtime))
    print(table(sizes, runtime))


if __name__ == "__main__":
    main()
