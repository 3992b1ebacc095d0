"""Real voices and recognisers; each test is skipped, with the reason, where its engine is not installed."""

from __future__ import annotations

import importlib
import json
import os
import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tiny import require_packages

from catalog_tools.voice import engines as voice_engines
from catalog_tools.voice import recognisers
from catalog_tools.voice.engines import SAMPLE_RATE, Speaker, find_speaker
from catalog_tools.voice.programs import EspeakNg, Festival, run_program
from catalog_tools.voice.recognisers import find_recogniser
from catalog_tools.voice.simulation import with_noise
from catalog_tools.voice.sound import from_wav, resampled
from edge_er.errors import VoiceError
from edge_er.evaluation.requests_file import read_requests

WHISPER = os.environ.get(
    "EDGE_ER_WHISPER"
)  # folder of an English or multilingual Whisper in CTranslate2 format


PROGRAMS = {  # of the system: no extra brings them
    "espeak-ng": "espeak-ng",
    "festival": "text2wave",
    "flite": "flite",
    "piper": "espeak-ng",
}
FESTIVAL_VOICES = {
    "en": {"festvox-us-slt-hts": "cmu_us_slt_arctic_hts"},
    "it": {"festvox-italp16k": "lp_diphone", "festvox-itapc16k": "pc_diphone"},
}
PIPER = os.environ.get("EDGE_ER_PIPER")  # file of an English Piper voice, NAME.onnx
ENGINES = ["ttspico", "espeak-ng", "festival", "flite"]


def voice(name: str, lang: str = "en", only: str | None = None) -> Speaker:
    if name not in PROGRAMS:
        require_packages(name)
    elif shutil.which(PROGRAMS[name]) is None:
        pytest.skip(f"{name} is not installed: no program {PROGRAMS[name]}")
    if name == "piper" and PIPER is None:
        pytest.skip("EDGE_ER_PIPER names no file of a Piper voice")
    if name == "festival":
        for package, needed in FESTIVAL_VOICES.get(lang, {}).items():
            if only in (None, needed) and not list(Festival._FOLDERS.glob(f"*/{needed}")):
                pytest.skip(f"{package} is not installed")
    return find_speaker(name, lang, only, Path(PIPER) if PIPER else None)


@pytest.mark.parametrize("name", ENGINES)
def test_a_voice_speaks(name: str) -> None:
    speaks(voice(name))


def speaks(speaker: Speaker) -> None:
    pcm = speaker.speak("play radio paradise", random.Random(1))
    assert pcm.dtype == np.int16
    assert 0.8 < len(pcm) / SAMPLE_RATE < 3.0
    assert np.abs(pcm).max() > 3000
    longer = speaker.speak("play radio paradise in the living room now please", random.Random(1))
    assert len(longer) > 1.5 * len(pcm)


@pytest.mark.parametrize("name", ENGINES)
def test_the_same_state_gives_the_same_sound(name: str) -> None:
    repeats(voice(name))


def test_piper_speaks_and_repeats_itself() -> None:
    speaks(voice("piper"))
    repeats(voice("piper"))
    for text in ("", "…", "!?"):
        assert not len(voice("piper").speak(text, random.Random(0)))
    with pytest.raises(VoiceError, match=r"piper .* has no voice for 'de'; it speaks en"):
        voice("piper", "de")


