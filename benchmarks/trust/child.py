"""python -m benchmarks.trust.child WORK: a case a line from standard input, its verdict a line; see `children`."""

from __future__ import annotations

import base64
import json
import sys
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.delta import apply_delta
from edge_er.bundle.trust import trust_of
from edge_er.decision.resolution import Resolution
from edge_er.errors import EdgeERError
from edge_er.resolver import EntityResolver

ASKED = ("pon la cadena ser", "los cuarenta", "kiss fm", "zzz", "🎵", "")
LONGEST = 1000  # characters of an answer or an error


class RefusedLateError(Exception):
    """An error of the package that only a request found."""


class Child:
    """Runs cases in a folder."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.kept: dict[str, EntityResolver] = {}

    def verdict(self, given: Mapping[str, Any]) -> str:
        """Verdict, answer or error, and nanoseconds, with tabs between them."""
        before = self._change(given.get("change", ()))
        began = time.perf_counter_ns()
        try:
            verdict, text = "answered", self.run(given)
        except EdgeERError as error:
            verdict, text = "refused", _text(error)
        except RefusedLateError as error:
            verdict, text = "late", _text(error.__cause__)
        except Exception as error:
            verdict, text = "foreign", _text(error)
        took = time.perf_counter_ns() - began
        for file, data in before.items():
            file.write_bytes(data)
        return f"{verdict}\t{text[:LONGEST]}\t{took}"

    def run(self, given: Mapping[str, Any]) -> str:
        """What a case is answered with."""
        place, keys = self.work / given["place"], given.get("keys")
        if "delta" in given:
            applied = apply_delta(place, self.work / given["delta"], trusted_keys=keys)
            return str(applied.changed)
        resolver = self.kept.get(given["place"]) if given.get("keep") else None
        if resolver is None:
            trust = trust_of(given.get("sha256"), keys)
            resolver = EntityResolver(read_bundle(place, trust))
            if given.get("keep"):
                self.kept[given["place"]] = resolver
        if "personal" in given:
            return self._personal(resolver, self.work / given["personal"])
        if "ask" in given:
            try:
                return _ask(resolver, given["ask"])
            except (ValueError, TypeError) as error:
                if type(error) in (ValueError, TypeError):  # of an argument, as documented
                    raise EdgeERError(str(error)) from error
                raise
        if "load" in given:
            return ""
        try:
            return _few(resolver) if "few" in given else _asked(resolver)
        except EdgeERError as error:
            raise RefusedLateError from error

    def _personal(self, resolver: EntityResolver, file: Path) -> str:
        mine = resolver.with_entries(file)
        mine.resolve("call mum")
        mine.save(self.work / "saved.jsonl")
        again = resolver.with_entries(self.work / "saved.jsonl")
        return "same" if again.own_entries == mine.own_entries else "other"

    def _change(self, changes: list[dict[str, Any]]) -> dict[Path, bytes]:
        """Make the changes; the contents of these files before."""
        before = {}
        for change in changes:
            file = self.work / change["file"]
            data = before[file] = file.read_bytes() if file.exists() else b""
            if "cut" in change:
                data = data[: change["cut"]]
            elif "flip" in change:
                at = change["flip"]
                data = data[:at] + bytes([data[at] ^ change["by"]]) + data[at + 1 :]
            else:
                data = base64.b64decode(change["data"])
            file.write_bytes(data)
        return before


def _few(resolver: EntityResolver) -> str:
    """What a resolver answers to the first request, where many cases are asked."""
    resolver.suggest(ASKED[0])
    return _shown(resolver.resolve(ASKED[0]))


def _asked(resolver: EntityResolver) -> str:
    answers = []
    for request in ASKED:
        answers.append(_shown(resolver.resolve(request)))
        resolver.resolve(request, 3, typed=True)
        resolver.explain(request)
        resolver.suggest(request)
    resolver.with_entries([{"name": "Mum"}], {"es-1": 3}).resolve("mum")
    try:
        resolver.selftest()
    except EdgeERError:
        answers.append(" ")  # other golden answers
    return "".join(answers)


def _ask(resolver: EntityResolver, ask: Mapping[str, Any]) -> str:
    options = {name: ask[name] for name in ("where", "ids") if name in ask}
    if "suggest" in ask:
        return f"{len(resolver.suggest(_repeated(ask['suggest']), **options))} suggestions"
    if "nbest" in ask:
        return _shown(resolver.resolve(nbest=[_repeated([text, 1]) for text in ask["nbest"]], **options))
    return _shown(resolver.resolve(_repeated(ask["resolve"]), **options))


def _repeated(text: list[Any]) -> str:
    """A text, in UTF-16 and base 64 for it may have halves of characters, and how often it is repeated."""
    return base64.b64decode(text[0]).decode("utf-16-le", "surrogatepass") * int(text[1])


def _shown(answer: Resolution) -> str:
    matches = ",".join(f"{match.id} {match.score:.4f}{match.name}" for match in answer.matches)
    return " ".join(f"{answer.decision}[{matches}];".split())


def _text(error: BaseException | None) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def main() -> None:
    """Answer cases until there are no more."""
    warnings.simplefilter("ignore")
    child = Child(Path(sys.argv[1]))
    for line in sys.stdin:
        sys.stdout.buffer.write(f"{child.verdict(json.loads(line))}\n".encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
