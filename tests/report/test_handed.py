from pathlib import Path

import pytest

from apothecary.errors import RecipeError
from apothecary.export.order import Order
from apothecary.export.select import Choice
from apothecary.report.handed import Request, describe_export, list_names, read_order, tell_command


def test_options_become_an_order(tmp_path: Path) -> None:
    (tmp_path / "t.jinja").write_text("{{ messages[0].content }}")
    request = Request(("text",), tmp_path, reasoning="think", template=tmp_path / "t.jinja", columns=("id",))
    order = read_order(request)
    assert order.formats == ("text",)
    assert order.template == "{{ messages[0].content }}"
    assert order.reasoning == "think"
    assert read_order(Request((), tmp_path)).formats == ("chat",)


@pytest.mark.parametrize(
    ("request_", "hint"),
    [
        (Request(("charts",), Path()), "chat"),
        (Request(("chat",), Path(), compress="rar"), "--help"),
        (Request(("text",), Path(), template=Path("nowhere.jinja")), "Jinja"),
    ],
    ids=["format", "compression", "template"],
)
def test_what_there_is_not_is_explained(request_: Request, hint: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read_order(request_)
    assert hint in caught.value.hint


def test_a_name_may_be_repeated_or_told_with_commas() -> None:
    assert list_names(["chat, text", "hf"]) == ("chat", "text", "hf")
    assert list_names(None) == ()


def test_the_table_says_why_rows_are_missing(tmp_path: Path) -> None:
    told = {"read": 10, "kept": 8, "dropped": {"tool dialogue": 2}, "failed": {}}
    books = {
        "export": {"read": 12, "kept": 10, "dropped": {"recalled fact x": 2}, "failed": {}},
        "formats": {"alpaca": {"train": told}},
        "control_tokens": 1,
    }
    files = [{"path": "alpaca/train-00000.jsonl.zst", "bytes": 2048}]
    text = "\n".join(describe_export({"books": books, "files": files}, tmp_path))
    for part in ("10 of 12 rows", "alpaca", "tool dialogue", "2 rows: recalled fact x", "control token", "2.0 KiB"):
        assert part in text


def test_the_way_back_is_the_command_that_was_given() -> None:
    order = Order(formats=("chat", "text"), reasoning="think", columns=("id",), template="{{ messages }}")
    assert tell_command(order, Choice()) == (
        "apothecary export again --out out --format chat --format text --reasoning think --column id"
        " --template template.jinja"
    )
    recalled = tell_command(Order(formats=("parquet",)), Choice(sources=("chembl",)))
    assert recalled == "apothecary recall again --out out --source chembl --format parquet"
