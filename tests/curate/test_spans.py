from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from apothecary.curate.spans import join_prints, join_windows


def test_prints_of_one_document_are_not_shared(tmp_path: Path) -> None:
    rows = [(7, 0, 0, 3), (7, 0, 0, 9), (8, 0, 1, 0), (8, 1, 1, 5), (9, 0, 2, 0)]
    schema = {"hash": pl.UInt64, "file": pl.UInt32, "row": pl.UInt32, "token": pl.UInt32}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(tmp_path / "it's.parquet")
    assert join_prints([tmp_path / "it's.parquet"], tmp_path, 100).rows() == [(0, 1, 0), (1, 1, 5)]


@pytest.mark.parametrize("files", [1, 3])
def test_windows_become_spans(tmp_path: Path, files: int) -> None:
    def key(doc: int, at: int) -> int:
        return (doc << 32) | at

    lines = [(100 + n, key(0, 5 + n)) for n in range(4)]
    lines += [(100 + n, key(2, 20 + n)) for n in range(4) if n != 2] + [(101, key(3, 0)), (101, key(0, 90))]
    lines += [(500, key(4, 1)), (500, key(4, 2)), (900, key(5, 0))]
    order = np.random.default_rng(files).permutation(len(lines))
    frame = pl.DataFrame(lines, schema={"hash": pl.UInt64, "key": pl.UInt64}, orient="row")[order]
    paths = [tmp_path / f"w{n}.parquet" for n in range(files)]
    for n, path in enumerate(paths):
        frame[n::files].write_parquet(path)
    spans, many = join_windows(paths, tmp_path, 10, 3, 100)
    assert spans.rows() == [(2, 20, 31, 0, 5, 3), (2, 23, 33, 0, 8, 2), (3, 0, 10, 0, 6, 3)]
    assert many.rows() == [(0, 6, 16, 3)]
