from __future__ import annotations

import polars as pl
import pytest

from apothecary.gather.contested import drop_contested_years, is_contested, list_contested
from apothecary.gather.entities import Entity


def make_entity(name: str, key: str) -> Entity:
    return Entity(key, "chembl", {"undefined_stereo": "0"}, name=name)


@pytest.mark.parametrize(
    ("name", "key", "contested"),
    [
        pytest.param("gadobutrol", "JZNZSKXIEDHOBD-UHFFFAOYSA-N", True, id="complex drawn as its ligand"),
        pytest.param("gadobutrol", "ZPDFIIGFYAHNSK-YYLIZZNMSA-K", False, id="same name, another structure"),
        pytest.param("caffeine", "JZNZSKXIEDHOBD-UHFFFAOYSA-N", False, id="another name"),
    ],
)
def test_a_name_is_contested_for_one_structure(name: str, key: str, contested: bool) -> None:
    assert is_contested(name, make_entity(name, key)) is contested


def test_a_contested_year_goes_and_the_others_stay() -> None:
    wrong, right = make_entity("Estrone", "A" * 14), make_entity("aspirin x", "B" * 14)
    rows = pl.DataFrame({"entity_id": [wrong.entity_id, right.entity_id], "text": ["1979", "1979"]})
    kept, gone = drop_contested_years(rows, [wrong, right])
    assert (kept["entity_id"].to_list(), gone) == ([right.entity_id], 1)


def test_the_list_has_both_kinds() -> None:
    assert len(list_contested("structure")) > 50 and len(list_contested("first_approval")) > 50
