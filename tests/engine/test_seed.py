from __future__ import annotations

import itertools

import numpy as np
import pytest

from apothecary.engine.seed import derive_key, draw_index, permute, random_words


def join(low: int, high: int) -> int:
    return low | high << 32


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        pytest.param((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8", id="zeros"),
        pytest.param((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd", id="ones"),
        pytest.param(
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
            id="pi",
        ),
    ],
)
@pytest.mark.parametrize("per_row", [False, True], ids=["scalar-key", "array-key"])
def test_words_are_the_known_answers_of_random123(counter, key, expected, per_row):
    counters = np.full(3, join(*counter[:2]), dtype=np.uint64)
    keys = np.full(3, join(*key), dtype=np.uint64) if per_row else join(*key)
    words = random_words(keys, counters, stream=join(*counter[2:]))
    assert words.shape == (3, 4) and words.dtype == np.uint32
    assert [f"{word:08x}" for word in words[2]] == expected.split()


def test_words_do_not_depend_on_how_the_counters_are_cut():
    counters = np.arange(70_000, dtype=np.int64)
    whole = random_words(7, counters)
    assert np.array_equal(whole[50_000:50_010], random_words(7, counters[50_000:50_010]))
    keys = np.arange(70_000, dtype=np.uint64)
    assert np.array_equal(random_words(keys, counters)[40_000:], random_words(keys[40_000:], counters[40_000:]))
    assert not np.array_equal(whole[:10], random_words(7, counters[:10], stream=1))


def test_keys_are_pinned_and_tell_their_parts_apart():
    assert derive_key("recipe", 17) == 0xE1CB_4C95_40F8_F036
    keys = [derive_key(*parts) for parts in ((), ("ab", "c"), ("a", "bc"), ("abc",), (1,), ("1",), (-1,), ("", ""))]
    assert len(set(keys)) == len(keys)
    assert all(0 <= key < 2**64 for key in keys)
    assert derive_key(np.int64(5)) == derive_key(5)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 1000, 2**20])
def test_draws_from_one_word_are_even(size):
    words = random_words(derive_key("draw"), np.arange(200_000))
    drawn = draw_index(words[:, 0], size)
    assert drawn.min() >= 0 and drawn.max() < size
    cells = min(size, 10)
    counts = np.bincount(drawn * cells // size, minlength=cells)
    assert np.abs(counts - 200_000 / cells).max() < 5 * np.sqrt(200_000 / cells) + 200_000 / size * (size % cells > 0)


@pytest.mark.parametrize("size", [1, 7, 2**20, 2**32 - 1, 2**32, 2**32 + 1, 3 * 2**40 + 5, 2**62])
def test_draws_from_two_words_equal_the_exact_product(size):
    words = random_words(3, np.arange(500))[:, :2]
    words[0], words[1] = (0, 0), (0xFFFFFFFF, 0xFFFFFFFF)
    expected = [((int(high) << 32 | int(low)) * size) >> 64 for high, low in words]
    assert draw_index(words, size).tolist() == expected
    assert draw_index(words, np.full(500, size)).tolist() == expected


def test_draws_take_a_size_a_row():
    words = random_words(3, np.arange(1000))[:, 0]
    sizes = np.arange(1, 1001)
    drawn = draw_index(words, sizes)
    assert (drawn >= 0).all() and (drawn < sizes).all() and drawn[0] == 0


@pytest.mark.parametrize(
    ("columns", "size"), [(1, 0), (1, 2**20 + 1), (2, 0), (2, 2**62 + 1), (1, -3)], ids=lambda value: str(value)
)
def test_draws_refuse_a_size_they_cannot_serve(columns, size):
    words = random_words(1, np.arange(4))
    with pytest.raises(ValueError, match="sizes must lie"):
        draw_index(words[:, 0] if columns == 1 else words[:, :2], size)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 9, 16, 17, 99, 1000, 16_384, 65_537, 300_000])
@pytest.mark.parametrize("key", [0, 1, 2**64 - 1, 0x9E37_79B9_7F4A_7C15], ids=hex)
def test_permutation_is_a_bijection(size, key):
    image = permute(np.arange(size), size, key)
    assert image.dtype == np.int64
    assert np.array_equal(np.sort(image), np.arange(size))


@pytest.mark.parametrize("size", [2**31, 2**32 - 5, 2**40 + 1, 2**61 + 12345, 2**62 - 1, 2**62])
def test_permutation_of_a_huge_range_stays_inside_and_never_repeats(size):
    for first in (0, size - 50_000):
        image = permute(np.arange(first, first + 50_000), size, 11)
        assert image.min() >= 0 and image.max() < size
        assert np.unique(image).size == 50_000
        assert abs(float(image.mean()) / size - 0.5) < 0.01


def test_permutation_is_pinned():
    assert permute(np.arange(8), 1_000_003, derive_key("pinned")).tolist() == PINNED


PINNED = [121420, 209293, 984974, 102033, 26277, 821326, 81368, 497383]


def test_permutation_takes_a_key_a_row():
    keys = random_words(5, np.arange(40_000))[:, 0].astype(np.uint64)
    index = np.arange(40_000) % 300
    mixed = permute(index, 300, keys)
    for row in (0, 1, 299, 20_000, 39_999):
        assert mixed[row] == permute(index[row : row + 1], 300, int(keys[row]))[0]
    same = np.full(300, 77, dtype=np.uint64)
    assert np.array_equal(permute(np.arange(300), 300, same), permute(np.arange(300), 300, 77))


def test_permutation_keeps_shape_and_takes_nothing():
    assert permute(np.arange(0), 5, 1).shape == (0,)
    assert permute(np.arange(6).reshape(2, 3), 6, 1).shape == (2, 3)


@pytest.mark.parametrize("size", [3, 4])
def test_permutations_of_a_few_options_are_all_equally_likely(size):
    trials = 24_000
    keys = np.arange(trials, dtype=np.uint64)
    images = np.stack([permute(np.full(trials, place), size, keys) for place in range(size)], axis=1)
    orders = list(itertools.permutations(range(size)))
    counts = [int((images == order).all(axis=1).sum()) for order in orders]
    assert sum(counts) == trials
    expected = trials / len(orders)
    assert sum((count - expected) ** 2 / expected for count in counts) < 60  # chi squared, 5 or 23 degrees of freedom


def test_permutation_under_nearby_keys_looks_independent():
    first, second = permute(np.arange(50_000), 50_000, 1), permute(np.arange(50_000), 50_000, 2)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02
    assert abs(np.corrcoef(first, np.arange(50_000))[0, 1]) < 0.02
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.02


@pytest.mark.parametrize(
    ("index", "size"),
    [([0], 0), ([0], 2**62 + 1), ([5], 5), ([-1], 5)],
    ids=["empty", "too-large", "above", "below"],
)
def test_permutation_refuses_what_lies_outside(index, size):
    with pytest.raises(ValueError, match="must lie in"):
        permute(np.array(index), size, 1)
