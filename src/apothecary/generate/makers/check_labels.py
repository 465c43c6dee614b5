"""Answers that are a label rather than a quotation, decided again from the evidence: one small judge a maker."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

Judge: TypeAlias = Callable[[dict[str, Any], list[str], list[str], list[str]], "str | None"]

_PARTS = (
    ("objective", r"OBJECTIVE|AIM|PURPOSE|HYPOTHES|GOAL|QUESTION"),
    ("conclusion", r"CONCLU|INTERPRET|IMPLIC|DISCUSS|SIGNIFICANCE|TAKE"),
    ("results", r"RESULT|FINDING"),
    ("methods", r"METHOD|MATERIAL|PROCEDURE|DATA"),
)
_KINDS = {
    "a randomised controlled trial": r"random",
    "a systematic review": r"systematic",
    "a meta-analysis": r"meta-?analy",
    "a case report": r"case|patient|year-old",
    "a narrative review": r"review|discussed",
    "an observational study": r"observational|cohort|cross-sectional|case-control",
    "a clinical trial": r"trial|phase",
}
_DAYS = {"year": 365.25, "month": 30.4375, "week": 7.0, "day": 1.0}


def judge_origin(_row: dict[str, Any], _evidence: list[str], sections: list[str], _befores: list[str]) -> str | None:
    """The section that a sentence stands in."""
    name = sections[0].rpartition("/")[2].upper()
    return next((part for part, pattern in _PARTS if re.search(pattern, name)), "no section")


def judge_type(row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """The kind of paper, which its own words must bear out."""
    pattern = _KINDS.get(row["answer"], "$^")
    return row["answer"] if re.search(pattern, evidence[0], re.IGNORECASE) else "another kind"


def judge_count(_row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """How many items a list has."""
    return str(sum(line.startswith("- ") for line in evidence[0].split("\n")))


def judge_healthy(_row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """Whether healthy people may join."""
    return "no" if re.search(r": (?:No|False)\b", evidence[0]) else "yes"


def judge_criterion(_row: dict[str, Any], _evidence: list[str], _sections: list[str], befores: list[str]) -> str | None:
    """Under which heading a criterion stands: the last one before it."""
    heads = re.findall(r"^\W*(?:\w+ )?(inclusion|exclusion)\b[^\n]{0,20}$", befores[0], re.IGNORECASE | re.MULTILINE)
    return heads[-1].lower() if heads else "no heading"


def judge_decision(_row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """The decision of the people who labelled the question."""
    return evidence[0].strip()


def decide_person(row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """Whether the person in a question fits the limits of age and sex in the evidence."""
    person = re.search(r"\b(\d+)-(year|month|week|day)-old (man|woman|boy|girl)\b", row["prompt"])
    if not person:
        return "nobody is described"
    days = int(person[1]) * _DAYS[person[2]]
    lines = dict(line.split(": ", 1) for line in evidence[0].split("\n") if ": " in line)
    for name, sign in (("Minimum age", 1), ("Maximum age", -1)):
        limit = re.fullmatch(r"(\d+) (year|month|week|day)s?", lines.get(name, "").lower())
        if limit and sign * days < sign * int(limit[1]) * _DAYS[limit[2]]:
            return "no"
    asked = lines.get("Sex", "").lower()
    own = "male" if person[3] in ("man", "boy") else "female"
    return "no" if asked in ("male", "female") and asked != own else "yes"


def judge_product(_row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """Whether a product needs a prescription, in the words of its registration."""
    return evidence[0].partition(": ")[2].lower()


def judge_claim(row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """The kind of a claim: one of its first words names it."""
    words = set(re.findall(r"[a-z]+", evidence[0].lower())[:12])
    kinds = {
        "method": {"method", "process"},
        "use": {"use"},
        "composition": {"compound", "composition", "formulation", "salt", "mixture", "granules", "vaccine"},
        "apparatus": {
            *("apparatus", "device", "system", "assembly", "circuit", "machine", "balance", "cable", "unit", "medium"),
            *("support", "chip", "cartridge", "carrier"),
        },
    }
    return str(row["answer"]) if words & kinds.get(row["answer"], set()) else "another kind"


def count_claims(_row: dict[str, Any], evidence: list[str], _sections: list[str], _befores: list[str]) -> str | None:
    """How many claims there are."""
    return str(len(evidence))


LABELS: dict[str, Judge] = {
    "sentence_origin": judge_origin,
    "publication_type": judge_type,
    "trial_arm_count": judge_count,
    "trial_healthy": judge_healthy,
    "criterion_kind": judge_criterion,
    "pubmedqa_decision": judge_decision,
    "product_kind": judge_product,
    "patent_claim_kind": judge_claim,
    "patent_claim_count": count_claims,
}
