import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row, two_turns

from apothecary.curate.duplicates import decide_duplicates
from apothecary.curate.keys import build_keys, hash_texts, join_turns, key_answers, normalise_space


def same(left: str, right: str) -> bool:
    high, low = hash_texts(pl.Series([left, right]))
    assert (high[0] == high[1]) == (low[0] == low[1])
    return bool(high[0] == high[1])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("a  b", "a b", id="two spaces"),
        pytest.param("a\nb", "a b", id="line break"),
        pytest.param("a \n b", "a b", id="break with spaces"),
        pytest.param("a\tb", "a b", id="tab"),
        pytest.param("a\u00a0b", "a b", id="no-break space"),
        pytest.param(" a b\n", "a b", id="ends"),
    ],
)
def test_white_space_does_not_tell_prompts_apart(left: str, right: str) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("16.04 g/mol", "16.05 g/mol", id="number"),
        pytest.param("1.50", "1.5", id="precision"),
        pytest.param("5 mM", "5 MM", id="case of a unit"),
        pytest.param("Co", "CO", id="case of a symbol"),
        pytest.param("-0.07", "0.07", id="sign"),
        pytest.param("N[C@@H](C)O", "N[C@H](C)O", id="stereo mark"),
        pytest.param("µg", "μg", id="micro and mu"),
        pytest.param("ab", "a b", id="a space where there was none"),
    ],
)
def test_everything_else_does(left: str, right: str) -> None:
    assert not same(left, right)


def test_normalise_space_keeps_what_is_not_space() -> None:
    assert normalise_space(pl.Series(["  x²\n\n y′ "])).to_list() == ["x² y′"]


def test_earlier_turns_belong_to_the_prompt_and_the_system_text_does_not() -> None:
    plain = make_row(0, 1, prompt="By how much?")
    rows = frame_rows([plain, two_turns(plain, "Is a heavier?", "Yes."), two_turns(plain, "Is b heavier?", "Yes.")])
    assert rows.select(pl.col("history").is_null()).to_series().to_list() == [True, False, False]
    assert join_turns(rows).n_unique() == 3
    told = frame_rows([plain, plain | {"system": "Be brief."}])
    assert join_turns(told).n_unique() == 1


def test_answers_are_compared_as_they_are_written() -> None:
    keys = build_keys(frame_rows([make_row(0, 1, answer=answer) for answer in ("1.5", "1.5", "1.50")]), 0)
    assert keys["answer"][0] == keys["answer"][1] != keys["answer"][2]
    assert keys["high"].n_unique() == 1


def test_keys_carry_their_place_and_bucket() -> None:
    keys = build_keys(frame_rows([make_row(j, j) for j in range(5)]), 7)
    assert keys["file"].to_list() == [7] * 5
    assert keys["row"].to_list() == [0, 1, 2, 3, 4]
    assert (keys["bucket"] == (keys["high"] // 2**48)).all()


def ask_free(*pairs: tuple[str | None, str | None]) -> pl.DataFrame:
    return frame_rows([{"id": f"x:{n}", "prompt": prompt, "response": text} for n, (prompt, text) in enumerate(pairs)])


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        pytest.param("It boils at 41 °C.", "It boils at 42 °C.", "contradiction", id="other number"),
        pytest.param("It boils at 41 °C.", "It boils at -41 °C.", "contradiction", id="other sign"),
        pytest.param("41", "41.5", "contradiction", id="bare numbers"),
        pytest.param("Yes.", "No.", "contradiction", id="yes and no"),
        pytest.param("yes", "NO", "contradiction", id="capitals"),
        pytest.param("(A)", "B.", None, id="letters of options"),
        pytest.param("It boils at 41 °C.", "It boils  at 41\n°C.", "duplicate", id="white space"),
        pytest.param("It boils at 41 °C.", "At 42 °C it boils.", None, id="other wording"),
        pytest.param("It boils at 41 °C.", "It boils at 42 K.", None, id="other unit"),
        pytest.param("It is polar.", "It is apolar.", None, id="other words"),
        pytest.param("Yes.", "Yes, it does.", None, id="yes in a sentence"),
        pytest.param("Yes.", "41", None, id="yes and a number"),
        pytest.param("", "No.", None, id="nothing"),
    ],
)
def test_free_text_contradicts_where_only_values_differ(one: str, other: str, reason: str | None) -> None:
    decided = decide_duplicates(build_keys(ask_free(("Q?", one), ("Q?", other), ("R?", other)), 0))
    wanted = {"contradiction": [(0, reason), (1, reason)], "duplicate": [(1, reason)]}.get(reason or "", [])
    assert decided.select("row", "reason").rows() == wanted


def test_of_free_text_without_a_question_only_equal_texts_meet() -> None:
    rows = ask_free(("", "Batch 1: 41"), (None, "Batch 2: 42"), (" ", "Batch 1:  41"), ("Batch 1: 41", "Batch 1: 41"))
    decided = decide_duplicates(build_keys(rows, 0))
    assert decided.select("row", "reason", "other_row").rows() == [(2, "duplicate", 0)]


def test_a_number_of_the_prompt_is_no_value_of_the_answer() -> None:
    asked = "At which temperature does batch 3 boil at 1.0 atm?"
    rows = ask_free((asked, "Batch 3 boils at 43 °C at 1.0 atm."), (asked, "Batch 3 boils at 99 °C at 1.0 atm."))
    assert decide_duplicates(build_keys(rows, 0))["reason"].to_list() == ["contradiction"] * 2


def judge_responses(left: str, right: str) -> str:
    rows = pl.DataFrame({"prompt": ["Which?"] * 2, "response": [left, right], "template": [None, None], "answer": ""})
    rows = rows.with_columns(pl.lit(None).alias("history"))
    keys = key_answers(rows.with_columns(pl.col("template").cast(pl.String)))
    if keys["form"].n_unique() > 1:
        return "both stay"
    return "contradict" if keys["values"].n_unique() > 1 else "agree"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param("It is 5 hours.", "It is 7 hours.", "contradict", id="number"),
        pytest.param("5-10 mg", "5-20 mg", "contradict", id="range"),
        pytest.param("5mg/kg", "7mg/kg", "contradict", id="glued unit"),
        pytest.param("(n=5), -3 1 2", "(n=5), -3 1 4", "both stay", id="several numbers"),
        pytest.param("27.7 mL/min after 500 mg", "52.2 mL/min after 5 mg", "both stay", id="under another condition"),
        pytest.param("Yes", "no.", "contradict", id="yes and no"),
        pytest.param("True", "No", "contradict", id="true and no"),
        pytest.param("3.5", "3.50", "agree", id="trailing zero"),
        pytest.param("5.0 h", "5 h.", "agree", id="only zeros"),
        pytest.param("Take 1,000,000 IU.", "Take 1000000 IU.", "agree", id="thousands"),
        pytest.param("−5 mV", "-5 mV", "agree", id="minus"),
        pytest.param("Yes", "True", "agree", id="yes and true"),
        pytest.param("100 mg", "10 mg", "contradict", id="zeros of a whole number"),
        pytest.param("CYP2C9", "CYP2C19", "both stay", id="enzymes"),
        pytest.param("1-chloropropane", "2-chloropropane", "both stay", id="locants"),
        pytest.param("Factor 8", "Factor 9", "both stay", id="numbered names"),
        pytest.param("IL-2", "IL-6", "both stay", id="cytokines"),
        pytest.param("Yes", "a", "both stay", id="answer and option"),
    ],
)
def test_what_free_answers_contradict_each_other(left: str, right: str, expected: str) -> None:
    assert judge_responses(left, right) == expected
