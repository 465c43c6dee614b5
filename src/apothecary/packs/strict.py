"""What all models of a pack share: they are frozen, and an unknown key is an error that names the nearest valid one."""

from __future__ import annotations

import difflib
from typing import Annotated, Any

import pydantic
from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Number = Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)]


class Strict(pydantic.BaseModel):
    """Frozen; an unknown key is an error that names the nearest valid one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        valid = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data:
            if key not in valid:
                near = difflib.get_close_matches(str(key), valid, 1, 0.5)
                raise PydanticCustomError(
                    "unknown_key",
                    "unknown key `{key}`",
                    {"key": key, "hint": f"did you mean `{near[0]}`?" if near else "", "valid": ", ".join(valid)},
                )
        return data
