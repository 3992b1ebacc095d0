"""Names as people say them: bitrate, codec, quality, dates, urls and stray signs are taken off.

    clean_name("BBC Radio 6 Music (128k)") -> "BBC Radio 6 Music"
    clean_name("Deutschlandfunk | DLF | OPUS 24k") -> "Deutschlandfunk | DLF"

Numbers that may be a name (frequencies, years, "Radio 4") stay, and so does "+".
"""

from __future__ import annotations

import re
import unicodedata

from edge_er.text.canonical import canonical_text

__all__ = ["clean_name"]

_LONGEST_NAME = 90  # characters; a longer one carries an advertisement
_SHORTEST_HEAD = 4
_NO_TEXT = ("Cc", "Cf", "Co", "Cs", "So", "Zs")

_UNIT = r"k(?:bit/?s?|bps|b/s|bits?|bs|b|ps)?"
_RATE = r"(?:16|24|32|40|48|56|64|72|80|96|112|128|144|160|192|224|256|320|500|1411)"
_CODEC = r"(?:HE-?AAC(?:[ -]?v[12])?\+?|e?AAC(?:-LC|plus)?\+?|AACP|MP3|OGG|FLAC|HLS|Vorbis|M3U8?|PLS)"
_WORD = (
    r"(?:stream(?:ing)?|mirror|mobile|low|lq|mid|medium|high|hq|hd|sd|hifi|hi-fi|lossless|quality|stereo|mono|"
    r"opus|https?|ssl|non|no|metadata|deeplink|geo|blocked|new|neu|test|bit|khz|mbps|un?encrypted|live|"
    r"please|delete|this|station|backup|old|pub|de|us|eu|uk)"
)
_TECHNICAL = re.compile(
    rf"(?i)(?:{_CODEC}|{_WORD}\d?|\d+(?:[.,]\d+)?\s*(?:{_UNIT}|mbps)?|20\d{{6}}|{_UNIT}|{_CODEC}-?{_RATE}{_UNIT})"
)
_DECISIVE = re.compile(
    rf"(?i){_CODEC}|stream|mirror|low|lq|high|hq|hifi|http|ssl|metadata|delete|geo|no pub"
    rf"|\d{_UNIT}|{_RATE}|20\d{{6}}|^(?:new|neu|mobile|lossless|live\d*)$"
)
_DOMAIN = re.compile(
    r"(?i)(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:fm|de|com|net|org|fr|it|es|at|eu|uk|tv)(?:/\S*)?"
)
_URL = re.compile(r"(?i)https?://[^\s,]+|(?<!\S)www\.[^\s,]+")
_BRACKETS = re.compile(r"\(([^()\[\]{}]*)\)|\[([^()\[\]{}]*)\]|\{([^()\[\]{}]*)\}")
_DATE = re.compile(
    r"(?<!\d)(?:20[0-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])20[0-3]\d)(?!\d)"
)
_BITRATE = re.compile(
    rf"(?i)(?<![\w.,])(?:\d{{2,4}}\s*k(?:bit/?s?|bps|b/s|bits|bs|b|ps)|{_RATE}\s?k)(?![\w&+'])"
)
_END_CODEC = re.compile(
    rf"(?i)(?<=\S)[\s|/,–-]+(?:{_CODEC}|(?:hifi|mp3)-?(?:aac|high|low|mid)|HQ|LQ|https?\d?)(?![\w&])(?:[\s|/-]*{_RATE}\b)?(?:\s+HD)?[\s|/-]*$"
)
_END_RATE = re.compile(rf"(?i)(?:\||{_CODEC})\s*-?{_RATE}\s*{_CODEC}?$|\|\s*OPUS\s*(?:{_RATE})?$")
_GLUED_CODEC = re.compile(r"(?<=[a-z])(?:Flac|FLAC|AAC|MP3|Mp3)$|(?<=radio)aac$")
_LEADING = re.compile(r"^(?:[\s\-–—_*>|•·~:!,;/\\<=\"”“]|#(?!\d)|\.(?!\d)|[\)\]\}])+")
_TRAILING = re.compile(r"(?:[\s\-–—_|•·~:,;/\\<=>#@]|[\(\[\{]|(?<=\s)[.*])+$")


