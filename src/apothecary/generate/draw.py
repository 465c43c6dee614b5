"""Row numbers in, drawn combinations out: which entities, given numbers and wordings row j of a stratum has.

Rows go through the combinations in laps: within a lap no combination of entities comes twice, and from lap to lap a
combination takes another of its variants (given numbers x question wordings), so no row is drawn twice and facts are
covered evenly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import draw_index, permute, random_words
from apothecary.generate.strata import IntentPlan, Part, Stratum
from apothecary.packs.companions import spread_words

Index = NDArray[np.int64]
Unsigned = NDArray[np.uint64]

# Independent uses of one key and counter.
_SYSTEM_SALT = 7  # tells the draw of the system text from that of the right option's place, made with the same word
_STREAM_VARIANT, _STREAM_WORDING, _STREAM_DISTRACTORS = range(3)
_LAP_STEP = 0x9E37_79B9_7F4A_7C15


@dataclass(frozen=True)
class Span:
    """Rows start..stop-1 of a stratum."""

    stratum: Stratum
    start: int
    stop: int


@dataclass(frozen=True)
class Drawn:
    """The combinations of n rows of one intent; every array is (n,)."""

    template: Index  # index into the intent's templates
    part: list[Part]  # the parts met
    part_of: Index  # index into `part`
    j: Index
    roles: dict[str, Index]  # entity rows of the view
    given: dict[str, Index]  # index into the given's texts
    ask: Index
    reply: Index
    before_ask: Index
    before_reply: Index
    letter: Index  # the place of the right option
    system: Index  # index into the pack's system texts
    is_held_out: NDArray[np.bool_]
    _places: dict[str, pl.Series] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """n."""
        return len(self.j)

    def places(self, role: str) -> pl.Series:
        """The entity rows of a role as Polars gathers with them; made once, as that takes longer than the gather."""
        if role not in self._places:
            self._places[role] = pl.Series(self.roles[role].astype(np.uint32))
        return self._places[role]


def draw_rows(plan: IntentPlan, spans: Sequence[Span], befores: Sequence[tuple[int, int]]) -> Drawn:
    """The combinations of `spans`, all strata of one intent.

    `befores` are, for each template, the numbers of wordings of an earlier turn: its question's and its reply's.
    """
    numbers = {template.id: number for number, template in enumerate(plan.intent.templates)}
    parts: list[Part] = []
    pieces = []
    for span in spans:
        if span.stratum.part not in parts:
            parts.append(span.stratum.part)
    for part in parts:
        own = [span for span in spans if span.stratum.part is part]
        pieces.append(_draw_part(plan, parts.index(part), part, own, numbers, befores))
    joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    roles = {name[5:]: values for name, values in joined.items() if name.startswith("role:")}
    given = {name[6:]: values for name, values in joined.items() if name.startswith("given:")}
    return Drawn(
        template=joined["template"],
        part=parts,
        part_of=joined["part_of"],
        j=joined["j"],
        roles=roles,
        given=given,
        ask=joined["ask"],
        reply=joined["reply"],
        before_ask=joined["before_ask"],
        before_reply=joined["before_reply"],
        letter=joined["letter"],
        system=joined["system"],
        is_held_out=joined["is_held_out"],
    )


def find_rows_about(plan: IntentPlan, stratum: Stratum, entity: int, rows: int) -> list[Span]:
    """Up to `rows` rows of a stratum whose role a is this entity row, from the first lap."""
    domain = stratum.part.domain
    combinations = domain.find(entity)[:rows]
    key = plan.template_key(stratum.template)
    return [Span(stratum, int(j), int(j) + 1) for j in permute(combinations, domain.size, key, invert=True)]


def _draw_part(
    plan: IntentPlan,
    part_number: int,
    part: Part,
    spans: Sequence[Span],
    numbers: dict[str, int],
    befores: Sequence[tuple[int, int]],
) -> dict[str, NDArray[Any]]:
    """One part's rows: combination by permutation, variant by lap, the rest by random words of (template key, j)."""
    counts = np.array([span.stop - span.start for span in spans])
    owner = np.repeat(np.arange(len(spans)), counts)
    j = np.concatenate([np.arange(span.start, span.stop) for span in spans]).astype(np.int64)
    template = np.array([numbers[span.stratum.template] for span in spans], dtype=np.int64)[owner]
    keys = np.array([plan.template_key(s.stratum.template) for s in spans], dtype=np.uint64)[owner]
    size = part.domain.size
    lap = j // size
    with np.errstate(over="ignore"):
        lap_keys = keys + lap.astype(np.uint64) * np.uint64(_LAP_STEP)
    combination = permute(j - lap * size, size, lap_keys)
    variants = [span.stratum.variants for span in spans]
    variant = _pick_variant(keys, combination, lap, variants, owner)
    ask, sets, is_held_out = _split_variant(plan, part, spans, counts, variant)
    asked = plan.replies.offset[template] + ask
    wording = random_words(keys, j, _STREAM_WORDING)
    if plan.intent.draw.kind == "none":
        # One permutation of all sets of given numbers, the same for all templates, keeps each set in one split.
        sets = permute(combination + part.offset, plan.given_size, plan.intent_key)
    drawn = {
        "template": template,
        "part_of": np.full(len(j), part_number, dtype=np.int64),
        "j": j,
        "ask": ask,
        "reply": plan.replies.first[asked] + draw_index(wording[:, 0], plan.replies.count[asked]),
        "before_ask": draw_index(wording[:, 1], np.array([b[0] for b in befores], dtype=np.int64)[template]),
        "before_reply": draw_index(wording[:, 2], np.array([b[1] for b in befores], dtype=np.int64)[template]),
        "letter": draw_index(wording[:, 3], plan.intent.draw.count or 1),
        "system": _pick_system(plan, wording[:, 3]),
        "is_held_out": is_held_out,
    }
    others = plan.intent.draw.kind in ("options", "odd", "group")
    words = random_words(keys, j, _STREAM_DISTRACTORS) if others else wording
    drawn |= {f"role:{role}": rows for role, rows in part.domain.decode(combination, words).items()}
    drawn |= {f"given:{name}": values for name, values in _decode_given(plan, sets).items()}
    return drawn


