"""A catalog made from rows of a database, measured, and asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog_tools.build import BuildOptions, BuildWork, build_bundle
from edge_er import BudgetExceededError, EntityResolver


def rows() -> Iterator[dict[str, Any]]:
    for number, name in enumerate(("Kitchen lamp", "Floor lamp", "Garage door")):
        yield {"id": f"d{number}", "name": name, "aliases": [], "floor": 1}


def main(out: Path) -> None:
    options = BuildOptions(work=BuildWork(workers=1))
    try:
        build_bundle(rows(), out, lang="en", budget=10_000, options=options)
    except BudgetExceededError as error:
        print("as expected:", str(error).splitlines()[0])
    result = build_bundle(rows(), out, lang="en", measure=True, options=options)
    size: int = result.manifest["size_bytes"]
    resolver = EntityResolver.load(out)
    report = resolver.report
    print(size, report["size_bytes"], len(resolver), [entity.name for entity in resolver])


if __name__ == "__main__":
    main(Path("home"))
