"""Children: one process for each runtime that is asked case after case; a case that kills it or hangs is a verdict.

A case is an object of JSON:

    {"change": [{"file": "b/manifest.json", "flip": 17, "by": 4}], "place": "b"}

`change` are files of the child's folder that are changed for this case: a byte is `flip`ped, the file is `cut`, or it
gets other `data`, in base 64. Then the bundle at `place` is loaded (once where there is `keep`) with `sha256` and
`keys`, and asked a few requests, or what `ask` says, or nothing with `load`; or a `personal` file is read and saved
again, or a `delta` is applied. A verdict is "answered", with the answer; "refused" by an error of the package; "late":
refused by a request though it was loaded; "foreign": by another error; "crashed" or "hung".
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from android_demo.java_core import compile_core, compile_java
from benchmarks.lib.results_file import REPOSITORY
from web_demo.assemble import assemble

__all__ = ["RUNTIMES", "Case", "Child", "Verdict", "encoded", "memory_folder", "new_data", "start"]

Case = Mapping[str, Any]
RUNTIMES = ("Python", "Java", "JavaScript")
HERE = Path(__file__).resolve().parent
_AT_ONCE = 16  # cases that wait in the pipe; their verdicts fit into the one back
_BLOCK = 1 << 16


class Verdict(NamedTuple):
    """What a case ended in, the answer or the error, and how many milliseconds it took."""

    kind: str
    text: str
    ms: float


class Child:
    """A process that is asked, started again where a case ends it.

    Args:
        command: of the process.
        seconds: without a verdict after so many it hangs.
    """

    def __init__(self, command: Sequence[str | Path], seconds: float = 30.0) -> None:
        self._command, self.seconds = list(map(str, command)), seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def ask(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        """The verdict of each case, in their order."""
        rest = iter(cases)
        while some := list(islice(rest, _AT_ONCE)):
            while some:
                done = yield from self._some(some)
                some = some[done:]

    def one(self, **case: Any) -> Verdict:
        """The verdict of one case."""
        return next(self.ask([case]))

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._running().pid

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process.wait()
        self._process, self._rest = None, b""

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            pipe = subprocess.PIPE
            environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
            self._process = subprocess.Popen(
                self._command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0, env=environment
            )
        return self._process

    def _some(self, cases: list[Case]) -> Generator[Verdict, None, int]:
        """Verdicts up to the first case that ends the process; returns how many there were."""
        process = self._running()
        assert process.stdin is not None
        data = memoryview(b"".join(json.dumps(case).encode() + b"\n" for case in cases))
        try:
            while data:
                data = data[process.stdin.write(data) or 0 :]
        except BrokenPipeError:  # what it answered before is read
            pass
        for number in range(len(cases)):
            line = self._line()
            if line in ("crashed", "hung"):
                code = self._process.poll() if self._process else None
                self.close()
                yield Verdict(line, f"exit {code}", 1000 * self.seconds)
                return number + 1
            if line.count("\t") != 2:  # somebody else writes there, which callers would read as an answer
                self.close()
                yield Verdict("foreign", f"printed {line}", 0.0)
                return number + 1
            kind, text, took = line.split("\t")
            yield Verdict(kind, text, int(took) / 1e6)
        return len(cases)

    def _line(self) -> str:
        """The next line that the process writes."""
        process = self._running()
        assert process.stdout is not None
        while b"\n" not in self._rest:
            if not select.select([process.stdout], [], [], self.seconds)[0]:
                return "hung"
            part = process.stdout.read(_BLOCK)
            if not part:
                return "crashed"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace")


def start(runtime: str, work: Path, tools: Path, java: Sequence[str] = ("-Xmx512m",)) -> Child:
    """The child of a runtime, for cases in the folder `work`; what it needs is made in `tools`.

    `java` are options of the Java machine.
    """
    if runtime == "Python":
        return Child([sys.executable, "-m", "benchmarks.trust.child", work])
    if runtime == "Java":
        classes, core = tools / "java", tools / "core"
        if not classes.exists():
            compile_java([HERE / "Child.java"], classes, [compile_core(core)], release=8)
        path = os.pathsep.join(map(str, (classes, core)))
        command = ["java", "-XX:+UseSerialGC", *java, "-Dfile.encoding=UTF-8", "-cp", path, "edgeer.Child"]
        return Child([*command, work])
    if not (tools / "web").exists():
        assemble(tools / "web", [])
    return Child([shutil.which("node") or "node", HERE / "child.mjs", work, tools / "web"])


def memory_folder() -> str | None:
    """Where temporary folders are made: in memory where the system has such a place, for files change in each case."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def new_data(file: str, data: bytes) -> dict[str, str]:
    """The change of a case that gives a file other contents."""
    return {"file": file, "data": base64.b64encode(data).decode()}


def encoded(text: str) -> str:
    """A text as cases have it."""
    return base64.b64encode(text.encode("utf-16-le", "surrogatepass")).decode()
