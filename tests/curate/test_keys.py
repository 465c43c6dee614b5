import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row, two_turns

from apothecary.curate.keys import build_keys, hash_texts, join_turns, normalise_space


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
