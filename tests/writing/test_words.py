from __future__ import annotations

import pytest

from apothecary.writing.prompts import Prompts
from apothecary.writing.words import DOWN, GENERAL, NEGATION, UP


@pytest.mark.parametrize("text", ["is not", "isn't", "isn’t", "no ring", "cannot", "lacks a ring", "without it"])
def test_negations(text: str) -> None:
    assert NEGATION.search(text)


def test_words_are_of_one_kind(prompts: Prompts) -> None:
    assert not UP & DOWN
    assert not NEGATION.search("nothing known about notation")
    assert not prompts.rules.claims & (GENERAL - {"approved", "approval"})
