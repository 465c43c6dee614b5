from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.documents.medline import read_medline
from apothecary.documents.model import Document, Failure, Item
from apothecary.engine.unpack import iter_members
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "pubmed"
RECORD = """PMID- 7
OWN - NLM
LR  - 20200102
DP  - 2019 Mar
TI  - Does drug X
      help?
AB  - METHODS: We gave 3 doses. RESULTS: It
      helped (P < 0.05). CONCLUSION(S): Good.
CI  - (c) Someone
LA  - eng
PT  - Journal Article
RN  - 362O9ITL9D (Drug X)
RIN - J Test. 2020. PMID: 9
MH  - Pain/*drug therapy
OT  - *ache
"""


def read(text: str | bytes) -> list[Item]:
    return list(read_medline(io.BytesIO(text.encode() if isinstance(text, str) else text), file="f.txt"))


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_record_is_read_whole(end: str) -> None:
    (document,) = read("\n" + RECORD.replace("\n", end))
    assert isinstance(document, Document)
    assert (document.title, document.date, document.revised) == ("Does drug X help?", "2019-03", "2020-01-02")
    assert document.sections == [
        ("title", "Does drug X help?"),
        ("abstract/methods", "We gave 3 doses."),
        ("abstract/results", "It helped (P < 0.05)."),
        ("abstract/conclusions", "Good."),
    ]
    assert (document.rights, document.languages, document.types) == ("(c) Someone", ["eng"], ["Journal Article"])
    assert (document.subjects, document.chemicals) == (["*Pain/drug therapy"], ["Drug X"])
    assert (document.links, document.retraction) == ([("RetractionIn", "9")], "retracted")
    assert document.keywords == ["ache"]


def test_records_are_parted_by_blank_lines_or_the_next_pmid() -> None:
    items = read(RECORD + "\n\n" + RECORD.replace("- 7", "- 8") + RECORD.replace("- 7", "- 9"))
    assert [item.document_id for item in items if isinstance(item, Document)] == ["pubmed:7", "pubmed:8", "pubmed:9"]


def test_a_label_inside_plain_text_is_no_section() -> None:
    (document,) = read("PMID- 7\nTI  - T.\nAB  - We used DNA: it worked. RESULTS: none.\n")
    assert isinstance(document, Document)
    assert document.sections[1] == ("abstract", "We used DNA: it worked. RESULTS: none.")


def test_a_record_without_pmid_fails_and_the_rest_goes_on() -> None:
    failed, document = read("OWN - NLM\nTI  - T.\n\n" + RECORD)
    assert isinstance(failed, Failure)
    assert isinstance(document, Document)


def test_bytes_that_are_not_utf8_are_noticed() -> None:
    (document,) = read("PMID- 7\nTI  - é\nAB  - à\n".encode("cp1252"))
    assert isinstance(document, Document)
    assert document.title == "é"
    assert document.notices == ["bytes that are not UTF-8, read as cp1252"]


@pytest.mark.parametrize("text", ["some prose\n", "<html>\n", "x" * (2**20 + 9)], ids=["prose", "html", "no line"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        read(text)


@pytest.mark.parametrize(
    ("name", "records", "abstracts"),
    [
        ("biopython_medline_result1.txt", 1, 1),
        ("biopython_medline_result2.txt", 4, 4),
        ("narchd_medline_part1.txt", 320, 309),
    ],
)
def test_real_files_have_the_counts_of_a_plain_parser(name: str, records: int, abstracts: int) -> None:
    if not (SHARED / name).exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    items = [item for m in iter_members(SHARED / name) for item in read_medline(m.stream, file=m.name)]  # type: ignore[arg-type]
    assert len(items) == records
    assert sum(isinstance(item, Document) and "no abstract" not in item.notices for item in items) == abstracts
