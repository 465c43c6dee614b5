import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.lines import LINE_MEASURES, measure_lines

QUALITY = ("bullet_line_share", "ellipsis_line_share")
NEMO = ("open_line_share", "distinct_line_share", "distinct_line_char_share")
FINEWEB = ("terminal_line_share", "short_line_share", "dup_filled_line_char_share")


@settings(deadline=None, max_examples=60)
@given(oracle.messy, oracle.messy)
def test_measures_are_the_published_ones(one: str, two: str) -> None:
    measured = measure_lines(pl.Series([one, "", two]))
    assert measured.columns == list(LINE_MEASURES)
    for text, row in zip([one, "", two], measured.iter_rows(named=True), strict=True):
        expected = {name: value for name, value in oracle.count_quality(text, []).items() if name in QUALITY}
        expected |= {
            name: value for name, value in oracle.count_repetition(text, []).items() if name.startswith("dup_")
        }
        expected |= {name: value for name, value in oracle.count_fineweb(text, []).items() if name in FINEWEB}
        expected |= {name: value for name, value in oracle.count_nemo(text).items() if name in NEMO}
        expected = {name: value for name, value in expected.items() if "gram" not in name}
        assert {name: row[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        pytest.param("One.\n\nRead our Privacy Policy.", 0.5, id="one of two"),
        pytest.param("This site uses cookies.\n\nIt uses\n\ncookies", 1 / 3, id="one of three"),
        pytest.param("Cookies are sweet.", 0.0, id="none"),
    ],
)
def test_boilerplate(text: str, share: float) -> None:
    assert measure_lines(pl.Series(["", text]))["boilerplate_share"].to_list() == pytest.approx([0.0, share])
