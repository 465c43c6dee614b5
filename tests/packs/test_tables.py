"""A pack's CSV files: what they say, and every way in which they can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.errors import PackError
from apothecary.packs.load import dump_pack, load_pack, pack_fingerprint, restore_pack
from apothecary.packs.model import Pack
from apothecary.packs.tables import fingerprint_tables, read_pack_tables, split_list

HEAD = """\
pack: tiny
version: 1
fields:
  drug_class: {label: drug class, kind: registry, type: text}
  doses: {label: doses, kind: registry, type: list}
  ph: {label: pH, kind: experimental, type: number}
  count: {label: count, kind: registry, type: integer}
tables:
  classes: {about: compound, title: our classes, licence: CC0-1.0, source: our-classes, fields: [drug_class, doses]}
  buffers: {entity: buffer, title: our buffers, licence: CC0-1.0, source: our-buffers, fields: [ph, count]}
"""
INTENT = """\
intent: class_of
title: class of a drug
perspective: basic facts
topic: facts
tests: recall
safety: S0
draw: {kind: one, entity: compound, needs: [drug_class]}
answer: {type: text, value: "{drug_class}"}
templates:
  - id: plain
    register: student
    ask: ["Which class has {name}?"]
    reply: ["{drug_class}."]
"""
CLASSES = "name,drug_class,doses,note\nPropranolol,beta blocker,10 mg; 40 mg,seen\n\ncaptopril,ACE inhibitor,,\n"
BUFFERS = 'name,ph,count\nacetate,4.76,2\n"phosphate, sodium",7.2,\n'


def write_pack(folder: Path, classes: str = CLASSES, buffers: str = BUFFERS, head: str = HEAD) -> Path:
    (folder / "intents").mkdir(parents=True, exist_ok=True)
    (folder / "tables").mkdir(exist_ok=True)
    (folder / "pack.yaml").write_text(head, "utf-8")
    (folder / "intents" / "class_of.yaml").write_text(INTENT, "utf-8")
    (folder / "tables" / "classes.csv").write_text(classes, "utf-8")
    (folder / "tables" / "buffers.csv").write_text(buffers, "utf-8")
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(write_pack(tmp_path / "tiny"))


def test_cells_are_those_of_the_fields(pack: Pack, tmp_path: Path) -> None:
    cells = read_pack_tables(tmp_path / "tiny", pack)
    assert cells["classes"].columns == ("name", "drug_class", "doses")
    assert cells["classes"].rows == [
        ("Propranolol", "beta blocker", "10 mg;40 mg"),
        ("captopril", "ACE inhibitor", ""),
    ]
    assert cells["classes"].lines == [2, 4]
    assert cells["buffers"].rows[1] == ("phosphate, sodium", "7.2", "")


def test_a_dump_restores_the_pack_without_its_files(pack: Pack) -> None:
    assert restore_pack(dump_pack(pack)) == pack
    assert len(pack.tables["classes"].sha256) == 64
    assert dump_pack(pack)["tables"]["classes"]["sha256"] == pack.tables["classes"].sha256


@pytest.mark.parametrize(
    ("classes", "same"),
    [
        (CLASSES, True),
        (CLASSES.replace("\n", "\r\n"), True),
        (CLASSES.replace("beta blocker", '"beta blocker"'), True),
        (CLASSES.replace("seen", "a note"), True),
        ("\ufeff" + CLASSES, True),
        (CLASSES.replace("beta blocker", "beta-blocker"), False),
        (CLASSES.replace("10 mg; 40 mg", "40 mg; 10 mg"), False),
    ],
    ids=["same", "line ends", "quotes", "note", "byte order mark", "cell", "order of a list"],
)
def test_the_fingerprint_follows_the_cells(pack: Pack, tmp_path: Path, classes: str, same: bool) -> None:
    other = load_pack(write_pack(tmp_path / "other", classes))
    assert (pack_fingerprint(other) == pack_fingerprint(pack)) is same
    assert (fingerprint_tables(other) == fingerprint_tables(pack)) is same


def test_a_pack_without_tables_adds_nothing(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path / "a", head=HEAD.partition("tables:")[0]))
    assert fingerprint_tables(pack) == ""
    assert "tables" not in dump_pack(pack)


def test_a_table_changed_after_it_was_read_is_refused(pack: Pack, tmp_path: Path) -> None:
    write_pack(tmp_path / "tiny", CLASSES.replace("ACE", "ace"))
    with pytest.raises(PackError, match="has changed since"):
        read_pack_tables(tmp_path / "tiny", pack)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("name,drug_class", "nam,drug_class", 1, "the column `name` is missing"),
        ("drug_class,doses", "drugclass,doses", 1, "is it `drugclass`?"),
        ("doses,note", "doses,doses", 1, "two columns are called `doses`"),
        ("captopril", "propranolol", 4, "`propranolol` stands in line 2 already"),
        ("captopril,", ",", 4, "the cell `name` is empty"),
        ("ACE inhibitor,,", "ACE inhibitor,", 4, "3 cells"),
        ("ACE inhibitor", "ACE, inhibitor", 4, "quote a cell that holds a comma"),
        ("10 mg; 40 mg", "10 mg; 10 mg", 2, "`doses` has a value twice"),
        ("beta blocker", "beta\x07blocker", 2, "a control character"),
        ("beta blocker", '"beta blocker', 2, "not valid CSV"),
    ],
    ids=[
        *("no name", "near column", "column twice", "name twice", "empty name", "short line", "comma"),
        *("list twice", "control", "open quote"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in CLASSES
    with pytest.raises(PackError) as caught:
        load_pack(write_pack(tmp_path, CLASSES.replace(old, new, 1)))
    assert message in str(caught.value)
    assert f"classes.csv:{line}" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4.76", "about 5", "`ph` is `about 5`"),
        ("4.76", "1e-7", "a number, as 12, 0.5 or -3"),
        ("4.76,2", "4.76,2.5", "a whole number"),
    ],
    ids=["text", "exponent", "no whole number"],
)
def test_a_number_is_a_number(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(PackError, match=r"buffers\.csv:2") as caught:
        load_pack(write_pack(tmp_path, buffers=BUFFERS.replace(old, new)))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fields: [drug_class, doses]", "fields: [drugclass]", "did you mean `drug_class`?"),
        ("fields: [drug_class, doses]", "fields: [drug_class, drug_class]", "lists a field twice"),
        (", fields: [drug_class, doses]", "", "`fields` is empty"),
        ("about: compound", "abut: compound", "did you mean `about`?"),
        ("about: compound", "about: compound, entity: drug", "either `about`"),
        ("entity: buffer", "entity: compound", "write `about: compound`"),
        ("source: our-buffers", "source: our-classes", "another title or licence"),
        ("licence: CC0-1.0, source: our-classes", "source: our-classes", "`tables.classes.licence` is missing"),
        ("  buffers: {", "  bufers: {", "did you mean `buffers`?"),
    ],
    ids=["field", "twice", "none", "key", "both", "known type", "source", "licence", "file"],
)
def test_a_fault_of_the_declaration_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in HEAD
    with pytest.raises(PackError) as caught:
        load_pack(write_pack(tmp_path, head=HEAD.replace(old, new, 1)))
    assert message in str(caught.value)


def test_all_faults_are_told_at_once_and_no_more_than_a_page(tmp_path: Path) -> None:
    lines = "".join(f"name {number},none,\n" for number in range(50))
    with pytest.raises(PackError) as caught:
        load_pack(write_pack(tmp_path, CLASSES + ",x,,\n", "name,ph,count\n" + lines))
    assert "22 faults in the pack" in str(caught.value)
    assert "and 30 more faults in the file" in str(caught.value)


@pytest.mark.parametrize("text", ["", "name,ph,count\n"], ids=["empty", "no lines"])
def test_a_table_without_lines_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PackError, match=r"buffers\.csv"):
        load_pack(write_pack(tmp_path, buffers=text))


def test_a_file_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path)
    (tmp_path / "tables" / "classes.csv").write_bytes("name,drug_class,doses\nnaïf,x,\n".encode("latin-1"))
    with pytest.raises(PackError, match="not UTF-8"):
        load_pack(tmp_path)


def test_a_second_table_of_a_source_may_not_state_the_same_field(tmp_path: Path) -> None:
    again = "  more: {about: compound, title: our classes, licence: CC0-1.0, source: our-classes, fields: [doses]}\n"
    folder = write_pack(tmp_path, head=HEAD + again)
    (folder / "tables" / "more.csv").write_text("name,doses\natenolol,5 mg\n", "utf-8")
    with pytest.raises(PackError, match="states doses from the same source already"):
        load_pack(folder)


def test_lists_are_split_at_semicolons() -> None:
    assert split_list(" a;b ; ;c, d ") == ["a", "b", "c, d"]
