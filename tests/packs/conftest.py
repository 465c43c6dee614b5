"""A sound pack, into which tests plant one defect at a time."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from apothecary.packs.check import Problem, check_pack
from apothecary.packs.load import load_pack

Plant = Callable[..., list[Problem]]
PLANTED = Path(__file__).parent / "planted"


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """plant("fact", old, new, ...) -> the problems with these texts replaced in fact.yaml (or pack.yaml)."""

    def check(intent: str, *changes: str, views: dict[str, pl.DataFrame] | None = None) -> list[Problem]:
        folder = tmp_path / "planted"
        shutil.copytree(PLANTED, folder)
        path = folder / "pack.yaml" if intent == "pack" else folder / "intents" / f"{intent}.yaml"
        text = path.read_text("utf-8")
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text, f"{old!r} is not in {path.name}"
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")
        pack = load_pack(folder)
        changed = pack.intents if intent == "pack" else [pack.by_name[intent]]
        return check_pack(pack.model_copy(update={"intents": changed}), views)

    return check


@pytest.fixture
def find_planted(plant: Plant) -> Callable[..., None]:
    """find_planted(intent, old, new, where, what, severity): plant a defect; exactly one such problem is found."""

    def find(intent: str, old: str, new: str, where: str, what: str, severity: str) -> None:
        problems = plant(intent, old, new)
        found = [problem.severity for problem in problems if problem.where == where and what in problem.what]
        assert found == [severity], "\n".join(map(str, problems))

    return find
