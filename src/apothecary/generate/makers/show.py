"""Which parts of a document a prompt shows, and how much of a text an answer may quote, within its licence's terms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apothecary.generate.makers.declare import Terms
from apothecary.generate.makers.model import Quote, Record
from apothecary.generate.makers.sentences import split_sentences

PROMPT_CHARS, ANSWER_CHARS = 3600, 900  # what reads well, where the licence sets no limit
CUT = "[...]"
TITLED = re.compile(r"(?:labels|patents):")
LABELS = {
    "trial design": "Design",
    "outcomes/primary": "Primary outcomes",
    "outcomes/secondary": "Secondary outcomes",
    "results/primary": "Results, primary outcome",
    "results/secondary": "Results, secondary outcome",
    "results/limitations": "Limitations",
    "abstract": "",
}


def limit_prompt(record: Record, terms: Terms) -> int:
    """The characters of a document that a prompt may show."""
    limit = terms.owned_prompt_chars if record.rights else terms.prompt_chars
    return min(limit or PROMPT_CHARS, PROMPT_CHARS)


def limit_answer(record: Record, terms: Terms) -> int:
    """The characters of a document that an answer may quote."""
    limit = terms.owned_answer_chars if record.rights else terms.answer_chars
    return min(limit or ANSWER_CHARS, ANSWER_CHARS)


def show_parts(windows: Sequence[Quote], needed: Sequence[Quote], limit: int) -> tuple[Quote, ...]:
    """What may be shown of a document to what fits into a limit, in its order: first what is needed, then what is near.

    Nothing comes back where even the needed sentences do not fit.
    """
    spans: dict[int, tuple[int, int]] = {}
    for quote in needed:
        for number, window in enumerate(windows):
            if window.section == quote.section and window.start <= quote.start and quote.end <= window.end:
                start, end = spans.get(number, (quote.start, quote.end))
                spans[number] = _widen(window, min(start, quote.start), max(end, quote.end))
    used = sum(end - start for start, end in spans.values())
    if not spans or used > limit:
        return ()
    order = sorted(range(len(windows)), key=lambda number: (min(abs(number - place) for place in spans), number))
    for number in order:
        window = windows[number]
        have = spans.get(number, (0, 0))
        free = limit - used + have[1] - have[0]
        if window.end - window.start <= free:
            grown = (window.start, window.end)
        elif number in spans:
            grown = _grow(window, *have, free)
        else:
            continue
        used += (grown[1] - grown[0]) - (have[1] - have[0])
        spans[number] = grown
    return tuple(Quote(windows[number].section, *spans[number]) for number in sorted(spans))


def _sentences(window: Quote) -> list[tuple[int, int]]:
    found = split_sentences(window.section.text)
    return [span for span in found if window.start <= span[0] and span[1] <= window.end]


def _widen(window: Quote, start: int, end: int) -> tuple[int, int]:
    """A span to the whole sentences that it touches."""
    touched = [span for span in _sentences(window) if span[0] < end and span[1] > start]
    return (min(start, touched[0][0]), max(end, touched[-1][1])) if touched else (start, end)


def _grow(window: Quote, start: int, end: int, limit: int) -> tuple[int, int]:
    """A span with the sentences around it, as many as fit."""
    sentences = _sentences(window)
    while True:
        before = [span[0] for span in sentences if span[1] <= start]
        after = [span[1] for span in sentences if span[0] >= end]
        if before and end - before[-1] <= limit:
            start = before[-1]
        elif after and after[0] - start <= limit:
            end = after[0]
        else:
            return start, end


def write_parts(record: Record, parts: Sequence[Quote], *, header: bool) -> str:
    """Parts of a document as a prompt shows them: its name, then each part under the name of its section."""
    texts = [name_record(record)] if header else []
    for part in parts:
        label = name_section(part)
        lead = f"{CUT} " if part.start > 0 else ""
        tail = f" {CUT}" if part.end < len(part.section.text.rstrip()) else ""
        gap = "\n" if "\n" in part.text else " "
        texts.append(f"{label}:{gap}{lead}{part.text}{tail}" if label else f"{lead}{part.text}{tail}")
    return "\n\n".join(texts)


def name_record(record: Record) -> str:
    """A document's name above its text."""
    return f"{record.key}: {record.title}" if record.source == "trials" else record.title


def name_section(part: Quote) -> str:
    """The name above a part: "Methods", "Primary outcomes"; none for an abstract without sections."""
    section = part.section
    if TITLED.match(section.passage_id) and section.name != "product" and not section.name.startswith("abstract/"):
        return ""  # its text begins with its own heading, or the number of the claim
    if section.name.startswith(("table/", "figure/")):
        return ""
    if section.kind in LABELS:
        return LABELS[section.kind]
    label = section.name.partition("/")[2] or section.name
    return label.capitalize() if label.isupper() or label.islower() else label
