"""What a row copies from its pack besides its texts: the labels of its intent and template, and the system prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from apothecary.facts.columns import Mask, Places, take
from apothecary.facts.evidence import Rejected
from apothecary.facts.numbering import Glossary
from apothecary.facts.plan import LABELS, Plan

_NONE = "none"


class Labels:
    """The labels of all intents and templates of a pack, as columns to hold those of rows against."""

    def __init__(self, pack: Mapping[str, Any], plans: Sequence[Plan], glossary: Glossary) -> None:
        said = [str(system.get("text") or _NONE) for system in pack.get("systems") or ()]
        self.systems = frozenset(text for text in said if text.strip().lower() != _NONE)
        self._columns = {
            key: pl.Series([*(plan.labels[key] for plan in plans), None], dtype=pl.String)
            for key in (*LABELS, "answer_type")
        }
        registers = dict.fromkeys([None, *(register for plan in plans for register in plan.registers.values())])
        self._registers = pl.Series(list(registers), dtype=pl.String)
        number = {register: n for n, register in enumerate(registers)}
        self._register = np.zeros((len(plans) + 1, len(glossary.templates.keys) + 1), dtype=np.int64)
        for at, plan in enumerate(plans):
            places = glossary.templates.find(pl.Series(plan.template_ids, dtype=pl.String))
            self._register[at, places] = [number[register] for register in plan.registers.values()]

    def judge(self, rows: pl.DataFrame, intents: Places, templates: Places) -> Mask:
        """Which rows have the labels of their intent and template (places, -1: none) and a system of the pack."""
        good = np.ones(len(rows), dtype=bool)
        at = np.where(intents < 0, len(self._register) - 1, intents)
        for key, labels in self._columns.items():
            good &= rows[key].eq_missing(take(labels, at)).to_numpy()
        good &= rows["register"].eq_missing(take(self._registers, self._register[at, templates])).to_numpy()
        system = rows["system"]
        if system.null_count() < len(system):
            good &= (system.is_null() | system.is_in(list(self.systems))).to_numpy()
        return good

    def compare(self, plan: Plan, row: Mapping[str, Any]) -> None:
        """Rejected at the first label or system prompt that is not the pack's."""
        for key, label in {**plan.labels, "register": plan.registers.get(row["template"])}.items():
            if row[key] != label:
                raise Rejected("label", f"{key}: expected {label!r}, found {row[key]!r}")
        if row["system"] is not None and row["system"] not in self.systems:
            raise Rejected("label", f"system: {row['system'][:90]!r} is not among the {len(self.systems)} of the pack")
