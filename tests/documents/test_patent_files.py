from __future__ import annotations

import io

import pytest

from apothecary.documents import patent_files
from apothecary.documents.markup import write_inline
from apothecary.documents.patent_files import iter_pieces, parse_piece, parse_sgml, resolve_entities
from apothecary.engine.xml import XmlLimits
from apothecary.errors import SourceError

GRANT = b'<?xml version="1.0"?>\n<!DOCTYPE us-patent-grant SYSTEM "x.dtd" [ ]>\n<PATDOC><a>%d</a></PATDOC>\n'
SGML = b"<!DOCTYPE PATDOC PUBLIC 'x' [\n<!ENTITY A.TIF SYSTEM 'A.TIF' NDATA TIF>\n]>\n<PATDOC><a>%d</a></PATDOC>\n"


@pytest.mark.parametrize("chunk", [1, 50, 2**18])
@pytest.mark.parametrize("form", [GRANT, SGML, b"<PATDOC>%d</PATDOC>"])
def test_weekly_files_are_cut_where_documents_begin(form: bytes, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patent_files, "CHUNK_BYTES", chunk)
    count = 1 if form.startswith(b"<PATDOC") else 3
    pieces = list(iter_pieces(io.BytesIO(b"".join(form % number for number in range(count))), "f"))
    assert pieces == [form % number for number in range(count)]


def test_a_huge_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        def read(self, size: int = -1, /) -> bytes:
            return b"x" * size

    monkeypatch.setattr(patent_files, "LIMITS", XmlLimits(max_record_bytes=2**20))
    with pytest.raises(SourceError, match="too large"):
        list(iter_pieces(Endless(), "f"))


def test_entities_are_resolved_from_a_table() -> None:
    text, unknown = resolve_entities("10 &mgr;g &times; &OHgr; &b.alpha; &lsqb;1&rsqb; &lt; &amp; &Starnone;")
    assert text == "10 μg × Ω α [1] &lt; &amp; [Starnone]"
    assert unknown == {"Starnone"}


def test_declared_pictures_stay_as_they_are() -> None:
    text = '<!DOCTYPE PATDOC [<!ENTITY A.TIF SYSTEM "A.TIF" NDATA TIF>]><PATDOC>&mgr;</PATDOC>'
    assert resolve_entities(text)[0] == text.replace("&mgr;", "μ")


def test_sequence_listings_are_passed_over() -> None:
    assert parse_piece(b'<?xml version="1.0"?><sequence-cwu><x/></sequence-cwu>', "f") == (None, [])


def test_xml_is_parsed_whatever_it_says_of_its_encoding() -> None:
    root, notices = parse_piece('<?xml version="1.0" encoding="UTF-8"?><PATDOC>é</PATDOC>'.encode("cp1252"), "f")
    assert root is not None
    assert (root.text, notices) == ("é", ["bytes that are not UTF-8, read as cp1252"])


def test_sgml_leaves_elements_open() -> None:
    root = parse_sgml('<PATDOC DTD="2.4"><B1><C FILE=a.tif><PDAT>a &lt; b</PDAT><BR/></B1><B2>c</B2></PATDOC>x', "f")
    assert (root.get("DTD"), write_inline(root.find("B1")), write_inline(root.find("B2"))) == ("2.4", "a < b", "c")
    assert [one.get("FILE") for one in root.iter("C")] == ["a.tif"]


@pytest.mark.parametrize("text", ["<PATDOC><a>", "<PATDOC>" + "<a>" * 300 + "</PATDOC>", ""])
def test_broken_sgml_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        parse_sgml(text, "f")


def test_an_external_entity_is_refused() -> None:
    text = b'<?xml version="1.0"?><!DOCTYPE PATDOC [<!ENTITY x SYSTEM "file:///etc/hostname">]><PATDOC>&x;</PATDOC>'
    with pytest.raises(SourceError, match="external entity"):
        parse_piece(text, "f")
