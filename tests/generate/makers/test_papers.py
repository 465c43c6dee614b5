"""Full papers."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.model import Section
from apothecary.generate.makers.papers import make_papers, read_table

KEY = "papers:10.9999/invented.1"


@pytest.mark.parametrize(
    ("maker", "answer"),
    [
        ("definition", "Agreement was defined as a difference of at most one shade."),
        ("paper_software", "Analyses were run with R version 3.1."),
        ("paper_limitation", "One limitation of the chart is that vitamins can also colour urine."),
        ("paper_figure", "The colour chart with its six shades."),
    ],
)
def test_parts_answer(maker: str, answer: str) -> None:
    assert [draft.answer for draft in draft_by(make_papers, KEY, maker)] == [answer]


def test_tables_are_read_by_row_and_column() -> None:
    (cell,) = draft_by(make_papers, KEY, "table_value")
    assert cell.quotes[0].text.startswith(cell.slots["row"])
    assert cell.answer in cell.quotes[0].text
    (best,) = draft_by(make_papers, KEY, "table_highest")
    assert (best.answer, best.slots["second"]) in {("River", "Hill"), ("River", "Market")}


@pytest.mark.parametrize(
    "text",
    [
        "Table 9.\nA | B\nx | 1\ny | 2 | 3\nz | 4",
        "Table 9.\nA | B\nx | 1\nx | 2\nz | 4",
        "Table 9.\nA | B\nx | no\ny | no\nz | no",
    ],
)
def test_tables_with_joined_or_doubled_cells_are_left_out(text: str) -> None:
    section = Section("papers:1#0", "table/Table 9", "table/Table 9", text)
    assert list(read_table(find_record(KEY), section, "Table 9")) == []
