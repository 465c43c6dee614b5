"""Free text to attributes: one line a row, no threshold."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from apothecary.curate.filters.measures import GROUPS
from apothecary.curate.measure import describe_sides, join_texts, list_measures, measure_rows
from apothecary.curate.rows import complete_rows
from apothecary.curate.tools import Tools

CONTEXT: dict[str, Any] = {
    "closed": [],
    "measures": [],
    "presidio": False,
    "tokenizer": "",
    "pack": "",
    "claims": {},
    "name_tables": [],
}


def frame(*pairs: tuple[str | None, str | None], history: Any = None) -> pl.DataFrame:
    rows = [{"id": f"x:{n}", "prompt": asked, "response": given} for n, (asked, given) in enumerate(pairs)]
    turns = pl.Series("history", [history] * len(rows), pl.List(pl.Struct({"role": pl.String, "content": pl.String})))
    return complete_rows(pl.DataFrame(rows).with_columns(turns)).with_row_index("row", offset=4)


def test_every_row_has_its_line_and_place() -> None:
    rows = frame(("Q one?", "A short answer."), (None, None), ("", "Write to ann@example.org, please."))
    measured = measure_rows(rows, 2, Tools(CONTEXT | {"measures": ["words", "chars"]}))
    assert measured.select("file", "row").rows() == [(2, 4), (2, 5), (2, 6)]
    assert measured.schema["file"] == measured.schema["row"] == pl.UInt32
    assert measured["words"].to_list() == [5, 0, 4]
    assert measured["pii_spans"].to_list() == [0, 0, 1]
    assert "ann@" not in str(measured["pii_detail"].to_list())


def test_what_cannot_be_measured_has_no_column() -> None:
    measured = measure_rows(frame(("Q", "A")), 0, Tools(CONTEXT))
    always = {"file", "row", "content", "form", "prompt_chars", "response_chars", "pii_spans", "pii_detail"}
    assert set(measured.columns) == always


def test_sides_are_counted_without_their_ends() -> None:
    sides = describe_sides(frame((" µg? ", "\n"), (None, "two")))
    assert sides.rows() == [(3, 0), (0, 3)]


@pytest.mark.parametrize(
    ("asked", "given", "text"),
    [
        pytest.param("Q", "A", "Q\nA", id="both"),
        pytest.param(None, "A", "A", id="a text alone"),
        pytest.param("Q", None, "Q\n", id="no answer"),
        pytest.param(None, None, "", id="nothing"),
    ],
)
def test_prompt_and_response_are_measured_together(asked: str | None, given: str | None, text: str) -> None:
    assert join_texts(frame((asked, given))).to_list() == [text]


def test_earlier_turns_are_measured_too() -> None:
    (text,) = join_texts(frame(("Q", "A"), history=[{"role": "user", "content": "before"}]))
    assert text.startswith("before") and text.endswith("Q\nA")


def test_groups_are_made_whole() -> None:
    group = next(names for names in GROUPS.values() if len(names) > 2)
    assert list_measures([list(group)[1]]) == list(group)
    assert list_measures(["response_chars"]) == list_measures([]) == []
