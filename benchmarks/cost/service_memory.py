"""The memory of the service over a million requests, after each tenth of them.

    python -m benchmarks.cost.service_memory
    python -m benchmarks.cost.service_memory --requests 20000      # a look

Eight connections ask names of the bundle. It takes no times, so that other work on the machine does not matter; the
result is written after each tenth, with the number of requests until then.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from benchmarks.cost.service import BUNDLE, load, resident, service
from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import markdown_table, write_result
from edge_er.bundle.bundle import find_bundle

CONNECTIONS, PARTS = 8, 10


def table(noted: Sequence[dict[str, Any]]) -> str:
    """The figures as Markdown; the first row is the service before the load."""
    rows = [[f"{each['requests']:,}", f"{each['mb']:.1f}", f"{each['failures']:,}"] for each in noted]
    return "\n\n".join(
        [
            "# The memory of the service",
            f"`{BUNDLE}`, {CONNECTIONS} connections, after 500 requests to warm up.",
            markdown_table(["requests", "MB of memory", "failures"], rows),
        ]
    )


def main() -> None:
    """Ask, and write the result files after each part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1_000_000)
    options = parser.parse_args()
    uses(BUNDLE)
    with service(find_bundle(BUNDLE), 2.0) as (port, process):
        load(port, 1, 500)
        noted: list[dict[str, Any]] = [{"requests": 0, "mb": resident(process), "failures": 0}]
        for _ in range(PARTS):
            found = load(port, CONNECTIONS, options.requests // PARTS)
            last = noted[-1]
            asked, failures = last["requests"] + found["requests"], last["failures"] + found["failures"]
            noted.append({"requests": asked, "mb": resident(process), "failures": failures})
            write_result("cost.service_memory", "service_memory", {"noted": noted}, table(noted))
    print(table(noted))


if __name__ == "__main__":
    main()
