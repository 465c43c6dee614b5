"""Makers that decide whether an invented person may join a trial, by age and sex, and that read its criteria."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all, quote_part
from apothecary.generate.makers.sentences import gives_orders
from apothecary.generate.makers.trials import is_trial, read_fields

AGE = re.compile(r"(\d+) (Year|Month|Week|Day)s?")
DAYS = {"Year": 365.25, "Month": 30.4375, "Week": 7.0, "Day": 1.0}
HEAD = re.compile(
    r"^\W*(?:(?:key|main|major|subject|patient)s? )?(?P<kind>inclusion|exclusion)(?: criteria)?(?: include)?\W*$",
    re.IGNORECASE | re.MULTILINE,
)
BULLET = re.compile(r"^(?:[-*•·]|\(?\d{1,2}[.)])\s+(?P<text>.+)$", re.MULTILINE)
# A limit of age in the criteria's own words, to hold against the limits of the form.
AGE_WORDS = re.compile(
    r"\b(?:aged? |ages )(?:between )?(?P<low>\d{1,2})(?: years?)? ?(?:-|–|to|and) ?(?P<high>\d{2,3})\b(?! "
    r"?(?:mg|kg|weeks|months|days))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Limits:
    """Who may join: ages as stated and in days, and the sex asked for ("" where all may)."""

    low: str
    high: str
    low_days: float
    high_days: float
    sex: str
    section: Section

    def decide(self, age: int, unit: str, sex: str) -> tuple[bool, tuple[str, ...], str]:
        """An age and a sex to whether they fit, the steps that decide, and which limit decided."""
        days = age * DAYS[unit]
        steps = []
        if self.low and _unit(self.low) == unit:
            steps.append(f"{age} {'>=' if days >= self.low_days else '<'} {self.low.split()[0]}")
        if self.high and _unit(self.high) == unit:
            steps.append(f"{age} {'<=' if days <= self.high_days else '>'} {self.high.split()[0]}")
        if days < self.low_days:
            return False, tuple(steps), "young"
        if days > self.high_days:
            return False, tuple(steps), "old"
        if self.sex and self.sex != sex:
            return False, tuple(steps), "sex"
        return True, tuple(steps), "fits"


def _unit(text: str) -> str:
    found = AGE.fullmatch(text)
    return found[2] if found else ""


def read_limits(record: Record) -> Limits | None:
    """A trial to its limits of age and sex; None where it states none of them."""
    section = record.find("eligibility")
    if section is None:
        return None
    fields = read_fields(section)
    low, high = fields.get("Minimum age", ""), fields.get("Maximum age", "")
    low, high = (text if AGE.fullmatch(text) else "" for text in (low, high))
    sex = {"male": "male", "female": "female"}.get(fields.get("Sex", "").lower(), "")
    if not low and not high and not sex:
        return None
    return Limits(low, high, _days(low, 0.0), _days(high, 1e9), sex, section)


def _days(text: str, otherwise: float) -> float:
    found = AGE.fullmatch(text)
    return int(found[1]) * DAYS[found[2]] if found else otherwise


def make_people(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to whether an invented person's age and sex fit; ages stand at and beside the limits."""
    for record in records:
        limits = read_limits(record) if is_trial(record) else None
        if limits is None or (not limits.low and not limits.high):
            continue
        number, unit = limits.low.split() if limits.low else limits.high.split()
        unit = unit.rstrip("s")
        if limits.high and _unit(limits.high) != unit:
            continue
        low, high = int(number) if limits.low else 0, int(limits.high.split()[0]) if limits.high else 0
        ages = [low - 1, low, low + 3] if limits.low and low > 1 else []
        ages += [high, high + 1, high - 4] if high > 4 else [low + 20]
        draw = derive_key("person", record.document_id)
        for turn in range(2):
            age = ages[(draw // 7 + turn * 2) % len(ages)]
            sex = ("male", "female")[(draw // 3 + turn) % 2]
            fits, steps, why = limits.decide(age, unit, sex)
            shown = quote_top(limits.section)
            slots = {"age": f"{age}", "unit": unit.lower(), "sex": sex, "person": name_person(age, unit, sex)}
            slots |= {"low": limits.low.lower(), "high": limits.high.lower(), "asked": limits.sex}
            slots["range"] = name_range(limits)
            slots["age_text"] = f"{age} {unit.lower()}{'' if age == 1 else 's'}"
            yield Draft(
                "patient_eligible",
                record,
                "yes" if fits else "no",
                (shown,),
                (quote_all(limits.section),),
                slots,
                why,
                steps,
            )


def quote_top(section: Section) -> Quote:
    """The lines of a section that state its limits."""
    return Quote(section, 0, len(section.text.partition("\n\n")[0]))


def name_person(age: int, unit: str, sex: str) -> str:
    """An invented person in words: "a 17-year-old boy"."""
    if unit != "Year":
        return f"{'an' if age in (8, 11, 18) else 'a'} {age}-{unit.lower()}-old {'boy' if sex == 'male' else 'girl'}"
    grown = "man" if sex == "male" else "woman"
    word = grown if age >= 18 else ("boy" if sex == "male" else "girl")
    article = "an" if str(age).startswith("8") or age in (11, 18) else "a"
    return f"{article} {age}-year-old {word}"


def name_range(limits: Limits) -> str:
    """The limits of age in words."""
    if limits.low and limits.high:
        return f"from {limits.low.lower()} to {limits.high.lower()}"
    return f"{limits.low.lower()} or older" if limits.low else f"up to {limits.high.lower()}"


def make_limits(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to their limits of age, a limit that they do not set, and whether the healthy may join."""
    for record in records:
        limits = read_limits(record) if is_trial(record) else None
        section = record.find("eligibility") if is_trial(record) else None
        if section is None:
            continue
        fields = read_fields(section)
        if limits and (limits.low or limits.high):
            slots = {"range": name_range(limits)}
            yield Draft("trial_ages", record, name_range(limits), (quote_top(section),), (quote_all(section),), slots)
            if not limits.high and not re.search(r"\b(?:age|year|old)", section.text.partition("\n\n")[2]):
                slots = {"low": limits.low.lower()}
                yield Draft(
                    "trial_no_upper_age", record, "not stated", (quote_top(section),), (quote_all(section),), slots
                )
        healthy = fields.get("Healthy volunteers", "")
        if healthy:
            no = healthy in ("No", "False")
            quote = quote_part(section, f"Healthy volunteers: {healthy}")
            yield Draft(
                "trial_healthy", record, "no" if no else "yes", (quote,), (quote_all(section),), form="no" if no else ""
            )
        if limits and limits.low and limits.high:
            yield from _find_clash(record, limits)


def _find_clash(record: Record, limits: Limits) -> Iterator[Draft]:
    """A range of ages in the criteria that differs from the one of the form: both are quoted."""
    body = limits.section.text.partition("\n\n")[2]
    found = AGE_WORDS.search(body)
    if not found or _unit(limits.low) != "Year" or _unit(limits.high) != "Year":
        return
    form = (limits.low.split()[0], limits.high.split()[0])
    said = (found["low"], found["high"])
    quote = quote_part(limits.section, found[0], len(limits.section.text) - len(body))
    slots = {"form_low": form[0], "form_high": form[1], "said_low": said[0], "said_high": said[1], "said": found[0]}
    answer = "yes" if form == said else "no"
    steps = () if form == said else tuple(f"{a} != {b}" for a, b in zip(form, said, strict=True) if a != b)
    yield Draft(
        "trial_age_clash",
        record,
        answer,
        (quote_top(limits.section), quote),
        (quote_all(limits.section),),
        slots,
        "" if form == said else "no",
        steps,
    )


def split_criteria(section: Section) -> dict[str, list[Quote]]:
    """The criteria of a section by kind, as quotes of its items; a kind without items is left out."""
    heads = list(HEAD.finditer(section.text))
    found: dict[str, list[Quote]] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=bool(heads)):
        start, end = head.end(), following.start() if following else len(section.text)
        items = [
            Quote(section, one.start("text"), one.end("text")) for one in BULLET.finditer(section.text, start, end)
        ]
        if items:
            found.setdefault(head["kind"].lower(), []).extend(items)
    return found


def make_criteria(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to their criteria, in full, and to single ones: does this count for or against joining?"""
    for record in records:
        section = record.find("eligibility") if is_trial(record) else None
        if section is None or gives_orders(section.text) or len(section.text) > 4000:
            continue
        criteria = split_criteria(section)
        for kind, items in criteria.items():
            texts = [item.text.strip() for item in items]
            if 1 < len(items) <= 8 and sum(map(len, texts)) <= 900 and not any(text.endswith(":") for text in texts):
                answer = "\n".join(f"- {text}" for text in texts)
                yield Draft(
                    f"trial_{kind}", record, answer, tuple(items), (quote_all(section),), {"count": str(len(items))}
                )
        both = [(kind, item) for kind, items in criteria.items() for item in items if 25 <= len(item.text) <= 160]
        if len(criteria) == 2 and both:
            kind, item = both[derive_key("criterion", record.document_id) % len(both)]
            slots = {"criterion": item.text.strip().rstrip(".;,"), "kind": kind}
            yield Draft("criterion_kind", record, kind, (item,), (quote_all(section),), slots, kind)
