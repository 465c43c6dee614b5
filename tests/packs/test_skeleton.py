import pytest

from apothecary.packs.skeleton import find_repeats, skeleton


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the mass of {name}?", "what mass §"),
        ("What's the MASS of {b.name:an}, please!", "what mass §"),
        ("{Name}: mass?", "§ mass"),
        (r"\{mass\} of {mw:dp1} g/mol", "mass § g mol"),
        ("Is it?", "is it"),
        ("", ""),
    ],
)
def test_skeleton(text: str, expected: str) -> None:
    assert skeleton(text) == expected


def test_find_repeats() -> None:
    keyed = [("ask 1", "x"), ("ask 1", "x"), ("ask 2", "y"), ("ask 3", "x")]
    assert find_repeats(keyed) == {"x": ["ask 1", "ask 3"]}
