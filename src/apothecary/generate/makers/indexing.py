"""Makers about what an abstract is: its title, its headings, substances, kind of paper, short forms, methods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.abstracts import is_english, list_body
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all
from apothecary.generate.makers.sentences import find_short_forms, split_sentences

OPTIONS = 4
# What a paper says of itself, and the publication type that must say the same.
SAYS_TYPE = (
    (
        "Randomized Controlled Trial",
        "a randomised controlled trial",
        r"\b(?:were|was) randomi[sz]ed|randomly "
        r"(?:assigned|allocated)|randomi[sz]ed (?:controlled|clinical|trial|double|study)",
    ),
    ("Systematic Review", "a systematic review", r"\bsystematic(?:ally)? (?:review|search)"),
    ("Meta-Analysis", "a meta-analysis", r"\bmeta-?analys"),
    (
        "Case Reports",
        "a case report",
        r"\b(?:we (?:report|present|describe) (?:a|the|an) (?:rare |unusual "
        r")?(?:case|patient)|case report|\d+-year-old)",
    ),
    (
        "Review",
        "a narrative review",
        r"\b(?:this|the present) (?:\w+ )?reviews?\b|\bwe review|is reviewed|are "
        r"reviewed|is discussed|are discussed",
    ),
    ("Observational Study", "an observational study", r"\bobservational|cohort|cross-sectional|case-control"),
    ("Clinical Trial", "a clinical trial", r"\b(?:phase (?:I|II|III|IV|1|2|3|4)\b|trial)"),
)
STATISTICS = re.compile(
    r"\b(?:Mann[- ]Whitney|Kruskal[- ]Wallis|Wilcoxon|Kaplan[- ]Meier|Cox (?:proportional|regression)|"
    r"(?:logistic|linear|Poisson) regression|"
    r"chi[- ]squared?|Fisher(?:'s)? exact|(?:Student(?:'s)? |paired )t[- ]?test|t[- ]tests?\b|analysis of "
    r"(?:co)?variance|ANCOVA|ANOVA|Spearman|Pearson|"
    r"principal component|generali[sz]ed estimating|mixed[- ](?:effects )?models?|log[- ]rank|thematic analysis|"
    r"propensity score|Bland[- ]Altman)"
)
# By what a sentence shows that it is of one part of an abstract and of no other.
TELLS = {
    "objective": re.compile(r"^To [a-z]|\b(?:aim|objective|purpose|goal)s?\b|\bsought to\b|\baimed\b"),
    "methods": re.compile(
        r"\b(?:was|were) (?:\w+ )?(?:measured|collected|performed|enrolled|recruited|assessed|"
        r"analy[sz]ed|randomi[sz]ed|assigned|reviewed|obtained|recorded|included|evaluated|conducted)\b"
    ),
    "results": re.compile(r"\b[Pp] ?[<=>]|\d ?%|\bsignificantly\b|\b\d+\.\d+ (?:vs|versus)\b"),
    "conclusion": re.compile(
        r"\b(?:suggests?|should|conclude[ds]?|in conclusion|indicates?|needed|warranted|"
        r"useful|supports?|recommend\w*|promising|may be)\b",
        re.IGNORECASE,
    ),
}
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "how",
        "in",
        "into",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "versus",
        "vs",
        "with",
        "without",
        "after",
        "among",
        "between",
        "during",
        "study",
        "analysis",
        "using",
    ]
)


def make_choices(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to questions with options: the right title, heading and substance among those of other records."""
    usable = [record for record in records if is_english(record) and list_body(record)]
    for place, record in enumerate(usable):
        body = list_body(record)
        text = " ".join(one.text for one in body).lower()
        others = [usable[number] for number in _near(usable, place, 24)]
        yield from _choose_title(record, body, text, others)
        for maker, own, pick in (
            ("heading_choice", [one for one in record.subjects if one.startswith("*")], list_major),
            ("substance_choice", list(record.chemicals), lambda one: one.chemicals),
        ):
            yield from _choose_term(maker, record, body, text, own, [term for one in others for term in pick(one)])


def list_major(record: Record) -> list[str]:
    """The headings that a paper is mainly about."""
    return [one for one in record.subjects if one.startswith("*")]


def _near(records: Sequence[Record], place: int, most: int) -> list[int]:
    """Other places, from one that depends on the record on, so that its neighbours in the file are not favoured."""
    start = derive_key("others", records[place].document_id) % len(records)
    order = [(start + step) % len(records) for step in range(min(most + 1, len(records)))]
    return [number for number in order if number != place]


def _bare(heading: str) -> str:
    """A heading as it is read aloud: "*Insulin/therapeutic use" is "insulin", "Anemia, Aplastic" "aplastic anemia"."""
    name = heading.lstrip("*").partition("/")[0]
    parts = name.split(", ")
    return (f"{parts[1]} {parts[0]}" if len(parts) == 2 else name).strip()


def _choose_term(
    maker: str, record: Record, body: list[Section], text: str, own: list[str], foreign: list[str]
) -> Iterator[Draft]:
    known = {_bare(term).lower() for term in (*record.subjects, *record.chemicals)}
    named = [term for term in dict.fromkeys(map(_bare, own)) if len(term) > 3 and _is_in(term, text)]
    wrong = [
        term
        for term in dict.fromkeys(map(_bare, foreign))
        if len(term) > 3
        and term.lower() not in known
        and not _is_in(term, text)
        and not any(word in text for word in re.findall(r"[a-z]{5,}", term.lower()))
    ]
    if not named or len(wrong) < OPTIONS - 1:
        return
    right = named[0]
    quote = _find_term(right, body)
    if quote:
        choices = mix_choices(right, wrong[: OPTIONS - 1], f"{maker} {record.document_id}")
        shown = tuple(quote_all(one) for one in body)
        yield Draft(maker, record, right, (quote,), shown, list_options(choices, right), choices=tuple(choices))


