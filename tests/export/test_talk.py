import polars as pl
from tests.curate.examples import frame_rows, make_row, tabulate, two_turns

from apothecary.export.talk import Talk, find_tools, split_turns, tell_reasoning

ROWS = pl.DataFrame(
    tabulate(
        frame_rows([make_row(0, 1), two_turns(make_row(1, 2), "Is it?", "Yes."), make_row(2, 3, system="Be exact.")])
    )
)
CALL = {"role": "call", "content": '[{"id": "c1", "name": "mass", "arguments": {"drug": "µ"}}]'}
RESULT = {"role": "tool", "content": '{"id": "c1", "name": "mass", "result": {"mw": 1.5}}'}
TOOLS = {"role": "tools", "content": '[{"type": "function"}]'}
ASKED, SAID = {"role": "user", "content": "How heavy?"}, {"role": "assistant", "content": "1.5"}


def test_turns_are_told_back_as_they_were() -> None:
    talk = Talk.from_rows(ROWS)
    assert talk.counts.tolist() == [2, 4, 3]
    assert talk.list_turns().to_list() == ROWS["messages"].to_list()
    assert [len(turns) for turns in talk.list_turns(last=False)] == [1, 3, 2]
    assert talk.list_turns("from", "value")[2][0] == {"from": "system", "value": "Be exact."}


def test_other_responses_change_the_last_turn_alone() -> None:
    changed = Talk.from_rows(ROWS).set_responses(pl.Series(["a", "b", "c"]))
    assert changed.responses.to_list() == ["a", "b", "c"]
    assert changed.list_turns()[1][:3].to_list() == ROWS["messages"][1][:3].to_list()


def test_reasoning_is_told_as_asked() -> None:
    responses = pl.Series(["2", "two, for 1 + 1 = 2", "none"])
    steps = pl.Series([["1 + 1 = 2"], ["first", "1 + 1 = 2"], None], dtype=pl.List(pl.String))
    assert tell_reasoning(responses, steps, "drop").to_list() == responses.to_list()
    assert tell_reasoning(responses, steps, "think").to_list() == [
        "<think>\n1 + 1 = 2\n</think>\n\n2",
        "<think>\nfirst\n1 + 1 = 2\n</think>\n\ntwo, for 1 + 1 = 2",
        "none",
    ]
    assert tell_reasoning(responses, steps, "inline").to_list() == ["1 + 1 = 2\n\n2", "two, for 1 + 1 = 2", "none"]


def test_messages_are_taken_apart_again() -> None:
    row = split_turns([{"role": "system", "content": "S"}, TOOLS, CALL, RESULT, ASKED, SAID])
    assert row == {"system": "S", "history": [TOOLS, CALL, RESULT], "prompt": "How heavy?", "response": "1.5"}
    assert split_turns([ASKED, SAID]) == {"system": None, "history": [], "prompt": "How heavy?", "response": "1.5"}


def test_rows_with_tools_are_found() -> None:
    rows = pl.DataFrame({"messages": [[ASKED, SAID], [TOOLS, CALL, RESULT, ASKED, SAID]]})
    assert find_tools(rows).to_list() == [False, True]
