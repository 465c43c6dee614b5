"""Makers for the protocol of a trial: design, arms, interventions, outcomes, conditions, why it stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.indexing import join_words
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all, quote_part
from apothecary.generate.makers.sentences import gives_orders, split_sentences

FIELDS = {
    "Study type": "trial_type",
    "Phase": "trial_phase",
    "Allocation": "trial_allocation",
    "Model": "trial_model",
    "Purpose": "trial_purpose",
    "Masking": "trial_masking",
    "Time perspective": "trial_time_perspective",
    "Enrolment": "trial_enrolment",
    "Status": "trial_status",
    "Why stopped": "trial_why_stopped",
}
NO_VALUE = ("", "n/a", "na", "n, a", "not applicable", "unknown status", "none")
ASKED_WHEN_MISSING = ("Masking", "Allocation", "Phase", "Purpose", "Why stopped")
ITEM = re.compile(r"^- (?P<name>.+?)(?: \((?P<kind>[^()]{2,60})\))?(?:: (?P<more>.*))?$")
MOST_ITEMS = 8
_DOING = (
    r"\bto (?:determine|evaluate|assess|compare|investigate|test|examine|study|find out|identify|explore|describe|"
    r"measure)\b"
)
AIM = re.compile(
    rf"\b(?:purpose|aim|objective|goal)s?\b[^.]{{0,80}}\b(?:is|are|was|were|to)\b|^To [a-z]|"
    rf"^(?:This|The) (?:study|trial|project)\b.*{_DOING}|^We\b.*{_DOING}|\b(?:study|trial) will describe\b"
)


def is_trial(record: Record) -> bool:
    """Whether a record is a registered trial."""
    return record.source == "trials"


def read_fields(section: Section) -> dict[str, str]:
    """The lines "Name: value" of a section before its first blank line."""
    lines = section.text.partition("\n\n")[0].split("\n")
    return {name: value for name, mark, value in (line.partition(": ") for line in lines) if mark}


def make_fields(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to a question about each line of their design, and one about a line that is not there."""
    for record in records:
        section = record.find("trial design") if is_trial(record) else None
        if section is None:
            continue
        fields = read_fields(section)
        arms = record.find("arms")
        shown = (quote_all(section), *((quote_all(arms),) if arms and len(arms.text) < 1200 else ()))
        for name, maker in FIELDS.items():
            value = fields.get(name, "")
            if value.lower() in NO_VALUE or (name == "Status" and value == "Unknown status"):
                continue
            quote = quote_part(section, f"{name}: {value}")
            yield Draft(maker, record, tidy_value(name, value), (quote,), shown, *shape_value(name, value))
        missing = [name for name in ASKED_WHEN_MISSING if name not in fields and _is_silent(name, record)]
        if missing and len(fields) > 2:
            name = missing[derive_key("missing", record.document_id) % len(missing)]
            stated = "; ".join([f"{key.lower()}: {value}" for key, value in fields.items() if key != "Why stopped"][:4])
            slots = {"about": MISSING[name], "stated": stated}
            yield Draft("trial_not_stated", record, "not stated", (quote_all(section),), (quote_all(section),), slots)


MISSING = {
    "Masking": "who was masked",
    "Allocation": "how participants were allocated",
    "Phase": "the phase",
    "Purpose": "the primary purpose",
    "Why stopped": "why recruitment stopped early",
}


def _is_silent(name: str, record: Record) -> bool:
    section = record.find("trial design")
    if name == "Why stopped" and (section is None or not re.search("Terminated|Withdrawn|Suspended", section.text)):
        return False
    words = {
        "Masking": "mask|blind|open",
        "Allocation": "random|allocat",
        "Phase": "phase",
        "Purpose": "purpose",
        "Why stopped": "stopped|terminat",
    }
    return section is not None and not re.search(words[name], section.text, re.IGNORECASE)


def tidy_value(name: str, value: str) -> str:
    """The value of a line as an answer: the number of an enrolment, a masking without its bracket."""
    if name == "Enrolment":
        return value.partition(" ")[0]
    return value


def shape_value(name: str, value: str) -> tuple[dict[str, str], str]:
    """The slots and the form of the reply for a value."""
    if name == "Enrolment":
        count, _, kind = value.partition(" ")
        return {"count": count}, kind.strip("()")
    if name == "Masking":
        who = re.search(r"\((.+)\)", value)
        if "Open Label" in value or value == "None":
            return {}, "open label"
        return ({"who": join_words([one.lower() for one in who[1].split(", ")])}, "who") if who else ({}, "")
    if name == "Why stopped":
        return {}, ""
    return {"lower": value.lower()}, ""


