"""A reader that stops early leaves nothing open: no file, no database, no temporary folder, in any thread."""

from __future__ import annotations

import gc
import gzip
import json
import sqlite3
import threading
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from source_samples import PLACE, STATION
from tiny import require

from catalog_tools.build.update import update_bundle
from catalog_tools.readers.convert import write_records
from catalog_tools.readers.sources import ColumnMapping, SourceOptions, SourceWarning, read_records
from edge_er.errors import CatalogError

HANDLES = Path("/proc/self/fd")
TEXTS = {
    "a.csv": "id,name\n1,A\n2,B\n",
    "a.tsv": "id\tname\n1\tA\n2\tB\n",
    "a.jsonl": '{"name": "A"}\n{"name": "B"}\n',
    "a.json": '[{"name": "A"}, {"name": "B"}]',
    "stations.json": json.dumps([STATION, {**STATION, "stationuuid": "2"}]),
    "a.m3u": "#EXTINF:1,A\nhttp://a\n#EXTINF:1,B\nhttp://b\n",
    "a.pls": "[playlist]\nFile1=http://a\nTitle1=A\nFile2=http://b\nTitle2=B\n",
    "a.vcf": "BEGIN:VCARD\nFN:A\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD\n",
    "a.txt": f"{PLACE}\n{PLACE.replace('2509954', '2')}\n",
}
KINDS = [*TEXTS, "a.csv.gz", "a.zip", "a.db", "a.parquet"]


def write(file: Path) -> Path:
    """Two records in the kind of file its name says."""
    if file.name == "a.db":
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE a (name TEXT)")
            database.executemany("INSERT INTO a VALUES (?)", [("A",), ("B",)])
            database.commit()
    elif file.name == "a.parquet":
        parquet.write_table(pa.table({"name": ["A", "B"]}), file)
    elif file.name == "a.zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.csv", TEXTS["a.csv"])
    elif file.name == "a.csv.gz":
        file.write_bytes(gzip.compress(TEXTS["a.csv"].encode()))
    else:
        file.write_text(TEXTS[file.name], encoding="utf-8")
    return file


def is_open(file: Path) -> bool:
    """Whether this process holds the file."""
    require(HANDLES, HANDLES.is_dir(), "open files are looked up in /proc")
    held = set()
    for handle in HANDLES.iterdir():
        try:
            held.add(handle.readlink())
        except OSError:  # the handle of this very listing
            continue
    return file.resolve() in held


@pytest.fixture(autouse=True)
def no_collector():
    """What is closed is closed on purpose, not because the collector came by."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", KINDS)
def test_a_reader_that_stops_early_is_closed(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name)
    with read_records(file) as records:
        assert next(records).name
        assert is_open(file)
    assert not is_open(file)
    with pytest.raises(ValueError, match="reader is closed; call read_records"):
        next(records)


@pytest.mark.parametrize("name", KINDS)
def test_an_error_that_is_kept_keeps_nothing_open(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name)
    options = SourceOptions(mapping=ColumnMapping({"name": ("nombre",)}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SourceWarning)
        with pytest.raises(CatalogError) as caught:
            list(read_records(file, options))
    assert "nombre" in str(caught.value)
    assert not is_open(file)


def test_a_database_that_nobody_closes_is_collected_in_any_thread(tmp_path: Path) -> None:
    file = write(tmp_path / "a.db")
    records = read_records(file)
    next(records)
    circle = [records]
    circle.append(circle)
    del records, circle
    assert is_open(file)
    thread = threading.Thread(target=gc.collect)
    thread.start()
    thread.join()
    assert not is_open(file)


def test_rows_of_a_database_may_be_read_in_another_thread(tmp_path: Path) -> None:
    found = []
    with read_records(write(tmp_path / "a.db")) as records:
        found.append(next(records).name)
        thread = threading.Thread(target=lambda: found.extend(record.name for record in records))
        thread.start()
        thread.join()
    assert found == ["A", "B"]


def test_rejects_so_far_are_kept(tmp_path: Path) -> None:
    rejects = tmp_path / "r.jsonl"
    (tmp_path / "a.csv").write_text("id,name\n1,\n2,A\n3,B\n", encoding="utf-8")
    with read_records(tmp_path / "a.csv", SourceOptions(rejects=rejects)) as records:
        assert next(records).name == "A"
    assert [json.loads(line)["row"] for line in rejects.read_text(encoding="utf-8").splitlines()] == [2]
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["a.csv", "r.jsonl"]


def test_whoever_takes_a_file_closes_it(tmp_path: Path, bundle_dir: Path) -> None:
    file = write(tmp_path / "a.db")
    with pytest.raises(CatalogError, match="cannot remove 'A'"):
        update_bundle(bundle_dir, remove=file, out=tmp_path / "new")
    assert not is_open(file)
    with read_records(file) as records, pytest.raises(OSError, match="none"):
        write_records(records, Path("/dev/null/none/a.jsonl"))
    assert not is_open(file)
