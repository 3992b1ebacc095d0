"""Devices by their room, and names that several have: does the place count, and are equals given as equals?

    python -m benchmarks.product.homes

Homes and lists of contacts are made up, in five languages: about 110 devices in eleven rooms, named "ROOM DEVICE" or
"DEVICE ROOM" and asked for in whole sentences ("mach das Licht in der Küche aus"), and people some of whom share a
first name, a surname, or the sound of both. A device that several rooms have, and a name that several people have, is
ambiguous: all of them must come first. Names that sound alike are asked in a spelling that neither has. Rooms, devices,
sentences and names of one half are none of the other's. Bundles are kept in build/homes.
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.lib.asked import (
    FIRST,
    MATCH,
    RIGHT,
    TIED,
    WRONG,
    Goal,
    Report,
    add_half_option,
    asked_rows,
)
from benchmarks.lib.built_catalogs import ENCODER, built_catalog
from benchmarks.lib.made_homes import (
    ALONE,
    ELSEWHERE,
    FIRST_NAME,
    FULL_NAME,
    HOMOPHONE,
    LAYOUTS,
    SURNAME,
    TOGETHER,
    contacts,
    home,
)
from benchmarks.lib.results_file import LANGUAGES, REPOSITORY
from edge_er.resolver import EntityResolver

CACHE = REPOSITORY / "build" / "homes"
SHOWN = (FIRST, RIGHT, WRONG, TIED, MATCH)
_SAID, _EQUALS = (Goal(RIGHT, 0.97), Goal(WRONG, 0.005, at_most=True)), (Goal(TIED, 0.95),)
GOALS = {
    **{f"{TOGETHER}, {layout}": _SAID for layout in LAYOUTS},
    **{f"{ALONE}, {layout}": _EQUALS for layout in LAYOUTS},
    **dict.fromkeys((FIRST_NAME, SURNAME, HOMOPHONE), _EQUALS),
}
SHARE = {kind: goals[0].measure for kind, goals in GOALS.items()} | {
    f"{ELSEWHERE}, {layout}": MATCH for layout in LAYOUTS
}


def ask(lang: str, half: str, encoder: str) -> list[dict[str, Any]]:
    """All requests of a language, as rows."""
    rows = []
    for layout in LAYOUTS:
        made = home(lang, layout, half)
        name = f"home {lang} {layout} {half}".lower().replace(" ", "_")
        resolver = EntityResolver.load(built_catalog(CACHE, name, made.rows, lang, encoder))
        found = asked_rows(resolver, made.requests, lang)
        rows += [{**row, "kind": f"{row['kind']}, {layout}"} for row in found]
    made = contacts(lang, half)
    bundle = built_catalog(CACHE, f"contacts_{lang}_{half}", made.rows, lang, encoder, single_words=True)
    return rows + asked_rows(EntityResolver.load(bundle), made.requests, lang)


def main() -> None:
    """Ask all homes and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_half_option(parser)
    parser.add_argument("--encoder", default=ENCODER, help="a shipped encoder or an encoder folder")
    parser.add_argument("--result", default="homes", help="name of the result files")
    options = parser.parse_args()
    rows = [row for lang in LANGUAGES for row in ask(lang, options.half, options.encoder)]
    order = [f"{kind}, {layout}" for layout in LAYOUTS for kind in (TOGETHER, ALONE, ELSEWHERE)]
    order += [FULL_NAME, FIRST_NAME, SURNAME, HOMOPHONE]
    intro = (
        f"Typed requests made by rule, half *{options.half}* of the words; means of five languages with 95 % "
        "intervals over devices and names."
    )
    Report("product.homes", "Homes and contacts", SHOWN, GOALS, SHARE, RIGHT).write(
        options, intro, rows, order
    )


if __name__ == "__main__":
    main()
