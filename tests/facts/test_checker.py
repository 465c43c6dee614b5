from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from apothecary.example import EXAMPLE, VERDICT
from apothecary.facts.checker import Checker

Row = dict[str, Any]
Rows = dict[str, Row]


def frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=EXAMPLE, orient="row")


def test_rows_written_by_hand_are_accepted_quickly(checker: Checker, hand_rows: Rows) -> None:
    accepted = dict(zip(hand_rows, checker.accept(frame(*hand_rows.values())), strict=True))
    assert all(accepted.values()), accepted


def test_rows_written_by_hand_are_judged_right(checker: Checker, hand_rows: Rows) -> None:
    for row in hand_rows.values():
        checker.judge(row)


def test_no_verdicts_on_right_rows(checker: Checker, hand_frame: pl.DataFrame) -> None:
    verdicts = checker.check(hand_frame)
    assert verdicts.schema == VERDICT
    assert verdicts.is_empty()


def test_no_rows_no_verdicts(checker: Checker, hand_frame: pl.DataFrame) -> None:
    assert checker.check(hand_frame.clear()).is_empty()


def test_verdicts_stand_in_the_order_of_the_rows(checker: Checker, hand_frame: pl.DataFrame) -> None:
    spoilt = hand_frame.with_columns(prompt=pl.col("prompt") + " ")
    assert checker.check(spoilt)["id"].to_list() == spoilt["id"].to_list()


def set_to(column: str, value: Any) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row[column] = value

    return change


