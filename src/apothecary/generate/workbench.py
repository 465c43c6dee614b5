"""A recipe, a pack and a knowledge folder, compiled once a process for drawing and rendering."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import derive_key, permute
from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE
from apothecary.generate.assemble import assemble
from apothecary.generate.draw import Span
from apothecary.generate.render import FactPool, IntentRenderer, Prepared
from apothecary.generate.strata import IntentPlan, Stratum, split_entities
from apothecary.packs.arithmetic import names_used, parse_expression
from apothecary.packs.model import Intent, Pack
from apothecary.packs.statements import Statements
from apothecary.packs.view import View, load_facts, load_view
from apothecary.recipe import Recipe


class Workbench:
    """Everything that makes rows of a recipe: views, intent plans and renderers, built when first asked for."""

    def __init__(self, recipe: Recipe, pack: Pack, knowledge: Path, intents: Sequence[str] = ()) -> None:
        self.recipe = recipe
        self.pack = pack
        self.knowledge = knowledge
        self.intents = [i for i in pack.intents if not intents or i.intent in intents]
        self.shares = {
            "train": 1 - recipe.splits.validation - recipe.splits.test,
            "validation": recipe.splits.validation,
            "test": recipe.splits.test,
        }
        self._tables: dict[str, tuple[View, NDArray[np.int8]]] = {}
        self._renderers: dict[str, IntentRenderer] = {}

    @cached_property
    def plans(self) -> list[IntentPlan]:
        """The intents with a weight, against the knowledge base."""
        off = {name for name, weight in self.recipe.weights.items() if not weight}
        return [
            IntentPlan(self.pack, intent, *self._open_table(intent), self.recipe.seed, self.shares)
            for intent in self.intents
            if intent.intent not in off
        ]

    @cached_property
    def strata(self) -> dict[str, Stratum]:
        """All strata by id."""
        return {stratum.id: stratum for plan in self.plans for stratum in plan.strata()}

    def _open_table(self, intent: Intent) -> tuple[View | None, NDArray[np.int8]]:
        """The wide table that an intent draws from and the split of its entities; None where it draws no entity."""
        entity = intent.draw.entity
        if entity is None:
            return None, np.zeros(0, dtype=np.int8)
        if entity not in self._tables:
            view = load_view(self.knowledge, self.pack, entity, *self._list_columns(entity), facts=self._facts)
            self._tables[entity] = view, split_entities(view, self.recipe.seed, self.shares, self.recipe.splits.by)
        return self._tables[entity]

    @cached_property
    def _facts(self) -> Statements:
        """The facts of all fields that rows of the intents state, read once for all entity types."""
        entities = {intent.draw.entity for intent in self.intents if intent.draw.entity}
        return load_facts(self.knowledge, set[str]().union(*(self._list_columns(entity)[0] for entity in entities)))

    @cached_property
    def _pool(self) -> FactPool:
        return FactPool(self._facts)

    def render_spans(self, spans: Iterable[Span], shard: str | None = None) -> pl.DataFrame:
        """The rows of spans of any intents, intent by intent; with a shard's name, in the order it decides."""
        by_intent: dict[str, list[Span]] = {}
        for span in spans:
            if span.stop > span.start:
                by_intent.setdefault(span.stratum.intent, []).append(span)
        if not by_intent:
            return pl.DataFrame(schema=EXAMPLE)
        batches: list[Prepared] = []
        rows = 0
        for name, some in by_intent.items():
            batches.append(self._renderer(name).prepare(some, rows))
            rows += batches[-1].rows
        order = np.arange(rows, dtype=np.int64)
        if shard is not None:
            order = permute(order, rows, derive_key(self.recipe.seed, "order", shard))
        return assemble(batches, order, self._pool)

    def render_shuffled(self, spans: Iterable[Span], shard: str) -> pl.DataFrame:
        """The rows of spans in an order that the recipe's seed and the shard's name decide."""
        return self.render_spans(spans, shard)

    def shuffle(self, rows: pl.DataFrame, shard: str) -> pl.DataFrame:
        """Rows in another order that the recipe's seed and the shard's name decide."""
        order = permute(np.arange(rows.height, dtype=np.int64), rows.height, derive_key(self.recipe.seed, "mix", shard))
        return rows[order]

    def _renderer(self, intent: str) -> IntentRenderer:
        if intent not in self._renderers:
            found = [plan for plan in self.plans if plan.intent.intent == intent]
            if not found:
                raise RecipeError(f"no intent {intent!r}", expected=", ".join(p.intent.intent for p in self.plans))
            self._renderers[intent] = IntentRenderer(found[0])
        return self._renderers[intent]

    def _list_columns(self, entity: str) -> tuple[set[str], set[str]]:
        """The fields whose facts rows of the intents state, and the columns that conditions look at."""
        stated: set[str] = set()
        looked_at = {"scaffold"} & {self.recipe.splits.by}
        for intent in self.intents:
            if intent.draw.entity == entity:
                stated |= {*intent.draw.needs, *([intent.draw.field] if intent.draw.field else [])}
                if intent.draw.where:
                    looked_at |= {name.split(".")[-1] for name in names_used(parse_expression(intent.draw.where))}
        return stated, looked_at


def find_span(strata: dict[str, Stratum], row_id: str) -> Span:
    """The span of one row by its id (`pack/intent/template/split-group/j`); RecipeError for an id that is none."""
    parts = row_id.split("/")
    stratum = strata.get("/".join(parts[1:4]))
    if len(parts) != 5 or stratum is None or not parts[4].isdecimal() or int(parts[4]) >= stratum.capacity:
        raise RecipeError(f"no row has the id {row_id!r}", expected="pack/intent/template/split-group/number")
    return Span(stratum, int(parts[4]), int(parts[4]) + 1)
