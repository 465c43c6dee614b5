"""Makers for question sets: MedQuAD's answers made fit to read, PubMedQA's decisions with their reasons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from apothecary.generate.makers.abstracts import end_sentence, list_body
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all
from apothecary.generate.makers.sentences import gives_orders, split_sentences

# The kinds of question that MedQuAD has, and the maker for each; kinds about a person's own doses are left out.
KINDS = {
    "information": "medquad_information",
    "symptoms": "medquad_symptoms",
    "causes": "medquad_causes",
    "treatment": "medquad_treatment",
    "prevention": "medquad_prevention",
    "susceptibility": "medquad_risk",
    "exams and tests": "medquad_diagnosis",
    "outlook": "medquad_outlook",
    "genetic changes": "medquad_genetics",
    "inheritance": "medquad_inheritance",
    "frequency": "medquad_frequency",
    "complications": "medquad_complications",
}
SHORTEST, LONGEST = 90, 900
CONTRACTED = re.compile(r"\b(does|do|is|are|did|was|were|has|have|could|would|should)nt\b", re.IGNORECASE)
NOTE_MARK = re.compile(r"(?<=[A-Za-z)])([.,])\d{1,2}(?:,\d{1,2})*(?=\s|$)")
FURNITURE = re.compile(
    r"^(?:key points|overview|summary|on this page|for more information|more information|see (?:also|the)|this "
    r"(?:summary )?section|it may not mention|"
    r"information about|click|visit|check the|these resources|other names|the following (?:sections|resources)|"
    r"please (?:see|visit)|"
    r"clinical trials\.gov|if you|what i need to know)",
    re.IGNORECASE,
)
LEANS = re.compile(
    r"\b(?:see (?:the|below|above|also|figure|table)|the following\b|below\b|(?:described|listed|shown|discussed) "
    r"(?:above|below)|the "
    r"(?:above|table|figure)|"
    r"this (?:page|section|summary|fact ?sheet|booklet|publication|document|site)|these (?:resources|links)|"
    r"click|https?:|www\.|MedlinePlus|NINDS|NIDDK|NCI|NIH|"
    r"\bGHR\b|Genetics Home Reference|Orphanet|OMIM|Human Phenotype Ontology|contact (?:us|the))",
    re.IGNORECASE,
)
# What marks a text as damaged at its source: words run together, ligatures cut, letters lost.
DAMAGED = re.compile(
    r"\b[a-z]{2,}[A-Z][a-z]{2,}|\b[A-Z]{3,}[a-z]{3,}|\b[A-Za-z]*f[il] [a-z]|Schnlein|Sjgren|Mnire|Behet\b|"
    r"Guillain-Barr\b|Waldenstrm|"
    r"Lffler|[a-z]\.[A-Z][a-z]+ [a-z]"
)
# Sentences of a template that hundreds of answers share and that say nothing of their subject.
EMPTY = re.compile(
    r"^(?:Certain factors affect|Anything that increases|Having a risk factor|Talk (?:with|to) your|Check with "
    r"your|(?:These and other )?[Ss]igns and symptoms may be caused by|"
    r"The process used to find out|It is important to know the stage|The information gathered|Different types "
    r"of treatments? are|Some treatments are standard|"
    r"A treatment clinical trial|When clinical trials show|Patients (?:may want to|can enter)|Some clinical "
    r"trials|There are different "
    r"types of treatment|The factors that affect prognosis|Avoiding (?:cancer )?risk factors|Increasing "
    r"protective factors|"
    r"Risk factors include smoking, being overweight|The treatment of [^.]{3,60} usually has)"
)
HEADING = re.compile(
    r"^[A-Z][A-Za-z]+(?: [A-Za-z]+){0,3} (?=(?:If|Because|When|The|An|In|Some|This|Most|Many|People|Doctors|"
    r"Health care|Medical) [a-z])"
)
POSSESSIVE = re.compile(
    r"\b(body|child|baby|woman|person(?=s (?:blood|body|risk|life|age|family|diet|health|symptoms|genes|immune|"
    r"condition|cells|parents|fertility|exposure)))s\b(?= [a-z])"
)
LEANS_FIRST = re.compile(
    r"(?:It|They|These|This|Those|He|She|Such|In addition|Other|Also|Another|Your doctor|You|Additional|Later|Then)\b"
)
KNOWN_TWICE = 3  # a word seen so often in a batch is a word


def make_medquad(records: Sequence[Record]) -> Iterator[Draft]:
    """MedQuAD's questions to the same asked plainly, with the first whole sentences of the answer."""
    words, small = count_words(records), list_small_words(records)
    for record in records:
        section = record.find("answer") if record.key.startswith("medquad/") else None
        maker = KINDS.get(record.types[0].lower() if record.types else "")
        if section is None or maker is None or gives_orders(section.text):
            continue
        focus = name_focus(record, section, small)
        read = clean_answer(section, focus)
        if not focus or read is None:
            continue
        answer, quote = read
        first = answer.split(". ")[0].lower()
        if maker == "medquad_information" and focus.lower().split()[-1].rstrip("s") not in first:
            continue
        if is_sound(answer, words):
            form = "many" if is_plural(focus) else ""
            yield Draft(maker, record, answer, (quote,), (), {"focus": focus}, form)


