"""What a pack says, as frozen models: pack -> fields and intents -> draw, templates, wordings (docs/packs.md).

The models read the strings of `yaml.load_yaml` and refuse unknown keys, naming the nearest valid one. What the patterns
and expressions mean is looked at by `check`, not here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import pydantic
from pydantic import BeforeValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from apothecary.packs.grammar import FORMAT
from apothecary.packs.policy import Safety
from apothecary.packs.strict import Identifier, Line, Name, Number, Strict

KINDS = ("none", "one", "each", "pair", "options", "odd", "group")
TOPICS = ("facts", "structure", "calculation", "comparison", "record", "honesty", "safety", "dialogue")
REGISTERS = ("clinician", "chemist", "student", "patient", "terse", "report")
MAX_GIVEN_VALUES = 100_000

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


def _read_format(text: object) -> object:
    if not isinstance(text, str) or not FORMAT.fullmatch(text) or text in ("lines", "inline", "an"):
        raise PydanticCustomError("format", "a field's format is dp0 to dp12, sig1 to sig12, int, raw or list")
    return text


def _read_tolerance(value: object) -> object:
    if value == "half-digit":
        return value
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or Decimal(value) < 0:
        raise PydanticCustomError("tolerance", "a tolerance is a number from 0 (absolute), or half-digit")
    return float(value)


def _read_decimal(value: object) -> object:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise PydanticCustomError("decimal", "a given number is written as 12, 0.5 or -3")
    return value


SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Patterns = Annotated[tuple[Pattern, ...], pydantic.Field(min_length=1)]
DecimalText = Annotated[str, BeforeValidator(_read_decimal)]


class Field(Strict):
    """One field of the knowledge base as a pack states it."""

    label: Line
    unit: Line | None = None
    kind: Literal["computed", "experimental", "registry"]
    type: Literal["number", "integer", "text", "list"]
    format: Annotated[str, BeforeValidator(_read_format)] | None = None
    margin: Number = 0.0
    hi: tuple[Line, ...] = ()
    lo: tuple[Line, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether values of the field can be compared and calculated with."""
        return self.type in ("number", "integer")

    @property
    def default_format(self) -> str:
        """The format of a slot that names none: the field's own, else `raw`, and `list` for a list."""
        return self.format or ("list" if self.type == "list" else "raw")


class Given(Strict):
    """Numbers stated in the question: a list of values, or from, to and step."""

    values: tuple[DecimalText, ...] = ()
    start: DecimalText | None = pydantic.Field(default=None, alias="from")
    to: DecimalText | None = None
    step: DecimalText | None = None
    unit: Line | None = None

    @model_validator(mode="after")
    def _check_range(self) -> Given:
        if self.values:
            if self.start or self.to or self.step:
                raise PydanticCustomError("given", "give either values, or from, to and step")
            if len({Decimal(text) for text in self.values}) < len(self.values):
                raise PydanticCustomError("given", "a value is listed twice")
            return self
        if self.start is None or self.to is None or self.step is None:
            raise PydanticCustomError("given", "give either values, or all of from, to and step")
        start, to, step = Decimal(self.start), Decimal(self.to), Decimal(self.step)
        if step <= 0 or to <= start:
            raise PydanticCustomError("given", "step must be above 0 and to above from")
        if (to - start) % step:
            last = start + (to - start) // step * step
            raise PydanticCustomError("given", f"steps of {step} from {start} do not reach {to}; the last is {last}")
        if _places(self.start) > _places(self.step):
            raise PydanticCustomError("given", "from has more decimals than step, and numbers have those of step")
        if (to - start) / step >= MAX_GIVEN_VALUES:
            raise PydanticCustomError("given", f"more than {MAX_GIVEN_VALUES} values")
        return self

    def texts(self) -> list[str]:
        """All values as they are stated, in order: values as written, steps with the decimals of `step`."""
        if self.values:
            return list(self.values)
        assert self.start and self.to and self.step
        start, step = Decimal(self.start), Decimal(self.step)
        quantum = Decimal(1).scaleb(-_places(self.step))
        count = int((Decimal(self.to) - start) / step) + 1
        return [f"{(start + step * n).quantize(quantum):f}" for n in range(count)]

    @property
    def numbers(self) -> list[float]:
        """The values of `texts()` as floats."""
        return [float(text) for text in self.texts()]


class Gap(Strict):
    """By how much values of `field` must differ, and how much at most."""

    min: Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]
    max: Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _check_order(self) -> Gap:
        if self.max is not None and self.max <= self.min:
            raise PydanticCustomError("gap", "gap.max must be above gap.min")
        return self


