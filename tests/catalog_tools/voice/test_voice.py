"""What is spoken, how noise is added, and how a run that was killed goes on; real voices are in test_voice_engines."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_tools.language.name_split import name_cluster
from catalog_tools.voice.engines import SAMPLE_RATE, Pcm
from catalog_tools.voice.simulation import VoiceSettings, read_carriers, simulate, utterances, with_noise
from edge_er.bundle.entity import Entity
from edge_er.errors import CatalogError, RequestFileError
from edge_er.evaluation.requests_file import read_requests

NAMES = [
    "Cadena SER",
    "Radio 4",
    "KISS FM",
    "Kiss",
    "Bayern 1",
    "Rai Radio 2",
    "FIP",
    "Antenne",
    "NDR 2",
    "Ö3",
    "Heart",
]
ENTITIES = [Entity(f"{n}", name, metadata={"country": "ES"}) for n, name in enumerate(NAMES)]
SETTINGS = VoiceSettings(batch=3, held_out=0.5)


class Tone:
    """Stands in for a voice: a tone whose pitch is the text's; no sound for "FIP"."""

    name = "tone"

    def speak(self, text: str, rng: random.Random) -> Pcm:
        if "FIP" in text:
            return np.zeros(100, np.int16)
        pitch = 200 + sum(text.encode()) % 1000 + rng.random()
        return (8000 * np.sin(np.arange(1600) * pitch * 2 * np.pi / SAMPLE_RATE)).astype(np.int16)


class Listener:
    """Stands in for a recogniser: writes down what it hears, sample by sample; breaks off when told."""

    name = "listener"

    def __init__(self, batches: int = 1000) -> None:
        self.left = 2 * batches

    def recognise(self, batch: Sequence[Pcm]) -> list[list[str]]:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return [[hashlib.sha256(pcm.tobytes()).hexdigest()[:12], "second"] for pcm in batch]


