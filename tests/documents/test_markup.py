from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from apothecary.documents.markup import list_blocks, strip_namespaces, write_inline, write_table

B = '<xref ref-type="bibr" rid="x">{}</xref>'


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("10<sup>-3</sup> mol of H<sub>2</sub>O", "10⁻³ mol of H2O"),
        ("10<sup><italic>5</italic></sup>", "10⁵"),
        (f"cells [{B.format(1)},{B.format(2)}] grow", "cells grow"),
        (f"cells<sup>{B.format(12)}</sup> grow", "cells grow"),
        (f"cells {B.format('[1]')}–{B.format('[4]')}, and", "cells, and"),
        (f"10<sup>3</sup> cells ({B.format(5)}).", "10³ cells."),
        (f"shown in {B.format('[3]')}.", "shown in [ref]."),
        (f"we (see {B.format('[3]')}; Fig. 1) saw", "we (see [ref]; Fig. 1) saw"),
        (f"as {B.format('Smith et al. 2005')} said", "as Smith et al. 2005 said"),
        ("so <inline-formula><inline-graphic/></inline-formula> holds", "so [formula] holds"),
        ("<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math>", "a/(b + 1)"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math> is", "x² is"),
        ("<inline-formula><tex-math>\\documentclass{x}</tex-math></inline-formula>", "[formula]"),
        ("one<br/>two", "one two"),
        ("R<sup>1 </sup>has 10<sup> 2</sup> of it", "R¹ has 10 ² of it"),
    ],
)
def test_inline_text_keeps_its_numbers(text: str, plain: str) -> None:
    assert write_inline(ET.fromstring(f"<p>{text}</p>")) == plain
    assert list_blocks(ET.fromstring(f"<x><p>{text}</p></x>")) == [plain]


def test_nothing_has_no_text() -> None:
    assert write_inline(None) == ""


def test_blocks_are_told_apart_and_floats_taken_out() -> None:
    section = ET.fromstring(
        "<sec><title>T</title><p>One <fig><p>F</p></fig>two.<list><list-item><p>a</p></list-item>"
        "<list-item><label>2.</label><p>b</p></list-item></list>three</p></sec>"
    )
    found: list[ET.Element] = []
    assert list_blocks(section, ("fig",), found, ("title",)) == ["One two.", "- a\n2. b", "three"]
    assert [one.tag for one in found] == ["fig"]


def test_a_list_within_a_list_has_one_mark() -> None:
    text = "<x><ul><li><ul><li>a</li><li>b</li></ul></li><li>c<ul><li>d</li></ul></li></ul></x>"
    assert list_blocks(ET.fromstring(text)) == ["- a\n- b\n- c\n- d"]


def test_tables_are_rows_and_spans_are_filled() -> None:
    table = ET.fromstring(
        '<table><tr><th rowspan="2">Arm</th><th colspan="2">Change</th></tr><tr><th>mean</th><th>SD</th></tr>'
        '<tr><td colspan="3">Men</td></tr><tr><td>A</td><td>1.5</td><td>0.2</td></tr><tr><td/></tr></table>'
    )
    assert write_table(table) == "Arm | Change | Change\nArm | mean | SD\nMen\nA | 1.5 | 0.2"


def test_cals_tables_are_read() -> None:
    table = ET.fromstring(
        '<table><tgroup cols="3"><colspec colname="1"/><colspec colname="2"/><colspec colname="3"/><tbody>'
        '<row><entry morerows="1">X</entry><entry namest="2" nameend="3">Y</entry></row>'
        "<row><entry>a</entry><entry>b</entry></row></tbody></tgroup></table>"
    )
    assert write_table(table) == "X | Y | Y\nX | a | b"


def test_a_table_that_claims_to_be_huge_is_not_believed() -> None:
    row = '<tr><td rowspan="999999999" colspan="999999999">x</td></tr>'
    assert len(write_table(ET.fromstring(f"<table>{row}<tr><td>y</td></tr></table>"))) < 1000


def test_namespaces_are_stripped() -> None:
    assert strip_namespaces(ET.fromstring('<a xmlns="urn:x"><b/></a>')).find("b") is not None