def _pick_system(plan: IntentPlan, words: NDArray[np.uint32]) -> Index:
    """A system text of the pack for each row, by weight."""
    ends = np.cumsum([system.weight for system in plan.pack.systems])
    if not len(ends):
        return np.zeros(len(words), dtype=np.int64)
    drawn = spread_words(words, _SYSTEM_SALT, np.full(len(words), 2**20)) / 2**20
    return np.asarray(np.searchsorted(ends, drawn * ends[-1], side="right"))


def _pick_variant(keys: Unsigned, combination: Index, lap: Index, variants: Sequence[int], owner: Index) -> Index:
    """Variant of each row: a start of its own for each combination, then one stride a lap; row n is of span owner[n].

    The stride shares no factor with the number of variants, so that laps 0..variants-1 all differ.
    """
    counts = np.array(variants, dtype=np.int64)[owner]
    start = draw_index(random_words(keys, combination, _STREAM_VARIANT)[:, :2], counts)
    if not lap.any():
        return start
    stride = np.array([_find_stride(count) for count in variants], dtype=np.int64)[owner]
    return np.asarray((start + (lap % counts) * stride) % counts)


def _find_stride(count: int) -> int:
    """A number near 0.618 x count that shares no factor with count."""
    stride = max(1, round(count * 0.6180339887498949))
    while math.gcd(stride, count) != 1:
        stride += 1
    return stride


def _split_variant(
    plan: IntentPlan, part: Part, spans: Sequence[Span], counts: Index, variant: Index
) -> tuple[Index, Index, NDArray[np.bool_]]:
    """Variant number to ask wording, set of given numbers, and whether the wording is of a pattern held out."""
    ask, sets = np.empty_like(variant), np.empty_like(variant)
    is_held_out = np.zeros(len(variant), dtype=bool)
    stop = 0
    for span, count in zip(spans, counts, strict=True):
        start, stop = stop, stop + count
        asks = plan.asks[span.stratum.template]
        allowed = asks.allowed(part.split, plan.intent.tests)
        quotient, remainder = np.divmod(variant[start:stop], len(allowed))
        ask[start:stop] = allowed[remainder]
        sets[start:stop] = quotient
        is_held_out[start:stop] = asks.is_held_out[ask[start:stop]]
    return ask, sets, is_held_out


def _decode_given(plan: IntentPlan, sets: Index) -> dict[str, Index]:
    """Number of a set to one index for each given, mixed radix."""
    decoded = {}
    rest = sets
    for name, size in zip(plan.intent.draw.given, plan.given_sizes, strict=True):
        rest, decoded[name] = np.divmod(rest, size)
    return decoded
