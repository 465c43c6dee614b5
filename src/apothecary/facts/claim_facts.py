"""What a knowledge base says about the fields that claims are made of: arrays by field, and a finder of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.claim_names import NameFinder
from apothecary.facts.claim_rules import ClaimRules

CLAIM_FACTS = ("entity_id", "field", "number", "text", "source")  # the columns of `facts` that are looked at


class Known(NamedTuple):
    """The facts of one field of one entity."""

    numbers: NDArray[np.float64]
    texts: Sequence[str]
    sources: Sequence[str]


class _Column(NamedTuple):
    starts: NDArray[np.int64]  # by entity, and one more
    numbers: NDArray[np.float64]
    texts: pl.Series
    sources: pl.Series


class Knowledge:
    """Facts and names of all entities; `facts` is the long table, `names` has entity_id and name."""

    def __init__(self, facts: pl.DataFrame, names: pl.DataFrame, rules: ClaimRules) -> None:
        self.rules = rules
        ids = names.select("entity_id", "name").drop_nulls("entity_id").unique("entity_id", maintain_order=True)
        ids = ids.sort("entity_id").with_row_index("entity")
        self.entity_ids = ids["entity_id"]
        self.names = ids["name"]
        code = ids.select("entity_id", pl.col("entity").cast(pl.Int64))
        wanted = facts.select(CLAIM_FACTS).filter(pl.col("field").is_in([*rules.fields, *rules.names]))
        coded = wanted.join(code, on="entity_id", how="inner").sort("field", "entity", "source", "text")
        display = ids.drop_nulls("name").select(pl.col("entity").cast(pl.Int64), "name", display=pl.lit(value=True))
        other = coded.filter(pl.col("field").is_in(list(rules.names))).drop_nulls("text")
        other = other.select("entity", name="text", display=pl.lit(value=False))
        self.finder = NameFinder(pl.concat([display, other]), rules.not_names)
        self._columns = {name: _make_column(coded.filter(pl.col("field") == name), len(ids)) for name in rules.fields}

    def look_up(self, field: str, entity: int) -> Known | None:
        """The facts of a field of an entity; None where there are none."""
        column = self._columns[field]
        first, last = int(column.starts[entity]), int(column.starts[entity + 1])
        if first == last:
            return None
        part = slice(first, last)
        return Known(column.numbers[part], column.texts[part].to_list(), column.sources[part].to_list())


def _make_column(facts: pl.DataFrame, entities: int) -> _Column:
    starts = np.searchsorted(facts["entity"].to_numpy(), np.arange(entities + 1))
    numbers = facts["number"].fill_null(float("nan")).to_numpy()
    return _Column(starts, numbers, facts["text"].rechunk(), facts["source"].cast(pl.String).rechunk())
