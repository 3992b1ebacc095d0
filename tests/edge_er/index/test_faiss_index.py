"""Large catalogs: FAISS proposes, exact scores rank; the answers of an exact scan, from files that may be damaged."""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import make_bundle, require_packages

from catalog_tools.build.index_choice import MAPPED, with_index
from catalog_tools.build.popular_choice import with_popular
from edge_er.bundle.bundle import Bundle, read_bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.errors import BundleCorruptError, BundleError
from edge_er.index.exact import ExactIndex
from edge_er.index.faiss_index import INDEX_FILE, FaissIndex, IndexSettings
from edge_er.index.held_file import HeldFile
from edge_er.index.ngram_weights import NGRAMS_FILE, StoredNgramWeights, count_ngrams
from edge_er.index.stored_words import WORDS_FILE
from edge_er.index.two_level import POPULAR_FILE, TwoLevelIndex
from edge_er.resolver import EntityResolver
from edge_er.text.ngrams import NgramIndex
from edge_er.text.sound_codes import SoundCodes

require_packages("faiss")

FIRST = ["radio", "kiss", "onda", "cadena", "los", "ser", "clasica"]
SECOND = ["uno", "dos", "fm", "cero", "sol", "mar", "luz", "voz", "clasica", "kiss"]
RERANK = {
    "heard": 231,
    "sound_pieces": 47,
    "sound_forms": 0,
    "dense_forms": 256,
    "words": 16,
    "numbers": 2,
}  # as many as a large catalog weighs
QUERIES = ("pon la kiss uno 12", "onda cero cien", "cadena luz", "los mar 3", "kis fm", "radyo sol 4", "zzz")
ENTITIES = tuple(
    Entity(
        f"x{number:05}",
        f"{first} {second} {number % 50}",
        (f"{second} {first}",) if number % 3 == 0 else (),
        (),
        {"country": "ES" if number % 2 else "FR", "popularity": 1000 // (1 + number)},
    )
    for number, (first, second) in enumerate(
        (first, second) for first in FIRST for second in SECOND for _ in range(8)
    )
)


@pytest.fixture(scope="module")
def exact(encoder_files: dict[str, bytes]) -> Bundle:
    """A bundle with all evidence and an exact scan."""
    card = {**json.loads(encoder_files["encoder.json"]), "rerank": RERANK}
    return make_bundle(ENTITIES, {**encoder_files, "encoder.json": json.dumps(card).encode()})


@pytest.fixture(scope="module")
def large(exact: Bundle) -> Bundle:
    """The same with an index whose vectors stay in its file, and that misses nothing: all lists are read."""
    found = with_index(exact, "IVF16,SQ8", target=1.0)
    return found.with_manifest(index={**found.manifest["index"], "nprobe": 16, "reads": 600})


@pytest.fixture(scope="module")
def popular(large: Bundle) -> Bundle:
    """And with popular forms that are searched first."""
    return with_popular(large, 0.2)


@pytest.fixture(scope="module")
def large_dir(large: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written; read only."""
    path = tmp_path_factory.mktemp("large") / "big"
    write_bundle(path, large)
    return path


@pytest.fixture
def folder(popular: Bundle, tmp_path: Path) -> Path:
    """One with every file, that may be damaged."""
    write_bundle(tmp_path / "big", popular)
    return tmp_path / "big"


def answers(resolver: EntityResolver, **how: object) -> list[object]:
    found = [resolver.resolve(query, 5, **how) for query in QUERIES]  # type: ignore[arg-type]
    return [(one.decision, [(match.id, match.score) for match in one.matches]) for one in found]


def test_answers_and_scores_are_those_of_the_exact_scan(exact: Bundle, large_dir: Path) -> None:
    assert answers(EntityResolver.load(large_dir)) == answers(EntityResolver(exact))


def test_vectors_alone_give_the_same_too(exact: Bundle, large_dir: Path) -> None:
    found = answers(EntityResolver.load(large_dir, rerank=False))
    assert found == answers(EntityResolver(exact, rerank=False))


def test_several_texts_give_the_same(exact: Bundle, large_dir: Path) -> None:
    texts = [("pon la kiss uno", 2.0), ("kis uno 4", 1.0)]
    one, other = EntityResolver.load(large_dir), EntityResolver(exact)
    assert one.resolve(nbest=texts).matches == other.resolve(nbest=texts).matches


def test_explains_what_it_found(exact: Bundle, large_dir: Path) -> None:
    one, other = EntityResolver.load(large_dir), EntityResolver(exact)
    assert one.explain("onda cero cien", 3) == other.explain("onda cero cien", 3)


@pytest.mark.parametrize("how", [{"where": {"country": "FR"}}, {"ids": {"x00011", "x00400", "nobody"}}])
def test_filters_leave_the_others_out(large_dir: Path, how: dict[str, object]) -> None:
    resolver = EntityResolver.load(large_dir)
    allowed = {entity.id for entity in ENTITIES if entity.metadata["country"] == "FR"}
    if "ids" in how:
        allowed = {"x00011", "x00400"}
    for _, matches in answers(resolver, **how):  # type: ignore[misc]
        assert matches
        assert {found for found, _ in matches} <= allowed


def test_more_answers_than_the_pool_holds(large_dir: Path) -> None:
    """More entities are asked for than FAISS is asked to propose forms."""
    found = EntityResolver.load(large_dir).resolve("kiss uno", 500).matches
    assert len({match.id for match in found}) == 500
    filtered = EntityResolver.load(large_dir).resolve("kiss uno", 500, where={"country": "ES"}).matches
    assert len({match.id for match in filtered}) == len(ENTITIES) // 2


def test_personal_entries_beside_it(exact: Bundle, large_dir: Path) -> None:
    mine = [{"id": "c-1", "name": "Gym mix"}, {"id": "x00013", "name": "breakfast"}]
    one, other = (each.with_entries(mine) for each in (EntityResolver.load(large_dir), EntityResolver(exact)))
    assert answers(one) == answers(other)
    assert one.resolve("gym mix").matches[0].id == "c-1"
    assert one.resolve("breakfast").matches[0].id == "x00013"


def test_the_manifest_states_the_index_and_its_recall(large_dir: Path) -> None:
    index = read_bundle(large_dir).manifest["index"]
    assert index["kind"] == "faiss"
    assert index["factory"].startswith("IVF")
    assert index["recall"]["at_1"] == index["recall"]["at_64"] == index["recall"]["target"] == 1.0
    assert index["bytes_per_entity"] * len(ENTITIES) == pytest.approx(
        (large_dir / INDEX_FILE).stat().st_size, rel=0.01
    )


def test_popular_entities_are_found_first(popular: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "popular", popular)
    told = read_bundle(tmp_path / "popular").manifest["index"]["popular"]
    assert told["right"] >= 0.99
    assert told["exits"] > 0.05
    resolver = EntityResolver.load(tmp_path / "popular")
    for entity in (*ENTITIES[:5], *ENTITIES[-5:]):
        assert resolver.resolve(f"pon la {entity.name}").matches[0].id == entity.id


def test_vectors_stay_in_their_file(large_dir: Path) -> None:
    found = read_bundle(large_dir)
    assert isinstance(found.vectors, np.memmap)
    assert isinstance(found.index, HeldFile)
    assert found.word_postings is not None
    assert all(isinstance(array, np.memmap) for array in found.word_postings)


def test_a_bundle_that_is_replaced_answers_from_the_version_that_was_read(
    exact: Bundle, large: Bundle, large_dir: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(large_dir, tmp_path / "big"))
    found = read_bundle(folder)
    for name in (INDEX_FILE, "vectors.safetensors", "words.safetensors"):
        (tmp_path / "other").write_bytes(b"another version")
        (tmp_path / "other").replace(folder / name)
    assert answers(EntityResolver(found)) == answers(EntityResolver(exact))


def test_a_round_trip_gives_the_same_bytes(large_dir: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "again", read_bundle(large_dir))
    for file in large_dir.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_zip_is_read_into_memory(exact: Bundle, large: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "big.zip", large)
    assert answers(EntityResolver.load(tmp_path / "big.zip")) == answers(EntityResolver(exact))


@pytest.mark.parametrize("name", [INDEX_FILE, NGRAMS_FILE, POPULAR_FILE, WORDS_FILE, "vectors.safetensors"])
def test_damage_is_found_before_faiss_reads_it(folder: Path, name: str) -> None:
    file = folder / name
    whole, choose = file.read_bytes(), random.Random(1)
    for _ in range(30):
        place = choose.randrange(len(whole))
        file.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << choose.randrange(8)]) + whole[place + 1 :]
        )
        with pytest.raises(BundleCorruptError, match=name):
            read_bundle(folder)
    for changed in (b"", whole[:-1], whole + b"\0"):
        file.write_bytes(changed)
        with pytest.raises(BundleCorruptError, match=f"{name} is damaged"):
            read_bundle(folder)
    file.unlink()
    with pytest.raises(BundleCorruptError, match=f"{name} is missing"):
        read_bundle(folder)


def test_a_sealed_file_that_is_no_index(large: Bundle, tmp_path: Path) -> None:
    from dataclasses import replace

    for place in ("dir", "zip.zip"):
        write_bundle(tmp_path / place, replace(large, index=b"no index" * 100))
        with pytest.raises(BundleCorruptError, match=r"index\.faiss: faiss cannot read it"):
            EntityResolver.load(tmp_path / place)


def test_an_index_of_another_catalog(large: Bundle, exact: Bundle) -> None:
    from dataclasses import replace

    other = with_index(make_bundle(ENTITIES[:100], dict(exact.encoder_files)), "SQ8", target=0.1)
    with pytest.raises(BundleCorruptError, match=r"expected \d+ vectors of 24 dimensions, found 134 of 24"):
        EntityResolver(replace(large, index=other.index))


@pytest.mark.parametrize("missing", ["index", "ngram_counts", "word_postings"])
def test_a_manifest_that_tells_more_than_there_is(large: Bundle, missing: str) -> None:
    from dataclasses import replace

    with pytest.raises(BundleCorruptError, match="build the bundle again"):
        EntityResolver(replace(large, **{missing: None}))  # type: ignore[arg-type]


def test_without_faiss_the_error_names_the_extra(
    large_dir: Path, exact: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(BundleError, match=r"pip install '.*\[faiss\]'"):
        EntityResolver.load(large_dir)
    with pytest.raises(BundleError, match=r"pip install '.*\[faiss\]'"):
        with_index(exact, MAPPED)


@pytest.mark.parametrize(
    ("name", "value"),
    [("factory", 3), ("nprobe", -1), ("nprobe", True), ("reads", 0), ("candidates", None), ("reads", 2.5)],
)
def test_settings_that_make_no_sense(name: str, value: object) -> None:
    good = {"factory": "SQ8", "nprobe": 0, "reads": 64, "candidates": 64}
    assert IndexSettings.from_manifest(good).to_dict() == good
    with pytest.raises(BundleCorruptError, match=f"index.{name}: expected"):
        IndexSettings.from_manifest({**good, name: value})


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Few distinct values, so that ties and repeated entities are the rule."""
    forms, dim = draw(st.integers(1, 60)), draw(st.sampled_from([2, 4]))
    values = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vectors = values.integers(-3, 3, (forms, dim), endpoint=True).astype(np.int8)
    owners = np.sort(values.integers(0, draw(st.integers(1, forms)), forms))
    form_entity = np.unique(owners, return_inverse=True)[1].astype(np.int32)
    queries = values.integers(-3, 3, (3, dim), endpoint=True).astype(np.int8)
    return vectors, form_entity, queries, draw(st.integers(1, 70))


def flat(vectors: np.ndarray, form_entity: np.ndarray, reads: int) -> FaissIndex:
    """An index that proposes the nearest `reads` forms exactly."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors.astype(np.float32))
    return FaissIndex(vectors, form_entity, index, IndexSettings("Flat", 0, reads, 8))


@settings(max_examples=150)
@given(catalogs())
def test_scores_are_those_of_the_exact_scan(catalog: tuple[np.ndarray, np.ndarray, np.ndarray, int]) -> None:
    """With everything proposed also the order, ties and all."""
    vectors, form_entity, queries, k = catalog
    exact = ExactIndex(vectors, form_entity).search(queries, k)
    large = flat(vectors, form_entity, len(vectors)).search(queries, k)
    assert exact[1].tolist() == large[1].tolist()
    index = flat(vectors, form_entity, len(vectors))
    for query, entities, scores in zip(
        queries, *ExactIndex(vectors, form_entity).search(queries, k), strict=True
    ):
        forms, dots = index.nearest_forms(query, len(vectors))
        best = {}
        for form, dot in zip(forms.tolist(), dots.tolist(), strict=True):
            best.setdefault(int(form_entity[form]), dot)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]
        assert ranked == list(zip(entities.tolist(), scores.tolist(), strict=True))


@settings(max_examples=100)
@given(catalogs(), st.integers(-30, 30))
def test_popular_forms_never_change_the_first_score_above_the_floor(
    catalog: tuple[np.ndarray, np.ndarray, np.ndarray, int], floor: int
) -> None:
    """A request either ends at a popular form that reaches the floor, or is answered as if there were none."""
    vectors, form_entity, queries, k = catalog
    whole = flat(vectors, form_entity, len(vectors))
    popular = np.flatnonzero(form_entity < max(form_entity.max() // 2, 1)).astype(np.int32)
    index = TwoLevelIndex(whole, popular, floor)
    for query in queries:
        forms, dots = index.nearest_forms(query, min(k, len(vectors)))
        ended = set(forms.tolist()) <= set(popular.tolist()) and dots[0] >= floor
        full_forms, full_dots = whole.nearest_forms(query, min(k, len(vectors)))
        assert ended or (forms.tolist(), dots.tolist()) == (full_forms.tolist(), full_dots.tolist())
        head = vectors[popular].astype(int) @ query.astype(int)
        if ended:
            assert dots.tolist() == sorted(head.tolist(), reverse=True)[: len(dots)]


def test_popular_forms_that_are_none(large: Bundle) -> None:
    index = flat(large.vectors, large.form_entity, 64)
    for wrong in ([1, 1], [3, 2], [-1, 5], [0, len(large.vectors)]):
        with pytest.raises(BundleCorruptError, match="ascending indices"):
            TwoLevelIndex(index, np.array(wrong, np.int32), 5)


def test_weights_of_counted_ngrams_are_those_of_the_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = [entity.name for entity in ENTITIES[:200]] + ["إذاعة الشرق", "a"]
    monkeypatch.setattr("edge_er.index.ngram_weights._FORMS_AT_ONCE", 37)
    counted = StoredNgramWeights(len(forms), count_ngrams(forms, "es"))
    whole = NgramIndex(SoundCodes("es").all(forms))
    assert whole.counts()
    for ngram in [*whole.counts(), "qqq"]:
        assert counted.weight(ngram) == whole.weight(ngram), ngram


def test_the_command_line_says_how_it_is_searched(
    popular: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    from edge_er.cli.tables import print_bundle

    print_bundle(Path("big"), {**popular.manifest, "files": {}, "size_bytes": 1, "budget_bytes": None})
    told = " ".join(capsys.readouterr().out.split())
    assert "index: faiss IVF16,SQ8, Recall@1 1.0000, Recall@64 1.0000 of an exact scan" in told
    assert "20.0% of entities searched first" in told
