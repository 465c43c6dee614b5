"""Which rows of a dataset go into an export: all, those that do not rest on something recalled, or those of a mix."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import encode_json, hash_file

REMOVED = pl.Schema({"id": pl.String, "reason": pl.String})


@dataclass(frozen=True)
class Choice:
    """What rows may not rest on, and the tables of a mix (`<shard>.parquet`: row, reason) that leave rows out."""

    sources: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    mix: Path | None = None

    @property
    def name(self) -> str:
        """What the choice stands for, as a hash."""
        tables = {path.name: hash_file(path) for path in sorted(self.mix.glob("*.parquet"))} if self.mix else {}
        told = [list(self.sources), list(self.facts), list(self.entities), tables]
        return hashlib.sha256(encode_json(told)).hexdigest()

    @property
    def is_recall(self) -> bool:
        """Whether rows are left out for what they rest on."""
        return bool(self.sources or self.facts or self.entities)

    def list_recalled(self) -> dict[str, list[str]]:
        """What is recalled, by kind."""
        named = {"source": self.sources, "fact": self.facts, "entity": self.entities}
        return {kind: list(names) for kind, names in named.items() if names}

    def to_context(self) -> dict[str, Any]:
        """The choice as JSON-able settings, for worker processes."""
        return {
            "sources": list(self.sources),
            "facts": list(self.facts),
            "entities": list(self.entities),
            "mix": str(self.mix) if self.mix else "",
        }


def choose_shard(rows: pl.DataFrame, shard: str, context: dict[str, Any]) -> tuple[pl.Series, pl.DataFrame]:
    """Rows (n: id, sources, entities, facts) of a shard to which are kept (n), and REMOVED lines of the others."""
    choice = context["choice"]
    reason = pl.lit(None, pl.String)
    if any(choice[name] for name in ("sources", "facts", "entities")):
        reason = build_reason(choice)
    told = rows.select("id", reason.alias("reason"))
    table = Path(choice["mix"]) / f"{shard}.parquet" if choice["mix"] else None
    if table is not None and table.exists():
        left = pl.read_parquet(table)
        mixed = told["reason"].scatter(left["row"].to_numpy(), left["reason"])
        told = told.with_columns(pl.coalesce(told["reason"], mixed.alias("mixed")).alias("reason"))
    keep = told["reason"].is_null()
    return keep, told.filter(~keep).cast(REMOVED)


def build_reason(choice: dict[str, Any]) -> pl.Expr:
    """What is recalled to the expression of the first of it that a row rests on, null for other rows."""
    facts = pl.col("facts").list.eval(pl.element().struct.field("fact_id"))
    reason = pl.lit(None, pl.String)
    for kind, held in (("entities", pl.col("entities")), ("facts", facts), ("sources", pl.col("sources"))):
        for name in reversed(choice[kind]):
            rests = held.list.contains(name).fill_null(value=False)
            one = {"entities": "entity", "facts": "fact", "sources": "source"}[kind]
            reason = pl.when(rests).then(pl.lit(f"recalled {one} {name}")).otherwise(reason)
    return reason
