from __future__ import annotations

import pytest

from apothecary.generate.vary.words import THING, list_digits, list_stems, list_words, load_words, stem


@pytest.mark.parametrize(
    "words", ["melt melts melting melted", "class classes", "dilute diluted", "weigh weighs weighing"]
)
def test_forms_of_a_word_have_one_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize("words", ["higher high", "weight weigh", "solution soluble"])
def test_other_words_have_others(words: str) -> None:
    one, other = words.split()
    assert stem(one) != stem(other)


def test_words_are_read_without_slots_and_digits() -> None:
    assert list_words("It's {mw} g/mol at 25 °C, half-life") == ["it's", "g", "mol", "at", "c", "half-life"]
    assert list_digits("{mw1} and 25 °C, -0.5, C1 and 1,000") == ["25", "-0.5", "1,000"]
    assert list_stems("Boiling points") == ["boil", "point"]


def test_content_words_are_what_is_left() -> None:
    lists = load_words()
    assert lists.list_content("What is the melting point of this compound, please?") == ["melt", "point", THING]
    assert lists.list_content("a drug") == lists.list_content("that medicine")


def test_guarded_groups_and_directions() -> None:
    lists = load_words()
    assert lists.find_groups("It isn't about {x}, not here") == {"negation": {"not", "n't"}, "hedge": {"about"}}
    assert lists.count_directions("the higher one is above the lower") == {"up": 2, "down": 1}
    assert lists.count_directions("the sweeter one", up=["sweeter"])["up"] == 1


def test_the_lists_do_not_contradict_each_other() -> None:
    lists = load_words()
    assert not lists.up & lists.down
    for group in lists.kept:
        assert group in lists.guarded
    assert "no" in lists.function  # YAML must not read it as false
