"""The same rows made row by row in Python: wordings as precompiled Jinja2 templates, or as code-generated f-strings.

Both get the drawn combinations and derived values for nothing; they look up, format, fill and list facts themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jinja2
import numpy as np
import polars as pl
import pyarrow as pa

from apothecary.example import EXAMPLE
from apothecary.generate.draw import Drawn, Span, draw_rows
from apothecary.generate.render import IntentRenderer
from apothecary.generate.values import BatchValues
from apothecary.packs.grammar import Literal, Slot, expand_all, parse

Fill = Callable[..., str]
ARROW = pl.DataFrame(schema=EXAMPLE).to_arrow().schema


def name_format(fmt: str | None) -> str:
    """A slot's format as Python's format specification."""
    if fmt and fmt.startswith("dp"):
        return f".{fmt[2:]}f"
    return f".{fmt[3:]}g" if fmt and fmt.startswith("sig") else ""


def compile_fstring(wording: str, numbers: dict[Slot, int], specs: dict[Slot, str]) -> Fill:
    """A wording to a function of the slot values."""
    body = "".join(
        repr(part.text)[1:-1].replace("{", "{{").replace("}", "}}").replace('"', '\\"')
        if isinstance(part, Literal)
        else f"{{s{numbers[part]}{':' + specs[part] if specs[part] else ''}}}"
        for part in parse(wording)
    )
    args = ",".join(f"s{number}" for number in numbers.values())
    return eval(f'lambda {args}: f"{body}"')


def compile_jinja(wording: str, numbers: dict[Slot, int], specs: dict[Slot, str]) -> Fill:
    """A wording to the render function of a precompiled template."""
    body = "".join(
        part.text
        if isinstance(part, Literal)
        else (f"{{{{ '%{specs[part]}'|format(s{numbers[part]}) }}}}" if specs[part] else f"{{{{ s{numbers[part]} }}}}")
        for part in parse(wording)
    )
    template = jinja2.Environment(autoescape=False, keep_trailing_newline=True).from_string(body)
    names = [f"s{number}" for number in numbers.values()]
    return lambda *values: template.render(dict(zip(names, values, strict=True)))


class Rival:
    """One intent, made row by row."""

    def __init__(self, renderer: IntentRenderer, compiler: Callable[..., Fill]) -> None:
        self.renderer = renderer
        self.plan = renderer.plan
        slots = renderer.book.slots
        self.numbers = {slot: number for number, slot in enumerate(slots)}
        self.specs = {slot: name_format(self._find_format(slot)) for slot in slots}

        def build(patterns: Sequence[str]) -> list[Fill]:
            return [compiler(wording, self.numbers, self.specs) for wording in expand_all(list(patterns))[0]]

        templates = self.plan.intent.templates
        self.ask = [build(t.ask) for t in templates]
        self.reply = [build(t.reply) for t in templates]
        self.before = [(build(t.before.ask), build(t.before.reply)) if t.before else None for t in templates]
        self.answer = build([self.plan.intent.answer.value])[0]
        self.steps = [build([step])[0] for step in self.plan.intent.reasoning]

    def _find_format(self, slot: Slot) -> str | None:
        known = self.plan.pack.fields.get(slot.field)
        if slot.fmt:
            return slot.fmt
        return known.default_format if known and known.is_numeric else None

    def draw(self, spans: Sequence[Span]) -> Drawn:
        """Combinations, as the renderer draws them."""
        return draw_rows(self.plan, spans, self.renderer.reply_counts, self.renderer.before_counts)

    def make(self, drawn: Drawn, values: BatchValues, order: list[np.ndarray]) -> pl.DataFrame:
        """Full rows of the drawn combinations."""
        plan, view, intent = self.plan, self.plan.view, self.plan.intent
        columns = [self._list_values(slot, drawn, values) for slot in self.numbers]
        entity_ids = view.column("entity_id").to_list()
        needed = [
            (name, *(s.to_list() for s in view.fact_texts(name)), view.pack.fields[name].unit)
            for name in intent.draw.needs
        ]
        given = {name: (one.texts(), one.unit, drawn.given[name].tolist()) for name, one in intent.draw.given.items()}
        options = list(zip(*(o.to_list() for o in values.options), strict=True)) if values.options else None
        roles = [at.tolist() for at in order]
        difficulty = intent.rate_difficulty()
        template, part, j = drawn.template.tolist(), drawn.part_of.tolist(), drawn.j.tolist()
        ask, reply = drawn.ask.tolist(), drawn.reply.tolist()
        before_ask, before_reply = drawn.before_ask.tolist(), drawn.before_reply.tolist()
        sources = [s.id for s in view.sources[:2]]
        licences = sorted({s.licence for s in view.sources[:2]})
        rows = []
        for n in range(drawn.rows):
            args = [column[n] for column in columns]
            t = template[n]
            facts = [
                {"entity": e, "field": name, "value": texts[at[n]], "unit": unit, "fact_id": ids[at[n]]}
                for e, at in enumerate(roles)
                for name, texts, ids, unit in needed
            ]
            facts += [
                {"entity": -1, "field": name, "value": texts[at[n]], "unit": unit, "fact_id": None}
                for name, (texts, unit, at) in given.items()
            ]
            history = None
            wording = f"{ask[n]}.{reply[n]}"
            if self.before[t]:
                asks, replies = self.before[t]
                history = [
                    {"role": "user", "content": asks[before_ask[n]](*args)},
                    {"role": "assistant", "content": replies[before_reply[n]](*args)},
                ]
                wording = f"{before_ask[n]}.{before_reply[n]}.{wording}"
            one = intent.templates[t]
            rows.append(
                (
                    f"pharma/{intent.intent}/{one.id}/{drawn.part[part[n]].name}/{j[n]}",
                    self.ask[t][ask[n]](*args),
                    self.reply[t][reply[n]](*args),
                    None,
                    history,
                    plan.pack.name,
                    intent.perspective,
                    intent.intent,
                    one.id,
                    wording,
                    [entity_ids[at[n]] for at in roles],
                    facts,
                    None,
                    sources,
                    licences,
                    "template",
                    None,
                    self.answer(*args),
                    intent.answer.type,
                    None,
                    list(options[n]) if options else None,
                    [step(*args) for step in self.steps] or None,
                    difficulty,
                    one.register,
                    intent.safety,
                    intent.tests,
                    drawn.part[part[n]].split,
                )
            )
        # By columns and through Arrow: the fastest way found from Python lists to this frame.
        lists = zip(EXAMPLE.items(), zip(*rows, strict=True), strict=True)
        arrays = {name: pa.array(values, ARROW.field(name).type) for (name, _), values in lists}
        return pl.from_arrow(pa.table(arrays))

    def _list_values(self, slot: Slot, drawn: Drawn, values: BatchValues) -> list[object]:
        """A slot's raw values as a Python list: numbers to format, texts to copy."""
        if self.specs[slot] and slot.field not in drawn.given:
            column = values.lookup(slot.role, slot.field)
            return column.tolist() if isinstance(column, np.ndarray) else column.to_list()
        return values.slot(slot).to_list()
