from __future__ import annotations

import pytest

from apothecary.gather.compounds import read_identifiers, read_measurements, to_celsius
from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import fetch_wheel, find_cache


@pytest.mark.parametrize(
    ("kelvin", "celsius"), [("181.15", "-92"), ("536.15", "263"), ("356.48333", "83.3"), ("273.15", "0")]
)
def test_to_celsius(kelvin: str, celsius: str) -> None:
    assert to_celsius(kelvin) == celsius


def test_identifiers_put_the_most_usual_name_first() -> None:
    table = read_identifiers(fetch_wheel(WHEELS[0], find_cache()))
    names = dict(table.select("cas", "names").iter_rows())
    assert names["50-78-2"][0] == "aspirin"
    assert table["cas"].is_unique().all()


def test_measurements_carry_kind_unit_and_source() -> None:
    table = read_measurements(fetch_wheel(WHEELS[0], find_cache()))
    assert set(table["kind"]) == {"experimental", "registry"}
    melting = table.filter(field="mp_c", source="open-melting-points")
    assert set(melting["unit"]) == {"°C"}
    assert dict(melting.select("cas", "text").iter_rows())["50-00-0"] == "-92"
    assert set(table["source"]) == {"open-melting-points", "wikidata", "ontario", "ntp", "ipcc"}
