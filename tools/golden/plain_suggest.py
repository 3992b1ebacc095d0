"""Suggestions once more, in plain loops: the shortest code to read beside docs/spec/request.md."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from edge_er.constants import SUGGEST
from edge_er.text.carriers import carrier_words, name_span, without_carrier
from edge_er.text.ngrams import NgramIndex, ngrams
from edge_er.text.numbers import other_readings
from edge_er.text.sound_codes import SoundCodes

__all__ = ["PlainForm", "PlainSuggester"]


@dataclass(frozen=True, slots=True)
class PlainForm:
    """A form in canonical text, the index of its entity, whether it is the main name, and the entity's demand."""

    text: str
    entity: int
    main: bool
    demand: int


@dataclass(frozen=True, slots=True)
class PlainSuggester:
    """Suggests from the forms of a catalog and, after them, a person's own.

    `favour` is how often a person asked for entities, `numbers` how many other spellings of numbers are read. Nothing
    is found `by_sound` in large catalogs.
    """

    lang: str
    catalog: Sequence[PlainForm]
    own: Sequence[PlainForm] = ()
    favour: Mapping[int, int] = field(default_factory=dict)
    numbers: int = 0
    by_sound: bool = True

    def suggest(self, text: str, finished: bool, k: int, allowed: Collection[int]) -> list[list[int]]:
        """[entity, form, score] of the best `k` entities of `allowed` for a canonical text."""
        forms = [*self.catalog, *self.own]
        here = [number for number, form in enumerate(forms) if form.entity in allowed]
        if not text:
            known = {form.entity for form in self.catalog}
            named = {each for each in here if each < len(self.catalog) or forms[each].entity not in known}
            return self._best({each: 0 for each in named if self._asked(forms[each]) and forms[each].main}, k)
        for scores in (self._completed, self._corrected, self._similar):
            fits = scores(text, finished)
            if found := self._best({each: fits[each] for each in here if each in fits}, k):
                return found
        return []

    def _words(self, forms: Sequence[PlainForm]) -> set[str]:
        return {word for form in forms for word in form.text.split()}

    def _completed(self, text: str, finished: bool) -> dict[int, int]:
        fits: dict[int, int] = {}
        for first, forms, names in self._sets():
            for each in [text, *other_readings(text, self.lang, names)[: self.numbers]]:
                for number, form in enumerate(forms, start=first):
                    score = _fit(form.text, each, finished, names)
                    if score is not None:
                        fits[number] = max(score, fits.get(number, score))
        return fits

    def _corrected(self, text: str, finished: bool) -> dict[int, int]:
        fits: dict[int, int] = {}
        for first, forms, names in self._sets():
            words, weak = text.split(), carrier_words().words
            start, end = name_span(text, names)
            unknown = []
            for place in range(start, end):
                if not finished and place == len(words) - 1:
                    known = any(name.startswith(words[place]) for name in names)
                else:
                    known = words[place] in names or words[place] in weak
                if not known:
                    unknown.append(place)
            if len(unknown) != 1 or len(words[unknown[0]]) < 2:
                continue
            (place,) = unknown
            beginnings = {word[:size] for word in self._words(forms) for size in range(1, len(word) + 1)}
            is_open = not finished and place == len(words) - 1
            for other in beginnings if is_open else self._words(forms):
                if not _is_slip(other, words[place], is_open):
                    continue
                each = " ".join([*words[:place], other, *words[place + 1 :]])
                for number, form in enumerate(forms, start=first):
                    score = _fit(form.text, each, finished, names)
                    if score is not None:
                        fits[number] = max(score, fits.get(number, score))
        return fits

    def _similar(self, text: str, finished: bool) -> dict[int, int]:
        codes, fits = SoundCodes(self.lang), {}
        weights = NgramIndex([codes(form.text) for form in self.catalog])
        for first, forms, names in self._sets() if self.by_sound else ():
            asked = ngrams(codes(without_carrier(text, name_span(text, names))))
            there = sum(weights.weight(ngram) for ngram in asked)
            for number, form in enumerate(forms, start=first):
                has = ngrams(codes(form.text))
                shared = sum(weights.weight(ngram) for ngram in has & asked)
                if shared > 0 and shared * SUGGEST.similar_share >= there:
                    fits[number] = SUGGEST.similar * shared - sum(weights.weight(ngram) for ngram in has)
        return fits

    def _sets(self) -> list[tuple[int, Sequence[PlainForm], set[str]]]:
        """Number of the first form, forms, and words of names: of the catalog, and of a person's own."""
        base = self._words(self.catalog)
        return [(0, self.catalog, base), (len(self.catalog), self.own, base | self._words(self.own))]

    def _asked(self, form: PlainForm) -> int:
        return form.demand + self._favour(form.entity)

    def _favour(self, entity: int) -> int:
        quarters = ((self.favour.get(entity, 0) + 1) ** 4).bit_length() - 1
        return min(quarters, SUGGEST.favour_most)

    def _best(self, fits: Mapping[int, int], k: int) -> list[list[int]]:
        forms = [*self.catalog, *self.own]
        keys = []
        for number, fit in fits.items():
            form = forms[number]
            score = fit + SUGGEST.demand * self._asked(form) - (0 if form.main else SUGGEST.alias)
            keys.append((-score, -form.demand, len(form.text), form.entity, number))
        best: dict[int, list[int]] = {}
        for score, _, _, entity, number in sorted(keys):
            best.setdefault(entity, [entity, number, -score])
        return list(best.values())[:k]


def _fit(form: str, text: str, finished: bool, names: Collection[str]) -> int | None:
    """The score of a form for a text; None where it does not fit."""
    words, has = text.split(), list(dict.fromkeys(form.split()))
    first, last = name_span(text, names)
    closed = words if finished else words[:-1]
    must_open = not finished and last == len(words)
    needed = {word for word in closed[first:last] if word not in carrier_words().words}
    if not needed and not must_open:
        needed = set(closed[first:last])
    open_word = None if finished else words[-1]
    becomes = [word for word in has if open_word and word.startswith(open_word) and word not in closed]
    begins = _begins(form, text, finished) or _begins(
        form, " ".join(words[first:last]), finished or last < len(words)
    )
    fits = needed <= set(has) and (becomes or not must_open)
    if not fits and not begins:
        return None
    said = sum(len(word) for word in has if word in closed) + (len(open_word or "") if becomes else 0)
    unsaid = sum(map(len, has)) - said
    return SUGGEST.said * said - SUGGEST.unsaid * unsaid + (SUGGEST.begins if begins else 0)


def _begins(form: str, text: str, finished: bool) -> bool:
    return form.startswith(text) and (not finished or form[len(text) : len(text) + 1] in ("", " "))


def _is_slip(word: str, typed: str, is_open: bool) -> bool:
    """Whether one slip makes `typed` of `word`."""
    if word == typed:
        return False
    for place in range(len(typed) + (0 if is_open else 1)):
        before, rest = typed[:place], typed[place:]
        without = rest[1:]
        turned = rest[1:2] + rest[:1] + rest[2:]
        if word in (before + without, before + turned):
            return True
        if word[:place] == before and word[place : place + 1] and word[place + 1 :] in (rest, without):
            return True
    return False
