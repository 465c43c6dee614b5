"""A user's table from file to checked rows, offline."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import ApothecaryError, RecipeError, SourceError
from apothecary.flow import run_recipe
from apothecary.packs.load import load_pack
from apothecary.recipe import load_recipe
from apothecary.report.own_table import Wish, name_pack, read_facts, report_own_table, split_condition

FACTS = ("ic50[nM]=IC50", "logd[]=LogD")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = ["ID,SMILES,IC50,LogD,Target"]
    lines += [f"CPD-{n},{'C' * (n + 2)}c1ccc(O)cc1,{3 * 1.6**n:.3g},{n / 4:.2f},EGFR" for n in range(24)]
    lines += ["CPD-0,CCc1ccc(O)cc1,3.3,,EGFR", "CPD-99,OC(=O)CCCCO,>10000,,EGFR", "CPD-98,C1CC(,5,1,EGFR"]
    path = tmp_path / "assay.csv"
    path.write_text("\n".join([*lines, "CPD-97,CCCCCCO,none,,EGFR"]) + "\n")
    return path


def make(table: Path, out: Path, **more: object) -> list[str]:
    wish = Wish(table, "SMILES", FACTS, out=out, **{"name": "ID", **more})  # type: ignore[arg-type]
    return list(report_own_table(wish, workers=1, progress=SilentProgress()))


def test_a_table_becomes_rows_that_the_checker_accepts(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(tmp_path / "cache"))
    lines = make(table, tmp_path / "mine", conditions=("assay=Target",))
    assert lines[0] == "28 rows of assay.csv read: 26 kept, 2 dropped"
    assert "  line 28: structure does not parse" in lines
    assert "  line 29: IC50 is `none`: not a number" in lines
    assert "  IC50 in nM: 26 values (1 limits), stated for 24 compounds" in lines
    recipe = load_recipe(tmp_path / "mine" / "recipe.yaml")
    outcome = run_recipe(recipe, out=tmp_path / "run", workers=1, progress=SilentProgress())
    assert outcome.manifest["rows"] == recipe.rows > 100
    verify = next(books for books in outcome.manifest["funnel"] if books["component"] == "verify")
    assert verify["read"] == verify["kept"]
    facts = pl.read_parquet(tmp_path / "run" / "gather" / "facts.parquet")
    assert facts.filter(pl.col("text") == ">10000").select("number", "conditions").row(0) == (
        None,
        "assay: EGFR; limit",
    )
    assert facts.filter(pl.col("source") == "mine-replicates")["fact_id"].str.contains("#").all()
    assert not (tmp_path / "cache" / "knowledge").exists()


def test_what_is_left_out_is_listed_by_line(table: Path, tmp_path: Path) -> None:
    make(table, tmp_path / "mine")
    assert (tmp_path / "mine" / "left_out.csv").read_text().splitlines() == [
        "line,column,text,reason",
        "28,,C1CC(,structure does not parse",
        "29,,CCCCCCO,no value",
        "29,IC50,none,not a number",
    ]


def test_structures_stand_for_compounds_without_names(table: Path, tmp_path: Path) -> None:
    make(table, tmp_path / "mine", name=None)
    pack = load_pack(tmp_path / "mine")
    assert "{name}" not in str([template.ask for intent in pack.intents for template in intent.templates])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"smiles": "smile"}, "did you mean `SMILES`?"),
        ({"name": "Name"}, "no column `Name`"),
        ({"facts": ("ic50[nM]=IC5O",)}, "did you mean `IC50`?"),
        ({"facts": ("mw[g/mol]=IC50",)}, "`mw` is the name of another field"),
        ({"facts": ("ic50[nM]=IC50", "pic50[]=LogD")}, "`pic50` is the name of another field"),
        ({"facts": ()}, "no fact is named"),
        ({"conditions": ("Target",)}, "is no condition"),
        ({"conditions": ("assay=Targt",)}, "did you mean `Target`?"),
        ({"path": Path("none.csv")}, "there is no such file"),
    ],
    ids=["smiles", "name", "fact", "field taken", "p taken", "no fact", "condition", "condition column", "file"],
)
def test_a_mistake_is_explained_and_nothing_written(
    table: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    wish = Wish(**{"path": table, "smiles": "SMILES", "facts": FACTS, "name": "ID", "out": tmp_path / "mine"} | change)  # type: ignore[arg-type]
    with pytest.raises(ApothecaryError) as caught:
        list(report_own_table(wish, workers=1, progress=SilentProgress()))
    assert message in str(caught.value)
    assert caught.value.hint
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_exists_is_left_alone(table: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there already"):
        make(table, tmp_path)


def test_names_of_packs_follow_the_file() -> None:
    assert name_pack(Path("x/IC50 data 2024")) == "ic50_data_2024"
    assert name_pack(Path("2024")) == "table_2024"


def test_options_are_read() -> None:
    assert [fact.name for fact in read_facts(FACTS)] == ["ic50", "logd"]
    assert split_condition(" cell line = Cell=1 ") == ("cell line", "Cell=1")
    with pytest.raises(RecipeError, match="--condition"):
        split_condition("=x")
