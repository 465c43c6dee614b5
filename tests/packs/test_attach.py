"""A pack's tables in the views: facts with provenance, columns, entities of new types, and honest books."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.packs.test_tables import HEAD, write_pack

from apothecary.engine.commit import hash_file
from apothecary.errors import PackError
from apothecary.packs.attach import attach_tables, encode_name
from apothecary.packs.load import load_pack
from apothecary.packs.tables import read_pack_tables
from apothecary.packs.view import load_view

ALLOWED = ("permissive", "share-alike")


@pytest.fixture
def views(tiny_knowledge: Path, tmp_path: Path) -> Path:
    """A copy of the small knowledge folder, with a synonym and a report."""
    folder = tmp_path / "gather"
    shutil.copytree(tiny_knowledge, folder)
    compounds = pl.read_parquet(folder / "compounds.parquet")
    synonyms = [["Second Name", "shared"], ["shared"], *([None] * (compounds.height - 2))]
    compounds.with_columns(pl.Series("synonyms", synonyms)).write_parquet(folder / "compounds.parquet")
    (folder / "report.json").write_text(json.dumps({"entities": {"compound": 60}, "facts": {"rows": 0}}))
    return folder


def attach(views: Path, pack_folder: Path, allowed: tuple[str, ...] = ALLOWED) -> list[dict[str, Any]]:
    pack = load_pack(pack_folder)
    tables = read_pack_tables(pack_folder, pack)
    return attach_tables(views, pack, tables, allowed=allowed, start_sentence=str.capitalize)


def list_names(views: Path) -> list[str]:
    return list(pl.read_parquet(views / "compounds.parquet")["name"])


def write_classes(folder: Path, names: list[str], head: str = HEAD) -> Path:
    lines = "".join(f'"{name}",class {number},a; b\n' for number, name in enumerate(names))
    return write_pack(folder, "name,drug_class,doses\n" + lines, head=head)


def test_facts_and_columns_are_added_to_known_entities(views: Path, tmp_path: Path) -> None:
    name = list_names(views)[3]
    before = pl.read_parquet(views / "facts.parquet").height
    books = attach(views, write_classes(tmp_path / "pack", [name.upper()]))
    row = pl.read_parquet(views / "compounds.parquet").row(3, named=True)
    assert (row["drug_class"], row["doses"]) == ("class 0", ["a", "b"])
    facts = pl.read_parquet(views / "facts.parquet")
    assert facts["fact_id"].is_sorted()
    assert facts["fact_id"].is_unique().all()
    own = facts.filter(pl.col("source") == "our-classes").drop("number", "conditions")
    base = row["entity_id"]
    tail = (None, "registry", "our-classes", "CC0-1.0")
    assert own.rows() == [
        (f"{base}:doses:our-classes#1", base, "doses", "a", *tail),
        (f"{base}:doses:our-classes#2", base, "doses", "b", *tail),
        (f"{base}:drug_class:our-classes", base, "drug_class", "class 0", *tail),
    ]
    assert facts.height == before + 3 + 3  # the buffers have three facts
    assert [book["facts"] for book in books] == [3, 3]


def test_sources_have_indexes_of_their_own(views: Path, tmp_path: Path) -> None:
    known = json.loads((views / "sources.json").read_text())
    attach(views, write_classes(tmp_path / "pack", list_names(views)[:1]))
    sources = json.loads((views / "sources.json").read_text())
    assert sources[: len(known)] == known
    added = {source["id"]: source["index"] for source in sources[len(known) :]}
    assert added == {"our-classes": len(known), "our-buffers": len(known) + 1}
    compounds = pl.read_parquet(views / "compounds.parquet")
    assert compounds["drug_class__src"][0] == added["our-classes"]
    assert compounds.schema["drug_class__src"] == pl.UInt8


def test_entities_of_a_new_type_can_be_drawn(views: Path, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack")
    attach(views, folder)
    view = load_view(views, load_pack(folder), "buffer", ["ph", "count"], ["named", "name_len"])
    assert view.column("entity_id").is_sorted()
    row = view.frame.filter(pl.col("name") == "acetate").row(0, named=True)
    assert row["entity_id"] == row["parent_key"] == encode_name("buffer", "acetate")
    assert (row["Name"], row["named"], row["name_len"], row["gates"]) == ("Acetate", True, 7, None)
    assert sorted(view.fact_texts("ph")[0].to_list()) == ["4.76", "7.2"]
    assert view.column("count").dtype == pl.Int64
    assert view.column("base_src").to_list() == [1 << 4, 1 << 4]


def test_a_name_that_finds_nothing_is_told_and_no_error(views: Path, tmp_path: Path) -> None:
    names = list_names(views)
    folder = write_classes(tmp_path / "pack", [names[0], "second name", "shared", "unheard of", names[2]])
    book = attach(views, folder)[1]
    assert (book["read"], book["kept"]) == (5, 2)
    assert book["names"] == {
        "another name of an entity in an earlier line": ["second name"],
        "no entity of this name": ["shared", "unheard of"],
    }
    assert book["read"] == book["kept"] + sum(book["dropped"].values())
    report = json.loads((views / "report.json").read_text())
    assert report["tables"][1]["dropped"] == book["dropped"]
    assert report["entities"] == {"compound": 60, "buffer": 2}
    assert report["facts"]["by_source"] == {"our-buffers": 3, "our-classes": 6}


def test_a_synonym_that_one_entity_has_finds_it(views: Path, tmp_path: Path) -> None:
    attach(views, write_classes(tmp_path / "pack", ["SECOND NAME"]))
    assert pl.read_parquet(views / "compounds.parquet")["drug_class"][0] == "class 0"


def test_what_the_licence_setting_leaves_out_leaves_empty_columns(views: Path, tmp_path: Path) -> None:
    head = HEAD.replace("licence: CC0-1.0", "licence: CC-BY-SA-4.0, licence_class: share-alike")
    books = attach(views, write_classes(tmp_path / "pack", list_names(views)[:1], head), ("permissive",))
    assert [(book["kept"], book["facts"]) for book in books] == [(0, 0), (0, 0)]
    assert books[1]["dropped"] == {"a licence beyond the setting": 1}
    assert pl.read_parquet(views / "compounds.parquet")["drug_class"].is_null().all()
    assert pl.read_parquet(views / "buffer.parquet").height == 0


def test_a_value_that_is_known_stays(views: Path, tmp_path: Path) -> None:
    name = list_names(views)[0]
    again = "  more: {about: compound, title: others, licence: CC0-1.0, source: other, fields: [drug_class]}\n"
    folder = write_classes(tmp_path / "pack", [name], HEAD + again)
    (folder / "tables" / "more.csv").write_text(f'name,drug_class\n"{name}",another\n"{list_names(views)[1]}",new\n')
    attach(views, folder)
    compounds = pl.read_parquet(views / "compounds.parquet")
    assert compounds["drug_class"].to_list()[:3] == ["class 0", "new", None]
    assert compounds["drug_class__src"].to_list()[:3] == [3, 5, None]
    assert pl.read_parquet(views / "facts.parquet").filter(pl.col("text") == "another").height == 1


def test_a_source_id_of_the_knowledge_base_is_refused(views: Path, tmp_path: Path) -> None:
    taken = json.loads((views / "sources.json").read_text())[1]["id"]
    folder = write_pack(tmp_path / "pack", head=HEAD.replace("our-classes", taken))
    with pytest.raises(PackError, match=f"has a source `{taken}` already"):
        attach(views, folder)


def test_facts_about_a_type_that_nobody_makes_are_refused(views: Path, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", head=HEAD.replace("about: compound", "about: fungus"))
    with pytest.raises(PackError, match="no entities of type `fungus`"):
        attach(views, folder)


def test_the_same_tables_give_the_same_bytes(tiny_knowledge: Path, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "pack", list_names(tiny_knowledge)[:5])
    for name in ("one", "two"):
        shutil.copytree(tiny_knowledge, tmp_path / name)
        attach(tmp_path / name, folder)
    for path in sorted((tmp_path / "one").iterdir()):
        assert hash_file(path) == hash_file(tmp_path / "two" / path.name), path.name


def test_lines_of_one_name_are_replicates_and_limits_are_no_numbers(views: Path, tmp_path: Path) -> None:
    more = "  runs: {about: buffer, title: runs, licence: CC0-1.0, source: runs, several: true, fields: [ph, count]}\n"
    folder = write_pack(tmp_path / "pack", head=HEAD + more)
    lines = "name,ph,count,conditions\nacetate,4.74,,at 25 °C\nacetate,>4.7,3,\nacetate,4.74,,\n"
    (folder / "tables" / "runs.csv").write_text(lines, "utf-8")
    book = attach(views, folder)[2]
    assert (book["read"], book["kept"], book["facts"]) == (3, 3, 4)
    facts = pl.read_parquet(views / "facts.parquet").filter(pl.col("source") == "runs")
    base = encode_name("buffer", "acetate")
    assert facts.select("fact_id", "number", "text", "conditions").rows() == [
        (f"{base}:count:runs#1", 3.0, "3", None),
        (f"{base}:ph:runs#1", 4.74, "4.74", "at 25 °C"),
        (f"{base}:ph:runs#2", None, ">4.7", None),
        (f"{base}:ph:runs#3", 4.74, "4.74", None),
    ]
    stated = pl.read_parquet(views / "buffer.parquet").filter(pl.col("name") == "acetate")
    assert (stated["ph"][0], stated["count"][0]) == (4.76, 2)
