from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.render import open_bench

KNOWLEDGE = Path(__file__).parents[2] / "golden" / "knowledge"


@pytest.fixture(scope="session")
def bench() -> ToolBench:
    return open_bench("pharma", 1, KNOWLEDGE)
