from __future__ import annotations

import re

import pytest

from apothecary.curate.words import DATA, read_benign_words, read_common_words, read_equal_words, read_kindred_words

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

NEVER_COMMON = """
only just even merely still already yet again now then finally eventually recently previously formerly initially
ultimately apparently presumably probably arguably reportedly allegedly typically generally partly largely mostly fully
nearly almost quite rather fairly too enough well good bad better worse best worst safe unsafe toxic harmful effective
ineffective successful unsuccessful successfully failed improved worsened stable mild moderate severe acute chronic
oral topical intravenous inhaled rectal morning evening night summer winter young old older elderly mice rats dogs
pregnant smokers black yellow solid liquid gas powder hot cold warm dry wet open closed start stop give take donate
accept gain lose rise fall approved withdrawn placebo control treated untreated benefit risk harm cure prevent treat
main primary secondary major minor direct indirect same different similar unlike equal public private home hospital
large small big little long short strong weak fast slow full empty new first last next north south east west
increases decreases raises lowers opens closes activates inhibits blocks binds releases splits joins
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


@pytest.mark.parametrize("word", sorted(set(f"{NEVER} {NEVER_COMMON}".split())))
def test_a_word_that_can_change_a_fact_is_not_common(word: str) -> None:
    assert word not in read_common_words()


def test_common_words_are_lower_case_words_of_no_other_list() -> None:
    words = read_common_words()
    assert len(words) > 150
    assert all(re.fullmatch(r"[a-z]+(?:-[a-z]+)*", word) for word in words)
    assert not words & (read_benign_words() | read_equal_words().keys() | read_kindred_words().keys())


def test_kindred_words_are_of_one_line_and_spelt_as_equal_words_fold_them() -> None:
    kindred, equal = read_kindred_words(), read_equal_words()
    assert len(kindred) > 1000
    assert not kindred.keys() & read_benign_words()
    assert all(kindred[first] == first for first in kindred.values())
    assert [word for word in kindred if equal.get(word, word) != word] == []
    lines = (DATA / "kindred_words.txt").read_text("utf-8").splitlines()
    assert sum(len(line.split()) for line in lines if not line.startswith("#")) == len(kindred), "a word in two lines"


def test_no_two_words_of_which_each_can_be_the_fact_are_kindred() -> None:
    kindred = read_kindred_words()
    for first in set(kindred.values()):
        line = {word for word in kindred if kindred[word] == first}
        assert len(line & set(f"{NEVER} {NEVER_COMMON}".split())) <= 1 or line == {"in", "within"}, line
