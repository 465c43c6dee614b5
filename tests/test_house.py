"""The house rules that can be counted: sizes, mirrored tests, docstrings, and one word per thing."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from apothecary.cli import app, gather_app, packs_app
from apothecary.cli.llm import llm_app
from apothecary.flow import ROOMS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "apothecary"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")
MAX_MODULE_LINES = 400
MAX_MEDIAN_LINES = 150
MAX_FUNCTION_LINES = 60
FORBIDDEN_NAMES = {"utils", "common", "helpers", "manager", "misc"}


def name_module(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def count_lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_module_is_small(path: Path) -> None:
    assert count_lines(path) <= MAX_MODULE_LINES


def test_median_module_is_small() -> None:
    assert statistics.median(count_lines(path) for path in MODULES) <= MAX_MEDIAN_LINES


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_functions_are_short(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno}
    assert not {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES}


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    public = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert not [node.name for node in public if not ast.get_docstring(node)]


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_every_module_has_a_test_of_its_name(path: Path) -> None:
    relative = path.relative_to(SOURCE)
    assert (ROOT / "tests" / relative.parent / f"test_{relative.name}").exists()


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_module_names_say_something(path: Path) -> None:
    assert not FORBIDDEN_NAMES & set(path.relative_to(SOURCE).with_suffix("").parts)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_one_word_everywhere(room: str) -> None:
    assert (SOURCE / room / "__init__.py").exists()
    page = ROOT / "docs" / f"{room}.md"
    assert page.read_text("utf-8").lower().startswith(f"# {room}")
    assert f"{room}/" in (ROOT / "docs" / "index.md").read_text("utf-8")


@pytest.mark.parametrize(
    "verb",
    [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    + [f"packs {command.name}" for command in packs_app.registered_commands]
    + [f"gather {command.name}" for command in gather_app.registered_commands]
    + [f"llm {command.name}" for command in llm_app.registered_commands],
)
def test_every_command_is_documented(verb: str) -> None:
    assert f"apothecary {verb}" in (ROOT / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    import re

    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.name)
def test_decisions_are_short(page: Path) -> None:
    assert count_lines(page) <= 60
