"""Parts of names by which people call things: without a qualifier, in the order they are said, numerals as figures.

    "Hey Jude - Remastered 2015" -> "hey jude"     "Müller, Hans" -> "hans muller"     "Rocky IV" -> "rocky 4"

A part says less than the name, so it is a form only where it names nothing else: `unique_parts` of
`catalog_tools.build.entity_forms` looks at the whole catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from catalog_tools.language.language import Language, language
from catalog_tools.language.name_signs import LETTERS, NUMBER_SIGN, SIGNS, sign_forms
from catalog_tools.language.names import clean_name
from catalog_tools.language.person_names import turned_person
from catalog_tools.language.roman_numerals import NUMERAL, ORDINAL, SERIES, numeral_forms
from catalog_tools.language.surface_forms import SpokenForm
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words

__all__ = ["ADDRESS", "HEAD", "PART_SHARES", "PERSON", "SPELLING", "TURNED", "UNTAGGED", "part_forms"]

HEAD, UNTAGGED, TURNED, PERSON = "head", "untagged", "turned", "person"
ADDRESS, SPELLING = "address", "spelling"

# Shares of requests, estimated: recorded requests say whole names. They place the kinds among spoken forms.
PART_SHARES = {
    **dict.fromkeys((NUMBER_SIGN, LETTERS, SIGNS, TURNED, PERSON), 0.10),
    **dict.fromkeys((NUMERAL, SERIES), 0.10),
    **dict.fromkeys((HEAD, UNTAGGED, SPELLING), 0.05),
    ORDINAL: 0.02,
    ADDRESS: 0.02,
}

_GUEST = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s+(?=\S)", re.IGNORECASE)
_SEPARATOR = re.compile(rf"\s+[-–—|~•·@/]+\s+|\s*[(\[{{|]|:\s+|{_GUEST.pattern}", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_YEAR = r"(?:19|20)\d\d"
_EDITION = (
    r"(?:radio|single|album|extended|original|stereo|mono|deluxe|special|anniversary|expanded|bonus|acoustic|live|"
    rf"super|digital|explicit|clean|official|lyric|music|full|{_YEAR}|\d+th)"
)
_TAG = re.compile(
    rf"(?i)(?:{_EDITION}[\s-]+)*(?:re-?master(?:ed|izado|isé)?(?:\s+(?:version|{_YEAR}))?|edit|mix|version|edition|"
    rf"release|mono|stereo|live|deluxe|video|audio|demo|instrumental|acoustic|{_YEAR})(?:\s+{_YEAR})?"
)
_TAIL = re.compile(
    rf"(?i)[\s,]+(?:(?:{_YEAR}\s+)?re-?master(?:ed)?(?:\s+version)?(?:\s+{_YEAR})?|radio edit|deluxe edition)$"
)
_TECHNICAL = re.compile(r"(?i)\d\s?k|aac|mp3|ogg|flac|opus|hls")
_DASHES = re.compile(r"\s+[-–—|/]\s+")
_ARTICLE_BEHIND = re.compile(r"(.+), *([^\s,]+)")
_SPELLINGS = {"dj": "deejay", "deejay": "dj"}
_OTHER_SPELLING = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(_SPELLINGS)})(?!\w)")
_SHORTEST = 3  # letters and digits of a part


def part_forms(name: str, lang: str | Language) -> list[SpokenForm]:
    """Forms from parts of ``name``, in canonical text, with their kinds and estimated shares.

    All differ from the name and from each other.

    Raises:
        CatalogError: an unknown language.

    Examples:
        >>> [form.text for form in part_forms("Rocky IV (Remastered)", "en")]
        ['rocky iv', 'rocky 4 remastered', 'rocky 4']
    """
    facts = language(lang)
    forms: dict[str, SpokenForm] = {}
    whole = canonical_text(name)
    for kind, form in _forms(name, facts):
        text = canonical_text(form)
        if text and text != whole and text not in forms:
            forms[text] = SpokenForm(text, kind, PART_SHARES[kind])
    return list(forms.values())


def _forms(name: str, facts: Language) -> Iterator[tuple[str, str]]:
    """Kinds and forms: the parts, then the name and each part with its numerals and signs said."""
    parts = [(kind, part) for kind, part in _parts(name, facts) if _says_something(part, facts)]
    yield from parts
    for part in dict.fromkeys([name, *(part for _, part in parts)]):
        yield from numeral_forms(part, facts)
        yield from sign_forms(part, facts)
    if "j" in name.lower():
        yield SPELLING, _OTHER_SPELLING.sub(lambda word: _SPELLINGS[word[0].lower()], name)


def _parts(name: str, facts: Language) -> Iterator[tuple[str, str]]:
    """Kinds and parts of the name, with their capitals and signs."""
    yield UNTAGGED, _untagged(name)
    yield from ((TURNED, turned) for turned in _turned(name, facts))
    if any(sign in name for sign in "-–—|~•·@/([{:") or " f" in name.lower():
        heads = _heads(name)
        yield from ((HEAD, head) for head in heads)
        yield HEAD, " ".join(_BRACKETS.sub(" ", name).split())
        yield from ((TURNED, turned) for head in heads[:1] for turned in _turned(head, facts))


def _heads(name: str) -> list[str]:
    """What stands before the first and before the last separator; without a bracket that begins the name."""
    if name.lstrip()[:1] in ("(", "[", "{"):
        name = _BRACKETS.sub(" ", name, count=1).strip()
    ends = [found.start() for found in _SEPARATOR.finditer(name)] or [len(name)]
    return [name[:end] for end in dict.fromkeys((ends[0], ends[-1]))]


def _untagged(name: str) -> str:
    """The name without editions, years, bitrates and guests, in brackets or behind a dash."""
    if _TECHNICAL.search(name):
        name = clean_name(name)
    text = _GUEST.split(_BRACKETS.sub(_without_tag, name))[0]
    parts = _DASHES.split(text)
    while len(parts) > 1 and _TAG.fullmatch(parts[-1].strip()):
        text = text[: -len(parts.pop())].rstrip(" -–—|/")
    return " ".join(_TAIL.sub("", text).split())


def _without_tag(brackets: re.Match[str]) -> str:
    """A space for brackets with an edition or guests, else the brackets."""
    content = brackets[0][1:-1].strip()
    return " " if _TAG.fullmatch(content) or _GUEST.match(f" {content}") else brackets[0]


def _turned(name: str, facts: Language) -> Iterator[str]:
    """'Beatles, The' as 'The Beatles' and 'Beatles', 'Müller, Hans' as 'Hans Müller'; 'Tyler, The Creator' stays."""
    following = name.partition(",")[2].split()
    if not following:
        return
    behind = _ARTICLE_BEHIND.fullmatch(name.strip())
    article = behind[2].lower().replace("’", "'") if behind else ""
    articles = facts.names.get("articles", ())
    if behind and article in articles:
        yield f"{behind[2]}{'' if article.endswith(chr(39)) else ' '}{behind[1]}"
        yield behind[1]
    elif following[0].lower() not in articles and carrier_words().fillers.isdisjoint(
        canonical_text(name).split()
    ):
        yield from turned_person(name)


def _says_something(part: str, facts: Language) -> bool:
    """Whether a part is of signs alone, or long enough and not only words that stand beside names ("The Station")."""
    words = canonical_text(part).split()
    if not words:
        return bool(part.strip())
    beside = _words((*facts.carriers.get("nouns", ()), *facts.names.get("articles", ())))
    return sum(map(len, words)) >= _SHORTEST and not beside.issuperset(words)


@cache
def _words(phrases: tuple[str, ...]) -> frozenset[str]:
    """Fillers, and the words of phrases that stand beside a name."""
    words = {word for phrase in phrases for word in canonical_text(phrase.replace("{}", " ")).split()}
    return carrier_words().fillers | words
