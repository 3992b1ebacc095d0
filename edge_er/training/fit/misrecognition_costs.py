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
from edge_er.text.letters import Letters
from edge_er.text.numbers import in_figures
from edge_er.training.data.pool import held_out, name_cluster, read_rows
from edge_er.training.data.voice_pairs import voice_pair_rows
from edge_er.training.fit.misrecognition import SHIFTS, Counts, Pair, learn, section_lines

__all__ = ["HEADING", "carrier_phrases", "carrier_words", "digraph_line", "main", "pairs"]

LOCALES = {"de": "de-DE", "en": "en-US", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
# Letters that stand for one sound together, or for one that is heard otherwise than their first. In Spanish they did
# not pay.
DIGRAPHS = {
    "de": "tsch sch ch ck ei ie eu au st sp ph th ng tz",
    "en": "sh th ch ck ee oo ea ph qu wh ou ow ng ay ai",
    "fr": "eau ch gn qu ou ai au oi eu ph th",
    "it": "gn gl ch gh sc qu ci gi zz cc tt ss",
}
HELD_SHARE = 0.15
LONGEST = 48  # letters of a request
VOICE_SHARE = (
    0.25  # what each further voice and recogniser counts, beside 1 for all pairs of the data folder,
)
MOST_TIMES = 8.0  # but no pair more often than this
FREQUENT = 15  # times that a word stands in annotated utterances
FILLERS = ("fm", "radio")  # what people leave out of names
USUAL = 0.002  # share of the stations' names that hold a word of names
LETTERS = defaultdict(Letters, {lang: Letters(each.split()) for lang, each in DIGRAPHS.items()})
SLOT = re.compile(r"\[(\w+) : ([^\]]+)\]")
HEADING = (
    "# What recognisers hear for what was said; made by: edge-er train fit misrecognition. Costs are -8 log2 of a\n"
    "# frequency: a line has its kind, the letters it is about, the letters heard, and a cost for each (after and\n"
    "# before: a change of it); - is not heard at all, _ the edge of a text, . any letter, and A, B, C the digraphs,\n"
    "# each one letter. Fillers, words, calls, opens, nouns and closes are about carriers and names.\n"
)


def pairs(
    folder: Path,
    voices: Iterable[Mapping[str, Any]] = (),
    lang: str | None = None,
    letters_of: Mapping[str, Letters] | None = None,
) -> dict[str, list[Pair]]:
    """Said and recognised requests by language, outside the held-out clusters, spelled in the letters of the language.

    Args:
        folder: the data folder.
        voices: further rows, with the `voice` that spoke and the `recogniser` that heard each.
        lang: only this language.
        letters_of: the letters of each language; by default those of `DIGRAPHS`.
    """
    letters = LETTERS if letters_of is None else letters_of
    by_language: defaultdict[str, list[Pair]] = defaultdict(list)
    for row in read_rows(folder / "voice" / "voice.jsonl.gz"):
        if lang in (None, row["lang"]):
            by_language[row["lang"]] += _pairs_of(row, letters[row["lang"]])
    by_voice: defaultdict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for said in voices:
        key = said["lang"], said["voice"], said["recogniser"]
        by_voice[key] += _pairs_of(said, letters[said["lang"]])
    usual = {lang: len(own) for lang, own in by_language.items()}
    for (spoken, _, _), own in sorted(by_voice.items()):
        # The data folder's one voice has most pairs; each other counts so much that none decides alone.
        times = min(MOST_TIMES, VOICE_SHARE * usual.get(spoken, len(own)) / max(len(own), 1))
        by_language[spoken] += [pair._replace(times=times) for pair in own]
    return by_language


def _pairs_of(row: Mapping[str, Any], letters: Letters) -> Iterator[Pair]:
    """What was heard of a row with and without noise; nothing of rows that are not for learning."""
    if row["split"] != "train" or held_out(name_cluster(row["entity"]), HELD_SHARE):
        return
    before, _, after = (_spelled(part, letters) for part in row["carrier"].partition("{}"))
    said = _spelled(row["text"], letters)
    if not (said.startswith(before) and said.endswith(after)):
        return
    for heard in (_spelled(row["asr"], letters), _spelled(row["asr_noisy"], letters)):
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


def _spelled(text: str, letters: Letters) -> str:
    return letters.spelled(canonical_text(text)).replace(" ", "")


def digraph_line(lang: str) -> str:
    """The line of the digraphs of a language, which is the first of its section."""
    return f"digraphs {DIGRAPHS.get(lang, '')}".rstrip()


def main(out: Path, data: Path | None = None, voices: Path | None = None) -> Path:
    """Count, and write the table: a section for each language, and one for all other languages.

    Args:
        out: the file; the runtimes read `edge_er/data/hearing.txt`.
        data: data folder (`edge_er.bundle.locate.data_folder`).
        voices: folder of further voices (`edge_er.training.data.voice_pairs`).
    """
    check_file(out)
    folder = data_folder(data)
    spoken = list(voice_pair_rows(voices, "train")) if voices else []
    lines = [f"fillers {' '.join(FILLERS)}"]
    for lang, of_lang in sorted(pairs(folder, spoken).items()):
        words = carrier_words(folder, lang)
        lines += [f"[{lang}]", digraph_line(lang), f"words {' '.join(words)}"]
        lines += [f"{kind} {'|'.join(each)}" for kind, each in carrier_phrases(folder, lang).items()]
        lines += section_lines(learn(of_lang))
        print(f"{lang}: {len(of_lang)} pairs, {len(words)} words", file=sys.stderr)
    # Other languages have other digraphs: what they share is counted letter by letter.
    plain = pairs(folder, spoken, letters_of=defaultdict(Letters))
    shared = sum((learn(of_lang) for of_lang in plain.values()), Counts.empty())
    lines += ["[all]", digraph_line("all"), *section_lines(shared, shifts=SHIFTS // 4)]
    write_text(out, HEADING + "\n".join(lines) + "\n")
    return out
