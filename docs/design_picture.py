"""Draw docs/design.png.

    python docs/design_picture.py

Three lanes: a request, a catalog and a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

OUT = Path(__file__).resolve().parent / "design.png"
WIDTH, HEIGHT, DPI = 18.0, 9.15, 100
BOX_WIDTH, BOX_HEIGHT, STEP, FIRST = 2.42, 1.24, 2.876, 1.81
INK, GREY = "#1f2933", "#5f6b7a"


@dataclass(frozen=True)
class Way:
    """One lane: its title, the folder its code is in, and its steps (title, two lines below)."""

    title: str
    where: str
    colour: str
    pale: str
    y: float
    steps: tuple[tuple[str, str], ...]


REQUEST = Way(
    "A request", "on the device, edge_er/", "#0b6e99", "#e8f4fa", 7.45,
    (
        ("what was said", "“pon la cadena ser”"),
        ("normalize", "one definition of\ncanonical text"),
        ("encode", "tokens, ONNX graph,\nint8 vector"),
        ("search, rerank", "vectors and sounds,\nthen what was heard"),
        ("calibrate", "evidence and margin\nto confidence"),
        ("answer", "match, ambiguous\nor no match"),
    ),
)  # fmt: skip
CATALOG = Way(
    "A catalog", "offline, catalog_tools/", "#2f7d4f", "#e9f6ee", 4.35,
    (
        ("your file", "tables, playlists,\ncontacts, SQL …"),
        ("records", "name, aliases, id,\nmetadata; checked"),
        ("entities", "duplicates merged,\nstable ids"),
        ("surface forms", "“Bayern 1”,\n“bayern eins”"),
        ("vectors", "int8, one a form,\nencoded like requests"),
        ("bundle", "within its budget,\nor refused"),
    ),
)  # fmt: skip
MODEL = Way(
    "A model", "training, edge_er/training/", "#9a5b13", "#fbf1e4", 1.25,
    (
        ("requests", "carriers, noise,\nrecognised speech"),
        ("teacher", "BERT-Tiny,\ncontrastive"),
        ("student", "SimTDE: 32-d tokens,\ndistilled, no labels"),
        ("export", "int8 weights, gate\non Recall@1"),
        ("encoder folder", "graph, tokenizer,\ncard"),
    ),
)  # fmt: skip


def box_left(place: int) -> float:
    """Left edge of a lane's box."""
    return FIRST + place * STEP - BOX_WIDTH / 2


def draw_way(axes: Axes, way: Way) -> None:
    """A pale lane with its title, boxes and arrows."""
    lane = FancyBboxPatch(
        (0.25, way.y - 1.0),
        WIDTH - 0.5,
        2.45,
        boxstyle="round,pad=0,rounding_size=0.22",
        fc=way.pale,
        ec="none",
    )
    axes.add_patch(lane)
    axes.text(0.6, way.y + 1.0, way.title, fontsize=19, weight="bold", color=way.colour, va="center")
    axes.text(2.62, way.y + 0.985, way.where, fontsize=14.5, color=GREY, va="center")
    for place, (title, text) in enumerate(way.steps):
        ends = place in (0, len(way.steps) - 1)
        left, bottom = box_left(place), way.y - BOX_HEIGHT / 2 - 0.1
        face, ink = (way.colour, "white") if ends else ("white", INK)
        shape = "round,pad=0,rounding_size=0.14"
        axes.add_patch(
            FancyBboxPatch(
                (left, bottom), BOX_WIDTH, BOX_HEIGHT, boxstyle=shape, fc=face, ec=way.colour, lw=1.8
            )
        )
        middle = left + BOX_WIDTH / 2
        axes.text(
            middle, bottom + 0.93, title, fontsize=16, weight="bold", color=ink, ha="center", va="center"
        )
        axes.text(
            middle, bottom + 0.41, text, fontsize=12.8, color="white" if ends else GREY,
            ha="center", va="center", linespacing=1.25,
        )  # fmt: skip
        if place:
            arrow(axes, [(box_left(place - 1) + BOX_WIDTH, way.y - 0.1), (left, way.y - 0.1)], way.colour)


def arrow(axes: Axes, points: list[tuple[float, float]], colour: str) -> None:
    """A line through `points` with a head at its end."""
    if len(points) > 2:
        axes.plot(*zip(*points[:-1], strict=True), color=colour, lw=2.2, solid_joinstyle="round")
    style = {
        "arrowstyle": "-|>,head_width=0.35,head_length=0.6",
        "color": colour,
        "lw": 2.2,
        "shrinkA": 0,
        "shrinkB": 1,
    }
    axes.annotate("", xy=points[-1], xytext=points[-2], arrowprops=style)


def draw_links(axes: Axes) -> None:
    """What one way hands to another: the encoder to the vectors, the bundle to the device."""
    bottom = BOX_HEIGHT / 2 + 0.1
    top = BOX_HEIGHT / 2 - 0.1
    vectors = FIRST + 4 * STEP
    arrow(axes, [(vectors, MODEL.y + top), (vectors, CATALOG.y - bottom)], MODEL.colour)
    label(axes, vectors + 0.18, (MODEL.y + CATALOG.y) / 2 + 0.2, "the encoder", MODEL.colour)
    channel, bundle = CATALOG.y + 1.75, FIRST + 5 * STEP
    for place, name in ((2, "encoder"), (3, "vectors, entities"), (4, "calibration")):
        x = FIRST + place * STEP
        arrow(axes, [(bundle, channel), (x, channel), (x, REQUEST.y - bottom)], CATALOG.colour)
        label(axes, x + 0.15, channel + 0.27, name, CATALOG.colour)
    axes.plot([bundle, bundle], [CATALOG.y + top, channel], color=CATALOG.colour, lw=2.2)


def label(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    """Small text beside a line."""
    axes.text(x, y, text, fontsize=13.5, color=colour, va="center", style="italic")


def main() -> None:
    """Write docs/design.png."""
    figure = plt.figure(figsize=(WIDTH, HEIGHT), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, HEIGHT)
    axes.axis("off")
    for way in (REQUEST, CATALOG, MODEL):
        draw_way(axes, way)
    draw_links(axes)
    figure.savefig(OUT, dpi=DPI, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
