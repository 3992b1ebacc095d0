"""Adapt: a catalog or a bundle and requests of one's own become a bundle fitted to them, or none if it is not better.

    edge-er adapt products.csv --requests asked.jsonl --out products
    edge-er adapt my_bundle --requests asked.jsonl --out better --encoder

The way: requests are split by name; the bundle as it would be without them answers those that are measured on; the
encoder is trained, where that is asked for; weights and confidence are fitted with it on names that it has not seen;
the bundle is built, answers the same requests, and is refused where it answers them worse.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import write_json, write_text
from edge_er.bundle.bundle import read_bundle, read_files, write_files
from edge_er.bundle.manifest import over_budget
from edge_er.bundle.storage import check_replaceable
from edge_er.errors import BudgetExceededError, BuildError, EdgeERError
from edge_er.resolver import EntityResolver
from edge_er.training.adapt.compare import Answers, answers_of, check_better
from edge_er.training.adapt.fits import fitted_files
from edge_er.training.adapt.questions import Known
from edge_er.training.adapt.settings import AdaptSettings
from edge_er.training.adapt.source import Source, read_source
from edge_er.training.adapt.speech import Speech, shipped_names, speech_of
from edge_er.training.adapt.split import Part, Row, Split, read_split

__all__ = ["Adaptation", "adapt"]

Progress = Callable[[str], None]
_OTHERS = 2000  # names of other catalogs that requests are simulated for


@dataclass(frozen=True)
class Adaptation:
    """A bundle that was adapted.

    Attributes:
        path: the directory or zip.
        manifest: its manifest.
        before, after: the answers to the requests that nothing was fitted on, without and with the adaptation.
        rows: requests by part.
        unmapped: requests that name an entity that the catalog does not have; they were left out.
        weights: the fit of the evidence weights, as in the card.
        confidence: which calibration was kept, and why.
    """

    path: Path
    manifest: Mapping[str, Any]
    before: Answers
    after: Answers
    rows: Mapping[str, int]
    unmapped: int
    weights: Mapping[str, Any]
    confidence: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values, without the manifest."""
        return {
            "path": str(self.path),
            "requests": dict(self.rows),
            "unmapped": self.unmapped,
            "weights": dict(self.weights),
            "confidence": dict(self.confidence),
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
        }


def adapt(
    catalog: str | os.PathLike[str],
    requests: str | os.PathLike[str],
    out: str | os.PathLike[str],
    settings: AdaptSettings | None = None,
    progress: Progress = lambda step: None,
) -> Adaptation:
    """Write a bundle of ``catalog`` that is fitted to ``requests`` to ``out``, whole or not at all.

    Args:
        catalog: a catalog file as for a build, a bundle, or the name of a shipped one.
        requests: JSONL as for ``edge-er eval``; a row with ``said`` or of ``edge-er voice`` says what was spoken, and
            one without ``entity`` asks for nothing in the catalog.
        out: a directory, or a path ending in ``.zip``; replaced when the new bundle is whole and not worse.
        settings: see `AdaptSettings`.
        progress: called with what is done next.

    Raises:
        RequestFileError: the requests cannot be read, or ask for too few names.
        BudgetExceededError: the bundle is larger than its budget; nothing is written.
        QualityGateError: the adapted bundle answers requests for new names worse; nothing is written.
        EdgeERError: catalog, bundle, encoder or a locale file cannot be used.
    """
    settings = settings or AdaptSettings()
    place = Path(out)
    check_replaceable(place)
    source = read_source(catalog, settings)
    shares = (settings.train_share if settings.trains else 0.0, settings.dev_share)
    split = read_split(Path(requests), source.entities, shares, settings.seed)
    speech = speech_of(_languages(settings, source, split), settings.locales)
    job = _Job(source, split, speech, settings, place.stem, progress)
    with _work_folder(place, settings, source, Path(requests)) as work:
        try:
            built, before, after = _built(job, work)
        except BudgetExceededError as error:  # it names the bundle in the hidden folder
            raise over_budget(place, error.sizes, error.budget) from None
        check_better(before, after, source.start)
        write_files(place, read_files(built), place.suffix.lower() == ".zip")
        shutil.rmtree(work)
    rows = {part.value: len(split.of(part)) for part in Part}
    bundle = read_bundle(place)
    card = json.loads(bundle.encoder_files["encoder.json"])
    fits = card["rerank"]["fit"], card["adapted"]
    return Adaptation(place, bundle.manifest, before, after, rows, split.unmapped, *fits)


