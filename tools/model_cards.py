"""Write the model cards of encoders and bundles.

    python -m tools.model_cards

models/encoders/NAME/README.md comes from encoder.json, the tables of models/README.md from the bundles' manifests.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.storage import MANIFEST
from tools.documents import REPOSITORY, STRATA, markdown_table, percent, replace_section

MODELS = REPOSITORY / "models"
LANGUAGE_NAMES = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian"}
SHAPE = {
    "vocab_size": "WordPiece vocabulary",
    "token_dim": "token table, columns",
    "hidden": "width",
    "layers": "layers",
    "heads": "heads",
    "intermediate": "feed-forward width",
    "dim": "vector",
    "max_tokens": "longest text, tokens",
    "parameters": "parameters",
}
TRAINED_ON = """Trained on requests made from public data: station names (Radio Browser; iprd-org, MIT; TDTChannels,
Apache-2.0), artists, TV channels and programmes (Wikidata, CC0), cities (GeoNames, CC BY 4.0), carrier phrases
(MASSIVE 1.1, CC BY 4.0), and requests spoken by an offline synthetic voice and recognised by Whisper. Names of the
development part are in no training request."""
LIMITS = """- Five languages; names in other scripts are found by their exact spelling at best.
- Short requests that name an entity. It is no general sentence encoder.
- The speech is one synthetic voice and one family of recognisers."""


def encoder_card(card: Mapping[str, Any]) -> str:
    """The card of an encoder folder, Markdown, from its encoder.json."""
    shape = [[title, f"{card[key]:,}"] for key, title in SHAPE.items() if key in card]
    sections = {
        "Shape": markdown_table(["", "value"], shape),
        "Files": _files(card.get("files", {})),
        "Quality": _quality(card.get("quality", {})),
        "Calibration": _calibration(card.get("calibration", {}), card.get("fitted_with")),
        "Training": f"{_training(card['recipe'], card['name'])}\n\n{TRAINED_ON}",
        "Limits": LIMITS,
        "Licence": "Apache-2.0, as the code; the sources are named above.",
    }
    parts = [
        f"# {card['name']}",
        _what(card),
        *(f"## {title}\n\n{text}" for title, text in sections.items() if text),
    ]
    return "\n\n".join(parts) + "\n"


def _what(card: Mapping[str, Any]) -> str:
    *others, last = (LANGUAGE_NAMES.get(lang, lang) for lang in card["languages"])
    languages = f"{', '.join(others)} and {last}" if others else last
    student = card["recipe"]["student"]
    kind = "A BERT-like teacher, trained by contrast."
    if student["teacher"]:
        kind = f"A SimTDE student of `{Path(student['teacher']).name}` with a {card['token_dim']}-column token table."
    return f"Requests and names in {languages} to unit vectors that compare by cosine. {kind}"


def _files(files: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [[f"`{name}`", f"{entry['size']:,}"] for name, entry in files.items()]
    weights = "`model.safetensors` holds the float32 weights, to distil or fine-tune from."
    return f"{markdown_table(['file', 'bytes'], rows)}\n\n{weights}" if rows else weights


def _quality(quality: Mapping[str, Any]) -> str:
    recall = quality.get("dev_recall_at_1")
    if not recall:
        return "Not measured by itself: see the encoders distilled from it and the bundles made with it."
    gate = quality["gate"]
    return (
        "Recall@1 on the development requests (typed, recognised and noisy together, mean of the languages, each "
        f"against every station name of its countries): float32 {recall['float32']:.4f}, int8 {recall['int8']:.4f}. "
        f"The gate refuses an int8 encoder that loses more than {gate['max_loss']:.1%}; this one loses "
        f"{gate['loss']:.2%}."
    )


def _calibration(calibration: Mapping[str, Any], fitted_with: str | None) -> str:
    fits = {way: values["fit"] for way, values in calibration.items() if values.get("fit")}
    if not fits:
        return ""
    measured = "; ".join(
        f"{way}: {fit['curve']}, expected calibration error {fit['expected_calibration_error']:.3f}, AUROC of what the "
        "catalog holds " + ", ".join(f"{how} {auroc:.3f}" for how, auroc in fit["no_match_auroc"].items())
        for way, fit in fits.items()
    )
    twin = f" Fitted and measured with `{fitted_with}`, its twin without these names." if fitted_with else ""
    return (
        "Evidence to confidence, fitted on requests for names that training never saw and on requests to refuse; on "
        f"names kept apart: {measured}. Made by `edge-er train fit confidence`.{twin}"
    )


def _training(recipe: Mapping[str, Any], name: str) -> str:
    data, optim, student = recipe["data"], recipe["optim"], recipe["student"]
    method = f"Contrastive, temperature {optim['temperature']}, hard negatives mined with the model itself."
    if student["teacher"]:
        start = "from an SVD of the teacher's" if student["start"] == "svd" else "at random"
        method = (
            f"SimTDE: α {student['alpha']}, the teacher's last {student['keep_layers']} layers, token table started "
            f"{start}; no labels."
        )
    return (
        f"Recipe: [{name}.toml](../../recipes/{name}.toml). {method} {optim['requests']:,} requests in batches of "
        f"{optim['batch']:,}, AdamW, learning rate {optim['learning_rate']}, from a pool of {data['requests']:,}, "
        f"{data['voice_share']:.0%} of them recognised speech; seeds {data['seed']} and {optim['seed']}."
    )


def bundle_tables(manifests: Iterable[Mapping[str, Any]]) -> str:
    """What the bundles hold, their bytes by file, and their Recall@1, as Markdown tables."""
    manifests = list(manifests)
    if not manifests:
        return ""
    files = list(dict.fromkeys(name for manifest in manifests for name in _sizes(manifest)))
    heading = ["bundle", "entities", "aliases", "surface forms", "bytes", "budget"]
    sizes = [[_title(m), *(f"{_sizes(m).get(name, 0):,}" for name in files)] for m in manifests]
    recalls = [[_title(m), *_recalls(m)] for m in manifests]
    parts = ["## Bundles", markdown_table(heading, [_counts(m) for m in manifests])]
    parts += [
        "Bytes by file; `streams.jsonl` counts for no budget:",
        markdown_table(["bundle", *files], sizes),
    ]
    parts += ["Recall@1 on development requests, with 95 % intervals:"]
    parts += [markdown_table(["bundle", *STRATA.values()], recalls)]
    return "\n\n".join(parts)


def _title(manifest: Mapping[str, Any]) -> str:
    return f"`{manifest['name']}`"


def _counts(manifest: Mapping[str, Any]) -> list[str]:
    budget = manifest["budget_bytes"]
    counts = (f"{manifest['counts'][what]:,}" for what in ("entities", "aliases", "forms"))
    return [_title(manifest), *counts, f"{manifest['size_bytes']:,}", f"{budget:,}" if budget else "none"]


def _sizes(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Bytes by file, largest first; the manifest's own are what the counted files leave of the whole."""
    sizes = {name: int(entry["size"]) for name, entry in manifest["files"].items()}
    counted = sum(size for name, size in sizes.items() if name != "streams.jsonl")
    sizes[MANIFEST] = manifest["size_bytes"] - counted
    return dict(sorted(sizes.items(), key=lambda item: (item[0] == "streams.jsonl", -item[1])))


def _recalls(manifest: Mapping[str, Any]) -> list[str]:
    recall = manifest["report"].get("recall_at_1", {}).get(manifest["lang"], {})
    return [percent(recall[stratum]) if stratum in recall else "" for stratum in STRATA]


def cards(models: Path) -> dict[Path, str]:
    """Every card by its path: models/README.md and the README.md of each encoder folder."""
    bundles = [*models.glob(f"*/{MANIFEST}"), *models.glob("*.zip")]
    paths = sorted(path.parent if path.name == MANIFEST else path for path in bundles)
    overview = (models / "README.md").read_text(encoding="utf-8")
    manifests = (read_bundle(path).manifest for path in paths)
    written = {models / "README.md": replace_section(overview, "bundles", bundle_tables(manifests))}
    for file in sorted(models.glob("encoders/*/encoder.json")):
        card = json.loads(file.read_text(encoding="utf-8"))
        written[file.parent / "README.md"] = encoder_card(card)
    return written


def main() -> None:
    """Write all cards."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--models", type=Path, default=MODELS, help="models folder (default: that of the repository)"
    )
    for path, text in cards(parser.parse_args().models).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
