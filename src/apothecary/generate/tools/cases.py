"""What kinds of tool dialogue there are: cases.yaml as frozen models. The format is told in docs/generate/tools.md."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from apothecary.errors import PackError
from apothecary.example import ANSWER_TYPES, PERSPECTIVES
from apothecary.generate.tools.toolbox import load_schemas
from apothecary.packs.grammar import expand_all
from apothecary.packs.strict import Strict
from apothecary.packs.yaml import load_yaml

CASES = Path(__file__).parent / "cases.yaml"
KINDS = ("single", "chain", "parallel", "error", "none", "beyond")
REGISTERS = ("clinician", "chemist", "student", "patient", "terse", "report")
MIN_ASKS = 12
Calls = list[dict[str, dict[str, str]]]


class Given(Strict):
    """A number of the question: the values it may take, and its unit."""

    values: tuple[str, ...]
    unit: str | None = None


class Exchange(Strict):
    """A question, the calls that follow (step by step, those of a step at once), and the wordings of the answer."""

    ask: dict[str, tuple[str, ...]]  # by register
    steps: tuple[Calls, ...] = ()
    reply: dict[str, tuple[str, ...]] | tuple[str, ...]

    @cached_property
    def asks(self) -> list[tuple[str, str]]:
        """All question wordings, each with its register."""
        return [(name, one) for name, patterns in self.ask.items() for one in expand_all(list(patterns))[0]]

    @cached_property
    def replies(self) -> dict[str, list[str]]:
        """All wordings of the answer by branch; the only branch of a case without any is the empty text."""
        by = self.reply if isinstance(self.reply, dict) else {"": self.reply}
        return {branch: expand_all(list(patterns))[0] for branch, patterns in by.items()}


class Case(Exchange):
    """One kind of dialogue."""

    kind: Literal["single", "chain", "parallel", "error", "none", "beyond"]
    perspective: str = "problem solving"
    difficulty: Annotated[int, pydantic.Field(ge=1, le=5)] = 2
    weight: Annotated[float, pydantic.Field(gt=0)] = 1.0
    about: tuple[str, ...] = ()  # roles of entities
    stranger: bool = False  # whether `a` is an invented name instead
    drugs: bool = False  # whether only medicines
    needs: tuple[str, ...] = ()  # fields that each of them must have
    lacks: tuple[str, ...] = ()  # fields that none of them may have
    given: dict[str, Given] = pydantic.Field(default_factory=dict)
    pick: dict[str, tuple[dict[str, str], ...]] = pydantic.Field(default_factory=dict)
    before: Exchange | None = None
    let: dict[str, dict[str, Any]] = pydantic.Field(default_factory=dict)
    by: str | dict[str, tuple[str, ...]] | None = None  # what the branch of the reply is
    tools: tuple[str, ...] = ()  # offered besides those called
    withhold: tuple[str, ...] = ()  # never offered
    answer: str
    answer_type: Literal["text", "number", "choice", "set", "smiles", "json", "refusal"] = "text"
    tolerance: float | None = None

    @pydantic.model_validator(mode="after")
    def _check(self) -> Case:
        if self.perspective not in PERSPECTIVES or self.answer_type not in ANSWER_TYPES:
            raise ValueError(f"no perspective {self.perspective}")
        unknown = set(self.ask) - set(REGISTERS)
        if unknown or len(self.asks) < MIN_ASKS:
            raise ValueError(f"{len(self.asks)} question wordings, or register {unknown}; at least {MIN_ASKS}")
        for name in [*self.called, *self.tools, *self.withhold]:
            if name not in load_schemas():
                raise ValueError(f"there is no tool {name}")
        return self

    @property
    def called(self) -> list[str]:
        """The tools that the dialogue calls, each once."""
        steps = [*(self.before.steps if self.before else ()), *self.steps]
        return list(dict.fromkeys(name for step in steps for call in step for name in call))


@lru_cache(1)
def load_cases() -> Mapping[str, Case]:
    """The cases by name; PackError where the file is not as documented."""
    raw: Any = load_yaml(CASES, PackError)
    cases: dict[str, Case] = {}
    for name, body in raw["cases"].items():
        try:
            cases[name] = Case.model_validate(body)
        except pydantic.ValidationError as error:
            first = error.errors()[0]
            where = f"cases.yaml: {name}." + ".".join(str(part) for part in first["loc"])
            raise PackError(first["msg"], where=where) from None
    return cases
