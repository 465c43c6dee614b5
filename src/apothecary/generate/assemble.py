"""The prepared rows of many intents in, one frame of examples out, every column built once and in its final order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError
from apothecary.example import EXAMPLE
from apothecary.generate.columns import Job, build_lists, build_texts, spread
from apothecary.generate.render import FactPool, Prepared
from apothecary.generate.strata import IntentPlan
from apothecary.generate.values import format_derived

Index = NDArray[np.int64]


class Flat(NamedTuple):
    """Leaves of lists, row after row as made: how many each row has (n,), and where its first one is (n,)."""

    counts: Index
    starts: Index


def assemble(batches: Sequence[Prepared], order: Index, pool: FactPool) -> pl.DataFrame:
    """EXAMPLE rows of all batches; row n of the frame is row order[n] as made. The batches follow one another.

    Raises PackError when a slot has no value for some row.
    """
    made = _Made(batches, order, pool)
    texts = {
        "prompt": made.build_texts(
            batch.renderer.banks["ask"].make_job(batch, slots, batch.drawn.ask) for batch, slots in made.each
        ),
        "response": made.build_texts(
            batch.renderer.banks["reply"].make_job(batch, slots, batch.drawn.reply) for batch, slots in made.each
        ),
        "answer": made.build_texts(
            Job(batch.renderer.answer, np.zeros(batch.rows, dtype=np.int64), slots, batch.target)
            for batch, slots in made.each
        ),
    }
    for name, series in texts.items():
        if series.null_count():
            raise made.explain_gap(name, int(series.is_null().arg_max() or 0))
    columns = texts | made.state_provenance() | made.state_sources()
    columns["tolerance"] = made.state_tolerance(texts["answer"])
    columns["history"] = made.build_history()
    columns["reasoning"] = made.build_steps()
    columns["choices"] = made.build_choices()
    columns["entities"] = made.list_entities()
    columns["facts"] = made.list_facts()
    for name in ("evidence", "generator"):
        columns[name] = pl.Series([None], dtype=EXAMPLE[name]).new_from_index(0, made.rows)
    return pl.DataFrame({name: columns[name] for name in EXAMPLE})


class _Made:
    """The rows of a frame as made, batch after batch, and the order they are wanted in."""

    def __init__(self, batches: Sequence[Prepared], order: Index, pool: FactPool) -> None:
        self.batches, self.order, self.pool = batches, order, pool
        self.rows = len(order)
        self.sizes = [batch.rows for batch in batches]
        self.each = list(zip(batches, format_derived([batch.slots for batch in batches]), strict=True))
        self.batch_of = np.repeat(np.arange(len(batches)), self.sizes)[order]

    def gather(self, pick: Callable[[Prepared], Index]) -> Index:
        """A number of each row (rows,), in the order wanted."""
        parts = [pick(batch) for batch in self.batches]
        return np.concatenate(parts)[self.order]

    def look_up(self, texts: Sequence[Any], codes: Index, dtype: Any = pl.String) -> pl.Series:
        """A value of a short list for each row (rows,)."""
        return pl.Series(list(texts), dtype=dtype)[pl.Series(codes.astype(np.uint32))]

    def build_texts(self, jobs: Iterable[Job]) -> pl.Series:
        """One text a row, in the order wanted."""
        place = np.empty(self.rows, dtype=np.int64)
        place[self.order] = np.arange(self.rows)
        return build_texts([job._replace(target=place[job.target]) for job in jobs], self.rows)

    def explain_gap(self, column: str, row: int) -> PackError:
        """The error of a row whose text has a slot without a value."""
        batch = self.batches[self.batch_of[row]]
        at = int(self.order[row]) - batch.start
        intent = batch.renderer.plan.intent
        template = intent.templates[int(batch.drawn.template[at])].id
        return PackError(
            f"a {column} has a slot without a value",
            where=f"{intent.intent}/{template}, row {batch.drawn.j[at]}",
            hint="list the field in draw.needs",
        )

    def state_provenance(self) -> dict[str, pl.Series]:
        """What a row is and where it comes from."""
        intents = [batch.renderer.plan.intent for batch in self.batches]
        pack = self.batches[0].renderer.plan.pack
        templates = [template for intent in intents for template in intent.templates]
        first = np.cumsum([0, *(len(intent.templates) for intent in intents)])
        template = first[self.batch_of] + self.gather(lambda batch: batch.drawn.template)
        parts = [part for batch in self.batches for part in batch.drawn.part]
        first_part = np.cumsum([0, *(len(batch.drawn.part) for batch in self.batches)])
        part = first_part[self.batch_of] + self.gather(lambda batch: batch.drawn.part_of)
        is_train = np.array([one.split == "train" for one in parts])[part]
        skill = np.array([intent.tests == "skill" for intent in intents])[self.batch_of]
        held_out = self.gather(lambda batch: batch.drawn.is_held_out.astype(np.int64)) > 0
        tests = np.where(skill, np.where(held_out & ~is_train, 2, 1), 0)
        names = [f"{pack.name}/{intent.intent}/{one.id}/" for intent in intents for one in intent.templates]
        ids = [
            self.look_up(names, template),
            self.look_up([f"{one.name}/" for one in parts], part),
            pl.Series(self.gather(lambda batch: batch.drawn.j)).cast(pl.String),
        ]
        by_intent: dict[str, list[Any]] = {
            "pack": [pack.name] * len(intents),
            "perspective": [intent.perspective for intent in intents],
            "intent": [intent.intent for intent in intents],
            "answer_type": [intent.answer.type for intent in intents],
            "difficulty": [intent.rate_difficulty() for intent in intents],
            "safety_class": [intent.safety for intent in intents],
        }
        columns = {name: self.look_up(values, self.batch_of, EXAMPLE[name]) for name, values in by_intent.items()}
        return columns | {
            "id": pl.select(pl.concat_str(ids)).to_series(),
            "system": self.look_up(
                [one.text or None for one in pack.systems] or [None], self.gather(lambda batch: batch.drawn.system)
            ),
            "template": self.look_up([one.id for one in templates], template),
            "register": self.look_up([one.register for one in templates], template),
            "origin": self.look_up([one.origin for one in templates], template),
            "generator": self.look_up([one.generator for one in templates], template),
            "split": self.look_up([one.split for one in parts], part),
            "tests": self.look_up(["recall", "skill", "transfer"], tests),
            "wording": self.name_wordings(np.array([one.before is not None for one in templates])[template]),
        }

    def name_wordings(self, has_turns: NDArray[np.bool_]) -> pl.Series:
        """`ask.reply`, with the numbers of the earlier turn before them where there is one."""
        numbers = {
            "ask": self.gather(lambda batch: batch.drawn.ask),
            "reply": self.gather(lambda batch: batch.drawn.reply),
        }
        frame = pl.DataFrame(numbers).select(pl.all().cast(pl.String))
        single = frame.select(pl.concat_str("ask", "reply", separator=".")).to_series()
        if not has_turns.any():
            return single
        at = np.flatnonzero(has_turns)
        earlier = pl.DataFrame(
            {
                "ask": self.gather(lambda batch: batch.drawn.before_ask)[at],
                "reply": self.gather(lambda batch: batch.drawn.before_reply)[at],
                "last": single[pl.Series(at.astype(np.uint32))],
            }
        )
        return single.scatter(at, earlier.select(pl.concat_str(pl.all().cast(pl.String), separator=".")).to_series())

    def state_sources(self) -> dict[str, pl.Series]:
        """Distinct sources and licences of each row, through a bit mask of sources."""
        masks = [b.renderer.mark_sources(b.drawn, b.entities) for b in self.batches]
        unique, place = np.unique(np.concatenate(masks)[self.order], return_inverse=True)
        views = [batch.renderer.plan.view for batch in self.batches]
        known = {source.index: source for view in views if view for source in view.sources}
        met = [[source for index, source in sorted(known.items()) if int(bits) >> index & 1] for bits in unique]
        return {
            "sources": _look_up_lists([[s.id for s in some] for some in met], place),
            "licences": _look_up_lists([sorted({s.licence for s in some}) for some in met], place),
        }

    def state_tolerance(self, answer: pl.Series) -> pl.Series:
        """Absolute tolerance: as declared, or half of the last digit that the answer shows; null where none is."""
        answers = [batch.renderer.plan.intent.answer for batch in self.batches]
        half = np.array([one.tolerance == "half-digit" for one in answers])[self.batch_of]
        given = [None if one.tolerance in (None, "half-digit") else float(one.tolerance) for one in answers]
        declared = self.look_up(given, self.batch_of, pl.Float64)
        at = np.flatnonzero(half)
        if not at.size:
            return declared
        shown = answer[pl.Series(at.astype(np.uint32))]
        fraction = shown.str.extract(r"\.(\d*)$").str.len_chars().fill_null(0).to_numpy().astype(np.int64)
        formats = [find_format(batch.renderer.plan) for batch in self.batches]
        digits = np.array([int(fmt[3:]) if fmt.startswith("sig") else 0 for fmt in formats])[self.batch_of[at]]
        length = shown.str.replace("-", "", literal=True).str.len_chars().to_numpy().astype(np.int64)
        whole = np.where(digits > 0, np.minimum(digits - length, 0), 0)
        fraction = np.where(fraction > 0, fraction, whole)
        unique, place = np.unique(fraction, return_inverse=True)
        sizes = np.array([float(f"5e{-(int(number) + 1)}") for number in unique])[place]
        return declared.scatter(at, sizes)

    def build_history(self) -> pl.Series:
        """The earlier turn of the rows whose template has one, null for the others."""
        asked = [b.renderer.has_turns[b.drawn.template] for b in self.batches]
        has_turns = np.concatenate(asked)
        target = np.cumsum(has_turns) - 1  # the place of each row among those with an earlier turn
        jobs = []
        for (batch, slots), kept in zip(self.each, asked, strict=True):
            at = np.flatnonzero(kept)
            if not at.size:
                continue
            for name, wording, turn in (
                ("before_ask", batch.drawn.before_ask, 0),
                ("before_reply", batch.drawn.before_reply, 1),
            ):
                job = batch.renderer.banks[name].make_job(batch, slots, wording, at)
                jobs.append(job._replace(target=2 * target[job.target] + turn))
        content = build_texts(jobs, 2 * int(has_turns.sum()))
        flat = Flat(np.where(has_turns, 2, 0), 2 * np.maximum(target, 0))
        places = self._order_leaves(flat)
        leaves = {"role": self.look_up(["user", "assistant"], places % 2), "content": _take(content, places)}
        return build_lists(flat.counts[self.order], leaves, empty_is_null=True)

    def build_steps(self) -> pl.Series:
        """The steps of each row, null where there are none."""
        counts = np.repeat([len(batch.renderer.steps) for batch in self.batches], self.sizes)
        starts = np.cumsum(counts) - counts
        jobs = [
            Job(step, np.zeros(batch.rows, dtype=np.int64), slots, starts[batch.target] + number)
            for batch, slots in self.each
            for number, step in enumerate(batch.renderer.steps)
        ]
        flat = Flat(counts, starts)
        texts = build_texts(jobs, int(counts.sum()))
        return build_lists(counts[self.order], _take(texts, self._order_leaves(flat)), empty_is_null=True)

    def build_choices(self) -> pl.Series:
        """The options of each row in the order shown, null where there are none."""
        counts = np.repeat([len(batch.options) for batch in self.batches], self.sizes)
        texts = pl.concat([pl.Series([], dtype=pl.String), *(o for b in self.batches for o in b.options)], rechunk=True)
        # The texts lie option after option: option k of row r of a batch stands at its base + k * rows + r.
        bases = np.cumsum([0, *(len(batch.options) * batch.rows for batch in self.batches)])[:-1]
        base, rows = np.repeat(bases, self.sizes), np.repeat(self.sizes, self.sizes)
        row = np.concatenate([np.arange(size) for size in self.sizes])
        counts_wanted = counts[self.order]
        number = spread(counts_wanted, np.zeros_like(counts_wanted))
        owner = np.repeat(self.order, counts_wanted)
        return build_lists(
            counts_wanted, _take(texts, base[owner] + number * rows[owner] + row[owner]), empty_is_null=True
        )

    def list_entities(self) -> pl.Series:
        """The ids of the entities of each row."""
        counts, starts, places = self._lay_out([_interleave(batch.entities, batch.rows) for batch in self.batches])
        columns: list[pl.Series] = []
        bases: dict[int, int] = {}
        offsets = []
        for batch in self.batches:
            view = batch.renderer.plan.view
            if view is not None and id(view) not in bases:
                bases[id(view)] = sum(len(column) for column in columns)
                columns.append(view.column("entity_id"))
            offsets.append(bases.get(id(view), 0))
        size = [batch.rows * len(batch.entities) for batch in self.batches]
        ids = pl.concat([pl.Series([], dtype=pl.String), *columns], rechunk=True)
        leaves = (places + np.repeat(offsets, size))[self._order_leaves(Flat(counts, starts))]
        return build_lists(counts[self.order], _take(ids, leaves), empty_is_null=False)

    def list_facts(self) -> pl.Series:
        """The facts of each row."""
        labels: dict[tuple[int, str, str | None], int] = {}
        counts_of, places_of, labels_of = [], [], []
        for batch in self.batches:
            facts = batch.renderer.list_facts(batch.drawn, batch.entities, self.pool)
            one = np.ones(batch.rows, dtype=np.int64)
            sizes = (
                np.stack([one if f.counts is None else f.counts for f in facts], axis=1) if facts else one[:, None] * 0
            )
            codes = [labels.setdefault((f.entity, f.field, f.unit), len(labels)) for f in facts]
            if all(f.counts is None for f in facts):
                places_of.append(_interleave([f.places for f in facts], batch.rows))
                labels_of.append(np.tile(np.array(codes, dtype=np.int64), batch.rows))
            else:  # the leaves of a row are those of its first fact, then of its second ...
                flat = sizes.ravel()
                begin = np.cumsum([0, *(len(f.places) for f in facts)])[:-1]
                starts = np.stack([begin[n] + np.cumsum(sizes[:, n]) - sizes[:, n] for n in range(len(facts))], axis=1)
                places_of.append(np.concatenate([f.places for f in facts])[spread(flat, starts.ravel())])
                labels_of.append(np.repeat(np.tile(np.array(codes, dtype=np.int64), batch.rows), flat))
            counts_of.append(sizes.sum(axis=1))
        counts = np.concatenate(counts_of)
        leaves = self._order_leaves(Flat(counts, np.cumsum(counts) - counts))
        places, codes_wanted = np.concatenate(places_of)[leaves], np.concatenate(labels_of)[leaves]
        told = list(labels) or [(0, "", None)]
        structs = {
            "entity": self.look_up([entity for entity, _, _ in told], codes_wanted, pl.Int8),
            "field": self.look_up([field for _, field, _ in told], codes_wanted),
            "value": self.pool.tell_values(places),
            "unit": self.look_up([unit for _, _, unit in told], codes_wanted),
            "fact_id": self.pool.tell_ids(places),
        }
        return build_lists(counts[self.order], structs, empty_is_null=False)

    def _lay_out(self, parts: Sequence[Index]) -> tuple[Index, Index, Index]:
        """Leaves of each batch, row after row, to how many each row has, where they begin, and all of them."""
        each = [len(part) // max(size, 1) for part, size in zip(parts, self.sizes, strict=True)]
        counts = np.repeat(each, self.sizes)
        return counts, np.cumsum(counts) - counts, np.concatenate(parts)

    def _order_leaves(self, flat: Flat) -> Index:
        return spread(flat.counts[self.order], flat.starts[self.order])


def find_format(plan: IntentPlan) -> str:
    """The format of the first slot of the answer: its own, else that of its field; empty for given numbers."""
    slot, _, fmt = plan.intent.answer.value.partition("{")[2].partition("}")[0].partition(":")
    field = plan.pack.fields.get(slot.rpartition(".")[2])
    is_own = slot in plan.intent.draw.given or slot in plan.intent.let
    return fmt if fmt or field is None or is_own else field.default_format


def _interleave(columns: Sequence[Index], rows: int) -> Index:
    """Columns (n,) each to one array (n * k,) in row order."""
    return np.stack(columns, axis=1).ravel() if columns else np.zeros(0, dtype=np.int64)


def _take(texts: pl.Series, places: Index) -> pl.Series:
    return texts[pl.Series(places.astype(np.uint32))]


def _look_up_lists(lists: Sequence[Sequence[str]], codes: Index) -> pl.Series:
    """A list of texts of a short table for each row."""
    counts = np.array([len(one) for one in lists], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    flat = pl.Series([text for one in lists for text in one], dtype=pl.String)
    return build_lists(counts[codes], _take(flat, spread(counts[codes], starts[codes])), empty_is_null=False)
