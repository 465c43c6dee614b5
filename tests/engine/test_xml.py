from __future__ import annotations

import io
import resource
import time
from pathlib import Path

import pytest

from apothecary.engine.unpack import iter_members
from apothecary.engine.xml import XmlLimits, iter_records
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data"


def read(text: str | bytes, *tags: str, limits: XmlLimits | None = None) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    records = iter_records(io.BytesIO(data), tags or ("r",), name="file.xml", limits=limits or XmlLimits())
    return ["".join(record.itertext()) for record in records]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("<s><r>1</r> <r>2</r></s>", ["1", "2"]),
        ("<r>1</r>", ["1"]),
        ("<wrap><s><r>1<r>in</r></r></s><s><r>2</r></s></wrap>", ["1in", "2"]),
        ('<!DOCTYPE s PUBLIC "-//X//EN" "https://nowhere.invalid/x.dtd"><s><r>a&mdash;b &lt; c</r></s>', ["a—b < c"]),
        ('<!DOCTYPE s [<!NOTATION T SYSTEM "t"><!ENTITY p SYSTEM "p.tif" NDATA T>]><s><r>1</r></s>', ["1"]),
        ('<!DOCTYPE s [<!ENTITY mu "&#181;">]><s><r>1 &mu;g</r></s>', ["1 µg"]),
        ("<s/>", []),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><s><r>é</r></s>'.encode("latin-1"), ["é"]),
        ('<?xml version="1.0" encoding="UTF-16"?><s><r>é</r></s>'.encode("utf-16"), ["é"]),
        ("\n  <s><r>1</r></s>", ["1"]),
    ],
    ids=["set", "root", "wrapped", "doctype", "picture", "sign", "none", "latin", "utf-16", "blank first"],
)
def test_records_are_read(text: str | bytes, records: list[str]) -> None:
    assert read(text) == records


LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'
QUADRATIC = f'<!DOCTYPE r [<!ENTITY a "{"A" * 9999}">]><r>{"&a;" * 9999}</r>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, "can hold others"),
        ('<!DOCTYPE r [<!ENTITY % p "x"> %p;]><r/>', "can hold others"),
        (QUADRATIC, "long entity"),
        ('<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>', "external entity"),
        ('<!DOCTYPE r SYSTEM "x.dtd"><r>&nosuch;</r>', "not declared"),
        ("<r>&nosuch;</r>", "not declared"),
        ("<d>" * 300_000, "too deep"),
        ("<r>" + "<d>" * 300 + "</d>" * 300 + "</r>", "too deep"),
        ("<r>" + "<d/>" * 1_100_000 + "</r>", "too many elements"),
        ("<r>" + "x" * (2**22 + 2**19) + "</r>", "too long"),
        ("<!--" + "x" * 2**21 + "--><r/>", "too long"),
        ("<r>1", "not well-formed"),
        ("<r>1</s>", "not well-formed"),
        ("", "empty"),
        ("PMID- 1", "not XML"),
        ("<!DOCTYPE html><html><body><p></body></html>", "HTML page"),
        ('<?xml version="1.0"?><html/>', "HTML page"),
        ('<?xml version="1.0" encoding="klingon"?><r/>', "encoding"),
        (b'<?xml version="1.0" encoding="UTF-8"?><r>\xff</r>', "not well-formed"),
    ],
    ids=range(19),
)
def test_bombs_and_damage_are_refused(text: str | bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(text)


def test_records_before_the_damage_are_read() -> None:
    records = iter_records(io.BytesIO(b"<s><r>1</r><r>2</s>"), ("r",), name="x")
    assert next(records).text == "1"
    with pytest.raises(SourceError, match="not well-formed"):
        next(records)


def test_a_record_beyond_the_limit_is_refused() -> None:
    with pytest.raises(SourceError, match="record is too large"):
        read(
            "<s>" + "<r>1</r>" * 9 + "<r>" + "<a>xxxx</a>" * 99_999 + "</r></s>",
            limits=XmlLimits(max_record_bytes=2**19),
        )


class Endless(io.RawIOBase):
    """A set of many records, made while it is read."""

    def __init__(self, count: int) -> None:
        self.left, self.state = count, b"<s>"

    def read(self, size: int = -1, /) -> bytes:
        out, self.state = self.state, b""
        take = min(self.left, 200)
        self.left -= take
        return out + b"<r><a>text of the record</a><b/></r> " * take or (self.end() if not self.left else b"")

    def end(self) -> bytes:
        done, self.end = b"</s>", lambda: b""  # type: ignore[method-assign]
        return done


def test_memory_is_bounded() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in iter_records(Endless(200_000), ("r",), name="x")) == 200_000  # type: ignore[arg-type]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("xml/dtd.xml", "HTML page"),
        ("xml/external.xml", "external entity"),
        ("xml/quadratic.xml", "long entity"),
        ("xml/xmlbomb.xml", "can hold others"),
        ("text/jabref_medline_malformed.xml", "not well-formed"),
        ("text/biopython_pubmed3.html", "HTML page"),
        ("text/badutf8.txt", "not XML"),
        ("trials/Invalid-nct-id.html", "HTML page"),
        ("trials/updatedstudies.json", "empty"),
        ("warc/example-bad.warc.gz.bad", "damaged|not XML"),
    ],
)
def test_hostile_files_are_refused_soon(name: str, reason: str) -> None:
    path = SHARED / "adversarial" / name
    if not path.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    start = time.monotonic()
    with pytest.raises(SourceError, match=reason):
        for member in iter_members(path):
            list(iter_records(member.stream, ("PubmedArticle",), name=member.name))
    assert time.monotonic() - start < 5
