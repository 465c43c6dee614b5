"""All makers in their order, and a batch of records through them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from apothecary.generate.makers.abstracts import make_inferred, make_parts, make_questions
from apothecary.generate.makers.contrasts import make_among, make_silent
from apothecary.generate.makers.declare import Declarations
from apothecary.generate.makers.findings import make_findings
from apothecary.generate.makers.indexing import (
    make_choices,
    make_origins,
    make_short_forms,
    make_statistics,
    make_types,
)
from apothecary.generate.makers.labels import make_labels
from apothecary.generate.makers.model import Draft, Make, Record
from apothecary.generate.makers.outcomes import make_analyses, make_values
from apothecary.generate.makers.pairs import make_pairs
from apothecary.generate.makers.papers import make_papers
from apothecary.generate.makers.patents import make_patents
from apothecary.generate.makers.patients import make_criteria, make_limits, make_people
from apothecary.generate.makers.questions import make_decisions, make_medquad
from apothecary.generate.makers.render import Renderer
from apothecary.generate.makers.trials import make_aims, make_designs, make_fields, make_limitations, make_lists

MAKERS: tuple[Make, ...] = (
    make_parts,
    make_inferred,
    make_questions,
    make_findings,
    make_choices,
    make_types,
    make_short_forms,
    make_statistics,
    make_origins,
    make_fields,
    make_lists,
    make_aims,
    make_designs,
    make_limitations,
    make_people,
    make_limits,
    make_criteria,
    make_values,
    make_analyses,
    make_pairs,
    make_medquad,
    make_decisions,
    make_labels,
    make_papers,
    make_patents,
)


def draft_batch(records: Sequence[Record], renderer: Renderer) -> Iterator[Draft]:
    """Records to all drafts about them, each followed by its harder forms."""
    for make in MAKERS:
        for draft in make(records):
            yield draft
            yield from make_silent(draft, renderer)
            yield from make_among(draft, records, renderer)


def make_batch(
    records: Sequence[Record], declarations: Declarations, seed: int = 0
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Records to rows, each without id and split, and why drafts were dropped; two rows with one prompt are one."""
    renderer = Renderer(declarations, seed)
    rows: list[dict[str, Any]] = []
    dropped: Counter[str] = Counter()
    seen: set[str] = set()
    for draft in draft_batch(records, renderer):
        made = renderer.render(draft)
        if isinstance(made, str):
            dropped[made] += 1
        elif made["prompt"] in seen:
            dropped["the same question again"] += 1
        else:
            seen.add(made["prompt"])
            rows.append(made)
    return rows, dropped
