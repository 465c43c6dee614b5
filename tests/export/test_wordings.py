import pytest
from tests.curate.examples import frame_rows, make_row, two_turns

from apothecary.export.wordings import Form, Wordings, describe_forms, list_forms


def make_wordings(held_out: dict[str, list[int]]) -> Wordings:
    pack = {
        "intents": [
            {
                "intent": "weight",
                "templates": [
                    {"id": "plain", "ask": ["[What is|Give] {mw}?", "State {mw}.", "{mw}?"]},
                    {"id": "terse", "ask": ["Tell {mw}.", "Give {mw}?"]},
                ],
            }
        ]
    }
    return Wordings(pack, held_out)


def test_a_pattern_that_test_rows_use_is_held_out_whole() -> None:
    wordings = make_wordings({})
    wordings.hold_out(frame_rows([make_row(0, 1, wording="0.7")]))
    assert wordings.secret == {("weight", "What is {mw}?"), ("weight", "Give {mw}?")}


@pytest.mark.parametrize(
    ("template", "wording", "is_secret"),
    [
        pytest.param("plain", "1.0", True, id="the pattern itself"),
        pytest.param("plain", "2.0", False, id="another pattern"),
        pytest.param("plain", "1.9.2.0", False, id="an earlier turn does not count"),
        pytest.param("plain", "2.9.1.0", True, id="the last question counts"),
        pytest.param("terse", "1.0", True, id="the same text in another template"),
        pytest.param("terse", "0.0", False, id="other text in another template"),
    ],
)
def test_secret_wordings_are_found_by_their_text(template: str, wording: str, is_secret: bool) -> None:
    row = make_row(4, 1, template=template, wording=wording)
    if wording.count(".") > 1:
        row = two_turns(row, "Is it?", "Yes.")
    wordings = make_wordings({"weight/plain": [0]})
    assert wordings.find_secret(list_forms(frame_rows([row]))) == ([row["id"]] if is_secret else [])


def test_forms_are_listed_once_whatever_the_reply() -> None:
    forms = list_forms(frame_rows([make_row(j, 1, wording=f"{j % 2}.{j}") for j in range(6)]))
    assert [form[:4] for form in forms] == [("weight", "plain", 0, 3), ("weight", "plain", 1, 3)]


def test_questions_are_as_varied_as_that_many_forms_of_equal_share() -> None:
    even = [Form("weight", "plain", ask, 5, "x") for ask in range(4)]
    assert describe_forms(even) | {"top": ""} == {"forms": 4, "effective": 4.0, "top": "", "top_share": 0.25}
    uneven = [*even, Form("weight", "plain", 0, 980, "y")]
    assert describe_forms(uneven)["effective"] < 1.2
    assert describe_forms(uneven)["top"] == "weight/plain/0"
    assert describe_forms([])["forms"] == 0
