"""The reference desk that `lookup` asks: names and recorded properties of the entities of a knowledge base."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apothecary.generate.tools.calculator import ToolError
from apothecary.packs.view import View

# What `lookup` may be asked for, by the field of the knowledge base.
PROPERTIES = {
    "smiles": "smiles",
    "formula": "formula",
    "molecular_weight": "mw",
    "melting_point": "mp_c",
    "boiling_point": "bp_c",
    "drug_class": "drug_class",
    "mechanism": "mechanism",
    "first_approval": "first_approval",
    "iupac_name": "iupac_name",
    "brand_name": "brand1",
}
FIELDS = frozenset(PROPERTIES.values())
MOST_SUGGESTED = 3


class Recorded(NamedTuple):
    """One recorded value: its text, unit, fact_id and source (an index)."""

    text: str
    unit: str | None
    fact_id: str
    source: int


@dataclass
class Desk:
    """The entities of a view by name; `view` holds the fields of `PROPERTIES` that its knowledge base has."""

    view: View

    @cached_property
    def names(self) -> list[str]:
        """The name of each entity, by row."""
        return [str(name) for name in self.view.column("name").to_list()]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Names in lower case to rows; names that are not unique are left out."""
        found: dict[str, int] = {}
        twice = set()
        for row, (name, is_named) in enumerate(zip(self.names, self._named, strict=True)):
            key = name.lower()
            if is_named and found.setdefault(key, row) != row:
                twice.add(key)
        return {key: row for key, row in found.items() if key not in twice}

    @property
    def _named(self) -> list[bool]:
        return [bool(one) for one in self.view.column("named").to_list()]

    @cached_property
    def open_rows(self) -> NDArray[np.bool_]:
        """Entities (n,) that have a name of their own and stand on no list that keeps them out of rows."""
        own = np.zeros(self.view.rows, dtype=bool)
        own[list(self.rows.values())] = True
        return own & ~self.view.find_withheld(frozenset(("draw", "structure", "edit")))

    def find(self, name: str) -> int:
        """The row of a name; ToolError, with near names of medicines, when it is not known."""
        row = self.rows.get(name.strip().lower())
        if row is None:
            near = self.suggest(name)
            raise ToolError(f"no compound is recorded under {name}" + (f"; similar: {', '.join(near)}" if near else ""))
        return row

    def suggest(self, name: str) -> list[str]:
        """Names of medicines at most one letter (missing, added, changed or swapped with its neighbour) away."""
        low = name.strip().lower()
        found = {row for key in {low, *_shorten(low)} for row in self._near.get(key, ())}
        names = sorted(self.names[row] for row in found)
        return [one for one in names if is_near(low, one.lower())][:MOST_SUGGESTED]

    @cached_property
    def _near(self) -> dict[str, list[int]]:
        """Names of medicines, whole and with each letter left out, to rows."""
        index = defaultdict(list)
        for row in np.flatnonzero(self.open_rows & self.view.is_in_group("drug")):
            low = self.names[int(row)].lower()
            for key in {low, *_shorten(low)}:
                index[key].append(int(row))
        return dict(index)

    def read(self, row: int, field: str) -> Recorded | None:
        """What is recorded of a field of an entity."""
        columns = self._columns(field)
        if columns is None or columns[0][row] is None:
            return None
        known = self.view.pack.fields.get(field)
        return Recorded(columns[0][row], known.unit if known else None, columns[1][row], columns[2][row])

    def _columns(self, field: str) -> tuple[list[str], list[str], list[int]] | None:
        if field not in self._cache:
            if not self.view.has(field):
                self._cache[field] = None
            else:
                texts, ids = self.view.fact_texts(field)
                source = self.view.column(f"{field}__src").fill_null(255)
                self._cache[field] = (texts.to_list(), ids.to_list(), source.to_list())
        return self._cache[field]

    @cached_property
    def _cache(self) -> dict[str, tuple[list[str], list[str], list[int]] | None]:
        return {}

    def look_up(self, name: str, property: str) -> dict[str, Any]:  # the argument's name in the schema
        """The tool: a name and a property to the recorded value with unit and source."""
        field = PROPERTIES.get(property)
        if field is None:
            raise ToolError(f"unknown property {property}")
        row = self.find(name)
        recorded = self.read(row, field)
        if recorded is None:
            raise ToolError(f"no {property.replace('_', ' ')} is recorded for {self.names[row]}")
        value: str | float | int = recorded.text
        if self.view.column(field).dtype.is_numeric():
            value = float(recorded.text) if "." in recorded.text else int(recorded.text)
        unit = {"unit": recorded.unit} if recorded.unit else {}
        source = next(one.id for one in self.view.sources if one.index == recorded.source)
        return {"name": self.names[row], "property": property, "value": value, **unit, "source": source}


def is_near(one: str, other: str) -> bool:
    """Whether two words differ by one letter missing, added or changed, or by two neighbours swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if a[1:] == b[1:] or a[1:] == b or a == b[1:]:
        return True
    return len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]


def _shorten(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]
