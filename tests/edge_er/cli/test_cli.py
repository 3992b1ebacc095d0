from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny import REPOSITORY

from edge_er import __version__
from edge_er.bundle import locate as shipped
from edge_er.cli.training import STEPS


def test_resolve(edge_er, bundle_dir: Path) -> None:
    code, out, err = edge_er("resolve", bundle_dir, "pon la cadena ser", "--top-k", "2")
    assert code == 0
    assert out.splitlines()[0] == "match: Cadena SER"
    assert "es-2" in out
    assert "es-5" not in out
    assert err == ""


def test_resolve_json_is_to_dict(edge_er, bundle_zip: Path, resolver) -> None:
    code, out, _ = edge_er("resolve", bundle_zip, "إذاعة الشرق", "--json")
    assert code == 0
    assert json.loads(out) == resolver.resolve("إذاعة الشرق").to_dict()


def test_suggest(edge_er, bundle_dir: Path, resolver, tmp_path: Path) -> None:
    code, out, _ = edge_er("suggest", bundle_dir, "los 40 p", "--top-k", "1")
    assert code == 0
    assert all(text in out for text in ("Los 40 Principales", "LOS40", "es-3"))
    assert edge_er("suggest", bundle_dir, "cadena s", "--where", "tags=talk", "--json")[
        1
    ].strip() == json.dumps(
        [each.to_dict() for each in resolver.suggest("cadena s", where={"tags": "talk"})],
        ensure_ascii=False,
        indent=2,
    )
    own = tmp_path / "own.jsonl"
    own.write_text('{"id": "c-1", "name": "Kim"}\n', "utf-8")
    _, out, _ = edge_er("suggest", bundle_dir, "ki", "--entries", own, "--json")
    assert [each["name"] for each in json.loads(out)] == ["Kim", "Kiss FM"]
    assert edge_er("suggest", bundle_dir, "zzz")[:2] == (0, "")


def test_resolve_takes_a_wanted_precision(edge_er, bundle_dir: Path) -> None:
    decisions = [
        json.loads(edge_er("resolve", bundle_dir, "pon la cadena ser", "--min-precision", wish, "--json")[1])[
            "decision"
        ]
        for wish in ("0.5", "0.999")
    ]
    assert decisions == ["match", "no_match"]
    code, _, errors = edge_er("resolve", bundle_dir, "cadena ser", "--min-precision", "95")
    assert code == 2
    assert "between 0 and 1" in errors


def test_resolve_explains(edge_er, bundle_dir: Path, resolver) -> None:
    code, out, _ = edge_er("resolve", bundle_dir, "los cuarenta", "--explain", "--top-k", "2")
    assert code == 0
    assert "los cuarenta" in out
    assert "margin" in out
    code, out, _ = edge_er("resolve", bundle_dir, "los cuarenta", "--explain", "--json")
    assert code == 0
    assert json.loads(out)["explanations"] == [each.to_dict() for each in resolver.explain("los cuarenta")]
    assert edge_er("resolve", bundle_dir, "", "--explain")[0] == 0


@pytest.mark.parametrize("request_", ["", "🎉", "zzz qqq xxx"])
def test_no_match_exits_0(edge_er, bundle_dir: Path, request_: str) -> None:
    code, out, _ = edge_er("resolve", bundle_dir, request_)
    assert code == 0
    assert out.startswith("no_match")


def test_names_with_brackets_are_shown_as_they_are(edge_er, encoder_files, tmp_path: Path) -> None:
    from tiny import make_bundle

    from edge_er.bundle.bundle import write_bundle
    from edge_er.bundle.entity import Entity

    write_bundle(tmp_path / "b", make_bundle((Entity("[a]", "[bold]Kiss[/bold] FM [/x]"),), encoder_files))
    code, out, _ = edge_er("resolve", tmp_path / "b", "kiss fm")
    assert code == 0
    assert "[bold]Kiss[/bold] FM [/x]" in out


