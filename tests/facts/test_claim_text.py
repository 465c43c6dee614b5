"""Sentences as letters, and the links that these letters allow."""

from __future__ import annotations

import pytest
from tests.facts.claim_kin import load_knowledge, load_rules

from apothecary.facts.claim_text import Linker, Sentence, SentenceReader


@pytest.fixture(scope="module")
def reader() -> SentenceReader:
    return SentenceReader(load_rules(), load_knowledge().finder)


def take_apart(reader: SentenceReader, text: str) -> Sentence:
    return reader.read(text, reader.find_names(text))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("The melting point of aspirin is 135 °C.", "cPpEkN."),
        ("Aspirin's m.p.: ca. 135 °C", "EP:qN"),
        ("**Molecular weight (g/mol):** 98.96", "P:N"),
        ("1,2-dichloroethane boils at 83.5 °C", "EPN"),
        ("Paracetamol (acetaminophen) weighs 151.2 Da", "EPN"),
        ("caffeine (C8H10N4O2) dissolves", "E(F)x"),
        ("aspirin sodium is not 2-chloro", "Ebkbx"),
        ("A) aspirin, B) caffeine", "b)E,b)E"),
        ("C9H8O4·H2O", "oox"),
        ("nine carbon atoms", "NP"),
    ],
)
def test_sentences_become_letters(reader: SentenceReader, text: str, letters: str) -> None:
    assert take_apart(reader, text).letters == letters


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("The melting point of aspirin is 135 °C.", [("mp_c", "135 °C", "aspirin")]),
        ("Caffeine melts at 238 °C (460 °F).", [("mp_c", "238 °C", "caffeine"), ("mp_c", "460 °F", "caffeine")]),
        ("A molar mass of 180.2 g/mol for aspirin was found.", [("mw", "180.2 g/mol", "aspirin")]),
        ("180.2 g/mol is the molar mass of aspirin.", [("mw", "180.2 g/mol", "aspirin")]),
        ("It melts at 5 °C.", [("mp_c", "5 °C", None)]),
        ("Aspirin (C9H8O4, 180.16 g/mol)", [("formula", "C9H8O4", "aspirin"), ("mw", "180.16 g/mol", "aspirin")]),
        ("Aspirin: MW 180.2, mp 135 °C", [("mw", "180.2", "aspirin"), ("mp_c", "135 °C", "aspirin")]),
        ("Xylofen with caffeine melts at 5 °C.", [("mp_c", "5 °C", "")]),
        ("Aspirin is sold at 5 °C by weight", []),
    ],
)
def test_links_are_found(reader: SentenceReader, text: str, links: list[tuple[str, str, str | None]]) -> None:
    sentence = take_apart(reader, text)
    names = load_knowledge().names
    found = [
        (
            link.field,
            text[link.value.start : link.value.end],
            None if link.entities is None else names[link.entities[0]] if link.entities else "",
        )
        for link in Linker(reader, load_rules().fields).link(sentence)
    ]
    assert found == links
