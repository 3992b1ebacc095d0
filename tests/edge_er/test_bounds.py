"""What comes from outside is read up to a bound, and costs no more beyond it."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import ENTITIES

from edge_er.bundle.bundle import Bundle, read_bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.json_text import parse_json
from edge_er.constants import BOUNDS, ENTITY
from edge_er.decision.nbest import texts_and_weights
from edge_er.errors import BundleCorruptError, BundleError, CatalogError, FilterError
from edge_er.personal import entry_of
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text, request_text


def test_the_bounds_are_those_of_the_specification() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "request.md").read_text(encoding="utf-8")
    for value in (BOUNDS.raw_text, BOUNDS.text, BOUNDS.texts, BOUNDS.filter_values):
        assert f"{value:,}" in page
    page = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "bundle.md").read_text(encoding="utf-8")
    for value in (BOUNDS.manifest_bytes, BOUNDS.manifest_levels, ENTITY.longest_name):
        assert f"{value:,}" in page


@given(st.text(max_size=30), st.integers(0, 1200))
def test_a_request_is_read_to_its_bound(text: str, times: int) -> None:
    whole, read = canonical_text(text * times), request_text(text * times)
    assert whole.startswith(read)
    assert len(read) <= BOUNDS.text
    assert len(read) >= min(len(whole), BOUNDS.text - 1)
    assert read == read.strip(" ")


PIECES = (
    "a",
    "b. ",
    "l' ",
    "l'",
    "1.000.",
    "12",
    ",",
    " ",
    "''",
    "\u0301",
    "é",
    "zz ",
    "ñ5",
    "電視",
    "😀",
    "\ud800",
    "& ",
)


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 1500)), max_size=6), st.integers(0, 2100))
def test_a_long_request_is_read_as_far_as_needed(parts: list[tuple[str, int]], shift: int) -> None:
    text = "x " * (shift % 40) + "".join(piece * times for piece, times in parts) + "y" * (shift // 40)
    assert request_text(text) == canonical_text(text)[: BOUNDS.text].rstrip(" ")


def test_a_request_of_a_megabyte_is_not_read_to_its_end() -> None:
    class Counted(str):
        read = 0

        def __getitem__(self, part: object) -> str:
            found = super().__getitem__(part)  # type: ignore[index]
            Counted.read += len(found)
            return found

    for piece in ("l'", "b. ", "zz ", "1.000."):
        Counted.read = 0
        assert len(request_text(Counted(piece * 300_000))) >= BOUNDS.text - 1
        assert Counted.read < 20_000


@pytest.mark.parametrize("piece", ["😀", "\ud800", " ", "-"])
def test_of_a_text_without_letters_no_more_is_looked_at(piece: str) -> None:
    near, far = BOUNDS.raw_text - 3, BOUNDS.raw_text + 7
    assert request_text(piece * near + "abcde") == "abc"
    assert request_text(piece * far + "abcde") == ""


def test_what_follows_the_bound_changes_nothing(resolver: EntityResolver) -> None:
    filler = "zz " * 333 + "x"  # 1,000 characters
    assert len(canonical_text(filler)) == BOUNDS.text
    assert resolver.resolve(filler + " pon la cadena ser").matches == resolver.resolve(filler).matches
    assert resolver.suggest(filler + " cadena") == resolver.suggest(filler + " kiss")
    assert resolver.resolve("pon la cadena ser " + "zz " * 100_000).matches


def test_texts_of_an_utterance() -> None:
    assert len(texts_and_weights(None, ["a"] * BOUNDS.texts)[0]) == BOUNDS.texts
    with pytest.raises(ValueError, match="64 texts in nbest at most"):
        texts_and_weights(None, ["a"] * (BOUNDS.texts + 1))
    with pytest.raises(ValueError, match="64 texts in nbest at most"):
        texts_and_weights(None, repeat("a"))  # it has no end


@pytest.mark.parametrize("weights", [[1e308, 1e308], [1.7e308, 1.7e308, 1.0]])
def test_weights_that_cannot_be_added_are_refused(resolver: EntityResolver, weights: list[float]) -> None:
    with pytest.raises(ValueError, match="sum that is too large"):
        resolver.resolve(nbest=[("cadena ser", weight) for weight in weights])
    assert resolver.resolve(nbest=[("cadena ser", 1e308), ("ser", 1e300)]).best.id == "es-1"  # type: ignore[union-attr]


def test_values_of_a_filter(resolver: EntityResolver) -> None:
    often = resolver.resolve("cadena ser", where={"country": ["ES"] * 100_000 + ["FR"]})
    assert often.matches == resolver.resolve("cadena ser", where={"country": ["ES", "FR"]}).matches
    many = [f"X{number}" for number in range(BOUNDS.filter_values)]
    assert not resolver.resolve("cadena ser", where={"country": many}).matches
    with pytest.raises(FilterError, match="1,000 distinct values at most, found 1,001"):
        resolver.resolve("cadena ser", where={"country": [*many, "ES"]})
    assert resolver.resolve("cadena ser", ids=[*map(str, range(5000)), "es-1"]).matches[0].id == "es-1"


def test_names_of_own_entries() -> None:
    assert entry_of({"name": "a" * 1000, "aliases": ["b" * 1000]}).aliases == ("b" * 1000,)
    for entry in (
        {"name": "a" * 1001},
        {"name": "a", "aliases": ["b" * 1001]},
        {"name": "a", "spoken": "b" * 1001},
    ):
        with pytest.raises(CatalogError, match="1 to 1000 characters"):
            entry_of(entry)


@pytest.mark.parametrize("levels", [BOUNDS.manifest_levels, BOUNDS.manifest_levels + 1, 100_000])
def test_levels_of_json(levels: int) -> None:
    for text in ("[" * levels + "]" * levels, '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)):
        if levels == BOUNDS.manifest_levels:
            parse_json(text)
        else:
            with pytest.raises(ValueError, match="64 objects and lists"):
                parse_json(text)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '"\\ud800"', '{"\\uDC00": 1}', b'"\xff"', "[1,]", ""])
def test_what_other_runtimes_do_not_read_is_no_json(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        parse_json(text)
    assert parse_json('"\\ud83d\\ude00"') == "😀"


def resealed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest as anybody can who knows the format."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_bytes())
    change(manifest)
    for name, entry in manifest["files"].items():
        data = (folder / name).read_bytes()
        entry.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    manifest["manifest_sha256"] = "0" * 64
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    file.write_text(text.replace("0" * 64, hashlib.sha256(text.encode()).hexdigest(), 1), encoding="utf-8")


@pytest.mark.parametrize("stated", [True, False])
def test_entities_are_unpacked_to_their_bound(bundle_dir: Path, tmp_path: Path, stated: bool) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    lines = gzip.decompress((folder / "entities.jsonl.gz").read_bytes())
    assert read_bundle(folder).manifest["bounds"] == {"entities.jsonl.gz": len(lines)}
    (folder / "entities.jsonl.gz").write_bytes(gzip.compress(lines + b" " * 50_000_000))
    resealed(folder, lambda manifest: None if stated else manifest.pop("bounds"))
    with pytest.raises(BundleCorruptError, match=r"entities\.jsonl\.gz: expected [\d,]+ bytes at most"):
        read_bundle(folder)


@pytest.mark.parametrize("extra", [b"\0", gzip.compress(b"x\n", mtime=0)], ids=["a byte", "a member"])
def test_packed_entities_are_one_member(bundle_dir: Path, tmp_path: Path, extra: bytes) -> None:
    folder = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    with (folder / "entities.jsonl.gz").open("ab") as file:
        file.write(extra)
    resealed(folder, lambda _: None)
    with pytest.raises(BundleCorruptError, match="something follows it"):
        read_bundle(folder)


def test_a_manifest_that_no_reader_takes_is_not_written(bundle: Bundle, tmp_path: Path) -> None:
    large = bundle.with_manifest(recipe={"given_spoken": {f"entity {n}": n for n in range(200_000)}})
    with pytest.raises(BundleError, match="4,000,000 bytes at most"):
        write_bundle(tmp_path / "b", large, None)
    assert not list(tmp_path.iterdir())


def test_a_catalog_may_have_names_of_the_bound(encoder_files: dict[str, bytes], tmp_path: Path) -> None:
    from tiny import make_bundle

    long = Entity("zz", "a" * 1000, ("b" * 1000,))
    write_bundle(tmp_path / "b", make_bundle((*ENTITIES, long), encoder_files))
    assert read_bundle(tmp_path / "b").entities[-1] == long
