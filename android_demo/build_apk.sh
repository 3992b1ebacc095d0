#!/usr/bin/env bash
# Builds, aligns, signs and verifies the demo app without the Android SDK:
#
#     android_demo/build_apk.sh [OUT]        ->  OUT/edge-er-demo.apk, by default in build/android
#
# Debian packages it needs: default-jdk-headless aapt zipalign apksigner android-framework-res python3 python3-pip.
# What Debian does not have in its stable release comes from the mirrors that apt and pip of this machine are set to, and
# is used only if it has the SHA-256 that stands below: the class stubs of Android 6 (a Debian package of bullseye), and
# R8 (fetch_r8.sh). Both are kept in $EDGE_ER_DOWNLOADS (OUT/downloads), 50 MB.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-$here/../build/android}" && cd "${1:-$here/../build/android}" && pwd)
downloads=${EDGE_ER_DOWNLOADS:-$out/downloads}
framework=/usr/share/android-framework-res/framework-res.apk
min_api=21
target_api=34

stubs_package=libandroid-23-java
stubs_deb=8af1b6df556971dda0a6da3536ea526a838e0c363afcdd454213d8bce94793e3

for tool in javac keytool aapt aapt2 zipalign apksigner python3; do
    command -v "$tool" >/dev/null || { echo "build_apk.sh: no $tool; see the list of packages at its top" >&2; exit 1; }
done
[ -f "$framework" ] || { echo "build_apk.sh: no $framework; install android-framework-res" >&2; exit 1; }

checked() { # FILE SHA256
    echo "$2  $1" | sha256sum --check --quiet -- || { rm -f "$1"; echo "build_apk.sh: $1 is not what it should be" >&2; exit 1; }
}

fetch_stubs() { # the Debian package of another release, with an apt state of our own
    local state=$downloads/apt source
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    source=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $source bullseye main" >"$state/sources.list"
    local options=(-qq -o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$downloads" && apt-get "${options[@]}" download "$stubs_package" && mv "$stubs_package"_*.deb stubs.deb)
    rm -rf "$state"
}

mkdir -p "$downloads"
[ -f "$downloads/stubs.deb" ] || fetch_stubs
checked "$downloads/stubs.deb" "$stubs_deb"
"$here/fetch_r8.sh" "$downloads"

work=$out/work
rm -rf "$work" && mkdir -p "$work"/{stubs,gen,core,classes,dex,core_dex,root/edgeer/data}
dpkg-deb -x "$downloads/stubs.deb" "$work/stubs"
android_jar=$work/stubs/usr/share/java/com.android.android-23.jar
r8_jar=$downloads/r8.jar
r8() { java -cp "$r8_jar" com.android.tools.r8.R8 --release --min-api "$min_api" --lib "$android_jar" "$@"; }

echo "resources and bundles"
python3 "$here/package.py" assets "$work/assets"
cp -r "$here/app/src/main/res" "$work/res"
python3 "$here/package.py" network "$work/res"
aapt2 compile --dir "$work/res" -o "$work/resources.zip"
# Debian's framework is Android 10, whose aapt2 knows no attribute of Android 12.
sed -e 's/<manifest /<manifest package="edgeer.demo" /' -e '/android:dataExtractionRules=/d' "$here/app/src/main/AndroidManifest.xml" >"$work/AndroidManifest.xml"
aapt2 link -o "$work/app.apk" -I "$framework" --manifest "$work/AndroidManifest.xml" --min-sdk-version "$min_api" \
    --target-sdk-version "$target_api" --version-code 1 --version-name 1.0 \
    --java "$work/gen" -A "$work/assets" -0 .zip "$work/resources.zip"

echo "code" # against the class stubs, so that nothing is called that Android 6 does not have
compile=(javac -source 8 -target 8 -bootclasspath "$android_jar" -Xlint:-options -encoding UTF-8)
mapfile -t core < <(find "$here/core/src/main/java" -name '*.java' | sort)
mapfile -t app < <(find "$here/app/src/main/java" "$work/gen" -name '*.java' | sort)
"${compile[@]}" -d "$work/core" "${core[@]}"
"${compile[@]}" -Xlint:-deprecation -cp "$work/core" -d "$work/classes" "${app[@]}" 2> >(grep -v '^Note: ' >&2)
mapfile -t core_classes < <(find "$work/core" -name '*.class' | sort)
mapfile -t app_classes < <(find "$work/classes" -name '*.class' | sort)
r8 --pg-conf "$here/core/size.pro" --output "$work/core_dex" "${core_classes[@]}"
r8 --pg-conf "$here/app/r8.pro" --pg-map-output "$out/mapping.txt" --output "$work/dex" "${core_classes[@]}" "${app_classes[@]}"

cp "$work/dex/classes.dex" "$work/root/"
cp "$here"/../edge_er/data/{hearing.txt,numbers.txt,phonetic.txt,schemas.json,unicode.txt} "$work/root/edgeer/data/"
mkdir -p "$work/root/META-INF" && cp "$here"/../{LICENSE,THIRD_PARTY_NOTICES.md} "$work/root/META-INF/"
python3 "$here/package.py" add "$work/app.apk" "$work/root"

echo "align, sign, verify"
key=$out/debug.keystore # a key for trying the app out; publish with your own
[ -f "$key" ] || keytool -genkeypair -keystore "$key" -storepass android -keypass android -alias debug -keyalg RSA \
    -keysize 2048 -validity 10000 -dname "CN=edge-er demo" >/dev/null 2>&1
apk=$out/edge-er-demo.apk
rm -f "$apk" "$apk.idsig"
zipalign -f -p 4 "$work/app.apk" "$work/aligned.apk"
apksigner sign --ks "$key" --ks-pass pass:android --min-sdk-version "$min_api" --v1-signing-enabled true \
    --v2-signing-enabled true --v3-signing-enabled true --out "$apk" "$work/aligned.apk"
rm -f "$apk.idsig"
zipalign -c -p 4 "$apk"
apksigner verify --verbose --min-sdk-version "$min_api" "$apk" | grep -v '^WARNING' | tee "$out/verify.txt"
aapt dump badging "$apk" | tee "$out/badging.txt" | grep -E '^(package|sdkVersion|targetSdkVersion|uses-permission|application-label:|launchable)'
grep -q "sdkVersion:'$min_api'" "$out/badging.txt"
grep -q "launchable-activity: name='edgeer.demo.MainActivity'" "$out/badging.txt"

python3 "$here/package.py" sizes "$apk" "$work/core_dex/classes.dex" "$out/sizes.json"
echo "$apk"
