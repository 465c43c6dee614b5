"""One door for each source: a file in, however packed and in whichever of the source's formats, its records out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from apothecary.documents.approvals import Tables, is_table, read_approvals
from apothecary.documents.label_json import read_labels_json
from apothecary.documents.label_text import is_labeledin, read_label_texts
from apothecary.documents.labels import read_labels_xml
from apothecary.documents.medline import read_medline
from apothecary.documents.model import Failure, Item
from apothecary.documents.papers import read_papers
from apothecary.documents.patent_text import read_patents_text
from apothecary.documents.patent_xml import read_patents_xml
from apothecary.documents.pubmed import read_pubmed_xml
from apothecary.documents.question_rows import PARQUET
from apothecary.documents.question_shapes import read_question_parquet, read_question_rows
from apothecary.documents.questions import read_medquad, read_pubmedqa
from apothecary.documents.trial_json import read_trials_json
from apothecary.documents.trial_table import HEAD, read_trial_table
from apothecary.documents.trial_xml import read_trials_xml
from apothecary.engine.unpack import LIMITS, UnpackLimits, iter_members
from apothecary.errors import SourceError

PEEK_BYTES = 256
PUBMEDQA = re.compile(rb'\s*\{\s*"\d+"\s*:')
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_pubmed(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """PubMed XML or MEDLINE text, by its first byte."""
    return read_pubmed_xml(stream, file=file) if _is_xml(stream) else read_medline(stream, file=file)


def read_trials(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """ClinicalTrials.gov XML or JSON, or a table of trials, by the first bytes."""
    if HEAD.match(stream.peek(PEEK_BYTES)[:PEEK_BYTES]):
        return read_trial_table(stream, file=file)
    return read_trials_xml(stream, file=file) if _is_xml(stream) else read_trials_json(stream, file=file)


def read_labels(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """SPL XML, openFDA JSON or LabeledIn's lines, by the first bytes."""
    if is_labeledin(stream.peek(PEEK_BYTES)[:PEEK_BYTES]):
        return read_label_texts(stream, file=file)
    return read_labels_xml(stream, file=file) if _is_xml(stream) else read_labels_json(stream, file=file)


def read_patents(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """USPTO XML and SGML, or tagged lines, by the first byte."""
    return read_patents_xml(stream, file=file) if _is_xml(stream) else read_patents_text(stream, file=file)


def read_questions(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """MedQuAD XML, PubMedQA JSON (an object by PMID), or records of any table-like format, by the first bytes."""
    if _is_xml(stream):
        return read_medquad(stream, file=file)
    if PUBMEDQA.match(stream.peek(PEEK_BYTES)[:PEEK_BYTES]):
        return read_pubmedqa(stream, file=file)
    return read_question_rows(stream, file=file)


def _is_xml(stream: io.BufferedReader) -> bool:
    head = stream.peek(PEEK_BYTES)[:PEEK_BYTES]
    return head.startswith(UTF16) or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


READERS: dict[str, Callable[..., Iterator[Item]]] = {
    "pubmed": read_pubmed,
    "trials": read_trials,
    "papers": read_papers,
    "labels": read_labels,
    "patents": read_patents,
    "questions": read_questions,
}


def read_source(source: str, path: Path, name: str = "", limits: UnpackLimits = LIMITS) -> Iterator[Item]:
    """A file of a source to its documents, deletions and failures; never raises SourceError.

    What cannot be read is a Failure with record None: one member of an archive, after which the next is read, or the
    rest of the archive where that is damaged itself. `name` is what the file is called in the tables.
    """
    read = READERS[source]
    called = name or path.name
    tables = Tables()
    if source == "questions" and _is_parquet(path):
        yield from _read_parquet(path, called)
        return
    try:
        for member in iter_members(path, limits):
            _, mark, within = member.name.partition("!")
            inner = f"{called}{mark}{within}"
            try:
                if source == "labels" and is_table(member.stream.peek(PEEK_BYTES)):
                    tables.add(member, inner)
                else:
                    yield from read(member.stream, file=inner)
            except SourceError as error:
                yield _fail(inner, error)
    except SourceError as error:
        yield _fail(called, error)
    if tables.counts:
        yield from read_approvals(tables, called)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET


def _read_parquet(path: Path, called: str) -> Iterator[Item]:
    with path.open("rb") as file:
        try:
            yield from read_question_parquet(file, file=called)
        except SourceError as error:
            yield _fail(called, error)


def _fail(file: str, error: SourceError) -> Failure:
    """An error as a line of the table of failures; what differs from file to file goes to its detail."""
    detail = "; ".join(part for part in (error.where, error.expected) if part)
    return Failure(file, None, None, error.what, detail)
