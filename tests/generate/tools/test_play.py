from __future__ import annotations

import pytest

from apothecary.errors import PackError
from apothecary.generate.tools.play import capitalise, fill, fill_argument, join_words, make_call_id, tell

NAMES = {"a": {"name": "caffeine"}, "r1": {"mw": 478.585, "zero": -0.004}, "n": 5}


def test_slots_are_filled_and_names_begin_sentences() -> None:
    assert fill("{a.name} weighs {r1.mw:dp2}. {a.name}?", NAMES) == "Caffeine weighs 478.59. Caffeine?"
    assert fill("of {a.name}", NAMES) == "of caffeine"
    assert fill_argument("{n}", NAMES) == 5 and fill_argument("n is {n}", NAMES) == "n is 5"
    assert fill_argument("smiles", NAMES) == "smiles"


@pytest.mark.parametrize(
    ("value", "fmt", "expected"),
    [
        (2.5, "int", "3"),
        (150.5, "", "150.5"),
        (-0.004, "dp2", "0.00"),
        (-1.005, "dp2", "-1.01"),
        (45.0005, "sig3", "45.0"),
        (160, "sig4", "160"),
        (0.33333, "sig3", "0.333"),
        (123456.0, "sig3", "123456"),
        (1.2e-6, "share", "under 0.01"),
        (99.9999, "share", "over 99.99"),
        (["x", "y"], "", "x, y"),
        (0.0000123, "sig2", "0.000012"),
    ],
)
def test_values_are_told(value: object, fmt: str, expected: str) -> None:
    assert tell(value, fmt) == expected


def test_an_unknown_slot_is_an_error_of_the_file() -> None:
    with pytest.raises(PackError, match=r"nothing is called b\.name"):
        fill("{b.name}", NAMES)
    with pytest.raises(PackError, match=r"nothing is called a\.age"):
        fill("{a.age}", NAMES)


def test_locants_stay_small() -> None:
    assert [capitalise(name) for name in ("p-cresol", "2-naphthol", "urea")] == ["p-cresol", "2-naphthol", "Urea"]


def test_calls_have_ids_of_their_own() -> None:
    assert len({make_call_id([1, 2], n) for n in range(100)}) == 100
    assert make_call_id([1, 2], 1).startswith("call_") and len(make_call_id([1, 2], 1)) == 14


def test_words_are_joined() -> None:
    assert [join_words(list(some)) for some in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
