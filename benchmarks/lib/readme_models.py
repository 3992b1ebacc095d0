"""The parts of README.md about encoders and scores: students beside teachers, int8, confidence, more evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.lib.results_file import LANGUAGES, RESULTS, found_result, markdown_table, percent, source_line

__all__ = [
    "calibration",
    "distillation",
    "errors",
    "families",
    "human_speech",
    "ladder",
    "methods",
    "quantisation",
]

AVERAGE = "average"


def _ratio(cell: dict[str, Any]) -> str:
    value, low, high = (f"{100 * cell['ratio'][key]:.2f}" for key in ("value", "low", "high"))
    return f"{value} % ({low} to {high})"


def distillation() -> Iterator[str]:
    """What each student keeps of its teacher, and its size."""
    result = found_result("distillation")
    if result is None:
        return
    rows = []
    for name, student in result["students"].items():
        encoder = result["encoders"][name]
        kept = student["comparison"]["all strata"]["pooled"]
        change = (f"{student['change_percent'][lang]:+.2f}" for lang in (*LANGUAGES, AVERAGE))
        size = f"{encoder['float32_bytes'] / 1e6:.1f} / {encoder['int8_bytes'] / 1e6:.2f}"
        rows.append([encoder["label"], _ratio(kept), *change, size])
    for name, paper in result["paper"].items():
        change = (f"{paper[lang]:+.2f}" for lang in (*LANGUAGES, AVERAGE))
        rows.append([f"{name}, the paper", "", *change, ""])
    yield "### Students beside their teachers"
    yield markdown_table(
        ["", "kept, pooled", *(f"{x}, %" for x in (*LANGUAGES, AVERAGE)), "MB float32 / int8"], rows
    )
    yield "Change of Recall@1 against the teacher, all strata together. " + source_line(
        "distillation", result
    )


def quantisation() -> Iterator[str]:
    """The ways to store an encoder."""
    result = found_result("quantisation")
    if result is None:
        return
    rows = [
        [
            name,
            *(percent(way["recall_at_1"][stratum][AVERAGE]) for stratum in ("text", "asr", "noisy")),
            f"{way['bytes']:,}",
            f"{way['parity']['batch_difference']:.0e}",
            f"{1000 * way['time']['p50_ms']:.0f}",
        ]
        for name, way in result["candidates"].items()
    ]
    heading = [
        "weights",
        "typed",
        "recognised",
        "recognised, noise",
        "bytes",
        "batch against single",
        "µs an encode",
    ]
    yield "### Ways to store an encoder"
    yield markdown_table(heading, rows)
    yield source_line("quantisation", result)


def calibration() -> Iterator[str]:
    """What is answered, and how far the confidence can be trusted."""
    result = found_result("calibration")
    if result is None:
        return
    table = result["report"]["all"]
    rows = [
        [
            kind,
            f"{row['rows']:,}",
            *(
                "-" if row[key] is None else f"{row[key]:.3f}"
                for key in ("answered", "ambiguous", "right_of_answered")
            ),
        ]
        for kind, row in table["kinds"].items()
    ]
    yield "### Confidence and silence"
    yield markdown_table(["request", "rows", "answered", "ambiguous", "right of answered"], rows)
    yield (
        f"At precision {result['min_precision']}. Expected calibration error "
        f"{table['expected_calibration_error']:.3f}; AUROC of what the catalog holds against what it does not: "
        + ", ".join(f"{how} {auroc:.3f}" for how, auroc in table["no_match_auroc"].items())
        + ". "
        + source_line("calibration", result)
    )
    if (RESULTS / "calibration.png").is_file():
        yield "![Reliability of the confidence](benchmarks/results/calibration.png)"


def ladder() -> Iterator[str]:
    """What other evidence adds to the vectors, candidates and two recognisers together."""
    result = found_result("ladder")
    if result is None:
        return
    strata = ("text", "asr", "noisy", "asr_small")
    heading = ["Recall@1, average", "typed", "recognised", "recognised, noise", "better recogniser"]
    rows = [
        [rung, *(percent(cells[stratum][AVERAGE]) for stratum in strata)]
        for rung, cells in result["recall_at_1"].items()
    ]
    combined = [
        [f"right among the first twenty {name}", *(percent(cells[stratum][AVERAGE]) for stratum in strata)]
        for name, cells in result["candidates"].items()
    ]
    heard = ", ".join(
        f"{name} {percent(row['asr_small'][AVERAGE])}" for name, row in result["nbest"]["recall_at_1"].items()
    )
    yield "### What each kind of evidence adds"
    yield markdown_table(heading, [*rows, *combined])
    yield (
        "Shipped is the last line of the ladder, fusion. *Heard* is the learned alignment of "
        f"[misrecognition.py](edge_er/text/misrecognition.py). Two recognisers of one utterance: {heard}. "
        + source_line("ladder", result)
    )
    if (RESULTS / "ladder.png").is_file():
        yield "![Recall@1 rung by rung](benchmarks/results/ladder.png)"


def families() -> Iterator[str]:
    """Plain names beside their siblings."""
    result = found_result("families")
    if result is None:
        return
    yield (
        "Families (Deutschlandfunk and Deutschlandfunk Nova, Radio 1 to 6, Cadena SER and its regions): "
        + source_line("families", result)
    )


def human_speech() -> Iterator[str]:
    """People instead of a synthetic voice."""
    result = found_result("human_speech")
    if result is None:
        return
    rows = []
    for kind, report in result["kinds"].items():
        systems = {name: cells for name, cells in report.items() if name != "names"}
        for name, cells in systems.items():
            rows.append([kind, f"{report['names']:,}", name, percent(cells["text"]), percent(cells["asr"])])
    yield "### Human speech"
    yield markdown_table(["SLURP, English", "names", "system", "typed", "recognised"], rows)
    yield "Whole sentences to an assistant, in none of the training data. " + source_line(
        "human_speech", result
    )


def errors() -> Iterator[str]:
    """Why wrong answers are wrong."""
    result = found_result("error_analysis")
    if result is None:
        return
    wrong = sum(result["wrong"].values())
    shares = ", ".join(f"{kind} {count / wrong:.0%}" for kind, count in result["kinds"].items())
    yield "### Why wrong answers are wrong"
    yield (
        f"{wrong} of {sum(result['requests'].values()):,} recognised requests have a wrong first candidate: {shares}. "
        + source_line("error_analysis", result)
    )


METHODS = {
    "hpd": "HPD: sentences by dimensions, beside whitening and projections",
    "hpd_requests": "HPD: Recall@1 and MRR by bytes an entity",
    "hpd_search": "HPD: time and memory of a search by dimensions",
    "dipair": "DiPair: stages, soft labels and shapes of a head",
    "head_speed": "DiPair: what a pair costs a head of each shape",
    "head_cost": "DiPair: what a head costs a bundle in bytes and time",
    "pair_teacher": "DSE: the cross-attentive teacher on new names",
    "pair_sets": "DSE: what students lose on public pair sets",
    "dse_speed": "DSE: pairs a second of teacher and students",
    "sts": "SimTDE and HPD from all-MiniLM-L6-v2 on seven STS sets",
    "simtde": "SimTDE: what each of its parts is worth, and other ways to distil",
    "simtde_times": "SimTDE: inference time of its shapes",
}


def methods() -> Iterator[str]:
    """Where each paper's method is measured by itself."""
    there = {name: label for name, label in METHODS.items() if found_result(name)}
    if there:
        yield "### Each method by itself"
        yield "\n".join(f"- [{label}](benchmarks/results/{name}.md)" for name, label in there.items())
