"""What is asked of an export: the formats, how reasoning is told, the template, the compression."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apothecary.recipe_mix import Format, Reasoning, settle_formats

TRAINERS = ("trl", "axolotl", "llamafactory", "unsloth")
SUFFIX = {"zstd": ".zst", "gzip": ".gz", "none": ""}

Trainer = Literal["trl", "axolotl", "llamafactory", "unsloth"]


class Order(BaseModel):
    """The settings of one export. The same run and order give the same bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("chat",)
    reasoning: Reasoning = "drop"
    template: str = ""  # the text of a Jinja chat template, for `text`
    compress: Literal["zstd", "gzip", "none"] = "zstd"
    level: Annotated[int, Field(ge=1, le=22)] = 3
    columns: tuple[str, ...] = ()  # columns of the dataset that stand in the JSON lines too, as id
    pairs: Annotated[int, Field(ge=0)] = 20_000  # rows that a wrong answer is looked for, some ms each
    trainers: tuple[Trainer, ...] = ()

    @model_validator(mode="after")
    def sort_formats(self) -> Order:
        """The same order with its formats in one order, each once, and `chat` where a trainer reads it."""
        wanted = settle_formats(self.formats)
        if "hf" in wanted and self.trainers:
            raise ValueError("configs of trainers beside `chat`, not beside `hf`")
        object.__setattr__(self, "formats", settle_formats((*wanted, "chat")) if self.trainers else wanted)
        object.__setattr__(self, "trainers", tuple(name for name in TRAINERS if name in self.trainers))
        return self

    def name_file(self, form: str, shard: str, hub_name: str) -> str:
        """A format and a shard to the file it is written to, relative to the export folder."""
        if form == "hf":
            return f"data/{hub_name}.parquet"
        if form == "parquet":
            return f"parquet/{shard}.parquet"
        return f"{form}/{shard}.jsonl{SUFFIX[self.compress]}"
