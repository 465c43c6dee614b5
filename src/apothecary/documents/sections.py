"""Headings as sources write them in, one name for each kind of section out ("METHODOLOGY/PRINCIPAL FINDINGS").

The names of abstracts and papers: background, objective, methods, design, setting, participants, interventions,
measures, results, discussion, conclusions, limitations, registration, funding, summary. Two kinds under one heading
are both named, in a fixed order: "methods and results". Names of labels and patents are with their readers.
"""

from __future__ import annotations

import re

WORDS = {
    "background": "background backgrounds introduction intro context rationale importance",
    "objective": "objective objectives aim aims purpose purposes goal goals hypothesis question",
    "methods": "method methods methodology methodologies procedures experimental materials approach",
    "design": "design",
    "setting": "setting settings",
    "participants": "participants patients subjects population populations sample",
    "interventions": "intervention interventions exposure exposures treatment treatments",
    "measures": "measures measurements outcomes outcome",
    "results": "result results finding findings",
    "discussion": "discussion discussions comment",
    "conclusions": "conclusion conclusions significance interpretation implications relevance",
    "limitations": "limitation limitations",
    "registration": "registration",
    "funding": "funding",
    "summary": "summary",
}
PHRASES = {
    "aims of the study": "objective",
    "aim of the study": "objective",
    "clinical trial registration": "registration",
    "data sources": "methods",
    "experimental procedures": "methods",
    "experimental section": "methods",
    "key findings": "results",
    "key results": "results",
    "main findings": "results",
    "main outcome measure": "measures",
    "main outcome measures": "measures",
    "main outcomes": "measures",
    "main results": "results",
    "material and methods": "methods",
    "materials and methods": "methods",
    "methods/design": "methods",
    "outcome measures": "measures",
    "patients and methods": "methods",
    "principal findings": "results",
    "research design": "design",
    "statistical analysis": "methods",
    "study design": "design",
    "study population": "participants",
    "study registration": "registration",
    "subjects and methods": "methods",
    "systematic review registration": "registration",
    "trial design": "design",
    "trial registration": "registration",
    "trial registration number": "registration",
}
NAMES = {word: name for name, words in WORDS.items() for word in words.split()} | PHRASES
ORDER = {name: place for place, name in enumerate(WORDS)}
NUMBER = re.compile(r"(?:\d+(?:\.\d+)*|[IVX]+)[.)]?\s+")


def name_section(heading: str) -> str | None:
    """A heading to the name of its kind, or to two ("methods and results"); None for a heading of its own."""
    text = NUMBER.sub("", heading.lower().replace("(s)", "s").strip(" .:"), count=1)
    if text in NAMES:
        return NAMES[text]
    parts = [part.strip() for part in re.split(r"\s*[/|&,;]\s*|\s+and\s+", text)]
    names = {NAMES.get(part) for part in parts if part}
    known = sorted((name for name in names if name), key=ORDER.__getitem__)
    return " and ".join(known) if known and None not in names and len(known) < 3 else None


def name_part(label: str) -> str:
    """A label within an abstract to its name: one of the kinds, else the label itself in small letters."""
    return name_section(label) or " ".join(label.lower().strip(" .:").split())
