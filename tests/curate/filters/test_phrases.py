import polars as pl
import pytest
from tests.curate.filters import oracle

from apothecary.curate.filters.phrases import PHRASE_MEASURES, build_pattern, measure_phrases


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        pytest.param("assistant_phrases", "As an AI language model, I cannot", id="assistant"),
        pytest.param("assistant_phrases", "I’m an AI", id="curly apostrophe"),
        pytest.param("source_phrases", "According  to our\ndatabase, 42", id="source, broken line"),
        pytest.param("filler_phrases", "Great question! Aspirin", id="filler"),
        pytest.param("cut_phrases", "and so on [truncated]", id="cut"),
    ],
)
def test_a_phrase_is_found(measure: str, text: str) -> None:
    measured = measure_phrases(pl.Series([text, ""]))
    assert measured.columns == list(PHRASE_MEASURES)
    assert measured[measure].to_list() == [1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "What has an airway to do with it?",
        "Treatment is to be continued.",
        "The database of drugs",
        "a great questionnaire",
    ],
    ids=str,
)
def test_plain_text_has_none(text: str) -> None:
    assert measure_phrases(pl.Series([text])).row(0) == (0, 0, 0, 0)


def test_the_packs_own_rows_have_none() -> None:
    measured = measure_phrases(pl.Series(oracle.read_golden()))
    assert measured.sum().row(0) == (0, 0, 0, 0)


def test_a_phrase_is_no_pattern() -> None:
    assert pl.Series(["a.b", "axb", "[x]"]).str.contains(build_pattern(["a.b", "[x]"])).to_list() == [True, False, True]
