from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from apothecary.generate.vary.examples import render_examples
from apothecary.packs.bank import BankWording
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


def word(sample: int, **changes: Any) -> BankWording:
    line = {
        "pack": "tiny",
        "intent": "melts",
        "template": "plain",
        "side": "reply",
        "register": "student",
        "pattern": "The melting point of {name} is {mp_c} °C.",
        "source": "{Name} melts at {mp_c} °C.",
        "model": "small",
        "licence": "MIT",
        "prompt": "ab" * 32,
        "seed": 1,
        "sample": sample,
        "sampling": {"temperature": 0.7, "top_p": 0.95, "max_tokens": 96},
    }
    return BankWording.model_validate(line | changes)


def test_source_and_wording_show_the_values_of_one_row(
    tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path
) -> None:
    by_mass = {
        "intent": "heavier",
        "template": "then",
        "side": "ask",
        "source": "What is the difference?",
        "pattern": "What difference is there?",
    }
    bank = [word(0), word(1, **by_mass), word(2, template="gone")]
    found = render_examples(tiny_recipe, tiny_pack, tiny_knowledge, bank)
    assert set(found) == {bank[0].id, bank[1].id}
    one, other = found[bank[0].id].split("\n⇢ ")
    values = re.fullmatch(r"(.+) melts at (\S+) °C\.", one)
    assert values is not None
    assert other.lower() == f"the melting point of {values[1]} is {values[2]} °c.".lower()
    assert found[bank[1].id] == "What is the difference?\n⇢ What difference is there?"
