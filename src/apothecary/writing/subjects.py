"""What a written row is about: entities drawn without repeats, their facts as a numbered list, an invented person."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import derive_key, permute
from apothecary.generate.strata import split_entities
from apothecary.packs.model import Pack
from apothecary.packs.view import View, load_view
from apothecary.writing.prompts import Prompt, Prompts, Rules

WITHHELD = frozenset(("draw", "structure", "edit"))
MAX_NAME = 40
DRUGS_IN_TEN = 7


@dataclass(frozen=True)
class Stated:
    """One fact of a list: which entity of the row, the field in words, and the value as recorded."""

    entity: int
    name: str
    field: str
    label: str
    value: str
    unit: str | None
    fact_id: str | None
    kind: str = ""

    def tell(self, number: int) -> str:
        """The line of the list."""
        how = f" ({self.kind})" if self.kind in ("experimental", "computed") else ""
        return f"{number}. {self.name}: {self.label}{how}: {self.value}{f' {self.unit}' if self.unit else ''}"


@dataclass(frozen=True)
class Subject:
    """Entities by row of the view, what is known of them, and where it comes from."""

    split: str
    rows: tuple[int, ...]
    names: tuple[str, ...]
    entity_ids: tuple[str, ...]
    facts: tuple[Stated, ...]
    sources: tuple[str, ...]
    licences: tuple[str, ...]


@dataclass
class Subjects:
    """Draws subjects from a knowledge folder; the same seed and shares give the same draws and the recipe's splits."""

    pack: Pack
    prompts: Prompts
    knowledge: Path
    seed: int
    shares: dict[str, float]  # train, validation and test
    by: str = "parent"
    _pools: dict[tuple[str, str, bool], NDArray[np.int64]] = field(default_factory=dict)

    @cached_property
    def view(self) -> View:
        """The compounds with all fields that a prompt may tell."""
        wanted = {name for prompt in self.prompts.kinds.values() for name in (*prompt.needs, *prompt.may)}
        known = set(pl.read_parquet_schema(self.knowledge / "compounds.parquet"))
        fields = {name for name in wanted if f"{name}__src" in known}
        return load_view(self.knowledge, self.pack, "compound", fields, {"scaffold"} & {self.by})

    def draw(self, prompt: Prompt, split: str) -> Iterator[Subject]:
        """All subjects of a kind in a split, each entity or unordered pair once; seven in ten of medicines."""
        drugs, others = self._pool(prompt, split, True), self._pool(prompt, split, False)
        streams = [self._walk(prompt, split, drugs, "drug"), self._walk(prompt, split, others, "compound")]
        number = 0
        while True:
            first = 0 if number % 10 < DRUGS_IN_TEN else 1
            found = next(streams[first], None) or next(streams[1 - first], None)
            if found is None:
                return
            number += 1
            yield self._describe(prompt, split, found)

    def count(self, prompt: Prompt, split: str) -> int:
        """How many subjects there are."""
        sizes = [len(self._pool(prompt, split, is_drug)) for is_drug in (True, False)]
        return sum(n if prompt.entities == 1 else n * (n - 1) // 2 for n in sizes)

    def _walk(self, prompt: Prompt, split: str, pool: NDArray[np.int64], group: str) -> Iterator[tuple[int, ...]]:
        size = len(pool) if prompt.entities == 1 else len(pool) * (len(pool) - 1) // 2
        key = derive_key(self.seed, "write", prompt.kind, split, group)
        for start in range(0, size, 1024):
            for place in permute(np.arange(start, min(start + 1024, size)), size, key):
                if prompt.entities == 1:
                    yield (int(pool[place]),)
                else:
                    high, low = read_pair(int(place))
                    pair = (int(pool[high]), int(pool[low]))
                    yield pair if (key >> int(place % 60)) & 1 else pair[::-1]

    def _pool(self, prompt: Prompt, split: str, is_drug: bool) -> NDArray[np.int64]:
        key = (prompt.kind, split, is_drug)
        if key not in self._pools:
            view = self.view
            fit = view.column("named").to_numpy() & (view.column("name_len").to_numpy() <= MAX_NAME)
            fit = fit & ~view.find_withheld(WITHHELD) & (self._splits == ("train", "validation", "test").index(split))
            for name in prompt.needs:
                fit = fit & (view.is_known(name) if view.has(name) else False)
            drug = view.is_in_group("drug")
            wanted = drug if is_drug else ~drug & (not prompt.drugs)
            self._pools[key] = np.flatnonzero(fit & wanted)
        return self._pools[key]

    @cached_property
    def _splits(self) -> NDArray[np.int8]:
        return split_entities(self.view, self.seed, self.shares, self.by)

    def _describe(self, prompt: Prompt, split: str, rows: tuple[int, ...]) -> Subject:
        view = self.view
        names = tuple(str(view.column("name")[row]) for row in rows)
        facts: list[Stated] = []
        mask = 0
        for at, row in enumerate(rows):
            mask |= int(view.base_bits[row])
            for name in (*prompt.needs, *prompt.may):
                if view.has(name) and view.is_known(name)[row]:
                    facts.append(self._state(at, names[at], name, row))
                    mask |= int(view.source_bits(name)[row])
        general = [(one.label, one.value, one.unit) for one in prompt.background]
        facts += [Stated(-1, "in general", "background", *told, None) for told in general]
        met = [source for source in view.sources if mask >> source.index & 1]
        ids = tuple(str(view.column("entity_id")[row]) for row in rows)
        licences = tuple(sorted({source.licence for source in met}))
        return Subject(split, rows, names, ids, tuple(facts), tuple(source.id for source in met), licences)

    def _state(self, at: int, entity: str, name: str, row: int) -> Stated:
        known = self.pack.fields.get(name)
        text, fact_id = self._texts(name)
        shown = self.view.texts(name, None)[row]
        label = known.label if known else name
        return Stated(
            at, entity, name, label, str(shown or text[row]), known.unit if known else None, fact_id[row],
            known.kind if known else "",
        )  # fmt: skip

    def _texts(self, name: str) -> tuple[pl.Series, pl.Series]:
        if name not in self._cache:
            self._cache[name] = self.view.fact_texts(name)
        return self._cache[name]

    @cached_property
    def _cache(self) -> dict[str, tuple[pl.Series, pl.Series]]:
        return {}


def read_pair(place: int) -> tuple[int, int]:
    """The number of an unordered pair to its members, the larger first: 0 is (1, 0), 1 is (2, 0), 2 is (2, 1) ..."""
    high = (math.isqrt(8 * place + 1) + 1) // 2
    return high, place - high * (high - 1) // 2


def invent_person(rules: Rules, seed: int, *parts: Any) -> tuple[str, int]:
    """A name with an initial (`K. Novak`) and an age in years, from counters; nobody real is meant."""
    key = derive_key(seed, "person", *(str(part) for part in parts))
    first, last = rules.ages
    name = rules.names[key % len(rules.names)]
    return f"{chr(65 + (key >> 24) % 26)}. {name}", first + (key >> 32) % (last - first + 1)
