from typing import Any

import pydantic
import pytest

from apothecary.packs.model import Answer, Draw, Field, Given


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        ({"values": ["0.90", "5", "10"]}, ["0.90", "5", "10"]),
        ({"from": "10", "to": "30", "step": "10"}, ["10", "20", "30"]),
        ({"from": "1", "to": "2", "step": "0.5"}, ["1.0", "1.5", "2.0"]),
        ({"from": "-1", "to": "1", "step": "1"}, ["-1", "0", "1"]),
        ({"from": "0.1", "to": "0.3", "step": "0.1"}, ["0.1", "0.2", "0.3"]),
    ],
)
def test_given_texts(raw: dict[str, Any], texts: list[str]) -> None:
    given = Given.model_validate(raw)
    assert given.texts() == texts
    assert given.numbers == [float(text) for text in texts]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"values": ["1e3"]}, "written as"),
        ({"values": ["1", "1.0"]}, "twice"),
        ({"values": ["1"], "step": "1"}, "either"),
        ({"from": "1", "to": "3"}, "all of"),
        ({"from": "1", "to": "10", "step": "4"}, "the last is 9"),
        ({"from": "0.25", "to": "1.25", "step": "0.5"}, "decimals"),
        ({"from": "0", "to": "1", "step": "0.000001"}, "more than"),
        ({"from": "5", "to": "1", "step": "1"}, "above"),
    ],
)
def test_given_refused(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        Given.model_validate(raw)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"kind": "one", "entity": "compound", "needs": ["mw"], "gap": {"min": "1"}}, "no meaning"),
        ({"kind": "none", "given": {"x": {"values": ["1"]}}, "cap": "3"}, "no meaning"),
        ({"kind": "pair", "entity": "compound", "needs": ["mw"], "gap": {"min": "1", "max": "2"}}, "needs `field`"),
        ({"kind": "pair", "entity": "compound", "field": "mw", "needs": ["mw"], "gap": {"min": "1"}}, "gap.max"),
        ({"kind": "one", "entity": "compound", "needs": []}, "empty"),
        ({"kind": "one", "entity": "compound", "needs": ["mw", "mw"]}, "twice"),
    ],
)
def test_draw_refused(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        Draw.model_validate(raw)


def test_draw_defaults() -> None:
    pair = {"kind": "pair", "entity": "compound", "field": "mw", "needs": ["mw"], "gap": {"min": "1", "max": "2"}}
    assert Draw.model_validate(pair).cap == 1
    assert Draw.model_validate(pair).roles == ("a", "b", "hi", "lo")
    one = Draw.model_validate({"kind": "one", "entity": "compound", "needs": ["mw"]})
    assert (one.cap, one.roles, one.given) == (8, ("a",), {})


@pytest.mark.parametrize(
    ("written", "tolerance"), [("half-digit", "half-digit"), ("0.02", 0.02), ("0", 0.0), (None, None)]
)
def test_tolerance(written: str | None, tolerance: object) -> None:
    raw = {"type": "number", "value": "{mw}"} | ({} if written is None else {"tolerance": written})
    assert Answer.model_validate(raw).tolerance == tolerance


def test_field_formats() -> None:
    raw = {"label": "x", "kind": "computed", "type": "list"}
    assert Field.model_validate(raw).default_format == "list"
    assert Field.model_validate(raw | {"type": "integer"}).default_format == "raw"
    with pytest.raises(pydantic.ValidationError, match="format"):
        Field.model_validate(raw | {"format": "an"})
