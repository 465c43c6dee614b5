"""Quick acceptance: which rows of a frame are beyond doubt right, worked out by the column, intent by intent.

A row is accepted only when all its texts equal those rebuilt here and every number in them is decided. What is not
accepted is not yet wrong: `exact.py` judges it.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import Mask, Places, equal_texts, take
from apothecary.facts.digits import measure_half_digits
from apothecary.facts.draws import judge_entities
from apothecary.facts.exact import find_answer_format
from apothecary.facts.grounds import Batch, FactReader, Grounds
from apothecary.facts.ledger import Ledger
from apothecary.facts.lookup import Lookup
from apothecary.facts.numbering import Glossary, Numbering, Numbers
from apothecary.facts.phrasing import LETTERS
from apothecary.facts.plan import Plan, Source
from apothecary.facts.tables import Table, build_single
from apothecary.facts.values import Values


class Accepter:
    """Accepts rows of one intent; its segment table is built once."""

    def __init__(self, plan: Plan, ledger: Ledger, glossary: Glossary) -> None:
        self.plan = plan
        self.ledger = ledger
        self._numbering = Numbering(plan, glossary)
        self._steps = len(self._numbering.wordings)
        self._table = Table([*self._numbering.wordings, *plan.reasoning])
        self._letters = Lookup(pl.Series(list(LETTERS[: plan.count]), dtype=pl.String))
        self._given = {given.name: glossary.number_given(given) for given in plan.given}

    def accept(self, batch: Batch, rows: Places, flat: pl.DataFrame) -> Mask:
        """Which rows of this intent are surely right, by their places in the batch and their flat columns."""
        plan = self.plan
        wordings = self._numbering.read(batch.template[rows], batch.wording[:, rows])
        good = wordings.good & equal_texts(flat["answer_type"], plan.answer_type)
        grounds, grounded = self._read_grounds(batch, rows)
        good &= grounded
        if not good.any():
            return good
        values = Values(plan, self.ledger, grounds)
        if plan.offers:
            values = self._find_right(values, flat["answer"])
        good &= judge_entities(plan, values) & self._match_choices(batch, rows, values)
        answer = build_single(plan.answer, values.read_text, len(rows))
        good &= equal_texts(answer, flat["answer"]) & self._match_tolerance(answer, batch.tolerance[rows])
        good &= batch.history.size[rows] == np.where(wordings.two_turns, 2, 0)
        good &= batch.reasoning.size[rows] == len(plan.reasoning)
        self._match_texts(batch, rows, flat, wordings, values, good)
        return good & ~values.doubt

    def _match_texts(
        self, batch: Batch, rows: Places, flat: pl.DataFrame, wordings: Numbers, values: Values, good: Mask
    ) -> None:
        """Rows whose question, reply, earlier turns or steps are not the expected ones lose their `good`."""
        every = np.arange(len(rows))
        asked = np.flatnonzero(wordings.two_turns & good)
        turn = batch.history.start[rows[asked]]
        content, role = batch.turns["content"], batch.turns["role"]
        parts = [
            (every, wordings.ask, flat["prompt"]),
            (every, wordings.reply, flat["response"]),
        ]
        if asked.size:
            parts.append((asked, wordings.before_ask[asked], take(content, turn)))
            parts.append((asked, wordings.before_reply[asked], take(content, turn + 1)))
            good[asked] &= equal_texts(take(role, turn), "user") & equal_texts(take(role, turn + 1), "assistant")
        for n in range(len(self.plan.reasoning)):
            found = _gather(batch.reasoning.flat, batch.reasoning.start[rows] + n)
            parts.append((every, np.full(len(rows), self._steps + n), found))
        for row, wording, found in parts:
            good[row] &= equal_texts(self._table.build(wording, row, values.read_text), found)

    def _read_grounds(self, batch: Batch, rows: Places) -> tuple[Grounds, Mask]:
        """The places of entities, facts and given numbers, and which rows state them as the ledger and the pack do."""
        plan = self.plan
        good = batch.entities.size[rows] == plan.count
        entities = np.zeros((plan.count, len(rows)), dtype=np.int64)
        for role in range(plan.count):
            entities[role] = _gather_array(batch.entity, batch.entities.start[rows] + role, good)
        good &= (entities >= 0).all(axis=0)
        reader = FactReader(plan, self.ledger, batch, rows, good)
        facts = {need: np.zeros((plan.count, len(rows)), dtype=np.int64) for need in plan.needs}
        for role in range(plan.count):
            for need in plan.needs:
                facts[need][role] = reader.read(need, role, entities[role])
        given = {item.name: reader.read_given(item, self._given[item.name]) for item in plan.given}
        return Grounds(len(rows), np.maximum(entities, 0), facts, given), good & reader.finish()

    def _find_right(self, values: Values, answer: pl.Series) -> Values:
        """The values with the right option of each row set to the one its answer claims."""
        plan = self.plan
        if isinstance(plan.answer[0], Source) and plan.answer[0].kind == "letter":
            right = self._letters.find(answer.str.slice(0, 1))
        else:
            right = np.full(len(answer), -1, dtype=np.int64)
            for n in range(plan.count):
                same = equal_texts(build_single(plan.answer, values.claim(n).read_text, len(answer)), answer)
                right[same & (right < 0)] = n
        return values.claim(np.maximum(right, 0))

    def _match_choices(self, batch: Batch, rows: Places, values: Values) -> Mask:
        good: Mask = np.equal(batch.choices.size[rows], len(values.options))
        for n, option in enumerate(values.options):
            at = np.where(good, batch.choices.start[rows] + n, 0)
            good &= equal_texts(option, _gather(batch.choices.flat, at))
            for other in values.options[:n]:
                good &= ~equal_texts(option, other)
        return good

    def _match_tolerance(self, answer: pl.Series, found: NDArray[np.float64]) -> Mask:
        if self.plan.tolerance is None and not self.plan.half_digit:
            return np.asarray(np.isnan(found))
        expected: NDArray[np.float64] = np.full(len(found), self.plan.tolerance or 0.0)
        if self.plan.half_digit:
            expected = measure_half_digits(answer, find_answer_format(self.plan))
        return np.asarray(np.less_equal(np.abs(found - expected), expected * 1e-12))


def _gather(column: pl.Series, at: Places) -> pl.Series:
    """The texts at these places, any text beyond the end."""
    if not len(column):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
    return take(column, np.minimum(at, len(column) - 1))


def _gather_array(column: Places, at: Places, good: Mask) -> Places:
    return column[np.where(good, at, 0)] if column.size else np.full(len(at), -1, dtype=np.int64)
