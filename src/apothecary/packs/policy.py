"""What a pack says about safety, as frozen models: safety.yaml (docs/packs/safety.md)."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic
from pydantic_core import PydanticCustomError

from apothecary.packs.strict import Identifier, Line, Strict

Class = Literal["S0", "S1", "S2", "S3", "S4"]
Action = Literal["draw", "structure", "edit"]
ACTIONS = ("draw", "structure", "edit")
CLASSES = ("S0", "S1", "S2", "S3", "S4")


class SafetyClass(Strict):
    """One class of rows: what it means, and what a row of it may hold."""

    means: Line
    rows: Line


class Gate(Strict):
    """A list of entities (in the `gates` of the knowledge base) and what no row may do with them."""

    source: Line
    forbids: tuple[Action, ...] = ()
    spared: tuple[Line, ...] = ()  # names on the list that its source has there by mistake, or that are medicines


class Safety(Strict):
    """The safety rules of a pack: safety.yaml."""

    version: Annotated[int, pydantic.Field(ge=1)]
    classes: dict[Class, SafetyClass]
    notes: tuple[Line, ...] = ()
    routes: tuple[Line, ...] = ()
    refusals: dict[Identifier, Line] = pydantic.Field(default_factory=dict)
    gates: dict[Line, Gate] = pydantic.Field(default_factory=dict)

    @pydantic.model_validator(mode="after")
    def _check_classes(self) -> Safety:
        missing = [name for name in CLASSES if name not in self.classes]
        if missing:
            raise PydanticCustomError("classes", "no class {names}", {"names": ", ".join(missing)})
        return self
