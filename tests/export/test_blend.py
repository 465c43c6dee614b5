import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apothecary.errors import CapacityError, RecipeError
from apothecary.export.blend import compare_mix, plan_quotas
from apothecary.recipe_mix import Mix

CELLS = [("basic", "x"), ("basic", "y"), ("hard", "x"), ("hard", "y")]
ROWS = [600, 200, 100, 100]


def make_mix(**settings: object) -> Mix:
    return Mix.model_validate(settings)


def test_shares_are_met_exactly_with_as_many_rows_as_that_takes() -> None:
    mix = make_mix(weights={"perspective": {"basic": 1, "hard": 1}})
    quotas = plan_quotas(mix, [("basic",), ("hard",)], [800, 200])
    assert quotas == [200, 200]


def test_shares_of_two_kinds_are_met_at_once() -> None:
    mix = make_mix(weights={"perspective": {"basic": 50, "hard": 50}, "intent": {"x": 70, "y": 30}})
    quotas = plan_quotas(mix, CELLS, ROWS)
    lines = compare_mix(mix, CELLS, ROWS, quotas)
    assert all(abs(line["got"] - line["asked"]) < 0.01 for line in lines)
    assert all(quota <= rows for quota, rows in zip(quotas, ROWS, strict=True))
    assert max(quota / rows for quota, rows in zip(quotas, ROWS, strict=True)) > 0.98  # no more could be had


def test_an_exact_total_is_filled_where_a_share_comes_short() -> None:
    mix = make_mix(rows=700, weights={"perspective": {"basic": 50, "hard": 50}})
    assert plan_quotas(mix, [("basic",), ("hard",)], [800, 200]) == [500, 200]


def test_what_has_no_share_gives_no_rows() -> None:
    assert plan_quotas(make_mix(weights={"perspective": {"basic": 1}}), [("basic",), ("hard",)], [800, 200]) == [800, 0]


def test_a_temperature_makes_intents_more_even() -> None:
    natural = plan_quotas(make_mix(rows=100), [()], [1000])
    assert natural == [100]
    warm = plan_quotas(make_mix(rows=100, temperature=2), [("a",), ("b",)], [900, 100])
    assert warm == [75, 25]


def test_more_rows_than_there_are_is_refused_with_the_arithmetic() -> None:
    mix = make_mix(rows=900, weights={"perspective": {"basic": 1}})
    with pytest.raises(CapacityError, match=r"900 training rows, 800 are there"):
        plan_quotas(mix, [("basic",), ("hard",)], [800, 200])


def test_a_share_of_what_is_not_there_is_refused() -> None:
    with pytest.raises(RecipeError, match="the perspective clinical, which no training row has"):
        plan_quotas(make_mix(weights={"perspective": {"clinical": 1}}), [("basic",)], [10])


@pytest.mark.parametrize(
    "wrong", [{"weight": {}}, {"weights": {"colour": {}}}, {"caps": {"fact": 0}}, {"external": {"share": 1}}]
)
def test_a_wrong_key_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        make_mix(**wrong)


@given(
    st.lists(st.integers(0, 500), min_size=2, max_size=6).filter(lambda rows: sum(rows) > 0),
    st.data(),
)
def test_quotas_sum_to_the_total_and_never_exceed_what_is_there(rows: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(1, sum(rows)))
    cells = [(str(place),) for place in range(len(rows))]
    shares = {name: 1.0 + place for place, (name,) in enumerate(cells) if rows[place]}
    reach = sum(rows)
    quotas = plan_quotas(make_mix(rows=min(total, reach), weights={"intent": shares}), cells, rows)
    assert sum(quotas) == min(total, reach)
    assert all(0 <= quota <= count for quota, count in zip(quotas, rows, strict=True))
