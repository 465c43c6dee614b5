from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.documents.studies import CLASSIC, SECTIONS, V2

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.trial_json import read_trials_json
from apothecary.engine.unpack import iter_members
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data"


def read(content: Any, file: str = "f.json") -> list[Item]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(read_trials_json(io.BytesIO(data), file=file))


def read_path(path: Path) -> list[Item]:
    if not path.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    return [item for member in iter_members(path) for item in read_trials_json(member.stream, file=member.name)]


@pytest.mark.parametrize(
    "content",
    [
        V2,
        CLASSIC,
        [V2],
        {"studies": [V2], "nextPageToken": "x"},
        {"FullStudiesResponse": {"FullStudies": [{"Rank": 1, "Study": CLASSIC}]}},
        json.dumps(V2).encode() + b"\n",
    ],
    ids=["v2", "classic", "list", "search", "full studies", "line"],
)
def test_a_trial_is_read_whole(content: Any) -> None:
    (document,) = read(content)
    assert isinstance(document, Document)
    assert document.sections == SECTIONS
    assert (document.date, document.revised) == ("2019-03-01", "2020-01-02")
    assert (document.types, document.subjects) == (["Interventional", "Phase 2"], ["Pain"])
    assert document.notices == ["has results", "terminated"]


def test_json_lines_are_read() -> None:
    line = json.dumps(V2).encode() + b"\n"
    assert len(read(line * 3)) == 3


def test_a_study_that_is_none_fails_and_the_rest_goes_on() -> None:
    crooked = {"protocolSection": {"identificationModule": "no"}}
    unnamed = {"protocolSection": {"identificationModule": {"nctId": "x"}}}
    first, second, third = read({"studies": [crooked, unnamed, V2]})
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert (first.reason, second.reason) == ("not shaped like a trial", "no NCT number")
    assert isinstance(third, Document)


def test_a_search_without_a_find_is_empty() -> None:
    assert read({"totalCount": 0}) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b"<a/>", "not JSON"),
        (b"\xff\xfe\xfd", "not in UTF-8|not JSON"),
        (b"[" * 200_000, "too deep"),
        ({"a": 1}, "no trials"),
        ("text", "no trials"),
    ],
)
def test_what_holds_no_trials_is_refused(content: Any, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(content)


@pytest.mark.parametrize(
    ("name", "trials", "results"),
    [
        *(
            (f"json_v2/{nct}.json", 1, nct in ("NCT00763412", "NCT02552212", "NCT03064438"))
            for nct in (
                "NCT00763412",
                "NCT00973089",
                "NCT02552212",
                "NCT03418623",
                "NCT03630471",
                "NCT06171568",
                "NCT03281889",
                "NCT03064438",
            )
        ),
        ("json_classic/NCT02028676.json", 1, 1),
        ("json_classic/NCT00023673.json", 1, 1),
        ("json_classic/covid-19-search.json", 100, None),
    ],
)
def test_real_files_have_the_counts_of_a_plain_parser(name: str, trials: int, results: int | None) -> None:
    items = read_path(SHARED / "trials" / name)
    documents = [item for item in items if isinstance(item, Document)]
    assert (len(items), len(documents)) == (trials, trials)
    if results is not None:
        assert sum("has results" in document.notices for document in documents) == results


@pytest.mark.parametrize(
    ("name", "key", "notices"),
    [
        ("NCT02278341.json", "NCT02552212", ["the file is named NCT02278341", "has results"]),
        ("NCT03453554.json", "NCT03453554", ["withheld", "no summary"]),
    ],
)
def test_odd_files_are_survived_and_noticed(name: str, key: str, notices: list[str]) -> None:
    (document,) = read_path(SHARED / "adversarial" / "trials" / name)
    assert isinstance(document, Document)
    assert (document.key, document.notices) == (key, notices)
