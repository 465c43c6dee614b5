from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from apothecary.errors import PackError, RunDamagedError
from apothecary.packs.model import Pack
from apothecary.packs.view import load_view


def test_columns_texts_and_sources_agree(tiny_knowledge: Path, tiny_pack: Pack) -> None:
    view = load_view(tiny_knowledge, tiny_pack, "compound", ["mw", "mp_c", "brand"])
    texts, ids = view.fact_texts("mp_c")
    known = view.is_known("mp_c")
    assert (texts.is_not_null().to_numpy() == known).all()
    assert [float(t) for t in texts.drop_nulls()] == view.number("mp_c")[known].tolist()
    assert ids[int(np.flatnonzero(known)[0])].endswith(":mp_c:lab")
    assert set(view.source_bits("mp_c")[known]) == {4}
    assert view.several("brand")["text"].n_unique() == view.several("brand").height
    assert view.scaled("mw")[0] == round(view.number("mw")[0] * 10**6)


def test_an_unknown_field_or_entity_is_refused(tiny_knowledge: Path, tiny_pack: Pack) -> None:
    view = load_view(tiny_knowledge, tiny_pack, "compound", ["mw"], ["smiles"])
    with pytest.raises(PackError, match="no field 'weight'"):
        view.number("weight")
    with pytest.raises(PackError, match="is a text"):
        view.number("smiles")
    with pytest.raises(PackError, match="unknown entity type"):
        load_view(tiny_knowledge, tiny_pack, "fungus", [])


def test_facts_that_do_not_match_the_view_are_noticed(tiny_knowledge: Path, tiny_pack: Pack, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(tiny_knowledge, folder)
    facts = pl.read_parquet(folder / "facts.parquet")
    facts.filter(pl.col("field") != "mw").write_parquet(folder / "facts.parquet")
    with pytest.raises(RunDamagedError, match="'mw'"):
        load_view(folder, tiny_pack, "compound", ["mw"]).fact_texts("mw")
