from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apothecary.packs.companions import Gap, Group, Ladder, Odd, Options, Pair, Related, Windows

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=30)  # scope, value
NUMBERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 90)), min_size=1, max_size=40)


def draw_words(rows: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 2**32, (rows, 4), dtype=np.uint32)


def split(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scope, values = np.array(pairs, dtype=np.int64).T
    return np.arange(len(pairs)), values, scope


@given(pairs=LABELS)
def test_related_pairs_are_exactly_those_of_one_scope_with_other_values(pairs: list[tuple[int, int]]) -> None:
    entities, values, scope = split(pairs)
    domain = Related(entities, values, scope)
    roles = domain.decode(np.arange(domain.size), draw_words(domain.size))
    listed = list(zip(roles["a"].tolist(), roles["b"].tolist(), strict=True))
    assert len(set(listed)) == len(listed)
    assert set(listed) == {
        (i, k)
        for i, k in itertools.permutations(range(len(pairs)), 2)
        if pairs[i][0] == pairs[k][0] and pairs[i][1] != pairs[k][1]
    }


@given(pairs=NUMBERS, low=st.integers(1, 9), width=st.integers(1, 30))
def test_numeric_pairs_stay_in_their_scope(pairs: list[tuple[int, int]], low: int, width: int) -> None:
    entities, values, scope = split(pairs)
    domain = Pair(entities, values, scope, Gap(low, low + width))
    roles = domain.decode(np.arange(domain.size), draw_words(domain.size))
    assert set(zip(roles["a"].tolist(), roles["b"].tolist(), strict=True)) == {
        (i, k)
        for i, k in itertools.permutations(range(len(pairs)), 2)
        if pairs[i][0] == pairs[k][0] and low <= abs(pairs[i][1] - pairs[k][1]) <= low + width
    }


@given(pairs=LABELS, apart=st.booleans())
def test_options_over_labels_have_distinct_values_in_or_out_of_the_scope(
    pairs: list[tuple[int, int]], apart: bool
) -> None:
    pairs = [(value // 2 if apart else scope, value) for scope, value in pairs]  # apart: a value has one scope
    entities, values, scope = split(pairs)
    ladder = Ladder.build(entities, values, scope, 1)
    domain = Options(ladder, Windows.by_label(ladder, apart=apart), entities, 3)
    combination = np.repeat(np.arange(domain.size), 6)
    roles = domain.decode(combination, draw_words(len(combination)))
    for row in range(len(combination)):
        right, *wrong = (pairs[int(roles[name][row])] for name in ("a", "d1", "d2"))
        assert len({right[1], *(value for _, value in wrong)}) == 3
        assert all((place == right[0]) != apart for place, _ in wrong)


@given(pairs=LABELS)
def test_the_others_of_an_odd_one_share_one_value(pairs: list[tuple[int, int]]) -> None:
    entities, values, scope = split(pairs)
    ladder = Ladder.build(entities, values, scope, 1)
    domain = Odd(ladder, Windows.by_label(ladder, apart=False), entities, 4)
    combination = np.repeat(np.arange(domain.size), 6)
    roles = domain.decode(combination, draw_words(len(combination)))
    for row in range(len(combination)):
        others = [int(roles[f"d{n}"][row]) for n in (1, 2, 3)]
        odd = pairs[int(roles["a"][row])]
        assert len(set(others)) == 3
        assert len({pairs[at] for at in others}) == 1
        assert pairs[others[0]][0] == odd[0] and pairs[others[0]][1] != odd[1]


@given(pairs=NUMBERS, low=st.integers(1, 9), width=st.integers(5, 60), count=st.integers(3, 6))
def test_group_members_keep_the_gap_and_are_ranked(
    pairs: list[tuple[int, int]], low: int, width: int, count: int
) -> None:
    entities, values, scope = split(pairs)
    ladder = Ladder.build(entities, values, scope, low + width)
    domain = Group(ladder, entities, Gap(low, low + width), count, "abcdef")
    combination = np.repeat(np.arange(domain.size), 6)
    roles = domain.decode(combination, draw_words(len(combination)))
    for row in range(len(combination)):
        members = [pairs[int(roles[f"r{n}"][row])] for n in range(1, count + 1)]
        numbers = [value for _, value in members]
        assert len({place for place, _ in members}) == 1
        assert all(above - below >= low for below, above in itertools.pairwise(numbers))
        anchor = pairs[int(domain.entities[combination[row]])]
        assert anchor in members and max(abs(value - anchor[1]) for value in numbers) <= low + width
        assert sorted(int(roles[name][row]) for name in "abcdef"[:count]) == sorted(
            int(roles[f"r{n}"][row]) for n in range(1, count + 1)
        )


@given(pairs=NUMBERS)
def test_group_leaves_out_no_entity_that_has_enough_others(pairs: list[tuple[int, int]]) -> None:
    entities, values, _ = split(pairs)
    ladder = Ladder.build(entities, values, None, 3)
    domain = Group(ladder, entities, Gap(3, None), 3, "abcdef")
    for at, value in enumerate(values):
        chain, steps = value, 0
        for other in sorted(set(values[values > value])):
            if other - chain >= 3:
                chain, steps = other, steps + 1
        chain = value
        for other in sorted(set(values[values < value]), reverse=True):
            if chain - other >= 3:
                chain, steps = other, steps + 1
        assert (at in domain.entities) == (steps >= 2)
