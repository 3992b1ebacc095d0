"""How often the pieces of the shipped vocabulary occur in requests of each language: catalog_tools/locales/pieces.tsv.

    python -m tools.piece_counts --data ../shared/data

Requests are made as for training, half of them from recognised speech of the split train, for the names of one language
at a time; names of the split dev are in none of them. Builds read the table to cut an encoder's vocabulary. A piece has
a digit for each language: the whole part of the logarithm to base 2 of how often it occurs in 100,000 requests, at most
9; 0 where it is rarer than twice.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from tokenizers import Tokenizer

from catalog_tools.build.vocabulary import COUNTED
from catalog_tools.language.language import LANGUAGES
from edge_er.bundle.atomic import write_text
from edge_er.bundle.locate import data_folder, find_encoder
from edge_er.training.data.made_requests import requests_from
from edge_er.training.data.pool import sources_of
from edge_er.training.settings import DataSettings
from tools.documents import REPOSITORY

REQUESTS, MOST = 100_000, 9


def counted(tokenizer: Tokenizer, data: Path, lang: str, requests: int) -> Counter[int]:
    """How often each piece occurs in made requests of a language, by its id."""
    settings = DataSettings(requests=requests, languages=[lang])
    queries, _ = requests_from(sources_of(data, settings), settings, requests, f"pieces/{lang}")
    return Counter(row for encoding in tokenizer.encode_batch(queries) for row in encoding.ids)


def digit(count: float) -> int:
    """The whole part of the logarithm to base 2 of a count in 100,000 requests, from 0 to 9."""
    return min(MOST, max(0, int(count).bit_length() - 1))


def main() -> None:
    """Count and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="data folder (default: $EDGE_ER_DATA, else ../shared/data)")
    parser.add_argument("--encoder", default="multilingual-32-hpd64", help="the encoder of the vocabulary")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="requests a language")
    options = parser.parse_args()
    data = data_folder(options.data)
    tokenizer = Tokenizer.from_file(str(find_encoder(options.encoder) / "tokenizer.json"))
    counts = {lang: counted(tokenizer, data, lang, options.requests) for lang in LANGUAGES}
    scale = REQUESTS / options.requests
    lines = [f"piece\t{' '.join(LANGUAGES)}"]
    for row in range(tokenizer.get_vocab_size()):
        digits = "".join(str(digit(counts[lang][row] * scale)) for lang in LANGUAGES)
        lines.append(f"{tokenizer.id_to_token(row)}\t{digits}")
    write_text(REPOSITORY / "catalog_tools" / COUNTED, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
