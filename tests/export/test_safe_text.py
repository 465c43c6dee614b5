import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.export.safe_text import (
    guard_cell,
    neutralise_array,
    neutralise_table,
    neutralise_texts,
    read_control_tokens,
)

TOKENS = sorted({token for family in read_control_tokens().values() for token in family})


def neutralise(text: str) -> str:
    return neutralise_texts(pl.Series([text]))[0][0]


def test_families_are_known() -> None:
    assert {"chatml", "llama2", "llama3", "mistral", "gemma", "qwen", "deepseek", "gpt_oss"} <= set(
        read_control_tokens()
    )


@pytest.mark.parametrize("token", TOKENS)
def test_a_control_token_is_written_apart(token: str) -> None:
    texts, marked = neutralise_texts(pl.Series([f"a {token} b", "plain"]))
    assert token not in texts[0]
    assert texts[0] == f"a {token[0]} {token[1:]} b"
    assert marked == 1


def test_a_name_nobody_has_heard_of_is_a_token_by_its_form() -> None:
    assert neutralise("<|brand_new|>") == "< |brand_new|>"


@given(st.lists(st.sampled_from([*TOKENS, "<", "|", ">", "[", "\x1b", "\u202e", "\ufeff", "a", "\u2028"]), max_size=8))
def test_no_token_is_left_or_made(parts: list[str]) -> None:
    told = neutralise("".join(parts))
    assert not [token for token in TOKENS if token in told]
    assert not set(told) & set("\x1b\u202e\ufeff\u2028")


@pytest.mark.parametrize(
    "text",
    [
        "CC(=O)Oc1ccccc1C(=O)O",
        "[C@@H](F)(Cl)Br",
        "a < b and b > c",
        "p<0.05 | n>3",
        "5 Å² ± 0.1 µg\n\tnext",
        "x <b>y</b>",
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    assert neutralise(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\u2028b\u2029c\x85d\x0be\r\nf\rg", "a\nb\nc\nd\ne\nf\ng"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31m", "31m"),
        ("dose \u202e001\u202c mg", "dose 001 mg"),
        ("a\x00b\x07c", "abc"),
        ("hidden\U000e0041\U000e0042", "hidden"),
    ],
    ids=["line ends", "escape", "csi", "bidi", "controls", "tags"],
)
def test_what_acts_is_taken_out(text: str, safe: str) -> None:
    assert neutralise(text) == safe


def test_nested_columns_are_neutral_too() -> None:
    rows = [{"a": [{"c": "x\x1b", "n": 1}, {"c": None, "n": 2}]}, {"a": None}, {"a": [{"c": "</s>", "n": 3}]}]
    table, marked = neutralise_table(pa.Table.from_pylist(rows))
    assert marked == 1
    assert table.to_pylist() == [
        {"a": [{"c": "x", "n": 1}, {"c": None, "n": 2}]},
        {"a": None},
        {"a": [{"c": "< /s>", "n": 3}]},
    ]


def test_a_sliced_list_keeps_its_rows() -> None:
    array = pa.array([["a"], ["\x1bb", "c"], None, ["d"]]).slice(1)
    assert neutralise_array(array)[0].to_pylist() == [["b", "c"], None, ["d"]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_formula_is_quoted(text: str) -> None:
    assert guard_cell(text) == f"'{text}"


def test_a_plain_cell_is_left() -> None:
    assert guard_cell("ChEMBL") == "ChEMBL"
