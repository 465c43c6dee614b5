import pytest
from pydantic import ValidationError

from apothecary.packs.strict import Identifier, Line, Number, Strict


class Shelf(Strict):
    """A model of its own."""

    shelf: Identifier
    note: Line = "none"
    height: Number = 0.0


def test_frozen() -> None:
    shelf = Shelf.model_validate({"shelf": "top"})
    with pytest.raises(ValidationError, match="frozen"):
        shelf.note = "moved"


def test_unknown_key_names_the_nearest() -> None:
    with pytest.raises(ValidationError) as caught:
        Shelf.model_validate({"shelf": "top", "notes": "x"})
    assert caught.value.errors()[0]["ctx"] == {
        "key": "notes",
        "hint": "did you mean `note`?",
        "valid": "shelf, note, height",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("shelf", "Top", id="identifier in capitals"),
        pytest.param("note", "", id="empty line"),
        pytest.param("height", -1, id="negative number"),
        pytest.param("height", float("inf"), id="no number"),
    ],
)
def test_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Shelf.model_validate({"shelf": "top", key: value})


def test_what_is_no_mapping_is_left_to_the_model() -> None:
    with pytest.raises(ValidationError):
        Shelf.model_validate(["shelf"])
