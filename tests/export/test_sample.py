from pathlib import Path

import numpy as np
import polars as pl

from apothecary.export.sample import (
    draw_priorities,
    encode_candidates,
    pick_candidates,
    read_sample,
    write_sample,
)


def write_pieces(folder: Path, sizes: dict[str, int], wanted: int) -> list[Path]:
    total = sum(sizes.values())
    pieces = []
    for name, size in sizes.items():
        priorities = draw_priorities(5, name, size)
        places = pick_candidates(priorities, wanted, total)
        rows = pl.DataFrame({"id": [f"{name}/{place}" for place in places], "text": ["a\nb \u2028 c"] * len(places)})
        pieces.append(folder / f"{name}.txt")
        pieces[-1].write_bytes(encode_candidates(rows, priorities[places].tolist()))
    return pieces


def test_the_sample_is_the_rows_with_the_smallest_numbers(tmp_path: Path) -> None:
    sizes = {"train-00000": 4000, "train-00001": 3000, "test-00000": 40, "validation-00000": 0}
    write_sample(write_pieces(tmp_path, sizes, 500), tmp_path / "sample.jsonl", 500)
    rows = read_sample(tmp_path / "sample.jsonl")
    every = sorted(
        (int(priority), f"{name}/{place}")
        for name, size in sizes.items()
        for place, priority in enumerate(draw_priorities(5, name, size))
    )
    assert [row["id"] for row in rows] == [name for _, name in every[:500]]
    assert rows[0]["text"] == "a\nb \u2028 c"


def test_all_rows_when_there_are_fewer(tmp_path: Path) -> None:
    write_sample(write_pieces(tmp_path, {"a": 30, "b": 7}, 500), tmp_path / "sample.jsonl", 500)
    assert len({row["id"] for row in read_sample(tmp_path / "sample.jsonl")}) == 37


def test_shards_are_sampled_in_proportion(tmp_path: Path) -> None:
    write_sample(write_pieces(tmp_path, {"a": 60_000, "b": 20_000}, 2000), tmp_path / "sample.jsonl", 2000)
    rows = read_sample(tmp_path / "sample.jsonl")
    of_a = np.array([int(str(row["id"])[2:]) for row in rows if str(row["id"]).startswith("a/")])
    assert 1400 < len(of_a) < 1600
    assert 28_000 < of_a.mean() < 32_000