def repeats(speaker: Speaker) -> None:
    first, _, again, other = (
        speaker.speak("radio <four> & 101.2", random.Random(seed)) for seed in (1, 3, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(speaker.speak(" ", random.Random(1))) < SAMPLE_RATE


@pytest.mark.parametrize("lang", ["de", "en", "es", "fr", "it"])
def test_pico_speaks_five_languages(lang: str) -> None:
    assert len(voice("ttspico", lang).speak("radio 4", random.Random(0))) > SAMPLE_RATE / 4


def test_espeak_speaks_a_sixth_language() -> None:
    assert len(voice("espeak-ng", "nl").speak("speel radio twee", random.Random(0))) > SAMPLE_RATE / 2


def test_festival_speaks_italian_in_two_voices() -> None:
    one, other = (voice("festival", "it", name) for name in ("lp_diphone", "pc_diphone"))
    first, second = (each.speak("metti Radio Città", random.Random(0)) for each in (one, other))
    assert len(first) > SAMPLE_RATE / 2
    assert not np.array_equal(first, second)
    assert one.name == "festival lp_diphone"


@pytest.mark.parametrize("name", ["festival", "flite"])
@pytest.mark.parametrize("text", ["", "…", "!?", "Привет", 'Beyoncé & <the> (kids) "101.2"'])
def test_what_a_voice_has_no_letters_for_is_silence_and_no_crash(name: str, text: str) -> None:
    pcm = voice(name).speak(text, random.Random(0))
    assert pcm.dtype == np.int16
    assert (len(pcm) > SAMPLE_RATE / 4) == ("kids" in text) or text == "Привет"


@pytest.mark.parametrize(("name", "lang"), [("festival", "de"), ("flite", "it")])
def test_a_language_that_an_engine_does_not_speak(name: str, lang: str) -> None:
    with pytest.raises(VoiceError, match=rf"{name}.* has no voice for '{lang}'; it speaks en"):
        voice(name, lang)


def test_a_voice_that_an_engine_does_not_have() -> None:
    with pytest.raises(VoiceError, match=r"espeak-ng has no voice 'siri' .* expected one of en-gb, en-gb"):
        voice("espeak-ng", "en", "siri")


def test_piper_without_a_voice(tmp_path: Path) -> None:
    voice("espeak-ng")
    with pytest.raises(VoiceError, match="piper needs the file of a voice"):
        find_speaker("piper", "en")
    file = tmp_path / "joe.onnx"
    with pytest.raises(VoiceError, match=r"joe\.onnx\.json: cannot be read"):
        find_speaker("piper", "en", model=file)
    for text, told in (("{", "not JSON"), ("{}", "not the description"), ("[]", "not the description")):
        Path(f"{file}.json").write_text(text, encoding="utf-8")
        with pytest.raises(VoiceError, match=told):
            find_speaker("piper", "en", model=file)


def test_a_program_that_fails_is_named_and_one_that_crashes_may_be_silent() -> None:
    with pytest.raises(VoiceError, match="sh ended with exit code 3: broken"):
        run_program(["sh", "-c", "echo broken >&2; exit 3"], b"", crash=b"")
    assert run_program(["sh", "-c", "kill -11 $$"], b"", crash=b"none") == b"none"
    with pytest.raises(VoiceError, match="exit code -11"):
        run_program(["sh", "-c", "kill -11 $$"], b"")


def test_a_wav_is_read_at_another_pitch() -> None:
    tone = (10_000 * np.sin(np.arange(SAMPLE_RATE) / 10)).astype("<i2")
    header = b"RIFF" + bytes(20) + SAMPLE_RATE.to_bytes(4, "little") + bytes(8) + b"data" + bytes(4)
    assert np.array_equal(from_wav(header + tone.tobytes()), tone)
    assert len(from_wav(header + tone.tobytes(), pitch=1.25)) == SAMPLE_RATE / 1.25
    assert not len(from_wav(b""))


def test_resampling_keeps_the_pitch_and_the_level() -> None:
    seconds = np.arange(22_050) / 22_050
    tone = (10_000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16)
    found = resampled(tone, 22_050)
    assert len(found) == SAMPLE_RATE
    expected = 10_000 * np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    assert np.abs(found - expected).max() < 5
    assert np.array_equal(resampled(tone, SAMPLE_RATE), tone)
    high = (10_000 * np.sin(2 * np.pi * 10_000 * seconds)).astype(np.int16)
    assert (
        np.abs(resampled(high, 22_050)).max() < 5
    )  # what 16 kHz cannot hold does not come back as another tone


def test_pocketsphinx_hears_english() -> None:
    require_packages("ttspico", "pocketsphinx")
    speaker, hearer = voice("ttspico"), find_recogniser("pocketsphinx", "en", nbest=4)
    first, second = (
        speaker.speak(text, random.Random(3)) for text in ("turn on the music", "what time is it")
    )
    both = hearer.recognise([first, second, np.zeros(0, np.int16)])
    assert "music" in both[0][0]
    assert "time" in both[1][0]
    assert both[2] == [""]
    assert len(both[0]) == len(set(both[0])) <= 4
    assert hearer.recognise([second, first]) == [both[1], both[0]]  # what was heard before does not matter


def test_whisper_hears_english() -> None:
    require_packages("ttspico", "faster_whisper")
    if WHISPER is None:
        pytest.skip("EDGE_ER_WHISPER names no folder with a Whisper model in CTranslate2 format")
    speaker = voice("ttspico")
    first, second = (
        speaker.speak(text, random.Random(3)) for text in ("turn on the music", "play the radio")
    )
    greedy = find_recogniser("faster-whisper", "en", Path(WHISPER))
    both = greedy.recognise([first, with_noise(second, (30, 30), "x")])
    assert "music" in both[0][0].lower()
    assert "radio" in both[1][0].lower()
    assert greedy.recognise([second, first])[1] == both[0]
    assert greedy.recognise([]) == []
    short = find_recogniser("faster-whisper", "en", Path(WHISPER), window=6)
    assert short.name.endswith(", 6 s")
    assert "music" in short.recognise([first])[0][0].lower()
    whole = np.concatenate([np.zeros(7 * SAMPLE_RATE, np.int16), second])
    assert "radio" in short.recognise([whole])[0][0].lower()  # what is longer is not cut off
    beam = find_recogniser("faster-whisper", "en", Path(WHISPER), nbest=3).recognise([first])[0]
    assert 1 < len(beam) == len(set(beam)) <= 3


def test_whisper_of_english_refuses_another_language() -> None:
    require_packages("faster_whisper")
    if WHISPER is None:
        pytest.skip("EDGE_ER_WHISPER names no folder with a Whisper model in CTranslate2 format")
    hearer = find_recogniser("faster-whisper", "en", Path(WHISPER))
    if hearer._model.model.is_multilingual:
        pytest.skip("the model of EDGE_ER_WHISPER knows more than English")
    with pytest.raises(VoiceError, match="knows English only"):
        find_recogniser("faster-whisper", "es", Path(WHISPER))


def test_a_catalog_is_spoken_heard_and_measured_by_the_command_line(
    edge_er, bundle_dir: Path, tmp_path: Path
) -> None:
    require_packages("ttspico", "pocketsphinx")
    catalog, out, phrases = tmp_path / "names.csv", tmp_path / "voice.jsonl.gz", tmp_path / "carriers.txt"
    catalog.write_text("name,country\nKiss FM,ES\nOnda Cero,ES\n", encoding="utf-8")
    phrases.write_text("turn on {}\n", encoding="utf-8")
    command = ("voice", catalog, "--lang", "en", "--out", out, "--carriers", phrases, "--held-out", "1")
    code, told, progress = edge_er(*command, "--noise", "30:32", "--domain", "station")
    assert code == 0
    assert told.strip().endswith("2 requests, spoken by ttspico, heard by pocketsphinx en-us")
    assert "2 of 2 utterances" in progress
    typed, heard, noisy = read_requests(out)[:3]
    assert typed.query == "turn on Kiss FM"
    assert "turn" in heard.query or "on" in heard.query.split()
    assert (noisy.stratum, noisy.country, noisy.domain) == ("noisy", "ES", "station")
    report = json.loads(edge_er("eval", bundle_dir, out, "--json")[1])
    assert report["recall_at_1"]["en"]["text"]["value"] == 1.0
    assert set(report["recall_at_1"]["en"]) >= {"text", "asr", "noisy"}


def test_training_reads_what_is_heard(tmp_path: Path) -> None:
    require_packages("ttspico", "pocketsphinx", "pyarrow")
    from catalog_tools.language.requests import RequestGenerator
    from catalog_tools.voice.simulation import VoiceSettings, simulate
    from edge_er.bundle.entity import Entity
    from edge_er.training.data.data_folder import _voice
    from edge_er.training.data.made_requests import _request

    entities = [Entity(name, name) for name in ("Kiss FM", "Radio Music")]
    for split, share in (("train", 0.0), ("dev", 1.0)):
        out = tmp_path / split / "voice" / "voice.jsonl.gz"
        asked = VoiceSettings(held_out=share)
        simulate(entities[:1], voice("ttspico"), find_recogniser("pocketsphinx", "en"), out, "en", asked)
    train, clusters, _ = _voice(tmp_path / "train", ["en"])
    assert ([said.entity for said in train], clusters) == (["Kiss FM"], frozenset())
    assert _request(train[0], RequestGenerator.of_languages(["en"]), random.Random(0))
    assert _voice(tmp_path / "dev", ["en"])[1] == {"kiss"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: find_speaker("siri", "en"), "unknown voice 'siri'; expected one of ttspico, espeak-ng"),
        (
            lambda: find_speaker("ttspico", "nl"),
            "ttspico has no voice for 'nl'; it speaks de, en, es, fr, it",
        ),
        (lambda: EspeakNg("en", program="no-such-program"), "the program no-such-program is not installed"),
        (lambda: find_recogniser("siri", "en"), "unknown recogniser 'siri'; expected one of pocketsphinx"),
        (lambda: find_recogniser("faster-whisper", "en"), "needs the folder of a model"),
    ],
)
def test_what_is_not_there_is_named(make, told: str) -> None:
    with pytest.raises(VoiceError, match=told):
        make()