def clean_name(raw: str) -> str:
    """The name without technical noise, in one line with single spaces; `raw` itself (stripped) if nothing is left.

    Examples:
        >>> clean_name("SER - Segovia (20241023)")
        'SER - Segovia'
        >>> clean_name("MP3")
        'MP3'
    """
    text = _plain(raw)
    fallback = text or raw.strip()
    text = _from_playlist(text)
    text = _shortened(_trim(_URL.sub(" ", text)))
    text = _trim(_without_brackets(text))
    text = _trim(_BITRATE.sub(" ", _DATE.sub(" ", text)))
    for _ in range(3):
        text = _trim(_keep(text, _END_CODEC.sub("", text)))
        text = _trim(_keep(text, _END_RATE.sub("", text)))
    text = _without_abbreviation(_trim(_keep(text, _GLUED_CODEC.sub("", text))))
    return text if canonical_text(text) else fallback


def _plain(raw: str) -> str:
    """Composed characters, control, format and pictograph signs as spaces, underscores as spaces."""
    composed = unicodedata.normalize("NFC", raw)
    text = "".join(
        " " if unicodedata.category(each) in _NO_TEXT and each not in "°♥" else each for each in composed
    )
    return " ".join(text.replace("_", " ").split())


def _from_playlist(text: str) -> str:
    """The title of a line that was copied out of an M3U playlist."""
    return re.split(r"[\",]", text)[-1].strip() or text if text.startswith("#EXTINF") else text


def _shortened(text: str) -> str:
    """Without the advertisement: what follows '||', or in a long name what follows the first strong mark."""
    head = text.split("||")[0].strip()
    if len(_trim(head)) >= _SHORTEST_HEAD:
        text = head
    for mark in (" @ ", " --- ", " || ", " | ", " - ", " – ", ", "):
        head = _trim(text.split(mark)[0])
        if len(text) > _LONGEST_NAME and len(head) >= _SHORTEST_HEAD * 2:
            text = head
    return text


def _without_brackets(text: str) -> str:
    """Brackets with technical content, a domain, or the initials of the words beside them are dropped."""

    def replacement(match: re.Match[str]) -> str:
        content = next(group for group in match.groups() if group is not None).strip()
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        if not content or _is_technical(content) or _DOMAIN.fullmatch(content):
            return " "
        if match.start() == 0 and content.lower() == _initials(rest):
            return " "
        return match.group()

    return _keep(text, _BRACKETS.sub(replacement, text))


def _without_abbreviation(text: str) -> str:
    """'Deutschlandfunk Nova | DLF' -> 'Deutschlandfunk Nova': the end after a bar says the beginning once more."""
    head, bar, end = text.rpartition(" | ")
    short = end.lower()
    if not bar or not re.fullmatch(r"[A-Z]{2,4}", end) or head[:1].lower() != short[0]:
        return text
    letters = iter(head.lower())
    return head if all(letter in letters for letter in short) else text


def _is_technical(content: str) -> bool:
    words = [word for word in re.split(r"[\s|,/;:_-]+", _BITRATE.sub(" ", content)) if word]
    every = all(_TECHNICAL.fullmatch(word) for word in words) or bool(_TECHNICAL.fullmatch(content))
    return every and bool(_DECISIVE.search(content))


def _initials(text: str) -> str:
    words = re.findall(r"\w+", text.lower())
    return "".join(word[0] for word in words if word not in ("de", "of", "the", "la", "du", "di", "der"))


def _trim(text: str) -> str:
    """Stray signs at both ends, doubled signs and brackets without a partner are taken off."""
    for opening, closing in ("()", "[]", "{}"):
        if text.count(opening) != text.count(closing):
            text = text.replace(opening, " ").replace(closing, " ")
    text = re.sub(r"(?:\s[-–|])+(?=\s[-–|]\s)", " ", text)
    return " ".join(_TRAILING.sub("", _LEADING.sub("", " ".join(text.split()))).split())


def _keep(before: str, after: str) -> str:
    """`after`, unless no letter or digit is left in it."""
    return after if canonical_text(after) else before
