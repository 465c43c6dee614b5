from __future__ import annotations

from collections.abc import Callable

import polars as pl

from apothecary.gather.entities import Entity
from apothecary.gather.facts import LOOSE
from apothecary.gather.reviewed import drop_withheld, read_reviewed


def test_names_are_given_by_inchikey() -> None:
    names = read_reviewed("name")
    assert names["NOSIYYJFMPDDSA-UHFFFAOYSA-N"] == "acepromazine"
    assert all(len(key) == 27 for key in names)
    assert len(set(names.values())) == len(names)


def test_a_withheld_value_is_not_stated(make_entity: Callable[..., Entity]) -> None:
    drug, other = make_entity("A", name="metformin"), make_entity("B", name="benzene")
    rows = [
        (e.entity_id, field, "1", None, None, "experimental", "wikidata")
        for e in (drug, other)
        for field in ("mp_c", "bp_c")
    ]
    left, withheld = drop_withheld(pl.DataFrame(rows, schema=LOOSE, orient="row"), [drug, other])
    assert withheld == 1
    assert set(left.select("entity_id", "field").rows()) == {
        (drug.entity_id, "bp_c"),
        (other.entity_id, "mp_c"),
        (other.entity_id, "bp_c"),
    }
