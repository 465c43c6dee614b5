from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.dumps.mesh import read_mesh
from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.room import read_dump
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "trials" / "mesh" / "2019_mesh_terms.txt"
XML = """<?xml version="1.0"?><!DOCTYPE DescriptorRecordSet SYSTEM "https://a.invalid/x.dtd"><DescriptorRecordSet>
<DescriptorRecord><DescriptorUI>D1</DescriptorUI><DescriptorName><String>Drug X</String></DescriptorName>
<PharmacologicalActionList><PharmacologicalAction><DescriptorReferredTo><DescriptorName><String>Analgesics</String>
</DescriptorName></DescriptorReferredTo></PharmacologicalAction></PharmacologicalActionList>
<TreeNumberList><TreeNumber>D01.2</TreeNumber></TreeNumberList><ConceptList><Concept><ScopeNote>A
 drug.</ScopeNote><RegistryNumber>R16CO5Y76E</RegistryNumber><TermList><Term><String>Drug X</String></Term>
<Term><String>Ex</String></Term></TermList></Concept></ConceptList></DescriptorRecord>
<DescriptorRecord><DescriptorUI>D2</DescriptorUI></DescriptorRecord></DescriptorRecordSet>"""


def read(text: str) -> list[Record | Fault]:
    return list(read_mesh(io.BufferedReader(io.BytesIO(text.encode())), file="f"))  # type: ignore[arg-type]


def test_descriptors_are_read() -> None:
    one, two = read(XML)
    assert isinstance(one, Record)
    assert (one.source_id, one.name, one.unii) == ("D1", "Drug X", "R16CO5Y76E")
    assert [(told.field, told.text) for told in one.facts[2:]] == [
        ("tree_number", "D01.2"),
        ("scope_note", "A drug."),
        ("synonym", "Ex"),
        ("pharmacological_action", "Analgesics"),
    ]
    assert isinstance(two, Fault)


@pytest.mark.parametrize(
    "text", ["A01\tBody\nA01.5\tHand\nB02.1\tHand\nnone\n", "Body;A01\nHand;A01.5\nHand;B02.1\nnone\n"]
)
def test_tree_numbers_are_read(text: str) -> None:
    fault, body, hand = read(text)
    assert isinstance(fault, Fault)
    assert isinstance(body, Record)
    assert isinstance(hand, Record)
    assert hand.facts == [
        Told("name", "Hand"),
        Told("tree_number", "A01.5"),
        Told("tree_number", "B02.1"),
        Told("broader_heading", "Body"),
    ]


def test_other_text_is_refused() -> None:
    with pytest.raises(SourceError, match="no table of MeSH"):
        read("x\n" * 2000)


def test_the_real_file_has_the_counts_of_readme() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    records = [one for one in read_dump("mesh", SHARED) if isinstance(one, Record)]
    assert len(records) == 29349
    assert sum(told.field == "tree_number" for one in records for told in one.facts) == 59746
