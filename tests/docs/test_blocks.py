"""Every shell and Python block of the README, the tutorial and the curate page is run, page by page, in their order.

Blocks run as they are written, in a folder that looks like the checkout: the same Makefile, sources, recipes and .venv
(by links), and a `runs/` of its own. A comment before a block may say, visibly in the page's source,
`<!-- test: ROWS=20000 -->`, which sets environment variables for that block (the Makefile reads ROWS), or
`<!-- test: skip, why -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = ("README.md", "docs/tutorial.md", "docs/curate.md")
LINKED = ("Makefile", "pyproject.toml", "README.md", "LICENSE", "src", "recipes", "docs")
BLOCK = re.compile(
    r"(?:^<!-- test: (?P<note>[^>]*?) -->\n)?^```(?P<language>sh|python)\n(?P<code>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    note: str

    @property
    def settings(self) -> dict[str, str]:
        return dict(part.split("=", 1) for part in self.note.split() if "=" in part)


def read_blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text("utf-8")
    return [Block(found["language"], found["code"], found["note"] or "") for found in BLOCK.finditer(text)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", PAGES)
def test_blocks_work(page: str, place: Path, built_knowledge: Path) -> None:
    if not (Path(sys.prefix) / ".installed").exists():
        pytest.skip("not set up by make; `make test` runs this")
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for block in read_blocks(page):
        if block.note.startswith("skip"):
            continue
        command = ["bash", "-euo", "pipefail", "-c", block.code]
        if block.language == "python":
            command = [sys.executable, "-c", block.code]
        # Settings of the make that runs the tests are not for the make of a block.
        own = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "ARGS")}
        environment = {**own, "PATH": path, **block.settings}
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block.code}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


@pytest.mark.parametrize("page", PAGES)
def test_page_has_blocks_and_few_exceptions(page: str) -> None:
    blocks = read_blocks(page)
    text = (ROOT / page).read_text("utf-8")
    assert len(blocks) == text.count("\n```sh\n") + text.count("\n```python\n")
    assert len([block for block in blocks if block.note.startswith("skip")]) <= 1
