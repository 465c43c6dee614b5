import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.curate.filters import oracle

from apothecary.curate.filters.measures import GROUPS, list_measures, measure_texts, plan_batches
from apothecary.errors import RecipeError

EVERYTHING = [name for names in GROUPS.values() for name in names]


def test_every_measure_is_listed_once_and_explained() -> None:
    listed = list_measures()
    assert set(EVERYTHING) <= set(listed["measure"])
    assert listed["measure"].is_unique().all()
    assert listed["says"].str.len_chars().min() > 5


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), oracle.texts), max_size=5))
def test_every_text_has_one_row_without_nulls(texts: list[str | None]) -> None:
    measured = measure_texts(pl.Series(texts, dtype=pl.String))
    assert measured.height == len(texts)
    assert measured.columns == EVERYTHING
    assert measured.null_count().sum_horizontal().sum() == 0
    assert not measured.select(pl.selectors.float().is_nan().any()).row(0).count(True)


@settings(deadline=None, max_examples=60)
@given(st.lists(oracle.texts, min_size=2, max_size=6))
def test_a_text_is_measured_alone(texts: list[str]) -> None:
    together = measure_texts(pl.Series(texts))
    assert together.reverse().equals(measure_texts(pl.Series(texts[::-1])))
    assert together[:1].equals(measure_texts(pl.Series(texts[:1])))


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(oracle.read_golden()[:200])
    whole = measure_texts(texts)
    monkeypatch.setattr("apothecary.curate.filters.measures.MAX_BATCH_BYTES", 1)
    assert list(plan_batches(texts, 1)) == [(place, place + 1) for place in range(200)]
    assert measure_texts(texts[:20]).equals(whole[:20])
    assert list(plan_batches(pl.Series(["abc", "de", "f", "", "ghijk", "l"]), 3)) == [(0, 1), (1, 4), (4, 5), (5, 6)]


def test_only_what_is_asked_for() -> None:
    measured = measure_texts(pl.Series(["a b"]), measures=["words", "chars"])
    assert measured.columns == ["chars", "words"]


def test_words_that_are_split_already() -> None:
    words = pl.Series([["one", "two"], ["three"]])
    measured = measure_texts(pl.Series(["one two", "three"]), measures=["tokens"], words=words)
    assert measured["tokens"].to_list() == [2, 1]
    with pytest.raises(ValueError, match="2 texts and the words of 1"):
        measure_texts(pl.Series(["a", "b"]), measures=["tokens"], words=words[:1])


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="did you mean `digit_share`"):
        measure_texts(pl.Series(["a"]), measures=["digits_share"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 10_000_000, id="one word, ten million times"),
        pytest.param("x" * 50_000_000, id="one word"),
    ],
)
def test_a_huge_text(text: str) -> None:
    measured = measure_texts(pl.Series([text, "a"]), measures=["chars", "words", "lines", "dup_10gram_char_share"])
    assert measured["chars"].to_list() == [50_000_000, 1]
    assert measured["words"].to_list() == [text.count("word") or 1, 1]
