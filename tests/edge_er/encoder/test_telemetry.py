"""Nothing is sent or written, by native libraries either: a process is watched from its first system call."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny import require

from edge_er.encoder.onnx_session import TELEMETRY_SWITCH, import_onnxruntime

REPOSITORY = Path(__file__).resolve().parents[3]
WATCHED_SECONDS = 15  # onnxruntime's telemetry opens its first socket about ten seconds after the import
RESOLVE = """
import sys, time
end = time.monotonic() + float(sys.argv[2])
from edge_er import EntityResolver
resolver = EntityResolver.load(sys.argv[1])
while True:
    resolver.resolve('pon la cadena ser'); resolver.resolve_batch(['los cuarenta', '', 'x'])
    if time.monotonic() > end:
        break
    time.sleep(0.5)
print(resolver.resolve('pon la cadena ser').best.name)
"""
WRITE_AND_CALL = """
import ctypes, os, socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
ctypes.CDLL(None).creat(os.fsencode(sys.argv[1]) + b'/native', 0o600)  # unseen by Python's audit hooks
open(sys.argv[1] + '/written', 'w').close()
os.mkdir(sys.argv[1] + '/folder')
"""
CALL = re.compile(r"^\d+ +(\w+)\(")
NETWORK = {"socket", "connect", "sendto", "sendmsg", "sendmmsg", "bind", "listen"}
CHANGES = {
    *("creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2", "truncate"),
    *("link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir"),
}
OPENS = {"open", "openat", "openat2"}
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


def suspicious(log: str) -> list[str]:
    """The system calls of a log of strace that send or write."""
    found = []
    for line in log.splitlines():
        call = CALL.match(line)
        name = call[1] if call else ""
        if name in NETWORK | CHANGES or (name in OPENS and WRITES.search(line) and '"/dev/null"' not in line):
            found.append(line)
    return found


@pytest.fixture(scope="module")
def strace() -> str:
    """strace, where it is and may be used."""
    found = shutil.which("strace")
    works = found is not None and subprocess.run([found, "-qq", "true"], capture_output=True).returncode == 0
    return str(require(found, works, "strace is not installed, or may not trace here"))


def trace(strace: str, folder: Path, code: str, *arguments: str) -> tuple[str, list[str]]:
    """What `code` prints, and what it sends or writes; its home is an empty folder in `folder`."""
    home, log = folder / "home", folder / "log"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != TELEMETRY_SWITCH}
    environment |= {"HOME": str(home), "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("XDG_CACHE_HOME", None)
    watch = [strace, "-f", "-qq", "-e", "trace=network,file", "-o", str(log)]
    done = subprocess.run(
        [*watch, sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    left = [str(path) for path in home.rglob("*")]
    return done.stdout.strip(), suspicious(log.read_text(encoding="utf-8", errors="replace")) + left


def test_loading_and_resolving_send_nothing_and_write_nothing(
    strace: str, bundle_dir: Path, tmp_path: Path
) -> None:
    printed, seen = trace(strace, tmp_path, RESOLVE, str(bundle_dir), str(WATCHED_SECONDS))
    assert printed == "Cadena SER"
    assert seen == []


def test_the_watch_sees_sockets_and_what_native_code_writes(strace: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    _, seen = trace(strace, tmp_path, WRITE_AND_CALL, str(tmp_path / "out"))
    text = "\n".join(seen)
    assert len(seen) == 4, text
    for expected in ("socket(AF_INET", "/out/native", "/out/written", "/out/folder"):
        assert expected in text


def test_the_switch_is_set_and_what_the_host_decided_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TELEMETRY_SWITCH, raising=False)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.setattr("builtins.__import__", _importing())
    assert import_onnxruntime().switch == "1"
    monkeypatch.setenv(TELEMETRY_SWITCH, "0")
    assert import_onnxruntime().switch == "0"


def _importing() -> Callable[..., object]:
    """An import that gives, instead of onnxruntime, what the switch was at the moment of the import."""
    real = __import__

    def found(name: str, *rest: object) -> object:
        if name == "onnxruntime":
            return SimpleNamespace(switch=os.environ.get(TELEMETRY_SWITCH))
        return real(name, *rest)  # type: ignore[arg-type]

    return found


@pytest.mark.parametrize(
    ("version", "switch", "count"),
    [("1.31.1", None, 1), ("1.30.0", None, 1), ("2.0.0", None, 1), ("1.29.2", None, 0), ("1.31.1", "0", 0)],
)
def test_a_host_that_imported_it_first_is_warned_once(
    monkeypatch: pytest.MonkeyPatch, version: str, switch: str | None, count: int
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(__version__=version))
    monkeypatch.setenv(TELEMETRY_SWITCH, switch or "")  # so that it is put back
    if switch is None:
        monkeypatch.delenv(TELEMETRY_SWITCH)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            import_onnxruntime()
    assert [warning.category for warning in caught] == [RuntimeWarning] * count
    assert all(f"{TELEMETRY_SWITCH}=1 before the first import" in str(each.message) for each in caught)


def _imports(file: Path) -> Iterator[tuple[str, int]]:
    """Modules that a file imports anywhere in it, with the line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


def test_onnxruntime_is_imported_in_one_place() -> None:
    direct, guarded = [], []
    for part in ("edge_er", "catalog_tools", "benchmarks", "tools", "tests"):
        for file in sorted((REPOSITORY / part).rglob("*.py")):
            names = [name.split(".") for name, _ in _imports(file)]
            if ["onnxruntime"] in names:
                direct.append(str(file.relative_to(REPOSITORY)))
            elif any("onnxruntime" in name for name in names):  # a part of it, or a package that brings it in
                guarded.append(file.read_text(encoding="utf-8"))
    peers = ["benchmarks/lib/peer_systems.py", "benchmarks/trust/peers.py"]  # as they come
    assert direct == ["edge_er/encoder/onnx_session.py", *peers]
    assert guarded and all("    import_onnxruntime()" in text for text in guarded)
