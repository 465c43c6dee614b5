"""Texts to streams of words as hashes: what n-grams are made of, with names resolved and numbers read as values.

A word is a run of letters and digits in lower case; a number is a word of its own ("5mg" is `5`, `mg`), and is the same
however it is written (1,000 and 1000, 0.50 and 0.5). A run with brackets or bonds inside (SMILES, systematic names) is
one word, marks and all. A name of several words that is known becomes one word, the same for each of its synonyms.
Other punctuation, case and white space carry nothing here: this is for finding leaked questions, never for deciding
that two facts are equal (signs are lost).

Hashes are those of Polars (64 bits), stable within one version only: streams are compared inside one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

NOTATION = r"[a-z0-9\[]\S*[=#@\[(]\S*[a-z0-9\]]"  # SMILES and systematic names, without a bracket around them
WORD = NOTATION + r"|[0-9]+(?:[.,][0-9]+)*|\w+"
SEED = 0x9E3779B97F4A7C15
NUMBER_SLOT, NAME_SLOT = np.uint64(0x6E756D626572), np.uint64(0x6E616D65)  # what masked words become
MAX_NAME_WORDS = 12
CHUNK_ROWS, CHUNK_BYTES = 20_000, 16 << 20
_FACTORS = tuple(np.uint64(f) for f in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5))
_START = np.uint64(0x2545F4914F6CDD1D)
_LEAD = (np.array([_START]) * _FACTORS[0])[0]  # what `fold_words` adds to the first word
_SPREAD = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Stream:
    """The words (t) of texts (n), in order: `resolved` tells values and entities apart, `masked` does not."""

    resolved: Hashes
    masked: Hashes
    rows: Places  # the text each word belongs to
    starts: Places  # the first of the `tokens` that each word is made of
    tokens: pl.Series  # the words as written, in lower case, before names were joined

    def spell(self, first: int, count: int) -> str:
        """`count` words from the word at `first` as text."""
        end = self.starts[first + count] if first + count < len(self.starts) else len(self.tokens)
        return " ".join(self.tokens[int(self.starts[first]) : int(end)])


class HashSet:
    """A fixed set of hashes; asking for many at once costs a few nanoseconds each."""

    def __init__(self, members: Hashes) -> None:
        self.members = np.unique(members)
        bits = max(10, int(16 * max(1, len(self.members))).bit_length())
        self._shift = np.uint64(64 - bits)
        self._maybe = np.zeros(1 << bits, dtype=np.bool_)
        self._maybe[self._fold(self.members)] = True

    def _fold(self, hashes: Hashes) -> Hashes:
        return (hashes * _SPREAD) >> self._shift

    def find(self, hashes: Hashes) -> tuple[Places, Places]:
        """Hashes (t) to the places of those that are members, and which member (by rank) each is."""
        near = np.flatnonzero(self._maybe[self._fold(hashes)])
        if not len(near):
            return near, near
        ranks = np.searchsorted(self.members, hashes[near])
        ranks[ranks == len(self.members)] = 0
        hit = self.members[ranks] == hashes[near]
        return near[hit], ranks[hit]


class Names:
    """Names of entities as sequences of words. A name that several entities have stands for the first by id."""

    def __init__(self, names: pl.DataFrame) -> None:
        """`names` has `name` and `entity_id`; names without a word of three letters or more are left out."""
        usable = pl.col("name").str.contains(r"\pL{3}")
        self.table = names.select("name", "entity_id").filter(usable).unique().sort("name", "entity_id")
        tokens, counts = _split(self.table["name"])
        hashes = _hash_tokens(tokens)[0]
        starts = np.cumsum(counts) - counts
        self._lengths: list[tuple[int, HashSet, Places]] = []
        entities, codes = np.unique(self.table["entity_id"].to_numpy().astype(str), return_inverse=True)
        self.entities = pl.Series("entity_id", entities, dtype=pl.String)
        self._entity_hashes = self.entities.hash(SEED).to_numpy()
        for length in sorted({int(c) for c in counts if 0 < c <= MAX_NAME_WORDS}, reverse=True):
            chosen = np.flatnonzero(counts == length)
            keys = fold_words(hashes, starts[chosen], length)
            order = np.lexsort((codes[chosen], keys))
            unique, place = np.unique(keys[order], return_index=True)
            self._lengths.append((length, HashSet(unique), codes[chosen][order][place].astype(np.int64)))
        longer = starts[(counts > 1) & (counts <= MAX_NAME_WORDS)]
        self._pairs = HashSet(fold_words(hashes, longer, 2))

    def restrict(self, entities: pl.Series) -> Names:
        """The names of some entities only."""
        return Names(self.table.filter(pl.col("entity_id").is_in(entities.implode())))

    def find(self, hashes: Hashes, rows: Places) -> tuple[Places, Places, Places]:
        """Words (t) and their rows to the names in them: first word, number of words, entity. The longest at a place
        goes before shorter ones, the earlier before those that overlap it."""
        singles = hashes + _LEAD
        open_places, _ = self._pairs.find(singles[:-1] * _FACTORS[0] + hashes[1:])
        found: list[tuple[Places, Places, Places]] = []
        for length, keys, codes in self._lengths:
            if length == 1:  # the last of the lengths
                single, rank = keys.find(singles)
                found.append((single, np.ones(len(single), dtype=np.int64), codes[rank]))
                continue
            inside = open_places[open_places + length <= len(hashes)]
            inside = inside[rows[inside] == rows[inside + length - 1]]
            hit, rank = keys.find(fold_words(hashes, inside, length))
            found.append((inside[hit], np.full(len(hit), length), codes[rank]))
            open_places = np.setdiff1d(open_places, inside[hit], assume_unique=True)
        if not found:
            return open_places, open_places, open_places
        places, lengths, entities = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((-lengths, places))
        places, lengths, entities = places[order], lengths[order], entities[order]
        reach = np.maximum.accumulate(places + lengths)
        free = np.concatenate([[True], places[1:] >= reach[:-1]]) if len(places) else np.zeros(0, dtype=np.bool_)
        return places[free], lengths[free], entities[free]

    def hash_entities(self, codes: Places) -> Hashes:
        """Entities (k), by their place in `entities`, to their hashes."""
        hashes: Hashes = self._entity_hashes[codes]
        return hashes


NO_NAMES = pl.DataFrame(schema={"name": pl.String, "entity_id": pl.String})


def read_stream(texts: pl.Series, names: Names | None = None) -> Stream:
    """Texts (n, null counts as empty) to their words, with numbers read and the names found."""
    tokens, counts = _split(texts)
    rows = np.repeat(np.arange(len(texts)), counts)
    resolved, is_number = _hash_tokens(tokens)
    masked = np.where(is_number, NUMBER_SLOT, resolved)
    starts = np.arange(len(tokens))
    if names is None or not len(names.entities):
        return Stream(resolved, masked, rows, starts, tokens)
    places, lengths, entities = names.find(resolved, rows)
    if not len(places):
        return Stream(resolved, masked, rows, starts, tokens)
    resolved[places], masked[places] = names.hash_entities(entities), NAME_SLOT
    kept = np.ones(len(tokens), dtype=np.bool_)
    for length in range(1, int(lengths.max())):
        kept[places[lengths > length] + length] = False
    return Stream(resolved[kept], masked[kept], rows[kept], starts[kept], tokens)


def list_mentions(texts: pl.Series, names: Names) -> pl.DataFrame:
    """Texts (n) to the entities named in them: `row`, `entity_id`, each once a text."""
    tokens, counts = _split(texts)
    rows = np.repeat(np.arange(len(texts)), counts)
    places, _, entities = names.find(_hash_tokens(tokens)[0], rows)
    found = pl.DataFrame({"row": rows[places].astype(np.uint32), "entity": entities.astype(np.int64)})
    found = found.unique().sort("row", "entity")
    return found.select("row").with_columns(names.entities.gather(found["entity"]).alias("entity_id"))


def hash_windows(hashes: Hashes, words: int) -> Hashes:
    """Words (t) to the hash of each `words` consecutive ones (t - words + 1)."""
    count = len(hashes) - words + 1
    if count <= 0:
        return hashes[:0]
    whole: Hashes | None = None
    block, size, offset = hashes, 1, 0
    for level in range(words.bit_length()):
        if words & size:
            part = block[offset : offset + count]
            whole = part if whole is None else whole * _FACTORS[3] + part
            offset += size
        if size * 2 <= words:
            block = block[:-size] * _FACTORS[level % 3] + block[size:]
        size *= 2
    assert whole is not None
    return whole


def fold_words(hashes: Hashes, places: Places, words: int) -> Hashes:
    """Words (t) and places (k) to the hash (k) of the `words` words from each place on, which must exist."""
    folded = np.full(len(places), _START)
    for step in range(words):
        folded = folded * _FACTORS[0] + hashes[places + step]
    return folded


def iter_chunks(texts: pl.Series) -> Iterator[tuple[int, pl.Series]]:
    """Texts (n) to pieces small enough to work on, each with the place of its first text."""
    if not len(texts):
        return
    sizes = texts.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    part = np.cumsum(sizes) // CHUNK_BYTES + np.arange(len(texts)) // CHUNK_ROWS
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(texts)], strict=True):
        yield int(start), texts[int(start) : int(end)]


def _split(texts: pl.Series) -> tuple[pl.Series, Places]:
    """Texts (n) to all their words, and how many each has (n)."""
    words = texts.cast(pl.String).fill_null("").str.to_lowercase().str.extract_all(WORD)
    return words.explode(empty_as_null=False), words.list.len().to_numpy().astype(np.int64)


def _hash_tokens(tokens: pl.Series) -> tuple[Hashes, NDArray[np.bool_]]:
    """Words (t) to their hashes, numbers by value, and which are numbers."""
    hashes = tokens.hash(SEED).to_numpy().copy()
    is_number = ((tokens >= "0") & (tokens < ":")).to_numpy()
    places = np.flatnonzero(is_number)
    if len(places):
        numbers = tokens.gather(places)
        written = numbers.str.contains("[,.]").to_numpy()
        hashes[places[written]] = _read_numbers(numbers.filter(pl.Series(written))).hash(SEED).to_numpy()
    return hashes, is_number


def _read_numbers(numbers: pl.Series) -> pl.Series:
    """Written numbers to one spelling a value: no thousands separators, no zeros after the last decimal."""
    text = pl.col("number")
    thousands = text.str.contains(r"^\d{1,3}(,\d{3})+(\.\d+)?$")
    plain = pl.when(thousands).then(text.str.replace_all(",", "", literal=True)).otherwise(text.str.replace(",", "."))
    short = plain.str.strip_chars_end("0").str.strip_chars_end(".")
    spelled = pl.when(plain.str.contains(".", literal=True)).then(short).otherwise(plain)
    return numbers.rename("number").to_frame().select(spelled.alias("number")).to_series()
