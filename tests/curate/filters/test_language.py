import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.language import LANGUAGE_MEASURES, identify_languages, reduce_plain

CASES = [
    pytest.param("Which melts at the higher temperature, caffeine or paracetamol?", "en", id="English"),
    pytest.param("Wie hoch ist der Schmelzpunkt von Koffein in der Literatur?", "de", id="German"),
    pytest.param("¿Cuál es el punto de fusión de la cafeína pura?", "es", id="Spanish"),
    pytest.param("咖啡因的熔点是多少？它是一种生物碱。", "zh", id="Chinese"),
    pytest.param("logP -0.07", "und", id="property"),
    pytest.param("C4H11N5", "und", id="formula"),
    pytest.param("CC(=O)Nc1ccc(O)cc1", "und", id="SMILES"),
    pytest.param("InChI=1S/C8H9NO2/c1-6(10)9-7-2-4-8(11)5-3-7/h2-5,11H,1H3,(H,9,10)", "und", id="InChI"),
    pytest.param("2-[4-(2-methylpropyl)phenyl]propanoic acid", "und", id="IUPAC"),
    pytest.param("caffeine", "und", id="name"),
    pytest.param("2", "und", id="number"),
    pytest.param("", "und", id="empty"),
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_language(text: str, language: str) -> None:
    measured = identify_languages(pl.Series([text]))
    assert measured.columns == list(LANGUAGE_MEASURES)
    assert measured["language"].to_list() == [language]
    assert (measured["language_probability"][0] > 0.5) == (language != "und")


@settings(deadline=None, max_examples=60)
@given(oracle.texts)
def test_any_text_has_a_language(text: str) -> None:
    row = identify_languages(pl.Series([text, None, text])).rows()
    assert row[0] == row[2]
    assert row[1] == (0, "und", 0.0)
    assert 0 <= row[0][2] <= 1


def test_notation_is_not_shown() -> None:
    text = "The mass (g/mol) of C9H8O4, see https://a.org/x, is 180.16 for (2S)-aspirin (pure)"
    assert reduce_plain(pl.Series([text])).to_list() == ["The mass of see is for (pure)"]


def test_the_packs_own_rows_are_english_or_undecided() -> None:
    measured = identify_languages(pl.Series(oracle.read_golden()))
    assert (measured["language"].is_in(["en", "und"])).mean() > 0.97
