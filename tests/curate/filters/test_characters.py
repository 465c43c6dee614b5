import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.characters import CHARACTER_MEASURES, measure_characters


@settings(deadline=None, max_examples=60)
@given(oracle.texts, oracle.texts)
def test_shares_are_those_of_nemo(one: str, two: str) -> None:
    measured = measure_characters(pl.Series([one, "", two]))
    assert measured.columns == list(CHARACTER_MEASURES)
    for text, row in zip([one, "", two], measured.iter_rows(named=True), strict=True):
        expected = oracle.count_nemo(text)
        told = {name: expected[name] for name in ("non_alnum_share", "digit_share", "bracket_share", "space_share")}
        assert {name: row[name] for name in told} == pytest.approx(told)
        assert row["letter_share"] == pytest.approx(oracle.share(sum(c.isalpha() for c in text), len(text)))


@pytest.mark.parametrize(
    ("measure", "text", "count"),
    [
        pytest.param("slot_leaks", "The mass of {name} is {mw:dp2} g/mol", 2, id="slots"),
        pytest.param("slot_leaks", "Take {{ drug }} or [insert drug]", 2, id="place-holders"),
        pytest.param(
            "slot_leaks", 'Give {"formula": "C9H8O4"} or {1, 2, 3} or [Na+] or [2H]C', 0, id="JSON, sets, SMILES"
        ),
        pytest.param("missing_values", "It weighs NaN g/mol, <NA> or nan", 3, id="missing values"),
        pytest.param("missing_values", "NaN3 is sodium azide; naN, None of them, nanogram", 0, id="azide"),
        pytest.param("float_tails", "180.15899999999998 and 0.30000000000000004", 2, id="binary fractions"),
        pytest.param("float_tails", "180.16, 0.0000001 M, 1.0000 g, 0.99999 and 6.02214076", 0, id="honest numbers"),
        pytest.param("damaged_chars", "a\ufffdb\x07", 2, id="damage"),
        pytest.param("damaged_chars", "tab\tline\nreturn\r µ − ′ ²", 0, id="no damage"),
        pytest.param("lorem_ipsum", "Lorem  ipsum, lorem ipsum, LOREM IPSUM", 2, id="lorem ipsum"),
        pytest.param("curly_brackets", "{a}{", 2, id="curly brackets"),
    ],
)
def test_counts(measure: str, text: str, count: int) -> None:
    assert measure_characters(pl.Series([text]))[measure].to_list() == [count]


def test_share_of_addresses_ends_at_the_path_as_with_nemo() -> None:
    texts = pl.Series(["http://a.org/x?y", "see http://a.b/c now", "none", ""])
    assert measure_characters(texts)["url_share"].to_list() == pytest.approx([12 / 16, 10 / 20, 0, 0])
