"""A voice assistant that plays a station, asks back where several are meant, and leaves all else to others."""

from collections.abc import Sequence
from typing import assert_type

from edge_er import EntityResolver, Match, Resolution


def reply(answer: Resolution) -> str:
    if answer.decision == "ambiguous":
        return "Which one? " + ", ".join(match.name for match in answer.matches[: answer.tied])
    if answer.best is None:
        return "I know no such station."
    best = assert_type(answer.best, Match)
    return f"Playing {best.name}, {best.confidence:.0%} sure, of {best.metadata.get('country')}"


def hear(resolver: EntityResolver, texts: Sequence[str]) -> str:
    if answer := resolver.resolve(nbest=texts, top_k=3, where={"country": ["ES"]}):
        assert_type(list(answer), list[Match])
    return reply(answer)


def main() -> None:
    resolver = EntityResolver.load("radio_es")
    print(hear(resolver, ["pon la cadena ser", "pon la cadena cer"]))
    print(hear(resolver, ["que tiempo hace"]))
    for suggestion in resolver.suggest("cadena s", top_k=2):
        print(suggestion.completed, resolver[suggestion.id].aliases)


if __name__ == "__main__":
    main()
