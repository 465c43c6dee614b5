"""The books of a report as HTML: funnel, mix asked and got, licences and sources, safety, cost and time."""

from __future__ import annotations

from typing import Any

from apothecary.report.markup import Child, Html, bar, join, percent, table, tag
from apothecary.report.planned import format_time


def tell_books(told: dict[str, Any]) -> Html:
    """The funnel, reason by reason, and the audit."""
    first = max((one["read"] for one in told["funnel"]), default=1)
    rows: list[list[Child]] = []
    for one in told["funnel"]:
        lines = [*one["dropped"].items(), *one["failed"].items()]
        why = "; ".join(f"{reason} {number:,}" for reason, number in sorted(lines, key=lambda line: -line[1]))
        rows.append(
            [one["component"], f"{one['read']:,}", f"{one['kept']:,}", bar(one["kept"] / max(1, first)), why or "–"]
        )
    audit = [[name.replace("_", " "), f"{number:,}"] for name, number in sorted(told["audit"].items())]
    return join(
        [
            tag("h3", "Funnel"),
            tag(
                "p",
                "What each component read is kept, dropped for a named reason, or failed; nothing vanishes.",
                class_="note",
            ),
            table(["component", "read", "kept", "", "dropped or failed"], rows, [1, 2]),
            tag(
                "details",
                tag("summary", "What the audit of the exported files counted"),
                table(["", "rows"], audit, [1]),
            ),
        ]
    )


def tell_safety(told: dict[str, Any]) -> Html:
    """Safety classes and gate hits."""
    classes = told["counts"]["safety_class"]
    rows = [
        [
            name,
            told["safety_classes"].get(name, ""),
            f"{number:,}",
            bar(number / max(1, told["rows"]), percent(number / max(1, told["rows"]))),
        ]
        for name, number in sorted(classes.items())
    ]
    gates = [
        [name, f"{gate['entities']:,}", join_counts(gate.get("withheld", {})), gate.get("source", "")]
        for name, gate in sorted(told["safety"].get("gates", {}).items())
    ]
    parts = [tag("h3", "Safety"), table(["class", "", "rows", "share"], rows, [2])]
    if gates:
        parts.append(tag("p", "Entities on a list of the safety gate, and what was withheld of them:", class_="note"))
        parts.append(table(["gate", "entities", "withheld", "source of the list"], gates, [1]))
    return join(parts)


def join_counts(counts: dict[str, int]) -> str:
    """Counts by name in one line."""
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items())) or "–"


def tell_mix(told: dict[str, Any]) -> Html:
    """The mix that was asked beside the one that came out, and the mix by everything else."""
    rows: list[list[Child]] = [
        [
            topic,
            percent(line["asked"]),
            percent(line["share"]),
            bar(line["share"], "", line["asked"]),
            f"{line['rows']:,}",
        ]
        for topic, line in told["asked"].items()
    ]
    parts: list[Child] = [
        tag("h3", "Topics: asked and got"),
        table(["topic", "asked", "got", "", "rows"], rows, [1, 2, 4]),
        tag("p", "The upright mark is what was asked.", class_="note"),
    ]
    blocks = [tell_mixed(told, by, title) for by, title in (("perspective", "Perspectives"), ("licence", "Licences"))]
    blocks += [tell_counted(told, by, title) for by, title in
               (("origin", "Written by"), ("answer_type", "Kinds of answer"), ("difficulty", "Difficulty, 1 to 5"),
                ("register", "Register"), ("tests", "What it tests"), ("split", "Splits"))]  # fmt: skip
    sources = list(told["sources"].items())
    listed = table(["source of facts", "rows"], [[name, f"{number:,}"] for name, number in sources], [1])
    blocks.append(join([tag("h3", "Sources"), listed]))
    parts.append(tag("div", *(tag("div", block) for block in blocks), class_="two"))
    return join(parts)


def tell_mixed(told: dict[str, Any], by: str, title: str) -> Html:
    """One part of the manifest's mix, in rows and tokens."""
    lines = told["mix"].get(by, {})
    total = max(1, told["rows"])
    rows: list[list[Child]] = [
        [
            name,
            f"{line['rows']:,}",
            bar(line["rows"] / total, percent(line["rows"] / total)),
            f"{line['approximate_tokens']:,}",
        ]
        for name, line in sorted(lines.items(), key=lambda item: -item[1]["rows"])
    ]
    more = tag("p", "A row counts once for each of its licences.", class_="note") if by == "licence" else None
    return join([tag("h3", title), table([by, "rows", "share", "tokens"], rows, [1, 3]), more])


def tell_counted(told: dict[str, Any], by: str, title: str) -> Html:
    """One count over all rows."""
    total = max(1, told["rows"])
    counts = sorted(told["counts"][by].items()) if by == "difficulty" else told["counts"][by].items()
    rows: list[list[Child]] = [[name, f"{n:,}", bar(n / total, percent(n / total))] for name, n in counts]
    return join([tag("h3", title), table([by.replace("_", " "), "rows", "share"], rows, [1])])


def tell_cost(told: dict[str, Any]) -> Html:
    """Time by room and stage, and money."""
    timing, cost = told["timing"], told["cost"]
    total = max(0.001, timing["seconds"])
    rooms: list[list[Child]] = [
        [name, format_time(seconds), bar(seconds / total, percent(seconds / total))]
        for name, seconds in timing["rooms"].items()
    ]
    stages: list[list[Child]] = [
        [name, format_time(seconds), bar(seconds / total, percent(seconds / total))]
        for name, seconds in timing["stages"].items()
    ]
    again = (
        f" It was started {timing['starts']} times; parts that were cut off are not counted."
        if timing["starts"] > 1
        else ""
    )
    written = cost["written_by"]
    wrote = ", ".join(f"{name}: {number:,} rows" for name, number in written.items())
    money = (
        f"{cost['core_hours']:,.2f} core hours, about {cost['usd']:,.2f} US dollars on rented cores "
        f"({cost['machine']}, prices of {cost['prices_of']})."
    )
    models = (
        f"Rows written by models: {wrote}."
        if written
        else "No row was written by a model: no calls, no tokens, no fee."
    )
    return join(
        [
            tag("p", f"{format_time(timing['seconds'])} on {timing['workers']} workers.{again} {money} {models}"),
            tag(
                "div",
                tag("div", tag("h3", "Rooms"), table(["room", "time", "share"], rooms, [1])),
                tag("div", tag("h3", "Stages"), table(["stage", "time", "share"], stages, [1])),
                class_="two",
            ),
        ]
    )
