"""The Java in the README of android_demo compiles: names and arguments are those of the core."""

import re

import pytest

from android_demo.java_core import REPOSITORY, compile_java, java_release

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
README = REPOSITORY / "android_demo" / "README.md"
AROUND = """
import edgeer.*;
import edgeer.ort.OrtEncoder;
import java.io.*;
import java.util.*;

final class Readme {
    void five(Assets assets, File files, List<String> heard, double[] weights, BundleSource source) throws IOException {
        %s
    }

    void play(Object streams) {}
    Assets getAssets() { return null; }
    File getFilesDir() { return null; }
    interface Assets { InputStream open(String name) throws IOException; }
}
"""
ORT = """
package edgeer.ort;

public final class OrtEncoder {
    public static final edgeer.Encoder.Factory FACTORY = null;
}
"""


def test_the_java_of_the_readme_compiles(java_core, tmp_path):
    code = "\n".join(re.findall(r"```java\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL))
    assert code.count("\n") > 10
    shown = re.sub(r"(?m)^(answer\.matches\.get.*)$", shown_as_values, code)
    (tmp_path / "Readme.java").write_text(AROUND % shown, encoding="utf-8")
    (tmp_path / "OrtEncoder.java").write_text(ORT, encoding="utf-8")
    compile_java(
        [tmp_path / "Readme.java", tmp_path / "OrtEncoder.java"], tmp_path / "out", [java_core], release=8
    )


def shown_as_values(line: re.Match) -> str:
    """Fields that are only shown: Java wants them used."""
    return " ".join(f"play({value.strip()});" for value in line[1].split(";") if value.strip())
