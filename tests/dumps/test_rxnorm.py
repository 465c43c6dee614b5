from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.room import read_dump
from apothecary.dumps.rxnorm import read_rxnorm
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs" / "rxnorm_bioportal.csv.gz"
CSV = (
    "Class ID,Preferred Label,Synonyms,Definitions,Obsolete,CUI,Semantic Types,Parents\n"
    "http://a.invalid/RXNORM/7,Drug X 5 MG,X 5 MG|Drug X 5 MG,,false,C1,http://a.invalid/STY/T200,\n,,,,,,,\n"
)


def line(rxcui: str, sab: str, tty: str, text: str, code: str = "1", suppress: str = "N") -> str:
    return f"{rxcui}|ENG||||||9||||{sab}|{tty}|{code}|{text}||{suppress}||\n"


RRF = (
    line("7", "RXNORM", "IN", "Drug X")
    + line("7", "RXNORM", "SY", "Ex")
    + line("7", "RXNORM", "SY", "Old", suppress="O")
    + line("7", "MTHSPL", "SU", "DRUG X", code="R16CO5Y76E")
    + line("7", "GS", "IN", "licensed")
    + line("8", "GS", "IN", "licensed only")
    + line("9", "RXNORM", "BN", "Brandex")
)


def read(text: str, file: str = "RXNCONSO.RRF") -> list[Record | Fault]:
    return list(read_rxnorm(io.BufferedReader(io.BytesIO(text.encode())), file=file))  # type: ignore[arg-type]


def test_what_is_free_of_a_release_is_read() -> None:
    one, two = read(RRF)
    assert isinstance(one, Record)
    assert (one.source_id, one.name, one.unii) == ("7", "Drug X", "R16CO5Y76E")
    assert one.facts[2:] == [Told("rxnorm_term_type", "IN"), Told("synonym", "Ex"), Told("unii", "R16CO5Y76E")]
    assert isinstance(two, Record)
    assert two.name == "Brandex"
    assert not any("licensed" in told.text for told in [*one.facts, *two.facts])


def test_an_unsorted_release_is_refused_and_other_tables_are_passed_over() -> None:
    with pytest.raises(SourceError, match="stand together"):
        read(RRF + line("7", "RXNORM", "IN", "again"))
    assert read("1|2|3\n", "RXNREL.RRF") == []


def test_the_csv_is_read() -> None:
    one, two = read(CSV, "f.csv")
    assert isinstance(one, Record)
    assert (one.source_id, one.name) == ("7", "Drug X 5 MG")
    assert one.facts[2:] == [Told("umls_cui", "C1"), Told("synonym", "X 5 MG"), Told("semantic_type", "T200")]
    assert isinstance(two, Fault)


def test_the_real_file_has_the_count_of_readme() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    assert sum(isinstance(one, Record) for one in read_dump("rxnorm", SHARED)) == 119543
