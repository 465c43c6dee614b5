from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apothecary.errors import PackError, RecipeError
from apothecary.example import SPLITS
from apothecary.generate.tools.bench import Part, ToolBench, count_others, read_others
from apothecary.generate.tools.cases import load_cases


def test_pairs_are_ordered_and_never_of_one() -> None:
    part = Part(np.array([4, 7, 9]), 2, 5)
    seen = {(tuple(rows), rest) for rows, rest in map(part.read, range(part.size))}
    assert len(seen) == part.size == 3 * 2 * 5
    assert all(rows[0] != rows[1] for rows, _ in seen)


def test_a_stratum_never_repeats_a_combination(bench: ToolBench) -> None:
    stratum = bench.find_stratum("two_weights/tools/train-tool")
    numbers = np.arange(min(stratum.capacity, 3000))
    seen = [(tuple(rows), rest) for rows, rest in stratum.read(numbers)]
    assert len(set(seen)) == len(seen)


def test_seven_in_ten_are_medicines(bench: ToolBench) -> None:
    stratum = bench.find_stratum("weigh_smiles/tools/train-tool")
    drug = bench.view.is_in_group("drug")
    drawn = [bool(drug[rows[0]]) for rows, _ in stratum.read(np.arange(100))]
    assert sum(drawn) == 70
    assert stratum.capacity <= stratum.drugs.size + stratum.compounds.size


def test_splits_share_no_compound(bench: ToolBench) -> None:
    met = [
        {int(row) for part in (s.drugs, s.compounds) for row in part.entities}
        for s in (bench.strata.get(f"weigh_smiles/tools/{split}-tool") for split in SPLITS)
        if s
    ]
    assert len(met) > 1 and not set.intersection(*met)


def test_others_are_numbered_without_gap() -> None:
    case = load_cases()["convert_one"]
    seen = set()
    for number in range(count_others(case)):
        ask, names, _ = read_others(case, number)
        seen.add((ask, names["value"], names["pair"]["from"], names["pair"]["to"]))
    assert len(seen) == count_others(case)


def test_misspellings_lead_back(bench: ToolBench) -> None:
    pairs = [(wrong, name) for wrong, name in zip(bench.misspelt, bench.desk.names, strict=True) if wrong]
    assert len(pairs) > 30
    assert all(bench.desk.suggest(wrong) == [name] for wrong, name in pairs)


def test_an_unknown_stratum_is_refused(bench: ToolBench) -> None:
    with pytest.raises(RecipeError, match="no tool dialogues"):
        bench.find_stratum("weigh_smiles/tools/moon-tool")


def test_a_knowledge_base_without_compounds_is_refused(bench: ToolBench, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no compounds"):
        _ = ToolBench(bench.pack, tmp_path, 1).strata
