"""A pack as the checker reads it: from the raw strings of its dump to intents with numbered wordings of resolved slots.

Nothing here comes from the pack models; a pack that cannot be read this way is a PackError.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from string import ascii_lowercase
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError
from apothecary.facts.arithmetic import list_names, parse_expression
from apothecary.facts.numbers import RAW, Format, parse_format
from apothecary.facts.wording import Slot, Wording, expand_patterns

COUNTS = {"none": 0, "one": 1, "each": 1, "pair": 2, "options": None, "odd": None, "group": None}  # None: `count` says
OFFERS = ("options", "odd")  # the kinds that offer options, one of them right
LABELS = {"perspective": "perspective", "safety_class": "safety"}  # of rows: as intents name them
OPTION = "option"  # the role of a slot in an option's text
MAX_GIVEN = 1_000_000
WEAK = frozenset({"more", "most", "less", "least", "first", "last"})  # words of direction where no other is said
_NO_DIRECTION = re.compile(r"\b(?:first approv\w+|at (?:least|most|first|last)|more or less)\b")

T = TypeVar("T")


@dataclass(frozen=True)
class Field:
    """A field as the pack declares it."""

    name: str
    unit: str | None
    kind: str
    type: str
    format: Format
    words: Mapping[str, frozenset[str]] = field(hash=False)

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in ("number", "integer")


@dataclass(frozen=True)
class Given:
    """A number the question states: every text it may have."""

    name: str
    unit: str | None
    texts: tuple[str, ...] = field(repr=False)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The values of its texts."""
        return np.array([float(text) for text in self.texts])

    @cached_property
    def column(self) -> pl.Series:
        """Its texts."""
        return pl.Series(self.texts, dtype=pl.String)

    @cached_property
    def is_short(self) -> bool:
        """Whether none of its texts has more than 15 digits."""
        return all(len(text) <= 15 for text in self.texts)


@dataclass(frozen=True)
class Source:
    """Where the text of a slot comes from: kind is name, field, given, let, options, letter or right."""

    kind: str
    name: str
    role: str = ""
    format: Format = RAW


Pieces = tuple[str | Source, ...]


@dataclass(frozen=True)
class Template:
    """A template's numbered wordings, and whether it asks for the hi or the lo of a pair or group."""

    id: str
    asks: str | None
    ask: list[Pieces]
    reply: list[Pieces]
    before_ask: list[Pieces]
    before_reply: list[Pieces]


