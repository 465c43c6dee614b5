from __future__ import annotations

import polars as pl

from apothecary.gather.plausible import drop_implausible


def drop(*rows: tuple[str, str, str]) -> tuple[set[tuple[str, str, str]], dict[str, int]]:
    frame = pl.DataFrame(rows, schema=["entity_id", "field", "text"], orient="row")
    left, reasons = drop_implausible(frame)
    return set(left.iter_rows()), dict(reasons)


def test_the_end_of_the_apparatus_is_no_melting_point() -> None:
    left, reasons = drop(("a", "mp_c", "300"), ("b", "mp_c", "300.5"), ("c", "bp_c", "300"))
    assert left == {("b", "mp_c", "300.5"), ("c", "bp_c", "300")}
    assert sum(reasons.values()) == 1


def test_nothing_melts_or_flashes_above_its_boiling_point() -> None:
    wrong = [("a", "mp_c", "100"), ("a", "bp_c", "4.7"), ("b", "flash_c", "90"), ("b", "bp_c", "80")]
    right = [("c", "mp_c", "5.5"), ("c", "bp_c", "80.1"), ("c", "flash_c", "-11"), ("d", "ntp_listing", "known")]
    left, reasons = drop(*wrong, *right)
    assert left == set(right)
    assert reasons == {
        "mp_c, bp_c: melts above its boiling point": 2,
        "flash_c, bp_c: flashes above its boiling point": 2,
    }
