"""Which columns are prompt and response, and any dataset's rows in the columns that the stages read."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row

from apothecary.curate.rows import ROW_ID, STAGE_COLUMNS, Shape, find_shape, name_rows, read_shape, split_turns
from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE

Record = dict[str, Any]
USER, BOT = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}
HUMAN, GPT = {"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}


def read(records: list[Record], prompt: str | None = None, response: str | None = None) -> pl.DataFrame:
    rows = pl.DataFrame(records)
    named = name_rows(rows, pl.Series([f"x:{number}" for number in range(rows.height)], dtype=pl.String))
    return read_shape(named, find_shape(named.schema, prompt, response, "x.jsonl"))


@pytest.mark.parametrize(
    ("record", "prompt", "response"),
    [
        pytest.param({"messages": [USER, BOT]}, "Q", "A", id="chat"),
        pytest.param({"conversations": [HUMAN, GPT]}, "Q", "A", id="ShareGPT"),
        pytest.param({"conversation": [USER, BOT], "text": "no"}, "Q", "A", id="chat beside a text"),
        pytest.param({"instruction": "Q", "input": "C", "output": "A"}, "Q\n\nC", "A", id="Alpaca with input"),
        pytest.param({"instruction": "Q", "input": "", "output": "A"}, "Q", "A", id="Alpaca with empty input"),
        pytest.param({"instruction": "Q", "output": "A"}, "Q", "A", id="Alpaca without input"),
        pytest.param({"instruction": "Q", "response": "A"}, "Q", "A", id="Dolly"),
        pytest.param({"prompt": "Q", "response": "A"}, "Q", "A", id="prompt and response"),
        pytest.param({"question": "Q", "answer": "A"}, "Q", "A", id="question and answer"),
        pytest.param({"query": "Q", "completion": "A"}, "Q", "A", id="query and completion"),
        pytest.param({"Question": "Q", "Answer": "A"}, "Q", "A", id="capitals"),
        pytest.param({"input": "Q", "output": "A"}, "Q", "A", id="input and output"),
        pytest.param({"question": "Q", "contexts": ["B"], "long_answer": "A"}, "Q", "A", id="PubMedQA"),
        pytest.param({"text": "A"}, "", "A", id="texts"),
        pytest.param({"prompt": "A"}, "", "A", id="prompts only"),
        pytest.param({"question": 7, "answer": 1.5}, "7", "1.5", id="numbers"),
        pytest.param({"question": b"Q", "answer": b"\xc2\xb5"}, "Q", "µ", id="bytes"),
        pytest.param({"question": ["a", "b"], "answer": "A"}, "a\nb", "A", id="a list of texts"),
    ],
)
def test_known_shapes_are_told_from_the_columns(record: Record, prompt: str, response: str) -> None:
    rows = read([record])
    assert rows.columns == list(STAGE_COLUMNS)
    assert rows.select("id", "prompt", "response").row(0) == ("x:0", prompt, response)
    assert rows["template"][0] is None


@pytest.mark.parametrize(
    ("asked", "given", "prompt", "response"),
    [
        pytest.param("b", "c", "B", "C", id="both"),
        pytest.param(None, "c", "P", "C", id="the response alone"),
        pytest.param("b", None, "B", "R", id="the prompt alone"),
    ],
)
def test_named_columns_come_before_guesses(asked: str | None, given: str | None, prompt: str, response: str) -> None:
    rows = read([{"prompt": "P", "response": "R", "b": "B", "c": "C"}], asked, given)
    assert rows.select("prompt", "response").row(0) == (prompt, response)


@pytest.mark.parametrize(
    ("record", "prompt", "response", "told"),
    [
        pytest.param({"prompt": "P", "answer": "R"}, None, "anwser", "did you mean `answer`", id="a slip"),
        pytest.param({"prompt": "P", "answer": "R"}, "promt", None, "did you mean `prompt`", id="a slip of the prompt"),
        pytest.param({"a": "P", "b": "R"}, None, None, "columns: a, b", id="nothing known"),
        pytest.param({"prompt": "P", "b": "R"}, "prompt", None, "--response-column", id="no response"),
        pytest.param({"prompt": "P", "answer": {"x": 1}}, None, None, "holds no text", id="nested"),
        pytest.param({"messages": "[]", "n": 1}, None, None, "no lists of role and content", id="a chat as text"),
    ],
)
def test_wrong_columns_are_one_clear_error(record: Record, prompt: str | None, response: str | None, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read([record], prompt, response)
    assert told in caught.value.render()


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        pytest.param([USER, BOT], ("Q", "A", None, None), id="one question"),
        pytest.param([{"role": "system", "content": "S"}, USER, BOT], ("Q", "A", "S", None), id="system"),
        pytest.param([USER, BOT, {"role": "user", "content": "more?"}], ("Q", "A", None, None), id="open question"),
        pytest.param([{"role": "user", "content": "1"}, BOT, USER, BOT], ("Q", "A", None, 2), id="two questions"),
        pytest.param([BOT], (None, "A", None, None), id="an answer alone"),
        pytest.param([USER], (None, None, None, None), id="a question alone"),
        pytest.param([], (None, None, None, None), id="no turn"),
        pytest.param(None, (None, None, None, None), id="no list"),
        pytest.param([None, USER, BOT], ("Q", "A", None, None), id="an empty turn"),
        pytest.param([USER, {"role": "assistant", "content": None}], (None, None, None, None), id="no content"),
        pytest.param([HUMAN | {"from": "Prompter"}, GPT | {"from": "Bot"}], ("Q", "A", None, None), id="other roles"),
    ],
)
def test_turns_are_parted(turns: Any, expected: tuple[Any, ...]) -> None:
    prompt, response, system, history = split_turns(turns)
    assert (prompt, response, system, len(history) if history else None) == expected


def test_a_chat_keeps_its_earlier_turns() -> None:
    rows = read([{"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}, USER, BOT]}])
    assert rows["history"][0].to_list() == [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}]


def test_rows_made_here_bring_their_provenance() -> None:
    made = frame_rows([make_row(1, 1)])
    rows = read_shape(name_rows(made, pl.Series(["x:0"])), Shape("columns", "prompt", "response"))
    for name in ("intent", "template", "wording", "facts", "answer"):
        assert rows[name].to_list() == made[name].to_list()
        assert rows.schema[name] == EXAMPLE[name]


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param({"template": "alpaca"}, id="only a column of that name"),
        pytest.param({"template": "alpaca", "intent": "chat", "wording": "w", "answer": "A"}, id="no facts"),
    ],
)
def test_a_column_named_template_makes_no_row_ours(missing: Record) -> None:
    rows = read([{"prompt": "P", "response": "R", **missing}])
    assert rows["template"].to_list() == [None]


def test_a_row_of_ours_without_its_facts_is_free_text() -> None:
    made = frame_rows([make_row(1, 1), make_row(2, 2, facts=None), make_row(3, 3, wording=None)])
    named = name_rows(made, pl.Series(["x:0", "x:1", "x:2"]))
    rows = read_shape(named, Shape("columns", "prompt", "response"))
    assert rows["template"].to_list() == ["plain", None, None]


def test_an_own_column_row_id_is_carried_under_another_name() -> None:
    rows = pl.DataFrame({"row_id": ["mine"], "input_row_id": ["too"], "text": ["A"]})
    named = name_rows(rows, pl.Series(["x:0"]))
    assert named.select("input_input_row_id", "input_row_id", ROW_ID).row(0) == ("mine", "too", "x:0")
