#!/usr/bin/env bash
# The golden requests in Python on other processors, under an emulator, on an x86 machine with Debian 12:
#
#     tools/arm/run_golden.sh [OUT]      ->  OUT/aarch64.json, OUT/haswell.json, by default in build/arm
#
# aarch64: an arm64 Debian unpacked into a folder (nothing is installed, no chroot) with the aarch64 wheels of wheels.txt.
# haswell: the Python of this machine ($PYTHON, by default python3, with the runtime's packages) on an x86 without VNNI
# and AVX-512. qemu comes from bookworm-backports and is used only with the SHA-256 below; Debian 12's own is too old for
# current onnxruntime wheels. Packages come from the mirrors that apt and pip of this machine are set to: 120 MB, some
# minutes. Times under an emulator say nothing about the processor, so none are taken.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
out=$(mkdir -p "${1:-$repository/build/arm}" && cd "${1:-$repository/build/arm}" && pwd)
root=$out/root
qemu_deb=10a2dec99f2b2d0b1097ff0375aea35b89322d6631fc96700511b02e05bf6fef
packages=(python3.11-minimal libpython3.11-stdlib libstdc++6 libgomp1)

state=$out/apt
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
options=(-qq -o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$state/lists"
    -o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root
    -o APT::Architectures::=arm64 -o APT::Architectures::=amd64 -o Acquire::Languages=none -o Debug::NoLocking=1)

fetch() { # with an apt state of our own, in which nothing is installed
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" && : >"$state/status"
    local source
    source=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
    printf 'deb [arch=arm64 signed-by=%s] %s bookworm main\ndeb [arch=amd64 signed-by=%s] %s bookworm-backports main\n' \
        "$keyring" "$source" "$keyring" "$source" >"$state/sources.list"
    apt-get "${options[@]}" update
    (cd "$out" && apt-get "${options[@]}" download qemu-user:amd64/bookworm-backports && mv qemu-user_*.deb qemu.deb)
    apt-get "${options[@]}" -o APT::Architecture=arm64 --no-install-recommends --download-only --yes install \
        "${packages[@]}"
}

if [ ! -f "$out/complete" ]; then
    rm -rf "$root" "$state"
    fetch
    echo "$qemu_deb  $out/qemu.deb" | sha256sum --check --quiet
    mkdir -p "$root/wheels"
    dpkg-deb --fsys-tarfile "$out/qemu.deb" | tar -x -C "$out" --strip-components=3 ./usr/bin/qemu-aarch64 ./usr/bin/qemu-x86_64
    for package in "$state"/cache/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
    python3 -m pip download -q --no-deps --only-binary :all: --require-hashes --python-version 3.11 \
        --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64 \
        -r "$here/wheels.txt" -d "$out/wheels"
    for wheel in "$out"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$root/wheels"; done
    rm -rf "$state" "$out/qemu.deb" "$out/wheels"
    touch "$out/complete"
fi

export OMP_NUM_THREADS=1
status=0
echo "aarch64"
PYTHONPATH=$repository:$root/wheels PYTHONDONTWRITEBYTECODE=1 "$out/qemu-aarch64" -L "$root" "$root/usr/bin/python3.11" -B \
    "$repository/tools/golden/check.py" --out "$out/aarch64.json" || status=1
echo "x86 without VNNI (Haswell)"
PYTHONPATH=$repository "$out/qemu-x86_64" -cpu Haswell-noTSX "$(command -v "${PYTHON:-python3}")" -B \
    "$repository/tools/golden/check.py" --out "$out/haswell.json" || status=1
exit $status