def test_inspect(edge_er, bundle_dir: Path) -> None:
    code, out, _ = edge_er("inspect", bundle_dir, "--selftest")
    assert code == 0
    for part in ("7 entities", "encoder.onnx", "2,000,000", "0.800 - 0.950", "streams.jsonl (not counted)"):
        assert part in out
    assert "selftest: 4 golden requests" in out
    files = [line for line in out.splitlines() if "manifest.json" in line]
    assert f"{(bundle_dir / 'manifest.json').stat().st_size:,}" in files[0]


def test_inspect_json_is_the_manifest(edge_er, bundle_dir: Path) -> None:
    code, out, err = edge_er("inspect", bundle_dir, "--json", "--selftest")
    assert code == 0
    manifest = json.loads((bundle_dir / "manifest.json").read_text(encoding="utf-8"))
    shown = json.loads(out)
    assert shown.pop("engine") in ("native", "reference")
    assert shown == {"path": str(bundle_dir), **manifest}
    assert "selftest" in err


def test_list(edge_er, bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "models_folder", lambda: tmp_path)
    assert edge_er("list")[:2] == (0, "no bundle is shipped\n")
    shutil.copytree(bundle_dir, tmp_path / "radio_es")
    code, out, _ = edge_er("list")
    assert code == 0
    assert "radio_es" in out
    assert "0.900" in out
    rows = json.loads(edge_er("list", "--json")[1])
    assert [(row["name"], row["lang"], row["counts"]["entities"]) for row in rows] == [("radio_es", "es", 7)]


def test_eval(edge_er, bundle_dir: Path, tmp_path: Path) -> None:
    rows = [
        {"query": "pon la cadena ser", "entity": "Cadena SER", "lang": "es"},
        {"query": "kiss fm", "entity": "es-4"},
        {"query": "zzz", "entity": "Radio Nada"},
    ]
    requests = tmp_path / "requests.jsonl"
    requests.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    code, out, _ = edge_er("eval", bundle_dir, requests, "--json")
    assert code == 0
    report = json.loads(out)
    assert report["recall_at_1"]["es"]["text"]["value"] == pytest.approx(2 / 3)
    assert report["unmapped"]["rows"] == 1
    code, out, _ = edge_er("eval", bundle_dir, requests)
    assert code == 0
    assert "0.667" in out
    assert "Radio Nada" in out


def test_build_and_resolve(edge_er, encoder_folder: Path, tmp_path: Path) -> None:
    catalog, out = tmp_path / "stations.csv", tmp_path / "mine.zip"
    catalog.write_text("id,name,aliases,country\n1,Cadena SER,SER,ES\n2,Kiss FM,,ES\n", encoding="utf-8")
    options = ("--encoder", encoder_folder, "--lang", "es", "--name", "mine", "--budget", "100kB")
    code, shown, _ = edge_er("build", "--catalog", catalog, "--out", out, *options)
    assert code == 0
    assert "2 entities" in shown
    found = json.loads(edge_er("resolve", out, "pon la cadena ser", "--json")[1])
    assert found["matches"][0]["name"] == "Cadena SER"
    assert found["matches"][0]["metadata"]["country"] == "ES"
    again = ("--out", tmp_path / "again.zip", "--previous", out, *options, "--json")
    code, shown, _ = edge_er("build", "--catalog", catalog, *again)
    assert code == 0
    assert json.loads(shown)["counts"]["entities"] == 2


