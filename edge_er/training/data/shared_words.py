"""Words at the beginning or the end of names that several names share: what a request for one of many says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from edge_er.bundle.entity import Entity
from edge_er.decision.calibration import COMPARED
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words

__all__ = ["SharedWords"]

_LONGEST = 3  # words


class SharedWords:
    """The words of all forms of a catalog, to look up who shares some of them."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        self._owners: defaultdict[str, set[int]] = defaultdict(set)
        self._forms: list[list[frozenset[str]]] = []
        self._whole: set[str] = set()
        for index, entity in enumerate(entities):
            forms = [canonical_text(form) for form in entity.surface_forms]
            self._whole.update(forms)
            self._forms.append([frozenset(form.split()) for form in forms])
            for form in self._forms[-1]:
                for word in form:
                    self._owners[word].add(index)

    def of_name(self, name: str) -> Iterator[tuple[str, frozenset[int]]]:
        """The beginnings and ends of a name that are no form, with the 2 to `COMPARED` entities that share them."""
        words, weak = canonical_text(name).split(), carrier_words()
        for size in range(1, min(_LONGEST, len(words) - 1) + 1):
            for said in (words[:size], words[-size:]):
                owners = self._sharing(frozenset(said))
                strong = any(word not in weak.words and word not in weak.fillers for word in said)
                if strong and 1 < len(owners) <= COMPARED and " ".join(said) not in self._whole:
                    yield " ".join(said), owners

    def _sharing(self, words: frozenset[str]) -> frozenset[int]:
        """The entities with a form that has all these words."""
        having = set.intersection(*(self._owners[word] for word in words))
        return frozenset(index for index in having if any(words <= form for form in self._forms[index]))
