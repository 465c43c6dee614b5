"""Makers for the results of a trial: its tables read, and effects worked out again from counts and means."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from apothecary.generate.makers.figures import round_digits, round_to, write_number
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all
from apothecary.generate.makers.trials import is_trial

VALUE = re.compile(
    r"^- (?P<group>.+?)(?: \(n = (?P<n>[\d,]+)\))?: (?P<value>-?[\d,]*\.?\d+)(?: \(± (?P<spread>-?[\d.]+)\))?"
    r"(?: \((?P<low>-?[\d.]+) to (?P<high>-?[\d.]+)\))?$"
)
ANALYSIS = re.compile(r"^Analysis(?: \((?P<between>.+?)\))?: (?P<what>(?!.*Analysis \().+)$")
PEOPLE = re.compile(r"\b(?:participants?|subjects?|patients?|people|persons?)\b", re.IGNORECASE)
COUNTS = re.compile(r"\((?:Number|Count of Participants|COUNT_OF_PARTICIPANTS)\b")
MOST_RESULTS = 6


@dataclass(frozen=True)
class Value:
    """One group's value as written, with its line."""

    group: str
    n: int
    value: str
    spread: str
    low: str
    high: str
    quote: Quote

    @property
    def number(self) -> Decimal:
        """The value as a number."""
        return Decimal(self.value.replace(",", ""))


@dataclass(frozen=True)
class Table:
    """One outcome as its passage tells it; values only where it has a single row of them."""

    section: Section
    fields: dict[str, str]
    values: tuple[Value, ...]
    analyses: tuple[tuple[str, str, Quote], ...]  # between whom, what, where
    title: str
    unit: str


def read_table(section: Section) -> Table | None:
    """A passage of results to its table; None where it does not name its outcome."""
    fields: dict[str, str] = {}
    values: list[Value] = []
    analyses: list[tuple[str, str, Quote]] = []
    at, rows = 0, 0
    for line in section.text.split("\n"):
        quote = Quote(section, at, at + len(line))
        at += len(line) + 1
        found = VALUE.match(line)
        if found:
            n = int((found["n"] or "0").replace(",", ""))
            values.append(
                Value(
                    found["group"],
                    n,
                    found["value"],
                    found["spread"] or "",
                    found["low"] or "",
                    found["high"] or "",
                    quote,
                )
            )
        elif line.startswith("Analysis"):
            read = ANALYSIS.match(line)
            if read:
                analyses.append((read["between"] or "", read["what"], quote))
        elif line.endswith(":") and not line.startswith("- "):
            rows += 1
        elif not line.startswith("- "):
            name, mark, text = line.partition(": ")
            if mark and name not in fields:
                fields[name] = text
    title = fields.get("Outcome", "")
    groups = [value.group for value in values]
    if not title or len(set(groups)) != len(groups):
        values = []
    unit = fields.get("Unit", "").partition(" (")[0]
    return Table(section, fields, tuple(values if rows <= 1 else ()), tuple(analyses), title, unit) if title else None


def list_tables(record: Record) -> list[Table]:
    """The tables of a trial, the primary ones first, at most MOST_RESULTS."""
    sections = [one for one in record.sections if one.name.startswith("results/") and one.name != "results/limitations"]
    sections.sort(key=lambda one: one.name != "results/primary")
    found = [read_table(one) for one in sections if len(one.text) <= 3200]
    return [table for table in found if table][:MOST_RESULTS]


