"""Names of sections, as hundreds of journals and registries write them, to the few kinds that makers look for."""

from __future__ import annotations

import re

# In this order: the first pattern that is found in the name decides. Names of two things ("METHODS AND RESULTS",
# "SETTING AND PARTICIPANTS") are of neither kind, unless one of the kinds holds both.
_ABSTRACT = (
    ("funding", r"FUNDING|FINANCIAL|SUPPORT"),
    ("registration", r"REGISTRATION|REGISTRY"),
    ("limitations", r"LIMITATION"),
    ("outcomes", r"OUTCOME|MEASUREMENT|MEASURES?\b"),
    ("statistics", r"STATISTIC"),
    ("objective", r"OBJECTIVE|PURPOSE|\bAIMS?\b|HYPOTHES|RESEARCH QUESTION"),
    ("background", r"BACKGROUND|INTRODUCTION|CONTEXT|IMPORTANCE|RATIONALE|SUMMARY OF BACKGROUND"),
    ("setting", r"^SETTINGS?$|^STUDY SETTING$"),
    ("population", r"PATIENT|PARTICIPANT|SUBJECTS?\b|POPULATION|SAMPLE"),
    ("intervention", r"INTERVENTION|TREATMENT|EXPOSURE"),
    ("design", r"DESIGN"),
    ("methods", r"METHOD|MATERIAL|PROCEDURE|DATA SOURCE|DATA EXTRACTION"),
    ("results", r"RESULT|FINDING"),
    ("conclusion", r"CONCLUSION|INTERPRETATION|IMPLICATION|SIGNIFICANCE|TAKE.HOME"),
    ("discussion", r"DISCUSSION"),
)
_ALONE = {
    "title": "title",
    "abstract": "abstract",
    "context": "abstract",
    "question": "question",
    "answer": "answer",
    "decision": "decision",
    "official title": "official title",
    "summary": "summary",
    "description": "description",
    "conditions": "conditions",
    "design": "trial design",
    "arms": "arms",
    "interventions": "interventions",
    "eligibility": "eligibility",
}
_BOTH = re.compile(r" AND | & |/|, ")
_WHOLE = ("MATERIAL", "BACKGROUND", "AIM", "OBJECTIVE", "CONCLUSION", "METHODS AND MATERIALS", "MEASUREMENTS")


def find_kind(name: str) -> str:
    """A section's name to its kind; the name itself where there is no kind for it.

    `abstract/RESULT(S)` is "results", `context/MATERIAL AND METHODS` "methods", `outcomes/primary` stays as it is.
    """
    head, _, label = name.partition("/")
    if name in _ALONE:
        return _ALONE[name]
    if head not in ("abstract", "context"):
        return name
    label = label.upper().replace("(S)", "S").strip(" .:")
    found = [kind for kind, pattern in _ABSTRACT if re.search(pattern, label)]
    if len(found) > 1 and _BOTH.search(label) and not label.startswith(_WHOLE):
        return f"{head}/{label}"
    if len(found) > 1 and _BOTH.search(label) and {"objective", "background"} == set(found):
        return "background and objective"
    return found[0] if found else f"{head}/{label}"
