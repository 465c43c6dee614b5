from __future__ import annotations

import polars as pl

from apothecary.curate.compare import EXAMPLES, MAX_SHOWN_CHARS, compare_dedup, describe_comparison

QUESTION = "What is the melting point of the compound in the handbook of chemistry and physics, as far as known?"
ANSWER = "The melting point of the compound that is given in the handbook of chemistry and physics is"


def frame_rows(*pairs: tuple[str, str]) -> pl.DataFrame:
    rows = [(f"r{number}", *pair) for number, pair in enumerate(pairs)]
    return pl.DataFrame(rows, schema={"id": pl.String, "prompt": pl.String, "response": pl.String}, orient="row")


def test_numbers_that_fineweb_folds_are_statements_that_it_deletes() -> None:
    rows = frame_rows(*((QUESTION, f"{ANSWER} {number}.5 °C.") for number in range(20)))
    found = compare_dedup(rows)
    assert (found.rows, found.statements, found.numbered) == (20, 20, 20)
    assert (found.fineweb.rows, found.fineweb.statements, found.fineweb.numbered) == (19, 19, 19)
    assert (found.ours.rows, found.ours.statements, found.ours.numbered) == (0, 0, 0)
    assert len(found.wrong) == EXAMPLES
    assert (found.wrong[0].id, found.wrong[0].kept_id) == ("r1", "r0")
    assert found.wrong[0].differs == "1.5 / 0.5"
    assert "1.5 °C" in found.wrong[0].text


def test_true_duplicates_are_deleted_by_both_and_cost_no_statement() -> None:
    rows = frame_rows(
        (QUESTION, f"{ANSWER} 5 °C."), (QUESTION, f"{ANSWER}  5 °C."), (f"Please: {QUESTION}", f"{ANSWER} 5 °C")
    )
    found = compare_dedup(rows)
    assert (found.statements, found.ours.rows, found.ours.statements, found.fineweb.rows) == (1, 2, 0, 2)
    assert found.wrong == ()


def test_what_the_terminal_shows() -> None:
    rows = frame_rows(*((QUESTION, f"{ANSWER} {number}\x1b[31m °C.\n") for number in range(3)))
    lines = describe_comparison(compare_dedup(rows))
    assert "3 rows make 3 distinct statements" in lines[0]
    assert any(line.startswith("rows deleted") and "2 (66.7%)" in line and "0 (0.0%)" in line for line in lines)
    assert not any("\x1b" in line or "\n" in line for line in lines)
    assert all(len(line) < MAX_SHOWN_CHARS + 40 for line in lines)


def test_rows_that_differ_in_a_word_only_are_shown_after_those_that_differ_in_a_number() -> None:
    rows = frame_rows((QUESTION, f"{ANSWER} 1"), (QUESTION, f"{ANSWER} 1 indeed not"), (QUESTION, f"{ANSWER} 2"))
    found = compare_dedup(rows)
    assert [wrong.id for wrong in found.wrong] == ["r2", "r1"]
    assert (found.fineweb.statements, found.fineweb.numbered) == (2, 1)


def test_no_rows() -> None:
    found = compare_dedup(frame_rows())
    assert (found.rows, found.statements, found.wrong) == (0, 0, ())
    assert describe_comparison(found)
