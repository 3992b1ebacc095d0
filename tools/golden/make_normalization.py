"""Write ``tests/golden/normalization.jsonl`` from the cases below; read every changed line before you commit it.

python -m tools.golden.make_normalization
"""

from __future__ import annotations

from importlib.resources import files

from edge_er.text.canonical import canonical_text
from tools.golden.golden_file import FOLDER, write_rows

TARGET = FOLDER / "normalization.jsonl"

# ruff: noqa: E501
CASES = """
pon la cadena ser|Pon la Cadena SER!|¿Puedes poner la SER, por favor?|LOS40|Los 40 Principales|LOS 40|Cadena SER +|+Buena FM
R&B|Rhythm & Blues|Rock'n'Roll|R 'n' B|AC/DC|b. b. c.|B B C Radio 4|B.B.C.|bbc|n d r|n. d. r. zwei|N-JOY|NDR 2|ndr2|1LIVE
1 live|Ö3|OE3|Hitradio Ö3|Straße|STRASSE|FM4|fm 4|99.5|99,5|99 5|101.1FM|101,1 FM|M80|m 80|80s80s|80's|80S80S Italo Hits
SWR3|SWR 3|SWR3 Rock|Bayern 1|BAYERN1|bayern eins|France Inter|franceinfo:|France  Bleu   Azur|Fun Radio (FR)|c'est|l’heure|l'heure
s'il te plaît|s’il vous plaît|Mouv'|Mouv’ 100% Mix|Jazz Radio Jazz & Cinema|RTL 102.5|Radio 24 - Il Sole 24 ORE|m2o|Radio Maria
Ràdio Montornès 91.2|Español|ESPAÑOL|señor|pingüino|Søren|Łódź|Đorđe|Þór|Ærø|œuvre|ŒUVRE|naïve|façade|İstanbul|ısparta|ĸ|ſ
ﬁn|ﬂow|Ｆｕｌｌ　Ｗｉｄｔｈ|①②|Ⅳ|x²|½|№ 5|1º|2ª|™|Radio®|𝓡𝓪𝓭𝓲𝓸|𝐁𝐨𝐥𝐝 𝟗𝟗|٩٩٫٥|९९
إذاعة القرآن الكريم|إِذَاعَة|רדיו תל אביב|שָׁלוֹם|中文广播|中文 广播 99.5|ラジオ NHK|한국방송|Радио Маяк|РАДИО МАЯК|Ёлка|Ελληνικό Ραδιόφωνο|วิทยุไทย|रेडियो
🎵|🎵 Radio 🎵|Radio🎵Uno|👩‍👩‍👧|e\u0301te\u0301|A\u030angstro\u0308m|zero\u200bwidth|soft\u00adhyphen|\u202eRTL\u202c|\ufeffbom|tab\there|a\u00a0b|line\nbreak
a|a b|a b c|a bc d|x y z radio|radio x y z|i am a b c|1 2 3|1 a 2|a1b2c3|r n e 5|R.N.E. 5|s e r|y e o|"quoted" (round) [square] {curly} <angle>|under_score|hy-phen|en–dash|em—dash
a.b|3.14.15|1.000.000|1,360|KWBG 1.590|99,555.5|1,2345|12,34|24/7|50%|$100|100€|#1|@radio|http://stream.example.org:8000/live.mp3|~|^|`|´|¨|`a`|…|•|·|l·l|al·lot
"""


CONTROLS = (
    "a\x00b\x07c|\x1b[31mred\x9b|\x1c\x1d\x1e\x1f|a\x85b\u2028c|\ud83d|\udcfb radio|a\ud83db\udc00c|\udcfb\ud83d|\ufffe\uffff|"
    "\U00020000\U0002a6df x|\U0010ffff"
)
NUMBERS = "1.000|1.0000|1,000,000.5|a1.000|1.000a|.000|1.,000|١.000|12.345.678,90|x 1 000"
LETTERS = "a b cd e f|a b 1 c d|á é|a  b|a-b-c d|ab c d ef|æ b|ß a|ı i|中 a b|a\u0301 b\u0301 c"
APOSTROPHES = "lance n r j s'il te plaît|n. r. j. s’il vous plaît|écoute l'n r j s'il|x s'il|l'x|d'a b c|'n' 'n' a|a'b'c'd|b b c's|x'1|'|''"
BLOCK = 64  # characters of the table in one row


def table_texts() -> list[str]:
    """Every character that the table replaces, and the borders of every range that it keeps, a block a row."""
    lines = files("edge_er").joinpath("data/unicode.txt").read_text(encoding="utf-8").split("\n")
    spans = [span.partition("-") for line in lines if line.startswith("keep ") for span in line.split()[1:]]
    borders = [(int(low, 16), int(high or low, 16)) for low, _, high in spans]
    around = sorted({code for low, high in borders for code in (low - 1, low, high, high + 1)})
    mapped = [int(line[4:].partition("=")[0], 16) for line in lines if line.startswith("map ")]
    return [
        "".join(map(chr, codes[start : start + BLOCK]))
        for codes in (mapped, around)
        for start in range(0, len(codes), BLOCK)
    ]


def main() -> None:
    """Write the cases with their canonical text."""
    texts = [
        case.encode("ascii", "backslashreplace").decode("unicode_escape") if "\\" in case else case
        for line in CASES.strip().split("\n")
        for case in line.split("|")
    ]
    texts += ["", " ", "\n\t", "a" * 300, "radio " * 100]
    for cases in (CONTROLS, NUMBERS, LETTERS, APOSTROPHES):
        texts += cases.split("|")
    texts.append("".join(map(chr, range(256))))
    rows = ({"text": text, "canonical": canonical_text(text)} for text in [*texts, *table_texts()])
    print(f"{TARGET}: {write_rows(TARGET, rows)} cases")


if __name__ == "__main__":
    main()