@dataclass(frozen=True)
class _Job:
    """What is adapted to what; `name` is that of the bundle."""

    source: Source
    split: Split
    speech: Speech
    settings: AdaptSettings
    name: str
    progress: Progress

    def build(self, out: Path, files: Mapping[str, bytes], requests: Path | None = None) -> Path:
        """The catalog with an encoder, measured on a file of requests."""
        return self.source.build(out, self.name, self.speech.main, files, requests)


def _built(job: _Job, work: Path) -> tuple[Path, Answers, Answers]:
    """The adapted bundle in the work folder, and the answers before and after."""
    source, measured = job.source, job.split.of(Part.DEV)
    job.progress("the bundle as it is without the requests")
    first = source.bundle or job.build(work / "before", source.files)
    before = answers_of(EntityResolver.load(first), measured)
    files = _fitted(job, work, first)
    job.progress("building and measuring")
    built = job.build(work / "after", files, _write_requests(work / "dev.jsonl", measured, source))
    return built, before, answers_of(EntityResolver.load(built), measured)


def _languages(settings: AdaptSettings, source: Source, split: Split) -> list[str]:
    """Those of the settings, else that of the bundle and those that requests name, else English; the main one first."""
    if settings.languages:
        return list(dict.fromkeys(settings.languages))
    named = sorted({row.request.lang for row in split.rows if row.request.lang})
    return list(dict.fromkeys([*([source.lang] if source.lang else []), *named])) or ["en"]


def _fitted(job: _Job, work: Path, first: Path) -> dict[str, bytes]:
    """The files of the encoder of the new bundle, trained where that is asked for, with its fits in the card."""
    source, split, settings = job.source, job.split, job.settings
    shipped, files = shipped_names(job.speech), dict(source.files)
    if settings.trains:
        from edge_er.training.adapt.encoder import Lessons, trained_files  # imports torch

        job.progress("training the encoder")
        names = split.names(source.entities, Part.TRAIN)
        rows, judged = split.of(Part.TRAIN), split.of(Part.FIT)
        lessons = Lessons(rows, judged, names, source.entities, job.speech, shipped)
        files = _with_old_fits(trained_files(files, lessons, settings, work), files)
    job.progress("fitting weights and confidence")
    entities = list(read_bundle(first).entities)  # with the spoken forms that a build chooses
    others = [name for of_lang in shipped.values() for name in of_lang[:_OTHERS]]
    names = split.names(entities, Part.FIT)
    known = Known(entities, split.of(Part.FIT), names, job.speech, others, split.first, settings.seed)
    return fitted_files(files, known)


def _with_old_fits(files: Mapping[str, bytes], before: Mapping[str, bytes]) -> dict[str, bytes]:
    """A new encoder with the weights of the one before in its own units; new ones must be better than these."""
    from edge_er.training.fit.adopt import adopted

    old, card = (json.loads(each["encoder.json"]) for each in (before, files))
    if old.get("rerank") and old.get("calibration"):
        card = adopted(old, card)
    return {**files, "encoder.json": (json.dumps(card, indent=1, sort_keys=True) + "\n").encode()}


def _write_requests(path: Path, rows: Sequence[Row], source: Source) -> Path:
    """The requests for the catalog's names as a file that a build measures on."""
    lines = []
    for row in rows:
        request, right = row.request, [source.entities[place].id for place in row.right]
        values = {"query": request.query, "entity": right, "lang": request.lang, "stratum": request.stratum}
        if right:
            lines.append(json.dumps(values, ensure_ascii=False))
    write_text(path, "\n".join(lines) + "\n")
    return path


@contextmanager
def _work_folder(out: Path, settings: AdaptSettings, source: Source, requests: Path) -> Iterator[Path]:
    """A hidden folder beside the bundle, in which a run that was broken off can go on.

    Raises:
        BuildError: a run with other settings or other requests lies there and is to go on.
    """
    folder = out.with_name(f".{out.name}.adapt")
    asked = {name: str(value) for name, value in dataclasses.asdict(settings).items() if name != "resume"}
    contents = [requests.read_bytes(), *source.files.values(), repr(source.entities).encode()]
    key = hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in contents)).hexdigest()
    state = {**asked, "contents": key}
    file = folder / "settings.json"
    if settings.resume and file.is_file():
        other = [
            name for name, value in json.loads(file.read_text("utf-8")).items() if state.get(name) != value
        ]
        if other:
            raise BuildError(
                f"{folder}: the run that was broken off had other {', '.join(sorted(other))}; ask for the same, or "
                "begin anew without --resume"
            )
    else:
        shutil.rmtree(folder, ignore_errors=True)
    write_json(file, state)
    try:
        yield folder
    except EdgeERError:  # the same run would end so again
        shutil.rmtree(folder)
        raise
