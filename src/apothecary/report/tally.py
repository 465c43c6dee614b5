"""Dataset files in, counts of all rows out: by origin, difficulty, source, template; and the entities they reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.packs.view import TABLES

PLAIN = ("origin", "generator", "answer_type", "difficulty", "register", "safety_class", "tests", "split")
COLUMNS = ("intent", "template", "entities", "sources", *PLAIN)
LEAST_SHOWN = 15
FIRST_GROUPS = ("drug", "compound")


@dataclass
class Tally:
    """Counts over rows; `reach` says which entity (column) has a row of which intent (line), `rows_about` how many."""

    intents: list[str]
    by: dict[str, Counter[str]] = field(default_factory=dict)
    templates: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    reach: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    rows_about: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def list_known(knowledge: Path) -> pl.DataFrame:
    """The entities of a knowledge base as `entity_id, name, group`; the group of all but compounds is their table.

    `name` is null where an entity has none but its structure.
    """
    frames = [pl.DataFrame(schema={"entity_id": pl.String, "name": pl.String, "group": pl.String})]
    entities = {table: entity for entity, table in TABLES.items()}
    for path in sorted(knowledge.glob("*.parquet")):
        columns = pl.read_parquet_schema(path)
        if path.stem == "facts" or not {"entity_id", "name"} <= set(columns):
            continue
        group = pl.col("group") if "group" in columns else pl.lit(entities.get(path.name, path.stem))
        name = pl.when("named").then("name") if "named" in columns else pl.col("name")
        frames.append(pl.read_parquet(path).select("entity_id", name.alias("name"), group.alias("group")))
    return pl.concat(frames).unique("entity_id", keep="first", maintain_order=True)


def tally_files(files: Sequence[Path], known: pl.DataFrame, intents: Sequence[str]) -> Tally:
    """All files to their counts; columns are read one file at a time, no text among them."""
    tally = Tally(list(intents), {name: Counter() for name in PLAIN})
    tally.reach = np.zeros((len(intents), known.height), dtype=bool)
    tally.rows_about = np.zeros(known.height, dtype=np.int64)
    places = known.select("entity_id").with_row_index("place")
    lines = pl.DataFrame({"intent": list(intents)}, schema={"intent": pl.String}).with_row_index("line")
    for file in files:
        count_rows(tally, pl.read_parquet(file, columns=list(COLUMNS)), places, lines)
    return tally


def count_rows(tally: Tally, rows: pl.DataFrame, places: pl.DataFrame, lines: pl.DataFrame) -> None:
    """Add rows to a tally."""
    for name in PLAIN:
        counted = rows.group_by(name).len()
        tally.by[name].update({str(value): int(number) for value, number in counted.iter_rows() if value is not None})
    for intent, template, number in rows.group_by("intent", "template").len().iter_rows():
        tally.templates[intent, template or ""] += number
    sources = rows.select(pl.col("sources").explode(empty_as_null=False).drop_nulls()).group_by("sources").len()
    tally.sources.update(dict(sources.iter_rows()))
    about = (
        rows.select("intent", "entities")
        .explode("entities", empty_as_null=False)
        .group_by("intent", "entities")
        .len()
        .join(places, left_on="entities", right_on="entity_id")
        .join(lines, on="intent")
    )
    place, line = about["place"].to_numpy(), about["line"].to_numpy()
    tally.reach[line, place] = True
    np.add.at(tally.rows_about, place, about["len"].to_numpy().astype(np.int64))


def describe_reach(tally: Tally, known: pl.DataFrame, topics: dict[str, str]) -> dict[str, Any]:
    """A tally to coverage: by group how many entities rows reach, by topic and intent the share of each group.

    Drugs and compounds come first, the others by size; drugs that fewest rows are about are named.
    """
    groups = known["group"].to_numpy()
    sizes = known.group_by("group").len().sort("len", "group", descending=True)["group"].to_list()
    names = sorted(map(str, sizes), key=lambda name: name not in FIRST_GROUPS)
    told: dict[str, Any] = {"groups": [], "topics": [], "intents": {}, "fewest": {}}
    for name in names:
        inside = groups == name
        rows = tally.rows_about[inside]
        reached = int((rows > 0).sum())
        median = float(np.median(rows[rows > 0])) if reached else 0.0
        told["groups"].append({"group": name, "known": int(inside.sum()), "reached": reached, "median_rows": median})
    by_topic: dict[str, list[int]] = {}
    for line, intent in enumerate(tally.intents):
        by_topic.setdefault(topics.get(intent, "authored"), []).append(line)
        told["intents"][intent] = {name: int(tally.reach[line, groups == name].sum()) for name in names}
    for topic, numbers in by_topic.items():
        reached_by = np.asarray(tally.reach[numbers].any(axis=0), dtype=np.bool_)
        told["topics"].append({"topic": topic, **{name: float(reached_by[groups == name].mean()) for name in names}})
    is_named = known["name"].is_not_null().to_numpy()
    for name in ("drug",):
        order = [at for at in np.argsort(tally.rows_about, kind="stable") if groups[at] == name and is_named[at]]
        told["fewest"][name] = [
            {"name": known["name"][int(at)], "rows": int(tally.rows_about[at])} for at in order[:LEAST_SHOWN]
        ]
    return told
