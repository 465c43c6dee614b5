"""What a draw asks of its entities together: texts that agree or differ, numbers far and near enough.

Each rule stands here twice: for one row in Decimal, and for many rows in integers, units of a field's last decimal.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor

import numpy as np

from apothecary.facts.arithmetic import UndefinedValueError, read_number
from apothecary.facts.columns import Mask, Places
from apothecary.facts.evidence import Evidence, Rejected
from apothecary.facts.phrasing import LETTERS
from apothecary.facts.plan import Plan
from apothecary.facts.values import Values, pick

Bounds = tuple[Decimal | None, ...]


def read_field(evidence: Evidence, at: int, field: str) -> Decimal:
    """The number of a field of one entity; Rejected where its text is none."""
    try:
        return read_number(evidence.values[at][field][0])
    except UndefinedValueError as error:
        raise Rejected("fact", f"{field}: {error}") from error


def check_entities(plan: Plan, evidence: Evidence, index: Mapping[str, int]) -> None:
    """Rejected where the entities of a row are not such as its draw asks for; `index` is the place of each role."""
    if plan.count < 2:
        return
    reason = "option" if plan.offers else "draw"
    right = index["a"]
    others = [n for n in range(plan.count) if n != right]
    if len(set(evidence.places)) < plan.count:
        raise Rejected(reason, "an entity stands there twice")

    def compare(field: str, one: int, two: int, agree: bool) -> None:
        texts = [evidence.values[at][field][0] for at in (one, two)]
        if (texts[0] == texts[1]) is not agree:
            wanted = "equal" if agree else "different"
            raise Rejected(reason, f"{field} of {LETTERS[one]} and {LETTERS[two]}: expected {wanted}, found {texts}")

    for n in others:
        if plan.same:
            compare(plan.same, right, n, agree=True)
        if plan.apart:
            compare(plan.apart, right, n, agree=False)
    if plan.ranked:
        _check_ranks(plan, evidence)
    elif plan.field and plan.fields[plan.field].is_numeric and plan.kind == "options":
        for n in others:
            gap = abs(read_field(evidence, right, plan.field) - read_field(evidence, n, plan.field))
            _check_gap(plan, gap, plan.gap, f"option {LETTERS[n]}", "option")
    elif plan.field and plan.kind == "odd":
        for n in others:
            compare(plan.field, right, n, agree=False)
            compare(plan.field, index["m"], n, agree=True)
    elif plan.field:
        for n in range(plan.count):
            for before in range(n):
                compare(plan.field, before, n, agree=False)


def _check_ranks(plan: Plan, evidence: Evidence) -> None:
    field = str(plan.field)
    numbers = sorted(read_field(evidence, n, field) for n in range(plan.count))
    for low, high in pairwise(numbers):
        if low == high:
            raise Rejected("direction", f"{field} is {low} for both")
        _check_gap(plan, high - low, (plan.gap[0], None), plan.kind, "direction")
    _check_gap(plan, numbers[-1] - numbers[0], (None, bound_spread(plan)), plan.kind, "direction")


def _check_gap(plan: Plan, gap: Decimal, bounds: Bounds, where: str, reason: str) -> None:
    low, high = bounds
    if low is not None and gap < low:
        raise Rejected(reason, f"{where}: expected {plan.field} to differ by {low} or more, found {gap}")
    if high is not None and gap > high:
        raise Rejected(reason, f"{where}: expected {plan.field} to differ by at most {high}, found {gap}")


def bound_spread(plan: Plan) -> Decimal | None:
    """How far the lowest and the highest value may be apart: members of a group are near one that nobody names."""
    most = plan.gap[1]
    return most * 2 if most is not None and plan.kind == "group" else most


def judge_entities(plan: Plan, values: Values) -> Mask:
    """Which rows have entities such as their draw asks for; tells `values` which role is which by value."""
    good = np.ones(values.rows, dtype=bool)
    if plan.count < 2:
        return good
    if plan.same:
        codes = values.number_texts(plan.same)
        good &= (codes[1:] == codes[0]).all(axis=0)
    if plan.apart:
        good &= _count_equals(values.number_texts(plan.apart), values.index["a"]) == 1
    if plan.ranked:
        return good & _judge_ranks(plan, values)
    good &= _differ(values.entities)
    if plan.field and plan.fields[plan.field].is_numeric and plan.kind == "options":
        good &= _judge_nearness(plan, values, plan.field)
    elif plan.field and plan.kind == "odd":
        codes = values.number_texts(plan.field)
        good &= _count_equals(codes, values.index["a"]) == 1
        good &= _count_equals(codes, values.index["m"]) == plan.count - 1
    elif plan.field:
        good &= _differ(values.number_texts(plan.field))
    return good


def _count_equals(codes: Places, role: Places | int) -> Places:
    return np.asarray((codes == pick(codes, role)).sum(axis=0))


def _differ(codes: Places) -> Mask:
    """The rows (columns here) whose codes are all different."""
    ordered = np.sort(codes, axis=0)
    return np.asarray((ordered[1:] != ordered[:-1]).all(axis=0))


def _judge_ranks(plan: Plan, values: Values) -> Mask:
    numbers, places = values.read_units(str(plan.field))
    order = np.argsort(numbers, axis=0, kind="stable")
    values.index |= {f"r{rank + 1}": order[rank] for rank in range(plan.count)} | {"hi": order[-1], "lo": order[0]}
    ranked = np.take_along_axis(numbers, order, axis=0)
    step, spread = ranked[1:] - ranked[:-1], ranked[-1] - ranked[0]
    low, high = _scale_bounds((plan.gap[0], bound_spread(plan)), places)
    return np.asarray((step >= max(low, 1)).all(axis=0) & (spread <= high))


def _judge_nearness(plan: Plan, values: Values, field: str) -> Mask:
    """The wrong options far enough from the right one, and near enough."""
    numbers, places = values.read_units(field)
    right = values.index["a"]
    gap = np.abs(numbers - pick(numbers, right))
    low, high = _scale_bounds(plan.gap, places)
    asked = np.arange(plan.count)[:, None] != right
    return np.asarray((((gap >= low) & (gap <= high)) | ~asked).all(axis=0))


def _scale_bounds(bounds: Bounds, places: int) -> tuple[float, float]:
    """Bounds in units of the last of so many decimals, whole ones."""
    low, high = (None if bound is None else bound.scaleb(places) for bound in bounds)
    return 0 if low is None else ceil(low), float("inf") if high is None else floor(high)
