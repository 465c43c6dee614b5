"""Coverage, variety and the measured curve of a report as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from apothecary.report.charts import shorten_count
from apothecary.report.markup import Child, Html, bar, join, percent, shade, table, tag

Charts = Mapping[str, Html]


def show_chart(charts: Charts, name: str, caption: str) -> Html | None:
    """A chart with its caption, nothing where it could not be drawn."""
    return tag("figure", charts[name], tag("figcaption", caption)) if name in charts else None


def tell_reach(told: dict[str, Any], charts: Charts) -> Html:
    """Which entities rows are about, by group, topic and intent."""
    reach = told["reach"]
    groups: list[list[Child]] = [
        [one["group"].replace("_", " "), f"{one['known']:,}", f"{one['reached']:,}",
         bar(one["reached"] / max(1, one["known"]), percent(one["reached"] / max(1, one["known"]))),
         f"{one['median_rows']:,.0f}"]
        for one in reach["groups"]
    ]  # fmt: skip
    fewest = ", ".join(f"{one['name']} ({one['rows']:,})" for one in reach["fewest"]["drug"])
    caption = "Of the entities of each group (across), the share that rows of each topic (down) are about."
    return join(
        [
            table(["group of entities", "known", "with a row", "", "median rows"], groups, [1, 2, 4]),
            tag("p", f"Drugs with the fewest rows: {fewest}.", class_="note") if fewest else None,
            show_chart(charts, "reach", caption),
            tell_intents(told),
        ]
    )


def tell_intents(told: dict[str, Any]) -> Html:
    """All intents with their rows, share and reach; the darker a cell, the larger the share."""
    reach, mix = told["reach"], told["mix"]["intent"]
    known = {one["group"]: one["known"] for one in reach["groups"] if one["reached"]}
    names = [name for name in ("drug", "compound") if name in known]
    most = max((line["rows"] for line in mix.values()), default=1)
    rows: list[list[Child]] = []
    for intent, line in sorted(mix.items(), key=lambda item: (told["topics"].get(item[0], "~"), -item[1]["rows"])):
        share = line["rows"] / max(1, told["rows"])
        found = reach["intents"].get(intent, {})
        cells = [shade(found.get(name, 0) / max(1, known[name]), f"{found.get(name, 0):,}") for name in names]
        length = f"{line['approximate_tokens'] / max(1, line['rows']):.0f}"
        amount = shade(line["rows"] / most, f"{line['rows']:,}")
        rows.append([intent, told["topics"].get(intent, "authored"), amount, percent(share, 2), length, *cells])
    header = ["intent", "topic", "rows", "share", "tokens a row", *(f"{name}s" for name in names)]
    listed = table(header, rows, [2, 3, 4, *range(5, 5 + len(names))])
    return tag(
        "details", tag("summary", f"All {len(mix):,} intents, with the entities that their rows are about"), listed
    )


def tell_variety(told: dict[str, Any], charts: Charts) -> Html:
    """Forms, templates, texts and lengths."""
    questions, templates, texts = told["questions"], told["templates"], told["texts"]
    lines: list[list[Child]] = [
        ["question forms (names and values taken out)", f"{questions['forms']:,}", "different ones in training"],
        ["effective number of forms", f"{questions['effective']:,.0f}", "of equal share; exp of the entropy"],
        ["share of the most frequent form", percent(questions["top_share"], 2), questions["top"]],
        ["templates used", f"{templates['used']:,}", f"of {templates['of']:,} in the pack"],
        ["share of the ten largest templates", percent(templates["top10_share"], 1), ""],
    ]  # fmt: skip
    diversity = texts["diversity"]
    if diversity:
        for n, share in diversity["distinct_ngrams"].items():
            lines.append([f"distinct {n}-grams of words", percent(share), "different ones over all of the sample"])
        lines.append(
            [
                "compression ratio",
                f"{diversity['compression_ratio']:.2f}",
                "bytes over bytes after DEFLATE; higher is more alike",
            ]
        )
        lines.append(
            [
                "self-repetition",
                percent(diversity["self_repetition"]),
                "of a row's 4-grams stand in another row of the sample",
            ]
        )
    sample = (
        f"Text measures depend on how much is looked at: here the first {diversity['rows']:,} rows of training"
        if diversity
        else "No texts"
    )
    top: list[list[Child]] = [
        [one["intent"], one["template"], f"{one['rows']:,}", percent(one["share"], 2), one["ask"]]
        for one in templates["top"]
    ]
    medians = texts.get("median", {})
    caption = (
        f"Lengths of the last question and the last answer, in the first {texts['rows']:,} rows of training; medians "
        f"{medians.get('question') or 0:.0f} and {medians.get('answer') or 0:.0f} characters."
    )
    return join(
        [
            table(["measure", "", "what it says"], lines, [1]),
            tag("p", f"{sample}; shards are fair samples of the whole.", class_="note"),
            show_chart(charts, "lengths", caption),
            None if "lengths" in charts else tell_lengths(texts),
            tag("h3", "The largest templates"),
            table(["intent", "template", "rows", "share", "first wording"], top, [2, 3]),
        ]
    )  # fmt: skip


def tell_lengths(texts: dict[str, Any]) -> Html:
    """The histogram of lengths as a table."""
    edges, total = texts["edges"], max(1, texts["rows"])
    rows: list[list[Child]] = [
        [f"{low:,} to {high - 1:,}", percent(texts["question"][place] / total), percent(texts["answer"][place] / total)]
        for place, (low, high) in enumerate(pairwise(edges))
        if texts["question"] and (texts["question"][place] or texts["answer"][place])
    ]
    return table(["characters", "questions", "answers"], rows, [1, 2])


def tell_quality(told: dict[str, Any], charts: Charts) -> Html:
    """The measured curve beside the rule of thumb, with its knees."""
    quality = told["quality"]
    points = quality["points"]
    rows = [tell_point(point, quality) for point in points]
    last = points[-1]["rows"] if points else 0
    beyond: list[list[Child]] = [
        [shorten_count(one["rows"]), *["–"] * 7, "unmeasured", percent(one["quality"], 0)]
        for one in quality["rule_of_thumb"]
        if one["rows"] > last
    ]
    header = ["rows", "new facts", "new forms", "new 4-grams", "facts", "forms", "rows a form", "verified",
              "experts accept", "rule of thumb"]  # fmt: skip
    texts = f"4-grams are counted in the first {quality['text_rows']:,} rows, one in 16 of them by its hash."
    return join(
        [
            tag("p", tell_knees(quality)),
            show_chart(charts, "curve", "What a thousand further rows still bring; both axes are logarithmic."),
            table(header, rows + beyond, range(10)),
            tag("p", f"Nested subsets; “new” is for each 1,000 rows since the line above. {texts}", class_="note"),
            show_chart(charts, "quality", "The rule of thumb is an assumption about sizes; no part of it is measured."),
            tag("p", tell_strict(quality), class_="note"),
        ]
    )  # fmt: skip


def tell_point(point: dict[str, Any], quality: dict[str, Any]) -> list[Child]:
    """A line of the curve's table."""
    accepted = point["accepted"]
    said = (
        f"{percent(accepted['share'])} ({percent(accepted['low'])}–{percent(accepted['high'])})"
        if accepted
        else "unmeasured"
    )
    new = [point[f"new_{name}_per_1000"] for name in ("facts", "forms", "ngrams")]
    return [
        shorten_count(point["rows"]),
        *("–" if number is None else f"{number:,.1f}" for number in new),
        f"{point['facts']:,}",
        f"{point['forms']:,}",
        f"{point['repeats_of_a_form']:,.1f}",
        percent(point["verified"], 2) if quality["checked"] else "–",
        said,
        percent(point["rule_of_thumb"], 0),
    ]


def tell_knees(quality: dict[str, Any]) -> str:
    """Where the curves bend, in a sentence each."""
    names = {"facts": "New facts", "forms": "New question forms", "ngrams": "New 4-grams of words"}
    said = []
    for name, label in names.items():
        knee = quality["knees"][name]
        said.append(
            f"{label} bend off near {knee:,} rows." if knee else f"{label} come in almost evenly; no knee in this run."
        )
    return (
        " ".join(said) + " The knee is the point farthest above the straight line from first to last (Kneedle, 2011)."
    )


def tell_strict(quality: dict[str, Any]) -> str:
    """What quality means here, and whether it is measured."""
    accepted = quality["accepted"]
    if not accepted:
        return (
            "Quality in the strict sense is the share of rows that experts accept. Unmeasured: no labels were given "
            "(apothecary report RUN --labels FILE). “Verified” means that a row states what the facts state."
        )
    return (
        f"Experts judged {accepted['labels']:,} of these rows and accept {percent(accepted['share'])} "
        f"(95 % interval {percent(accepted['low'])} to {percent(accepted['high'])}, Wilson)."
    )
