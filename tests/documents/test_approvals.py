from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from apothecary.documents.approvals import Tables, is_table
from apothecary.documents.model import Document, Failure
from apothecary.documents.readers import read_source
from apothecary.engine.unpack import iter_members

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs" / "drugsatfda.zip"
COUNTS = {
    "ActionTypes_Lookup.txt": 58,
    "ApplicationDocs.txt": 57366,
    "Applications.txt": 23267,
    "ApplicationsDocsType_Lookup.txt": 62,
    "MarketingStatus.txt": 39788,
    "MarketingStatus_Lookup.txt": 4,
    "Products.txt": 39473,
    "SubmissionClass_Lookup.txt": 26,
    "SubmissionPropertyType.txt": 179171,
    "Submissions.txt": 156942,
    "TE.txt": 18250,
}
TABLES = {
    "Applications.txt": "ApplNo\tApplType\tApplPublicNotes\tSponsorName\r\n7\tNDA\t\tMAKER\r\n8\tANDA\t\t\r\ncut\r\n",
    "MarketingStatus.txt": "MarketingStatusID\tApplNo\tProductNo\r\n1\t7\t001\r\n",
    "MarketingStatus_Lookup.txt": "MarketingStatusID\tMarketingStatusDescription\r\n1\tPrescription\r\n",
    "Products.txt": "ApplNo\tProductNo\tForm\tStrength\tReferenceDrug\tDrugName\tActiveIngredient\tX\r\n"
    "7\t001\tTABLET;ORAL\t5MG\t1\tBRANDEX\tDRUG X; DRUG Y\t0\r\n",
    "SubmissionClass_Lookup.txt": "SubmissionClassCodeID\tSubmissionClassCode\tSubmissionClassCodeDescription\r\n"
    "7\tTYPE 1\tType 1 - New Molecular Entity\r\n",
    "Submissions.txt": "ApplNo\tSubmissionClassCodeID\tSubmissionType\tSubmissionNo\tSubmissionStatus\t"
    "SubmissionStatusDate\tSubmissionsPublicNotes\tReviewPriority\r\n"
    "7\t7\tSUPPL\t2\tAP\t2001-01-01 00:00:00\t\t\r\n7\t7\tORIG      \t1\tAP\t1999-02-03 00:00:00\t\tPRIORITY\r\n",
    "TE.txt": "ApplNo\tProductNo\tMarketingStatusID\tTECode\r\n7\t001\t1\tAB\r\n",
}


def test_tables_become_a_document_each_application(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for name, text in TABLES.items():
            archive.writestr(name, text)
    failed, one, two = read_source("labels", tmp_path / "d.zip")
    assert isinstance(failed, Failure)
    assert (failed.file, failed.record, failed.reason) == ("d.zip!Applications.txt", 3, "a row is cut")
    assert isinstance(one, Document)
    assert (one.document_id, one.title, one.date) == ("labels:nda7", "BRANDEX (DRUG X; DRUG Y)", "1999-02-03")
    assert dict(one.sections)["product"] == (
        "- BRANDEX: DRUG X; DRUG Y, tablet, oral, 5MG, prescription, therapeutic equivalence AB, reference listed drug"
    )
    assert dict(one.sections)["approvals"] == (
        "Application: NDA 7\nSponsor: MAKER\nFirst approved: 1999-02-03\n"
        "Class of the application: Type 1 - New Molecular Entity\nReview: priority\nApproved submissions: 2"
    )
    assert isinstance(two, Document)
    assert two.notices == ["no product"]


def test_other_text_is_no_table() -> None:
    assert is_table(b"ApplNo\tApplType\r\n1\tNDA")
    assert not is_table(b'{"a":\t1}\n')
    assert not is_table(b"one line of text\n")


def test_real_tables_have_the_counts_of_readme() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    tables = Tables()
    for member in iter_members(SHARED):
        tables.add(member, member.name.partition("!")[2])
    assert tables.counts == Counter(COUNTS)
    assert tables.failures == []
    assert len(tables.rows["applications"]) == 23267
