"""The tables of words are whole, and sentences end where they should."""

from __future__ import annotations

import pytest

from apothecary.facts.claim_words import CLASS_OF, FORM_WORDS, NUMBER_WORDS, SENTENCE_END, SIGN_OF


def test_classes_are_single_letters() -> None:
    assert set(CLASS_OF.values()) | set(SIGN_OF.values()) <= set("cpkdsqrbo.,:;()-")
    assert all(word == word.lower() and " " not in word for word in CLASS_OF)


def test_what_makes_another_substance_blocks() -> None:
    assert {CLASS_OF[word] for word in FORM_WORDS} == {"b"}


def test_number_words_count() -> None:
    assert NUMBER_WORDS["one"] == 1
    assert NUMBER_WORDS["twelve"] == 12
    assert NUMBER_WORDS.keys().isdisjoint(CLASS_OF)


@pytest.mark.parametrize(
    ("text", "count"),
    [("It melts. It boils.", 2), ("ca. 135 °C", 1), ("It is 5.3 g. Then 7", 1), ("a\n\nb\nc", 3), ("(One.) Two", 2)],
)
def test_sentences_end(text: str, count: int) -> None:
    assert len(SENTENCE_END.split(text)) == count
