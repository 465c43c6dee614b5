from __future__ import annotations

import re

import pytest

from apothecary.curate.words import read_benign_words, read_equal_words

NEVER = """
no not nor neither never none without cannot don't isn't unless except increase decrease more less higher lower fewer
greater smaller before after during with within until since by to from into in on at for as over under above below
must may might should can could would shall will need was were been had has have or but if because despite although
how why when where who whom how's all any some each every both many much few several most only one two three first
second half twice daily weekly once hour day week year always often usually sometimes rarely respectively very highly
very likely possible probable approximately about suspected heart kidney liver skin lung man men woman women child
children infant patient patients adult adults male female he she his her red white blue green acid salt sodium water
free bound active inactive agonist antagonist inhibitor inducer cis trans left right i no be am mg g kg ml l h d us ms
min nm mol a-b vitamin give take use used report find found treat treated cause causes suggest suggests caused
"""


@pytest.mark.parametrize("word", sorted(set(NEVER.split())))
def test_a_word_that_can_change_a_fact_is_not_benign(word: str) -> None:
    assert word not in read_benign_words()


def test_benign_words_are_lower_case_words() -> None:
    words = read_benign_words()
    assert len(words) > 350
    assert all(re.fullmatch(r"[a-z]+(?:['-][a-z]+)*", word) for word in words)


def test_equal_words_have_one_meaning_and_are_not_benign() -> None:
    equal = read_equal_words()
    assert not equal.keys() & read_benign_words()
    assert equal["tumor"] == equal["tumour"] == "tumour"
    assert all(equal[first] == first for first in equal.values())
    for first in set(equal.values()):
        line = {word for word in equal if equal[word] == first}
        assert len(line & set(NEVER.split())) <= 1, line
