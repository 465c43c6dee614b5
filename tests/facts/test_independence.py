"""The second path is one only while it shares nothing with the first."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import apothecary.facts

FOLDER = Path(apothecary.facts.__file__).parent
ALLOWED = ("apothecary.facts", "apothecary.example", "apothecary.errors")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_modules_import_nothing_of_the_renderer(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [str(node.module)]
        for name in names:
            assert not name.startswith("apothecary") or name.startswith(ALLOWED), f"{path.name} imports {name}"


def test_the_checker_loads_nothing_of_the_renderer() -> None:
    code = (
        "import sys, apothecary.facts.checker, apothecary.facts.mutate\n"
        "print(*[name for name in sys.modules if name.startswith('apothecary.')])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if not name.startswith(ALLOWED)] == []
