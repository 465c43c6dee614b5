"""Question sets in (MedQuAD XML, PubMedQA JSON), a document each question out, its answer a section of its own.

A question without an answer is read and marked, for whole sets come with their answers removed. A list of test ids is
refused: what a model is judged by must not become what it learns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.prose import collect_text, tidy_lines, tidy_text
from apothecary.documents.sections import name_part
from apothecary.documents.trial_json import load_json
from apothecary.engine.xml import ByteStream, iter_records
from apothecary.errors import SourceError

SOURCE = "questions"
MEDQUAD_LICENCE, PUBMEDQA_LICENCE = "CC BY 4.0 (MedQuAD)", "MIT (PubMedQA); the abstract can be its publisher's"
NO_ANSWER = "no answer"
ROOTS = ("Document", "DiseaseFile", "doc")  # the last two are how older files are written


def read_medquad(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """A MedQuAD stream to its questions; a file without any is a failure."""
    number = 0
    for root in iter_records(stream, ROOTS, name=file):
        origin = root.get("source") or root.get("corpus") or "unknown"
        focus = collect_text(root.find("Focus")) or collect_text(root.find("doctitle-focus"))
        for pair in root.iter():
            if pair.tag not in ("QAPair", "pair"):
                continue
            number += 1
            parts = {part.tag.lower(): part for part in pair}
            question, answer = parts.get("question"), parts.get("answer")
            asked = collect_text(question)
            if question is None or not asked:
                yield Failure(file, number, None, "no question", f"{origin}, pair {pair.get('pid', '?')}")
                continue
            key = question.get("qid") or f"{root.get('id') or root.get('docid')}-{pair.get('pid')}"
            # Files of one family share their ids: only with the question itself is one of them meant.
            mark = hashlib.sha256(asked.encode()).hexdigest()[:8]
            document = Document(SOURCE, f"medquad/{origin}/{key}/{mark}", "medquad xml", asked, MEDQUAD_LICENCE)
            document.types = [kind] if (kind := question.get("qtype") or "") else []
            document.keywords = [focus] if focus else []
            document.links = [("url", root.get("url", ""))] if root.get("url") else []
            text = "" if answer is None else tidy_lines("".join(answer.itertext()))
            yield finish(document, [("question", asked), ("answer", text)], file, number)
    if not number:
        yield Failure(file, None, None, "the XML holds no questions")


def read_pubmedqa(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """A PubMedQA stream, labelled or not, to its questions; SourceError for a list of test ids and for other JSON."""
    content = load_json(stream, file)
    if not isinstance(content, dict) or not content:
        raise SourceError("the JSON holds no questions", where=file, expected="PubMedQA: an object by PMID")
    if all(isinstance(value, str) for value in content.values()):
        hint = "name it as a benchmark to curate against"
        raise SourceError("a list of test ids, not questions", where=file, hint=hint)
    for number, (pmid, item) in enumerate(content.items(), 1):
        try:
            question = tidy_text(item["QUESTION"])
            contexts = [tidy_text(text) for text in item["CONTEXTS"]]
            labels = item.get("LABELS") or [""] * len(contexts)
            answer, year = tidy_text(item.get("LONG_ANSWER") or ""), str(item.get("YEAR") or "")
            subjects = [str(heading) for heading in item.get("MESHES") or []]
            named = [(f"context/{name_part(label)}" if label else "context") for label in labels]
            parts = list(zip(named, contexts, strict=True))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            yield Failure(file, number, None, "not shaped like a question", f"{pmid}: {type(error).__name__} {error}")
            continue
        document = Document(SOURCE, f"pubmedqa/{pmid}", "pubmedqa json", question, PUBMEDQA_LICENCE)
        document.date = year if re.fullmatch(r"\d{4}", year) else None
        document.subjects, document.links = subjects, [("pmid", pmid)]
        decision = str(item.get("final_decision") or "")
        sections = [("question", question), *parts, ("answer", answer), ("decision", decision)]
        yield finish(document, sections, file, number)


def finish(document: Document, sections: list[tuple[str, str]], file: str, number: int) -> Document:
    """A document with its sections that say something, marked where the answer says nothing."""
    document.sections = [(name, text) for name, text in sections if text]
    if not dict(document.sections).get("answer"):
        document.notices.append(NO_ANSWER)
    document.file, document.record = file, number
    return document
