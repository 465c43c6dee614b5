from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.dumps.drugbank import read_drugbank
from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.room import read_dump

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs" / "drugbank_vocabulary_dev.csv"
TEXT = (
    "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\n"
    "DB1,,Drug X,50-78-2,R16CO5Y76E,Drug X | Ex | Acid X,BSYNRYMUTXBXSQ-UHFFFAOYSA-N\n,,Nothing,,,,\n"
)


def test_the_vocabulary_is_read_without_cas_numbers() -> None:
    one, two = read_drugbank(io.BufferedReader(io.BytesIO(TEXT.encode())), file="f")  # type: ignore[arg-type]
    assert isinstance(one, Record)
    assert (one.source_id, one.name, one.unii) == ("DB1", "Drug X", "R16CO5Y76E")
    assert one.facts[3:] == [Told("synonym", "Ex"), Told("synonym", "Acid X")]
    assert not any("50-78-2" in told.text for told in one.facts)
    assert isinstance(two, Fault)


def test_the_real_file_has_the_count_of_readme() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    assert sum(isinstance(one, Record) for one in read_dump("drugbank", SHARED)) == 15874
