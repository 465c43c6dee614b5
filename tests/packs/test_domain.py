from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.packs.companions import Gap, Ladder, Options, Pair, Windows
from apothecary.packs.domain import Each, NoEntity, One


def make_options(entities: np.ndarray, values: np.ndarray, low: int, high: int | None, count: int) -> Options:
    gap = Gap(low, high)
    ladder = Ladder.build(entities, values, None, max(low, high or 0))
    return Options(ladder, Windows.by_gap(ladder, gap), entities, count)


VALUES = st.lists(st.integers(0, 60), min_size=2, max_size=25)


def no_words(rows: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 2**32, (rows, 4), dtype=np.uint32)


@given(values=VALUES, low=st.integers(1, 10), width=st.integers(1, 30))
def test_pairs_are_exactly_those_within_the_gap(values: list[int], low: int, width: int) -> None:
    entities = np.arange(100, 100 + len(values))
    domain = Pair(entities, np.array(values), None, Gap(low, low + width))
    roles = domain.decode(np.arange(domain.size), no_words(domain.size))
    listed = set(zip(roles["a"].tolist(), roles["b"].tolist(), strict=True))
    expected = {
        (100 + i, 100 + k)
        for i, k in itertools.permutations(range(len(values)), 2)
        if low <= abs(values[i] - values[k]) <= low + width
    }
    assert len(listed) == domain.size
    assert listed == expected
    by_entity = dict(zip(entities.tolist(), values, strict=True))
    assert all(by_entity[h] > by_entity[s] for h, s in zip(roles["hi"], roles["lo"], strict=True))


@given(values=st.lists(st.integers(0, 200), min_size=4, max_size=60), low=st.integers(1, 9))
def test_distractors_are_distinct_and_far_enough(values: list[int], low: int) -> None:
    entities = np.arange(len(values))
    domain = make_options(entities, np.array(values), low, None, 4)
    combination = np.repeat(np.arange(domain.size), 5)
    roles = domain.decode(combination, no_words(len(combination)))
    for row in range(len(combination)):
        right = values[roles["a"][row]]
        wrong = [values[roles[f"d{n}"][row]] for n in (1, 2, 3)]
        assert len({right, *wrong}) == 4
        assert all(abs(value - right) >= low for value in wrong)


def test_an_entity_without_enough_distractors_is_left_out() -> None:
    assert make_options(np.arange(4), np.array([1, 1, 2, 3]), 1, None, 4).size == 0
    assert make_options(np.arange(4), np.array([1, 2, 3, 4]), 1, None, 4).size == 4


def test_simple_domains() -> None:
    assert One(np.array([4, 7])).decode(np.array([1, 0]), no_words(2))["a"].tolist() == [7, 4]
    each = Each(np.array([4, 4, 7]), np.array([0, 1, 5])).decode(np.array([2]), no_words(1))
    assert (each["a"].tolist(), each["value"].tolist()) == ([7], [5])
    assert NoEntity(12).size == 12


@pytest.mark.parametrize("kind", ["one", "pair", "options"])
def test_find_gives_combinations_with_the_entity_first(kind: str) -> None:
    entities, values = np.arange(10), np.arange(10) * 5
    domain = {
        "one": One(entities),
        "pair": Pair(entities, values, None, Gap(1, 20)),
        "options": make_options(entities, values, 1, None, 4),
    }[kind]
    found = domain.find(3)
    assert len(found)
    assert set(domain.decode(found, no_words(len(found)))["a"].tolist()) == {3}


def test_distractors_never_leave_the_window() -> None:
    values = np.array([0, 1, 2, 3, 50, 51, 52, 53, 90])
    domain = make_options(np.arange(9), values, 1, 5, 4)
    assert sorted(domain.entities.tolist()) == [0, 1, 2, 3, 4, 5, 6, 7]
    combination = np.repeat(np.arange(domain.size), 20)
    roles = domain.decode(combination, no_words(len(combination)))
    for name in ("d1", "d2", "d3"):
        assert np.abs(values[roles[name]] - values[roles["a"]]).max() <= 5
