from __future__ import annotations

from collections.abc import Callable

import polars as pl

from apothecary.gather.entities import Entity, attach_unii_names, resolve_unii, tabulate_entities

UNII = pl.DataFrame(
    [
        ("acetaminophen", "USAN", "cn", "U1", "acetaminophen"),
        ("acetaminophen", None, "of", "U1", "acetaminophen"),
        ("paracetamol", "INN", "cn", "U1", "acetaminophen"),
        ("tylenol", None, "bn", "U1", "acetaminophen"),
        ("codeine", None, "cn", "U2", "codeine"),
        ("codeine", None, "cn", "U3", "codeine anhydrous"),
        ("alteplase", "INN", "cn", "U4", "alteplase"),
    ],
    schema=["name", "tag", "type", "unii", "display"],
    orient="row",
)


def test_a_unii_follows_from_names_that_point_to_one(make_entity: Callable[..., Entity]) -> None:
    drug = make_entity("KEY-A", names=["acetaminophen", "paracetamol"])
    doubtful = make_entity("KEY-B", names=["codeine"])
    enzyme = make_entity("KEY-C", names=["alteplase"])
    resolve_unii([drug, doubtful, enzyme], UNII)
    assert (drug.unii, doubtful.unii, enzyme.unii) == ("U1", None, None)
    attach_unii_names([drug, doubtful, enzyme], UNII, ("INN", "USAN"))
    assert (drug.inn, drug.display, drug.group) == ("paracetamol", "acetaminophen", "drug")
    assert drug.official_names == ["acetaminophen", "paracetamol"]
    assert doubtful.group == "compound"


def test_a_unii_goes_to_the_best_defined_structure(make_entity: Callable[..., Entity]) -> None:
    flat = make_entity("KEY-A", names=["paracetamol"], undefined=3)
    exact = make_entity("KEY-B", names=["paracetamol"])
    resolve_unii([flat, exact], UNII)
    assert (flat.unii, exact.unii) == (None, "U1")


def test_a_unii_that_shares_a_name_only_is_refused(make_entity: Callable[..., Entity]) -> None:
    gas = [
        ("carbon dioxide", None, "of", "U5", "carbon dioxide"),
        ("carbonic acid", None, "cn", "U5", "carbon dioxide"),
    ]
    table = pl.DataFrame(gas, schema=UNII.columns, orient="row")
    acid = make_entity("KEY-A", names=["carbonic acid"], iupac="Carbonic acid")
    resolve_unii([acid], table)
    assert acid.unii is None
    named_so = make_entity("KEY-B", names=["carbonic acid", "carbon dioxide"], iupac="carbonic acid")
    resolve_unii([named_so], table)
    assert named_so.unii == "U5"


def test_tabulated_entities_are_sorted_and_start_sentences(make_entity: Callable[..., Entity]) -> None:
    frame = tabulate_entities([make_entity("KEY-B", name="n-butane"), make_entity("KEY-A", name="aspirin")])
    assert frame["entity_id"].is_sorted()
    assert set(frame["Name"]) == {"n-Butane", "Aspirin"}
