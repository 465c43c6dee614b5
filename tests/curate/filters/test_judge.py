import polars as pl
import pytest
from tests.curate.filters import oracle

from apothecary.curate.filters.judge import COUNTED, JUDGED, count_failing, judge
from apothecary.curate.filters.measures import measure_texts
from apothecary.curate.filters.profiles import list_needed, load_profile

GOOD = [
    "How many rotatable bonds has CC(=O)Oc1ccccc1C(=O)O?\n2",
    "What does a mole of metformin weigh?\n129.17 g (C4H11N5).",
    "Measured logP and weight?\nlogP −0.07, MW 194.19, TPSA 58.44, mp 238 °C",
    'Give it as JSON: formula of aspirin.\n{"formula": "C9H8O4"}',
    "¿mp?\n169 °C",
    "C1=CC(C#N)=CC=C1C#N -> aromatic SMILES\nN#Cc1ccc(C#N)cc1",  # a triple bond is no hash tag
]
JUNK = {
    "": "no_text",
    "?": "few_words",
    "What is the mass of {name}?\n180.16 g/mol": "unfilled_slot",
    "What is the mass of aspirin?\nThe mass is 180.15899999999998 g/mol.": "float_tail",
    "What is the mass of aspirin?\nIt weighs nan g/mol.": "missing_value",
    "What is aspirin?\nAs an AI language model, I cannot say.": "assistant_phrase",
    "What is aspirin?\nAccording to our database it is a drug.": "source_phrase",
    "What is aspirin?\nGreat question! It is a drug.": "filler_phrase",
    "Was ist Aspirin?\nEin Wirkstoff, der seit über hundert Jahren Schmerzen lindert.": "other_language",
    "What is it?\nThe caf\ufffd of it": "damaged_text",
    "mp?\n= = 12 17 ; ; - - 12.4 ; 16": "few_letters",
    "What is it?\n" + "It is a drug that helps with pain. " * 20: "dup_5grams",
    "What is it?\nLorem ipsum dolor sit amet": "lorem_ipsum",
    "What is it?\n" + "x" * 1001: "huge_word",
}


def judge_texts(texts: list[str], profile: str) -> dict[str, str]:
    judged = judge(measure_texts(pl.Series(texts), measures=list_needed(load_profile(profile))), profile)
    assert judged.schema == JUDGED
    return {texts[row]: reason for row, reason in judged.select("row", "reason").iter_rows()}


@pytest.mark.parametrize("text", GOOD, ids=str)
def test_qa_short_keeps_good_rows(text: str) -> None:
    assert judge_texts([text], "qa_short") == {}


@pytest.mark.parametrize(("text", "reason"), JUNK.items(), ids=JUNK.values())
def test_qa_short_drops_junk(text: str, reason: str) -> None:
    assert judge_texts([text], "qa_short") == {text: reason}


@pytest.mark.parametrize("profile", ["qa_short", "notation"])
def test_all_of_the_packs_own_rows_are_kept(profile: str) -> None:
    assert judge_texts(oracle.read_golden(), profile) == {}


def test_web_bounds_reject_short_rows() -> None:
    rows = oracle.read_golden()[:500]
    assert len(judge_texts(rows, "web")) / len(set(rows)) > 0.98


def test_the_first_rule_that_fails_is_the_reason() -> None:
    metrics = pl.DataFrame({"words": [10, 60, 60], "mean_word_chars": [1.0, 2.5, 5.0]})
    rules = {name: load_profile("web")[name] for name in ("few_words", "short_words")}
    assert judge(metrics, rules).rows() == [
        (0, "few_words", "words 10, at least 50", 10.0),
        (1, "short_words", "mean_word_chars 2.5, at least 3", 2.5),
    ]
    counted = count_failing(metrics, rules)
    assert counted.schema == COUNTED
    assert counted.rows() == [("few_words", 1, 1, 0), ("short_words", 2, 1, 1)]


def test_another_bound_needs_no_other_measure() -> None:
    metrics = measure_texts(pl.Series(GOOD), measures=list_needed(load_profile("qa_short")))
    assert judge(metrics, "qa_short", {"many_words": 9})["reason"].unique().to_list() == ["many_words"]
    assert judge(metrics, "qa_short", {"many_words": "off"}).is_empty()


def test_a_language_counts_where_it_is_sure() -> None:
    metrics = pl.DataFrame({"language": ["de", "de", "en", "und"], "language_probability": [0.95, 0.3, 0.9, 0.0]})
    rules = {"other_language": load_profile("qa_short")["other_language"]}
    assert judge(metrics, rules).rows() == [(0, "other_language", "language de, one of en, und, pcm, sco, la", 0.95)]


def test_no_rules_and_missing_measures() -> None:
    assert judge(pl.DataFrame({"words": [1]}), {}).schema == JUDGED
    assert count_failing(pl.DataFrame({"words": [1]}), {}).schema == COUNTED
    with pytest.raises(ValueError, match="not measured: chars"):
        judge(pl.DataFrame({"words": [1]}), {"x": load_profile("notation")["many_chars"]})
    assert judge(
        pl.DataFrame({"words": pl.Series([], dtype=pl.Int64)}), {"few_words": load_profile("web")["few_words"]}
    ).is_empty()