def count_words(records: Sequence[Record]) -> Counter[str]:
    """How often each word stands in the answers of a batch."""
    answers = (one.text for record in records if record.key.startswith("medquad/") and (one := record.find("answer")))
    return Counter(word for text in answers for word in re.findall(r"[a-z]+", text.lower()))


def list_small_words(records: Sequence[Record]) -> frozenset[str]:
    """The words that answers of a batch write small, at least KNOWN_TWICE times: they are no names."""
    answers = (one.text for record in records if record.key.startswith("medquad/") and (one := record.find("answer")))
    counts = Counter(word for text in answers for word in re.findall(r"\b[a-z]{3,}\b", text))
    return frozenset(word for word, count in counts.items() if count >= KNOWN_TWICE)


def name_focus(record: Record, section: Section, small: frozenset[str] = frozenset()) -> str:
    """What a question is about, in the letters of the answer where it is named there; "" where it cannot be asked."""
    raw = record.keywords[0] if record.keywords else ""
    raw = re.sub(r"^(?:What I (?:need|Need) to (?:know|Know) about|Overview of|Your Guide to|Parasites -) ", "", raw)
    raw = raw.rpartition(" - ")[2].strip(" ?.")
    bare = re.sub(r" \((?:also known as [^)]*|[Ii]ncluding [^)]*|[A-Z]{2,8}s?)\)", "", raw)
    if not 3 <= len(bare) <= 70 or re.search(
        r"[?:;]|\b(?:if|your|you|for|and|me|my|know|facts|care|help)\b", bare, re.IGNORECASE
    ):
        return ""
    found = re.search(rf"(?<=[a-z,] ){re.escape(bare)}\b", section.text, re.IGNORECASE)
    return found[0] if found else lower_words(bare, section.text, small)


def lower_words(name: str, text: str, small: frozenset[str] = frozenset()) -> str:
    """A title in small letters, but for words that are names: those with other capitals, those of people."""
    words = []
    for place, word in enumerate(name.split()):
        plain = word.lower() in small or re.search(rf"\b{re.escape(word.lower())}\b", text) is not None
        general = word.lower() in GENERAL or (place == 0 and len(name.split()) == 1)
        is_name = word[1:] != word[1:].lower() or word.endswith("'s")
        words.append(word.lower() if (plain or general) and not is_name else word)
    return " ".join(words)


GENERAL = frozenset(
    [
        "disease",
        "diseases",
        "syndrome",
        "disorder",
        "disorders",
        "cancer",
        "tumor",
        "tumors",
        "kidney",
        "bowel",
        "in",
        "of",
        "the",
        "with",
        "infection",
        "deficiency",
        "familial",
        "congenital",
        "chronic",
        "acute",
        "primary",
        "adult",
        "childhood",
        "children",
        "adults",
        "men",
        "women",
    ]
)


