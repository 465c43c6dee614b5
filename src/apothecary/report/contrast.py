"""Two reports in, what differs out: the figures side by side, the mix, and the curves at the sizes both have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apothecary.report.charts import shorten_count
from apothecary.report.markup import Child, Html, join, percent, table, tag, write_page
from apothecary.report.page import STYLE, list_figures
from apothecary.report.table import format_bytes

SHARES = {"verified", "accepted", "top_form_share", "distinct_4grams", "self_repetition"}
BY = ("perspective", "intent", "licence")


def contrast(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two reports to what differs, as JSON has it."""
    one, two = list_figures(first), list_figures(second)
    return {
        "runs": [first["run"], second["run"]],
        "figures": {name: [one[name], two[name]] for name in one},
        "recipe": list_settings(first["recipe"], second["recipe"]),
        "mix": {by: contrast_mix(first["mix"].get(by, {}), second["mix"].get(by, {})) for by in BY},
        "curve": contrast_curves(first["quality"]["points"], second["quality"]["points"]),
        "reasons": contrast_reasons(first, second),
    }


def list_settings(first: Mapping[str, Any], second: Mapping[str, Any], prefix: str = "") -> dict[str, list[Any]]:
    """The settings of two recipes that differ, by dotted key."""
    found: dict[str, list[Any]] = {}
    for name in dict.fromkeys([*first, *second]):
        one, two = first.get(name), second.get(name)
        if isinstance(one, dict) and isinstance(two, dict):
            found |= list_settings(one, two, f"{prefix}{name}.")
        elif one != two:
            found[prefix + name] = [one, two]
    return found


def contrast_mix(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, list[float]]:
    """Shares of the rows by name in both, the largest difference first."""
    totals = [max(1, sum(line["rows"] for line in mix.values())) for mix in (first, second)]
    shares = {
        name: [mix.get(name, {"rows": 0})["rows"] / total for mix, total in zip((first, second), totals, strict=True)]
        for name in {*first, *second}
    }
    return dict(sorted(shares.items(), key=lambda item: (-abs(item[1][1] - item[1][0]), item[0])))


def contrast_curves(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points of two curves at the sizes that both have."""
    others = {point["rows"]: point for point in second}
    names = ("facts", "forms", "repeats_of_a_form", "verified")
    return [
        {"rows": point["rows"], **{name: [point[name], others[point["rows"]][name]] for name in names}}
        for point in first
        if point["rows"] in others
    ]


def contrast_reasons(first: dict[str, Any], second: dict[str, Any]) -> dict[str, list[int]]:
    """Rows dropped or failed by reason in both, export left out, which counts them again."""
    counts: dict[str, list[int]] = {}
    for place, told in enumerate((first, second)):
        for one in told["funnel"]:
            if one["component"] != "export":
                for reason, number in [*one["dropped"].items(), *one["failed"].items()]:
                    counts.setdefault(reason, [0, 0])[place] += number
    return dict(sorted(counts.items()))


def show_figure(name: str, value: float | None) -> str:
    """A figure as its kind is written."""
    if value is None:
        return "unmeasured"
    if name in SHARES:
        return percent(value, 2)
    if name == "bytes":
        return format_bytes(value)
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def tell_change(one: float | None, two: float | None) -> str:
    """How the second differs from the first, in per cent of the first."""
    if one is None or two is None or not one:
        return "–"
    return f"{(two - one) / one:+.1%}" if two != one else "="


def write_contrast(told: dict[str, Any]) -> str:
    """What differs to a page."""
    runs: list[Child] = list(told["runs"])
    figures: list[list[Child]] = [
        [name.replace("_", " "), show_figure(name, one), show_figure(name, two), tell_change(one, two)]
        for name, (one, two) in told["figures"].items()
    ]
    settings: list[list[Child]] = [[name, str(one), str(two)] for name, (one, two) in told["recipe"].items()]
    reasons: list[list[Child]] = [[name, f"{one:,}", f"{two:,}"] for name, (one, two) in told["reasons"].items()]
    curve: list[list[Child]] = []
    for point in told["curve"]:
        facts, forms, repeats = point["facts"], point["forms"], point["repeats_of_a_form"]
        shown = [*(f"{n:,}" for n in (*facts, *forms)), *(f"{n:,.1f}" for n in repeats)]
        curve.append([shorten_count(point["rows"]), *shown])
    header = ["rows", *(f"{name}, {run}" for name in ("facts", "forms", "rows a form") for run in told["runs"])]
    parts: list[Child] = [
        tag("p", "apothecary · two datasets compared", class_="kicker"),
        tag("h1", f"{told['runs'][0]} and {told['runs'][1]}"),
        table(["", *runs, "change"], figures, [1, 2, 3]),
        tag("h2", "Recipes"),
        table(["setting", *runs], settings) if settings else tag("p", "The recipes are the same."),
        tag("h2", "Curves at the sizes that both have"),
        table(header, curve, range(7)),
        tag("h2", "Dropped or failed, by reason"),
        table(["reason", *runs], reasons, [1, 2]) if reasons else tag("p", "Neither dropped a row."),
        tag("h2", "Mix"),
        *(tell_mix(by, lines, runs) for by, lines in told["mix"].items()),
    ]
    return write_page(f"{told['runs'][0]} and {told['runs'][1]}", STYLE.read_text("utf-8"), tag("main", *parts))


def tell_mix(by: str, lines: Mapping[str, list[float]], runs: list[Child]) -> Html:
    """Shares by name, in both."""
    rows: list[list[Child]] = [
        [name, percent(one, 2), percent(two, 2), f"{100 * (two - one):+.2f}"] for name, (one, two) in lines.items()
    ]
    return join([tag("h3", f"By {by}"), table([by, *runs, "points"], rows, [1, 2, 3])])
