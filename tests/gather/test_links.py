from __future__ import annotations

from collections.abc import Callable

import polars as pl

from apothecary.gather.entities import Entity
from apothecary.gather.facts import complete_rows
from apothecary.gather.links import link_brands, link_names, read_gates, sum_brands, title_brand


def test_title_brand() -> None:
    assert title_brand("depo-proluton") == "Depo-Proluton"


def test_gates_are_lower_case_names() -> None:
    gates = read_gates()
    assert "sarin" in gates["chemical weapons"]
    assert all(name == name.lower() for names in gates.values() for name in names)


UNII = [
    ("gleevec", "bn", "U2", "imatinib mesylate"),
    ("imatinib medac", "bn", "U2", "imatinib mesylate"),
    ("nuedexta", "bn", "U1", "imatinib"),
    ("nuedexta component quinidine", "bn", "U9", "quinidine"),
    ("twofold", "bn", "U1", "imatinib"),
    ("twofold", "bn", "U3", "codeine"),
    ("unknownol", "bn", "U7", "unknown"),
]


def test_a_brand_of_a_salt_leads_to_the_parent_and_doubtful_ones_are_refused(
    make_entity: Callable[..., Entity],
) -> None:
    imatinib = make_entity("KEY-A", name="imatinib", unii="U1", approved=True)
    codeine = make_entity("KEY-B", name="codeine", unii="U3", approved=True)
    unii = pl.DataFrame(UNII, schema=["name", "type", "unii", "display"], orient="row")
    brands, refused = link_brands([imatinib, codeine], unii)
    assert brands.select("entity_id", "text").rows() == [(imatinib.entity_id, "Gleevec")]
    assert refused["brand of several ingredients"] == 1
    assert refused["brand of a combination"] == 1
    assert refused["brand holds the ingredient's name"] == 1


def test_link_names_keeps_names_with_one_owner(make_entity: Callable[..., Entity]) -> None:
    first = make_entity("KEY-A", name="alpha", names=["shared", "own"])
    second = make_entity("KEY-B", name="beta", names=["shared"])
    assert set(link_names([first, second])) == {"alpha", "beta", "own"}


def test_two_plain_brands_and_how_many_there_are() -> None:
    names = ["Gleevec", "Glivec", "Imavec Xr", "Depo-Glivec", "Im"]
    brands = complete_rows(
        pl.DataFrame({"entity_id": ["c1"] * 5, "text": names}), field="brand", kind="registry", source="unii"
    )
    found = dict(sum_brands(brands).select("field", "text").iter_rows())
    assert found["brand_count"] == "5"
    assert {found["brand1"], found["brand2"]} == {"Gleevec", "Glivec"}
    assert sum_brands(brands).equals(sum_brands(brands.reverse()))
