"""A small knowledge folder of real structures with made-up names, and a pack with all draw kinds over it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors, rdMolDescriptors

from apothecary.example import FACT
from apothecary.packs.load import load_pack
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe, load_recipe

TINY_PACK = Path(__file__).parent / "data" / "tiny_pack"
CHAINS = ["C" * n for n in range(1, 13)]
HEADS = ["O", "N", "c1ccccc1", "C(=O)O", "C(=O)N", "c1ccncc1", "C1CCCCC1", "S", "Cl", "C#N", "c1ccc(O)cc1", "OC"]
TAILS = ["", "C(=O)OC", "F"]
SOURCES = [
    {"index": 0, "id": "rdkit", "licence": "BSD-3-Clause"},
    {"index": 1, "id": "names", "licence": "CC0-1.0"},
    {"index": 2, "id": "lab", "licence": "CC-BY-SA-3.0"},
]


@pytest.fixture(scope="session")
def tiny_knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("knowledge")
    rows, facts = [], []
    kinds = {"rdkit": "computed", "lab": "experimental"}
    smiles = {Chem.CanonSmiles(t + c + h) for t, c, h in itertools.product(TAILS, CHAINS, HEADS)}
    for number, text in enumerate(sorted(smiles)):
        mol = Chem.MolFromSmiles(text)
        entity = f"c{number:04d}"
        name = f"{'abcdefghijklmnopqrstuvwxyz'[number % 26]}{number}-testane"
        values = {
            "smiles": (text, None, "rdkit"),
            "formula": (rdMolDescriptors.CalcMolFormula(mol), None, "rdkit"),
            "mw": (f"{Descriptors.MolWt(mol):.4f}", "g/mol", "rdkit"),
            "rings": (str(rdMolDescriptors.CalcNumRings(mol)), None, "rdkit"),
        }
        if number % 3 == 0:
            values["mp_c"] = (f"{number - 100}.{number % 10}", "°C", "lab")
        row = {
            "entity_id": entity,
            "name": name,
            "Name": name.capitalize(),
            "named": True,
            "name_len": len(name),
            "group": "drug" if number % 4 == 0 else "compound",
            "parent_key": f"K{number // 2}",
            "base_src": 0b010,
        }
        for field, (value, unit, source) in values.items():
            number_value = None if field in ("smiles", "formula") else float(value)
            row |= {field: value if number_value is None else number_value}
            row |= {f"{field}__src": {"rdkit": 0, "lab": 2}[source]}
            fact = [f"{entity}:{field}:{source}", entity, field, number_value, value, unit, None, kinds[source], source]
            facts.append(dict(zip(FACT, [*fact, "x"], strict=True)))
        for n in range(1, number % 3 + 1):
            text = f"Brand{number}x{n}"
            fact = [
                f"{entity}:brand:names#{n}",
                entity,
                "brand",
                None,
                text,
                None,
                None,
                "registry",
                "names",
                "CC0-1.0",
            ]
            facts.append(dict(zip(FACT, fact, strict=True)))
        rows.append(row)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    integers = {"rings": pl.Int64, "base_src": pl.UInt32}
    index = {f"{f}__src": pl.UInt8 for f in ("smiles", "formula", "mw", "rings", "mp_c")}
    frame.cast(integers | index).sort("entity_id").write_parquet(folder / "compounds.parquet")
    pl.DataFrame(facts, schema=FACT).sort("fact_id").write_parquet(folder / "facts.parquet")
    (folder / "sources.json").write_text(json.dumps(SOURCES))
    return folder


@pytest.fixture(scope="session")
def tiny_pack() -> Pack:
    return load_pack(TINY_PACK)


@pytest.fixture
def tiny_recipe() -> Recipe:
    return Recipe(
        name="tiny",
        pack=str(TINY_PACK),
        rows=3000,
        seed=7,
        splits={"validation": 0.05, "test": 0.1},
        shard_rows=1000,
    )


ROOT = Path(__file__).parent.parent
FIRST_BUILD_S = 1200
NEEDS_KNOWLEDGE = {"built_knowledge", "small_cache", "quick_run"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if NEEDS_KNOWLEDGE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(FIRST_BUILD_S))


@pytest.fixture(scope="session")
def built_knowledge() -> Path:
    """The real knowledge base, in the cache that a user has too; the first build takes minutes."""
    from apothecary.engine.progress import SilentProgress
    from apothecary.gather.knowledge import build_knowledge
    from apothecary.gather.wheels import find_cache

    return build_knowledge(find_cache(), workers=2, progress=SilentProgress())


@pytest.fixture(scope="session")
def small_cache(built_knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache whose knowledge base is a real one cut down to 1,500 entities, so that a whole run takes seconds."""
    cache = tmp_path_factory.mktemp("cache")
    folder = cache / "knowledge" / built_knowledge.name
    folder.mkdir(parents=True)
    entities = pl.read_parquet(built_knowledge / "entities.parquet")
    kept = pl.concat([entities.filter(pl.col("group") == group).head(750) for group in ("compound", "drug")])
    kept.sort("entity_id").write_parquet(folder / "entities.parquet")
    facts = pl.read_parquet(built_knowledge / "facts.parquet").join(
        kept.select("entity_id"), on="entity_id", how="semi"
    )
    facts.sort("fact_id").write_parquet(folder / "facts.parquet")
    for name in ("diseases.parquet", "sources.json", "report.json"):
        (folder / name).write_bytes((built_knowledge / name).read_bytes())
    files = [{"path": path.name, "bytes": path.stat().st_size, "sha256": ""} for path in sorted(folder.iterdir())]
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "fingerprint": folder.name, "files": files}))
    return cache


@pytest.fixture(scope="session")
def quick_run(built_knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of recipes/quick.yaml on the real knowledge base, 20,000 rows; read only."""
    from apothecary.engine.progress import SilentProgress
    from apothecary.flow import run_recipe

    out = tmp_path_factory.mktemp("runs") / "quick"
    recipe = load_recipe(ROOT / "recipes" / "quick.yaml")
    return run_recipe(recipe, out=out, workers=len(os.sched_getaffinity(0)), progress=SilentProgress()).run


@pytest.fixture(scope="session")
def local_llm() -> Iterator[tuple[str, str]]:
    """The address and the name of the small model, served for the session by the verb itself, on one thread."""
    from apothecary.engine.llm.serve import find_small_model, load_xllamacpp
    from apothecary.errors import RecipeError

    pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")
    try:
        load_xllamacpp()
        find_small_model()
    except RecipeError as missing:
        pytest.skip(f"{missing.what}; {missing.hint}")
    verb = "from apothecary.cli import main; main()"
    command = [sys.executable, "-c", verb, "llm", "serve", "--port", "0", "--threads", "1", "--context", "1024"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address, model = (process.stdout.readline().split() for _ in range(2))
        assert (address[0], model[0]) == ("address", "model")
        yield address[1], model[1]
        process.terminate()
        assert process.wait(20) == 0
