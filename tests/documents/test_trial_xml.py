from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.documents.studies import SECTIONS, XML

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.trial_json import read_trials_json
from apothecary.documents.trial_xml import read_trials_xml
from apothecary.engine.unpack import iter_members

SHARED = Path(__file__).parents[3] / "shared" / "data"


def read(text: str) -> list[Item]:
    return list(read_trials_xml(io.BytesIO(text.encode()), file="f.xml"))


def read_paths(*paths: Path) -> list[Item]:
    if not paths or not paths[0].exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    return [item for p in paths for m in iter_members(p) for item in read_trials_xml(m.stream, file=m.name)]


def test_a_trial_is_read_whole() -> None:
    (document,) = read(XML)
    assert isinstance(document, Document)
    assert document.sections == SECTIONS
    assert (document.date, document.revised) == ("2019-03-01", "2020-01-02")
    assert (document.types, document.subjects) == (["Interventional", "Phase 2"], ["Pain"])
    assert document.notices == ["has results", "terminated"]


def test_a_trial_without_number_fails_and_the_rest_goes_on() -> None:
    failed, document = read(f"<s>{XML.replace('NCT00000007', 'N7')}{XML}</s>")
    assert isinstance(failed, Failure)
    assert failed.reason == "no NCT number"
    assert isinstance(document, Document)


def test_other_xml_is_told() -> None:
    (failed,) = read("<PubmedArticleSet/>")
    assert isinstance(failed, Failure)
    assert failed.reason == "the XML holds no trials"


def test_real_files_have_the_counts_of_a_plain_parser() -> None:
    items = read_paths(*sorted((SHARED / "trials" / "xml_classic").glob("*.xml")))
    documents = [item for item in items if isinstance(item, Document)]
    assert (len(items), len(documents)) == (32, 32)
    assert sum("has results" in document.notices for document in documents) == 11


@pytest.mark.parametrize("nct", ["NCT02028676", "NCT00023673"])
def test_two_formats_of_one_trial_say_the_same(nct: str) -> None:
    (old,) = read_paths(SHARED / "trials" / "xml_classic" / f"{nct}.xml")
    path = SHARED / "trials" / "json_classic" / f"{nct}.json"
    (new,) = (item for m in iter_members(path) for item in read_trials_json(m.stream, file=m.name))
    assert isinstance(old, Document)
    assert isinstance(new, Document)
    assert (old.document_id, old.date, old.revised, old.types) == (new.document_id, new.date, new.revised, new.types)
    # Marks of lists are lost in the classic JSON: sections of free text differ in them and in nothing else.
    # Limitations the one has and the other lacks in the source.
    free = {"summary", "description", "eligibility", "results/limitations"}
    assert [one for one in old.sections if one[0] not in free] == [one for one in new.sections if one[0] not in free]


@pytest.mark.parametrize(
    ("name", "key", "notices"),
    [
        ("NCT00980226-id-mismatch.xml", "NCT00081588", ["the file is named NCT00980226"]),
        ("NCT00513591_redownloaded.xml", "NCT00513591", []),
        ("NCT02028676_modified.xml", "NCT02028676", ["has results"]),
    ],
)
def test_odd_files_are_survived_and_noticed(name: str, key: str, notices: list[str]) -> None:
    (document,) = read_paths(SHARED / "adversarial" / "trials" / name)
    assert isinstance(document, Document)
    assert (document.key, document.notices) == (key, notices)
