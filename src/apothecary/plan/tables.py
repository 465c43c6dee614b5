"""The data that plans are made of (tiers, the rule of thumb, limits, prices): YAML files in, frozen models out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError

from apothecary.errors import RecipeError
from apothecary.packs.yaml import load_yaml
from apothecary.recipe import Settings, Share

DATA = Path(__file__).parent / "data"
Positive = Annotated[float, Field(gt=0)]
Model = TypeVar("Model", bound=Settings)


class Tier(Settings):
    """Rows, the largest model (billions of parameters) that they suit, and where the rows come from, in shares."""

    tier: int
    name: str
    rows: Annotated[int, Field(gt=0)]
    made_rows: int = 0  # rows made so that `rows` are left, where that is many more
    most_parameters: Positive
    shares: dict[str, Share]
    recipe: str


class Thumb(Settings):
    """The share of good rows that the rule of thumb gives for a size."""

    rows: Annotated[int, Field(gt=0)]
    quality: Share


class Limits(Settings):
    """Beyond which a plan calls something a bottleneck."""

    cpu_hours: Positive
    rows_per_form: Positive
    bad_share: Positive
    capacity_share: Positive
    free_memory_share: Positive
    free_disk_share: Positive


class LlmRow(Settings):
    """Tokens of one row that a model writes, the share of answers that pass, and the model whose price is taken."""

    prompt_tokens: Positive
    completion_tokens: Positive
    pass_share: Annotated[float, Field(gt=0, le=1)]
    model: str


class Tiers(Settings):
    """What `tiers.yaml` says."""

    as_of: str
    tiers: tuple[Tier, ...]
    rule_of_thumb: tuple[Thumb, ...]
    limits: Limits
    llm_row: LlmRow

    def find_tier(self, number: int) -> Tier:
        """A tier by its number."""
        return next(tier for tier in self.tiers if tier.tier == number)


class Cpu(Settings):
    """A rented machine: cores, memory in GiB, US dollars an hour."""

    name: str
    cores: Annotated[int, Field(gt=0)]
    memory_gib: Positive
    usd_per_hour: Positive
    source: str


class Gpu(Settings):
    """A rented accelerator: memory in GB, dense BF16 peak in 10^12 operations a second, US dollars an hour."""

    name: str
    memory_gb: Positive
    tflops: Positive
    usd_per_hour: Positive
    source: str


class Training(Settings):
    """How training is reckoned: operations a parameter and token, share of the peak, bytes a parameter."""

    operations_per_parameter_and_token: Positive
    utilisation: Annotated[float, Field(gt=0, le=1)]
    bytes_per_parameter: Positive
    usable_memory: Annotated[float, Field(gt=0, le=1)]


class Prices(Settings):
    """What `prices.yaml` says."""

    as_of: str
    cpu: Annotated[tuple[Cpu, ...], Field(min_length=1)]
    gpu: Annotated[tuple[Gpu, ...], Field(min_length=1)]
    training: Training


def read_table(path: Path, model: type[Model]) -> Model:
    """A YAML file to a model; RecipeError that names the file and the first value that is wrong."""
    try:
        return model.model_validate(load_yaml(path, RecipeError))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        hint = (
            f"take {DATA / path.name} as an example" if (DATA / path.name).exists() else "compare it with prices.yaml"
        )
        raise RecipeError(f"`{where}` of {path.name}: {first['msg']}", where=str(path), hint=hint) from None


@lru_cache
def load_tiers() -> Tiers:
    """The tiers of this version."""
    return read_table(DATA / "tiers.yaml", Tiers)


def load_prices(path: Path | None = None) -> Prices:
    """The prices of this version, or of a file of one's own."""
    return read_table(path or DATA / "prices.yaml", Prices)


def read_thumb(rows: int, table: Sequence[Thumb]) -> float:
    """The rule of thumb at a number of rows: read off between its sizes on a logarithmic scale, held at both ends."""
    points = sorted((math.log(one.rows), one.quality) for one in table)
    at = math.log(max(1, rows))
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in itertools.pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]
