"""What a recipe, or the command line, says about the files for a trainer: which formats, and which training rows.

These settings choose among finished rows and tell them; no row depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Format = Literal["chat", "sharegpt", "alpaca", "completion", "text", "parquet", "hf", "reward", "preference"]
Reasoning = Literal["think", "inline", "drop"]
Kind = Literal["origin", "perspective", "intent", "pack", "source"]
Capped = Literal["template", "fact", "source"]

FORMATS: tuple[Format, ...] = get_args(Format)
TABLES = ("parquet", "hf")  # the formats that are Parquet with all columns; the others are JSON lines
BY: tuple[Kind, ...] = get_args(Kind)


def settle_formats(names: Sequence[Format]) -> tuple[Format, ...]:
    """Formats in their one order, each once; ValueError where a folder cannot hold them together."""
    if "hf" in names and set(names) - set(TABLES):
        raise ValueError("`hf` in a folder of its own: load_dataset reads one kind of file a folder")
    return tuple(name for name in FORMATS if name in names)


def split_texts(value: Any) -> Any:
    """A text of several values, "a, b", to a list of them; anything else as it is."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(split_texts)]  # a list, or "a, b"
Formats = Annotated[tuple[Format, ...], BeforeValidator(split_texts), AfterValidator(settle_formats)]
Share = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class External(BaseModel):
    """A user's own general chat: files, and their share of the tokens of training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Texts = ()
    share: Annotated[float, Field(gt=0, lt=1)] = 0.2  # 0.15 to 0.3 is advised, against forgetting


class Mix(BaseModel):
    """Which training rows are taken: shares by kind, a temperature over them, caps, and a user's own chat beside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: Annotated[int, Field(ge=0)] = 0  # training rows; 0: as many as meet the shares exactly
    weights: dict[Kind, dict[str, Share]] = {}
    temperature: Annotated[float, Field(ge=0.1, le=100)] = 1.0  # 1: the shares as they are; more: more even
    caps: dict[Capped, Annotated[int, Field(ge=1)]] = {}
    external: External = External()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that rows are told apart by; a temperature alone is over intents."""
        named = tuple(kind for kind in BY if kind in self.weights)
        return named or (("intent",) if self.temperature != 1 else ())

    @property
    def is_asked(self) -> bool:
        """Whether it leaves out any row or adds one."""
        return bool(self.rows or self.kinds or self.caps or self.external.files)
