"""Sentences of a smart home with a misheard name: hassil alone, and with the resolver in front of it.

    python -m benchmarks.product.home_sentences

Homes are those of `benchmarks.product.homes`, five languages, every device a lamp. Sentences are drawn from the
templates of home-assistant-intents (turn on, turn off, brightness); one counts where hassil recognises it with the name
as it is written. Then the name is asked for as a recogniser may hear it (`Confusions`, drawn until it differs).
*nothing* is "I did not understand", *asked back* the question which of several is meant.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from hassil.intents import Intents, TextSlotList
from hassil.sample import sample_sentence
from home_assistant_intents import get_intents

from benchmarks.lib.built_catalogs import ENCODER, built_catalog
from benchmarks.lib.made_homes import LAYOUTS, home
from benchmarks.lib.results_file import LANGUAGES, REPOSITORY, markdown_table, write_result
from catalog_tools.language.noise import Confusions
from edge_er.resolver import EntityResolver
from edge_er.service.home_intents import KINDS, HomeIntents
from edge_er.text.canonical import canonical_text

CACHE = REPOSITORY / "build" / "home_sentences"
HALF = "report"  # of the words of made homes
INTENTS = ("HassTurnOn", "HassTurnOff", "HassLightSet")
NAME, ELSE = "qqnameqq", "qqelseqq"
# sentences of a template that are looked at, kept for a device; draws of a misheard name
SAMPLED, DRAWN, TRIES = 400, 3, 20
OUTCOMES = ("right", "another", "asked back", "nothing")


def templates(lang: str, rng: random.Random) -> list[str]:
    """Sentences of a language with a place for a name and none for an area or floor."""
    intents = Intents.from_dict(get_intents(lang))
    lists = {slot: TextSlotList.from_tuples([(ELSE, ELSE, {})], name=slot) for slot in KINDS}
    lists["name"] = TextSlotList.from_tuples([(NAME, NAME, {"domain": "light"})], name="name")
    found = []
    for intent in INTENTS:
        for data in intents.intents[intent].data:
            every, rules = {**intents.slot_lists, **lists, **data.slot_lists}, intents.expansion_rules
            for sentence in data.sentences:
                drawn = sample_sentence(sentence, every, {**rules, **data.expansion_rules}, lang)
                texts = {" ".join(text.split()) for text in islice(drawn, SAMPLED)}
                good = sorted(text for text in texts if text.count(NAME) == 1 and ELSE not in text)
                found += rng.sample(good, min(len(good), 5))
    return found


def misheard(name: str, noise: Confusions, rng: random.Random) -> str | None:
    """The name as it may be heard, another text than it is; None where it is always heard rightly."""
    said = canonical_text(name)
    drawn = (noise.distort(said, rng) for _ in range(TRIES))
    return next((heard for heard in drawn if heard and heard != said), None)


def asked(lang: str, sentences: HomeIntents, names: list[str]) -> Iterator[tuple[str, str, str]]:
    """(name, sentence with the name, sentence with what was heard) for all names."""
    rng, noise = random.Random(f"{lang} sentences"), Confusions.of_language(lang)
    patterns = templates(lang, rng)
    for name in names:
        kept = 0
        for pattern in rng.sample(patterns, len(patterns)):
            heard = misheard(name, noise, rng)
            if heard and kept < DRAWN and _name(sentences, pattern.replace(NAME, name)) == name:
                kept += 1
                yield name, pattern.replace(NAME, name), pattern.replace(NAME, heard)


def _name(sentences: HomeIntents, text: str) -> str | None:
    """The name that hassil alone finds."""
    exact = sentences.exact(text)
    return None if exact is None else exact.slots.get("name")


def measure(lang: str, encoder: str) -> dict[str, Any]:
    """Counts of outcomes of a language, for hassil alone and with the resolver."""
    rows = [{**row, "kind": "entity", "domain": "light"} for row in home(lang, LAYOUTS[0], HALF).rows]
    resolver = EntityResolver.load(built_catalog(CACHE, f"home_{lang}", rows, lang, encoder))
    sentences = HomeIntents(resolver, lang)
    alone, together = Counter[str](), Counter[str]()
    for name, _, heard in asked(lang, sentences, [row["name"] for row in rows]):
        by_hassil = _name(sentences, heard)
        alone["nothing" if by_hassil is None else "right" if by_hassil == name else "another"] += 1
        found = sentences(heard)
        slot = found.slots.get("name")
        outcome = "asked back" if found.say else "nothing"
        together[outcome if found.intent is None else "right" if slot == name else "another"] += 1
    return {"rows": alone.total(), "alone": dict(alone), "together": dict(together)}


def table(figures: dict[str, Any]) -> str:
    """Shares of outcomes by language."""
    lines = []
    for lang, found in figures.items():
        for system, title in (("alone", "hassil"), ("together", "hassil and edge-er")):
            shares = (found[system].get(outcome, 0) / found["rows"] for outcome in OUTCOMES)
            lines.append([lang, f"{found['rows']:,}", title, *(f"{share:.3f}" for share in shares)])
    about = "Devices of made homes, one name misheard in each sentence; shares of all sentences."
    headings = ["language", "sentences", "system", *OUTCOMES]
    return f"# Sentences of a smart home with a misheard name\n\n{about}\n\n{markdown_table(headings, lines)}"


def main() -> None:
    """Ask all languages and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default=ENCODER, help="a shipped encoder or an encoder folder")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), help="codes")
    options = parser.parse_args()
    figures = {lang: measure(lang, options.encoder) for lang in options.languages}
    write_result("product.home_sentences", "home_sentences", {"languages": figures}, table(figures))
    print(table(figures))


if __name__ == "__main__":
    main()
