# Functions to find interpreters; read by .ci/lowest and .ci/interpreters.

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
