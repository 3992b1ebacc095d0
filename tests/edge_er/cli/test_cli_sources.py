"""`edge-er convert` shows what a source holds, and `edge-er build` takes the same settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny import REPOSITORY

from edge_er.bundle.bundle import read_bundle

CARDS = (
    "BEGIN:VCARD\nUID:1\nFN:Ana Núñez\nNICKNAME:Anita\nEND:VCARD\nBEGIN:VCARD\nTEL:1\nEND:VCARD\n"
    "BEGIN:VCARD\nFN:Bo\nEND:VCARD\n"
)


def test_convert(edge_er, tmp_path: Path) -> None:
    file, out, rejects = tmp_path / "a.vcf", tmp_path / "a.jsonl", tmp_path / "r.jsonl"
    file.write_text(CARDS, "utf-8")
    code, stdout, stderr = edge_er("convert", file, "--out", out, "--rejects", rejects)
    assert (code, stdout) == (0, f"3 read, 2 written, 1 rejected, 0 skipped: {out}\n")
    assert stderr == f"note: {file}: 1 of 3 rows cannot be used; they are in {rejects}\n"
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert rows == [{"id": "1", "name": "Ana Núñez", "aliases": ["Anita"]}, {"name": "Bo"}]
    assert [json.loads(line)["row"] for line in rejects.read_text("utf-8").splitlines()] == [6]
    code, stdout, _ = edge_er("convert", file, "--out", out, "--rejects", rejects, "--json")
    counts = {"read": 3, "written": 2, "rejected": 1, "skipped": 0}
    assert json.loads(stdout) == {"path": str(out), **counts}


def test_bad_rows_go_beside_the_output(edge_er, tmp_path: Path) -> None:
    file, out, rejects = tmp_path / "a.vcf", tmp_path / "b.jsonl", tmp_path / "b.rejects.jsonl"
    file.write_text(CARDS, "utf-8")
    code, stdout, stderr = edge_er("convert", file, "--out", out)
    assert (code, stdout) == (0, f"3 read, 2 written, 1 rejected, 0 skipped: {out}\n")
    assert stderr == f"note: {file}: 1 of 3 rows cannot be used; they are in {rejects}\n"
    assert [json.loads(line)["row"] for line in rejects.read_text("utf-8").splitlines()] == [6]
    file.write_text("BEGIN:VCARD\nFN:A\nEND:VCARD\n", "utf-8")
    assert edge_er("convert", file, "--out", out)[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.vcf", "b.jsonl"]


def test_strict_stops_at_the_first_bad_row_and_leaves_the_file_before(edge_er, tmp_path: Path) -> None:
    file, out = tmp_path / "a.vcf", tmp_path / "a.jsonl"
    file.write_text(CARDS, "utf-8")
    out.write_text("before\n")
    code, _, stderr = edge_er("convert", file, "--out", out, "--strict")
    assert code == 1
    assert f"{file}, row 6, column 'name'" in stderr
    assert out.read_text() == "before\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "a.vcf"]


def test_columns_are_joined_and_named(edge_er, tmp_path: Path) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "a.jsonl"
    file.write_text("Ana,Núñez,7\nBo,,8\n", "utf-8")
    arguments = (
        "--columns",
        "First,Last,plays",
        "--column",
        "name=first+LAST",
        "--column",
        "popularity=plays",
    )
    code, _, stderr = edge_er("convert", file, "--out", out, *arguments)
    assert (code, stderr) == (0, "")
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert rows == [{"name": "Ana Núñez", "popularity": 7}, {"name": "Bo", "popularity": 8}]


def test_flags_go_over_the_mapping_file(edge_er, tmp_path: Path) -> None:
    file, out, mapping = tmp_path / "a.csv", tmp_path / "a.jsonl", tmp_path / "map.toml"
    file.write_bytes("titel\talt\tort\tplz\nKöln\tb,c\td\t5\n".encode("cp850"))
    mapping.write_text('encoding = "cp1252"\nseparator = ","\n[columns]\nname = "plz"\naliases = "alt"\n')
    code, _, stderr = edge_er(
        "convert", file, "--out", out, "--mapping", mapping, "--column", "name=titel", "--encoding", "cp850",
        "--delimiter", "\\t", "--keep", "ort",
    )  # fmt: skip
    assert (code, stderr) == (0, "")
    assert json.loads(out.read_text("utf-8")) == {"name": "Köln", "aliases": ["b", "c"], "ort": "d"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--column", "name"), 2, "FIELD=COLUMN"),
        (("--columns", "a,b", "--kind", "jsonl"), 1, "header is for csv, tsv"),
        (("--column", "name=titel"), 1, "did you mean 'title'?"),
        (("--kind", "cvs"), 1, "did you mean 'csv'"),
        (("--mapping", "none.toml"), 1, "none.toml: cannot be read"),
        (("--query", "SELECT 1"), 1, "query is for sqlite"),
    ],
)
def test_wrong_settings(edge_er, tmp_path: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text("title,city\nA,B\n")
    found, _, stderr = edge_er("convert", file, "--out", tmp_path / "a.jsonl", *arguments)
    assert found == code
    assert says in " ".join(stderr.replace("│", " ").split())


def test_the_result_is_named_jsonl(edge_er, tmp_path: Path) -> None:
    code, _, stderr = edge_er("convert", tmp_path / "a.csv", "--out", tmp_path / "a.csv")
    assert (code, "ending in .jsonl" in " ".join(stderr.split())) == (2, True)


def test_the_example_of_a_spreadsheet(edge_er, tmp_path: Path) -> None:
    examples = REPOSITORY / "docs" / "examples"
    out, rejects = tmp_path / "a.jsonl", tmp_path / "r.jsonl"
    code, stdout, stderr = edge_er(
        "convert", examples / "emisoras.csv", "--mapping", examples / "emisoras.toml", "--out", out,
        "--rejects", rejects,
    )  # fmt: skip
    assert (code, stdout) == (0, f"5 read, 3 written, 2 rejected, 0 skipped: {out}\n")
    assert [json.loads(line)["name"] for line in out.read_text("utf-8").splitlines()] == [
        "Cadena SER",
        "Radio Clásica",
        "Ràdio Ñandú",
    ]
    written = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert [(row["row"], row["column"]) for row in written] == [(4, "emisora"), (6, "clave")]
    assert all(told in stderr for told in ("read as cp1252", "read with ';'", "2 of 5 rows"))


def test_build_takes_any_source(edge_er, encoder_folder: Path, tmp_path: Path) -> None:
    file, rejects = tmp_path / "a.vcf", tmp_path / "r.jsonl"
    file.write_text(CARDS, "utf-8")
    code, _, stderr = edge_er(
        "build", "--catalog", file, "--out", tmp_path / "b", "--encoder", encoder_folder, "--rejects", rejects,
        "--no-measure", "--workers", "1",
    )  # fmt: skip
    assert (code, "1 of 3 rows cannot be used" in stderr) == (0, True)
    entities = {entity.name: entity for entity in read_bundle(tmp_path / "b").entities}
    assert set(entities) == {"Ana Núñez", "Bo"}
    assert entities["Ana Núñez"].aliases == ("Anita",)
    code, _, stderr = edge_er(
        "build", "--catalog", file, "--out", tmp_path / "c", "--encoder", encoder_folder, "--strict"
    )
    assert (code, (tmp_path / "c").exists()) == (1, False)
    assert "row 6" in stderr
