"""Makers for full papers: tables, captions, sections of methods, glossaries, definitions, software, limitations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all, quote_part
from apothecary.generate.makers.sentences import gives_orders, opens_open, points_outside, split_sentences

LONGEST, LONGEST_TABLE = 450, 2600
NUMBER = re.compile(r"-?\d{1,6}(?:\.\d+)?%?")
DEFINED = re.compile(r"^(?P<term>[A-Z][A-Za-z0-9 ,\-/]{2,60}?) (?:is|was|are|were) defined as ")
SOFTWARE = re.compile(r"\b(?:software|R package|SPSS|Stata|SAS|GraphPad|MATLAB|ImageJ|R version \d)")
LIMITS = re.compile(
    r"\b(?:[Oo]ne|[Aa]nother|main|major|potential|further|important) limitations? (?:of|is|was|are|were)\b|"
    r"\b(?:study|work|review|results|findings|analysis) (?:is|are|was|were) limited by\b"
)
MOST_OF_A_KIND = 4


def make_papers(records: Sequence[Record]) -> Iterator[Draft]:
    """Papers to questions about their parts, at most a few of each kind."""
    for record in records:
        if record.source != "papers" or (record.languages and not record.languages[0].startswith("en")):
            continue
        taken: dict[str, int] = {}
        for section in record.sections:
            if gives_orders(section.text):
                continue
            for draft in _read_part(record, section):
                taken[draft.maker] = taken.get(draft.maker, 0) + 1
                if taken[draft.maker] <= MOST_OF_A_KIND:
                    yield draft


def _read_part(record: Record, section: Section) -> Iterator[Draft]:
    name, _, heading = section.name.partition("/")
    if name == "table":
        yield from read_table(record, section, heading)
    elif name == "figure" and heading:
        yield from _read_caption(record, section, heading)
    elif name == "glossary":
        yield from _read_glossary(record, section)
    elif name == "methods" and heading:
        spans = split_sentences(section.text)
        end = max((span[1] for span in spans[:2] if span[1] - spans[0][0] <= LONGEST), default=0)
        text = section.text[spans[0][0] : end] if end else ""
        if len(text) >= 60 and not opens_open(text) and not re.search(r"\$|\\|_\{|\^\{", text):
            quote = Quote(section, spans[0][0], end)
            slots = {"heading": heading.rpartition("/")[2].strip(" .")}
            yield Draft("paper_methods_part", record, text, (quote,), (quote_all(section),), slots)
    if name in ("methods", "discussion", "conclusions"):
        yield from _read_sentences(record, section, name)


def _read_sentences(record: Record, section: Section, name: str) -> Iterator[Draft]:
    for start, end in split_sentences(section.text):
        sentence = section.text[start:end]
        if not 30 <= end - start <= LONGEST or opens_open(sentence) or not sentence.endswith("."):
            continue
        quote, shown = Quote(section, start, end), (quote_all(section),)
        found = DEFINED.match(sentence) if name == "methods" else None
        if found and not points_outside(found["term"]):
            term = found["term"]
            yield Draft(
                "definition",
                record,
                sentence,
                (quote,),
                shown,
                {"term": term[0].lower() + term[1:] if term[1:2].islower() else term},
            )
        if name == "methods" and SOFTWARE.search(sentence):
            yield Draft("paper_software", record, sentence, (quote,), shown)
        if name == "discussion" and LIMITS.search(sentence):
            yield Draft("paper_limitation", record, sentence, (quote,), shown)


def _read_caption(record: Record, section: Section, heading: str) -> Iterator[Draft]:
    """What a figure shows, by the title of its caption."""
    head = re.match(rf"{re.escape(heading)}\.?\s*", section.text)
    spans = [span for span in split_sentences(section.text) if span[0] >= (head.end() if head else 0)]
    if head and spans and 25 <= spans[0][1] - spans[0][0] <= 220:
        quote = Quote(section, *spans[0])
        if quote.text.endswith(".") and "{" not in quote.text:
            yield Draft("paper_figure", record, quote.text, (quote,), (quote_all(section),), {"figure": heading})


def _read_glossary(record: Record, section: Section) -> Iterator[Draft]:
    """A short form of a paper's list of them."""
    lines = [line for line in section.text.split("\n") if re.match(r"- [^|]{2,12} \| [^|]{4,90}$", line)]
    if lines:
        line = lines[derive_key("glossary", record.document_id) % len(lines)]
        short, _, long = line.removeprefix("- ").partition(" | ")
        quote = quote_part(section, line)
        yield Draft("short_form", record, long.strip(), (quote,), (quote_all(section),), {"short": short.strip()})


def read_table(record: Record, section: Section, heading: str) -> Iterator[Draft]:
    """A cell of a table, and the row with the highest value of a column; tables with joined cells are left out."""
    lines = section.text.split("\n")
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines if " | " in line]
    if len(section.text) > LONGEST_TABLE or len(rows) < 4:
        return
    head, body = rows[0], rows[1:]
    names = [row[0] for row in body]
    if (
        any(len(row) != len(head) for row in body)
        or len(set(head)) != len(head)
        or len(set(names)) != len(names)
        or "" in head[1:]
    ):
        return
    columns = [place for place in range(1, len(head)) if all(NUMBER.fullmatch(row[place]) for row in body)]
    columns = [place for place in columns if 2 <= len(head[place]) <= 60]
    if (
        not columns
        or any(not name or len(name) > 80 for name in names)
        or any(NUMBER.fullmatch(name) for name in names)
    ):
        return
    place = columns[derive_key("column", section.passage_id) % len(columns)]
    row = body[derive_key("row", section.passage_id) % len(body)]
    line = next(line for line in lines if line.startswith(row[0] + " | "))
    shown = (quote_all(section),)
    slots = {"table": heading, "row": row[0], "column": head[place]}
    yield Draft("table_value", record, row[place], (quote_part(section, line),), shown, slots)
    values = [float(one[place].rstrip("%")) for one in body]
    ordered = sorted(values, reverse=True)
    if ordered[0] > ordered[1]:
        best = body[values.index(ordered[0])]
        other = body[values.index(ordered[1])]
        slots |= {"value": best[place], "second": other[0], "below": other[place]}
        lines_best = tuple(
            quote_part(section, line) for line in lines if line.startswith((best[0] + " | ", other[0] + " | "))
        )
        steps = (f"{best[place].rstrip('%')} > {other[place].rstrip('%')}",)
        if ordered[1] >= 0 and not re.match(r"[Pp]\b", head[place]):
            yield Draft("table_highest", record, best[0], lines_best[:2], shown, slots, steps=steps)
