"""A file of rows that grows batch by batch; a run that was killed can go on with it.

``OUT.part`` holds the rows, ``OUT.part.json`` how much of it is whole and the settings it was made with. A batch counts
once the latter lists it: what a killed run wrote after that is cut off. At the end the part takes the place of ``OUT``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import check_file, write_json
from edge_er.errors import CatalogError

__all__ = ["VoiceFile"]


class VoiceFile:
    """Rows on their way to ``out``.

    Args:
        out: JSONL; each batch is a gzip member of its own where the name ends in ``.gz``.
        settings: what rows depend on; JSON values.
        resume: go on with the part that lies there, if there is one.

    Raises:
        CatalogError: a part lies there and ``resume`` was not asked for, or it has other settings, or is damaged.
        OSError: ``out`` cannot be written.
    """

    def __init__(self, out: Path, settings: Mapping[str, Any], resume: bool) -> None:
        self._out = out
        self._part = out.with_name(out.name + ".part")
        self._state = out.with_name(out.name + ".part.json")
        self.done = self.rows = self._bytes = 0
        self._settings = {key: _digest(value) for key, value in settings.items()}
        if self._state.exists():
            if not resume:
                raise CatalogError(
                    "a run was broken off here; go on with --resume, or delete this file", file=self._state
                )
            self._go_on()
        check_file(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        with self._part.open("ab") as file:
            if file.tell() < self._bytes:
                raise CatalogError("shorter than its .json says; delete both and begin anew", file=self._part)
            file.truncate(self._bytes)

    def _go_on(self) -> None:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
            self.done, self.rows, self._bytes = (int(state[key]) for key in ("done", "rows", "bytes"))
            before = dict(state["settings"])
        except (ValueError, KeyError, TypeError) as error:
            raise CatalogError(f"damaged ({error}); delete it and begin anew", file=self._state) from error
        other = sorted(key for key in self._settings if before.get(key) != self._settings[key])
        if other:
            raise CatalogError(
                f"the run that was broken off had other {', '.join(other)}; ask for the same, or delete this file",
                file=self._state,
            )

    def append(self, rows: Sequence[Mapping[str, Any]], utterances: int) -> None:
        """Write the rows of a batch of ``utterances``; on disk when this returns."""
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        data = gzip.compress(text, mtime=0) if self._out.suffix == ".gz" else text
        with self._part.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.done += utterances
        self.rows += len(rows)
        self._bytes += len(data)
        state = {"done": self.done, "rows": self.rows, "bytes": self._bytes, "settings": self._settings}
        write_json(self._state, state)

    def finish(self) -> None:
        """Put the part in the place of the file."""
        self._part.replace(self._out)
        self._state.unlink(missing_ok=True)


def _digest(value: Any) -> Any:
    """Short values as JSON reads them again, long ones by their SHA-256."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text) if len(text) < 100 else hashlib.sha256(text.encode()).hexdigest()
