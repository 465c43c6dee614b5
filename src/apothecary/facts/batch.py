"""Quick acceptance: which rows of a frame are beyond doubt right, worked out by the column, intent by intent.

A row is accepted only when all its texts equal those rebuilt here and every number in them is decided. What is not
accepted is not yet wrong: `exact.py` judges it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from apothecary.facts.columns import Mask, Places, equal_texts, take
from apothecary.facts.drafts import Draft, is_close
from apothecary.facts.draws import judge_entities
from apothecary.facts.estimate import Estimate
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
    """Accepts rows of one intent; its wordings are added to the table once."""

    def __init__(self, plan: Plan, ledger: Ledger, glossary: Glossary, table: Table) -> None:
        self.plan = plan
        self.ledger = ledger
        self._glossary = glossary
        self._numbering = Numbering(plan, glossary)
        self._answer = len(self._numbering.wordings)
        self._steps = self._answer + 1
        self._chapter = table.add([*self._numbering.wordings, plan.answer, *plan.reasoning])
        self._letters = Lookup(pl.Series(list(LETTERS[: plan.count]), dtype=pl.String))
        self._given = {given.name: glossary.number_given(given) for given in plan.given}

    def accept(self, batch: Batch, rows: Places, first: int, draft: Draft) -> None:
        """Note which rows of this intent are good but for their texts, and which texts these must have.

        `rows` are their places in the batch; in its flat columns and the draft they stand together, from `first` on.
        """
        plan = self.plan
        wordings = self._numbering.read(batch.template[rows], batch.wording[:, rows])
        good = wordings.good & (batch.history.size[rows] == np.where(wordings.two_turns, 2, 0))
        good &= batch.reasoning.size[rows] == len(plan.reasoning)
        grounds, grounded = self._read_grounds(batch, rows)
        good &= grounded
        if not good.any():
            return
        values = Values(plan, self.ledger, grounds)
        if plan.offers:
            values = self._find_right(values, batch.flat["answer"][first : first + len(rows)])
        good &= judge_entities(plan, values) & self._match_choices(batch, rows, values)
        good &= self._match_tolerance(batch, rows, first, good, draft)
        self._expect_texts(batch, rows, first, np.flatnonzero(good), wordings, draft)
        self._set_values(first, values, wordings, draft)
        draft.good[first : first + len(rows)] = good & ~values.doubt

    def _expect_texts(
        self, batch: Batch, rows: Places, first: int, good: Places, wordings: Numbers, draft: Draft
    ) -> None:
        """Note the question, reply, answer, earlier turns and steps of the good rows."""
        base, at = self._chapter.wording, good + first
        draft.expect(base + wordings.ask[good], at, "prompt", at)
        draft.expect(base + wordings.reply[good], at, "response", at)
        draft.expect(np.full(len(good), base + self._answer), at, "answer", at)
        asked = good[wordings.two_turns[good]]
        if asked.size:
            turn = batch.history.start[rows[asked]]
            draft.expect(base + wordings.before_ask[asked], asked + first, "turn", turn)
            draft.expect(base + wordings.before_reply[asked], asked + first, "turn", turn + 1)
        step = batch.reasoning.start[rows[good]]
        for n in range(len(self.plan.reasoning)):
            draft.expect(np.full(len(good), base + self._steps + n), at, "step", step + n)

    def _set_values(self, first: int, values: Values, wordings: Numbers, draft: Draft) -> None:
        """Note the values of the slots that these wordings have."""
        always = np.arange(self._answer, self._steps + len(self.plan.reasoning))
        met = [wordings.ask, wordings.reply, always]
        if wordings.two_turns.any():
            met += [wordings.before_ask[wordings.two_turns], wordings.before_reply[wordings.two_turns]]
        for number in self._chapter.list_used(met).tolist():
            slot, source = self._chapter.slot + number, self._chapter.sources[number]
            column = values.find(None, source.name) if source.kind == "let" else None
            if isinstance(column, Estimate) and source.format.kind in ("dp", "sig"):
                value, error = (np.broadcast_to(part, values.rows) for part in (column.value, column.error))
                draft.set_numbers(slot, first, value, error, source.format)
            else:
                draft.set_texts(slot, first, values.read_text(source))

    def _read_grounds(self, batch: Batch, rows: Places) -> tuple[Grounds, Mask]:
        """The places of entities, facts and given numbers, and which rows state them as the ledger and the pack do."""
        plan = self.plan
        good = batch.entities.size[rows] == plan.count
        entities = np.zeros((plan.count, len(rows)), dtype=np.int64)
        for role in range(plan.count):
            entities[role] = _gather_array(batch.entity, batch.entities.start[rows] + role, good)
        good &= (entities >= 0).all(axis=0)
        reader = FactReader(plan, self.ledger, self._glossary, batch, rows, good)
        facts = {need: np.zeros((plan.count, len(rows)), dtype=np.int64) for need in plan.needs}
        for role in range(plan.count):
            for need in plan.needs:
                facts[need][role] = reader.read(need, role)
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

    def _match_tolerance(self, batch: Batch, rows: Places, first: int, good: Mask, draft: Draft) -> Mask:
        found = batch.tolerance[rows]
        if self.plan.half_digit:
            at = np.flatnonzero(good)
            draft.expect_half_digits(at + first, found[at], find_answer_format(self.plan))
            return np.asarray(~np.isnan(found))
        if self.plan.tolerance is None:
            return np.asarray(np.isnan(found))
        return is_close(found, np.full(len(found), self.plan.tolerance))


def _gather(column: pl.Series, at: Places) -> pl.Series:
    """The texts at these places, any text beyond the end."""
    if not len(column):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
    return take(column, np.minimum(at, len(column) - 1))


def _gather_array(column: Places, at: Places, good: Mask) -> Places:
    return column[np.where(good, at, 0)] if column.size else np.full(len(at), -1, dtype=np.int64)
