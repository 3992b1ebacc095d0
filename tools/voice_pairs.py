r"""models/voice_pairs: training names spoken by many voices and heard by several recognisers.

    python -m tools.voice_pairs speak --work build/voice_pairs --whisper WHISPER-BASE --whisper-en WHISPER-TINY.EN \
        --piper VOICE.onnx [--only en it]
    python -m tools.voice_pairs collect --work build/voice_pairs

`speak` makes what `JOBS` lists with the engines of `edge-er voice`, in slices: each has a share of every voice,
language and recogniser, so that a run that is broken off leaves a mixture in proportion. The next run goes on with it.
`collect` writes the slices that are whole to models/voice_pairs, a file a language.

Names are those of the data folder's training requests: none that `voice` dev or `people` ask for, under any spelling. A
tenth of the name clusters, stations of the shipped catalogs, is for judging (split dev): no cost or weight is fitted on
them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog_tools.language.name_split import held_out, name_cluster
from catalog_tools.radio import CATALOG_COUNTRIES
from catalog_tools.voice.engines import Speaker, find_speaker
from catalog_tools.voice.recognisers import Recogniser, find_recogniser
from catalog_tools.voice.simulation import VoiceSettings, simulate
from edge_er.bundle.atomic import write_file
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import data_folder
from edge_er.text.canonical import canonical_text
from edge_er.training.data.sources import read_rows

__all__ = ["FOLDER", "JOBS", "JUDGED_SHARE", "Job", "jobs", "judged_names", "main", "training_names"]

FOLDER = Path(__file__).resolve().parents[1] / "models" / "voice_pairs"
JUDGED_SHARE = 0.10  # of the name clusters, only for judging
SLICES, SEED, WINDOW_S, NBEST = 40, 16, 8.0, 4
STATION_SHARE = 0.6  # of the names to learn from
BASE, TINY, SPHINX = "whisper-base", "whisper-tiny.en", "pocketsphinx"
RECOGNISERS = {BASE: 1.0, TINY: 0.5, SPHINX: 0.25}  # share of a voice's names to learn from that each hears


@dataclass(frozen=True)
class Job:
    """A voice of a language: engine, one voice of it or None, utterances to learn from and to judge by."""

    lang: str
    engine: str
    voice: str | None
    learned: int
    judged: int

    @property
    def name(self) -> str:
        """Engine and voice, as rows and files name them."""
        return f"{self.engine} {self.voice}" if self.voice else self.engine


JOBS = (
    Job("en", "espeak-ng", None, 1000, 200),
    Job("en", "festival", "cmu_us_slt_arctic_hts", 700, 200),
    Job("en", "festival", "kal_diphone", 500, 0),
    Job("en", "flite", None, 1000, 200),
    Job("en", "piper", None, 1000, 200),
    Job("en", "ttspico", None, 600, 200),
    Job("it", "espeak-ng", None, 1000, 250),
    Job("it", "festival", "lp_diphone", 900, 250),
    Job("it", "festival", "pc_diphone", 900, 250),
    Job("it", "ttspico", None, 400, 250),
    *(
        job
        for lang in ("de", "es", "fr")
        for job in (Job(lang, "espeak-ng", None, 2000, 250), Job(lang, "ttspico", None, 500, 250))
    ),
)


def jobs(only: Sequence[str] = ()) -> Iterator[tuple[Job, str]]:
    """Each voice with each recogniser that hears it; of one language, or of all."""
    for job in JOBS:
        for recogniser in RECOGNISERS if job.lang == "en" else (BASE,):
            if not only or job.lang in only:
                yield job, recogniser


def _training_rows(data: Path) -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    """By language: the rows of the names that neither `voice` dev nor `people` asks for, the first of each name."""
    kept: set[str] = set()
    for file in sorted((data / "people" / "dev").glob("*.jsonl.gz")):
        for row in read_rows(file):
            meant = row["entity"] if isinstance(row["entity"], list) else [row["entity"]]
            kept.update(map(name_cluster, meant))
    rows = list(read_rows(data / "voice" / "voice.jsonl.gz"))
    kept.update(name_cluster(row["entity"]) for row in rows if row["split"] == "dev")
    names: dict[str, dict[tuple[str, str], dict[str, Any]]] = {lang: {} for lang in CATALOG_COUNTRIES}
    for row in rows:
        if (
            row["split"] == "train"
            and name_cluster(row["entity"]) not in kept
            and canonical_text(row["entity"])
        ):
            names[row["lang"]].setdefault((row["domain"], row["entity"]), row)
    return names


def training_names(rows: list[dict[str, Any]], count: int, seed: str) -> list[Entity]:
    """``count`` names to learn from, or all: `STATION_SHARE` stations, the rest of other domains."""
    free = [row for row in rows if not held_out(name_cluster(row["entity"]), JUDGED_SHARE)]
    stations = [row for row in free if row["domain"] == "station"]
    others = [row for row in free if row["domain"] != "station"]
    rng = random.Random(seed)
    wanted = round(count * STATION_SHARE)
    chosen = rng.sample(stations, min(wanted, len(stations)))
    chosen += rng.sample(others, min(count - len(chosen), len(others)))
    rng.shuffle(chosen)
    return [_entity(row) for row in chosen]


def judged_names(rows: list[dict[str, Any]], lang: str, count: int) -> list[Entity]:
    """At most ``count`` stations of a shipped catalog to judge by, the same for every voice."""
    held = [
        row
        for row in rows
        if row["domain"] == "station"
        and row["country"] in CATALOG_COUNTRIES[lang]
        and held_out(name_cluster(row["entity"]), JUDGED_SHARE)
    ]
    return [_entity(row) for row in random.Random(SEED).sample(held, min(count, len(held)))]


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(row["domain"] + "/" + row["entity"], row["entity"], metadata={"country": row["country"]})


@dataclass(frozen=True)
class _Engines:
    """The files of the models."""

    whisper: Path
    whisper_en: Path
    piper: Path

    def speaker(self, job: Job) -> Speaker:
        return _speaker(job.engine, job.lang, job.voice, self.piper)

    def recogniser(self, name: str, lang: str, nbest: int) -> Recogniser:
        model = {BASE: self.whisper, TINY: self.whisper_en, SPHINX: None}[name]
        return _recogniser(name.partition("-")[0], lang, model, nbest)


@lru_cache(maxsize=32)
def _speaker(engine: str, lang: str, voice: str | None, piper: Path) -> Speaker:
    return find_speaker(engine, lang, voice, piper)


@lru_cache(maxsize=32)
def _recogniser(kind: str, lang: str, model: Path | None, nbest: int) -> Recogniser:
    kind = "faster-whisper" if kind == "whisper" else kind
    return find_recogniser(kind, lang, model, nbest, window=WINDOW_S)


def speak(data: Path, work: Path, engines: _Engines, only: Sequence[str]) -> None:
    """Make all slices that are not there yet."""
    rows = {lang: list(names.values()) for lang, names in _training_rows(data).items()}
    for number in range(SLICES):
        for job, recogniser in jobs(only):
            judged = judged_names(rows[job.lang], job.lang, job.judged)
            _slice(judged, job, recogniser, "dev", number, work, engines)
            learned = training_names(rows[job.lang], job.learned, f"{SEED}/{job.lang}/{job.name}")
            learned = learned[: round(RECOGNISERS[recogniser] * len(learned))]
            _slice(learned, job, recogniser, "train", number, work, engines)
            print(f"slice {number + 1} of {SLICES}: {job.lang} {job.name}, {recogniser}", flush=True)


def _slice(
    names: list[Entity], job: Job, recogniser: str, split: str, number: int, work: Path, engines: _Engines
) -> None:
    mine = names[number::SLICES]
    out = work / f"{job.lang}_{job.name.replace(' ', '-')}_{recogniser}_{split}_{number:02}.jsonl"
    if out.exists() or not mine:
        return
    judged = split == "dev"
    times = 1 if not judged or len(names) >= 200 else 2
    settings = VoiceSettings(
        times=times, held_out=float(judged), nbest=NBEST if judged else 1, seed=SEED, batch=16
    )
    hearer = engines.recogniser(recogniser, job.lang, settings.nbest)
    simulate(mine, engines.speaker(job), hearer, out, job.lang, settings, resume=True)


def collect(data: Path, work: Path) -> None:
    """Write the slices that are whole, a file a language, in a fixed order."""
    domains = {lang: {name: domain for domain, name in names} for lang, names in _training_rows(data).items()}
    for lang, domain_of in domains.items():
        lines = []
        for job, recogniser in jobs([lang]):
            for split in ("train", "dev"):
                stem = f"{lang}_{job.name.replace(' ', '-')}_{recogniser}_{split}_"
                for file in sorted(work.glob(f"{stem}*.jsonl")):
                    for row in read_rows(file):
                        about = {"voice": job.name, "recogniser": recogniser}
                        row["domain"] = domain_of[row["entity"]]
                        lines.append(json.dumps({**about, **row}, ensure_ascii=False) + "\n")
        write_file(FOLDER / f"{lang}.jsonl.gz", gzip.compress("".join(lines).encode(), mtime=0))
        print(f"{lang}: {len(lines):,} utterances")


def main() -> None:
    """Speak, or collect what was spoken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("speak", "collect"))
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument("--work", type=Path, required=True, help="folder of the slices")
    parser.add_argument("--whisper", type=Path, help="multilingual Whisper base in CTranslate2 format")
    parser.add_argument("--whisper-en", type=Path, help="Whisper tiny.en in CTranslate2 format")
    parser.add_argument("--piper", type=Path, help="a Piper voice of American English")
    parser.add_argument("--only", metavar="LANG", nargs="+", default=[], help="these languages alone")
    options = parser.parse_args()
    data = data_folder(options.data, "voice")
    if options.step == "collect":
        collect(data, options.work)
    else:
        speak(data, options.work, _Engines(options.whisper, options.whisper_en, options.piper), options.only)


if __name__ == "__main__":
    main()
