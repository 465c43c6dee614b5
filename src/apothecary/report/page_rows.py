"""Rows of a report as HTML: examples, dropped ones with their proof, and the recipe."""

from __future__ import annotations

from typing import Any

import yaml

from apothecary.report.markup import Html, join, tag

MARKS = {"system": "System: ", "user": "", "assistant": ""}
OPEN = 3  # examples that are open when the page is


def tell_row(row: dict[str, Any]) -> Html:
    """One row: its turns as they are, its answer and where it comes from."""
    turns = [
        tag("div", MARKS.get(role, ""), text, class_=f"turn {role if role in MARKS else 'user'}", dir="auto")
        for role, text in row["turns"]
    ]
    about = []
    if row.get("answer"):
        about.append(f"answer: {row['answer']} ({row.get('answer_type', 'text')})")
    if row.get("sources"):
        about.append("sources: " + ", ".join(row["sources"]))
    if row.get("detail"):
        about.append(f"{row['verdict']}: {row['detail']}")
    lines = [tag("div", line, class_="id") for line in (row["id"], *about)]
    return tag("div", *turns, *lines, class_="row")


def tell_examples(told: dict[str, Any]) -> Html:
    """The first row of each intent, folded."""
    parts = []
    for number, (intent, row) in enumerate(told["examples"].items()):
        topic = tag("span", told["topics"].get(intent, "authored"), class_="note")
        parts.append(tag("details", tag("summary", intent, topic), tell_row(row), open="" if number < OPEN else None))
    missing = len(told["mix"]["intent"]) - len(told["examples"])
    note = f"{missing} intents are so rare that the first files hold no row of them." if missing > 0 else None
    return join([*parts, tag("p", note, class_="note") if note else None])


def tell_dropped(told: dict[str, Any]) -> Html:
    """Rows that curate dropped, by reason, with the proof."""
    if not told["dropped"]:
        return tag("p", "Curate dropped no row.")
    counts: dict[str, int] = {}
    for one in told["funnel"]:
        if one["component"] != "export":
            for kind in ("dropped", "failed"):
                for reason, number in one[kind].items():
                    counts[reason] = counts.get(reason, 0) + number
    return join(
        join([tag("h3", f"{reason}: {counts.get(reason, len(rows)):,} rows"), *(tell_row(row) for row in rows)])
        for reason, rows in told["dropped"].items()
    )


def tell_recipe(told: dict[str, Any]) -> Html:
    """The settings that the dataset was made by."""
    return tag("pre", yaml.safe_dump(told["recipe"], sort_keys=False, allow_unicode=True, width=100))
