from pathlib import Path

import polars as pl

from apothecary.curate.verdicts import PLACED_VERDICT, iter_dropped, scan_verdicts, write_books


def make_verdicts(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [dict(zip(("id", "verdict", "reason"), row, strict=True)) for row in rows], schema=PLACED_VERDICT
    )


def test_books_count_by_reason() -> None:
    verdicts = make_verdicts(("a", "dropped", "number"), ("b", "dropped", "number"), ("c", "failed", "ValueError"))
    assert write_books(10, verdicts) == {
        "read": 10,
        "kept": 7,
        "dropped": {"number": 2},
        "failed": {"ValueError": 1},
    }


def test_ids_fall_apart_into_stratum_and_number(tmp_path: Path) -> None:
    path = tmp_path / "verify-a.parquet"
    make_verdicts(("pharma/mw/t2/train-drug/107", "dropped", "unit")).write_parquet(path)
    assert [frame.rows() for frame in iter_dropped([path])] == [[("pharma/mw/t2/train-drug", 107)]]
    assert scan_verdicts([path]).collect().schema == PLACED_VERDICT
    assert scan_verdicts([]).collect().schema == PLACED_VERDICT
