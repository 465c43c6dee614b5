"""The labelled texts, and that the gates do on them no worse than was measured."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from bench_gates import count_quality, judge_golden, read_golden


def test_the_labels_are_whole_and_a_source_is_in_one_part() -> None:
    rows = read_golden()
    assert len(rows) >= 200
    assert {row["label"] for row in rows} == {"good", "bad"}
    assert all(row["why"] for row in rows)
    parts: dict[str, set[str]] = {}
    for row in rows:
        parts.setdefault(row["source"], set()).add(row["part"])
    assert {len(part) for part in parts.values()} == {1}
    assert Counter(row["part"] for row in rows)["held out"] * 4 > len(rows)


def test_the_gates_do_no_worse_than_was_measured() -> None:
    rows = read_golden()
    right, wrong, missed, stopped = count_quality(rows, judge_golden(rows), "all")
    assert right + wrong + missed + stopped == len(rows)
    assert right / (right + wrong) >= 0.75
    assert right / (right + missed) >= 0.5
