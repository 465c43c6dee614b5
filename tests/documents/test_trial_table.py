from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.documents.model import Document, Failure
from apothecary.documents.readers import read_source
from apothecary.documents.trial_table import list_quoted, read_trial_table

SHARED = Path(__file__).parents[3] / "shared" / "data" / "trials" / "table"
TABLE = """nctid,status,why_stop,label,phase,diseases,icdcodes,drugs,smiless,criteria
NCT00000007,terminated,Slow accrual,0,phase 1,"['pain', ""crohn's disease""]",[],['drug x'],[],"
   Inclusion Criteria:

     -  Adults who
        hurt
"
N7,,,,,,,,,
"""


def test_rows_become_trials() -> None:
    one, two = read_trial_table(io.BufferedReader(io.BytesIO(TABLE.encode())), file="f.csv")  # type: ignore[arg-type]
    assert isinstance(one, Document)
    assert (one.document_id, one.licence) == ("trials:NCT00000007", "table of others, licence not stated")
    assert one.notices == ["terminated", "no summary"]
    told = dict(one.sections)
    assert told["conditions"] == "- pain\n- crohn's disease"
    assert told["interventions"] == "- drug x"
    assert told["eligibility"] == "Inclusion Criteria:\n\n- Adults who hurt"
    assert "Why stopped: Slow accrual" in told["design"]
    assert isinstance(two, Failure)


def test_lists_are_read() -> None:
    assert list_quoted("""['a, b', "c's"]""") == ["a, b", "c's"]
    assert list_quoted("[]") == []


@pytest.mark.parametrize(("name", "rows"), [("phase_I_train.csv", 1044), ("phase_I_valid.csv", 117)])
def test_real_tables_have_the_counts_of_readme(name: str, rows: int) -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    items = list(read_source("trials", SHARED / name))
    assert len(items) == rows
    assert all(isinstance(item, Document) and "eligibility" in dict(item.sections) for item in items)
