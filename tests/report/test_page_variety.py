"""The curve as HTML: unmeasured where it is, measured where it is."""

from __future__ import annotations

from typing import Any

from apothecary.report.page_variety import tell_knees, tell_lengths, tell_point, tell_quality, tell_strict

ACCEPTED = {"labels": 300, "accepted": 294, "share": 0.98, "low": 0.957, "high": 0.991}


def make_point(rows: int, accepted: dict[str, Any] | None = None) -> dict[str, Any]:
    new = {f"new_{name}_per_1000": 5.5 for name in ("facts", "forms")} | {"new_ngrams_per_1000": None}
    counts = {"facts": 7, "forms": 3, "repeats_of_a_form": 2.5, "verified": 0.999, "rule_of_thumb": None}
    return {"rows": rows, "accepted": accepted, **new, **counts}


def make_quality(accepted: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "points": [make_point(1_000, accepted)],
        "knees": {"facts": 20_000, "forms": None, "ngrams": None},
        "rule_of_thumb": [{"rows": 10**6, "quality": 0.98}, {"rows": 10**9, "quality": 0.3}],
        "checked": True,
        "text_rows": 10**6,
        "accepted": accepted,
    }


def test_until_labels_exist_quality_is_unmeasured() -> None:
    page = tell_quality({"quality": make_quality()}, {})
    assert page.count("unmeasured") >= 3
    for part in ("1 B", "30%", "99.90%", "20,000"):
        assert part in page


def test_labels_give_a_share_and_its_interval() -> None:
    cells = tell_point(make_point(1_000, ACCEPTED), make_quality(ACCEPTED))
    assert "98.0% (95.7%–99.1%)" in cells
    assert "95.7% to 99.1%" in tell_strict(make_quality(ACCEPTED))


def test_unmeasured_cells_are_dashes() -> None:
    cells = tell_point(make_point(1_000), make_quality() | {"checked": False})
    assert cells[3] == "–"
    assert cells[7] == "–"
    assert cells[9] == "–"


def test_knees_in_words() -> None:
    text = tell_knees(make_quality())
    assert "New facts bend off near 20,000 rows." in text
    assert "New question forms come in almost evenly" in text


def test_lengths_without_a_chart_are_a_table() -> None:
    page = tell_lengths({"rows": 4, "edges": [0, 10, 20], "question": [1, 3], "answer": [4, 0]})
    assert "0 to 9" in page
    assert "75.0%" in page
