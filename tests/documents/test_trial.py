from __future__ import annotations

import pytest

from apothecary.documents.trial import Analysis, Result, Trial, describe_analysis, describe_trial, speak


@pytest.mark.parametrize(
    ("coded", "spoken"),
    [
        ("NOT_YET_RECRUITING", "Not yet recruiting"),
        ("PHASE2", "Phase 2"),
        ("EARLY_PHASE1", "Early phase1"),
        ("NA", "Not applicable"),
        ("Phase 2", "Phase 2"),
        ("", ""),
    ],
)
def test_codes_are_spoken(coded: str, spoken: str) -> None:
    assert speak(coded) == spoken


@pytest.mark.parametrize(
    ("file", "notices"),
    [
        ("NCT00000007.xml", []),
        ("all.zip!a/NCT00000007.xml", []),
        ("NCT00000009.zip!NCT00000007.xml", []),
        ("NCT00000009.xml", ["the file is named NCT00000009"]),
        ("covid.json", []),
    ],
)
def test_a_file_named_after_another_trial_is_noticed(file: str, notices: list[str]) -> None:
    trial = Trial("NCT00000007", "trial xml classic", title="T", summary="S", posted="May 2019")
    document = describe_trial(trial, file=file, record=1)
    assert (document.document_id, document.date, document.notices) == ("trials:NCT00000007", "2019-05", notices)


@pytest.mark.parametrize(
    ("trial", "notice"),
    [
        (Trial("N", "f", summary="S", is_withheld=True), "withheld"),
        (Trial("N", "f", summary="S", has_results=True), "has results"),
        (Trial("N", "f", summary="S", status="Withdrawn"), "withdrawn"),
        (Trial("N", "f"), "no summary"),
    ],
)
def test_what_must_be_noticed_is(trial: Trial, notice: str) -> None:
    assert describe_trial(trial, file="f", record=1).notices == [notice]


@pytest.mark.parametrize(
    ("p", "value", "line"),
    [
        ("0.3", "", "Analysis (X): t; P = 0.3"),
        ("=0.3", "", "Analysis (X): t; P = 0.3"),
        ("< 0.001", "", "Analysis (X): t; P < 0.001"),
        ("", "2", "Analysis (X): t; Estimate = 2"),
        ("", "", ""),
    ],
)
def test_analyses_are_stated_as_they_are(p: str, value: str, line: str) -> None:
    result = Result("primary", "", "", "", "", "", "", "", {"O1": "X"}, {}, [], [])
    assert describe_analysis(result, Analysis(["O1"], "t", p, "", value, "", "", "")) == line
