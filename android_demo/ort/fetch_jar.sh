#!/usr/bin/env bash
# ONNX Runtime's Java classes and libraries for tests on this machine, from the source archive of a Python package that has
# them inside, taken from the mirror that pip is set to (165 MB) and used only with the SHA-256 below:
#
#     android_demo/ort/fetch_jar.sh [OUT]        ->  OUT/onnxruntime.jar, by default in build/android/downloads
#
# An app takes them from Gradle instead: com.microsoft.onnxruntime:onnxruntime-android.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-$here/../../build/android/downloads}" && cd "${1:-$here/../../build/android/downloads}" && pwd)
package=pyserini==1.6.0
archive=e34761d700b33613c26bc61113effc6d65598dee6ada28a33214f79350f833f4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download -q --no-deps --no-build-isolation --no-binary :all: -d "$work" "$package"
echo "$archive  $(ls "$work"/*.tar.gz)" | sha256sum --check --quiet
python3 - "$work" "$out/onnxruntime.jar" <<'PYTHON'
import glob, io, sys, tarfile, zipfile
with tarfile.open(glob.glob(sys.argv[1] + "/*.tar.gz")[0]) as archive:
    member = next(each for each in archive if each.name.endswith("fatjar.jar"))
    jar = zipfile.ZipFile(io.BytesIO(archive.extractfile(member).read()))
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as out:
    for name in jar.namelist():
        wanted = "/native/" not in name or "/native/linux-" in name
        if name.startswith("ai/onnxruntime/") and not name.endswith("/") and wanted:
            out.writestr(name, jar.read(name))
PYTHON
echo "$out/onnxruntime.jar"
