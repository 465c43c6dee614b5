"""The user's rows in; compounds, their stated values and replicates, and what was left out with its reason, out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from apothecary.engine.progress import Progress
from apothecary.errors import SourceError
from apothecary.gather.descriptors import analyse_structures
from apothecary.gather.own.sheet import Sheet
from apothecary.gather.own.values import FactColumn, Value, join_values, name_mean, read_value

FAR_APART = "replicates more than tenfold apart"
ONLY_LIMITS = "only limits such as >10000"
OTHER_CONDITIONS = "measured under other conditions than the stated value"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class LeftOut:
    """A row, or one cell of it (`column`), that is not used, and why."""

    line: int
    reason: str
    column: str = ""
    text: str = ""


@dataclass(frozen=True)
class Measurement:
    """One value of one row."""

    line: int
    fact: str
    value: Value
    conditions: tuple[str, ...]  # in the order of the condition columns


@dataclass(frozen=True)
class Stated:
    """The value of a compound that questions ask for, how it came about and under which conditions."""

    text: str
    note: str
    conditions: tuple[str, ...]


@dataclass
class Compound:
    """One structure, by its full InChIKey, with all its measurements."""

    name: str
    record: dict[str, Any]
    measured: list[Measurement] = field(default_factory=list)
    stated: dict[str, Stated] = field(default_factory=dict)  # by fact


@dataclass
class Findings:
    """What a sheet gave: rows read = kept + dropped, and cells beside."""

    compounds: list[Compound]
    rows: int
    kept: int
    rows_left_out: list[LeftOut]
    cells_left_out: list[LeftOut]
    unstated: Counter[str]  # why compounds have a fact without a stated value

    def count_dropped(self) -> dict[str, int]:
        """Rows that were dropped, by reason."""
        return dict(Counter(one.reason for one in self.rows_left_out).most_common())


def find_compounds(
    sheet: Sheet,
    facts: Sequence[FactColumn],
    conditions: Sequence[tuple[str, str]],
    *,
    smiles: str,
    name: str | None,
    workers: int,
    progress: Progress,
) -> Findings:
    """A sheet's rows to compounds: rows with one InChIKey are replicates of one compound.

    `conditions` are (label, column) pairs. Raises SourceError for a column that is not there, or when no row is left.
    """
    structures = sheet.column(smiles)
    cells = {fact.name: sheet.column(fact.column) for fact in facts}
    states = [sheet.column(column) for _, column in conditions]
    names = sheet.column(name) if name else [""] * len(sheet.lines)
    pairs = [(text, "." in text) for text in structures]
    records = analyse_structures(pairs, workers=workers, progress=progress)
    rows_left_out: list[LeftOut] = []
    cells_left_out: list[LeftOut] = []
    compounds: dict[str, Compound] = {}
    owners: dict[str, str] = {}  # lower-case name -> InChIKey
    for row, (line, record) in enumerate(zip(sheet.lines, records, strict=True)):
        at = tuple(column[row] for column in states)
        found = list(_read_row(row, line, facts, cells, at, cells_left_out))
        reason = _refuse_row(structures[row], record, names[row], found, owners)
        if reason:
            rows_left_out.append(LeftOut(line, reason, text=structures[row]))
            continue
        key = record["key"]
        owners.setdefault((names[row] or key).lower(), key)
        compound = compounds.setdefault(key, Compound(names[row], record))
        compound.name = compound.name or names[row]
        compound.measured += found
    if not compounds:
        worst = Counter(one.reason for one in rows_left_out).most_common(3)
        told = "; ".join(f"{reason} ({count})" for reason, count in worst)
        raise SourceError("no row can be used", where=str(sheet.path), expected="a structure and a number", hint=told)
    for key, compound in compounds.items():
        compound.name = compound.name or key
    unstated = Counter(why for compound in compounds.values() for why in _state_values(compound, facts))
    kept = len(sheet.lines) - len(rows_left_out)
    return Findings(list(compounds.values()), len(sheet.lines), kept, rows_left_out, cells_left_out, unstated)


def _read_row(
    row: int,
    line: int,
    facts: Sequence[FactColumn],
    cells: dict[str, list[str]],
    conditions: tuple[str, ...],
    left_out: list[LeftOut],
) -> Iterator[Measurement]:
    for fact in facts:
        cell = cells[fact.name][row]
        if not cell:
            continue
        value = read_value(cell, fact)
        if isinstance(value, str):
            left_out.append(LeftOut(line, value, fact.column, cell))
        else:
            yield Measurement(line, fact.name, value, conditions)


def _refuse_row(
    smiles: str, record: dict[str, Any], name: str, found: list[Measurement], owners: dict[str, str]
) -> str | None:
    """Why a row cannot be used, None when it can."""
    if not smiles:
        return "no structure"
    if "reason" in record:
        return str(record["reason"])
    if not found:
        return "no value"
    if any(_CONTROL.search(text) for text in (name, *found[0].conditions)):
        return "a control character in the name or a condition"
    if owners.get(name.lower(), record["key"]) != record["key"]:
        return "the name is that of another structure"
    return None


def _state_values(compound: Compound, facts: Sequence[FactColumn]) -> Iterator[str]:
    """Set the value that is stated of each fact, and give the reasons where measurements are not in it."""
    for fact in facts:
        measured = [one for one in compound.measured if one.fact == fact.name]
        exact = [one for one in measured if not one.value.sign]
        if not exact:
            if measured:
                yield ONLY_LIMITS
            continue
        counts = Counter(one.conditions for one in exact)
        chosen = max(counts, key=lambda conditions: counts[conditions])  # the first in the file where counts are equal
        texts = [one.value.text for one in exact if one.conditions == chosen]
        if len(counts) > 1:
            yield OTHER_CONDITIONS
        text = join_values(texts, fact)
        if text is None:
            yield FAR_APART
        else:
            compound.stated[fact.name] = Stated(text, name_mean(len(texts), fact), chosen)