def make_values(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to what their tables say: a group's value, the higher of two, the time frame, who was counted."""
    for record in records:
        for table in list_tables(record) if is_trial(record) else ():
            shown = (quote_all(table.section),)
            slots = {"outcome": table.title, "unit": table.unit}
            if table.values:
                value = table.values[len(table.title) % len(table.values)]
                slots |= {"group": value.group, "value": value.value, "tail": _tell_tail(value, table)}
                yield Draft("outcome_value", record, value.value, (value.quote,), shown, slots)
            for name, maker in (("Time frame", "outcome_time_frame"), ("Population", "outcome_population")):
                text = table.fields.get(name, "")
                if 4 <= len(text) <= 500 and (name != "Population" or len(text) > 20):
                    start = table.section.text.index(f"{name}: {text}")
                    quote = Quote(table.section, start + len(name) + 2, start + len(name) + 2 + len(text))
                    yield Draft(
                        maker, record, text.rstrip(".") + ("." if len(text) > 40 else ""), (quote,), shown, slots
                    )
            yield from _compare_groups(record, table)


def _tell_tail(value: Value, table: Table) -> str:
    """What stands beside a value: its spread or span, and of how many people."""
    how = re.search(r"\((.+)\)", table.fields.get("Unit", ""))
    names = how[1].split(", ") if how else [""]
    kind = names[1].lower() if len(names) > 1 else ""
    parts = []
    if value.spread:
        parts.append(f"{kind or 'spread'} {value.spread}")
    if value.low:
        parts.append(f"{kind or 'span'} {value.low} to {value.high}")
    if value.n:
        parts.append(f"n = {value.n}")
    return f" ({', '.join(parts)})" if parts else ""


def _compare_groups(record: Record, table: Table) -> Iterator[Draft]:
    if len(table.values) != 2:
        return
    first, second = table.values
    if first.number == second.number or min(first.number, second.number) < 0:
        return
    high, low = (first, second) if first.number > second.number else (second, first)
    quotes = (first.quote, second.quote)
    shown = (quote_all(table.section),)
    gap = high.number - low.number
    slots = {
        "outcome": table.title,
        "unit": table.unit,
        "high": high.group,
        "low": low.group,
        "a": high.value,
        "b": low.value,
        "gap": write_number(gap),
    }
    if is_count(table):
        if 0 < low.number <= low.n and high.number <= high.n and high.n and low.n:
            yield from _work_out_risks(record, table, quotes, shown)
        return
    steps = (f"{high.number} > {low.number}", f"{high.number} - {low.number} = {write_number(gap)}")
    yield Draft("outcome_higher", record, high.group, quotes, shown, slots, steps=steps)
    if (
        first.spread
        and second.spread
        and "standard deviation" in table.fields.get("Unit", "").lower()
        and min(first.n, second.n) > 1
    ):
        yield from _standardise(record, table, slots, quotes, shown)


def is_count(table: Table) -> bool:
    """Whether the values of a table are numbers of people, each counted once."""
    unit = table.fields.get("Unit", "")
    return bool(COUNTS.search(unit) and PEOPLE.search(unit) and "%" not in unit and "ercent" not in unit)


def _work_out_risks(
    record: Record, table: Table, quotes: tuple[Quote, ...], shown: tuple[Quote, ...]
) -> Iterator[Draft]:
    """Counts of two groups to risks, their difference and ratio, the odds ratio, and the number needed."""
    first, second = table.values
    risks = [round_to(one.number / one.n * 100, 1) for one in (first, second)]
    exact = [one.number / one.n for one in (first, second)]
    if risks[0] == risks[1]:
        return
    gap = round_to((exact[0] - exact[1]) * 100, 1)
    ratio = round_digits(exact[0] / exact[1])
    slots = {
        "outcome": table.title,
        "first": first.group,
        "second": second.group,
        "a": first.value,
        "an": str(first.n),
        "b": second.value,
        "bn": str(second.n),
        "ra": str(risks[0]),
        "rb": str(risks[1]),
        "gap": write_number(abs(gap)),
        "ratio": write_number(ratio),
        "way": "higher" if gap > 0 else "lower",
    }
    base = (f"{first.number} / {first.n} * 100 = {risks[0]}", f"{second.number} / {second.n} * 100 = {risks[1]}")
    a, an, b, bn = first.number, first.n, second.number, second.n
    big, small = (f"{a} / {an}", f"{b} / {bn}") if gap > 0 else (f"{b} / {bn}", f"{a} / {an}")
    steps: tuple[str, ...] = (*base, f"({big} - {small}) * 100 = {write_number(abs(gap))}")
    yield Draft("risk_difference", record, write_number(abs(gap)), quotes, shown, slots, steps=steps, tolerance=0.1)
    steps = (*base, f"({a} / {an}) / ({b} / {bn}) = {write_number(ratio)}")
    yield Draft(
        "risk_ratio", record, write_number(ratio), quotes, shown, slots, steps=steps, tolerance=float(ratio) * 0.01
    )
    if a < an and b < bn:
        odds = round_digits((a * (bn - b)) / (b * (an - a)))
        more = slots | {"odds": write_number(odds), "arest": str(an - a), "brest": str(bn - b)}
        steps = (
            f"{an} - {a} = {an - a}",
            f"{bn} - {b} = {bn - b}",
            f"({a} * {bn - b}) / ({b} * {an - a}) = {write_number(odds)}",
        )
        yield Draft(
            "odds_ratio", record, write_number(odds), quotes, shown, more, steps=steps, tolerance=float(odds) * 0.01
        )
    if abs(gap) >= 1:
        needed = math.ceil(1 / abs(Fraction(int(a), an) - Fraction(int(b), bn)))
        raw = round_to(1 / abs(exact[0] - exact[1]), 1)
        fewer, more_group = (second, first) if gap > 0 else (first, second)
        more = slots | {"needed": str(needed), "raw": write_number(raw), "fewer": fewer.group, "more": more_group.group}
        steps = (*base, f"1 / ({big} - {small}) = {write_number(raw)}", f"ceil({write_number(raw)}) = {needed}")
        if math.ceil(raw) == needed:
            yield Draft("number_needed", record, str(needed), quotes, shown, more, steps=steps, tolerance=0.0)


def _standardise(
    record: Record, table: Table, slots: dict[str, str], quotes: tuple[Quote, ...], shown: tuple[Quote, ...]
) -> Iterator[Draft]:
    """Two means with standard deviations to the standardised difference."""
    first, second = table.values
    sa, sb = Decimal(first.spread), Decimal(second.spread)
    if sa <= 0 or sb <= 0:
        return
    pooled = (((first.n - 1) * sa**2 + (second.n - 1) * sb**2) / (first.n + second.n - 2)).sqrt()
    shown_pooled = round_digits(pooled)
    gap = abs(first.number - second.number)
    size = round_to(gap / shown_pooled, 2)
    if size > 5:
        return  # the spread is hardly a standard deviation
    word = "small" if size < Decimal("0.5") else ("medium" if size < Decimal("0.8") else "large")
    high, low = max(first.number, second.number), min(first.number, second.number)
    steps = (
        f"{high} - {low} = {write_number(gap)}",
        f"sqrt((({first.n} - 1) * {sa} * {sa} + ({second.n} - 1) * {sb} * {sb}) / ({first.n} + {second.n} - 2)) "
        f"= {write_number(shown_pooled)}",
        f"{write_number(gap)} / {write_number(shown_pooled)} = {size}",
    )
    more = slots | {
        "pooled": write_number(shown_pooled),
        "size": str(size),
        "word": word if size >= Decimal("0.2") else "negligible",
    }
    yield Draft("standardised_difference", record, str(size), quotes, shown, more, steps=steps, tolerance=0.02)


def make_analyses(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to what a comparison says: its method, whether P is below 0.05, whether 1 lies in the interval."""
    for record in records:
        for table in list_tables(record) if is_trial(record) else ():
            for between, what, quote in table.analyses[:2]:
                yield from _read_analysis(record, table, between, what, quote)


def _read_analysis(record: Record, table: Table, between: str, what: str, quote: Quote) -> Iterator[Draft]:
    shown = (quote_all(table.section),)
    slots = {"outcome": table.title, "between": between or "the groups"}
    head = what.split(";")[0].strip()
    if not re.match(r"P [=<>]|.+ = -?\d", head) and re.search(
        r"test|regression|rank|ANOVA|ANCOVA|model|chi|exact|Wilcoxon|Haenszel", head, re.IGNORECASE
    ):
        yield Draft("analysis_method", record, head, (quote,), shown, slots)
    p = re.search(r"\bP (?P<sign>[=<>]) ?(?P<p>0?\.\d+)", what)
    if p and not (p["sign"] == "<" and Decimal(p["p"]) > Decimal("0.05")) and p["sign"] != ">":
        value = Decimal(p["p"])
        low = value < Decimal("0.05") or (p["sign"] == "<" and value == Decimal("0.05"))
        step = f"{value} {'<=' if low else '>='} 0.05"
        if value != Decimal("0.05") or low:
            yield Draft(
                "analysis_p",
                record,
                "yes" if low else "no",
                (quote,),
                shown,
                slots | {"p": p[0]},
                "" if low else "no",
                (step,),
            )
    ratio = re.search(
        r"(?P<name>[\w ]*ratio[^=;]*) = (?P<value>[\d.]+) \((?P<level>[\d.]+) % CI (?P<low>[\d.]+) to "
        r"(?P<high>[\d.]+)\)",
        what,
        re.IGNORECASE,
    )
    if ratio and not re.search("log|mean|geometric|LS", ratio["name"], re.IGNORECASE):
        low, high = Decimal(ratio["low"]), Decimal(ratio["high"])
        if 0 < low < high and low <= Decimal(ratio["value"]) <= high:
            inside = low <= 1 <= high
            steps = (f"{low} <= 1", f"1 <= {high}") if inside else ((f"{low} > 1",) if low > 1 else (f"{high} < 1",))
            name = re.sub(r" \(.*", "", ratio["name"].strip()).lower()
            more = slots | {
                "name": name,
                "value": ratio["value"],
                "low": ratio["low"],
                "high": ratio["high"],
                "level": ratio["level"],
            }
            form = "in" if inside else ("above" if low > 1 else "below")
            yield Draft("analysis_interval", record, "no" if inside else "yes", (quote,), shown, more, form, steps)
