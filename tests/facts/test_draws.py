from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from tests.facts import kin

from apothecary.errors import PackError
from apothecary.example import EXAMPLE
from apothecary.facts.checker import Checker
from apothecary.facts.draws import bound_spread
from apothecary.facts.plan import Plan, read_fields

Row = dict[str, Any]
Rows = dict[str, Row]


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=EXAMPLE, orient="row")


def test_rows_of_all_relations_are_accepted_quickly(kin_checker: Checker, kin_rows: Rows) -> None:
    accepted = dict(zip(kin_rows, kin_checker.accept(frame(*kin_rows.values())), strict=True))
    assert all(accepted.values()), accepted


def test_rows_of_all_relations_are_judged_right(kin_checker: Checker, kin_rows: Rows) -> None:
    for row in kin_rows.values():
        kin_checker.judge(row)


def change_draw(intent: str, **keys: Any) -> Callable[[dict[str, Any]], None]:
    def change(dump: dict[str, Any]) -> None:
        next(raw for raw in dump["intents"] if raw["intent"] == intent)["draw"].update(keys)

    return change


def change_field(intent: str, field: str, need: str) -> Callable[[dict[str, Any]], None]:
    return change_draw(intent, field=field, needs=[field, need] if need else [field])


# The rows are right as texts; what the pack asks of their entities is changed.
BROKEN: list[tuple[str, Callable[[dict[str, Any]], None], str, str]] = [
    ("isomers", change_draw("isomers", same="smiles"), "draw", "smiles of A and B: expected equal"),
    ("isomers", change_draw("isomers", field="formula"), "draw", "formula of A and B: expected different"),
    ("member", change_draw("member", apart=None, same="formula"), "option", "formula of B and A: expected equal"),
    ("structure", change_draw("structure", same=None, apart="formula"), "option", "expected different"),
    ("structure", change_draw("structure", field="formula"), "option", "formula of A and B: expected different"),
    ("ranked", change_draw("ranked", gap={"min": "14.04", "max": "20"}), "direction", "14.04 or more, found 14.0350"),
    ("ranked", change_draw("ranked", gap={"min": "5", "max": "14.5"}), "direction", "at most 29.0, found 29.0020"),
    ("table", change_draw("table", apart=None, same="formula"), "draw", "formula of A and B: expected equal"),
]


@pytest.mark.parametrize(
    ("kind", "change", "reason", "detail"), BROKEN, ids=[f"{n}-{b[0]}" for n, b in enumerate(BROKEN)]
)
def test_entities_unlike_what_the_draw_asks_for_are_caught(
    kin_dump: dict[str, Any],
    kin_facts: pl.DataFrame,
    kin_names: pl.DataFrame,
    kin_rows: Rows,
    kind: str,
    change: Callable[[dict[str, Any]], None],
    reason: str,
    detail: str,
) -> None:
    change(kin_dump)
    verdicts = Checker(kin_dump, kin_facts, kin_names).check(frame(kin_rows[kind]))
    assert verdicts["reason"].to_list() == [reason]
    assert re.search(re.escape(detail), verdicts["detail"][0]), verdicts["detail"][0]


@pytest.mark.parametrize(
    ("ends", "right"),
    [({"min": "14.035"}, True), ({"min": "14.0351"}, False), ({"max": "14.501"}, True), ({"max": "14.5009"}, False)],
)
def test_a_group_lies_within_its_gaps(
    kin_dump: dict[str, Any], kin_facts: pl.DataFrame, kin_names: pl.DataFrame, kin_rows: Rows, ends: Row, right: bool
) -> None:
    change_draw("ranked", gap=ends)(kin_dump)
    checker = Checker(kin_dump, kin_facts, kin_names)
    assert checker.check(frame(kin_rows["ranked"])).is_empty() is right


def test_numbers_too_long_for_integers_are_left_to_the_exact_path(
    kin_dump: dict[str, Any], kin_facts: pl.DataFrame, kin_names: pl.DataFrame, kin_rows: Rows
) -> None:
    """Twenty digits more: as before, but the quick path knows that it cannot tell."""
    long = pl.col("text") + "00000000000000000001"
    facts = kin_facts.with_columns(text=pl.when(pl.col("field") == "mw").then(long).otherwise(pl.col("text")))
    row = kin_rows["ranked"]
    for fact in row["facts"]:
        fact["value"] += "00000000000000000001"
    checker = Checker(kin_dump, facts, kin_names)
    assert not checker.accept(frame(row))[0]
    assert checker.check(frame(row)).is_empty()


def test_a_tie_has_no_rank(kin_checker: Checker) -> None:
    row = kin.make_row(
        "ranked",
        "order",
        ["k3", "k5", "k1"],
        "Rank benzocaine, 4-ethoxybenzamide and aspirin, the heaviest first.",
        "Aspirin, 4-ethoxybenzamide, benzocaine.",
        answer="aspirin, 4-ethoxybenzamide, benzocaine",
    )
    verdicts = kin_checker.check(frame(row))
    assert verdicts.select("reason", "detail").rows() == [("direction", "mw is 165.1920 for both")]


def set_to(column: str, value: Any) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row[column] = value

    return change


