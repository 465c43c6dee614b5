from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.pubchem import read_pubchem
from apothecary.dumps.room import read_dump
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "chemistry" / "pubchem_CID_2244.sdf"
COMPOUND = """7
  made by hand

  0  0  0     0  0  0  0  0  0999 V2000
M  END
> <PUBCHEM_COMPOUND_CID>
7

> <PUBCHEM_IUPAC_INCHIKEY>
BSYNRYMUTXBXSQ-UHFFFAOYSA-N

> <PUBCHEM_XLOGP3>
1.2

> <PUBCHEM_MOLECULAR_WEIGHT>
180.159

$$$$
"""


def read(text: str) -> list[Record | Fault]:
    return list(read_pubchem(io.BufferedReader(io.BytesIO(text.encode())), file="f"))  # type: ignore[arg-type]


def test_compounds_are_read() -> None:
    one, two = read(COMPOUND + COMPOUND.replace("BSYN", "?"))
    assert isinstance(one, Record)
    assert (one.source_id, one.inchikey) == ("7", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N")
    assert Told("logp", "1.2", None, "XLogP3", "predicted") in one.facts
    assert Told("molecular_weight", "180.159", "g/mol", None, "computed") in one.facts
    assert isinstance(two, Fault)
    assert two.reason == "no InChIKey"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "no compounds"), (COMPOUND[:200], "is cut"), ("x\n" * 3000, "not SDF"), ("x" * 2**21, "too large")],
)
def test_other_files_are_refused(text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(text)


def test_the_real_file_is_read() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    (record,) = read_dump("pubchem", SHARED)
    assert isinstance(record, Record)
    assert (record.source_id, record.name, record.inchikey) == (
        "2244",
        "2-acetoxybenzoic acid",
        "BSYNRYMUTXBXSQ-UHFFFAOYSA-N",
    )
