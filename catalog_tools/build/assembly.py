"""The parts of a new bundle put together: recipe, room for spoken forms, vectors, head tokens, golden requests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.form_selection import SpokenChoice
from catalog_tools.build.index_choice import AUTO, index_bytes
from catalog_tools.build.options import BuildOptions
from catalog_tools.build.shards import VECTORS
from catalog_tools.build.vocabulary import WHOLE
from catalog_tools.build.workers import ShardRunner
from catalog_tools.language.language import Language
from catalog_tools.language.requests import Carriers
from edge_er.bundle.bundle import ENTITIES, Bundle, new_bundle, over_budget
from edge_er.bundle.bundle import VECTORS as VECTORS_FILE
from edge_er.bundle.candidate_counts import with_candidates
from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import packed_entities
from edge_er.encoder.encoder import Encoder
from edge_er.encoder.pair_head import form_tokens
from edge_er.errors import EncoderError
from edge_er.text.canonical import canonical_text

__all__ = ["BundleLabel", "assembled", "bytes_a_form", "golden_queries", "recipe_of", "room_for_spoken"]

GOLDEN_REQUESTS = 12
AWKWARD = ("", "🎵📻", "asdf qwer zxcv")  # golden requests that no bundle may answer
_MANIFEST_BYTES = 18_000  # kept free for the manifest when spoken forms fill a budget
_REPORT_BYTES = 22_000
_ROW_NUMBER_BYTES = 4  # of the entity that a form belongs to


@dataclass(frozen=True)
class BundleLabel:
    """What a bundle says about itself: its name, the code of its language, and how it was built."""

    name: str
    lang: str
    recipe: Mapping[str, Any]


def recipe_of(
    files: Mapping[str, bytes], lang: Language, entities: Sequence[Entity], options: BuildOptions
) -> dict[str, Any]:
    """How the bundle is built, for its manifest; updates read it. What is as usual is left out.

    ``given_spoken`` is how many spoken forms came with each of ``entities``, before others are chosen.
    """
    given = {entity.id: len(entity.spoken) for entity in entities if entity.spoken}
    return {
        "tool": "edge-er build",
        "encoder": json.loads(files["encoder.json"]).get("name"),
        "lang": lang.code,
        **({"locale": lang.source} if lang.source else {}),
        **({"given_spoken": given} if given else {}),
        **({"index": options.index.kind} if options.index.kind != AUTO else {}),
        **({"single_words": True} if options.forms.single_words else {}),
        **({"say": list(options.forms.say)} if options.forms.say else {}),
        **({"vocabulary": options.vocabulary} if options.vocabulary != WHOLE else {}),
        **({"candidates": options.candidates} if options.candidates else {}),
    }


def bytes_a_form(files: Mapping[str, bytes], entities: Sequence[Entity], options: BuildOptions) -> int:
    """The most bytes that a surface form takes: its vector, its place in the index, its tokens for the head.

    Raises:
        BundleError: the catalog may get a FAISS index, and faiss is not installed.
        EncoderError: tokens for a head are asked for, and the encoder has no head.
    """
    dim = int(json.loads(files["encoder.json"])["dim"])
    named = sum(len(entity.surface_forms) for entity in entities)
    head = _head_token_bytes(files) if options.forms.head_tokens else 0
    return dim + index_bytes(options.index.kind, named, dim) + head


def room_for_spoken(
    out: Path,
    limit: int | None,
    entities: Sequence[Entity],
    files: Mapping[str, bytes],
    form_bytes: int,
    reported: bool,
) -> int | None:
    """Bytes that names, aliases and encoder leave for spoken forms; the manifest's size is a generous guess.

    None where there is no ``limit``.

    Raises:
        BudgetExceededError: they leave none even with an empty manifest.
    """
    if limit is None:
        return None
    forms = sum(len(entity.surface_forms) for entity in entities)
    sizes = {name: len(data) for name, data in files.items()}
    sizes |= {
        ENTITIES: len(packed_entities(entities)),
        VECTORS_FILE: forms * (form_bytes + _ROW_NUMBER_BYTES),
    }
    if sum(sizes.values()) > limit:
        raise over_budget(out, sizes, limit)
    return limit - sum(sizes.values()) - _MANIFEST_BYTES - (_REPORT_BYTES if reported else 0)


def assembled(
    label: BundleLabel,
    choice: SpokenChoice,
    files: Mapping[str, bytes],
    options: BuildOptions,
    runner: ShardRunner,
) -> Bundle:
    """The bundle in memory, without an index: all forms encoded, each row of vectors with the number of its entity."""
    forms = [entity.surface_forms for entity in choice.entities]
    every_form = [form for own in forms for form in own]
    counts = np.array([len(own) for own in forms], np.int32)
    dim = int(json.loads(files["encoder.json"])["dim"])
    bundle = new_bundle(
        name=label.name,
        lang=label.lang,
        entities=choice.entities,
        vectors=_vectors(every_form, dim, options.forms.known_vectors, runner),
        form_entity=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        encoder_files=files,
        calibration=options.calibration,
        recipe=label.recipe,
    )
    spoken = {"spoken": choice.chosen, "spoken_left_out": choice.left_out}
    bundle = bundle.with_manifest(counts={**bundle.manifest["counts"], **spoken})
    if bundle.manifest.get("rerank"):
        rerank = with_candidates(bundle.manifest["rerank"], 0, options.candidates)
        bundle = bundle.with_manifest(rerank=rerank)
    return _with_head_tokens(bundle) if options.forms.head_tokens else bundle


def _head_token_bytes(files: Mapping[str, bytes]) -> int:
    head = json.loads(files["encoder.json"]).get("head")
    if not head:
        raise EncoderError(
            "head_tokens: the encoder has no head; leave the option out, or train a head with edge-er train dipair"
        )
    return int(head["entity_tokens"] * head["dim"]) + 1


def _with_head_tokens(bundle: Bundle) -> Bundle:
    files = bundle.encoder_files
    card = json.loads(files["encoder.json"])
    encoder = Encoder.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card)
    forms = [canonical_text(form) for entity in bundle.entities for form in entity.surface_forms]
    return replace(bundle, head_tokens=form_tokens(encoder, forms))


def _vectors(
    forms: Sequence[str], dim: int, known: Mapping[str, NDArray[np.int8]], runner: ShardRunner
) -> NDArray[np.int8]:
    """int8 [forms, dim]."""
    vectors = np.empty((len(forms), dim), np.int8)
    for row, form in enumerate(forms):
        if form in known:
            vectors[row] = known[form]
    new = [row for row, form in enumerate(forms) if form not in known]
    for place, result in runner.results(VECTORS, [forms[row] for row in new]):
        vectors[new[place]] = np.frombuffer(result, np.int8).reshape(-1, dim)
    return vectors


def golden_queries(entities: Sequence[Entity], lang: Language) -> list[str]:
    """Requests for entities spread over the catalog: the bare name, in the language, and in English."""
    named = [entity for entity in entities if canonical_text(entity.name)] or list(entities)
    step = max(1, len(named) // GOLDEN_REQUESTS)
    own, english = (Carriers.of_language(each).phrases[:2][-1] for each in (lang, "en"))
    carriers = ("{}", own, english)
    chosen = named[::step][:GOLDEN_REQUESTS]
    return [
        *(carriers[place % 3].replace("{}", entity.name) for place, entity in enumerate(chosen)),
        *AWKWARD,
    ]