def swap_in(column: str, old: str, new: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        assert old in row[column]
        row[column] = row[column].replace(old, new)

    return change


def claim_d(row: Row) -> None:
    """Calls ibuprofen the stranger."""
    row |= {"answer": "D", "response": "D) ibuprofen: an analgesic; aspirin and the others are each an analgesic."}


def repeat_entity(row: Row) -> None:
    row |= kin.make_row(
        "siblings", "shared", ["k1", "k1"], "What are both aspirin and aspirin?", row["response"], answer="analgesic"
    )


def mix_families(row: Row) -> None:
    """Two of the others are no analgesics."""
    names = ["aspirin", "benzocaine", "caffeine", "ibuprofen"]
    row |= kin.make_row(
        "stranger",
        "out",
        ["k1", "k3", "k6", "k4"],
        "Which is the odd one out?"
        + "".join(f"\n{letter}) {name}" for letter, name in zip("ABCD", names, strict=True)),
        row["response"],
        answer="C",
        choices=names,
    )


def share_family(row: Row) -> None:
    """Two of the options are of the family that is asked for."""
    row |= kin.make_row(
        "member",
        "which",
        ["k1", "k3", "k2"],
        "Which is an analgesic: A) aspirin, B) benzocaine or C) paracetamol?",
        "A) aspirin.",
        answer="A",
        choices=["aspirin", "benzocaine", "paracetamol"],
    )


def share_wrong_family(row: Row) -> None:
    """Two of the wrong options are of one family."""
    row |= kin.make_row(
        "member",
        "which",
        ["k1", "k3", "k2"],
        "Which is a local anaesthetic: A) aspirin, B) benzocaine or C) paracetamol?",
        "B) benzocaine.",
        answer="B",
        choices=["aspirin", "benzocaine", "paracetamol"],
    )


WRONG: list[tuple[str, Callable[[Row], None], str, str]] = [
    ("siblings", repeat_entity, "draw", "stands there twice"),
    ("heavier sibling", swap_in("prompt", "heavier", "lighter"), "direction", "heavier"),
    ("member", share_family, "option", "family of A and C: expected different"),
    ("member", share_wrong_family, "option", "family of A and C: expected different"),
    ("member", set_to("answer", "A"), "option", "expected 'B', found 'A'"),
    ("structure", set_to("answer", "CCOC(=O)c1ccc(N)cc1"), "option", "expected 'CCOc1ccc(cc1)C(N)=O'"),
    ("stranger", claim_d, "option", "expected 'C', found 'D'"),
    ("stranger", set_to("answer", "A"), "option", "expected 'C', found 'A'"),
    ("stranger", mix_families, "option", "expected equal, found ['analgesic', 'local anaesthetic']"),
    ("stranger", swap_in("response", "aspirin", "paracetamol"), "name", "{m.name}"),
    ("ranked", set_to("answer", "aspirin, caffeine, benzocaine"), "answer", "caffeine, aspirin"),
    ("ranked", swap_in("response", "Caffeine, aspirin", "Aspirin, caffeine"), "name", "{r3.Name}"),
    ("ranked", set_to("wording", "1.0"), "direction", "silent"),
    ("limit", swap_in("response", "187", "188"), "number", "{limit}"),
    ("limit", swap_in("response", "29.0", "29.1"), "number", "{spread}"),
    ("table", swap_in("answer", "local", "general"), "answer", "local anaesthetic"),
    ("table", swap_in("response", '": "', '":"'), "text", "expected"),
    ("dose", set_to("response", "Your pharmacist can tell you. Take 3 mg."), "text", "response"),
    ("child", swap_in("response", "ibuprofen", "aspirin"), "name", "ibuprofen"),
]


@pytest.mark.parametrize(
    ("kind", "spoil", "reason", "detail"), WRONG, ids=[f"{n}-{w[0]}-{w[2]}" for n, w in enumerate(WRONG)]
)
def test_a_wrong_relation_is_caught_and_explained(
    kin_checker: Checker, kin_rows: Rows, kind: str, spoil: Callable[[Row], None], reason: str, detail: str
) -> None:
    row = kin_rows[kind]
    spoil(row)
    verdicts = kin_checker.check(frame(row, *(other for name, other in kin_rows.items() if name != kind)))
    assert verdicts.select("id", "reason").rows() == [(row["id"], reason)], verdicts.rows()
    assert re.search(re.escape(detail), verdicts["detail"][0]), verdicts["detail"][0]


def plan_of(dump: dict[str, Any], intent: str) -> Plan:
    return Plan(next(raw for raw in dump["intents"] if raw["intent"] == intent), read_fields(dump["fields"]))


@pytest.mark.parametrize(
    ("intent", "roles"),
    [
        ("isomers", "a b"),
        ("heavier_sibling", "a b hi lo"),
        ("member", "a"),
        ("stranger", "a m"),
        ("ranked", "a b c r1 r2 r3 hi lo"),
        ("table", "a b c"),
    ],
)
def test_a_draw_has_its_roles(kin_dump: dict[str, Any], intent: str, roles: str) -> None:
    assert plan_of(kin_dump, intent).roles == tuple(roles.split())


def test_a_group_is_twice_as_wide_as_its_gap(kin_dump: dict[str, Any]) -> None:
    assert bound_spread(plan_of(kin_dump, "ranked")) == Decimal(40)
    assert bound_spread(plan_of(kin_dump, "heavier_sibling")) == Decimal(60)
    assert bound_spread(plan_of(kin_dump, "table")) is None


@pytest.mark.parametrize(
    ("intent", "keys"),
    [
        ("isomers", {"same": "family"}),
        ("isomers", {"same": "brand", "needs": ["formula", "smiles", "brand"]}),
        ("member", {"apart": "colour"}),
        ("stranger", {"count": "2"}),
    ],
)
def test_a_draw_that_cannot_be_read_is_told(kin_dump: dict[str, Any], intent: str, keys: dict[str, Any]) -> None:
    change_draw(intent, **keys)(kin_dump)
    with pytest.raises(PackError):
        plan_of(kin_dump, intent)
