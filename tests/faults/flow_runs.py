"""Whole runs of the command line in real processes, for the fault tests of the flow."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from engine_toy import end_toy, hash_tree

from apothecary.flow import ROOMS
from apothecary.recipe import Recipe, dump_recipe

APOTHECARY = str(Path(sys.executable).parent / "apothecary")
TINY_PACK = Path(__file__).parent.parent / "data" / "tiny_pack"
SETTINGS = {
    "name": "tiny",
    "pack": str(TINY_PACK),
    "rows": 3000,
    "seed": 7,
    "shard_rows": 400,  # six shards of training, one of validation and of test
    "surplus": 0.02,
    "splits": {"validation": 0.1, "test": 0.1},
    "export": {"jsonl": True},
}
SIDE_BY_SIDE = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Flow:
    """The command line with a small knowledge base and a recipe of 3,000 rows."""

    recipe: Path
    cache: Path

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start the command line in a process group of its own; stdout and stderr come out together."""
        return subprocess.Popen(
            [APOTHECARY, *map(str, arguments)],
            env=os.environ | {"APOTHECARY_CACHE": str(self.cache)} | environment,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start_run(self, out: Path, *arguments: str, workers: int = 1, **environment: str) -> subprocess.Popen[str]:
        """Start the recipe's run in a folder, or go on with it."""
        settings = ["--out", str(out), "--workers", str(workers), "--quiet", *arguments]
        return self.start("run", self.recipe, *settings, **environment)

    def run(self, out: Path, *arguments: str, workers: int = 1, **environment: str) -> tuple[int, str]:
        """The run's exit code and what it printed."""
        return end_toy(self.start_run(out, *arguments, workers=workers, **environment), 120)

    def call(self, *arguments: str | Path, **environment: str) -> tuple[int, str]:
        """Any verb's exit code and what it printed."""
        return end_toy(self.start(*arguments, **environment), 120)


@dataclass(frozen=True)
class Reference:
    """An uninterrupted run by one worker: its folder, its tree, and the file operations it took; read only."""

    run: Path
    tree: dict[str, str]
    operations: list[str]


def make_flow(folder: Path, cache: Path) -> Flow:
    """Write the recipe."""
    recipe = folder / "recipe.yaml"
    recipe.write_text(dump_recipe(Recipe.model_validate(SETTINGS)))
    return Flow(recipe, cache)


def make_flow_reference(flow: Flow, folder: Path) -> Reference:
    """Run the recipe undisturbed; its views are in the cache before, as they are for all runs after it."""
    code, output = flow.call("preview", flow.recipe)
    assert code == 0, output
    count = folder / "operations"
    code, output = flow.run(folder / "run", APOTHECARY_FAULT="count", APOTHECARY_FAULT_COUNT=str(count))
    assert code == 0, output
    return Reference(folder / "run", hash_tree(folder / "run"), count.read_text().splitlines())


def find_room(out: Path) -> str:
    """The room an unfinished run stands in; "start" before the first, "" after the last."""
    if not (out / "run.json").exists():
        return "start"
    return next((room for room in ROOMS if not (out / room / "manifest.json").exists()), "")


def wait_until(is_reached: Callable[[], bool], process: subprocess.Popen[str], timeout_s: float = 60) -> None:
    """Wait for something that a running process does; returns, too, when the process has ended."""
    deadline = time.monotonic() + timeout_s
    while not is_reached() and process.poll() is None:
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.003)


def try_each(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Call a function for each item, two at a time: a run by one worker leaves a core idle."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        return list(threads.map(function, items))