def test_espeak_without_the_language() -> None:
    with pytest.raises(VoiceError, match="espeak-ng has no voice for 'xx'"):
        voice("espeak-ng", "xx")


def test_pocketsphinx_without_a_model_of_the_language() -> None:
    require_packages("pocketsphinx")
    with pytest.raises(VoiceError, match="model of English only"):
        find_recogniser("pocketsphinx", "es")


def test_pocketsphinx_takes_a_folder(tmp_path: Path) -> None:
    require_packages("pocketsphinx")
    from pocketsphinx import get_model_path

    folder = tmp_path / "mine"
    folder.symlink_to(get_model_path("en-us"), target_is_directory=True)
    assert find_recogniser("pocketsphinx", "xx", folder).name == "pocketsphinx mine"


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"expected one model\.bin .* found no such file"):
        find_recogniser("faster-whisper", "en", tmp_path)
    require_packages("pocketsphinx")
    with pytest.raises(VoiceError, match=r"expected one \*/mdef"):
        find_recogniser("pocketsphinx", "es", tmp_path)


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    require_packages("faster_whisper")
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(VoiceError, match="faster-whisper cannot load the model"):
        find_recogniser("faster-whisper", "en", tmp_path)


def test_a_voice_without_its_files_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(voice: str):
        raise RuntimeError(f"Could not instantiate TTS engine with language {voice}")

    monkeypatch.setattr(voice_engines, "import_module", lambda _: SimpleNamespace(TtsEngine=without))
    with pytest.raises(VoiceError, match=r"ttspico cannot speak \(.* de-DE\): .* install it again"):
        find_speaker("ttspico", "de").speak("radio", random.Random(0))


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str):
        if name in ("ttspico", "pocketsphinx", "faster_whisper"):
            raise ModuleNotFoundError(name=name)
        return importlib.import_module(name)

    monkeypatch.setattr(voice_engines, "import_module", missing)
    monkeypatch.setattr(recognisers, "import_module", missing)
    with pytest.raises(VoiceError, match=r"ttspico is not installed; .*pip install '.*\[voice\]'"):
        find_speaker("ttspico", "en")
    with pytest.raises(VoiceError, match=r"pocketsphinx is not installed; .*pip install '.*\[voice\]'"):
        find_recogniser("pocketsphinx", "en")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--noise", "32:18"], "LEAST:GREATEST"),
        (["--noise", "x"], "LEAST:GREATEST"),
        (["--device", "tpu"], "cpu or cuda"),
    ],
)
def test_wrong_options_are_usage_errors(edge_er, tmp_path: Path, options: list[str], told: str) -> None:
    code, _, err = edge_er("voice", "radio_en", "--out", tmp_path / "x.jsonl", *options)
    assert code == 2
    assert told in err


def test_a_catalog_that_is_not_there_is_named(edge_er, tmp_path: Path) -> None:
    code, _, err = edge_er("voice", "no_such_catalog", "--out", tmp_path / "x.jsonl")
    assert code == 1
    assert "no catalog file of that name" in err
    assert "no_such_catalog" in err
