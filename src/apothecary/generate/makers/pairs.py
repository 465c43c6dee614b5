"""Makers for two documents side by side: trials compared, records that differ, a question only one of them answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.model import Draft, Quote, Record, quote_all, quote_part
from apothecary.generate.makers.patients import name_range, quote_top, read_limits
from apothecary.generate.makers.trials import is_trial, read_fields

# Lines of the design that two trials can differ in: name, what it is called in the question.
COMPARED = (("Masking", "masking"), ("Allocation", "allocation"), ("Phase", "phase"), ("Purpose", "primary purpose"))


def pair_trials(records: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Trials to pairs of them about one condition, each trial the first of one pair."""
    by_condition: dict[str, list[Record]] = {}
    for record in records:
        section = record.find("conditions") if is_trial(record) else None
        for line in section.text.split("\n")[:2] if section else ():
            by_condition.setdefault(line.lower().strip("- "), []).append(record)
    done: set[str] = set()
    for condition, group in by_condition.items():
        for place, record in enumerate(group):
            other = group[
                (place + 1 + derive_key("pair", record.document_id, condition) % max(len(group) - 1, 1)) % len(group)
            ]
            if other.document_id != record.document_id and record.document_id not in done:
                done.add(record.document_id)
                yield record, other


def make_pairs(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials about one condition to which enrols more, where their designs differ, and where their age limits do."""
    for first, second in pair_trials(records):
        a, b = first.find("trial design"), second.find("trial design")
        if a is None or b is None:
            continue
        fields, others = read_fields(a), read_fields(b)
        names = {"first": first.key, "second": second.key}
        shown = (quote_all(a), quote_all(b))
        sizes = [fields.get("Enrolment", "").partition(" ")[0], others.get("Enrolment", "").partition(" ")[0]]
        if all(size.isdigit() for size in sizes) and sizes[0] != sizes[1]:
            quotes = tuple(_line(one, "Enrolment") for one in (a, b))
            high, low = sorted(map(int, sizes), reverse=True)
            larger = first.key if int(sizes[0]) == high else second.key
            smaller = second.key if larger == first.key else first.key
            slots = names | {
                "larger": larger,
                "smaller": smaller,
                "high": str(high),
                "low": str(low),
                "gap": str(high - low),
            }
            steps = (f"{high} > {low}", f"{high} - {low} = {high - low}")
            yield Draft("trials_larger", first, larger, quotes, shown, slots, steps=steps, others=(second,))
        told = [(name, word) for name, word in COMPARED if name in fields and name in others]
        if told:
            name, word = told[derive_key("compared", first.document_id) % len(told)]
            quotes = tuple(_line(one, name) for one in (a, b))
            same = fields[name] == others[name]
            slots = names | {"what": word, "a": fields[name], "b": others[name]}
            yield Draft(
                "trials_design",
                first,
                "yes" if same else "no",
                quotes,
                shown,
                slots,
                "same" if same else "",
                others=(second,),
            )
        yield from _differ_in_age(first, second, names)


def _line(section: object, name: str) -> Quote:
    fields = read_fields(section)  # type: ignore[arg-type]
    return quote_part(section, f"{name}: {fields[name]}")  # type: ignore[arg-type]


def _differ_in_age(first: Record, second: Record, names: dict[str, str]) -> Iterator[Draft]:
    """Two trials whose limits of age differ: a person whom one takes and the other does not."""
    one, two = read_limits(first), read_limits(second)
    if not one or not two or not one.low or not two.low or one.low == two.low:
        return
    if one.low.split()[1][0] != two.low.split()[1][0]:
        return
    shown = (quote_top(one.section), quote_top(two.section))
    slots = names | {"a": name_range(one), "b": name_range(two)}
    yield Draft("trials_age_conflict", first, "no", shown, shown, slots, others=(second,))
