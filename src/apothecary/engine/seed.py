"""The only door to randomness: keys, counter-based random words, draws and keyed permutations.

Everything here is a pure function of its arguments: no state, no clock, no hash that may change with a version.
A key comes from names (`derive_key`), random words from a key and a counter (`random_words`, Philox4x32-10),
and draws without repeats from a key and a running number (`permute`).
"""

from __future__ import annotations

import hashlib
import math
import operator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint32]
Index: TypeAlias = NDArray[np.int64]
Unsigned: TypeAlias = NDArray[np.uint64]

MAX_SIZE = 2**62
MAX_ONE_WORD_SIZE = 2**20
FEISTEL_ROUNDS = 8
BLOCK_ROWS = 16_384  # keeps all buffers of a block in the second-level cache

_LOW = np.uint64(0xFFFF_FFFF)
_HALF = np.uint64(32)

# Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), table 2.
_PHILOX_ROUNDS = 10
_PHILOX_MULTIPLIERS = (np.uint64(0xD251_1F53), np.uint64(0xCD9E_8D57))
_PHILOX_WEYL = (0x9E37_79B9, 0xBB67_AE85)

# The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), variant 13 of Stafford.
_GOLDEN = 0x9E37_79B9_7F4A_7C15
_MIX = ((30, 0xBF58_476D_1CE4_E5B9), (27, 0x94D0_49BB_1331_11EB))
_MIX_LAST_SHIFT = np.uint64(31)


