import pytest

from apothecary.packs.place import SENTENCE_END, text_at
from apothecary.packs.scope import Meaning


def test_text_at() -> None:
    tokens = ["x", Meaning("name", "name"), "y"]
    assert [text_at(tokens, index) for index in (-1, 0, 1, 2, 3)] == ["", "x", "", "y", ""]


@pytest.mark.parametrize(
    ("text", "ends"), [("x. y", True), ("x.", True), ("1.5 g", False), ("x\ny", True), ("x, y", False), ("x; y", True)]
)
def test_sentence_end(text: str, ends: bool) -> None:
    assert bool(SENTENCE_END.search(text)) == ends
