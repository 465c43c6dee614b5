"""Imports run one way: cli, report, flow, the rooms, what lies beneath; checker and renderer share next to nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "apothecary"
# Lowest first. A module may import its own part and those on lower lines; parts on one line do not know each other.
LAYERS = (
    {"errors", "example"},
    {"engine", "facts", "recipe_mix"},
    {"packs", "recipe"},
    {"gather", "documents", "dumps"},
    {"generate"},
    {"curate"},
    {"writing"},
    {"export"},
    {"identity"},
    {"flow"},
    {"plan"},
    {"report"},
    {"cli"},
)
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}
HEAVY = ("polars", "duckdb", "numpy", "pyarrow", "rdkit", "pydantic", "rich.progress")


def list_modules() -> dict[str, Path]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = list_modules()


def read_imports(path: Path) -> set[str]:
    """The modules of this package that a file imports, inside functions and for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    ours = {name.removeprefix("apothecary.") for name in found if name.startswith("apothecary.")}
    return {name for name in ours if name in MODULES}


def reach(start: set[str]) -> set[str]:
    """All modules that some modules lead to."""
    seen: set[str] = set()
    waiting = set(start)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= read_imports(MODULES[name]) - seen
    return seen


@pytest.mark.parametrize("module", [name for name in MODULES if name])
def test_imports_run_one_way(module: str) -> None:
    part = module.partition(".")[0]
    for imported in read_imports(MODULES[module]):
        other = imported.partition(".")[0]
        assert other == part or RANK[other] < RANK[part], f"{module} must not import {imported}"


def test_checker_and_renderer_share_no_code() -> None:
    checker = reach({name for name in MODULES if name.startswith("facts.")})
    renderer = reach({name for name in MODULES if name.startswith(("generate.", "packs."))})
    assert checker & renderer <= {"example", "errors"}


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, runpy; sys.argv = ['apothecary', '--help']\n"
        "from apothecary.cli import app\n"
        "try: app()\n"
        "except SystemExit as end: assert end.code in (0, None)\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: apothecary" in done.stdout
    assert done.stdout.rstrip().endswith("heavy: []")
