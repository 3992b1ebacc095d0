"""Names with numbers, letters and signs, asked for as people say them: does "bayern eins" find Bayern 1?

    python -m benchmarks.product.spoken_numbers

Every spoken form that the product makes of one half of the shipped names is asked for in a carrier phrase, whether the
bundle had room for the form or not; at most PER_KIND requests a kind and language.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict

from benchmarks.lib.asked import add_half_option, in_half
from benchmarks.lib.results_file import LANGUAGES, markdown_table, write_result
from catalog_tools.language.requests import Carriers
from catalog_tools.language.surface_forms import ranked_forms
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver

SEED, PER_KIND = 0, 400


def spoken_requests(resolver: EntityResolver, half: str) -> dict[str, list[Request]]:
    """Requests by kind of spoken form ("decimal", "letters", ...), for names of a half."""
    rng = random.Random(SEED)
    phrases = Carriers.of_language(resolver.lang).phrases
    requests: defaultdict[str, list[Request]] = defaultdict(list)
    for entity in resolver.entities:
        if not in_half(entity.name, half):
            continue
        for form in ranked_forms(entity.name, resolver.lang):
            query = rng.choice(phrases).replace("{}", form.text)
            requests[form.kind].append(Request(query, (entity.id,), lang=resolver.lang, stratum=form.kind))
    return {kind: rng.sample(asked, min(len(asked), PER_KIND)) for kind, asked in sorted(requests.items())}


def main() -> None:
    """Ask all bundles and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_half_option(parser)
    options = parser.parse_args()
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for lang in LANGUAGES:
        resolver = EntityResolver.load(f"radio_{lang}")
        for kind, asked in spoken_requests(resolver, options.half).items():
            ranks = resolve_all(resolver, asked)[0].ranks
            figures.setdefault(kind, {})[lang] = {"right": float((ranks == 1).mean()), "rows": len(asked)}
    rows = [
        [kind, *(f"{cell['right']:.3f} of {cell['rows']}" if cell else "" for cell in map(by.get, LANGUAGES))]
        for kind, by in sorted(figures.items())
    ]
    markdown = "# Names as they are said\n\n" + markdown_table(["spoken form", *LANGUAGES], rows)
    markdown += "\n\nShare of requests whose first answer is the very station the form was made of; half "
    markdown += f"*{options.half}* of the names."
    result = {"half": options.half, "kinds": figures}
    write_result("product.spoken_numbers", "spoken_numbers", result, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
