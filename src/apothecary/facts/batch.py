"""Quick acceptance: which rows of a frame are beyond doubt right, worked out by the column, intent by intent.

A row is accepted only when all its texts equal those rebuilt here and every number in them is decided. What is not
accepted is not yet wrong: `exact.py` judges it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.digits import Mask, measure_half_digits
from apothecary.facts.exact import find_answer_format
from apothecary.facts.ledger import Ledger
from apothecary.facts.lookup import Lookup
from apothecary.facts.phrasing import LETTERS
from apothecary.facts.plan import Plan, Source
from apothecary.facts.tables import Table, build_single
from apothecary.facts.values import Grounds, Places, Values

_FLAT = ("prompt", "response", "answer", "answer_type", "template")
_MAX_PARTS = 4


class Opened(NamedTuple):
    """A list column as one flat column: row n has flat[start[n]:][:size[n]]."""

    start: Places
    size: Places
    flat: pl.Series


def open_lists(column: pl.Series) -> Opened:
    """A list column, null and empty lists alike, as a flat column."""
    count = column.list.len().fill_null(0).to_numpy().astype(np.int64)
    return Opened(np.cumsum(count) - count, count, column.explode(empty_as_null=False, keep_nulls=False))


class Batch:
    """The columns of a frame, nested ones opened, facts and entities looked up."""

    def __init__(self, rows: pl.DataFrame, ledger: Ledger) -> None:
        self.rows = rows
        self.entities = open_lists(rows["entities"])
        self.entity = ledger.find_entities(self.entities.flat)
        self.facts = open_lists(rows["facts"])
        fact = self.facts.flat.struct.unnest()
        self.role, self.value, self.unit, self.field = fact["entity"], fact["value"], fact["unit"], fact["field"]
        self.place = ledger.find_facts(fact["fact_id"])
        self.agrees = _compare_facts(fact, self.place, ledger)
        self.unnamed = fact["fact_id"].is_null().to_numpy()
        self.role_number = fact["entity"].fill_null(-2).to_numpy()
        self.choices = open_lists(rows["choices"])
        self.reasoning = open_lists(rows["reasoning"])
        self.history = open_lists(rows["history"])
        self.turns = self.history.flat.struct.unnest()
        parts = rows["wording"].str.split_exact(".", _MAX_PARTS).struct.unnest()
        numbers = parts.select(pl.all().cast(pl.Int32, strict=False).fill_null(-1)).get_columns()
        self.wording = np.vstack([column.to_numpy() for column in numbers])
        self.tolerance = rows["tolerance"].fill_null(float("nan")).to_numpy()


def _compare_facts(fact: pl.DataFrame, place: Places, ledger: Ledger) -> Mask:
    """Whether each stated fact says what the ledger says under its fact_id."""
    if not len(ledger.ids):
        return np.zeros(len(fact), dtype=bool)
    at = np.maximum(place, 0)
    fields = pl.Series([field.name for field in ledger.fields]).gather(ledger.field[at])
    same = (fact["value"] == ledger.texts.gather(at)) & (fact["field"] == fields)
    same &= fact["unit"].eq_missing(ledger.units.gather(at))
    return np.asarray(same.fill_null(value=False).to_numpy() & (place >= 0) & ledger.sound[at])


class Accepter:
    """Accepts rows of one intent; its segment tables are built once."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self.plan = plan
        self.ledger = ledger
        templates = list(plan.templates.values())
        self._ids = Lookup(pl.Series([template.id for template in templates]))
        parts = ("ask", "reply", "before_ask", "before_reply")
        self._tables = {part: Table([getattr(template, part) for template in templates]) for part in parts}
        self._two_turns = np.array([bool(template.before_ask) for template in templates])
        befores = max((len(template.before_ask) for template in templates), default=0)
        asks = self._tables["ask"]
        self._agrees = np.zeros((befores + 1, int(asks.sizes.sum())), dtype=bool)  # last row: no turn before
        for base, template in zip(asks.bases, templates, strict=True):
            for before in range(len(template.before_ask)) if template.before_ask else (None,):
                for ask in range(len(template.ask)):
                    fits = plan.judge_direction(template, ask, before) == "agrees"
                    self._agrees[-1 if before is None else before, base + ask] = fits
        self._given = {given.name: Lookup(pl.Series(given.texts)) for given in plan.given}

    def accept(self, batch: Batch, rows: Places) -> Mask:
        """Which of these rows (places in the batch, all of this intent) are surely right."""
        plan = self.plan
        flat = batch.rows.select(_FLAT)[rows]
        template = self._ids.find(flat["template"])
        wordings, good = self._read_wordings(batch.wording[:, rows], np.maximum(template, 0))
        good &= (template >= 0) & (flat["answer_type"] == plan.answer_type).fill_null(value=False).to_numpy()
        grounds, grounded = self._read_grounds(batch, rows)
        good &= grounded
        if not good.any():
            return good
        values = Values(plan, self.ledger, grounds)
        if plan.kind == "options":
            values = self._find_right(values, flat["answer"], grounds)
        good &= self._judge_draw(values) & self._match_choices(batch, rows, values)
        answer = build_single(plan.answer, values.read_text, len(rows))
        good &= _equal(answer, flat["answer"]) & self._match_tolerance(answer, batch.tolerance[rows])
        every = np.arange(len(rows))
        for part, column in (("ask", "prompt"), ("reply", "response")):
            good &= _equal(self._tables[part].build(wordings[part], every, values.read_text), flat[column])
        good &= self._match_history(batch, rows, values, wordings, self._two_turns[np.maximum(template, 0)])
        good &= batch.reasoning.size[rows] == len(plan.reasoning)
        for n, step in enumerate(plan.reasoning):
            found = _gather(batch.reasoning.flat, batch.reasoning.start[rows] + n)
            good &= _equal(build_single(step, values.read_text, len(rows)), found)
        return good & ~values.doubt

    def _read_wordings(self, numbers: NDArray[np.int32], template: Places) -> tuple[dict[str, Places], Mask]:
        """Places in the segment tables; rows whose numbers do not fit get place 0 and are not good."""
        two = self._two_turns[template]
        last = np.where(two, 4, 2)
        good = (numbers[:2] >= 0).all(axis=0) & (numbers[4] < 0)
        good &= np.where(two, (numbers[2:4] >= 0).all(axis=0), (numbers[2:4] < 0).all(axis=0))
        wordings = {}
        every = np.arange(numbers.shape[1])
        for part, at in (("ask", last - 2), ("reply", last - 1), ("before_ask", last - 4), ("before_reply", last - 3)):
            table, needed = self._tables[part], two if part.startswith("before") else np.True_
            number = np.where(needed, numbers[np.maximum(at, 0), every], 0)
            inside = number < table.sizes[template]
            good &= inside | ~needed
            wordings[part] = np.where(needed & inside & (number >= 0), table.bases[template] + number, 0)
        first = np.where(two & good, numbers[0], self._agrees.shape[0] - 1)
        return wordings, good & self._agrees[first, wordings["ask"]]

    def _read_grounds(self, batch: Batch, rows: Places) -> tuple[Grounds, Mask]:
        plan, ledger = self.plan, self.ledger
        good = batch.entities.size[rows] == plan.count
        entities = np.zeros((plan.count, len(rows)), dtype=np.int64)
        for role in range(plan.count):
            entities[role] = _gather_array(batch.entity, batch.entities.start[rows] + role, good)
        good &= (entities >= 0).all(axis=0)
        entities = np.maximum(entities, 0)
        cursor, end = batch.facts.start[rows], (batch.facts.start + batch.facts.size)[rows]
        facts = {need: np.zeros((plan.count, len(rows)), dtype=np.int64) for need in plan.needs}
        for role in range(plan.count):
            for need in plan.needs:
                start, code = ledger.field_start(need), ledger.code[need]
                good &= cursor < end
                at = np.where(good, cursor, 0)
                if not good.any():
                    return Grounds(len(rows), entities, facts, {}), good
                place = batch.place[at]
                good &= batch.agrees[at] & (batch.role_number[at] == role)
                good &= (ledger.entity[place] == entities[role]) & (ledger.field[place] == code)
                facts[need][role] = np.where(good, place - start, 0)
                if plan.fields[need].type == "list" and not (plan.kind == "each" and need == plan.field):
                    cursor = cursor + self._check_lists(batch, need, facts[need][role], at, end, role, good)
                else:
                    cursor = cursor + 1
        given = {}
        for item in plan.given:
            good &= cursor < end
            at = np.where(good, cursor, 0)
            if not good.any():
                return Grounds(len(rows), entities, facts, {}), good
            drawn = self._given[item.name].find(batch.value.gather(at))
            good &= (drawn >= 0) & batch.unnamed[at] & (batch.role_number[at] == -1)
            good &= _equal(batch.field.gather(at), pl.Series([item.name]))
            good &= batch.unit.gather(at).eq_missing(pl.Series([item.unit], dtype=pl.String)).to_numpy()
            given[item.name] = np.maximum(drawn, 0)
            cursor = cursor + 1
        return Grounds(len(rows), entities, facts, given), good & (cursor == end)

    def _check_lists(
        self, batch: Batch, need: str, first: Places, at: Places, end: Places, role: int, good: Mask
    ) -> Places:
        """The sizes of the lists that begin at `first`; rows whose other members are not there are marked in `good`."""
        lists, start = self.ledger.group_list(need), self.ledger.field_start(need)
        size = lists.size[first]
        good &= (size > 0) & (at + size <= end)
        taken = np.where(good, size, 0)
        row = np.repeat(np.arange(len(first)), taken)
        step = np.arange(len(row)) - np.repeat(np.cumsum(taken) - taken, taken)
        found, member = at[row] + step, lists.order[lists.rank[first[row]] + step] + start
        wrong = (batch.place[found] != member) | ~batch.agrees[found] | (batch.role_number[found] != role)
        good[row[wrong]] = False
        return taken

    def _find_right(self, values: Values, answer: pl.Series, grounds: Grounds) -> Values:
        """The values with the right option of each row set to the one its answer claims."""
        plan = self.plan
        if isinstance(plan.answer[0], Source) and plan.answer[0].kind == "letter":
            right = Lookup(pl.Series(list(LETTERS[: plan.count]))).find(answer.str.slice(0, 1))
            return Values(plan, self.ledger, grounds, np.maximum(right, 0))
        right = np.full(len(answer), -1, dtype=np.int64)
        for n in range(plan.count):
            claimed = Values(plan, self.ledger, grounds, np.full(len(answer), n))
            same = _equal(build_single(plan.answer, claimed.read_text, len(answer)), answer)
            right[same & (right < 0)] = n
        return Values(plan, self.ledger, grounds, np.maximum(right, 0))

    def _judge_draw(self, values: Values) -> Mask:
        """Pairs and options far enough apart, and which of a pair is the larger."""
        plan, good = self.plan, np.ones(values.rows, dtype=bool)
        if plan.kind not in ("pair", "options") or plan.field is None or not plan.fields[plan.field].is_numeric:
            return good
        if plan.kind == "pair":
            a, b = values.read_number(0, plan.field), values.read_number(1, plan.field)
            values.mark_doubt((a.value == b.value) | (np.abs(a.value - b.value) <= a.error + b.error))
            values.index["hi"] = np.where(a.value > b.value, 0, 1)
            values.index["lo"] = 1 - values.index["hi"]
            return self._judge_gap(values, a.value - b.value, a.error + b.error)
        right = values.index["a"]
        claimed = values.read_number(right, plan.field)
        for n in range(plan.count):
            other = values.read_number(n, plan.field)
            apart = self._judge_gap(values, claimed.value - other.value, claimed.error + other.error, right != n)
            good &= apart | (right == n)
        return good

    def _judge_gap(
        self, values: Values, gap: NDArray[np.float64], error: NDArray[np.float64], asked: Mask | bool = True
    ) -> Mask:
        good, size = np.ones(values.rows, dtype=bool), np.abs(gap)
        slack = np.where(error > 0, error + size * 2.0**-50, 0.0)
        for sign, bound in ((1.0, self.plan.gap[0]), (-1.0, self.plan.gap[1])):
            if bound is not None:
                beyond = sign * (size - float(bound))
                near = slack + (abs(float(bound)) * 2.0**-50 if bound % 1 else 0.0)
                values.mark_doubt((np.abs(beyond) <= near) & (near > 0) & asked)
                good &= beyond >= 0
        return good

    def _match_choices(self, batch: Batch, rows: Places, values: Values) -> Mask:
        good = batch.choices.size[rows] == len(values.options)
        for n, option in enumerate(values.options):
            at = np.where(good, batch.choices.start[rows] + n, 0)
            good &= _equal(option, _gather(batch.choices.flat, at))
            for other in values.options[:n]:
                good &= ~_equal(option, other)
        return good

    def _match_tolerance(self, answer: pl.Series, found: NDArray[np.float64]) -> Mask:
        if self.plan.half_digit:
            expected = measure_half_digits(answer, find_answer_format(self.plan))
            return np.asarray(np.abs(found - expected) <= expected * 1e-12)
        if self.plan.tolerance is None:
            return np.asarray(np.isnan(found))
        return np.asarray(found == self.plan.tolerance, dtype=bool)

    def _match_history(
        self, batch: Batch, rows: Places, values: Values, wordings: dict[str, Places], two: Mask
    ) -> Mask:
        good = batch.history.size[rows] == np.where(two, 2, 0)
        asked = np.flatnonzero(two & good)
        start = batch.history.start[rows[asked]]
        for n, (part, role) in enumerate((("before_ask", "user"), ("before_reply", "assistant"))):
            if asked.size:
                expected = self._tables[part].build(wordings[part][asked], asked, values.read_text)
                same = _equal(batch.turns["content"].gather(start + n), expected)
                same &= _equal(batch.turns["role"].gather(start + n), pl.Series([role]))
                good[asked] &= same
        return good


def _equal(one: pl.Series, other: pl.Series) -> Mask:
    """Where two text columns are equal; null equals nothing."""
    return np.asarray((one == other).fill_null(value=False).to_numpy())


def _gather(column: pl.Series, at: Places) -> pl.Series:
    """The texts at these places, null beyond the end."""
    if not len(column):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
    return column.gather(np.minimum(at, len(column) - 1))


def _gather_array(column: Places, at: Places, good: Mask) -> Places:
    return column[np.where(good, at, 0)] if column.size else np.full(len(at), -1, dtype=np.int64)