class Plan:
    """One intent, ready to derive rows from; wordings are expanded when first used."""

    def __init__(self, raw: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
        self.name = str(raw["intent"])
        self._raw = raw
        draw = raw["draw"]
        self.kind = str(draw["kind"])
        if self.kind not in COUNTS:
            raise PackError(f"unknown draw kind {self.kind!r}", where=self.name, expected=", ".join(COUNTS))
        fixed = COUNTS[self.kind]
        self.count = int(draw.get("count") or 4) if fixed is None else fixed
        self.field: str | None = draw.get("field")
        self.same: str | None = draw.get("same")
        self.apart: str | None = draw.get("apart")
        needs = tuple(draw.get("needs") or ())
        self.needs = (
            (self.field, *(n for n in needs if n != self.field)) if self.kind == "each" and self.field else needs
        )
        self.fields = self._pick_fields(fields)
        self.offers = self.kind in OFFERS
        self.ranked = self.kind in ("pair", "group") and bool(self.field) and self.fields[str(self.field)].is_numeric
        self.roles = self._list_roles()
        if self.kind == "odd" and self.count < 3:
            raise PackError(f"none of {self.count} is the odd one", where=self.name, expected="a count of 3 or more")
        gap = draw.get("gap") or {}
        self.gap = tuple(None if gap.get(end) is None else Decimal(str(gap[end])) for end in ("min", "max"))
        self.given = self._read(lambda: [_read_given(n, g) for n, g in (draw.get("given") or {}).items()])
        self.let: dict[str, ast.expr] = {}
        for name, text in (raw.get("let") or {}).items():
            self.let[name] = self._read(lambda text=text: parse_expression(str(text)))  # type: ignore[misc]
            for role, leaf in list_names(self.let[name]):
                self.locate(role, leaf)
        self.answer_type = str(raw["answer"]["type"])
        tolerance = raw["answer"].get("tolerance")
        self.half_digit = tolerance == "half-digit"
        self.tolerance = None if tolerance is None or self.half_digit else float(tolerance)
        self.labels = {column: _read_text(raw.get(key)) for column, key in LABELS.items()}
        self.labels["answer_type"] = self.answer_type
        self.registers = {str(template["id"]): _read_text(template.get("register")) for template in raw["templates"]}
        self.template_ids = list(self.registers)

    @cached_property
    def answer(self) -> Pieces:
        """The pattern of the answer."""
        return self._expand_one(self._raw["answer"]["value"])

    @cached_property
    def reasoning(self) -> list[Pieces]:
        """The patterns of the steps."""
        return [self._expand_one(step) for step in self._raw.get("reasoning") or ()]

    @cached_property
    def option(self) -> Pieces:
        """The pattern of one option's text."""
        return self._expand_one(self._raw["draw"]["text"], option=True)

    @cached_property
    def templates(self) -> dict[str, Template]:
        """The templates by id, wordings expanded."""
        return {str(raw["id"]): self._expand_template(raw) for raw in self._raw["templates"]}

    def judge_direction(self, template: Template, ask: int, before: int | None) -> str:
        """What wording `ask` (after wording `before`) says about the template's `asks`: agrees, silent or contradicts.

        The first direction word of the field decides; `more` and `less` and their like only where no other is said.
        """
        words = self.fields[self.field].words if self.ranked and self.field else {}
        if template.asks is None or not any(words.values()):
            return "agrees"
        ends = {"hi": "hi", "lo": "lo", f"r{self.count}": "hi", "r1": "lo"}
        shown = {ends[piece.role] for piece in self.answer if isinstance(piece, Source) and piece.role in ends}
        if shown and template.asks not in shown:
            return "contradicts"
        texts = [template.ask[ask]] + ([] if before is None else [template.before_ask[before]])
        ways = [find_direction(text, words) for text in texts]
        if any(way not in (None, template.asks) for way in ways):
            return "contradicts"
        return "agrees" if template.asks in ways else "silent"

    def is_list(self, need: str) -> bool:
        """Whether a needed field stands for all its facts about an entity, not for one of them."""
        return self.fields[need].type == "list" and not (self.kind == "each" and need == self.field)

    def locate(self, role: str | None, name: str) -> tuple[str, str]:
        """Where a name of the arithmetic comes from: ("given" | "let", "") or ("field", role)."""
        if role is None and name in (given.name for given in self.given):
            return "given", ""
        if role is None and name in self.let:
            return "let", ""
        role = role or "a"
        if role not in self.roles or name not in self.fields:
            raise PackError(
                f"unknown name {role}.{name}", where=self.name, expected="a given or derived value, or a needed field"
            )
        return "field", role

    def _list_roles(self) -> tuple[str, ...]:
        """The roles a slot may name: a first, and those by value last."""
        if self.offers:
            return ("a", "m") if self.kind == "odd" else ("a",)
        members = tuple(ascii_lowercase[: self.count])
        ranks = tuple(f"r{n + 1}" for n in range(self.count)) if self.kind == "group" else ()
        return (*members, *ranks, "hi", "lo") if self.ranked else members

    def _pick_fields(self, fields: Mapping[str, Field]) -> dict[str, Field]:
        deciding = [name for name in (self.field, self.same, self.apart) if name]
        wanted = dict.fromkeys([*self.needs, *deciding])
        unknown = [name for name in wanted if name not in fields]
        if unknown:
            raise PackError(f"unknown field {unknown[0]!r}", where=self.name)
        for name in deciding:
            if name not in self.needs:
                raise PackError(f"{name!r} decides the draw but is not in needs", where=self.name)
            if self.kind != "each" and fields[name].type == "list":
                raise PackError(f"{name!r} decides the draw but has several values", where=self.name)
        return {name: fields[name] for name in wanted}

    def _expand_template(self, raw: Mapping[str, Any]) -> Template:
        before = raw.get("before") or {}
        parts = [raw["ask"], raw["reply"], before.get("ask") or (), before.get("reply") or ()]
        ask, reply, before_ask, before_reply = ([self._resolve(w) for w in self._expand(part)] for part in parts)
        return Template(str(raw["id"]), raw.get("asks"), ask, reply, before_ask, before_reply)

    def _expand(self, patterns: Any) -> list[Wording]:
        return self._read(lambda: expand_patterns([str(pattern) for pattern in patterns]))

    def _expand_one(self, pattern: Any, option: bool = False) -> Pieces:
        wordings = self._expand([pattern])
        if len(wordings) != 1:
            raise PackError(f"alternatives are not numbered here: {pattern!r}", where=self.name, expected="one wording")
        return self._resolve(wordings[0], option)

    def _resolve(self, wording: Wording, option: bool = False) -> Pieces:
        return tuple(p if isinstance(p, str) else self._read(lambda p=p: self._find_source(p, option)) for p in wording)  # type: ignore[misc]

    def _find_source(self, slot: Slot, option: bool) -> Source:
        form = parse_format(slot.form) if slot.form else None
        if slot.role is None and not option:
            if any(given.name == slot.name for given in self.given):
                return Source("given", slot.name)
            if slot.name in self.let:
                return Source("let", slot.name, format=form or RAW)
            if self.offers and slot.name in ("options", "letter", "right"):
                return Source(slot.name, slot.name, format=form or Format("lines"))
        role = OPTION if option and slot.role is None else slot.role or "a"
        if role != OPTION and (option or role not in self.roles):
            raise PackError(f"unknown role in {slot}", where=self.name)
        if slot.name in ("name", "Name"):
            return Source("name", slot.name, role, form or RAW)
        if slot.name not in self.fields:
            raise PackError(f"{slot.name!r} is neither a value nor a needed field", where=self.name)
        return Source("field", slot.name, role, form or self.fields[slot.name].format)

    def _read(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except ValueError as error:
            raise PackError(str(error), where=f"intent {self.name}") from error


def find_direction(pieces: Pieces, words: Mapping[str, frozenset[str]]) -> str | None:
    """`hi` or `lo` by the direction words of a wording, None where it has none."""
    text = " ".join(piece for piece in pieces if isinstance(piece, str)).lower()
    said = list_words(_NO_DIRECTION.sub(" ", text))
    for candidates in ([word for word in said if word not in WEAK], said):
        for word in candidates:
            for way, lexicon in words.items():
                if word in lexicon:
                    return way
    return None


def list_words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[^\W\d_]+", text.lower())


def read_fields(raw: Mapping[str, Any]) -> dict[str, Field]:
    """The fields of a dumped pack by name."""
    fields = {}
    for name, said in raw.items():
        kind = str(said.get("type") or "text")
        default = Format("list") if kind == "list" else RAW
        words = {way: frozenset(str(w).lower() for w in said.get(way) or ()) for way in ("hi", "lo")}
        form = parse_format(said["format"]) if said.get("format") else default
        fields[name] = Field(name, said.get("unit") or None, str(said["kind"]), kind, form, words)
    return fields


def _read_text(said: Any) -> str | None:
    return None if said is None else str(said)


def _read_given(name: str, raw: Mapping[str, Any]) -> Given:
    unit = raw.get("unit") or None
    if raw.get("values"):
        return Given(name, unit, tuple(str(value) for value in raw["values"]))
    start, end, step = (Decimal(str(raw[key])) for key in ("from", "to", "step"))
    places = len(str(raw["step"]).partition(".")[2])
    count = int((end - start) / step) + 1
    if step <= 0 or not 0 < count <= MAX_GIVEN:
        raise ValueError(f"given {name} has {count} values")
    return Given(name, unit, tuple(f"{start + step * n:.{places}f}" for n in range(count)))