def test_a_column_can_be_said_with_the_name(edge_er, encoder_folder: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "songs.csv"
    catalog.write_text("name,artist,year\nSnow,Ann Lee,1999\nSnow,Bo Berg,2004\n", "utf-8")
    build = (
        "build",
        "--catalog",
        catalog,
        "--encoder",
        encoder_folder,
        "--no-measure",
        "--out",
        tmp_path / "b",
    )
    assert edge_er(*build, "--say", "artist", "--say", "year")[0] == 0
    shown = json.loads(edge_er("resolve", tmp_path / "b", "snow by bo berg", "--json")[1])
    assert shown["matches"][0]["metadata"]["artist"] == "Bo Berg"
    code, _, err = edge_er(*build, "--say", "singer")
    assert code != 0
    assert "'singer'" in err
    assert "artist, year" in err


def test_build_over_budget_writes_nothing(edge_er, encoder_folder: Path, tmp_path: Path) -> None:
    catalog = tmp_path / "stations.csv"
    catalog.write_text("name\nCadena SER\n", encoding="utf-8")
    options = ("--encoder", encoder_folder, "--lang", "es", "--budget", "10kB")
    code, _, err = edge_er("build", "--catalog", catalog, "--out", tmp_path / "b", *options)
    assert code == 1
    assert "encoder.onnx 1" in err
    assert not (tmp_path / "b").exists()


def test_errors_are_one_line_and_exit_1(
    edge_er, bundle_dir: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    damaged = Path(shutil.copytree(bundle_dir, tmp_path / "damaged"))
    (damaged / "encoder.onnx").write_bytes(b"no")
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"query": "ser", "entity": "Cadena SER"}')
    build = ("build", "--catalog", tmp_path / "none.csv", "--out", tmp_path / "b")
    for arguments, part in [
        (("resolve", "radio_xx", "ser"), "no bundle 'radio_xx'"),
        (("resolve", damaged, "ser"), "encoder.onnx is damaged"),
        (("inspect", damaged), "encoder.onnx is damaged"),
        (("eval", bundle_dir, tmp_path / "none.jsonl"), "none.jsonl"),
        (("eval", "radio_xx", requests), "no bundle 'radio_xx'"),
        ((*build, "--encoder", encoder_folder), "none.csv"),
        ((*build, "--encoder", "multilingual-23"), "no encoder 'multilingual-23'"),
    ]:
        code, out, err = edge_er(*arguments)
        assert code == 1, arguments
        assert out == ""
        assert err.startswith("edge-er: ")
        assert err.count("\n") == 1
        assert part in err
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("resolve",),
        ("resolve", "radio_es"),
        ("resolve", "radio_es", "ser", "--top-k", "0"),
        ("resolve", "radio_es", "ser", "--top-k", "many"),
        ("inspect",),
        ("nonsense",),
        ("build", "--out", "x"),
        ("build", "--catalog", "a.csv", "--out", "x", "--budget", "2 apples"),
        ("train", "nonsense"),
        ("train", "teacher"),
    ],
)
def test_wrong_usage_exits_2(edge_er, arguments: tuple[str, ...]) -> None:
    code, _, err = edge_er(*arguments)
    assert code == 2
    assert err


def test_missing_extra_says_what_to_install(edge_er, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("edge_er.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    code, _, err = edge_er("train", "teacher", tmp_path / "recipe.toml")
    assert code == 1
    assert f"pip install '{REPOSITORY}[train]'" in err


def test_what_is_interrupted_says_how_to_go_on(edge_er, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for command in STEPS:
        monkeypatch.setitem(sys.modules, command[1], SimpleNamespace(main=stop))
        code, _, err = edge_er("train", command[0], "recipe.toml")
        assert (code, err) == (130, "edge-er: stopped; the same command with --resume goes on\n")


def test_version_and_help(edge_er) -> None:
    assert edge_er("--version") == (0, f"{__version__}\n", "")
    code, out, _ = edge_er("--help")
    assert code == 0
    for command in ("resolve", "eval", "inspect", "list", "build", "train"):
        assert command in out
        assert edge_er(command, "--help")[0] == 0


def test_output_is_utf_8_whatever_the_terminal(bundle_dir: Path) -> None:
    root = REPOSITORY
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-c", "from edge_er.cli.app import main; main()", "resolve", str(bundle_dir)]
    done = subprocess.run([*command, "إذاعة الشرق"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert "إذاعة الشرق" in done.stdout.decode("utf-8")
    raw = subprocess.run([*command, b"ser \xff", "--json"], capture_output=True, env=environment, check=False)
    assert raw.returncode == 0
    assert json.loads(raw.stdout)["query"] == "ser \udcff"
