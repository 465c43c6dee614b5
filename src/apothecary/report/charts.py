"""Numbers in, charts out as SVG in the colours and type of the page; matplotlib (extra `plots`) draws them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from apothecary.report.markup import Html, spell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Drawn in these, and shown in the page's own colours, which differ in light and dark.
INK, SOFT, FIRST, SECOND, THIRD, HEAT = "#010203", "#020304", "#030405", "#040506", "#050607", "#060708"
VARIABLES = {INK: "ink", SOFT: "soft", FIRST: "first", SECOND: "second", THIRD: "third", HEAT: "first"}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9.5,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "grid.color": SOFT,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
}
MOST_LETTERS = 24  # of a name on an axis
NAMES = {"facts": "facts", "forms": "question forms", "ngrams": "4-grams of words"}
COLOURS = {"facts": FIRST, "forms": SECOND, "ngrams": THIRD}


def can_draw() -> bool:
    """Whether the plotting library is installed."""
    return find_spec("matplotlib") is not None


def draw_charts(told: dict[str, Any]) -> dict[str, Html]:
    """A report to its charts by name; none without the plotting library."""
    if not can_draw():
        return {}
    import matplotlib as mpl

    quality = told["quality"]
    drawn = {}
    for name, draw, data, size in (
        ("curve", draw_curve, quality, (7.6, 3.3)),
        ("quality", draw_quality, quality, (7.6, 3.0)),
        ("lengths", draw_lengths, told["texts"], (7.6, 2.5)),
        ("reach", draw_reach, told["reach"], (7.6, 3.2)),
    ):
        with mpl.rc_context({**STYLE, "svg.hashsalt": f"apothecary {name}"}):
            from matplotlib.figure import Figure

            figure = Figure(figsize=size, layout="constrained")
            draw(figure, data)
            drawn[name] = render(figure, name)
    return drawn


def render(figure: Figure, name: str) -> Html:
    """A figure to SVG for a page: no size of its own, colours as variables, ids that no other chart has."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', rf'\1 role="img" aria-label="{name}"', text, count=1)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px; font-family: inherit", text)
    text = re.sub(r"font-family: [^;\"]*'[^;\"]*", "font-family: inherit", text)
    text = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    return Html(text)


def draw_curve(figure: Figure, quality: dict[str, Any]) -> None:
    """What a thousand further rows bring, by size; the knee of each line is a ring."""
    axes: Axes = figure.add_subplot()
    for name, label in NAMES.items():
        key = f"new_{name}_per_1000"
        known = [(point["rows"], point[key]) for point in quality["points"] if point[key]]
        if not known:
            continue
        rows, new = zip(*known, strict=True)
        axes.plot(rows, new, marker="o", color=COLOURS[name], label=label)
        knee = quality["knees"][name]
        at = [value for size, value in known if size == knee]
        if at:
            axes.plot([knee], at, marker="o", markersize=12, fillstyle="none", color=COLOURS[name], linestyle="none")
            axes.annotate("knee", (knee, at[0]), xytext=(8, 8), textcoords="offset points", color=COLOURS[name])
    axes.set(xscale="log", yscale="log", xlabel="rows of training", ylabel="new in each 1,000 further rows")
    name_decades(axes)
    if axes.lines:
        axes.legend(loc="lower left")


def draw_quality(figure: Figure, quality: dict[str, Any]) -> None:
    """The rule of thumb over sizes, the share verified by machine, and what experts accept, if they were asked."""
    axes: Axes = figure.add_subplot()
    thumb = quality["rule_of_thumb"]
    axes.plot(
        [one["rows"] for one in thumb],
        [100 * one["quality"] for one in thumb],
        color=SOFT,
        linestyle="--",
        marker="s",
        label="rule of thumb (assumed)",
    )
    points = quality["points"]
    if quality["checked"]:
        rows, shares = [point["rows"] for point in points], [100 * point["verified"] for point in points]
        axes.plot(rows, shares, color=FIRST, marker="o", label="passed the checker (measured)")
    judged = [point for point in points if point["accepted"]]
    if judged:
        middle = [100 * point["accepted"]["share"] for point in judged]
        low = [100 * (point["accepted"]["share"] - point["accepted"]["low"]) for point in judged]
        high = [100 * (point["accepted"]["high"] - point["accepted"]["share"]) for point in judged]
        where = [point["rows"] for point in judged]
        axes.errorbar(where, middle, yerr=[low, high], color=SECOND, marker="D", capsize=3, label="accepted by experts")
    axes.set(xscale="log", ylim=(0, 105), xlabel="rows", ylabel="% of the rows")
    name_decades(axes)
    axes.legend(loc="lower left")


def draw_lengths(figure: Figure, texts: dict[str, Any]) -> None:
    """How long questions and answers are, in characters, side by side."""
    edges = texts["edges"]
    last = max((place for name in ("question", "answer") for place, n in enumerate(texts[name]) if n), default=0)
    labels = [f"{low:,}–{high:,}" for low, high in pairwise(edges)][: last + 1]
    for place, (name, colour) in enumerate((("question", FIRST), ("answer", SECOND))):
        axes: Axes = figure.add_subplot(1, 2, place + 1)
        counts = texts[name][: last + 1]
        total = max(1, sum(counts))
        axes.bar(range(len(counts)), [100 * number / total for number in counts], color=colour, width=0.85)
        axes.set_xticks(range(len(counts)), labels, rotation=60, ha="right", rotation_mode="anchor", fontsize=8)
        axes.set_title(f"{name}s, characters", loc="left", fontsize=10)
        axes.set_ylabel("% of the rows" if place == 0 else "")
        axes.grid(visible=False, axis="x")


def draw_reach(figure: Figure, reach: dict[str, Any]) -> None:
    """Topics by groups of entities: the share of the group that rows of the topic are about."""
    groups = [one["group"] for one in reach["groups"] if one["reached"]]
    axes: Axes = figure.add_subplot()
    topics = reach["topics"]
    for line, topic in enumerate(topics):
        for place, group in enumerate(groups):
            share = topic[group]
            axes.fill_between([place, place + 1], line, line + 1, color=HEAT, alpha=0.06 + 0.74 * share, linewidth=0)
            axes.text(place + 0.5, line + 0.5, f"{share:.0%}" if share else "", ha="center", va="center", fontsize=8.5)
    axes.set_xticks([place + 0.5 for place in range(len(groups))], [label(name).replace("_", "\n") for name in groups])
    axes.set_yticks([line + 0.5 for line in range(len(topics))], [label(topic["topic"]) for topic in topics])
    axes.set(xlim=(0, max(1, len(groups))), ylim=(max(1, len(topics)), 0))
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def label(text: str) -> str:
    """A name for an axis: short, and without characters that cannot be seen."""
    told = spell(text)
    return told if len(told) <= MOST_LETTERS else told[: MOST_LETTERS - 1] + "…"


def name_decades(axes: Axes) -> None:
    """Sizes on the axis as people say them: 10 k, 1 M, 1 B."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shorten_count(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def shorten_count(count: float) -> str:
    """A count as people say it: 300 k, 1 M, 1.5 B."""
    for unit, size in (("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.3g}"


def list_colours() -> Sequence[str]:
    """The variables that a page must define."""
    return sorted(set(VARIABLES.values()))
