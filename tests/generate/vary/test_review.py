from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from apothecary.errors import PackError
from apothecary.generate.vary.review import apply_decisions, describe_wording, review
from apothecary.packs.bank import BankWording


def word(number: int, **changes: Any) -> BankWording:
    line = {
        "pack": "tiny",
        "intent": "melts",
        "template": "plain",
        "side": "ask",
        "register": "student",
        "pattern": f"How hot is {{name}} when it melts, sample {'I' * (number + 1)}?",
        "source": "At what temperature does {name} melt?",
        "model": "small",
        "licence": "MIT",
        "prompt": "ab" * 32,
        "seed": 1,
        "sample": number,
        "sampling": {"temperature": 0.7, "top_p": 0.95, "max_tokens": 96},
    }
    return BankWording.model_validate(line | changes)


BANK = [word(0), word(1, state="rejected", by="gates", gate="slots", reason="lost"), word(2), word(3)]


def press(keys: str, reasons: Iterable[str] = ()) -> tuple[list[BankWording], list[str]]:
    pressed, given, told = iter(keys), iter(reasons), []
    decided = review(
        BANK,
        by="me",
        when="2026-11-22",
        read_key=lambda: next(pressed),
        read_reason=lambda: next(given),
        say=told.append,
        examples={BANK[0].id: "At what temperature does tin melt?\n⇢ How hot is tin?"},
    )
    return decided, told


def states(bank: list[BankWording]) -> list[str]:
    return [wording.state for wording in bank]


def test_one_key_a_wording() -> None:
    decided, told = press("ars", ["reads badly"])
    assert states(decided) == ["accepted", "rejected", "rejected", "new"]
    assert (decided[2].reason, decided[2].by, decided[2].when) == ("reads badly", "me", "2026-11-22")
    assert decided[1] == BANK[1]
    assert "⇢ How hot is tin?" in told[0]
    assert "[1 of 3]" in told[1]


def test_undo_takes_the_last_decision_back_and_quit_keeps_the_others() -> None:
    assert states(press("aauq")[0]) == ["accepted", "rejected", "new", "new"]
    assert press("uuq")[0] == BANK
    assert states(press("asuq")[0]) == ["new", "rejected", "new", "new"]
    assert press("q")[0] == BANK


def test_a_rejection_needs_a_reason_and_other_keys_do_nothing() -> None:
    decided, told = press("rx?aq", [""])
    assert states(decided) == ["accepted", "rejected", "new", "new"]
    assert "a rejected wording needs a reason" in told


def test_decisions_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "decisions.txt"
    path.write_text(f"# of tonight\n{BANK[0].id} a\n\n{BANK[2].id}   r  says too much\n{BANK[1].id} a\n", "utf-8")
    decided = apply_decisions(BANK, path, by="me", when="2026-11-22")
    assert states(decided) == ["accepted", "accepted", "rejected", "new"]
    assert decided[2].reason == "says too much"
    assert decided[1].gate == ""  # a person may overrule a gate


@pytest.mark.parametrize(("line", "told"), [("x-9 a", "no wording"), ("{id} y", "no decision"), ("{id} r", "reason")])
def test_a_decision_that_cannot_be_followed_is_named(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "decisions.txt"
    path.write_text(line.replace("{id}", BANK[0].id), "utf-8")
    with pytest.raises(PackError) as error:
        apply_decisions(BANK, path, by="me", when="")
    assert told in str(error.value) and f"{path}:1" in str(error.value)
    with pytest.raises(PackError, match="cannot be read"):
        apply_decisions(BANK, tmp_path / "none", by="me", when="")


def test_a_wording_is_shown_beside_its_source() -> None:
    shown = describe_wording(BANK[0])
    assert BANK[0].source in shown and BANK[0].pattern in shown and "small (MIT)" in shown
