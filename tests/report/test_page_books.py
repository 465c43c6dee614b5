"""The books as HTML: nothing is left out, and what was asked stands beside what came out."""

from __future__ import annotations

from apothecary.report.page_books import join_counts, tell_books, tell_cost, tell_mix, tell_safety

BOOKS = {"component": "verify", "read": 10, "kept": 7, "dropped": {"number": 2}, "failed": {"crash": 1}}


def test_the_funnel_names_every_reason() -> None:
    page = tell_books({"funnel": [BOOKS], "audit": {"held_out_prompts": 1234}})
    for part in ("verify", "number 2; crash 1", "held out prompts", "1,234"):
        assert part in page


def test_safety_takes_its_words_from_the_pack() -> None:
    gate = {"entities": 58, "withheld": {"draw": 47}, "source": "a list"}
    told = {"rows": 10, "counts": {"safety_class": {"S3": 4}}, "safety_classes": {"S3": "could hurt"}}
    page = tell_safety({**told, "safety": {"gates": {"explosives": gate}}})
    for part in ("could hurt", "40.0%", "explosives", "draw 47", "a list"):
        assert part in page
    assert "gate" not in tell_safety({**told, "safety": {}})


def test_asked_and_got_stand_side_by_side() -> None:
    counts = {name: {"x": 5} for name in ("origin", "answer_type", "difficulty", "register", "tests", "split")}
    line = {"rows": 5, "approximate_tokens": 50}
    told = {
        "rows": 5,
        "asked": {"facts": {"rows": 5, "share": 0.9, "asked": 0.8}},
        "mix": {"perspective": {"basic facts": line}, "licence": {"CC0-1.0": line}},
        "counts": counts,
        "sources": {"unii": 5},
    }
    page = tell_mix(told)
    for part in ("80.0%", "90.0%", "left:80.00%", "basic facts", "CC0-1.0", "unii"):
        assert part in page


def test_cost_says_who_wrote_and_what_it_took() -> None:
    timing = {"seconds": 10.0, "workers": 2, "starts": 3, "rooms": {"generate": 8.0}, "stages": {"verify": 2.0}}
    cost = {"core_hours": 0.01, "usd": 0.02, "machine": "m", "prices_of": "2026-06", "written_by": {}}
    page = tell_cost({"timing": timing, "cost": cost})
    for part in ("started 3 times", "80.0%", "No row was written by a model", "prices of 2026-06"):
        assert part in page
    assert "my-model: 7 rows" in tell_cost({"timing": timing, "cost": cost | {"written_by": {"my-model": 7}}})


def test_counts_in_a_line() -> None:
    assert join_counts({"b": 2, "a": 1000}) == "a 1,000, b 2"
    assert join_counts({}) == "–"
