"""One self-contained HTML page about what was merged: no script but its own, no address outside it.

Both reports use it: duplicate records (`duplicates_report.py`) and merged station names (`merge_report.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog_tools.pages.html_text import escape

__all__ = ["Card", "Page", "render_page"]

_LONGEST = 160  # characters of a value in a table


@dataclass(frozen=True)
class Card:
    """A cluster or a pair: its heading, a doubt from 0 to 1, its records as rows, and why, line by line.

    `correction` is the line for a corrections file that changes the decision, after its `question`.
    """

    heading: str
    doubt: float
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    reasons: Sequence[str]
    correction: str = ""
    question: str = "Wrong?"


@dataclass(frozen=True)
class Page:
    """Title, facts (a name and a value each), and sections of cards with a line of introduction."""

    title: str
    facts: Mapping[str, str]
    sections: Sequence[tuple[str, str, Sequence[Card]]] = field(default_factory=tuple)


def render_page(page: Page) -> str:
    """The page as HTML."""
    facts = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in page.facts.items())
    links = "".join(
        f'<a href="#s{n}">{escape(name)} ({len(cards):,})</a>'
        for n, (name, _, cards) in enumerate(page.sections)
    )
    sections = "".join(_section(f"s{n}", *section) for n, section in enumerate(page.sections))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">"
        f"<title>{escape(page.title)}</title><style>{_STYLE}</style></head>\n"
        f'<body><header><h1>{escape(page.title)}</h1><dl>{facts}</dl><nav aria-label="Sections">{links}</nav>'
        '<p class="search"><label for="find">Show only what contains</label> <input id="find" type="search"> '
        '<output id="found" aria-live="polite"></output></p></header>\n'
        f"<main>{sections}</main><script>{_SCRIPT}</script></body></html>\n"
    )


def _section(anchor: str, name: str, description: str, cards: Sequence[Card]) -> str:
    shown = "".join(map(_card, cards)) or "<p>None.</p>"
    return f'<section id="{anchor}"><h2>{escape(name)}</h2><p>{escape(description)}</p>{shown}</section>\n'


def _card(card: Card) -> str:
    level = "high" if card.doubt >= 0.5 else "some" if card.doubt >= 0.1 else "low"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in card.columns)
    rows = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        + "".join(f"<td>{_cell(value)}</td>" for value in row[1:])
        + "</tr>"
        for row in card.rows
    )
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in card.reasons)
    wrong = (
        f"<p>{escape(card.question)} <code>{escape(card.correction)}</code></p>" if card.correction else ""
    )
    return (
        f'<article><h3>{escape(card.heading)} <span class="doubt {level}">doubt {card.doubt:.2f}</span></h3>'
        f'<div class="wide" tabindex="0" role="group" aria-label="Records"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div><ul>{reasons}</ul>{wrong}</article>\n"
    )


def _cell(value: str) -> str:
    return escape(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…")


_STYLE = """
:root{color-scheme:light dark;--back:#fff;--card:#f6f7f9;--text:#1c1f23;--line:#c9ced6;--link:#0b57a4;--quiet:#555c66}
@media(prefers-color-scheme:dark){:root{--back:#14171b;--card:#1d2127;--text:#e7eaee;--line:#3c434d;--link:#8ec3ff;
--quiet:#a9b1bc}}
*{box-sizing:border-box}body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--back);color:var(--text);
font:1rem/1.5 system-ui,sans-serif}h1{font-size:clamp(1.2rem,8vw,1.6rem)}
h2{margin-top:2rem}h3{font-size:1.05rem;margin:0 0 .5rem}
a{color:var(--link)}
nav{display:flex;flex-wrap:wrap;gap:0 1rem}nav a{display:flex;align-items:center;min-width:44px;min-height:44px}
h1,h3,dd,li{overflow-wrap:anywhere}
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:0 0 1rem}dt{color:var(--quiet);font-size:.85rem}
dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
article{background:var(--card);border:1px solid var(--line);
border-radius:.5rem;padding:.8rem 1rem;margin:.8rem 0;content-visibility:auto;contain-intrinsic-size:auto 12rem}
.doubt{font-size:.8rem;font-weight:600;border:1px solid currentColor;border-radius:1rem;
padding:.05rem .6rem;margin-left:.4rem;white-space:nowrap}
.high{color:#b3261e}.some{color:#8a5a00}.low{color:#2b6a30}.wide{overflow-x:auto;
background:linear-gradient(90deg,var(--card) 50%,transparent) local,
linear-gradient(270deg,var(--card) 50%,transparent) right/1.5rem 100% no-repeat local,
linear-gradient(270deg,var(--line),transparent) right/.7rem 100% no-repeat}
@media(prefers-color-scheme:dark){.high{color:#ff9d94}.some{color:#f0c060}.low{color:#93d69a}}
table{border-collapse:collapse;font-size:.88rem}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;
border-bottom:1px solid var(--line);max-width:28rem}
thead th{color:var(--quiet);font-weight:600}tbody th{font-weight:600}
ul{margin:.6rem 0 0;padding-left:1.2rem;font-size:.92rem}code{font-size:.82rem;overflow-wrap:anywhere}
input{font:inherit;padding:.3rem .5rem;min-height:44px;width:min(24rem,100%);background:var(--back);color:var(--text);
border:1px solid var(--quiet);border-radius:.3rem}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
article p{margin:.5rem 0 0;color:var(--quiet);font-size:.88rem}
"""


_SCRIPT = """
const find=document.getElementById("find"),found=document.getElementById("found");
const cards=[...document.querySelectorAll("article")].map(card=>[card,card.textContent.toLowerCase()]);
find.addEventListener("input",()=>{const wanted=find.value.trim().toLowerCase();let shown=0;
for(const[card,text]of cards){card.hidden=!text.includes(wanted);shown+=!card.hidden}
found.textContent=wanted?shown+" of "+cards.length:""});
"""
