"""A small recipe over the tiny pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.calls import TINY_PACK

from apothecary.recipe import Recipe, dump_recipe


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    settings = {"name": "tiny", "pack": str(TINY_PACK), "rows": 3000, "seed": 7, "shard_rows": 500, "surplus": 0.02}
    path.write_text(dump_recipe(Recipe.model_validate(settings)))
    return path
