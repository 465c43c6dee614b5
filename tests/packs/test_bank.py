from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apothecary.errors import PackError
from apothecary.packs.bank import (
    BankWording,
    add_bank,
    check_licences,
    find_fault,
    read_bank,
    settle_wording,
    write_bank,
)
from apothecary.packs.load import dump_pack, restore_pack
from apothecary.packs.model import Pack

LINE: dict[str, Any] = {
    "pack": "tiny",
    "intent": "melts",
    "template": "plain",
    "side": "ask",
    "register": "student",
    "pattern": "How hot is melting {name}, in °C?",
    "source": "At what temperature does {name} melt, in °C?",
    "model": "small",
    "licence": "Apache-2.0",
    "prompt": "a" * 64,
    "seed": 1,
    "sample": 0,
    "sampling": {"temperature": 0.7, "top_p": 0.95, "max_tokens": 96},
    "scores": {"recall": 1.0},
}


def word(**changes: Any) -> BankWording:
    return BankWording.model_validate(LINE | changes)


def accept(number: int = 0, **changes: Any) -> BankWording:
    return word(state="accepted", by="a reader", when="2026-11-22", sample=number, **changes)


def test_what_is_written_is_read_again_and_the_bytes_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "bank.jsonl"
    wordings = [
        word(),
        accept(1),
        word(sample=2, state="rejected", by="gates", gate="slots", reason="{name} is missing"),
    ]
    write_bank(path, wordings)
    first = path.read_bytes()
    assert read_bank(path) == wordings
    write_bank(path, read_bank(path))
    assert path.read_bytes() == first
    assert json.loads(first.splitlines()[0])["register"] == "student"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "no JSON"),
        (json.dumps(LINE | {"colour": "red"}), "colour"),
        (json.dumps(LINE | {"state": "rejected"}), "reason"),
        (json.dumps(LINE | {"gate": "slots"}), "rejected"),
        (json.dumps(LINE | {"by": "me"}), "no reviewer"),
        (json.dumps(LINE | {"state": "accepted", "by": "me", "pattern": "How hot?"}), "slots"),
        (json.dumps(LINE | {"state": "accepted", "by": "me", "pattern": "How [hot {name}?"}), "never closed"),
    ],
)
def test_a_wrong_line_is_named(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_text(json.dumps(LINE) + "\n\n" + line + "\n", "utf-8")
    with pytest.raises(PackError) as error:
        read_bank(path)
    assert told in str(error.value)
    assert f"{path}:3" in str(error.value)


def test_a_wording_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_text((json.dumps(LINE) + "\n") * 2, "utf-8")
    with pytest.raises(PackError, match="line 1 stands here again"):
        read_bank(path)
    with pytest.raises(PackError, match="cannot be read"):
        read_bank(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("How hot is melting {name}, in °C?", False),
        ("{Name} melts at [which|what] temperature, in °C?", False),
        ("How hot is melting {name}, or {name}?", True),
        ("How hot is melting {name:an}?", True),
        ("How hot[ is {name}|]?", True),
    ],
)
def test_find_fault(pattern: str, fault: bool) -> None:
    assert bool(find_fault(pattern, LINE["source"])) == fault


def test_a_decision_is_checked() -> None:
    assert settle_wording(word(), "accepted", by="me", when="2026-11-22").by == "me"
    with pytest.raises(PackError, match="reason"):
        settle_wording(word(), "rejected", by="me", when="2026-11-22")
    with pytest.raises(PackError, match="slots"):
        settle_wording(word(pattern="Hot?"), "accepted", by="me", when="")


def test_accepted_wordings_become_a_sibling_that_keeps_what_is_held_out(tiny_pack: Pack) -> None:
    dump = dump_pack(tiny_pack)
    before = json.dumps(dump)
    reply = {
        "side": "reply",
        "source": "{Name} melts at {mp_c} °C.",
        "pattern": "The melting point of {name} is {mp_c} °C.",
    }
    bank = [accept(), accept(1, **reply), word(sample=2), accept(3)]
    told = add_bank(dump, bank, ["apache-2.0"])
    assert json.dumps(dump) == before
    pack = restore_pack(told)
    templates = pack.by_name["melts"].templates
    assert [template.id for template in templates] == ["plain", "plain_bank"]
    sibling = templates[1]
    assert sibling.ask == (LINE["pattern"],)
    assert sibling.reply == (reply["pattern"],)
    assert (sibling.origin, sibling.generator, sibling.register) == ("paraphrase", "small (Apache-2.0)", "student")
    assert sibling.derived is not None
    assert sibling.derived.asks == (1,)  # the second question of the template
    assert [t.id for t in pack.by_name["brands"].templates] == ["inside"]


def test_a_side_without_wordings_is_the_templates_own(tiny_pack: Pack) -> None:
    sibling = restore_pack(add_bank(dump_pack(tiny_pack), [accept()], ["Apache-2.0"])).by_name["melts"].templates[1]
    assert sibling.reply == tiny_pack.by_name["melts"].templates[0].reply
    reply = accept(side="reply", source="{Name} melts at {mp_c} °C.", pattern="{Name} is liquid from {mp_c} °C.")
    sibling = restore_pack(add_bank(dump_pack(tiny_pack), [reply], ["Apache-2.0"])).by_name["melts"].templates[1]
    assert sibling.ask == tiny_pack.by_name["melts"].templates[0].ask
    assert sibling.derived is not None and sibling.derived.asks == (0, 1, 2, 3)


def test_registers_and_models_have_siblings_of_their_own(tiny_pack: Pack) -> None:
    bank = [accept(), accept(1, register="terse"), accept(2, model="large"), accept(3, model="large", register="terse")]
    templates = restore_pack(add_bank(dump_pack(tiny_pack), bank, ["Apache-2.0"])).by_name["melts"].templates
    assert [(t.id, t.register, t.generator) for t in templates[1:]] == [
        ("plain_bank", "student", "small (Apache-2.0)"),
        ("plain_bank_terse", "terse", "small (Apache-2.0)"),
        ("plain_bank_2", "student", "large (Apache-2.0)"),
        ("plain_bank_terse_2", "terse", "large (Apache-2.0)"),
    ]


def test_a_refused_licence_is_told_with_the_numbers(tiny_pack: Pack) -> None:
    bank = [accept(), accept(1, model="other", licence="custom"), accept(2, model="other", licence="custom")]
    with pytest.raises(PackError) as error:
        add_bank(dump_pack(tiny_pack), bank, ["Apache-2.0", "MIT"])
    told = str(error.value)
    assert "2 of 3 wordings (66.7%)" in told
    assert "2 by other (custom)" in told
    assert "1 would be left" in told
    check_licences(bank, ["CUSTOM", "apache-2.0"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"template": "gone"}, "the pack tiny has not"),
        ({"source": "How warm is {name}?"}, "no longer asks"),
        ({"pack": "pharma"}, "for the pack pharma"),
    ],
)
def test_a_bank_of_another_pack_is_refused(changes: dict[str, str], told: str, tiny_pack: Pack) -> None:
    with pytest.raises(PackError, match=told):
        add_bank(dump_pack(tiny_pack), [accept(**changes)], ["Apache-2.0"])
