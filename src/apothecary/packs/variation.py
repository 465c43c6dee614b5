"""A pack's variation.yaml -> its manners: other forms of a question, and scenes around it (docs/packs/variation.md)."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from apothecary.errors import PackError
from apothecary.packs.model import Pattern, Patterns
from apothecary.packs.strict import Identifier, Line, Strict
from apothecary.packs.yaml import load_yaml_lines

FILE = "variation.yaml"


Rule = Annotated[str, StringConstraints(max_length=4000)]  # a regular expression


class When(Strict):
    """Which templates a manner fits; what is left out is not asked for."""

    answers: tuple[Line, ...] = ()
    topics: tuple[Line, ...] = ()
    perspectives: tuple[Line, ...] = ()
    registers: tuple[Line, ...] = ()
    draws: tuple[Line, ...] = ()
    intents: tuple[Identifier, ...] = ()
    intents_not: tuple[Identifier, ...] = ()
    topics_not: tuple[Line, ...] = ()
    safety: tuple[Line, ...] = ()
    unit: bool | None = None  # whether the answer is a number with a unit that is known
    steps: bool | None = None  # whether there are two steps of reasoning or more
    turns: bool | None = None  # whether an earlier turn comes first
    one_step: bool | None = None  # whether there is one step of reasoning
    orders: bool = False  # not around questions that order a form of their own (`orders` of the file)
    plain: bool = False  # not around questions with a scene of their own (`scenes` of the file)


class Manner(Strict):
    """One way to put questions, and how the answer follows it."""

    id: Identifier
    origin: Literal["variation", "context"]
    when: When = When()
    ask: Patterns
    reply: tuple[Pattern, ...] = ()
    replies: Literal["all", "bare", "sentence", "line", "short", "unit", "shown"] | None = None

    @model_validator(mode="after")
    def _check_parts(self) -> Manner:
        if bool(self.reply) == bool(self.replies):
            raise PydanticCustomError("manner", "give either `reply` (patterns) or `replies` (the template's own)")
        for pattern in self.ask:
            if pattern.count("{ask}") != 1:
                raise PydanticCustomError(
                    "manner", "`{pattern}` needs {slot} once", {"pattern": pattern, "slot": "{ask}"}
                )
        return self

    @property
    def group(self) -> str:
        """Which replies go with its questions: its own, or a kind of the template's."""
        return self.replies or self.id


class Variation(Strict):
    """All manners of a pack."""

    orders: Rule = ""
    scenes: Rule = ""
    manners: Annotated[tuple[Manner, ...], pydantic.Field(min_length=1)]

    @model_validator(mode="after")
    def _check_ids(self) -> Variation:
        ids = [manner.id for manner in self.manners]
        for name in ids:
            if ids.count(name) > 1 or name in ("all", "bare", "sentence"):
                raise PydanticCustomError("ids", "the id `{id}` stands twice, or is a kind of replies", {"id": name})
        return self

    @cached_property
    def by_origin(self) -> dict[str, list[Manner]]:
        """The manners that vary a question, and those that set it into a scene."""
        return {
            origin: [manner for manner in self.manners if manner.origin == origin]
            for origin in ("variation", "context")
        }


def read_variation(folder: Path) -> Variation:
    """The manners of the pack in `folder`; raises PackError with file and line, or when the pack has none."""
    path = folder / FILE
    if not path.is_file():
        hint = "write one (docs/packs/variation.md), or set variation.grammar=false"
        raise PackError("the pack has no manners to vary its questions by", where=str(path), hint=hint)
    raw, lines = load_yaml_lines(path)
    try:
        return Variation.model_validate(raw)
    except pydantic.ValidationError as reason:
        raise _explain(reason.errors()[0], path, lines) from None


def _explain(error: Any, path: Path, lines: dict[tuple[str | int, ...], int]) -> PackError:
    place: tuple[str | int, ...] = tuple(part for part in error["loc"])
    near = next((place[:end] for end in range(len(place), -1, -1) if place[:end] in lines), ())
    context = error.get("ctx", {})
    where = f"{path}:{lines.get(near, 1)}"
    return PackError(f"{'.'.join(map(str, place))}: {error['msg']}", where=where, hint=str(context.get("hint", "")))
