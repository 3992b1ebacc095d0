"""Unlabelled English sentences to distil on, and the seven STS sets that a distilled encoder is measured with.

Sentences come from WordNet's definitions and examples (Debian package ``wordnet-base``) and from the data folder:
assistant utterances, news and encyclopedia sentences of pair tasks, without their labels. As in the SimTDE paper
(section 4.1) the STS sets are for testing only: no sentence of theirs is trained on, nor one that differs from it in
case, accents or punctuation alone.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_er.errors import EdgeERError
from edge_er.text.canonical import canonical_text
from edge_er.training.data.pool import read_rows

__all__ = [
    "STS_SETS",
    "ScoredPair",
    "sts_sets",
    "substituted",
    "training_sentences",
    "unseen_by",
    "wordnet_senses",
]

STS_SETS = ("STS12", "STS13", "STS14", "STS15", "STS16", "SICK-R", "STS-B")
WORDNET_FILES = ("data.adj", "data.adv", "data.noun", "data.verb")
SHORTEST, LONGEST = 3, 40  # words
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")


@dataclass(frozen=True)
class ScoredPair:
    """Two sentences, how similar people found them, and the part of the set they are from."""

    first: str
    second: str
    score: float
    subset: str


@dataclass(frozen=True)
class Sense:
    """A WordNet sense: words that share it, its definition, and sentences that use one of them."""

    words: tuple[str, ...]
    definition: str
    examples: tuple[str, ...]


def sts_sets(folder: Path) -> dict[str, list[ScoredPair]]:
    """The test pairs of STS12 to STS16, SICK-R and STS-B (English), by the names of ``STS_SETS``."""
    sets: dict[str, list[ScoredPair]] = {name: [] for name in STS_SETS}
    for year, subset, score, first, second in _table(folder / "sts" / "sts12_16.tsv.gz"):
        if subset.endswith(".test"):
            sets[f"STS{int(year) % 100}"].append(
                ScoredPair(first, second, float(score), subset.removesuffix(".test"))
            )
    for row in _table(folder / "sts" / "SICK_test_annotated.txt.gz", heading=True):
        sets["SICK-R"].append(ScoredPair(row[1], row[2], float(row[3]), "SICK"))
    with gzip.open(folder / "sts" / "stsb_multi" / "stsb-en-test.csv.gz", "rt", encoding="utf-8") as lines:
        for first, second, score in csv.reader(lines):
            sets["STS-B"].append(ScoredPair(first, second, float(score), "STS-B"))
    return sets


def _table(path: Path, heading: bool = False) -> Iterator[list[str]]:
    """Rows of a tab-separated file without quoting."""
    if not path.is_file():
        raise EdgeERError(
            f"{path}: no such file; sentences are read from the data folder, --data or EDGE_ER_DATA"
        )
    with gzip.open(path, "rt", encoding="utf-8-sig") as lines:
        if heading:
            next(lines)
        for line in lines:
            yield line.rstrip("\n").split("\t")


def wordnet_senses(folder: Path) -> Iterator[Sense]:
    """The senses of WordNet's data files, whose format wndb(5WN) describes.

    Raises:
        EdgeERError: a data file is missing.
    """
    for name in WORDNET_FILES:
        path = folder / name
        if not path.is_file():
            raise EdgeERError(
                f"{path}: no such file; the Debian package wordnet-base brings /usr/share/wordnet"
            )
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):  # the licence
                continue
            fields, _, gloss = line.partition(" | ")
            parts = fields.split()
            count = int(parts[3], 16)
            words = tuple(
                re.sub(r"\(\w+\)$", "", word).replace("_", " ") for word in parts[4 : 4 + 2 * count : 2]
            )
            definition = gloss.split('"')[0].strip(" ;:")
            examples = (quoted.strip(" ;") for quoted in gloss.split('"')[1::2])
            yield Sense(words, definition, tuple(example for example in examples if example))


def unseen_by(tests: Iterable[str], sentences: Iterable[str]) -> list[str]:
    """``sentences`` in their order, once each, without those whose canonical text is that of one of ``tests``."""
    taken = {canonical_text(text) for text in tests}
    kept = []
    for sentence in sentences:
        key = canonical_text(sentence)
        if key and key not in taken:
            taken.add(key)
            kept.append(sentence)
    return kept


def _written(folder: Path) -> Iterator[str]:
    """Sentences of the data folder that may be trained on: not SICK and XNLI, which are for evaluation only."""
    for spoken in read_rows(folder / "massive" / "en-US.jsonl.gz"):
        yield spoken["utt"]
    for spoken in read_rows(folder / "slurp" / "slurp_test_asr_pairs.jsonl.gz"):
        yield spoken["gold"]
    for part in ("train", "val", "test"):
        for row in _table(folder / "sts" / f"msr-para-{part}.tsv.gz", heading=True):
            yield from row[3:5]
    for task in ("RTE", "WNLI"):
        for part in ("train", "dev", "test"):
            for row in _table(folder / "pairs" / "glue_small" / f"{task}_{part}.tsv.gz", heading=True):
                yield from row[1:3]
    for part in ("dev", "test"):
        for row in _table(folder / "pairs" / "pawsx" / f"{part}-en.tsv.gz"):
            yield from row[:2]


def substituted(sentence: str, synonyms: dict[str, list[str]], rng: random.Random, share: float = 0.3) -> str:
    """``sentence`` with some words replaced by a synonym, as in the HPD paper: ``share`` of those that have any."""
    words = sentence.split()
    for place, word in enumerate(words):
        bare = word.strip(".,;:!?\"'()").lower()
        if bare in synonyms and rng.random() < share:
            words[place] = word.lower().replace(bare, rng.choice(synonyms[bare]))
    return " ".join(words)


def _synonyms(senses: Iterable[Sense]) -> dict[str, list[str]]:
    """For each single word the other words of its first sense."""
    synonyms: dict[str, list[str]] = defaultdict(list)
    for sense in senses:
        for word in sense.words:
            others = [other for other in sense.words if other.lower() != word.lower()]
            if others and " " not in word and len(word) > 3:
                synonyms.setdefault(word.lower(), others)
    return synonyms


def training_sentences(folder: Path, wordnet: Path, variants: int = 0, seed: int = 1) -> list[str]:
    """Every sentence to train on, of 3 to 40 words, none of them in an STS test set.

    Args:
        folder: the data folder.
        wordnet: folder of WordNet's data files.
        variants: how many copies with substituted synonyms each sentence brings along.
        seed: of the substitutions.
    """
    senses = list(wordnet_senses(wordnet))
    glosses = (text for sense in senses for text in (sense.definition, *sense.examples))
    written = (part for text in _written(folder) for part in END.split(text))
    plain = [text for text in (*glosses, *written) if SHORTEST <= len(text.split()) <= LONGEST]
    rng, synonyms = random.Random(seed), _synonyms(senses)
    more = [substituted(text, synonyms, rng) for _ in range(variants) for text in plain]
    tests = (
        text for pairs in sts_sets(folder).values() for pair in pairs for text in (pair.first, pair.second)
    )
    return unseen_by(tests, [*plain, *more])
