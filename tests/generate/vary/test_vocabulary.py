from __future__ import annotations

from collections.abc import Callable

from apothecary.generate.vary.prompts import Asked
from apothecary.generate.vary.targets import Target
from apothecary.generate.vary.vocabulary import Vocabulary, read_phrases


def test_phrases_come_from_the_packs_claims() -> None:
    assert "melting temperature" in read_phrases("pharma")["mp_c"]
    assert read_phrases("starter") == {}


def test_the_words_of_an_intent_are_those_of_its_wordings_title_and_fields(
    vocabulary: Vocabulary, aim: Callable[..., Target]
) -> None:
    allowed = vocabulary.list_allowed(aim("melts", "plain", "ask"))
    assert {"melt", "point", "liquid"} <= allowed
    assert "weigh" not in allowed


def test_a_property_may_be_called_by_another_of_its_names(vocabulary: Vocabulary, aim: Callable[..., Target]) -> None:
    target = aim("melts", "plain", "ask")
    source = "What is the melting point of {name}?"
    assert vocabulary.compare_properties(source, "At what temperature does {name} melt?", target) == ([], [])
    assert vocabulary.compare_properties(source, "How hot is {name}?", target)[0] == ["melting point", "melt", "point"]
    lost, foreign = vocabulary.compare_properties(
        source, "What is the molar mass of {name} at its melting point?", target
    )
    assert (lost, foreign) == ([], ["molecular weight"])


def test_what_is_there_is_known_by_intent_or_template(vocabulary: Vocabulary, aim: Callable[..., Target]) -> None:
    assert "what melting point §" in vocabulary.list_known(aim("melts", "plain", "ask"))
    assert "§ melts § c" in vocabulary.list_known(aim("melts", "plain", "reply"))


def test_words_in_a_row_that_nobody_writes(vocabulary: Vocabulary, ask: Callable[..., Asked]) -> None:
    asked = ask("melts", "plain", "ask", "What is the melting point of {name}?")
    assert vocabulary.find_unseen("Melting point of {name}?", asked) == []
    assert vocabulary.find_unseen("Melting of {name} point?", asked) == [
        ("^", "melting", "of"),
        ("melting", "of", "§name"),
        ("of", "§name", "point"),
        ("§name", "point", "?"),
    ]


def test_the_packs_linter_judges_a_pattern_in_its_place(vocabulary: Vocabulary, aim: Callable[..., Target]) -> None:
    target = aim("melts", "plain", "ask")
    assert vocabulary.lint("At which temperature, in °C, does {name} melt?", target) == []
    assert [p.what for p in vocabulary.lint("At which temperature does it melt?", target)]
    reply = aim("melts", "plain", "reply")
    assert "no unit" in vocabulary.lint("{Name} melts at {mp_c}.", reply)[0].what
