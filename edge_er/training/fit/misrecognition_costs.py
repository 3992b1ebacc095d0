"""Misrecognition costs: how likely recognisers write one letter for another, and the words and phrases of carriers.

    edge-er train fit misrecognition --voices models/voice_pairs --out edge_er/data/hearing.txt

Pairs of said and recognised requests come from the voice train split and from the voices of a folder, without the name
clusters that are held out for fitting weights. The words are those of the shipped carriers and of annotated utterances,
outside the names in them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog_tools.language.language import language
from catalog_tools.language.requests import NAME_SLOTS, Carriers
from catalog_tools.radio import CATALOG_COUNTRIES
from edge_er.bundle.atomic import check_file, write_text
from edge_er.bundle.locate import data_folder
from edge_er.text.canonical import canonical_text
from edge_er.text.numbers import in_figures
from edge_er.training.data.pool import held_out, name_cluster, read_rows
from edge_er.training.data.voice_pairs import voice_pair_rows
from edge_er.training.fit.misrecognition import Counts, Pair, learn, section_lines

__all__ = ["HEADING", "carrier_phrases", "carrier_words", "main", "pairs"]

LOCALES = {"de": "de-DE", "en": "en-US", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
HELD_SHARE = 0.15
LONGEST = 48  # letters of a request
VOICE_SHARE = (
    0.25  # what each further voice and recogniser counts, beside 1 for all pairs of the data folder,
)
MOST_TIMES = 8.0  # but no pair more often than this
FREQUENT = 15  # times that a word stands in annotated utterances
FILLERS = ("fm", "radio")  # what people leave out of names
USUAL = 0.002  # share of the stations' names that hold a word of names
SLOT = re.compile(r"\[(\w+) : ([^\]]+)\]")
HEADING = (
    "# What recognisers hear for what was said; made by: edge-er train fit misrecognition. Costs are -8 log2 of a\n"
    "# frequency: a line has its kind, the letters it is about, and a cost for each letter heard (after and before: a\n"
    "# change of it); - is not heard at all, _ the edge of a text, . any letter. Fillers, words, calls, opens, nouns\n"
    "# and closes are about carriers and names.\n"
)


def pairs(
    folder: Path, voices: Iterable[Mapping[str, Any]] = (), lang: str | None = None
) -> dict[str, list[Pair]]:
    """Said and recognised requests by language, outside the held-out clusters.

    Args:
        folder: the data folder.
        voices: further rows, with the `voice` that spoke and the `recogniser` that heard each.
        lang: only this language.
    """
    by_language: defaultdict[str, list[Pair]] = defaultdict(list)
    for row in read_rows(folder / "voice" / "voice.jsonl.gz"):
        if lang in (None, row["lang"]):
            by_language[row["lang"]] += _pairs_of(row)
    by_voice: defaultdict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for said in voices:
        by_voice[said["lang"], said["voice"], said["recogniser"]] += _pairs_of(said)
    usual = {lang: len(own) for lang, own in by_language.items()}
    for (spoken, _, _), own in sorted(by_voice.items()):
        # The data folder's one voice has most pairs; each other counts so much that none decides alone.
        times = min(MOST_TIMES, VOICE_SHARE * usual.get(spoken, len(own)) / max(len(own), 1))
        by_language[spoken] += [pair._replace(times=times) for pair in own]
    return by_language


def _pairs_of(row: Mapping[str, Any]) -> Iterator[Pair]:
    """What was heard of a row with and without noise; nothing of rows that are not for learning."""
    if row["split"] != "train" or held_out(name_cluster(row["entity"]), HELD_SHARE):
        return
    before, _, after = (_letters(part) for part in row["carrier"].partition("{}"))
    said = _letters(row["text"])
    if not (said.startswith(before) and said.endswith(after)):
        return
    for heard in (_letters(row["asr"]), _letters(row["asr_noisy"])):
        if 0 < len(said) <= LONGEST and 0 < len(heard) <= LONGEST:
            yield Pair(said, heard, len(before), len(said) - len(after))


def carrier_words(folder: Path, lang: str) -> list[str]:
    """Words of the shipped carriers, and those frequent in annotated utterances outside the names in them.

    Commands for other things than stations give phrases only, for their words ("dial", "ring") are names as well.
    Numbers are none: a number that a name does not have speaks against it. Articles stay ("un").
    """
    shipped = Carriers.of_language(lang)
    phrases = [shipped.phrases, shipped.nouns, shipped.wake, shipped.places, shipped.apps, shipped.polite]
    words = {word for kind in phrases for phrase in kind for word in _words(phrase)}
    rows = read_rows(folder / "massive" / f"{LOCALES[lang]}.jsonl.gz")
    observed = Counter(word for row in rows if row["partition"] == "train" for word in _outside_names(row))
    words |= {word for word, times in observed.items() if times >= FREQUENT}
    articles = language(lang).articles
    return sorted(word for word in words if word in articles or not _is_number(word, lang))


def carrier_phrases(folder: Path, lang: str) -> dict[str, list[str]]:
    """Phrases of the shipped carriers by their place in a request, without those that consist of words of names."""
    shipped = Carriers.of_language(lang)
    rows = read_rows(folder / "stations" / "stations.jsonl.gz")
    names = [set(_words(row["name"])) for row in rows if row["country"] in CATALOG_COUNTRIES[lang]]
    holding = Counter(word for name in names for word in name)
    usual = {word for word, times in holding.items() if times > USUAL * len(names)}
    patterns = [*shipped.phrases, *shipped.commands]
    before, after = zip(*(pattern.split("{}") for pattern in patterns), strict=True)
    nouns = [pattern.partition("{}")[0] for pattern in shipped.nouns]
    nouns = [noun for noun in nouns if not usual.issuperset(_words(noun))]
    phrases = {
        "calls": [*shipped.wake, *shipped.polite],
        "opens": [*before, *_before_nouns(shipped, nouns)],
        "nouns": nouns,
        "closes": [*after, *shipped.places, *shipped.apps, *shipped.polite],
    }
    return {
        kind: sorted({" ".join(_words(one)) for one in phrase_list if not usual.issuperset(_words(one))})
        for kind, phrase_list in phrases.items()
    }


def _before_nouns(shipped: Carriers, nouns: Iterable[str]) -> Iterator[str]:
    """Openings that end in an article, as far as stations are asked for so, with the noun of that article.

    "Turn on the" is an opening. It would leave "station kiss fm" of "turn on the station kiss fm".
    """
    plain = {pattern.partition("{}")[0].strip() for pattern in shipped.phrases}
    for command in shipped.commands:
        opening, _, article = command.partition("{}")[0].strip().rpartition(" ")
        if opening in plain:
            yield from (f"{opening} {noun}" for noun in nouns if noun.split()[:1] == [article])


def _outside_names(row: dict[str, str]) -> list[str]:
    """Words of an annotated utterance that stand in no slot for a name."""
    return _words(SLOT.sub(lambda slot: " " if slot[1] in NAME_SLOTS else slot[2], row["annot_utt"]))


def _is_number(word: str, lang: str) -> bool:
    figures = in_figures(word, lang)
    return figures != word or figures.isdecimal()


def _words(phrase: str) -> list[str]:
    return canonical_text(phrase.replace("{}", " ")).split()


def _letters(text: str) -> str:
    return canonical_text(text).replace(" ", "")


def main(out: Path, data: Path | None = None, voices: Path | None = None) -> Path:
    """Count, and write the table: a section for each language, and one for all other languages.

    Args:
        out: the file; the runtimes read `edge_er/data/hearing.txt`.
        data: data folder (`edge_er.bundle.locate.data_folder`).
        voices: folder of further voices (`edge_er.training.data.voice_pairs`).
    """
    check_file(out)
    folder = data_folder(data)
    spoken = voice_pair_rows(voices, "train") if voices else ()
    lines, total = [f"fillers {' '.join(FILLERS)}"], Counts.empty()
    for lang, of_lang in sorted(pairs(folder, spoken).items()):
        counts, words = learn(of_lang), carrier_words(folder, lang)
        lines += [f"[{lang}]", f"words {' '.join(words)}"]
        lines += [f"{kind} {'|'.join(each)}" for kind, each in carrier_phrases(folder, lang).items()]
        lines += section_lines(counts)
        total += counts
        print(f"{lang}: {len(of_lang)} pairs, {len(words)} words", file=sys.stderr)
    lines += ["[all]", *section_lines(total)]
    write_text(out, HEADING + "\n".join(lines) + "\n")
    return out
