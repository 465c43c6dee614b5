from __future__ import annotations

import subprocess
import sys

import pytest

import apothecary


def test_every_public_name_is_there_and_sorted() -> None:
    assert apothecary.__all__ == sorted(apothecary._HOME)
    for name in apothecary.__all__:
        assert getattr(apothecary, name).__name__ == name
    assert dir(apothecary) == apothecary.__all__


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run_everything'"):
        apothecary.run_everything  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import apothecary, sys; print([m for m in ('polars', 'numpy', 'rdkit', 'pydantic') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