def derive_key(*parts: str | int) -> int:
    """Names and numbers in, a 64-bit key out; ("ab", "c") and ("a", "bc"), or 1 and "1", give different keys."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            tag, data = b"s", part.encode()
        else:
            tag, data = b"i", str(operator.index(part)).encode()
        digest.update(tag + len(data).to_bytes(8, "little") + data)
    return int.from_bytes(digest.digest()[:8], "little")


def random_words(keys: int | Unsigned, counters: Unsigned | Index, stream: int = 0) -> Words:
    """Keys (one or n, 64 bits) and n counters (64 bits) in, n rows of four random 32-bit words out.

    `stream` (64 bits) tells apart independent uses of the same key and counter. The generator is Philox4x32-10 with
    counter words (counter low, counter high, stream low, stream high); columns of the result lie contiguous.
    """
    counter = np.asarray(counters).astype(np.uint64, copy=False).ravel()
    key = np.asarray(keys, dtype=np.uint64)
    out = np.empty((4, counter.size), dtype=np.uint32)
    for start in range(0, counter.size, BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        out[:, part] = _run_philox(key if key.ndim == 0 else key[part], counter[part], stream)
    return out.T


def _run_philox(key: Unsigned, counter: Unsigned, stream: int) -> list[Unsigned]:
    """One block of Philox4x32-10; returns its four words in uint64 arrays."""
    words = [
        counter & _LOW,
        counter >> _HALF,
        np.full(counter.size, stream & 0xFFFF_FFFF, dtype=np.uint64),
        np.full(counter.size, (stream >> 32) & 0xFFFF_FFFF, dtype=np.uint64),
    ]
    low, high = key & _LOW, key >> _HALF
    for number in range(_PHILOX_ROUNDS):
        first = words[0] * _PHILOX_MULTIPLIERS[0]
        second = words[2] * _PHILOX_MULTIPLIERS[1]
        low_key = (low + np.uint64(number * _PHILOX_WEYL[0] & 0xFFFF_FFFF)) & _LOW
        high_key = (high + np.uint64(number * _PHILOX_WEYL[1] & 0xFFFF_FFFF)) & _LOW
        words = [
            (second >> _HALF) ^ words[1] ^ low_key,
            second & _LOW,
            (first >> _HALF) ^ words[3] ^ high_key,
            first & _LOW,
        ]
    return words


def draw_index(words: Words, size: int | Index) -> Index:
    """Random words in, whole numbers in [0, size) out, one a row; `size` is one number or one a row.

    A single column of words serves sizes up to 2**20 (a value's chance is off by at most 1 part in 4,096);
    two columns (shape (n, 2)) serve sizes up to 2**62. Raises ValueError for a size outside that.
    """
    sizes = np.asarray(size, dtype=np.int64)
    limit = MAX_ONE_WORD_SIZE if words.ndim == 1 else MAX_SIZE
    if sizes.size and (sizes.min() < 1 or sizes.max() > limit):
        raise ValueError(f"sizes must lie in 1..{limit} for words of shape {words.shape}")
    scale = sizes.astype(np.uint64)
    drawn: Unsigned
    if words.ndim == 1:
        drawn = (words.astype(np.uint64) * scale) >> _HALF
        return drawn.astype(np.int64)
    high, low = words[:, 0].astype(np.uint64), words[:, 1].astype(np.uint64)
    scale_high, scale_low = scale >> _HALF, scale & _LOW
    middle = high * scale_low + ((low * scale_low) >> _HALF)
    cross = low * scale_high + (middle & _LOW)
    drawn = high * scale_high + (middle >> _HALF) + (cross >> _HALF)
    return drawn.astype(np.int64)


def permute(index: Index, size: int, keys: int | Unsigned, *, invert: bool = False) -> Index:
    """Numbers in [0, size) in, their images under a keyed bijection of [0, size) out.

    `keys` is one key, or one a row (then each row is sent through the bijection of its own key). A generalised Feistel
    network over two digits of radix about sqrt(size) (Black and Rogaway, CT-RSA 2002, method 3), eight rounds, with
    cycle walking for the few images that fall outside. Sizes 1 to 2**62; 0.1 µs a row. Raises ValueError otherwise.
    `invert` gives the number whose image each is.
    """
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"size must lie in 1..2**62, not {size}")
    flat = np.asarray(index, dtype=np.int64)
    if flat.size and (int(flat.min()) < 0 or int(flat.max()) >= size):
        raise ValueError(f"every number to permute must lie in 0..{size - 1}")
    source = flat.ravel().view(np.uint64)
    key = np.asarray(keys, dtype=np.uint64)
    if key.ndim:
        key = np.broadcast_to(key, flat.shape).ravel()
    out = np.empty(source.size, dtype=np.uint64)
    for start in range(0, source.size, BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        out[part] = _permute_block(source[part], size, key if key.ndim == 0 else key[part], invert)
    images: Index = out.view(np.int64).reshape(flat.shape)
    return images


def _permute_block(index: Unsigned, size: int, key: Unsigned, invert: bool) -> Unsigned:
    """One block through the network, again and again for the rows whose image is not below `size`."""
    mixed = _mix_bits(np.atleast_1d(key + np.uint64(_GOLDEN)))
    image = _pass_feistel(index, size, mixed, invert)
    outside = np.flatnonzero(image >= np.uint64(size))
    while outside.size:
        walked = _pass_feistel(image[outside], size, mixed if mixed.size == 1 else mixed[outside], invert)
        image[outside] = walked
        outside = outside[walked >= np.uint64(size)]
    return image


def _pass_feistel(index: Unsigned, size: int, mixed_key: Unsigned, invert: bool) -> Unsigned:
    """One pass: index = left * columns + right; the digits are shifted in turn by a keyed function of the other."""
    rows = math.isqrt(size - 1) + 1
    columns = -(-size // rows)
    left, right = np.divmod(index, np.uint64(columns))
    for number in reversed(range(FEISTEL_ROUNDS)) if invert else range(FEISTEL_ROUNDS):
        round_key = mixed_key + np.uint64((number + 1) * _GOLDEN & 0xFFFF_FFFF_FFFF_FFFF)
        if number % 2 == 0:
            _shift_digit(left, right, rows, round_key, invert)
        else:
            _shift_digit(right, left, columns, round_key, invert)
    left *= np.uint64(columns)
    left += right
    return left


def _shift_digit(digit: Unsigned, other: Unsigned, radix: int, round_key: Unsigned, invert: bool) -> None:
    """Add a keyed function of `other` to `digit`, modulo `radix` (at most 2**31), in place; `invert` takes it away."""
    shift = _mix_bits(other + round_key)
    shift >>= _HALF
    shift *= np.uint64(radix)
    shift >>= _HALF
    if invert:
        np.subtract(np.uint64(radix), shift, out=shift)
    digit += shift
    # digit < 2 * radix; where it is below radix the subtraction wraps to a huge number and the minimum keeps digit
    np.minimum(digit, digit - np.uint64(radix), out=digit)


def _mix_bits(values: Unsigned) -> Unsigned:
    """SplitMix64's finaliser, in place on an array of its own."""
    for shift, factor in _MIX:
        values ^= values >> np.uint64(shift)
        values *= np.uint64(factor)
    values ^= values >> _MIX_LAST_SHIFT
    return values