def run(out: Path, batches: int = 1000, resume: bool = False, **changed) -> list[dict]:
    asked = VoiceSettings(**{"batch": 3, "held_out": 0.5, **changed})
    simulate(ENTITIES, Tone(), Listener(batches), out, "es", asked, resume=resume)
    opened = gzip.open if out.suffix == ".gz" else open
    with opened(out, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_rows_have_the_fields_of_the_recorded_ones(tmp_path: Path, data_folder: Path) -> None:
    rows = run(tmp_path / "voice.jsonl.gz")
    with gzip.open(data_folder / "voice" / "voice.jsonl.gz", "rt", encoding="utf-8") as file:
        recorded = [json.loads(line) for line, _ in zip(file, range(30_000), strict=False)]
    for split in ("train", "dev"):
        fields = {tuple(row) for row in rows if row["split"] == split}
        assert fields == {tuple(row) for row in recorded if row["split"] == split}


def test_a_row_says_what_was_spoken_and_heard(tmp_path: Path) -> None:
    rows = run(tmp_path / "voice.jsonl", domain="station", nbest=2)
    assert {row["entity"] for row in rows} == set(NAMES) - {"FIP"}
    for row in rows:
        assert row["text"] == row["carrier"].replace("{}", row["entity"])
        assert row["asr"] != row["asr_noisy"]
        assert row["asr_nbest"] == [row["asr"], "second"]
        assert (row["lang"], row["country"], row["domain"]) == ("es", "ES", "station")


def test_what_the_voice_has_no_sound_for_is_counted(tmp_path: Path) -> None:
    made = simulate(ENTITIES, Tone(), Listener(), tmp_path / "voice.jsonl", "es", SETTINGS)
    assert (made.rows, made.silent) == (len(NAMES) - 1, 1)


def test_splits_go_by_name_cluster() -> None:
    split = {each.entity: each.split for each in utterances(ENTITIES, "es", SETTINGS)}
    assert name_cluster("KISS FM") == name_cluster("Kiss")
    assert split["KISS FM"] == split["Kiss"]
    assert set(split.values()) == {"train", "dev"}
    assert {each.split for each in utterances(ENTITIES, "es", VoiceSettings(held_out=1.0))} == {"dev"}


def test_seen_carriers_are_those_of_train() -> None:
    carriers = ["pon {}", "{}"] + ["oye {}"] * 20
    spoken = utterances(ENTITIES, "es", VoiceSettings(times=8, held_out=0.5, carriers=carriers))
    seen = {each.carrier for each in spoken if each.split == "train"}
    assert all(each.carrier_seen == (each.carrier in seen) for each in spoken)


def test_a_carrier_given_as_one_text_is_one_carrier() -> None:
    one = replace(SETTINGS, carriers="pon {}")
    assert {each.carrier for each in utterances(ENTITIES, "es", one)} == {"pon {}"}
    assert replace(SETTINGS, carriers=iter(["pon {}"])) == replace(SETTINGS, carriers=["pon {}"]) == one


def test_carriers_beside_the_settings_still_work_and_warn(tmp_path: Path) -> None:
    settings, out = VoiceSettings(times=1), tmp_path / "voice.jsonl"
    with pytest.warns(DeprecationWarning, match=r"VoiceSettings\(carriers=") as caught:
        simulate(ENTITIES, Tone(), Listener(), out, "es", settings, carriers=["pon {}"])
    assert [each.filename for each in caught] == [__file__]
    new = tmp_path / "new.jsonl"
    simulate(ENTITIES, Tone(), Listener(), new, "es", replace(settings, carriers=["pon {}"]))
    assert out.read_bytes() == new.read_bytes()
    with pytest.raises(TypeError, match="unexpected keyword argument 'carrier'"):
        simulate(ENTITIES, Tone(), Listener(), out, "es", carrier=["pon {}"])


def test_one_names_utterance_does_not_depend_on_the_others() -> None:
    whole = {each.key: each.text for each in utterances(ENTITIES, "es", VoiceSettings(times=2))}
    part = utterances(ENTITIES, "es", VoiceSettings(times=2, limit=4))
    assert len(part) == 8
    assert all(whole[each.key] == each.text for each in part)
    assert len({each.entity for each in part}) == 4


def test_names_without_text_and_repeated_names_are_left_out() -> None:
    entities = [*ENTITIES[:2], ENTITIES[0], Entity("x", "🎵")]
    assert [each.entity for each in utterances(entities, "es", SETTINGS)] == NAMES[:2]
    with pytest.raises(CatalogError, match="nothing to speak"):
        utterances([Entity("x", "🎵")], "es", SETTINGS)


@settings(max_examples=40)
@given(st.floats(-5, 40), st.text(max_size=20))
def test_noise_has_the_level_asked_for(decibels: float, key: str) -> None:
    pcm = (6000 * np.sin(np.arange(32_000) / 7)).astype(np.int16)
    noisy = with_noise(pcm, (decibels, decibels), key)
    noise = noisy.astype(np.float64) - pcm
    measured = 10 * np.log10(np.mean(pcm.astype(np.float64) ** 2) / np.mean(noise**2))
    assert measured == pytest.approx(decibels, abs=0.5)
    assert np.array_equal(noisy, with_noise(pcm, (decibels, decibels), key))


def test_noise_is_drawn_between_two_levels_and_does_not_wrap() -> None:
    loud = np.full(4000, 32767, np.int16)
    assert with_noise(loud, (0.0, 0.0), "a").max() == 32767
    assert not np.array_equal(with_noise(loud, (18, 32), "a"), with_noise(loud, (18, 32), "b"))


@pytest.mark.parametrize("name", ["voice.jsonl.gz", "voice.jsonl"])
@pytest.mark.parametrize("batches", [0, 1, 3])
def test_a_run_that_was_broken_off_goes_on_to_the_same_bytes(tmp_path: Path, name: str, batches: int) -> None:
    run(tmp_path / "whole" / name)
    broken = tmp_path / "broken" / name
    with pytest.raises(KeyboardInterrupt):
        run(broken, batches)
    assert not broken.exists()
    part = broken.with_name(name + ".part")
    part.write_bytes(part.read_bytes() + b"half a row")
    run(broken, resume=True)
    assert broken.read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert [path.name for path in broken.parent.iterdir()] == [name]


def test_a_part_is_never_mixed_with_another_run(tmp_path: Path) -> None:
    out = tmp_path / "voice.jsonl.gz"
    with pytest.raises(KeyboardInterrupt):
        run(out, batches=1)
    with pytest.raises(CatalogError, match=r"voice\.jsonl\.gz\.part\.json: .*--resume"):
        run(out)
    with pytest.raises(CatalogError, match="had other noise, seed, utterances"):
        run(out, resume=True, seed=5, noise=(0.0, 10.0))
    (tmp_path / "voice.jsonl.gz.part").write_bytes(b"")
    with pytest.raises(CatalogError, match=r"shorter than its \.json says"):
        run(out, resume=True)
    (tmp_path / "voice.jsonl.gz.part.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CatalogError, match="damaged"):
        run(out, resume=True)


def test_a_folder_in_the_place_of_the_file_is_named_before_anything_is_spoken(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        run(tmp_path)
    assert caught.value.filename == str(tmp_path)
    assert not tmp_path.with_name(f"{tmp_path.name}.part").exists()


def test_a_killed_run_goes_on_without_doubles(tmp_path: Path) -> None:
    whole, out = tmp_path / "whole.jsonl.gz", tmp_path / "killed.jsonl.gz"
    run(whole, batch=1)
    script = """
        import os, signal, sys
        sys.path.insert(0, sys.argv[1])
        import test_voice
        class Killed(test_voice.Listener):
            def recognise(self, batch):
                if not self.left:
                    os.kill(os.getpid(), signal.SIGKILL)
                return super().recognise(batch)
        asked = test_voice.VoiceSettings(batch=1, held_out=0.5)
        test_voice.simulate(test_voice.ENTITIES, test_voice.Tone(), Killed(3), sys.argv[2], "es", asked, resume=True)
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", textwrap.dedent(script), str(Path(__file__).parent), str(out)]
    killed = subprocess.run(command, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    state = tmp_path / "killed.jsonl.gz.part.json"
    assert not out.exists()
    assert 2 <= json.loads(state.read_text(encoding="utf-8"))["done"] < len(NAMES)
    run(out, resume=True, batch=1)
    assert out.read_bytes() == whole.read_bytes()


def test_the_file_is_read_as_requests(tmp_path: Path) -> None:
    out = tmp_path / "voice.jsonl.gz"
    rows = [row for row in run(out, domain="station") if row["split"] == "dev"]
    requests = read_requests(out)
    assert [request.stratum for request in requests] == ["text", "asr", "noisy"] * len(rows)
    assert [request.query for request in requests[:3]] == [
        rows[0][key] for key in ("text", "asr", "asr_noisy")
    ]
    assert {request.gold[0] for request in requests} == {row["entity"] for row in rows}
    assert requests[0].carrier_seen == rows[0]["carrier_seen"]
    run(tmp_path / "train.jsonl", held_out=0.0)
    with pytest.raises(
        RequestFileError, match=r"train\.jsonl: no requests in it; all rows are of the split train"
    ):
        read_requests(tmp_path / "train.jsonl")


def test_a_row_without_what_was_heard_is_named(tmp_path: Path) -> None:
    file = tmp_path / "voice.jsonl"
    file.write_text('{"split": "dev", "text": "a", "asr": null, "entity": "A"}\n', encoding="utf-8")
    with pytest.raises(RequestFileError, match="row 1, field 'asr': expected a string"):
        read_requests(file)


def test_carriers_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "carriers.txt"
    file.write_text("# mine\npon {}\n\n  {} por favor \n", encoding="utf-8")
    assert read_carriers(file) == ["pon {}", "{} por favor"]
    file.write_text("pon {}\npon\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"carriers\.txt, row 2: expected one {}"):
        read_carriers(file)
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="no carrier in it"):
        read_carriers(file)
    with pytest.raises(CatalogError, match=r"none\.txt: the carriers cannot be read"):
        read_carriers(tmp_path / "none.txt")
