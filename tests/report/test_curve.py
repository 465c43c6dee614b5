"""The curve against a plain count, on files made for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from apothecary.example import EXAMPLE
from apothecary.report.curve import find_knee, list_marks, measure_curve, merge, share_verified

ROWS, FILES = 1_500, 2
TURNS = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """3,000 rows over two files; row n states the facts n % 700 and, sometimes, a given number; 40 forms."""
    folder = tmp_path_factory.mktemp("curve")
    for file in range(FILES):
        numbers = range(file * ROWS, (file + 1) * ROWS)
        frame = pl.DataFrame(
            {
                "id": [f"p/i/t/train-any/{n}" for n in numbers],
                "intent": ["i"] * ROWS,
                "template": [None if n % 100 == 0 else f"t{n % 4}" for n in numbers],
                "wording": [None if n % 100 == 0 else f"{n % 10}.{n % 3}" for n in numbers],
                "messages": [[{"role": "user", "content": f"what is the value of {n}"}] for n in numbers],
                "facts": [
                    [
                        {"entity": 0, "field": "f", "value": "1", "unit": None, "fact_id": f"e{n % 700}:f:s"},
                        {"entity": -1, "field": "g", "value": "1", "unit": None, "fact_id": None},
                    ]
                    for n in numbers
                ],
            },
            schema={
                name: EXAMPLE.get(name, TURNS) for name in ("id", "intent", "template", "wording", "messages", "facts")
            },
        )
        frame.write_parquet(folder / f"train-{file}.parquet")
    return sorted(folder.iterdir())


def test_every_point_is_a_plain_count(files: list[Path]) -> None:
    points = measure_curve(files, {}, [ROWS, ROWS])
    assert [point["rows"] for point in points] == [1_000, 2_000, 3_000]
    for point in points:
        rows = range(point["rows"])
        forms = {(n % 4, n % 10) for n in rows if n % 100}
        assert point["facts"] == len({n % 700 for n in rows})
        assert point["forms"] == len(forms)
        assert point["repeats_of_a_form"] == pytest.approx(sum(n % 100 > 0 for n in rows) / len(forms), abs=0.01)
        assert point["verified"] == 1
    assert points[0]["new_facts_per_1000"] == 700
    assert points[1]["new_facts_per_1000"] == 0
    assert points[-1]["accepted"] is None


def test_what_the_checker_refused_lowers_the_verified_share(files: list[Path]) -> None:
    points = measure_curve(files, {0: np.array([5, 1_400])}, [ROWS, ROWS])
    assert [point["verified"] for point in points] == pytest.approx([999 / 1000, 1998 / 2000, 2998 / 3000], abs=1e-6)


def test_labels_are_counted_where_their_rows_lie(files: list[Path]) -> None:
    labels = {"p/i/t/train-any/10": True, "p/i/t/train-any/1200": False, "p/i/t/train-any/2900": True}
    accepted = [point["accepted"] for point in measure_curve(files, {}, [ROWS, ROWS], labels)]
    assert [one["labels"] for one in accepted] == [1, 2, 3]
    assert [one["accepted"] for one in accepted] == [1, 1, 2]


@pytest.mark.parametrize(
    ("rows", "marks"),
    [(400, [400]), (1_000, [1_000]), (2_500, [1_000, 2_000, 2_500]), (20_000, [1_000, 2_000, 5_000, 10_000, 20_000])],
)
def test_subsets_are_nested_and_end_with_all(rows: int, marks: list[int]) -> None:
    assert list_marks(rows) == marks


def test_a_part_of_a_file_counts_in_part() -> None:
    assert share_verified(1, 0.5, {0: np.array([1]), 1: np.array([10, 60])}, [100, 100]) == pytest.approx(148 / 150)


def make_points(counts: list[float]) -> list[dict[str, float]]:
    return [{"rows": 1_000.0 * (at + 1), "facts": count} for at, count in enumerate(counts)]


def test_the_knee_is_where_a_curve_bends() -> None:
    counts = [min(n, 10) + 0.05 * max(0, n - 10) for n in range(1, 41)]
    assert find_knee(make_points(counts), "facts") == 10_000


@pytest.mark.parametrize(
    "counts", [[1, 2, 3, 4, 5, 6.0], [5, 5, 5, 5, 5.0], [1, 9, 10.0]], ids=["line", "flat", "short"]
)
def test_a_straight_line_has_no_knee(counts: list[float]) -> None:
    assert find_knee(make_points(counts), "facts") is None


def test_merged_hashes_are_sorted_and_single() -> None:
    merged = merge(np.array([2, 5, 9], dtype=np.uint64), np.array([9, 1, 5, 5, 12], dtype=np.uint64))
    assert merged.tolist() == [1, 2, 5, 9, 12]
