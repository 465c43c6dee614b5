"""A sample of 300 examples over all makers, made of the invented documents, as text beside its evidence.

`python -m tests.generate.makers.golden` writes tests/golden/makers.txt again: read the difference aloud, with the
passage beside it, before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.generate.makers.documents import list_records, tabulate

from apothecary.generate.makers.declare import load_declarations
from apothecary.generate.makers.registry import make_batch
from apothecary.generate.makers.room import number_rows

FILE = Path(__file__).parents[2] / "golden" / "makers.txt"
ROWS = 300


def sample_rows() -> pl.DataFrame:
    """The first rows of every maker in turn, until there are ROWS."""
    rows, _ = make_batch(list_records(), load_declarations("pharma"))
    frame = number_rows([row | {"split": "train"} for row in rows])
    maker = pl.col("id").str.split("/").list.get(2)
    numbered = frame.with_columns(maker.alias("maker"), pl.int_range(pl.len()).over(maker).alias("turn"))
    return numbered.with_row_index("at").sort("turn", "at").head(ROWS).sort("at")


def write_golden() -> str:
    """The sample as text."""
    passages = {row["passage_id"]: row["text"] for row in tabulate()[1].iter_rows(named=True)}
    parts = []
    for row in sample_rows().iter_rows(named=True):
        spans = [passages[one["passage_id"]][one["start"] : one["end"]] for one in row["evidence"]]
        told = [f"== {row['id']} ({row['perspective']}, {row['register']}, {row['safety_class']})"]
        told += [f"Q: {row['prompt']}", f"A: {row['response']}"]
        told += [f"   answer: {row['answer']}"] if row["answer"] not in row["response"] else []
        told += [f"   step: {step}" for step in row["reasoning"] or ()]
        told += [f"   from {one['passage_id']}: {span!r}" for one, span in zip(row["evidence"], spans, strict=True)]
        parts.append("\n".join(told))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    FILE.write_text(write_golden(), "utf-8")
