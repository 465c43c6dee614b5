"""Makers for abstracts: what a study set out to do, how, in whom, what it found and concluded, in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all
from apothecary.generate.makers.sentences import (
    find_short_forms,
    gives_orders,
    list_short_tokens,
    opens_open,
    points_outside,
    split_sentences,
)

LONGEST = 420  # characters of a section that is an answer as a whole
AIM = re.compile(
    r"\b(?:aims?|objectives?|purpose|goals?)\b[^.]{0,60}\b(?:was|were|is|are)\b|\bwe (?:aimed|sought|set out|"
    r"wished)\b|"
    r"\b(?:was|were) (?:designed|undertaken|conducted|performed|carried out) (?:in order )?to\b|\bstudy (?:aims|"
    r"aimed|examines|examined|investigates|investigated)\b"
)
FOUND = re.compile(
    r"\b(?:significant(?:ly)?|associated|correlated|higher|lower|increased|decreased|reduced|improved|greater|fewer|"
    r"longer|shorter|more (?:likely|common|frequent)|less (?:likely|common)|no difference|did not differ|"
    r"predict\w*)\b"
)
CONCLUDES = re.compile(
    r"^(?:In conclusion|In summary|To conclude|We conclude|Thus|Therefore|These (?:results|findings|data)|Our "
    r"(?:results|findings|data)|"
    r"The (?:results|findings|data) (?:suggest|indicate|show|demonstrate))"
)
QUESTION = re.compile(
    r"(?:Is|Are|Was|Were|Do|Does|Did|Can|Could|Will|Would|Should|Has|Have|What|How|Why|Which|When|Where|"
    r"Who)\b[^?]{15,200}\?"
)
CONTEXT = (
    "background",
    "objective",
    "background and objective",
    "design",
    "setting",
    "population",
    "intervention",
    "methods",
    "outcomes",
    "statistics",
    "results",
)
# maker, the sections it reads, and the pattern that finds its sentence where there is more than one
PARTS: tuple[tuple[str, tuple[str, ...], re.Pattern[str] | None], ...] = (
    ("abstract_objective", ("objective", "background and objective", "background", "abstract"), AIM),
    ("abstract_background", ("background",), None),
    ("abstract_design", ("design",), None),
    ("abstract_setting", ("setting",), None),
    ("abstract_population", ("population",), None),
    ("abstract_intervention", ("intervention",), None),
    ("abstract_outcome_measures", ("outcomes",), None),
    ("abstract_methods", ("methods",), None),
    ("abstract_statistics", ("statistics",), None),
    ("abstract_limitations", ("limitations",), None),
    ("abstract_findings", ("results",), FOUND),
    ("abstract_conclusion", ("conclusion",), None),
)
GLUED = re.compile(r"[.a-z][A-Z]{5,}\W*$|[a-z]\.[A-Z]{4,}\b")  # a label that ran into the text before it
EMPTY = re.compile(r"^(?:none|not applicable|n/?a|nil|see text)\W*$", re.IGNORECASE)


def make_parts(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to questions about each part of their abstract, the answer quoted from it."""
    for record in records:
        if not is_english(record):
            continue
        body = list_body(record)
        for maker, kinds, pattern in PARTS:
            section = next((one for kind in kinds for one in body if one.kind == kind), None)
            if section is None:
                continue
            takes_all = section.kind == "objective" and not re.search(AIM, section.text)
            quote = choose_quote(section, None if takes_all else pattern)
            if quote and not EMPTY.match(quote.text) and not GLUED.search(quote.text):
                shown = tuple(quote_all(one) for one in body)
                form = "aim" if section.kind == "objective" and re.match(r"To [a-z]", quote.text) else ""
                yield Draft(maker, record, end_sentence(quote.text), (quote,), shown, form=form)


def is_english(record: Record) -> bool:
    """Whether a record is in English, as far as it says so, and has a title that is its own."""
    return (
        not record.languages or any(one.startswith("en") for one in record.languages)
    ) and not record.title.startswith("[")


def list_body(record: Record) -> list[Section]:
    """The sections of an abstract (or of a question's context) that say something of the study."""
    skipped = ("title", "question", "answer", "decision", "registration", "funding")
    return [
        one
        for one in record.sections
        if one.kind not in skipped
        and one.name.partition("/")[0] in ("abstract", "context")
        and not gives_orders(one.text)
    ]


def choose_quote(section: Section, pattern: re.Pattern[str] | None, most: int = 2) -> Quote | None:
    """The sentences of a section that answer: all of it where it is short, else what fits the pattern, else the first.

    None where that would be longer than LONGEST, or where nothing fits the pattern.
    """
    text = section.text
    spans = split_sentences(text)
    if pattern:
        fitting = [span for span in spans if pattern.search(text[slice(*span)]) and not opens_open(text[slice(*span)])]
        if not fitting:
            return None
        first = fitting[0]
        return Quote(section, *first) if first[1] - first[0] <= LONGEST else None
    if len(text) <= LONGEST and len(spans) <= most + 1:
        return quote_all(section) if spans else None
    end = max((span[1] for span in spans[:most] if span[1] - spans[0][0] <= LONGEST), default=0)
    return Quote(section, spans[0][0], end) if end else None


