"""Rules of the linter that need numbers: what formats print of real and derived values, and whether options differ."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError
from apothecary.packs.arithmetic import names_used, parse_expression
from apothecary.packs.companions import Gap, Group, Ladder
from apothecary.packs.evaluate import Column, evaluate
from apothecary.packs.grammar import expand, parse, slots
from apothecary.packs.model import Draw, Intent, Pack
from apothecary.packs.scope import Meaning, Problem, Scope

SAMPLE = 2000
_SCALE = 10**6  # values are compared in whole steps of 1e-6
_FEW = 6  # values of one given number that are tried
_SHARE = 0.005  # of tried values that may print as zero before it is an error

Numbers = NDArray[np.float64]
Sample = dict[tuple[str | None, str], Numbers]  # by role (None for given numbers) and name, all of one length


def check_ranges(
    scope: Scope, meanings: Sequence[Meaning], views: Mapping[str, pl.DataFrame] | None = None
) -> Iterator[Problem]:
    """Problems of the numbers that the wordings of an intent print; fields are tried where `views` has their table."""
    intent = scope.intent
    view = (views or {}).get(str(intent.draw.entity))
    yield from _check_steps(scope, meanings, view)
    if views is not None and intent.draw.kind != "none":
        if view is None:
            yield Problem(f"{intent.intent}/draw", f"no table of `{intent.draw.entity}`", f"one of: {', '.join(views)}")
            return
        missing = [name for name in {*intent.draw.needs, *_where_names(intent)} if name not in view.columns]
        for name in sorted(missing):
            yield Problem(f"{intent.intent}/draw", f"the knowledge base has no field `{name}`")
        if missing:
            return
        view = _choose(intent, view)
        if view.is_empty():
            yield Problem(
                f"{intent.intent}/draw", "no entity has what `needs` and `where` ask for", "see `packs capacity`"
            )
            return
    sample = _draw_sample(scope, view)
    if sample is not None:
        yield from _check_printed(scope, meanings, sample)


def find_ones(pack: Pack, intent: Intent, views: Mapping[str, pl.DataFrame] | None = None) -> frozenset[str]:
    """The integer fields and names of an intent that may be 1, as far as `where` and the tables tell."""
    found = {name for name, given in intent.draw.given.items() if 1 in given.numbers} | _find_derived_ones(pack, intent)
    view = (views or {}).get(str(intent.draw.entity))
    for name in intent.draw.needs:
        if name not in pack.fields or pack.fields[name].type != "integer" or _excludes_one(intent, name):
            continue
        if view is None or name not in view.columns or bool((view[name] == 1).any()):
            found.add(name)
    return frozenset(found)


def _find_derived_ones(pack: Pack, intent: Intent) -> set[str]:
    """The derived names that may round to 1; those over fields are taken to."""
    scope = Scope(pack, intent)
    sample = _draw_sample(scope, None) or {}
    found = set()
    for name in intent.let:
        try:
            values = _evaluate_name(scope, sample, name)
        except (KeyError, ValueError, StopIteration, PackError):
            found.add(name)
            continue
        if bool((np.abs(values - 1) <= 0.5).any()):
            found.add(name)
    return found


def _excludes_one(intent: Intent, name: str) -> bool:
    """Whether `where` is a conjunction with a bound that keeps the field away from 1."""
    try:
        tree = parse_expression(intent.draw.where) if intent.draw.where else None
    except PackError:
        return False
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        match part:
            case ast.Compare(
                left=ast.Name(id=field), ops=[op], comparators=[ast.Constant(value=(int() | float()) as bound)]
            ):
                if field != name:
                    continue
                if (isinstance(op, ast.Gt) and bound >= 1) or (isinstance(op, ast.GtE) and bound > 1):
                    return True
                if (isinstance(op, ast.NotEq) and bound == 1) or (isinstance(op, ast.Eq) and bound != 1):
                    return True
    return False


def _where_names(intent: Intent) -> set[str]:
    return names_used(parse_expression(intent.draw.where)) if intent.draw.where else set()


def _check_steps(scope: Scope, meanings: Sequence[Meaning], view: pl.DataFrame | None) -> Iterator[Problem]:
    """Whether values that differ by gap.min also differ as printed."""
    draw = scope.intent.draw
    if not draw.gap or not draw.field or draw.field not in scope.pack.fields:
        return
    shown = {meaning.fmt for meaning in meanings if meaning.kind == "field" and meaning.name == draw.field}
    here = f"{scope.intent.intent}/draw"
    if draw.text:
        try:
            default = scope.pack.fields[draw.field].default_format
            options = [slot for text in expand(draw.text) for slot in slots(parse(text)) if slot.field == draw.field]
        except PackError:
            return
        shown, here = {slot.fmt or default for slot in options}, f"{scope.intent.intent}/draw.text"
    largest = None
    if view is not None and draw.field in view.columns:
        largest = float(np.nanmax(np.abs(view[draw.field].cast(pl.Float64).to_numpy()), initial=0.0))
    for fmt in sorted(shown):
        step = _find_step(fmt, largest)
        if step is not None and draw.gap.min < step:
            what = (
                f"values {draw.gap.min:g} apart may print the same: {draw.field} is shown in steps of {step:g} ({fmt})"
            )
            yield Problem(here, what, f"set gap.min to {step:g} or more, or show more digits")


def _find_step(fmt: str, largest: float | None) -> float | None:
    if fmt == "int":
        return 1.0
    if fmt.startswith("dp"):
        return float(10.0 ** -int(fmt[2:]))
    if fmt.startswith("sig") and largest:
        return float(10.0 ** (np.floor(np.log10(largest)) - int(fmt[3:]) + 1))
    return None


def _choose(intent: Intent, view: pl.DataFrame) -> pl.DataFrame:
    """The entities of the wide table that `needs` and `where` let through."""
    fields = [*intent.draw.needs, *([intent.draw.field] if intent.draw.field and intent.draw.kind != "each" else [])]
    known = view.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in fields)) if fields else view
    if not intent.draw.where or known.is_empty():
        return known
    tree = parse_expression(intent.draw.where)

    def look(role: str | None, name: str) -> Column:
        column = known[name]
        return column if column.dtype == pl.String else column.cast(pl.Float64).to_numpy()

    chosen = evaluate(tree, look, known.height)
    return known.filter(pl.Series(np.nan_to_num(np.asarray(chosen)) != 0))


def _draw_sample(scope: Scope, view: pl.DataFrame | None) -> Sample | None:
    """Numbers to try, by (role, name), all of one length; None where nothing is known of the fields needed."""
    draw = scope.intent.draw
    given = [_pick_few(values.numbers) for values in draw.given.values()]
    rows = list(islice(product(*given), SAMPLE))
    columns = np.asarray(rows, dtype=np.float64).reshape(len(rows), len(given))
    if view is None:
        if not given:
            return None
        return {(None, name): columns[:, n] for n, name in enumerate(draw.given)}
    random = np.random.Generator(np.random.Philox(key=7))
    size = max(SAMPLE, len(rows))
    sample: Sample = {(None, name): columns[np.arange(size) % len(rows), n] for n, name in enumerate(draw.given)}
    roles = _draw_roles(scope, view, random, size)
    for name in draw.needs:
        if name in scope.pack.fields and scope.pack.fields[name].is_numeric:
            values = view[name].cast(pl.Float64).to_numpy()
            for role, index in roles.items():
                sample[role, name] = values[index]
    return sample


def _pick_few(values: list[float]) -> list[float]:
    if len(values) <= _FEW:
        return values
    return [values[n] for n in np.linspace(0, len(values) - 1, _FEW).round().astype(int)]


def _draw_roles(
    scope: Scope, view: pl.DataFrame, random: np.random.Generator, size: int
) -> dict[str, NDArray[np.int64]]:
    """Entity rows by role; of a pair the second is the first beyond gap.min above, in either order.

    Where texts decide, any entities stand in for those that would be drawn.
    """
    draw = scope.intent.draw
    first = random.integers(0, view.height, size)
    if draw.kind == "group" and draw.gap:
        return _draw_group(draw, view, random, size)
    if draw.kind != "pair" or not draw.gap:
        return {"a": first} | {role: random.permutation(first) for role in draw.roles[1:]}
    values = view[str(draw.field)].cast(pl.Float64).to_numpy()
    order = np.argsort(values, kind="stable")
    above = np.searchsorted(values[order], values[first] + draw.gap.min)
    low, high = first[above < view.height], order[above[above < view.height]]
    swap = random.random(len(low)) < 0.5
    return {"a": np.where(swap, low, high), "b": np.where(swap, high, low), "hi": high, "lo": low}


def _draw_group(draw: Draw, view: pl.DataFrame, random: np.random.Generator, size: int) -> dict[str, NDArray[np.int64]]:
    assert draw.gap and draw.field
    values = np.rint(view[draw.field].cast(pl.Float64).to_numpy() * _SCALE).astype(np.int64)
    gap = Gap(round(draw.gap.min * _SCALE), round((draw.gap.max or np.ptp(values)) * _SCALE))
    entities = np.arange(view.height)
    group = Group(Ladder.build(entities, values, None, gap.high or 0), entities, gap, draw.count, "abcdef")
    if not group.size:
        return {}
    words = random.integers(0, 2**32, (size, 4), dtype=np.uint32)
    return group.decode(random.integers(0, group.size, size), words)


def _evaluate_name(scope: Scope, sample: Sample, name: str) -> Numbers:
    """A derived value over the sample; KeyError where a field is not in it, ValueError where it is a text."""
    size = len(next(iter(sample.values()), ()))

    def look(role: str | None, used: str) -> Column:
        if role is None and used in scope.trees:
            return evaluate(scope.trees[used], look, size)
        if (None, used) in sample and role is None:
            return sample[None, used]
        return sample[role or "a", used]

    return np.asarray(look(None, name), dtype=np.float64)


def _check_printed(scope: Scope, meanings: Sequence[Meaning], sample: Sample) -> Iterator[Problem]:
    """What the formats print of the sample: nothing, zero, or a number."""
    if not sample:
        return
    here = scope.intent.intent
    for meaning in dict.fromkeys(meanings):
        if not meaning.numeric or meaning.kind not in ("derived", "field"):
            continue
        try:
            known = meaning.kind == "derived"
            values = _evaluate_name(scope, sample, meaning.name) if known else sample[meaning.role, meaning.name]
        except (KeyError, ValueError, PackError):
            continue  # a field without numbers to try
        if meaning.kind == "derived" and not np.isfinite(values).all():
            what = f"`{meaning.name}` has no value for some of the drawn numbers"
            yield Problem(
                f"{here}/let {meaning.name}", what, "a division by zero, or a root or logarithm of what is not positive"
            )
            continue
        step = _find_step(meaning.fmt, None)
        if step is None:
            continue
        lost = (values != 0) & (np.abs(values) < step / 2 * (1 - 1e-9))
        if lost.any():
            zero = f"{0.0:.{int(meaning.fmt[2:])}f}" if meaning.fmt != "int" else "0"
            what = f"{meaning.slot} prints {float(values[lost][0]):g} as {zero} ({lost.mean():.1%} of what was tried)"
            severe = lost.mean() > _SHARE
            yield Problem(here, what, "decimals are not significant digits: use sig3", "error" if severe else "warning")
