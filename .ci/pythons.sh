# Functions to find interpreters and to make environments; read by .ci/lowest, .ci/interpreters and .ci/locked.

# The minor versions of Python that pyproject.toml names, one a line.
named_pythons() {
    sed -n 's/.*"Programming Language :: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml
}

# The path of an interpreter of a version such as 3.12, on PATH or of pyenv; fails where there is none.
find_python() {
    local each
    for each in "$(command -v "python$1" || true)" "$HOME"/.pyenv/versions/"$1".*/bin/python; do
        if [ "$("$each" -c 'import sys, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ]; then
            echo "$each"
            return
        fi
    done
    return 1
}

# A new environment at $1 of the interpreter $2, with what pip installs of the other arguments. One new pip (.ci/pip) serves
# all: it needs half the time of those that come with a Python. Modules are compiled when they are first imported.
environment() {
    local place=$1 python=$2
    "$python" -m venv --clear --without-pip "$place"
    build/pip/bin/python -m pip --python "$place/bin/python" install -q --no-compile "${@:3}"
}
