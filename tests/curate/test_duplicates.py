from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from tests.curate.examples import frame_rows, make_row

from apothecary.curate.buckets import read_bucket
from apothecary.curate.duplicates import decide_duplicates, name_rows
from apothecary.curate.keys import KEYS, build_keys
from apothecary.curate.verdicts import PLACED_VERDICT


def place_keys(*rows: tuple[int, int, int, int, int]) -> pl.DataFrame:
    columns = ["high", "low", "answer", "file", "row"]
    return (
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64), orient="row")
        .select(pl.lit(0).alias("bucket"), *columns, pl.lit(0).alias("form"), pl.col("answer").alias("values"))
        .select(KEYS.names())
        .cast(dict(KEYS))
    )


def test_the_first_duplicate_in_file_order_survives() -> None:
    keys = place_keys((9, 1, 5, 1, 0), (9, 1, 5, 0, 7), (9, 1, 5, 0, 9), (8, 1, 5, 0, 1))
    assert decide_duplicates(keys).rows() == [(0, 9, "duplicate", 0, 7), (1, 0, "duplicate", 0, 7)]


def test_a_contradiction_keeps_no_row_and_names_one_it_contradicts() -> None:
    keys = place_keys((9, 1, 5, 0, 1), (9, 1, 5, 0, 2), (9, 1, 6, 1, 0), (9, 1, 7, 1, 1))
    assert decide_duplicates(keys).rows() == [
        (0, 1, "contradiction", 1, 0),
        (0, 2, "contradiction", 1, 0),
        (1, 0, "contradiction", 0, 1),
        (1, 1, "contradiction", 0, 1),
    ]


def test_half_a_hash_in_common_is_nothing_in_common() -> None:
    assert decide_duplicates(place_keys((9, 1, 5, 0, 0), (9, 2, 5, 0, 1), (8, 2, 5, 0, 2))).height == 0


def test_decisions_equal_brute_force_whatever_the_hash_values() -> None:
    random = np.random.default_rng(11)
    prompts, answers = random.integers(0, 900, 3000), random.integers(0, 2, 3000)
    rows = [
        make_row(j, 1, prompt=f"Question {prompt}?", answer=f"{answer if prompt % 9 == 0 else 0}")
        for j, (prompt, answer) in enumerate(zip(prompts, answers, strict=True))
    ]
    groups: dict[str, list[int]] = {}
    for j, row in enumerate(rows):
        groups.setdefault(row["prompt"], []).append(j)
    expected = {}
    for places in groups.values():
        given = {rows[j]["answer"] for j in places}
        dropped = places if len(given) > 1 else places[1:]
        expected |= dict.fromkeys(dropped, "contradiction" if len(given) > 1 else "duplicate")
    keys = build_keys(frame_rows(rows), 0)
    for mask in (0, 0xA5A5_5A5A_1234_4321):
        decided = decide_duplicates(keys.with_columns(pl.col("high") ^ mask).sort("high"))
        assert dict(decided.select("row", "reason").rows()) == expected


def test_buckets_part_the_keys_and_equal_prompts_meet(tmp_path: Path) -> None:
    keys = build_keys(frame_rows([make_row(j, 1, prompt=f"Question {j % 400}?") for j in range(1000)]), 0)
    files = [tmp_path / "keys-a.parquet", tmp_path / "keys-b.parquet"]
    for number, file in enumerate(files):
        half = keys.filter(pl.col("row") % 2 == number).sort("bucket")
        half.write_parquet(file, row_group_size=64)
    bounds = [0, 10_000, 30_000, 65_536]
    parts = [read_bucket(files, KEYS, low, high) for low, high in pairwise(bounds)]
    assert sum(part.height for part in parts) == 1000
    assert pl.concat([decide_duplicates(part) for part in parts]).sort("row").equals(decide_duplicates(keys))
    assert read_bucket([], KEYS, 0, 5).schema == KEYS


def test_verdicts_name_the_row_and_its_survivor(tmp_path: Path) -> None:
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for number, file in enumerate(files):
        frame_rows([make_row(10 * number + j, 1) for j in range(3)]).write_parquet(file)
    named = name_rows(decide_duplicates(place_keys((9, 1, 5, 0, 2), (9, 1, 5, 1, 1))), files)
    assert named.schema == PLACED_VERDICT
    assert named.rows() == [
        ("pharma/weight/plain/train-drug/11", "dropped", "duplicate", "pharma/weight/plain/train-drug/2", None, 1, 1)
    ]
    assert name_rows(decide_duplicates(place_keys()), files).schema == PLACED_VERDICT
