"""Confusions: how often recognisers hear one piece of a word for another, for the noise of synthetic requests.

    edge-er train fit confusions --out catalog_tools/locales
    edge-er train fit confusions --voice voice.jsonl.gz       # a file of edge-er voice

Pairs of said and recognised text come from the train rows of recognised speech, by default those of the data folder.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from catalog_tools.language.noise import learn_confusions
from edge_er.bundle.atomic import write_text
from edge_er.bundle.locate import data_folder
from edge_er.errors import RequestFileError
from edge_er.text.canonical import canonical_text

__all__ = ["main", "read_pairs"]

VOICE = "voice/voice.jsonl.gz"  # in the data folder
FIELDS = ("split", "lang", "text", "asr", "asr_noisy")


def read_pairs(file: Path) -> dict[str, list[tuple[str, str]]]:
    """Said and recognised texts of the train rows by language, canonical.

    Raises:
        RequestFileError: the file cannot be read, a row lacks a field, or no row is for training.
    """
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(file):
        if row["split"] == "train":
            said = canonical_text(row["text"])
            pairs[row["lang"]] += [(said, canonical_text(row[heard])) for heard in ("asr", "asr_noisy")]
    if not pairs:
        raise RequestFileError("expected rows with split 'train', found none", file=file)
    return dict(sorted(pairs.items()))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    try:
        with (
            gzip.open(file, "rt", encoding="utf-8")
            if file.suffix == ".gz"
            else file.open(encoding="utf-8") as lines
        ):
            for number, line in enumerate(lines, start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise RequestFileError("expected a JSON object a line", file=file, row=number)
                missing = [name for name in FIELDS if not isinstance(row.get(name), str)]
                if missing:
                    raise RequestFileError(
                        "expected a text, as edge-er voice writes it", file=file, row=number, field=missing[0]
                    )
                yield row
    except OSError as error:
        raise RequestFileError(f"cannot be read ({error.strerror or error})", file=file) from error
    except ValueError as error:
        raise RequestFileError(f"not lines of JSON ({error})", file=file) from error


def main(
    out: Path, data: Path | None = None, voice: Path | None = None, min_count: int = 5
) -> dict[Path, tuple[int, int]]:
    """Write ``confusions_<lang>.tsv`` for each language into a folder.

    Args:
        out: the folder, made if it is not there.
        data: data folder (`edge_er.bundle.locate.data_folder`), read where ``voice`` is not given.
        voice: rows of recognised speech, .jsonl or .jsonl.gz, as `edge-er voice` writes them.
        min_count: a confusion that was seen less often is left out.

    Returns:
        For each file its number of confusions, and of the pairs they come from.
    """
    written = {}
    for lang, pairs in read_pairs(voice or data_folder(data, VOICE) / VOICE).items():
        rows = learn_confusions(pairs, min_count).rows
        file = out / f"confusions_{lang}.tsv"
        write_text(file, "".join(f"{said}\t{heard}\t{rate:.5f}\n" for said, heard, rate in rows))
        written[file] = len(rows), len(pairs)
    return written
