"""Charts are SVG in the page's colours; without the library there are none."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from apothecary.report import charts
from apothecary.report.charts import draw_charts, list_colours, shorten_count

POINT = {"verified": 1.0, "accepted": None, "rule_of_thumb": 0.98}
TOLD = {
    "quality": {
        "points": [
            {
                "rows": 10**n,
                "new_facts_per_1000": 10.0 / n,
                "new_forms_per_1000": 1.0,
                "new_ngrams_per_1000": None,
                **POINT,
            }
            for n in range(3, 7)
        ],
        "knees": {"facts": 10**4, "forms": None, "ngrams": None},
        "rule_of_thumb": [{"rows": 10**6, "quality": 0.98}, {"rows": 10**9, "quality": 0.3}],
        "checked": True,
    },
    "texts": {"edges": [0, 10, 20, 30], "question": [1, 2, 0], "answer": [3, 0, 0]},
    "reach": {
        "groups": [
            {"group": "drug", "reached": 3},
            {"group": "$x^2$ <b>", "reached": 1},
            {"group": "none", "reached": 0},
        ],
        "topics": [{"topic": "$\\bad", "drug": 0.5, "$x^2$ <b>": 1.0, "none": 0.0}],
    },
}


def test_charts_are_xml_that_takes_its_colours_from_the_page() -> None:
    pytest.importorskip("matplotlib")
    drawn = draw_charts(TOLD)
    assert set(drawn) == {"curve", "quality", "lengths", "reach"}
    for svg in drawn.values():
        root = ET.fromstring(svg)
        assert root.tag.endswith("svg")
        assert "viewBox" in root.attrib
        assert "width" not in root.attrib
        assert "var(--" in svg
        assert "DejaVu" not in svg
    assert "$x^2$ &lt;b&gt;" in drawn["reach"]
    assert "knee" in drawn["curve"]


def test_ids_do_not_meet() -> None:
    pytest.importorskip("matplotlib")
    ids = [node.get("id") for svg in draw_charts(TOLD).values() for node in ET.fromstring(svg).iter() if node.get("id")]
    assert len(ids) == len(set(ids))


def test_the_page_defines_every_colour() -> None:
    from apothecary.report.page import STYLE

    style = STYLE.read_text("utf-8")
    assert all(f"--{name}:" in style for name in list_colours())


def test_without_the_library_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "can_draw", lambda: False)
    assert draw_charts(TOLD) == {}


@pytest.mark.parametrize(("count", "text"), [(300_000, "300 k"), (1e6, "1 M"), (1.5e9, "1.5 B"), (42, "42")])
def test_counts_are_short(count: float, text: str) -> None:
    assert shorten_count(count) == text
