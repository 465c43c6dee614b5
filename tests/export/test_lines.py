import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row, tabulate, two_turns

from apothecary.errors import RecipeError
from apothecary.export.lines import TELL, choose_rows, refuse_columns, tell_text, tell_tools
from apothecary.export.talk import Talk

ROWS = pl.DataFrame(
    tabulate(
        frame_rows([make_row(0, 1), two_turns(make_row(1, 2), "Is it?", "Yes."), make_row(2, 3, system="Be exact.")])
    )
)
TOLD = [[turn["content"] for turn in turns] for turns in ROWS["messages"].to_list()]
TALK = Talk.from_rows(ROWS)
TOOL_ROW = [
    {"role": "tools", "content": "[]"},
    {"role": "call", "content": '[{"id": "1", "name": "n", "arguments": {}}]'},
    {"role": "tool", "content": '{"id": "1", "name": "n", "result": 4}'},
    {"role": "user", "content": "How?"},
    {"role": "assistant", "content": "So."},
]


def tell(form: str) -> list[dict[str, object]]:
    return TELL[form](ROWS, TALK).to_dicts()


def test_chat_is_the_messages() -> None:
    assert [line["messages"] for line in tell("chat")] == ROWS["messages"].to_list()


def test_sharegpt_names_its_own_roles() -> None:
    lines = tell("sharegpt")
    assert lines[0]["conversations"] == [{"from": "human", "value": TOLD[0][0]}, {"from": "gpt", "value": TOLD[0][1]}]
    assert lines[2]["conversations"][0] == {"from": "system", "value": "Be exact."}  # type: ignore[index]


def test_alpaca_puts_earlier_turns_into_history() -> None:
    lines = tell("alpaca")
    assert lines[0] == {"instruction": TOLD[0][0], "input": "", "output": TOLD[0][1], "system": "", "history": []}
    assert lines[1] == {
        "instruction": TOLD[1][2],
        "input": "",
        "output": TOLD[1][3],
        "system": "",
        "history": [["Is it?", "Yes."]],
    }
    assert lines[2]["system"] == "Be exact."
    assert lines[2]["instruction"] == TOLD[2][1]


def test_completion_is_two_texts() -> None:
    lines = tell("completion")
    assert lines[0] == {"prompt": TOLD[0][0], "completion": TOLD[0][1]}
    assert lines[1]["prompt"] == f"User: Is it?\n\nAssistant: Yes.\n\nUser: {TOLD[1][2]}"
    assert lines[2]["prompt"] == f"System: Be exact.\n\nUser: {TOLD[2][1]}"


def test_text_is_told_plainly_or_through_a_template() -> None:
    assert tell("text")[0] == {"text": f"User: {TOLD[0][0]}\n\nAssistant: {TOLD[0][1]}"}
    template = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
    texts = tell_text(ROWS, TALK, template)["text"]
    assert texts[2] == f"[system] Be exact.\n[user] {TOLD[2][1]}\n[assistant] {TOLD[2][2]}\n"


def test_reward_asks_and_says_how_it_is_checked() -> None:
    line = tell("reward")[1]
    assert [turn["role"] for turn in line["prompt"]] == ["user", "assistant", "user"]  # type: ignore[attr-defined]
    assert line["answer"] == ROWS["answer"][1]
    assert line["checker"] == line["answer_type"] == ROWS["answer_type"][1]


@pytest.mark.parametrize("form", sorted(TELL))
def test_no_rows_give_no_lines(form: str) -> None:
    empty = ROWS.clear()
    if form != "text":
        assert TELL[form](empty, Talk.from_rows(empty)).height == 0


def test_a_format_without_place_for_tools_says_so() -> None:
    rows = ROWS.with_columns(pl.Series("messages", [TOOL_ROW, *ROWS["messages"].to_list()[1:]]))
    assert choose_rows(rows, "alpaca")[0].height == 2
    assert choose_rows(rows, "alpaca")[1] == {"tool dialogue": 1}
    assert choose_rows(rows, "chat")[1] == choose_rows(rows, "sharegpt")[1] == {}
    told = tell_tools(rows.head(1), "sharegpt")[0]
    assert [turn["from"] for turn in told["conversations"]] == ["human", "function_call", "observation", "gpt"]


def test_reward_leaves_out_what_no_checker_decides() -> None:
    rows = ROWS.with_columns(answer_type=pl.Series(["refusal", "number", "number"]))
    kept, left_out = choose_rows(rows, "reward")
    assert kept.height == 2
    assert left_out == {"no checker decides the answer": 1}


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(RecipeError, match="no column dose"):
        refuse_columns(("id", "dose"), ["id", "intent"])


def test_a_tool_dialogue_is_told_as_the_api_has_it() -> None:
    told = tell_tools(pl.DataFrame({"messages": [TOOL_ROW]}), "chat")[0]
    assert [turn["role"] for turn in told["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert told["messages"][1]["tool_calls"][0]["function"] == {"name": "n", "arguments": "{}"}
    assert told["tools"] == []
