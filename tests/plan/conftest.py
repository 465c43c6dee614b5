"""A recipe of the starter pack, which needs no knowledge base, so that planning takes no cache and a second or two."""

from __future__ import annotations

import pytest

from apothecary.packs.scaffold import create_pack
from apothecary.recipe import Recipe, load_recipe


@pytest.fixture(scope="session")
def starter_recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    folder = tmp_path_factory.mktemp("starter") / "my_pack"
    create_pack("my_pack", folder)
    return load_recipe(folder / "recipe.yaml")
