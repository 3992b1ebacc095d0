#!/usr/bin/env bash
# Tests the code that ships: the dex inside the signed APK is turned back into JVM bytecode and answers the golden requests.
#
#     android_demo/test_apk.sh [OUT]        after build_apk.sh with the same OUT
#
# Debian packages it needs beside those of build_apk.sh: enjarify junit4. It leaves OUT/apk/classes.jar and OUT/apk/tables,
# which `python -m benchmarks.runtimes.java_runtime --classes` can run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:-$here/../build/android}" && pwd)
unpacked=$out/apk
tests=$here/core/src/test/java/edgeer
jars=/usr/share/java/junit4.jar:/usr/share/java/hamcrest-core.jar
PATH=/usr/bin:$PATH # enjarify is a script of the system's Python

rm -rf "$unpacked" && mkdir -p "$unpacked"/{tables,core,tests}
python3 - "$out/edge-er-demo.apk" "$unpacked" <<'PYTHON'
import sys, zipfile
apk, out = zipfile.ZipFile(sys.argv[1]), sys.argv[2]
apk.extract("classes.dex", out)
for name in apk.namelist():
    if name.startswith("edgeer/data/"):
        apk.extract(name, out + "/tables")
PYTHON
enjarify "$unpacked/classes.dex" -o "$unpacked/classes.jar" -f

# The tests' own helpers (a JSON reader) come from the source; the resolver and all it calls from the APK, first on the path.
javac -nowarn --release 8 -encoding UTF-8 -d "$unpacked/core" $(find "$here/core/src/main/java" -name '*.java') 2>/dev/null
javac -nowarn --release 8 -encoding UTF-8 -cp "$unpacked/core:$jars" -d "$unpacked/tests" \
    "$tests"/{GoldenAnswersTest,GoldenCheck,Rows,AnswerRequests}.java 2>/dev/null
log=$(java -Dedgeer.repository="$here/.." -Dfile.encoding=UTF-8 \
    -cp "$unpacked/tests:$unpacked/classes.jar:$unpacked/tables:$unpacked/core:$jars" \
    org.junit.runner.JUnitCore edgeer.GoldenAnswersTest) || { echo "$log"; exit 1; }
echo "$log" | grep -v '^$'
echo "$log" | grep -q '"classes": "classes.jar"' # and not from the source