def list_items(section: Section) -> list[tuple[str, str, str]]:
    """The items of a section as (name, what stands in brackets, what follows)."""
    found = [ITEM.match(line) for line in section.text.split("\n")]
    return [(one["name"], one["kind"] or "", one["more"] or "") for one in found if one]


def make_lists(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to their arms, interventions, conditions and outcomes, named in full, and how many arms there are."""
    for record in records:
        if not is_trial(record):
            continue
        for maker, kind in (
            ("trial_arms", "arms"),
            ("trial_interventions", "interventions"),
            ("trial_conditions", "conditions"),
            ("trial_primary_outcome", "outcomes/primary"),
            ("trial_secondary_outcomes", "outcomes/secondary"),
        ):
            section = record.find(kind)
            if section is None or gives_orders(section.text):
                continue
            items = list_items(section)
            names = list(dict.fromkeys(name for name, _, _ in items))
            if not 1 <= len(names) <= MOST_ITEMS or sum(map(len, names)) > 700:
                continue
            answer = names[0] if len(names) == 1 else "\n".join(f"- {name}" for name in names)
            form = "one" if len(names) == 1 else ""
            yield Draft(
                maker, record, answer, (quote_all(section),), (quote_all(section),), {"count": str(len(names))}, form
            )
            yield from _ask_item(record, section, kind, items)


def _ask_item(record: Record, section: Section, kind: str, items: list[tuple[str, str, str]]) -> Iterator[Draft]:
    """One item of a list, asked for by its name: what an arm gets, when an outcome is measured, what a drug is."""
    place = derive_key("item", record.document_id, kind) % len(items)
    name, bracket, more = items[place]
    slots = {"name": name}
    if kind == "arms":
        line = quote_part(section, f"- {name}")
        if len(items) > 1:
            yield Draft(
                "trial_arm_count",
                record,
                str(len(items)),
                (quote_all(section),),
                (quote_all(section),),
                {"count": str(len(items))},
            )
        controls = [one for one, role, _ in items if re.search("Comparator|No Intervention", role)]
        if len(controls) == 1 and len(items) > 1:
            role = next(role for one, role, _ in items if one == controls[0])
            quote = quote_part(section, f"- {controls[0]} ({role})")
            yield Draft("trial_control", record, controls[0], (quote,), (quote_all(section),), {"role": role.lower()})
        if 30 <= len(more) <= 500 and not gives_orders(more):
            line = Quote(section, line.start, section.text.index(more, line.start) + len(more))
            yield Draft("trial_arm_content", record, more.rstrip(".") + ".", (line,), (quote_all(section),), slots)
    elif (
        kind.startswith("outcomes/")
        and bracket
        and re.search(r"\d|baseline|end|week|month|day|year", bracket, re.IGNORECASE)
    ):
        quote = quote_part(section, f"- {name} ({bracket})")
        yield Draft("trial_time_frame", record, bracket, (quote,), (quote_all(section),), slots)
    elif kind == "interventions" and bracket:
        quote = quote_part(section, f"- {name} ({bracket})")
        yield Draft("trial_intervention_kind", record, bracket.lower(), (quote,), (quote_all(section),), slots)


def make_aims(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to what they set out to find, from the sentence of their summary that says so."""
    for record in records:
        section = record.find("summary") if is_trial(record) else None
        if section is None or gives_orders(section.text):
            continue
        fitting = [span for span in split_sentences(section.text) if AIM.search(section.text[slice(*span)])]
        if fitting and fitting[0][1] - fitting[0][0] <= 420:
            quote = Quote(section, *fitting[0])
            yield Draft("trial_aim", record, quote.text.rstrip(".") + ".", (quote,), (quote_all(section),))


def make_designs(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to their design as JSON, and as one sentence."""
    for record in records:
        section = record.find("trial design") if is_trial(record) else None
        if section is None:
            continue
        fields = read_fields(section)
        found = {
            "nct": record.key,
            "study_type": fields.get("Study type"),
            "phase": fields.get("Phase"),
            "allocation": fields.get("Allocation"),
            "masking": fields.get("Masking", "").partition(" (")[0] or None,
            "enrolment": int(fields["Enrolment"].split()[0])
            if re.match(r"\d+\b", fields.get("Enrolment", ""))
            else None,
            "status": fields.get("Status"),
        }
        if sum(value is not None for value in found.values()) >= 5:
            yield Draft(
                "trial_json",
                record,
                json.dumps(found, ensure_ascii=False),
                (quote_all(section),),
                (quote_all(section),),
            )


def make_limitations(records: Sequence[Record]) -> Iterator[Draft]:
    """Trials to the limitations that their results name."""
    for record in records:
        section = record.find("results/limitations") if is_trial(record) else None
        if section and 20 <= len(section.text) <= 600 and not gives_orders(section.text):
            yield Draft("trial_limitations", record, section.text, (quote_all(section),), (quote_all(section),))
