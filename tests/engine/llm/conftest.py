from __future__ import annotations

import sys
from pathlib import Path

import pytest

# the server is imported here, by the benchmark and by the processes that a test kills
sys.path[:0] = [str(Path(__file__).parent)]


@pytest.fixture
def needs_aiohttp() -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")
