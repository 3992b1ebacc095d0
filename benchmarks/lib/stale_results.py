"""Write benchmarks/results/stale.md: results that are older than the models they measure, and how to make them again.

python -m benchmarks.lib.stale_results
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.lib.measured_models import changed_models
from benchmarks.lib.results_file import RESULTS
from tools.documents import markdown_table

__all__ = ["document", "stale_results"]

LIST = "stale.md"


def stale_results() -> dict[str, tuple[list[str], str]]:
    """By name of the result: the models that have changed since, and the command that makes it again."""
    stale = {}
    for file in sorted(RESULTS.glob("*.json")):
        result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if changed := changed_models(result):
            stale[file.stem] = changed, result["command"]
    return stale


def document() -> str:
    """The text of the list."""
    rows = [
        [f"[{name}]({name}.md)", ", ".join(changed), f"`{command}`"]
        for name, (changed, command) in stale_results().items()
    ]
    parts = [
        "# Results older than their models",
        "Made by `python -m benchmarks.lib.stale_results`. A result file has the checksums of the shipped models that "
        "it measures. Of these results a model has changed since; or, where that is unknown, they were made before "
        "checksums were kept, and a model that they read has changed. Their figures are those of the older models.",
        markdown_table(["result", "changed since", "to make it again"], rows) if rows else "None.",
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the list."""
    (RESULTS / LIST).write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