def _is_in(term: str, text: str) -> bool:
    word = term.lower()
    at = text.find(word)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_"):  # within another word
        at = text.find(word, at + 1)
    return at >= 0


def _find_term(term: str, body: list[Section]) -> Quote | None:
    for section in body:
        found = re.search(rf"(?<!\w){re.escape(term)}", section.text, re.IGNORECASE)
        if found:
            return Quote(section, *found.span())
    return None


def list_content(title: str) -> list[str]:
    """The words of a title that say something."""
    return [word for word in dict.fromkeys(re.findall(r"[a-z]{4,}", title.lower())) if word not in STOP]


def share_words(title: str, text: str) -> float:
    """The share of a title's words that a text has, in small letters."""
    words = list_content(title)
    return sum(word in text for word in words) / max(len(words), 1)


def _choose_title(record: Record, body: list[Section], text: str, others: list[Record]) -> Iterator[Draft]:
    shared = [word for word in list_content(record.title) if word in text]
    share = share_words(record.title, text)
    wrong = [one.title.rstrip(".") for one in others if one.title and share_words(one.title, text) <= share / 2]
    wrong = list(dict.fromkeys(wrong))[: OPTIONS - 1]
    if len(shared) < 3 or len(wrong) < OPTIONS - 1:
        return
    place = max(body, key=lambda one: sum(word in one.text.lower() for word in shared))
    spans = split_sentences(place.text)
    best = max(spans, key=lambda span: sum(word in place.text[slice(*span)].lower() for word in shared))
    right = record.title.rstrip(".")
    choices = mix_choices(right, wrong, f"title {record.document_id}")
    shown = tuple(quote_all(one) for one in body)
    slots = list_options(choices, right)
    yield Draft("title_choice", record, right, (Quote(place, *best),), shown, slots, choices=tuple(choices))


def mix_choices(right: str, wrong: Sequence[str], key: str) -> list[str]:
    """The right answer at a place that its key decides, among the wrong ones."""
    choices = list(wrong)
    choices.insert(derive_key("place", key) % (len(choices) + 1), right)
    return choices


def list_options(choices: Sequence[str], right: str) -> dict[str, str]:
    """The slots of a question with options: {options} one a line, {letter} of the right one."""
    lines = [f"{letter}) {choice}" for letter, choice in zip("ABCDEF", choices, strict=False)]
    return {"options": "\n".join(lines), "letter": "ABCDEF"[list(choices).index(right)]}


def make_types(records: Sequence[Record]) -> Iterator[Draft]:
    """Records whose text itself says what kind of paper they are, as the index does."""
    for record in records:
        if not is_english(record):
            continue
        body = list_body(record)
        found = [
            (name, Quote(section, *match.span()))
            for kind, name, pattern in SAYS_TYPE
            if any(one.startswith(kind) for one in record.types)
            for section in body
            if (match := re.search(pattern, section.text, re.IGNORECASE))
        ]
        if found:
            name, quote = found[0]
            shown = tuple(quote_all(one) for one in body)
            yield Draft("publication_type", record, name, (quote,), shown, {"cue": quote.text})


def make_short_forms(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to what a short form in their abstract stands for; one a record."""
    for record in records:
        if not is_english(record):
            continue
        for section in list_body(record):
            found = next(iter(find_short_forms(section.text)), None)
            if found:
                short, long, start, end = found
                whole = " ".join(one.text for one in list_body(record))
                long = long[:1].lower() + long[1:] if long[:1].lower() + long[1:] in whole else long
                yield Draft(
                    "short_form", record, long, (Quote(section, start, end),), (quote_all(section),), {"short": short}
                )
                break


def make_statistics(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to the sentence of their methods that names a statistical method."""
    for record in records:
        if not is_english(record):
            continue
        for section in list_body(record):
            spans = [span for span in split_sentences(section.text) if STATISTICS.search(section.text[slice(*span)])]
            if (
                section.kind in ("methods", "statistics", "design", "abstract")
                and spans
                and spans[0][1] - spans[0][0] <= 400
            ):
                quote = Quote(section, *spans[0])
                yield Draft("statistics_named", record, quote.text, (quote,), (quote_all(section),))
                break


def join_words(words: Sequence[str]) -> str:
    """Words to a list as it is said: "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def make_origins(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to a sentence of theirs and the section that it comes from."""
    kinds = {"objective": "objective", "methods": "methods", "results": "results", "conclusion": "conclusion"}
    for record in records:
        body = [one for one in list_body(record) if one.kind in kinds] if is_english(record) else []
        if len({one.kind for one in body}) < 3:
            continue
        section = body[derive_key("section", record.document_id) % len(body)]
        spans = [
            span
            for span in split_sentences(section.text)
            if 60 <= span[1] - span[0] <= 260
            and TELLS[section.kind].search(section.text[slice(*span)])
            and not any(TELLS[kind].search(section.text[slice(*span)]) for kind in kinds if kind != section.kind)
        ]
        if not spans:
            continue
        quote = Quote(section, *spans[0])
        slots = {"sentence": quote.text}
        yield Draft("sentence_origin", record, kinds[section.kind], (quote,), (), slots, form=section.kind)
