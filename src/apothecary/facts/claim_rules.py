"""What a pack's `claims.yaml` says about judging claims, and the settings of the check, as frozen models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from apothecary.errors import PackError


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class ClaimSettings(_Strict):
    """How rows are checked."""

    kind: Literal["claims"] = "claims"
    parts: tuple[Literal["prompt", "response"], ...] = ("prompt", "response")
    carry: bool = True  # whether a sentence without a name may speak of the one that the question names
    fields: tuple[str, ...] = ()  # empty: all that the pack has rules for


class ClaimField(_Strict):
    """How claims about one field read and when they are right or wrong.

    The stated precision is half a unit of the last digit (h). `agrees`: within h + `agree` of what a source says, or
    between sources. `contradicts`: farther than 2 h + `contradict` from all sources; `alone` replaces `contradict`
    where one source speaks, or several that are more than `agree` apart. Between the two nothing is said.
    """

    phrases: tuple[str, ...]
    kind: Literal["number", "count", "year", "formula"] = "number"
    units: str = ""  # a family of `units`; empty: a number without unit
    bare: bool = False  # whether the unit may be left out
    implied: tuple[str, ...] = ()  # units that tell the property on their own, in brackets behind a name
    agree: float = 0.0
    relative: float = 0.0  # a share of the known value, added to both margins
    contradict: float = 0.0
    alone: float | None = None
    also: tuple[str, ...] = ()  # a statement that fits one of these fields is not contradicted
    forms: bool = False  # a difference that a salt or hydrate explains is not contradicted
    below: bool = True  # whether less than the known value can be wrong
    needs: tuple[str, ...] = ()  # words of which the sentence or question must have one
    blocks: tuple[str, ...] = ()  # words with which a sentence is not judged


class Form(_Strict):
    """What a counter-ion, water or a proton adds to a molecule: g/mol, and atoms."""

    mass: float
    atoms: Mapping[str, float]


class ClaimRules(_Strict):
    """A pack's rules: see docs/curate/claims.md."""

    names: tuple[str, ...] = ()  # fields whose texts name their entity
    not_names: tuple[str, ...] = ()
    units: Mapping[str, Mapping[str, tuple[float, float]]] = {}  # family: unit: (factor, offset) to the field's unit
    forms: Mapping[str, Form] = {}  # what makes a salt, hydrate or ion; `water` goes with any other
    fields: Mapping[str, ClaimField]

    @pydantic.model_validator(mode="after")
    def _check_units(self) -> ClaimRules:
        for name, field in self.fields.items():
            if field.units and field.units not in self.units:
                raise ValueError(f"field {name}: no family of units `{field.units}`")
        return self


def read_rules(raw: Mapping[str, Any]) -> ClaimRules:
    """The content of `claims.yaml`, all values text, to rules; PackError when it is not as documented."""
    try:
        return ClaimRules.model_validate(raw)
    except pydantic.ValidationError as reason:
        first = reason.errors()[0]
        where = "claims.yaml: " + ".".join(str(part) for part in first["loc"])
        raise PackError(str(first["msg"]), where=where, hint="see docs/curate/claims.md") from reason
