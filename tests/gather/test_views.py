from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.commit import hash_file
from apothecary.gather.sources import SOURCE_INDEX, SOURCES
from apothecary.gather.views import LIST_COLUMNS, widen, write_views

FIELDS = ("mw", "tpsa", "smiles", "formula", "mp_c", "first_approval", "unii", "heavy_atoms", "scaffold")


def build_fact_ids(compounds: pl.DataFrame, field: str) -> pl.DataFrame:
    ids = pl.Series([source.id for source in SOURCES])
    rows = compounds.filter(pl.col(field).is_not_null())
    source = ids.gather(rows[f"{field}__src"].cast(pl.UInt32))
    return rows.select("entity_id", value=pl.col(field).cast(pl.String)).with_columns(
        fact_id=rows["entity_id"] + f":{field}:" + source
    )


@pytest.mark.parametrize("field", FIELDS)
def test_each_value_of_the_wide_view_is_a_fact(share_alike: Path, compounds: pl.DataFrame, field: str) -> None:
    facts = pl.read_parquet(share_alike / "facts.parquet").filter(pl.col("field") == field)
    joined = build_fact_ids(compounds, field).join(facts, on="fact_id", how="left")
    assert joined["text"].null_count() == 0
    if compounds.schema[field] == pl.Float64:
        assert (joined["value"].cast(pl.Float64) == joined["number"]).all()
    else:
        assert (joined["value"] == joined["text"]).all()


@pytest.mark.parametrize("field", list(LIST_COLUMNS))
def test_list_values_are_numbered_facts(share_alike: Path, compounds: pl.DataFrame, field: str) -> None:
    column = LIST_COLUMNS[field]
    facts = pl.read_parquet(share_alike / "facts.parquet").filter(pl.col("field") == field)
    rows = compounds.filter(pl.col(column).is_not_null()).head(300)
    texts = dict(facts.select("fact_id", "text").iter_rows())
    for entity_id, values, source in rows.select("entity_id", column, f"{column}__src").iter_rows():
        for number, value in enumerate(values, start=1):
            assert texts[f"{entity_id}:{field}:{SOURCES[source].id}#{number}"] == value


def test_every_compound_has_structure_descriptors_and_a_source(compounds: pl.DataFrame) -> None:
    for column in ("smiles", "inchikey", "formula", "mw", "hbd", "parent_key", "name", "gates"):
        assert compounds[column].null_count() == 0, column
    assert (compounds["base_src"] > 0).all()
    assert compounds.schema["base_src"] == pl.UInt32
    assert compounds.schema["mw__src"] == pl.UInt8
    assert set(compounds["group"]) == {"drug", "compound"}


def test_imatinib_has_its_structure_under_share_alike_only(
    permissive: Path, drugs_by_name: dict[str, dict[str, object]]
) -> None:
    assert drugs_by_name["imatinib"]["smiles"]
    assert int(str(drugs_by_name["imatinib"]["base_src"])) & 1 << SOURCE_INDEX["chembl"]
    lean = pl.read_parquet(permissive / "compounds.parquet")
    assert "imatinib" not in lean["name"]
    missing = json.loads((permissive / "report.json").read_text())["approved_missing"]
    assert "imatinib" in {entry["name"] for entry in missing}


def test_permissive_views_hold_permissive_sources_only(permissive: Path) -> None:
    allowed = {source.id for source in SOURCES if source.licence_class == "permissive"}
    facts = pl.read_parquet(permissive / "facts.parquet")
    assert set(facts["source"]) <= allowed
    lean = pl.read_parquet(permissive / "compounds.parquet")
    assert len(lean) >= 50_000
    forbidden = sum(1 << SOURCE_INDEX[source.id] for source in SOURCES if source.id not in allowed)
    assert (lean["base_src"] & forbidden == 0).all()
    assert lean["first_approval"].count() == 0


def test_views_are_the_same_bytes_twice(knowledge: Path, share_alike: Path, tmp_path: Path) -> None:
    write_views(knowledge, tmp_path, licence="share-alike")
    for path in sorted(share_alike.iterdir()):
        assert hash_file(path) == hash_file(tmp_path / path.name), path.name


def test_measured_values_that_sources_dispute_stay_empty() -> None:
    entities = pl.DataFrame(
        {
            "entity_id": ["c1", "c2"],
            "name": ["a", "b"],
            "Name": ["A", "B"],
            "named": [True, True],
            "name_kind": ["common"] * 2,
            "name_reason": [""] * 2,
            "group": ["compound"] * 2,
            "parent_key": ["K"] * 2,
            "gates": [[], []],
            "name_source": ["pubchem"] * 2,
            "structure_source": ["pubchem"] * 2,
        },
        schema_overrides={"gates": pl.List(pl.String)},
    )
    facts = pl.DataFrame(
        [
            ("c1:mp_c:open-melting-points", "c1", "mp_c", 50.0, "50", "open-melting-points"),
            ("c1:mp_c:wikidata", "c1", "mp_c", 90.0, "90", "wikidata"),
            ("c2:mp_c:open-melting-points", "c2", "mp_c", 50.0, "50", "open-melting-points"),
            ("c2:mp_c:wikidata", "c2", "mp_c", 52.0, "52", "wikidata"),
        ],
        schema=["fact_id", "entity_id", "field", "number", "text", "source"],
        orient="row",
    )
    wide, empty = widen(entities, facts)
    assert wide["mp_c"].to_list() == [None, 50.0]
    assert wide["mp_c__src"].to_list() == [None, SOURCE_INDEX["open-melting-points"]]
    assert empty == {"mp_c": 1}
