"""Drawn combinations of one intent in, a frame of examples out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError
from apothecary.example import EXAMPLE, ROW_FACT, TURN
from apothecary.generate.draw import Drawn, Span, draw_rows
from apothecary.generate.segments import Segments, SlotBook, SlotValues
from apothecary.generate.strata import IntentPlan
from apothecary.generate.values import BatchValues
from apothecary.packs.grammar import expand_all

Index = NDArray[np.int64]

CONSTANT = (
    "pack",
    "perspective",
    "intent",
    "evidence",
    "origin",
    "generator",
    "answer_type",
    "difficulty",
    "safety_class",
)
VARYING = tuple(name for name in EXAMPLE if name not in CONSTANT)


class IntentRenderer:
    """An intent compiled against a knowledge base: its wordings as segment tables, its fields as texts."""

    def __init__(self, plan: IntentPlan) -> None:
        self.plan = plan
        self.book = SlotBook()
        templates = plan.intent.templates
        replies = [expand_all(t.reply)[0] for t in templates]
        before_asks = [expand_all(t.before.ask)[0] if t.before else [""] for t in templates]
        before_replies = [expand_all(t.before.reply)[0] if t.before else [""] for t in templates]
        asks = [plan.asks[t.id].wordings for t in templates]
        self.reply_counts = [len(wordings) for wordings in replies]
        self.before_counts = [(len(a), len(r)) for a, r in zip(before_asks, before_replies, strict=True)]
        self.tables = {
            name: _Bank(wordings, self.book)
            for name, wordings in {
                "ask": asks,
                "reply": replies,
                "before_ask": before_asks,
                "before_reply": before_replies,
            }.items()
        }
        self.answer = Segments([plan.intent.answer.value], self.book)
        self.steps = [Segments([step], self.book) for step in plan.intent.reasoning]
        self.option_book = SlotBook()
        self.option = Segments([plan.intent.draw.text or ""], self.option_book)
        self.has_turns = np.array([template.before is not None for template in templates])
        self.registers = pl.Series([template.register for template in templates], dtype=pl.String)
        systems = [system.text or None for system in plan.pack.systems]
        self.systems = pl.Series(systems or [None], dtype=pl.String)
        self.template_ids = pl.Series([template.id for template in templates], dtype=pl.String)

    @property
    def constants(self) -> dict[str, str | int | None]:
        """What all rows of the intent have in common, by column."""
        intent = self.plan.intent
        return {
            "pack": self.plan.pack.name,
            "perspective": intent.perspective,
            "intent": intent.intent,
            "evidence": None,
            "origin": "template",
            "generator": None,
            "answer_type": intent.answer.type,
            "difficulty": intent.rate_difficulty(),
            "safety_class": intent.safety,
        }

    def render(self, spans: Sequence[Span]) -> pl.DataFrame:
        """The rows of `spans`, all of this intent: the columns of EXAMPLE that are not `constants`.

        Raises PackError when a slot has no value for some row.
        """
        drawn = draw_rows(self.plan, spans, self.reply_counts, self.before_counts)
        values = BatchValues(self.plan, drawn)
        entities = self._order_entities(drawn, values)
        slots = values.stack(self.book)
        text = {
            "prompt": self.tables["ask"].render(drawn.template, drawn.ask, slots),
            "response": self.tables["reply"].render(drawn.template, drawn.reply, slots),
            "answer": self.answer.render(np.zeros(drawn.rows, dtype=np.int64), slots),
        }
        for name, series in text.items():
            if series.null_count():
                at = int(series.is_null().arg_max() or 0)
                raise PackError(
                    f"a {name} has a slot without a value",
                    where=f"{self.plan.intent.intent}/{self.template_ids[int(drawn.template[at])]}, row {drawn.j[at]}",
                    hint="list the field in draw.needs",
                )
        columns = text | self._state_provenance(drawn, entities, text["answer"])
        columns["history"] = self._render_history(drawn, slots)
        columns["reasoning"] = self._render_steps(slots, drawn.rows)
        columns["choices"] = _stack_lists(values.options, drawn.rows)
        return pl.DataFrame({name: columns[name] for name in VARYING})

    def _order_entities(self, drawn: Drawn, values: BatchValues) -> list[Index]:
        draw = self.plan.intent.draw
        if draw.kind in ("options", "odd"):
            return values.arrange_options(self.option, self.option_book)
        return [drawn.roles[role] for role in draw.roles[: draw.members]]

    def _state_provenance(self, drawn: Drawn, entities: list[Index], answer: pl.Series) -> dict[str, pl.Series]:
        intent, pack = self.plan.intent, self.plan.pack
        template = self.template_ids[drawn.template]
        strata = pl.Series([part.name for part in drawn.part], dtype=pl.String)[drawn.part_of]
        splits = pl.Series([part.split for part in drawn.part], dtype=pl.String)[drawn.part_of]
        j = pl.Series(drawn.j).cast(pl.String)
        ids = pl.select(
            pl.concat_str([pl.lit(f"{pack.name}/{intent.intent}/"), template, pl.lit("/"), strata, pl.lit("/"), j])
        ).to_series()
        columns = {
            "id": ids,
            "template": template,
            "wording": self._name_wordings(drawn),
            "register": self.registers[drawn.template],
            "split": splits,
            "tests": self._name_tests(drawn, splits),
            "tolerance": self._state_tolerance(answer),
            "system": self.systems[drawn.system],
            "entities": self._list_entities(entities, drawn.rows),
            "facts": self._list_facts(drawn, entities),
        }
        return columns | self._list_sources(drawn, entities)

    def _name_wordings(self, drawn: Drawn) -> pl.Series:
        ask, reply = pl.Series(drawn.ask).cast(pl.String), pl.Series(drawn.reply).cast(pl.String)
        single = pl.select(pl.concat_str([ask, reply], separator=".")).to_series()
        if not self.has_turns.any():
            return single
        before = pl.select(
            pl.concat_str(
                [pl.Series(drawn.before_ask).cast(pl.String), pl.Series(drawn.before_reply).cast(pl.String), single],
                separator=".",
            )
        ).to_series()
        return before.zip_with(pl.Series(self.has_turns[drawn.template]), single)

    def _name_tests(self, drawn: Drawn, splits: pl.Series) -> pl.Series:
        if self.plan.intent.tests == "recall":
            return pl.Series(["recall"]).new_from_index(0, drawn.rows)
        is_transfer = drawn.is_held_out & (splits != "train").to_numpy()
        names: pl.Series = pl.Series(["skill", "transfer"])[is_transfer.astype(np.int64)]
        return names

    def _state_tolerance(self, answer: pl.Series) -> pl.Series:
        """Absolute tolerance: as declared, or half of the last digit that the answer shows."""
        declared = self.plan.intent.answer.tolerance
        if declared is None:
            return _nulls(pl.Float64, len(answer))
        if declared != "half-digit":
            return pl.Series([float(declared)]).new_from_index(0, len(answer))
        fraction = answer.str.extract(r"\.(\d*)$").str.len_chars().fill_null(0).to_numpy().astype(np.int64)
        fmt = _find_format(self.plan.intent.answer.value)
        if fmt.startswith("sig"):
            digits = answer.str.replace("-", "", literal=True).str.len_chars().to_numpy().astype(np.int64)
            fraction = np.where(fraction > 0, fraction, np.minimum(int(fmt[3:]) - digits, 0))
        unique, place = np.unique(fraction, return_inverse=True)
        return pl.Series(np.array([float(f"5e{-(int(f) + 1)}") for f in unique])[place])

    def _list_entities(self, entities: list[Index], rows: int) -> pl.Series:
        if self.plan.view is None or not entities:
            return pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, rows)
        ids = self.plan.view.column("entity_id")
        return _stack_lists([ids[_as_places(at)] for at in entities], rows)

    def _list_facts(self, drawn: Drawn, entities: list[Index]) -> pl.Series:
        """The facts a row rests on: each role's needed fields, then the given numbers."""
        draw = self.plan.intent.draw
        columns: list[tuple[int, str, pl.Series, str | None, pl.Series | None]] = []
        for number, rows in enumerate(entities):
            assert self.plan.view is not None
            at = _as_places(rows)
            if draw.kind == "each":
                several = self.plan.view.several(str(draw.field)).select("text", "fact_id")[drawn.roles["value"]]
                columns.append((number, str(draw.field), several["text"], self._unit(draw.field), several["fact_id"]))
            for name in draw.needs:
                texts, ids = self.plan.view.fact_texts(name)
                columns.append((number, name, texts[at], self._unit(name), ids[at]))
        for name, given in draw.given.items():
            texts = self.plan.given_texts[name][drawn.given[name]]
            columns.append((-1, name, texts, given.unit, None))
        return _stack_facts(columns, drawn.rows)

    def _unit(self, name: str | None) -> str | None:
        known = self.plan.pack.fields.get(name or "")
        return known.unit if known else None

    def _list_sources(self, drawn: Drawn, entities: list[Index]) -> dict[str, pl.Series]:
        """Distinct sources and licences of each row, through a bit mask of sources."""
        mask = np.zeros(drawn.rows, dtype=np.uint32)
        view, draw = self.plan.view, self.plan.intent.draw
        for at in entities:
            assert view is not None
            mask |= view.column("base_src").to_numpy()[at]
            for name in draw.needs:
                mask |= view.source_bits(name)[at]
            if draw.kind == "each":
                index = view.several(str(draw.field))["source_index"].to_numpy()[drawn.roles["value"]]
                mask |= np.left_shift(np.uint32(1), index.astype(np.uint32))
        unique, place = np.unique(mask, return_inverse=True)
        sources = sorted(view.sources, key=lambda s: s.index) if view else []
        met = [[s for s in sources if int(bits) >> s.index & 1] for bits in unique]
        lists = pl.List(pl.String)
        return {
            "sources": pl.Series([[s.id for s in some] for some in met], dtype=lists)[place],
            "licences": pl.Series([sorted({s.licence for s in some}) for some in met], dtype=lists)[place],
        }

    def _render_history(self, drawn: Drawn, slots: SlotValues) -> pl.Series:
        if not self.has_turns.any():
            return _nulls(pl.List(TURN), drawn.rows)
        asked = self.tables["before_ask"].render(drawn.template, drawn.before_ask, slots)
        replied = self.tables["before_reply"].render(drawn.template, drawn.before_reply, slots)
        content = _interleave([asked, replied])
        roles = pl.Series(["user", "assistant"])[np.tile(np.array([0, 1]), drawn.rows)]
        turns = pl.DataFrame({"role": roles, "content": content}).to_struct("t")
        lists = turns.reshape((drawn.rows, 2)).arr.to_list()
        keep = pl.Series(self.has_turns[drawn.template])
        return lists if keep.all() else lists.to_frame("h").select(pl.when(keep).then(pl.col("h"))).to_series()

    def _render_steps(self, slots: SlotValues, rows: int) -> pl.Series:
        zeros = np.zeros(rows, dtype=np.int64)
        return _stack_lists([step.render(zeros, slots) for step in self.steps], rows)


