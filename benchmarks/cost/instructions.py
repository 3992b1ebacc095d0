"""Instructions of a request, counted by valgrind's callgrind: the same on a busy machine as on an idle one.

    python -m benchmarks.cost.instructions
    python -m benchmarks.cost.instructions --bundle radio_en --engine reference

Requests are made of the bundle's own names, so that no data is needed. A part of them warms the process up; only the
others are counted, and neither import nor load is. Needs valgrind with its headers, and a C compiler. Valgrind knows no
AVX-512: counts are those of the variant x86-64-v3. `tests/benchmarks/test_instructions.py` holds them below a bound.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.lib.results_file import REPOSITORY

WARM_UP, COUNTED = 60, 40
HEADERS = Path("/usr/include/valgrind/callgrind.h")
SWITCH = """
#include <valgrind/callgrind.h>
void begin(void) { CALLGRIND_START_INSTRUMENTATION; }
void end(void) { CALLGRIND_STOP_INSTRUMENTATION; }
"""
ASKED = """
import ctypes, gc, sys
from edge_er import EntityResolver
switch, bundle, engine, warm_up, counted = sys.argv[1:]
resolver, counting = EntityResolver.load(bundle, engine=engine), ctypes.CDLL(switch)
names = [entity.name for entity in resolver.entities]
ways = ["play %s", "%s", "pon la emisora %s por favor", "spiele %s im wohnzimmer"]
every = max(len(names) // (int(warm_up) + int(counted)), 1)
requests = [ways[at % 4] % name[: len(name) - at % 3] for at, name in enumerate(names[::every])]
for request in requests[: int(warm_up)]:
    resolver.resolve(request)
asked = requests[int(warm_up) :][: int(counted)]
gc.collect()
gc.disable()
counting.begin()
for request in asked:
    resolver.resolve(request)
counting.end()
print(len(asked))
"""


def missing() -> str | None:
    """What is not there that counting needs; None where all is."""
    if shutil.which("valgrind") is None or not HEADERS.exists():
        return "valgrind is not installed, or without its headers"
    if compiler() is None:
        return "no C compiler is found"
    return None


def compiler() -> str | None:
    """The C compiler that makes the switch."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def instructions(bundle: str, engine: str = "native") -> float:
    """Instructions of one request, in millions: the mean of `COUNTED`.

    Raises:
        RuntimeError: something is `missing`, or the process failed.
    """
    if (reason := missing()) is not None:
        raise RuntimeError(reason)
    with tempfile.TemporaryDirectory() as folder:
        source, switch = Path(folder) / "switch.c", Path(folder) / "switch.so"
        source.write_text(SWITCH, encoding="utf-8")
        subprocess.run([str(compiler()), "-shared", "-fPIC", str(source), "-o", str(switch)], check=True)
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null"]
        arguments = [str(switch), bundle, engine, str(WARM_UP), str(COUNTED)]
        fixed = {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(
            [*valgrind, sys.executable, "-c", ASKED, *arguments],
            env={**os.environ, **fixed},
            capture_output=True,
            text=True,
            check=False,
        )
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or counted is None:
        raise RuntimeError(f"{bundle}, {engine} engine: {done.stderr[-2000:]}")
    return int(counted[1]) / int(done.stdout) / 1e6


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", default="radio_es")
    parser.add_argument("--engine", choices=("native", "reference"), default="native")
    options = parser.parse_args()
    counted = instructions(options.bundle, options.engine)
    print(f"{options.bundle}, {options.engine} engine: {counted:.2f} million instructions a request")


if __name__ == "__main__":
    main()