class Draw(Strict):
    """What varies from one example of an intent to the next."""

    ROLES: ClassVar[dict[str, tuple[str, ...]]] = {
        "none": (),
        "one": ("a",),
        "each": ("a",),
        "pair": ("a", "b", "hi", "lo"),
        "options": ("a",),
        "odd": ("a", "m"),
        "group": tuple("abcdef"),
    }
    _ALLOWED: ClassVar[dict[str, tuple[str, ...]]] = {
        "none": ("given",),
        "one": ("entity", "needs", "where", "given", "cap"),
        "each": ("entity", "field", "needs", "where", "given", "cap"),
        "pair": ("entity", "field", "needs", "where", "given", "cap", "fact_rows", "gap", "same"),
        "options": ("entity", "field", "needs", "where", "given", "cap", "gap", "count", "text", "same", "apart"),
        "odd": ("entity", "field", "needs", "where", "given", "cap", "count", "text", "same", "apart"),
        "group": ("entity", "field", "needs", "where", "given", "cap", "fact_rows", "gap", "count", "same", "apart"),
    }
    _REQUIRED: ClassVar[dict[str, tuple[str, ...]]] = {
        "none": ("given",),
        "one": ("entity", "needs"),
        "each": ("entity", "field"),
        "pair": ("entity", "needs"),
        "options": ("entity", "field", "needs", "text"),
        "odd": ("entity", "field", "needs", "text"),
        "group": ("entity", "field", "needs"),
    }
    _CAPS: ClassVar[dict[str, str]] = {"pair": "1", "group": "2"}

    kind: Literal["none", "one", "each", "pair", "options", "odd", "group"]
    entity: Identifier | None = None
    field: Name | None = None
    same: Name | None = None
    apart: Name | None = None
    needs: tuple[Name, ...] = ()
    where: Line | None = None
    given: dict[Name, Given] = pydantic.Field(default_factory=dict)
    cap: Annotated[int, pydantic.Field(ge=1)] = 8
    fact_rows: Annotated[int, pydantic.Field(ge=1)] = (
        8  # of an intent, on average, where several entities come together
    )
    gap: Gap | None = None
    count: Annotated[int, pydantic.Field(ge=2, le=8)] = 4
    text: Pattern | None = None

    @model_validator(mode="before")
    @classmethod
    def _fit_kind(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("kind") not in KINDS:
            return data
        kind = data["kind"]
        for key in data:
            if key != "kind" and key in cls.model_fields and key not in cls._ALLOWED[kind]:
                raise PydanticCustomError("draw", "`{key}` has no meaning for kind {kind}", {"key": key, "kind": kind})
        for key in cls._REQUIRED[kind]:
            if key not in data:
                raise PydanticCustomError("draw", "kind {kind} needs `{missing}`", {"missing": key, "kind": kind})
        return {"cap": cls._CAPS[kind], **data} if kind in cls._CAPS else data

    @model_validator(mode="after")
    def _check_lists(self) -> Draw:
        if len(set(self.needs)) < len(self.needs):
            raise PydanticCustomError("draw", "`needs` lists a field twice")
        if self.kind not in ("none", "each") and not self.needs:
            raise PydanticCustomError("draw", "`needs` is empty; list the fields whose facts the row asserts")
        if self.same and self.apart:
            raise PydanticCustomError("draw", "give `same` or `apart`, not both")
        for name in (self.same, self.apart):
            if name and name not in self.needs:
                raise PydanticCustomError("draw", "`{name}` decides the draw and must be in `needs`", {"name": name})
        if self.kind == "pair" and not (self.field or self.same):
            raise PydanticCustomError("draw", "a pair needs `field` (what differs), `same` (what does not), or both")
        if self.kind == "group" and not 3 <= self.count <= len(self.ROLES["group"]):
            raise PydanticCustomError("draw", "a group has 3 to 6 members")
        if self.kind == "pair" and self.gap and self.gap.max is None:
            raise PydanticCustomError("draw", "a pair needs gap.max: pairs further apart are too easy, and too many")
        return self

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles a slot may name."""
        if self.kind == "pair" and self.gap is None:
            return ("a", "b")
        if self.kind == "group":
            members = self.ROLES["group"][: self.count]
            ranks = tuple(f"r{number}" for number in range(1, self.count + 1))
            return (*members, *ranks, "hi", "lo") if self.gap else members
        return self.ROLES[self.kind]

    @property
    def members(self) -> int:
        """How many entities a combination has."""
        return {"none": 0, "one": 1, "each": 1, "pair": 2}.get(self.kind, self.count)


class Answer(Strict):
    """The canonical answer of a row and how another answer is held against it."""

    type: Literal["text", "number", "choice", "set", "smiles", "json", "refusal"]
    value: Pattern
    tolerance: Annotated[float | Literal["half-digit"] | None, BeforeValidator(_read_tolerance)] = None


class Before(Strict):
    """The turn that comes first."""

    ask: Patterns
    reply: Patterns


class Derived(Strict):
    """How a template came from another: its base, and which of its replies go with which of its questions."""

    base: Identifier
    asks: tuple[int, ...]  # for each question the number of the base's question that it holds
    ask_groups: tuple[Name, ...]
    reply_groups: tuple[Name, ...]


class Template(Strict):
    """One question skeleton with the answers that go with it."""

    id: Identifier
    # `register` is a method of every model class, hence the alias and the property
    voice: Literal["clinician", "chemist", "student", "patient", "terse", "report"] = pydantic.Field(alias="register")
    asks: Literal["hi", "lo"] | None = None
    before: Before | None = None
    ask: Patterns
    reply: Patterns
    origin: Literal["template", "variation", "context", "paraphrase"] = "template"
    generator: Line | None = None  # the model that wrote its wordings, and the licence of what it writes
    derived: Derived | None = None

    @model_validator(mode="after")
    def _check_groups(self) -> Template:
        if self.derived is None:
            return self
        counts = (len(self.derived.asks), len(self.derived.ask_groups), len(self.derived.reply_groups))
        if counts != (len(self.ask), len(self.ask), len(self.reply)):
            raise PydanticCustomError("derived", "`derived` counts other questions or replies than there are")
        for group in self.derived.ask_groups:
            if group not in self.derived.reply_groups:
                raise PydanticCustomError("derived", "no reply goes with the questions of `{group}`", {"group": group})
        return self

    @property
    def register(self) -> str:
        """Who speaks: clinician, chemist, student, patient, terse or report."""
        return self.voice


class Intent(Strict):
    """One kind of question."""

    intent: Identifier
    title: Line
    perspective: Literal[
        "basic facts", "comparative analysis", "problem solving", "clinical cases", "research contexts"
    ]
    topic: Literal["facts", "structure", "calculation", "comparison", "record", "honesty", "safety", "dialogue"]
    tests: Literal["recall", "skill"]
    safety: Literal["S0", "S1", "S2", "S3", "S4"]
    weight: Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)] = 1.0
    draw: Draw
    let: dict[Name, Line] = pydantic.Field(default_factory=dict)
    answer: Answer
    reasoning: tuple[Pattern, ...] = ()
    templates: Annotated[tuple[Template, ...], pydantic.Field(min_length=1)]

    def rate_difficulty(self) -> int:
        """1 (look-up) to 5 (several dependent steps), by rule.

        A point each for: a skill rather than a fact, something to work out, three steps or more, and several entities
        to tell apart (for options that is one for those of any kind, two for those of the right one's own kind).
        """
        draw = self.draw
        several = draw.kind in ("odd", "group") or (draw.kind == "options" and not draw.apart)
        points = [
            self.tests == "skill",
            bool(self.reasoning or self.let),
            len(self.reasoning) >= 3,
            several,
            draw.kind in ("options", "odd") and draw.same is not None,
        ]
        return min(5, 1 + sum(points))

    @model_validator(mode="after")
    def _check_ids(self) -> Intent:
        ids = [template.id for template in self.templates]
        for name in ids:
            if ids.count(name) > 1:
                raise PydanticCustomError("ids", "two templates have the id `{id}`", {"id": name})
        return self


class Table(Strict):
    """Facts that the pack brings along: `tables/<name>.csv`, about known entities or with entities of their own."""

    about: Identifier | None = None
    entity: Identifier | None = None
    title: Line
    licence: Line
    licence_class: Literal["permissive", "share-alike"] = "permissive"
    source: SourceId
    fields: tuple[Name, ...] = ()
    several: bool = False  # a name may have several lines; their values are facts, and none is the one that is stated
    sha256: str = ""  # of the cells; found when the table is read

    @model_validator(mode="after")
    def _check_subject(self) -> Table:
        if (self.about is None) == (self.entity is None):
            raise PydanticCustomError("table", "give either `about` (known entities) or `entity` (a type of its own)")
        if self.entity and self.several:
            raise PydanticCustomError("table", "`several` goes with `about`: a line of `entity` is one entity")
        if self.about and not self.fields:
            raise PydanticCustomError("table", "`fields` is empty; list the columns that become facts")
        if len(set(self.fields)) < len(self.fields):
            raise PydanticCustomError("table", "`fields` lists a field twice")
        return self

    @property
    def subject(self) -> str:
        """The entity type that its facts are about."""
        return str(self.about or self.entity)


class SystemText(Strict):
    """A system prompt and its share among those of the pack; an empty text stands for none."""

    text: Annotated[str, StringConstraints(max_length=4000)] = ""
    weight: Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)] = 1.0


class Pack(Strict):
    """A domain: fields and intents, with the text they were read from."""

    name: Identifier
    version: Annotated[int, pydantic.Field(ge=1)]
    fields: dict[Name, Field]
    refuse: tuple[Line, ...] = ()
    tables: dict[Identifier, Table] = pydantic.Field(default_factory=dict)
    systems: tuple[SystemText, ...] = ()
    safety: Safety | None = None
    intents: list[Intent]
    raw: dict[str, Any] = pydantic.Field(repr=False)

    @cached_property
    def by_name(self) -> dict[str, Intent]:
        """The intents by name."""
        return {intent.intent: intent for intent in self.intents}


def _places(text: str) -> int:
    return len(text.partition(".")[2])
