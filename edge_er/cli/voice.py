"""The command that simulates spoken requests: voice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from edge_er.cli.common import JsonOption, echo, extra, is_quiet, print_json, resumable

if TYPE_CHECKING:
    from edge_er.bundle.entity import Entity

__all__ = ["register"]

_LINES = 20  # of progress where there is no terminal


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(voice)


def voice(
    catalog: Annotated[str, typer.Argument(metavar="CATALOG", help="A catalog file, or a bundle.")],
    out: Annotated[Path, typer.Option(help="JSONL; compressed where it ends in .gz.")],
    lang: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            help="Language that is spoken; by default that of the locale file or the bundle, else en."
        ),
    ] = None,
    locale: Annotated[Optional[Path], typer.Option(help="A locale file with carriers.")] = None,  # noqa: UP045
    engine: Annotated[
        str, typer.Option(help="What speaks: ttspico, espeak-ng, festival, flite or piper.")
    ] = "ttspico",
    voice_name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--voice", help="One voice of the engine; without it each utterance draws one."),
    ] = None,
    voice_model: Annotated[Optional[Path], typer.Option(help="File of the voice: piper's NAME.onnx.")] = None,  # noqa: UP045
    recogniser: Annotated[str, typer.Option(help="pocketsphinx or faster-whisper.")] = "pocketsphinx",
    model: Annotated[Optional[Path], typer.Option(help="Folder of the recogniser's model.")] = None,  # noqa: UP045
    device: Annotated[str, typer.Option(help="Where faster-whisper runs: cpu or cuda.")] = "cpu",
    window: Annotated[
        float, typer.Option(min=1, max=30, help="Seconds that faster-whisper reads at once; fewer cost less.")
    ] = 30,
    carriers: Annotated[
        Optional[Path], typer.Option(help="A text file, a carrier a line, {} for the name.")  # noqa: UP045
    ] = None,
    noise: Annotated[str, typer.Option(help="Signal-to-noise ratio in dB, LEAST:GREATEST.")] = "18:32",
    times: Annotated[int, typer.Option(min=1, help="Utterances of each name.")] = 1,
    limit: Annotated[Optional[int], typer.Option(min=1, help="So many names, chosen by the seed.")] = None,  # noqa: UP045
    held_out: Annotated[
        float, typer.Option("--held-out", min=0, max=1, help="Share of the names for testing (split dev).")
    ] = 0.2,
    domain: Annotated[Optional[str], typer.Option(help="What the names are of: station, artist ...")] = None,  # noqa: UP045
    nbest: Annotated[int, typer.Option(min=1, help="Texts the recogniser gives of each recording.")] = 1,
    batch: Annotated[int, typer.Option(min=1, help="Utterances recognised together.")] = 16,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was broken off.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Speak the names of CATALOG with an offline voice, and write what an offline recogniser hears."""
    decibels = _decibels(noise)
    if device not in ("cpu", "cuda"):
        raise typer.BadParameter(f"expected cpu or cuda, found {device!r}", param_hint="--device")
    with extra("catalog"):
        from catalog_tools.language.language import language, read_locale
        from catalog_tools.voice.engines import find_speaker
        from catalog_tools.voice.recognisers import find_recogniser
        from catalog_tools.voice.simulation import VoiceSettings, read_carriers, simulate

        entities, own = _entities(catalog)
        facts = read_locale(locale, lang) if locale else language(lang or own or "en")
        phrases = read_carriers(carriers) if carriers else ()
        settings = VoiceSettings(decibels, times, limit, held_out, domain, nbest, batch, seed, phrases)
        speaker = find_speaker(engine, facts.code, voice_name, voice_model)
        hearer = find_recogniser(recogniser, facts.code, model, nbest, device, window)
        with _progress() as progress, resumable():
            made = simulate(entities, speaker, hearer, out, facts, settings, resume=resume, progress=progress)
    if as_json:
        print_json({"path": str(made.path), "rows": made.rows, "silent": made.silent})
    else:
        echo(f"{made.path}: {made.rows:,} requests, spoken by {speaker.name}, heard by {hearer.name}")
    if made.silent:
        echo(f"{made.silent:,} utterances left out: the voice has no sound for them", err=True)


def _decibels(noise: str) -> tuple[float, float]:
    try:
        least, greatest = map(float, noise.split(":"))
    except ValueError:
        least, greatest = 1.0, 0.0
    if not least <= greatest:
        raise typer.BadParameter(
            f"expected LEAST:GREATEST such as 18:32, found {noise!r}", param_hint="--noise"
        )
    return least, greatest


def _entities(catalog: str) -> tuple[list[Entity], str | None]:
    """The entities of a catalog file, or of a bundle and its language."""
    from catalog_tools.readers.record_entities import entities_of
    from edge_er.bundle.bundle import find_bundle, read_bundle
    from edge_er.errors import BundleNotFoundError

    path = Path(catalog)
    if path.is_file() and path.suffix != ".zip":
        return entities_of(path), None
    try:
        bundle = read_bundle(find_bundle(catalog))
    except BundleNotFoundError as error:
        raise BundleNotFoundError(f"no catalog file of that name; {error}") from error
    return list(bundle.entities), str(bundle.manifest["lang"])


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show progress on stderr: a bar on a terminal, else 20 lines at most."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=is_quiet())
    if not console.is_terminal:
        yield _lines()
        return
    rate = TextColumn("{task.fields[rate]:.2g} utterances/s")
    columns = (TextColumn("speaking"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("speaking", total=None, rate=0.0)
        clock = _Clock()

        def shown(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, rate=clock.rate(done))

        yield shown


class _Clock:
    """Utterances a second since the first report; a resumed run does not count earlier ones."""

    def __init__(self) -> None:
        self._start: tuple[float, int] | None = None

    def rate(self, done: int) -> float:
        now = time.monotonic()
        if self._start is None:
            self._start = (now, done)
        seconds, before = now - self._start[0], self._start[1]
        return (done - before) / seconds if seconds else 0.0


def _lines() -> Callable[[int, int], None]:
    clock, reported = _Clock(), [0]

    def line(done: int, total: int) -> None:
        rate = clock.rate(done)
        if rate and (done - reported[0] >= total / _LINES or done == total):
            reported[0] = done
            left = f"{(total - done) / rate:,.0f} s left" if done < total else "done"
            echo(f"{done:,} of {total:,} utterances, {rate:.2g} a second, {left}", err=True)

    return line