def swap_in(column: str, old: str, new: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        assert old in row[column]
        row[column] = row[column].replace(old, new)

    return change


def set_fact(number: int, key: str, value: Any) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row["facts"][number][key] = value

    return change


def drop_fact(row: Row) -> None:
    row["facts"].pop()


def repeat_fact(row: Row) -> None:
    row["facts"].append(row["facts"][-1])


def change_turn(number: int, key: str, value: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row["history"][number][key] = value

    return change


def change_step(row: Row) -> None:
    row["reasoning"][0] = row["reasoning"][0].replace("0.625", "0.652")


def swap_choices(row: Row) -> None:
    row["choices"] = row["choices"][::-1]


def claim_b(row: Row) -> None:
    row["answer"], row["response"] = "B", "B) 99.0 g/mol."


def reorder_pair(row: Row) -> None:
    row["entities"] = row["entities"][::-1]


WRONG = [
    ("fact", swap_in("prompt", "aspirin", "caffeine"), "name", "{a.name} expected 'aspirin' found 'caffeine'"),
    ("fact", swap_in("response", "136", "163"), "number", "{a.mp_c} expected '136' found '163'"),
    ("fact", swap_in("response", "136", "1360"), "number", "expected '136' found '1360'"),
    ("fact", swap_in("response", "136 °C", "136 K"), "unit", "°C"),
    ("fact", swap_in("response", "melts", "boils"), "text", "melts"),
    ("fact", set_to("response", None), "text", ""),
    ("fact", set_to("answer", "135"), "answer", "'136'"),
    ("fact", set_to("answer_type", "text"), "answer", "number"),
    ("fact", set_to("tolerance", None), "answer", "tolerance"),
    ("fact", set_to("tolerance", 0.5), "answer", "tolerance"),
    ("fact", set_fact(0, "value", "136"), "fact", "'135.5'"),
    ("fact", set_fact(0, "unit", "K"), "fact", "unit"),
    ("fact", set_fact(0, "unit", None), "fact", "unit"),
    ("fact", set_fact(0, "entity", 1), "fact", "entity"),
    ("fact", set_fact(0, "field", "mw"), "fact", "mp_c"),
    ("fact", set_fact(0, "fact_id", "c2:mp_c:none"), "fact", "c2:mp_c:none"),
    ("fact", set_fact(0, "fact_id", None), "fact", "None"),
    ("fact", set_fact(0, "fact_id", "c1:mp_c:s"), "fact", "c1:mp_c:s"),
    ("fact", drop_fact, "fact", "missing"),
    ("fact", repeat_fact, "fact", "expected 1 facts, found 2"),
    ("fact", set_to("facts", None), "fact", "missing"),
    ("fact", set_to("entities", ["c1"]), "fact", "not about"),
    ("fact", set_to("entities", ["c9"]), "unknown", "c9"),
    ("fact", set_to("entities", []), "fact", "expected 1 entities, found 0"),
    ("fact", set_to("entities", ["c2", "c1"]), "fact", "found 2"),
    ("fact", set_to("intent", "boiling"), "unknown", "boiling"),
    ("fact", set_to("pack", "other"), "unknown", "other"),
    ("fact", set_to("template", "none"), "unknown", "none"),
    ("fact", set_to("wording", "9.0"), "unknown", "9"),
    ("fact", set_to("wording", "0"), "unknown", "2 numbers"),
    ("fact", set_to("wording", "0.0.1.0"), "unknown", "2 numbers"),
    ("fact", set_to("wording", "0.-1"), "unknown", "numbers"),
    ("fact", set_to("wording", None), "unknown", "numbers"),
    ("fact", set_to("choices", ["136"]), "option", "choices"),
    ("fact", set_to("reasoning", ["136"]), "step", "reasoning"),
    ("fact", set_to("history", [{"role": "user", "content": "Hello"}]), "text", "history"),
    ("negative fact", swap_in("prompt", "1,2-", "1,3-"), "name", "1,2-dichloroethane"),
    ("negative fact", swap_in("response", "-36", "36"), "number", "-36"),
    ("negative fact", swap_in("response", "-36", "−36"), "number", "-36"),
    ("other source", set_fact(0, "fact_id", "c5:mp_c:s"), "fact", "'169'"),
    ("comparison", swap_in("prompt", "heavier", "lighter"), "direction", "heavier"),
    ("comparison", swap_in("response", "more", "less"), "direction", "more"),
    ("comparison", swap_in("response", "14.04", "14.03"), "number", "{diff} expected '14.04' found '14.03'"),
    ("comparison", swap_in("response", "Caffeine", "Aspirin"), "name", "{hi.Name}"),
    ("comparison", set_to("answer", "aspirin"), "answer", "caffeine"),
    ("comparison", set_to("wording", "1.0"), "direction", "contradicts"),
    ("comparison", reorder_pair, "fact", "not about"),
    ("options", claim_b, "option", "expected 'C', found 'B'"),
    ("options", set_to("answer", "D"), "option", "expected 'C', found 'D'"),
    ("options", set_to("answer", "E"), "option", "'E'"),
    ("options", set_to("answer", ""), "option", "''"),
    ("options", set_to("answer", None), "option", "None"),
    ("options", swap_choices, "option", "choices[0]"),
    ("options", set_to("choices", None), "option", "choices"),
    ("options", swap_in("response", "58.1", "58.2"), "option", "{right}"),
    ("options", swap_in("prompt", "B) 99.0", "B) 99.9"), "option", "{options}"),
    ("options", swap_in("prompt", "n-butane", "propane"), "name", "n-butane"),
    ("calculation", change_step, "step", "0.652"),
    ("calculation", set_to("reasoning", None), "step", "2 steps"),
    ("calculation", set_to("tolerance", 5.0), "answer", "0.5"),
    ("calculation", swap_in("response", "large", "small"), "text", "large"),
    ("calculation", swap_in("prompt", "250 mL", "250 µL"), "unit", "mL"),
    ("calculation", set_fact(1, "value", "3"), "fact", "conc_mm"),
    ("calculation", set_fact(1, "value", "2.50"), "fact", "conc_mm"),
    ("calculation", set_fact(2, "value", "275"), "fact", "vol_ml"),
    ("calculation", set_fact(2, "unit", "L"), "fact", "vol_ml"),
    ("calculation", set_fact(2, "fact_id", "c1:mw:s"), "fact", "vol_ml"),
    ("two turns", change_turn(1, "content", "Yes: 151.17 against 194.19 g/mol."), "direction", "{verdict}"),
    ("two turns", change_turn(1, "content", "No: 151.16 against 194.19 g/mol."), "number", "history[1]"),
    ("two turns", change_turn(0, "content", "Is aspirin heavier than caffeine?"), "name", "history[0]"),
    ("two turns", change_turn(0, "role", "system"), "text", "role"),
    ("two turns", set_to("history", None), "text", "history"),
    ("two turns", set_to("wording", "0.0.0.0"), "text", "By how much"),
    ("each", set_fact(0, "fact_id", "c2:brand:s#1"), "fact", "Aspro"),
    ("each", set_fact(2, "fact_id", "c2:class:s#1"), "fact", "'antiplatelet agents', found 'salicylates'"),
    ("each", drop_fact, "fact", "missing"),
    ("each", swap_in("response", " and salicylates", ""), "fact", "{a.class}"),
    ("no entity", set_to("response", "0.1"), "number", "0.2"),
    ("no entity", set_fact(0, "value", "0.7"), "fact", "factor"),
    ("no entity", set_to("entities", ["c1"]), "fact", "entities"),
]


@pytest.mark.parametrize(
    ("kind", "spoil", "reason", "detail"), WRONG, ids=[f"{n}-{w[0]}-{w[2]}" for n, w in enumerate(WRONG)]
)
def test_a_wrong_row_is_caught_and_explained(
    checker: Checker, hand_rows: Rows, kind: str, spoil: Callable[[Row], None], reason: str, detail: str
) -> None:
    row = hand_rows[kind]
    spoil(row)
    verdicts = checker.check(frame(row, *(r for name, r in hand_rows.items() if name != kind)))
    assert verdicts.select("id", "verdict", "reason").rows() == [(row["id"], "dropped", reason)], verdicts.rows()
    assert re.search(re.escape(detail), verdicts["detail"][0]), verdicts["detail"][0]


def test_a_pair_too_close_is_caught(
    checker: Checker, hand_rows: Rows, tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    row = hand_rows["comparison"]
    for ends, reasons in (
        ({"min": "14.035"}, []),
        ({"min": "14.036"}, ["direction"]),
        ({"max": "14.034"}, ["direction"]),
    ):
        tiny_dump["intents"][1]["draw"]["gap"] = ends
        strict = Checker(tiny_dump, tiny_facts, tiny_names)
        assert strict.check(frame(row))["reason"].to_list() == reasons, ends


def test_options_too_close_are_caught(
    hand_rows: Rows, tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    for least, reasons in (("14.035", []), ("14.036", ["option"])):
        tiny_dump["intents"][2]["draw"]["gap"] = {"min": least}
        strict = Checker(tiny_dump, tiny_facts, tiny_names)
        assert strict.check(frame(hand_rows["inline options"]))["reason"].to_list() == reasons, least


@pytest.mark.parametrize("key", ["unit", "kind"])
def test_facts_that_are_not_what_the_pack_declares_are_refused(
    hand_rows: Rows, tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame, key: str
) -> None:
    tiny_dump["fields"]["mp_c"][key] = {"unit": "K", "kind": "computed"}[key]
    verdicts = Checker(tiny_dump, tiny_facts, tiny_names).check(frame(hand_rows["fact"]))
    assert verdicts["reason"].to_list() == ["fact"]


def test_many_rows_at_once_are_judged_as_each_alone(checker: Checker, hand_frame: pl.DataFrame) -> None:
    many = (
        pl.concat([hand_frame] * 40)
        .with_row_index("n")
        .with_columns(id=pl.col("id") + "-" + pl.col("n").cast(pl.String))
    )
    spoilt = many.with_columns(
        prompt=pl.when(pl.col("n") % 7 == 0).then(pl.col("prompt") + "!").otherwise(pl.col("prompt"))
    ).drop("n")
    assert checker.check(spoilt)["id"].to_list() == many.filter(pl.col("n") % 7 == 0)["id"].to_list()
