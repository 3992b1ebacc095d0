"""Write ``edge_er/data/unicode.txt``, the frozen table behind ``edge_er.text.canonical``.

Run it only to move to a newer Unicode version on purpose: every runtime (Python, Java, JavaScript) reads the file it
writes, and encoders are trained on text normalised by it.

    python tools/make_unicode_table.py
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "edge_er" / "data" / "unicode.txt"

# Letters that Unicode does not decompose but people write without their stroke or ligature.
PLAIN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ĸ": "k",
    "ſ": "s",
    "ƒ": "f",
    "ə": "e",
    "ɐ": "a",
    "ʼ": " ",
    "ʻ": " ",
    "ʹ": " ",
}
SYMBOLS = {"&": " & ", "+": " + ", "＆": " & ", "＋": " + ", "﹠": " & ", "﹢": " + "}
DROPPED_MARKS = [
    (0x300, 0x36F),
    (0x591, 0x5C7),
    (0x64B, 0x65F),
    (0x670, 0x670),
    (0x6D6, 0x6ED),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
]
UNTOUCHED = [(0xAC00, 0xD7A3), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF), (0x1100, 0x11FF)]


def _inside(code: int, ranges: list[tuple[int, int]]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def folded(char: str) -> str:
    """Compatibility form, lower case, without accents."""
    text = unicodedata.normalize("NFKC", char).casefold()
    text = "".join(PLAIN.get(c, c) for c in text)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not _inside(ord(c), DROPPED_MARKS))
    return "".join(PLAIN.get(c, c) for c in unicodedata.normalize("NFC", text))


def canonical(char: str) -> str | None:
    """What one code point becomes; ``None`` for a separator."""
    code, category = ord(char), unicodedata.category(char)
    if char in SYMBOLS:
        return SYMBOLS[char]
    if _inside(code, DROPPED_MARKS) or category == "Cf":
        return ""
    if category[0] == "M":
        return char
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category[0] not in "LN":
        return None
    if _inside(code, UNTOUCHED):
        return char
    text = folded(char)
    return text if text and all(unicodedata.category(c)[0] in "LNM" for c in text) else None


def main() -> None:
    """Walk all code points and write the table."""
    kept: list[tuple[int, int]] = []
    mapped: list[str] = []
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        char = chr(code)
        result = canonical(char)
        if result is None:
            continue
        if result != char:
            mapped.append(f"{code:X}={result}")
        elif kept and kept[-1][1] == code - 1:
            kept[-1] = (kept[-1][0], code)
        else:
            kept.append((code, code))
    lines = [
        f"# Canonical text, frozen from Unicode {unicodedata.unidata_version}; written by tools/make_unicode_table.py",
        "# keep: code points that stay; map: code point = what replaces it; every other code point separates words",
        "keep " + " ".join(f"{low:X}-{high:X}" if high > low else f"{low:X}" for low, high in kept),
    ]
    lines += ["map " + entry for entry in mapped]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{TARGET}: {len(kept)} kept ranges, {len(mapped)} mapped, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
