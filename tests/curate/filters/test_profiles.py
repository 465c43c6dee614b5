from pathlib import Path

import pytest

from apothecary.curate.filters import profiles
from apothecary.curate.filters.profiles import list_needed, list_profiles, list_rules, list_sources, load_profile
from apothecary.errors import RecipeError


def test_the_profiles_of_the_issue_are_there() -> None:
    assert {"web", "abstract", "qa_short", "notation"} <= set(list_profiles())


@pytest.mark.parametrize("name", list(list_profiles()))
def test_a_profile_loads(name: str) -> None:
    assert list_needed(load_profile(name))


@pytest.mark.parametrize("name", list(list_rules()))
def test_a_rule_has_a_source_and_a_published_one_is_used(name: str) -> None:
    source = list_rules()[name].source
    assert source in list_sources()
    assert source == "ours" or any(name in load_profile(profile) for profile in list_profiles())


@pytest.mark.parametrize(
    ("rule", "bound"),
    [
        pytest.param("few_words", 50, id="Gopher, words"),
        pytest.param("long_words", 10, id="Gopher, mean word"),
        pytest.param("top_3grams", 0.18, id="Gopher, 3-grams"),
        pytest.param("dup_10grams", 0.10, id="Gopher, 10-grams"),
        pytest.param("c4_few_sentences", 5, id="C4, sentences"),
        pytest.param("short_lines", 0.67, id="FineWeb, short lines"),
        pytest.param("many_digits", 0.15, id="NeMo, digits"),
        pytest.param("not_english", ("en",), id="FineWeb, language"),
    ],
)
def test_published_bounds(rule: str, bound: object) -> None:
    assert load_profile("web")[rule].bound == bound


def test_overrides() -> None:
    rules = load_profile("qa_short", {"many_words": "300", "filler_phrase": "off", "many_digits": 0.4})
    assert rules["many_words"].bound == 300
    assert "filler_phrase" not in rules
    assert list(rules)[-1] == "many_digits"
    assert load_profile("web", {"not_english": "en, de"})["not_english"].bound == ("en", "de")
    assert load_profile("web", {"not_english": ["fr"]})["not_english"].bound == ("fr",)
    assert "few_words" not in load_profile("web", {"few_words": None})


@pytest.mark.parametrize(
    ("profile", "overrides", "told"),
    [
        pytest.param("qa_shrt", {}, "did you mean `qa_short`", id="profile"),
        pytest.param("web", {"many_digit": 1}, "did you mean `many_digits`", id="rule"),
        pytest.param("web", {"many_digits": "much"}, "a number, or `off`", id="no number"),
        pytest.param("web", {"many_digits": "nan"}, "a finite number", id="not a number"),
        pytest.param("web", {"not_english": 3}, "as in `en, und`", id="no codes"),
    ],
)
def test_wrong_names_and_bounds(profile: str, overrides: dict[str, object], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        load_profile(profile, overrides)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("rules: {x: {measure: wrds, source: s, at_least: 1}}", "no measure wrds", id="measure"),
        pytest.param("rules: {x: {measure: words, source: s}}", "give one of", id="no bound"),
        pytest.param("rules: {x: {measure: words, source: t, at_least: 1}}", "no known source", id="source"),
        pytest.param("rules: {}", "unknown rule `y`", id="profile's rule"),
    ],
)
def test_a_wrong_file(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text(f"sources: {{s: someone}}\n{text}\nprofiles: {{p: {{says: x, rules: {{y: published}}}}}}\n")
    with pytest.raises(RecipeError, match=told):
        profiles._read_file(path)
