"""The built knowledge base, once a session, in the cache that a user has too (`$APOTHECARY_CACHE`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.gather.entities import Entity
from apothecary.gather.knowledge import build_knowledge
from apothecary.gather.views import write_views
from apothecary.gather.wheels import find_cache

FIRST_BUILD_S = 1200
BUILT = {"knowledge", "share_alike", "permissive", "compounds", "drugs_by_name"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BUILT & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(FIRST_BUILD_S))


@pytest.fixture
def make_entity() -> Callable[..., Entity]:
    """A function that makes an entity without a structure pass: key, display name, other names and standing."""

    def make(key: str, *, name: str = "", names: Sequence[str] = (), undefined: int = 0, **more: Any) -> Entity:
        record = {
            "smiles": f"smiles of {key}",
            "parent_key": "SAME",
            "undefined_stereo": str(undefined),
            "nitrogens": "1",
            "oxygens": "1",
            "sulfurs": "0",
            "aromatic_rings": "1",
        }
        own = [(other, "pubchem") for other in names]
        return Entity(key, "pubchem", record, names=own, name=name, named=bool(name), **more)

    return make


@pytest.fixture(scope="session")
def knowledge() -> Path:
    return build_knowledge(find_cache(), workers=2, progress=SilentProgress())


@pytest.fixture(scope="session")
def share_alike(knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share-alike")
    write_views(knowledge, folder, licence="share-alike")
    return folder


@pytest.fixture(scope="session")
def permissive(knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("permissive")
    write_views(knowledge, folder, licence="permissive")
    return folder


@pytest.fixture(scope="session")
def compounds(share_alike: Path) -> pl.DataFrame:
    return pl.read_parquet(share_alike / "compounds.parquet")


@pytest.fixture(scope="session")
def drugs_by_name(compounds: pl.DataFrame) -> dict[str, dict[str, object]]:
    drugs = compounds.filter(pl.col("group") == "drug")
    return {row["name"]: row for row in drugs.iter_rows(named=True)}