def end_sentence(text: str) -> str:
    """A text with a capital in front and a full stop at its end."""
    text = re.sub(r"\s+", " ", text).strip()
    text = text if text.endswith((".", "!", "?", '."', ".)")) else text.rstrip(",;:") + "."
    return text[0].upper() + text[1:] if text[:2].islower() else text


def make_inferred(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to what their authors concluded, asked with everything but the conclusion in view."""
    for record in records:
        conclusion = record.find("conclusion") if is_english(record) else None
        body = [one for one in list_body(record) if one.kind in CONTEXT]
        if conclusion is None or not any(one.kind == "results" for one in body) or gives_orders(conclusion.text):
            continue
        quote = choose_quote(conclusion, None)
        if quote is None or not have_numbers(quote.text, " ".join(one.text for one in body)):
            continue
        shown = tuple(quote_all(one) for one in body)
        yield Draft("abstract_inferred_conclusion", record, end_sentence(quote.text), (quote,), shown)


def have_numbers(text: str, source: str) -> bool:
    """Whether every number of a text stands in another."""
    known = set(re.findall(r"\d+(?:[.,]\d+)*", source))
    return all(number in known for number in re.findall(r"\d+(?:[.,]\d+)*", text))


def make_questions(records: Sequence[Record]) -> Iterator[Draft]:
    """Records whose title asks a question to that question and what the authors concluded; it stands alone."""
    for record in records:
        found = QUESTION.search(record.title) if is_english(record) else None
        if not found or (found.start() and record.title[found.start() - 2] not in ".:?-"):
            continue
        section = record.find("conclusion") or (record.find("answer") if record.key.startswith("pubmedqa/") else None)
        if section is None:
            section, quote = find_last_conclusion(record)
        else:
            quote = choose_quote(section, None)
        if section is None or quote is None or gives_orders(quote.text):
            continue
        answer = expand_short_forms(end_sentence(quote.text), record)
        if answer is None or points_outside(strip_opening(answer)):
            continue
        slots = {"question": found[0], "year": record.date[:4]}
        form = "" if record.date else "undated"
        yield Draft("title_question", record, strip_opening(answer), (quote,), slots=slots, form=form)


def find_last_conclusion(record: Record) -> tuple[Section | None, Quote | None]:
    """The sentence at the end of an abstract without sections that says what follows; nothing where there is none."""
    section = record.find("abstract")
    if section is None:
        return None, None
    for start, end in split_sentences(section.text)[-2:]:
        if CONCLUDES.match(section.text[start:end]) and end - start <= LONGEST:
            return section, Quote(section, start, end)
    return None, None


def strip_opening(text: str) -> str:
    """A conclusion without the words that only open it ("In conclusion, ...")."""
    bare = re.sub(r"^(?:In conclusion|In summary|To conclude|Thus|Therefore|We conclude that),? ", "", text)
    return bare[0].upper() + bare[1:]


def expand_short_forms(text: str, record: Record) -> str | None:
    """A text with the short forms that its abstract explains written out once; None where one stays unexplained."""
    known: dict[str, str] = {}
    whole = " ".join(one.text for one in record.sections)
    for section in record.sections:
        for short, long, _, _ in find_short_forms(section.text):
            known.setdefault(short, long)
    for token in sorted(list_short_tokens(text), key=len, reverse=True):
        bare = token[:-1] if token.endswith("s") and token[:-1] in known else token
        if bare in known and f"({bare})" not in text:
            plural = "s" if bare != token else ""
            long = known[bare]
            if long[:1].lower() + long[1:] in whole:
                long = long[:1].lower() + long[1:]
            found = re.search(rf"\b{re.escape(token)}\b", text)
            if found is None:
                continue
            at = found.start()
            long = long if at else long[:1].upper() + long[1:]
            text = f"{text[:at]}{long} ({bare}{plural}){text[at + len(token) :]}"
        elif f"({token})" not in text and token not in record.title and whole.count(token) and not is_plain(token):
            return None
    return text


def is_plain(token: str) -> bool:
    """Short forms that need no explanation to a reader of medicine."""
    return token in {
        "DNA",
        "RNA",
        "mRNA",
        "HIV",
        "AIDS",
        "MRI",
        "CT",
        "ECG",
        "USA",
        "UK",
        "US",
        "COVID-19",
        "PCR",
        "WHO",
        "II",
        "III",
        "IV",
        "UV",
        "pH",
        "BMI",
        "PhD",
        "MD",
    }
