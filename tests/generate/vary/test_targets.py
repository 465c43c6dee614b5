from __future__ import annotations

import pytest

from apothecary.errors import RecipeError
from apothecary.generate.vary.targets import is_rewritable, list_targets, read_registers
from apothecary.packs.model import Pack


def test_each_side_of_each_template_is_a_target(tiny_pack: Pack) -> None:
    names = [target.id for target in list_targets(tiny_pack, ["melts"])]
    assert names == ["melts/plain/ask/student", "melts/plain/reply/student"]
    target = list_targets(tiny_pack, ["melts"])[1]
    assert target.sources == ("{Name} melts at {mp_c} °C.",)  # the bare value has no other wording
    assert target.known == ("{mp_c} °C.", "{Name} melts at {mp_c} °C.")


def test_registers_named_take_the_place_of_the_templates_own(tiny_pack: Pack) -> None:
    names = {target.id for target in list_targets(tiny_pack, ["melts"], ["patient", "terse"])}
    assert "melts/plain/ask/patient" in names and "melts/plain/ask/terse" in names
    assert "melts/plain/ask/student" not in names
    assert read_registers(["terse", "patient"]) == ("patient", "terse")
    with pytest.raises(RecipeError, match="no register"):
        read_registers(["doctor"])


def test_refusals_and_graver_safety_classes_are_left_to_people(tiny_pack: Pack) -> None:
    graver = tiny_pack.by_name["melts"].model_copy(update={"safety": "S2"})
    intents = [graver if intent.intent == "melts" else intent for intent in tiny_pack.intents]
    pack = tiny_pack.model_copy(update={"intents": intents})
    assert not any(target.intent.intent == "melts" for target in list_targets(pack))
    assert any(target.intent.intent == "brands" for target in list_targets(pack))
    assert list_targets(pack, ["melts"])


@pytest.mark.parametrize(
    ("wording", "fits"),
    [
        ("What is the melting point of {name}?", True),
        ("{mw} g/mol.", False),
        ("V1 = {target} × {final_ml} / {stock} mL of stock", False),
        ("Step one\nand then two of these", False),
        ("word " * 41, False),
        ("The mass is {mw} g/mol.", True),
    ],
)
def test_is_rewritable(wording: str, fits: bool) -> None:
    assert is_rewritable(wording) == fits
