from __future__ import annotations

import polars as pl

from apothecary.engine.progress import SilentProgress
from apothecary.gather.structures import gather_structures


def test_a_vocabulary_structure_that_chembl_contradicts_is_dropped() -> None:
    claims = pl.DataFrame(
        [
            ("chembl", 0, "butanol hydrochloride", "CCCCO.Cl", True),
            ("drugbank-vocabulary", 0, "butanol", "CCC(C)O", True),
            ("drugbank-vocabulary", 1, "pentanol", "CCCCCO", True),
            ("pubchem", 0, None, "CCCCO", False),
            ("pubchem", 1, None, "CC(=O)[O-].[Na+]", False),
        ],
        schema=["source", "row", "name", "smiles", "desalt"],
        orient="row",
    )
    records, accepted, refused = gather_structures(claims, workers=1, progress=SilentProgress())
    assert records["smiles"].to_list() == ["CCCCCO", "CCCCO"]
    assert records.filter(pl.col("smiles") == "CCCCO")["source"].item() == "pubchem"
    assert sorted(accepted.select("source", "row").iter_rows()) == [
        ("chembl", 0),
        ("drugbank-vocabulary", 1),
        ("pubchem", 0),
    ]
    assert set(refused.iter_rows()) == {
        ("pubchem", "several fragments (salt or mixture)", 1),
        ("drugbank-vocabulary", "ChEMBL draws another structure", 1),
    }