class _Bank:
    """Wordings of all templates of an intent in one segment table."""

    def __init__(self, wordings: list[list[str]], book: SlotBook) -> None:
        self.segments = Segments([wording for some in wordings for wording in some], book)
        self.offset = np.concatenate([[0], np.cumsum([len(some) for some in wordings])[:-1]]).astype(np.int64)

    def render(self, template: Index, wording: Index, slots: SlotValues) -> pl.Series:
        return self.segments.render(self.offset[template] + wording, slots)


def _find_format(pattern: str) -> str:
    """The format of the first slot of an answer pattern, empty if it names none."""
    inside = pattern.partition("{")[2].partition("}")[0]
    return inside.partition(":")[2]


@cache
def _null(dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.Series([None], dtype=dtype)


def _nulls(dtype: pl.DataType | type[pl.DataType], rows: int) -> pl.Series:
    return _null(dtype).new_from_index(0, rows)


def _as_places(rows: Index) -> pl.Series:
    """Row numbers as Polars gathers with them, made once for several gathers."""
    return pl.Series(rows.astype(np.uint32))


def _interleave(columns: Sequence[pl.Series]) -> pl.Series:
    """Columns (n,) each to one series (n * k,) in row order."""
    if len(columns) == 1:
        return columns[0]
    rows, count = len(columns[0]), len(columns)
    index = (
        np.arange(count, dtype=np.uint32)[None, :] * np.uint32(rows) + np.arange(rows, dtype=np.uint32)[:, None]
    ).ravel()
    return pl.concat(list(columns))[pl.Series(index)]


def _stack_lists(columns: Sequence[pl.Series], rows: int) -> pl.Series:
    """k columns (n,) to one list column with k texts a row; null lists when there are none."""
    if not columns:
        return _nulls(pl.List(pl.String), rows)
    return _interleave(columns).reshape((rows, len(columns))).arr.to_list()


def _stack_facts(columns: list[tuple[int, str, pl.Series, str | None, pl.Series | None]], rows: int) -> pl.Series:
    """Fact columns to one list-of-struct column; the order in a row is the order of `columns`."""
    if not columns:
        return pl.Series([[]], dtype=pl.List(ROW_FACT)).new_from_index(0, rows)
    count = len(columns)
    tile = np.tile(np.arange(count), rows)
    none = _nulls(pl.String, rows)
    frame = pl.DataFrame(
        {
            "entity": pl.Series([c[0] for c in columns], dtype=pl.Int8)[tile],
            "field": pl.Series([c[1] for c in columns], dtype=pl.String)[tile],
            "value": _interleave([c[2] for c in columns]),
            "unit": pl.Series([c[3] for c in columns], dtype=pl.String)[tile],
            "fact_id": _interleave([none if c[4] is None else c[4] for c in columns]),
        }
    )
    return frame.to_struct("facts").reshape((rows, count)).arr.to_list()
