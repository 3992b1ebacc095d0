"""Write ``tests/golden/requests.jsonl`` from the shipped bundles; its fields are described in tests/golden/README.md.

    python -m tools.make_golden_requests

The requests are made from names in the bundles, by the generator of training requests and by hand; the same bundles
give the same file. A request whose answer hangs on the last bits of a float is left out: every machine must agree on
the rest.
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog_tools.requests import LANGUAGES, Carriers, RequestGenerator
from catalog_tools.surface_forms import spoken_forms
from edge_er.bundle import Bundle, read_bundle
from edge_er.calibrate import Calibration, Standing
from edge_er.encoder import Encoder, quantise
from edge_er.entity import Entity
from edge_er.normalize import canonical_text
from edge_er.rerank import RerankWeights, demands
from edge_er.resolver import DENSE, RERANKED
from edge_er.shipped import shipped_bundles
from tools.plain_rerank import PlainReranker, Ranked

TARGET = Path(__file__).resolve().parents[1] / "tests" / "golden" / "requests.jsonl"
GENERATED, WRITTEN = 28, 8  # requests a bundle: with noise, and as people type them
TOP = 5
SAFE_SCORE, SAFE_CONFIDENCE = 0.001, 0.01  # how far from a tie and a threshold an answer must stand

# Said to every bundle: what no machine may stumble over.
AWKWARD = (
    "",
    " \t\n",
    "🎵📻",
    "🎵 Radio 🎵",
    "...?!",
    "إذاعة القرآن الكريم",
    "\u202eشغل راديو\u202c",
    "רדיו תל אביב",
    "中文广播 99.5",
    "Радио Маяк",
    "한국방송",
    "Ra\u0301dio Mari\u0301a",
    "z\u0361a\u0335l\u0336g\u0337o\u0338",
    "zero\u200bwidth ra\u00addio",
    "Ｆｕｌｌ　Ｗｉｄｔｈ ＦＭ",
    "B. B. C. Radio 4",
    "n d r zwei",
    "r n e cinco",
    "99.5",
    "1 2 3 4 5 6 7 8 9 10",
    "ninety eight point eight",
    "quatre-vingt-dix-neuf virgule cinq",
    "a",
    "radio " * 100,
    "supercalifragilistic" * 20,
    "spiele den sender den wir gestern im auto gehört haben als wir von hamburg nach kiel gefahren sind und es so "
    "geregnet hat dass man die autobahn kaum sehen konnte und danach noch eine ganze weile nachrichten bitte danke",
    "what's the weather tomorrow",
    "pon una alarma a las siete",
    "asdf qwer zxcv",
)
# Requests for well-known names, also in another language's words.
KNOWN = {
    "radio_de": (
        "spiele Deutschlandfunk",
        "bayern eins",
        "play deutschlandfunk kultur please",
        "Mach mal SWR3 an!",
    ),
    "radio_en": (
        "play bbc radio four please",
        "Put on Classic FM",
        "pon bbc radio one",
        "hey google play capital fm",
    ),
    "radio_es": (
        "pon la Cadena SER",
        "play cadena ser",
        "los cuarenta",
        "¿Puedes poner Radio Clásica, por favor?",
    ),
    "radio_fr": (
        "mets France Inter",
        "play france info",
        "écoute RTL2",
        "j'aimerais écouter FIP s'il te plaît",
    ),
    "radio_it": ("metti Radio Deejay in cucina", "play radio deejay", "rai radio uno", "fammi sentire R101"),
}


def requests_of(name: str, lang: str, entities: Sequence[Entity]) -> list[str]:
    """The requests put to the bundle `name`: generated, typed, well-known and awkward ones, each once."""
    generator = RequestGenerator.of_languages(LANGUAGES, spoken=spoken_forms)
    named = [entity for entity in entities if canonical_text(entity.name)]
    rng = random.Random(f"golden requests of {name}")
    chosen = rng.sample(named, min(GENERATED + WRITTEN, len(named)))
    generated = [generator.request(entity.name, lang, rng) for entity in chosen[:GENERATED]]
    carriers = {tongue: Carriers.of_language(tongue).phrases for tongue in LANGUAGES}
    typed = []
    for place, entity in enumerate(chosen[GENERATED:]):
        tongue = lang if place % 2 else LANGUAGES[place // 2 % len(LANGUAGES)]
        phrase = rng.choice(carriers[tongue]).replace("{}", rng.choice((entity.name, entity.name.upper())))
        typed.append(f"{phrase[:1].upper()}{phrase[1:]}!")
    return list(dict.fromkeys([*generated, *typed, *KNOWN.get(name, ()), *AWKWARD]))


class Answerer:
    """Answers with every step laid open; the same steps as `EntityResolver`, from plain parts."""

    def __init__(self, bundle: Bundle) -> None:
        files, manifest = bundle.encoder_files, bundle.manifest
        card = json.loads(files["encoder.json"])
        self.name = str(manifest["name"])
        self.encoder = Encoder.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card)
        self.scale = float(manifest["index"]["scale"])
        self.vectors, self.form_entity = bundle.vectors, bundle.form_entity
        told = manifest["calibration"]
        way = RERANKED if manifest.get("rerank") else DENSE
        self.calibration = Calibration.from_mapping(told.get(way, told))
        self.ids = [entity.id for entity in bundle.entities]
        self.reranker = None
        if manifest.get("rerank"):
            forms = [form for entity in bundle.entities for form in entity.surface_forms]
            weights = RerankWeights.from_mapping(manifest["rerank"])
            self.reranker = PlainReranker(
                forms, self.form_entity.tolist(), str(manifest["lang"]), weights, demands(bundle.entities)
            )

    def row(self, query: str) -> dict[str, Any]:
        """The golden row of a request."""
        token_ids = self.encoder.token_ids(query)
        vector = quantise(self.encoder.encode_ids([token_ids], batch_size=1), self.scale)
        return {
            "bundle": self.name,
            "query": query,
            "canonical": canonical_text(query),
            "token_ids": token_ids,
            "vector": base64.b64encode(vector.tobytes()).decode("ascii"),
            **self.answer(query, vector),
        }

    def answer(self, query: str, vector: np.ndarray) -> dict[str, Any]:
        """Ranking, decision and confidence of a request whose int8 vector [1, dim] is known."""
        if not query.strip():
            return {"ranking": [], "decision": "no_match", "confidence": 0.0}
        found = self.ranked(query, vector)
        ranking = [[self.ids[one.entity], one.score] for one in found]
        if not self.encoder.can_read(self.encoder.token_ids(query)):
            return {"ranking": ranking, "decision": "no_match", "confidence": 0.0}
        confidences = self.calibration.confidences(self.standing(found))
        decision = self.calibration.decide(self.standing(found))
        return {"ranking": ranking, "decision": decision, "confidence": round(confidences[0], 4)}

    def ranked(self, query: str, vector: np.ndarray) -> list[Ranked]:
        """The best entities: by letter and sound evidence too, where the bundle has weights for it."""
        dots = (self.vectors.astype(np.int32) @ vector[0].astype(np.int32)).tolist()
        if self.reranker:
            return self.reranker.rank(query, dots, TOP)
        best: dict[int, int] = {}
        for entity, dot in zip(self.form_entity.tolist(), dots, strict=True):
            best[entity] = max(dot, best.get(entity, dot))
        order = sorted(best, key=lambda entity: (-best[entity], entity))[:TOP]
        return [Ranked(entity, best[entity], best[entity], 0) for entity in order]

    def standing(self, found: Sequence[Ranked]) -> Standing:
        """What the confidence is made of."""
        unit, first = self.scale**2, found[0]
        signs = {"cosine": min(first.dot / unit, 1.0)}
        if self.reranker is None:
            return Standing([min(one.score / unit, 1.0) for one in found], signs)
        if self.reranker.weights.heard:
            signs["heard"] = math.log(1 + max(first.heard / 8, 0.0))
        return Standing([one.score / unit for one in found], signs)

    def is_safe(self, row: dict[str, Any]) -> bool:
        """Whether first place and decision stand clear of a tie and of every threshold.

        Two entities with the very same score of the very same vector always tie, and the smaller id comes first: that
        is safe too.
        """
        if not row["ranking"]:
            return True
        vector = np.frombuffer(base64.b64decode(row["vector"]), np.int8)[None]
        found = self.ranked(row["query"], vector)
        first, second = (one.score / self.scale**2 for one in found[:2])
        if first - second < SAFE_SCORE and not (first == second and self._same_vectors(found, vector)):
            return False
        if not self.encoder.can_read(row["token_ids"]):
            return True
        return self.is_clear(self.standing(found))

    def is_clear(self, standing: Standing) -> bool:
        """Whether no small change of a score changes the decision."""
        told, decisions = self.calibration, set()
        for step, wish in ((0.0, 0.0), (SAFE_SCORE, SAFE_CONFIDENCE), (-SAFE_SCORE, -SAFE_CONFIDENCE)):
            signs = {**standing.signs, "cosine": standing.signs["cosine"] + step}
            for rest in (0.0, step, -step):
                moved = Standing(
                    [standing.scores[0], *(score + rest for score in standing.scores[1:])], signs
                )
                tighter = replace(told, precision=((0.0, min(max(told.needed() + wish, 0.0), 1.0)),))
                decisions.add(tighter.decide(moved))
        return len(decisions) == 1

    def _same_vectors(self, found: Sequence[Ranked], vector: np.ndarray) -> bool:
        request = vector[0].astype(np.int32)
        best = []
        for one in found[:2]:
            forms = self.vectors[self.form_entity == one.entity]
            best.append(forms[np.argmax(forms @ request)])
        return bool(np.array_equal(*best))


def golden_rows(bundle: Bundle) -> Iterator[dict[str, Any]]:
    """Rows of all safe requests to a bundle."""
    answerer = Answerer(bundle)
    for query in requests_of(answerer.name, str(bundle.manifest["lang"]), bundle.entities):
        row = answerer.row(query)
        if answerer.is_safe(row):
            yield row
        else:
            print(f"{answerer.name}: left out, too close to call: {query!r}")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bundle", action="append", help="a bundle (by default all shipped ones); can be repeated"
    )
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    names = options.bundle or list(shipped_bundles())
    if not names:
        parser.error("no bundle is shipped yet; build them first, or name one with --bundle")
    rows = [row for name in names for row in golden_rows(read_bundle(name))]
    partial = options.out.with_name(f"{options.out.name}.partial")
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    partial.write_text("".join(lines), encoding="utf-8")
    partial.replace(options.out)
    print(f"{options.out}: {len(rows)} requests to {len(names)} bundles")


if __name__ == "__main__":
    main()
