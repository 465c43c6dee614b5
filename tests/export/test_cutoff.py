import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.errors import CapacityError, VerdictError
from apothecary.export.cutoff import (
    Supply,
    collect_dropped,
    find_cutoff,
    plan_cutoffs,
    read_supplies,
    spread,
)


def supply(name: str, quota: int, made: int) -> Supply:
    return Supply(f"pharma/{name}", name.rsplit("/", 1)[1].split("-")[0], quota, made)


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@given(st.sets(st.integers(0, 60)), st.integers(0, 40))
def test_cutoff_is_the_smallest_with_exactly_so_many_kept(dropped: set[int], count: int) -> None:
    cutoff = find_cutoff(numbers(*sorted(dropped)), count)
    kept = [j for j in range(cutoff) if j not in dropped]
    assert len(kept) == count
    assert cutoff == 0 or cutoff - 1 not in dropped or count == 0


@given(st.integers(0, 50), st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_spread_gives_all_it_can_and_no_one_more_than_it_has(count: int, spare: list[int]) -> None:
    given_rows = spread(count, spare)
    assert sum(given_rows) == min(count, sum(spare))
    assert all(0 <= rows <= most for rows, most in zip(given_rows, spare, strict=True))


def test_a_short_stratum_is_filled_by_its_intent_first() -> None:
    supplies = [
        supply("mw/plain/train-drug", 10, 12),
        supply("mw/terse/train-drug", 10, 11),
        supply("mp/plain/train-drug", 10, 30),
        supply("mw/plain/test-drug", 2, 9),
    ]
    dropped = [numbers(0, 1, 2, 11), numbers(), numbers(5), numbers()]
    cutoffs = plan_cutoffs(supplies, dropped)
    assert cutoffs == {
        "pharma/mw/plain/train-drug": 11,  # 8 sound: all there is
        "pharma/mw/terse/train-drug": 11,  # its own 10, and its one spare row
        "pharma/mp/plain/train-drug": 12,  # its own 10, one for row 5, and the last missing row
        "pharma/mw/plain/test-drug": 2,
    }


def test_surplus_of_another_split_never_fills() -> None:
    supplies = [supply("mw/plain/train-drug", 10, 10), supply("mw/plain/test-drug", 2, 50)]
    with pytest.raises(CapacityError) as caught:
        plan_cutoffs(supplies, [numbers(3, 4), numbers()])
    assert "the train split is 2 rows short: 10 made - 2 dropped = 8 sound, 10 wanted" in str(caught.value)
    assert "hint: raise `surplus`" in str(caught.value)


@given(st.data())
def test_every_split_gets_exactly_its_rows(data: st.DataObject) -> None:
    supplies, dropped = [], []
    for split in ("train", "test"):
        for intent in ("a", "b"):
            for group in ("drug", "compound"):
                made = data.draw(st.integers(0, 30))
                quota = data.draw(st.integers(0, made))
                supplies.append(supply(f"{intent}/t/{split}-{group}", quota, made))
                dropped.append(numbers(*sorted(data.draw(st.sets(st.integers(0, max(0, made - 1)))) if made else [])))
    for split in ("train", "test"):
        wanted = sum(one.quota for one in supplies if one.split == split)
        sound = sum(one.made - len(d) for one, d in zip(supplies, dropped, strict=True) if one.split == split)
        if sound < wanted:
            with pytest.raises(CapacityError):
                plan_cutoffs(supplies, dropped)
            return
    cutoffs = plan_cutoffs(supplies, dropped)
    for split in ("train", "test"):
        kept = sum(
            len(set(range(min(cutoffs[one.id], one.made))) - set(d.tolist()))
            for one, d in zip(supplies, dropped, strict=True)
            if one.split == split
        )
        assert kept == sum(one.quota for one in supplies if one.split == split)


def test_quotas_must_be_the_rows_asked_for() -> None:
    manifest = {"strata": [{"id": "mw/plain/train-drug", "split": "train", "quota": 9, "made": 10}]}
    assert read_supplies(manifest, "pharma", 9) == [supply("mw/plain/train-drug", 9, 10)]
    assert supply("mw/plain/train-drug", 9, 10).intent == "mw"
    with pytest.raises(VerdictError, match="planned 9 rows, the recipe asks for 10"):
        read_supplies(manifest, "pharma", 10)


def test_dropped_numbers_are_collected_by_stratum_and_sorted() -> None:
    supplies = [supply("mw/plain/train-drug", 1, 9), supply("mw/plain/test-drug", 1, 9)]
    tables = [
        pl.DataFrame({"stratum": [supplies[1].id, supplies[0].id, supplies[1].id], "j": [7, 3, 2]}),
        pl.DataFrame({"stratum": [supplies[1].id], "j": [7]}),
    ]
    assert [found.tolist() for found in collect_dropped(supplies, tables)] == [[3], [2, 7]]
    with pytest.raises(VerdictError, match="strange"):
        collect_dropped(supplies, [pl.DataFrame({"stratum": ["strange"], "j": [1]})])
