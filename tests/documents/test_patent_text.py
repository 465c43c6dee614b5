from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.documents.model import Document, Failure
from apothecary.documents.patent_text import read_patents_text, write_signs
from apothecary.documents.readers import read_source
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "patents"
GREENBOOK = """HHHHHT         APS1         ISSUE - 760210
PATN
WKU  039373754
APN  5184541
TTL  Bumper for a
      boat
ISD  19760210
CLAS
ICL  B60R  900
UREF
PNO  2542907
ABST
PAL  It bumps.
BSUM
PAC  BACKGROUND OF THE INVENTION
PAR  Boats bump at 10.sup.-3 m, .mu.m and 5.degree. C.
PA1  Often.
DETD
PAR  We made it.
TBL     A  1
        B  2
CLMS
STM  I claim:
NUM  1.
PAR  1. A bumper with:
PA1  (a) rubber; and
      (b) H.sub.2 O.
NUM  2.
PAR  2. The bumper of claim 1.
PATN
WKU  D02345678
TTL  A cap
ISD  19760210
DCLM
PAR  The design, as shown.
PATN
WKU  ?
"""
SEARCH = """09204581\tB2\t20151201
A pill
*** BRS DOCUMENT BOUNDARY ***
WKU 09204581
APT B2
GISD 20151201
IPCP A61K31/40 20060101
CPOI A61K31/405 20130101
TTL A pill
ABPR  It helps.
BSTX BACKGROUND
BSTX  Pain is
      old.
CLST What is claimed is:
CLPR  1. A pill with:
CLPV  a drug.
CLPR  2. The pill of claim 1.
LED lamp
"""


def test_greenbook_is_read() -> None:
    first, second, failed = read_patents_text(io.BufferedReader(io.BytesIO(GREENBOOK.encode())), file="f")  # type: ignore[arg-type]
    assert isinstance(first, Document)
    assert (first.document_id, first.title, first.date) == ("patents:US3937375A", "Bumper for a boat", "1976-02-10")
    assert (first.subjects, first.links) == (["IPC B60R  900"], [("application", "518454")])
    assert first.sections[1:] == [
        ("abstract", "It bumps."),
        ("description/background", "Boats bump at 10⁻³ m, μm and 5° C.\n\nOften."),
        ("description/detailed_description", "We made it.\n\nA  1\nB  2"),
        ("claims/1", "1. A bumper with: (a) rubber; and (b) H2 O."),
        ("claims/2 of 1", "2. The bumper of claim 1."),
    ]
    assert isinstance(second, Document)
    assert (second.key, second.sections[-1]) == ("USD234567S", ("claims/1", "The design, as shown."))
    assert isinstance(failed, Failure)


def test_search_text_is_read() -> None:
    (document,) = read_patents_text(io.BufferedReader(io.BytesIO(SEARCH.encode())), file="f")  # type: ignore[arg-type]
    assert isinstance(document, Document)
    assert (document.document_id, document.subjects) == ("patents:US9204581B2", ["IPC A61K 31/40", "CPC A61K 31/405"])
    assert document.sections == [
        ("title", "A pill"),
        ("abstract", "It helps."),
        ("description/background", "Pain is old."),
        ("claims/1", "1. A pill with: a drug."),
        ("claims/2 of 1", "2. The pill of claim 1."),
    ]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("10.sup.5 cells", "10⁵ cells"),
        ("Ca.sup.2+ and K.sup.+", "Ca²⁺ and K⁺"),
        (".alpha.-D, .DELTA.H", "α-D, ΔH"),
        ("37.degree. C. .+-. 1", "37° C. ± 1"),
        ("at 5.in. deep", "at 5.in. deep"),
    ],
)
def test_codes_become_signs(text: str, signs: str) -> None:
    assert write_signs(text) == signs


def test_other_text_is_refused() -> None:
    with pytest.raises(SourceError, match="no patents"):
        list(read_patents_text(io.BufferedReader(io.BytesIO(b"some prose\n")), file="f"))  # type: ignore[arg-type]


def test_real_files_have_the_counts_of_line_tags() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    books = [item for path in sorted(SHARED.glob("*.greenbook")) for item in read_source("patents", path)]
    assert len(books) == 2
    assert (
        sum(name.startswith("claims/") for one in books if isinstance(one, Document) for name, _ in one.sections) == 6
    )
    searched = list(read_source("patents", SHARED / "css_brs_sample.txt"))
    assert len(searched) == 6
    stated = [20, 20, 18, 17, 20, 16]  # NCL of each
    found = [sum(n.startswith("claims/") for n, _ in one.sections) for one in searched if isinstance(one, Document)]
    assert found == stated