def is_plural(focus: str) -> bool:
    """Whether a name is of several things ("body lice", "kidney stones")."""
    head = re.split(r" (?:in|of|with) ", focus.lower())[0].split()[-1]
    singular = ("ss", "is", "us", "as", "os", "rabies", "herpes", "diabetes", "measles", "mumps", "'s", "series")
    return head in ("lice", "children", "bacteria") or (head.endswith("s") and not head.endswith(singular))


def clean_answer(section: Section, focus: str) -> tuple[str, Quote] | None:
    """An answer to its first sentences that stand alone, at most LONGEST characters, and where they lie; or None."""
    text = section.text
    spans = list(_list_spans(text))
    kept: list[tuple[str, int, int]] = []
    used = 0
    for start, end in spans:
        bare = mend(text[start:end], focus)
        if FURNITURE.match(bare) or EMPTY.match(bare) or (not kept and bare.startswith(("-", "But ", "However"))):
            if kept and FURNITURE.match(bare):
                break
            continue
        if LEANS.search(bare) or bare.startswith("- ") or not bare.endswith((".", "?", ")")) or len(bare.split()) < 4:
            break
        if used + len(bare) > LONGEST:
            break
        kept.append((bare, start, end))
        used += len(bare) + 1
    if used < SHORTEST:
        return None
    return " ".join(bare for bare, _, _ in kept), Quote(section, kept[0][1], kept[-1][2])


def _list_spans(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of an answer; " - " inside a line begins an item of a list."""
    for start, end in split_sentences(text):
        at = start
        for mark in re.finditer(r"(?<=[.:)a-z]) (?=- [A-Z])", text[start:end]):
            yield at, start + mark.start()
            at = start + mark.end()
        if at < end:
            yield at, end


def mend(text: str, focus: str = "") -> str:
    """A sentence without headings and marks of footnotes, its lost apostrophes back."""
    text = HEADING.sub("", NOTE_MARK.sub(r"\1", " ".join(text.split())))
    for name in re.findall(r"\b[A-Z][a-z]+'s\b", focus):
        text = text.replace(name.replace("'", ""), name)
    text = POSSESSIVE.sub(r"\1's", text)
    text = re.sub(r"\b((?:a|each|another) (?:patient|person|child|parent|mother|infant))s(?= [a-z])", r"\1's", text)
    return re.sub(r"\s+([.,;])", r"\1", CONTRACTED.sub(r"\1n't", text))


def is_sound(answer: str, words: Counter[str]) -> bool:
    """Whether an answer has no words run together, is a sentence, and leans on nothing before it.

    A rare word that is two common ones ("pathologista", "genestraits") has lost the dash between them.
    """
    if DAMAGED.search(answer) or answer.count("(") != answer.count(")"):
        return False
    for word in {word.lower() for word in re.findall(r"\b[A-Za-z]{7,}\b", answer)}:
        if words[word] < KNOWN_TWICE and any(
            words[word[:cut]] >= KNOWN_TWICE
            and words[word[cut:]] >= KNOWN_TWICE
            and (len(word) - cut > 1 or word[cut:] == "a")
            for cut in range(4, len(word))
        ):
            return False
    return not LEANS_FIRST.match(answer)


def make_decisions(records: Sequence[Record]) -> Iterator[Draft]:
    """PubMedQA's questions to yes, no or maybe with the authors' reason, and to the reason alone."""
    for record in records:
        decision, answer = record.find("decision"), record.find("answer")
        if not record.key.startswith("pubmedqa/") or answer is None:
            continue
        body = list_body(record)
        spans = split_sentences(answer.text)
        if not body or gives_orders(answer.text) or not spans:
            continue
        end = max((span[1] for span in spans[:3] if span[1] - spans[0][0] <= 420), default=0)
        if not end:
            continue
        quote = Quote(answer, spans[0][0], end)
        shown = tuple(quote_all(one) for one in body)
        slots = {"question": record.title, "reason": end_sentence(quote.text)}
        if decision and decision.text in ("yes", "no", "maybe"):
            yield Draft(
                "pubmedqa_decision", record, decision.text, (quote_all(decision), quote), shown, slots, decision.text
            )
        yield Draft("pubmedqa_answer", record, end_sentence(quote.text), (quote,), shown, slots)
