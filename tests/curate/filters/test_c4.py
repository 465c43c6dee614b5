import polars as pl
import pytest

from apothecary.curate.filters.c4 import C4_MEASURES, count_sentences, measure_c4


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        pytest.param("", 0, id="empty"),
        pytest.param("One", 1, id="no mark"),
        pytest.param("One.", 1, id="one"),
        pytest.param("One. Two! Three?", 3, id="three"),
        pytest.param("It weighs 2.34 g. Then", 2, id="decimal point, open end"),
        pytest.param('He said "no." Then "yes."', 2, id="quotes"),
        pytest.param("What?! No...", 2, id="several marks"),
    ],
)
def test_sentences(line: str, sentences: int) -> None:
    assert count_sentences(pl.Series([line])).tolist() == [sentences]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        pytest.param("A line of words.", True, id="good"),
        pytest.param("A line of words", False, id="no mark"),
        pytest.param("A line of words...", False, id="ellipsis"),
        pytest.param("Two words.", False, id="two words"),
        pytest.param("As was shown before.[12]", True, id="citation taken out"),
        pytest.param("Please enable Javascript to read.", False, id="javascript"),
        pytest.param("Read our terms of use.", False, id="policy"),
        pytest.param("A line with " + "x" * 1001 + ".", False, id="long word"),
    ],
)
def test_lines_that_c4_keeps(line: str, kept: bool) -> None:
    measured = measure_c4(pl.Series([f"{line}\nOne more good line."]))
    assert measured.columns == list(C4_MEASURES)
    assert measured["c4_sentences"].to_list() == [1 + kept]
    assert measured["c4_line_share"].to_list() == [(1 + kept) / 2]


def test_marks_count_in_lines_that_c4_sees() -> None:
    texts = pl.Series(["a { b.\n{ x", "Lorem ipsum dolor.\nlorem ipsum", "x\r\ny"])
    measured = measure_c4(texts)
    assert measured.select("c4_curly_lines", "c4_lorem_lines").rows() == [(1, 0), (0, 1), (0, 0)]
