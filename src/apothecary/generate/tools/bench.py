"""Which dialogues a knowledge base gives: strata of cases and splits, and the draw that a running number stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import derive_key, permute
from apothecary.errors import PackError, RecipeError
from apothecary.example import SPLITS
from apothecary.generate.strata import split_entities
from apothecary.generate.tools.cases import Case, load_cases
from apothecary.generate.tools.desk import FIELDS, Desk
from apothecary.generate.tools.toolbox import Toolbox
from apothecary.packs.model import Pack
from apothecary.packs.view import View, load_view

MAKER, ORIGIN = "tools", "tool"
DRUGS_IN_TEN = 7  # dialogues about medicines, as long as both kinds last
MAX_NAME = 40  # letters of a name that somebody would type
MAX_SMILES = 120
SHARES = {"validation": 0.02, "test": 0.05}
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """The combinations of one group of entities in a stratum; `entities` is empty where the case draws none."""

    entities: Rows
    roles: int
    others: int  # combinations of givens, picks and question wordings

    @property
    def size(self) -> int:
        """How many combinations there are."""
        n = len(self.entities)
        return self.others * (1 if not self.roles else n if self.roles == 1 else n * (n - 1))

    def read(self, number: int) -> tuple[list[int], int]:
        """A combination to the rows of its entities, distinct, and the number of the rest."""
        number, rest = divmod(number, self.others)
        if not self.roles:
            return [], rest
        if self.roles == 1:
            return [int(self.entities[number])], rest
        first, second = divmod(number, len(self.entities) - 1)
        return [int(self.entities[first]), int(self.entities[second + (second >= first)])], rest


@dataclass(frozen=True)
class Stratum:
    """The dialogues of one case in one split; medicines first, then other compounds."""

    name: str
    case: Case
    split: str
    drugs: Part
    compounds: Part
    key: int

    @property
    def id(self) -> str:
        """`case/tools/split-tool`, the middle of its rows' ids."""
        return f"{self.name}/{MAKER}/{self.split}-{ORIGIN}"

    @property
    def capacity(self) -> int:
        """How many distinct dialogues it gives."""
        drugs, others = self.drugs.size, self.compounds.size
        if not others or not drugs:
            return drugs + others
        return min(drugs // DRUGS_IN_TEN, others // (10 - DRUGS_IN_TEN)) * 10

    def read(self, numbers: Rows) -> list[tuple[list[int], int]]:
        """Running numbers (n,) to the entities and the rest of each combination."""
        is_drug, place = self._share(numbers)
        found: list[tuple[list[int], int]] = [([], 0)] * len(numbers)
        for part, which in ((self.drugs, is_drug), (self.compounds, ~is_drug)):
            at = np.flatnonzero(which)
            images = permute(place[at], part.size, self.key) if at.size else place[at]
            for row, image in zip(at, images, strict=True):
                found[row] = part.read(int(image))
        return found

    def _share(self, numbers: Rows) -> tuple[NDArray[np.bool_], Rows]:
        if not self.compounds.size or not self.drugs.size:
            return np.full(len(numbers), self.drugs.size > 0), numbers
        tens, digit = np.divmod(numbers, 10)
        is_drug = digit < DRUGS_IN_TEN
        return is_drug, np.where(
            is_drug, tens * DRUGS_IN_TEN + digit, tens * (10 - DRUGS_IN_TEN) + digit - DRUGS_IN_TEN
        )


@dataclass
class ToolBench:
    """Cases over one knowledge folder; made once a process. The same seed and shares as the recipe's rows."""

    pack: Pack
    knowledge: Path
    seed: int
    shares: dict[str, float] = field(default_factory=lambda: dict(SHARES))
    by: str = "parent"

    @cached_property
    def view(self) -> View:
        """The compounds with all fields that a case or a look-up may ask for."""
        wanted = FIELDS | {name for case in load_cases().values() for name in (*case.needs, *case.lacks)}
        if not (self.knowledge / "compounds.parquet").is_file():
            raise PackError("the knowledge base has no compounds for tools to work on", where=str(self.knowledge))
        known = set(pl.read_parquet_schema(self.knowledge / "compounds.parquet"))
        fields = {name for name in wanted if name in known and f"{name}__src" in known}
        return load_view(self.knowledge, self.pack, "compound", fields, {"scaffold"} & {self.by})

    @cached_property
    def desk(self) -> Desk:
        """The names and values that `lookup` knows."""
        return Desk(self.view)

    @cached_property
    def toolbox(self) -> Toolbox:
        """The tools."""
        return Toolbox(self.desk)

    @cached_property
    def strata(self) -> dict[str, Stratum]:
        """The strata with any dialogue at all, by id."""
        made = [self._make(name, case, split) for name, case in load_cases().items() for split in SPLITS]
        return {stratum.id: stratum for stratum in made if stratum.capacity}

    def find_stratum(self, stratum_id: str) -> Stratum:
        """A stratum by its id; RecipeError when there is none."""
        if stratum_id not in self.strata:
            raise RecipeError(f"no tool dialogues are called {stratum_id!r}", expected="an id of list_tool_strata")
        return self.strata[stratum_id]

    def _make(self, name: str, case: Case, split: str) -> Stratum:
        others = count_others(case)
        key = derive_key(self.seed, "tools", name, split)
        roles = len(case.about)
        if case.stranger or not roles:
            rows = np.array(self._share_strangers(split) if case.stranger else [], dtype=np.int64)
            if not case.stranger and not roles:  # nothing to hold out but the numbers themselves
                others = others if split == "train" else 0
            return Stratum(name, case, split, Part(rows, int(case.stranger), others), Part(rows[:0], 1, others), key)
        fit = self._find_fit(case) & (self._splits == SPLITS.index(split))
        drug = self.view.is_in_group("drug")
        drugs = np.flatnonzero(fit & drug)
        compounds = np.flatnonzero(fit & ~drug)[: 0 if case.drugs else None]
        return Stratum(name, case, split, Part(drugs, roles, others), Part(compounds, roles, others), key)

    @cached_property
    def _splits(self) -> NDArray[np.int8]:
        return split_entities(self.view, self.seed, self.shares, self.by)

    def _find_fit(self, case: Case) -> NDArray[np.bool_]:
        """Entities that have what a case needs, and a name and SMILES short enough to be typed."""
        view, fit = self.view, self.desk.open_rows & (self.view.column("name_len").to_numpy() <= MAX_NAME)
        for name in case.needs:
            if name == "misspelt":
                fit = fit & np.array([bool(one) for one in self.misspelt])
            else:
                fit = fit & (view.is_known(name) if view.has(name) else False)
            if name.endswith("smiles") and view.has(name):
                fit = fit & (view.column(name).str.len_chars().fill_null(0).to_numpy() <= MAX_SMILES)
        for name in case.lacks:
            fit = fit & (~view.is_known(name) if view.has(name) else True)
        return fit

    @cached_property
    def misspelt(self) -> list[str]:
        """For each entity a misspelling of its name that only it is near to; empty where there is none."""
        desk, drugs = self.desk, self.desk.open_rows & self.view.is_in_group("drug")
        return [_misspell(name, desk) if drug else "" for name, drug in zip(desk.names, drugs, strict=True)]

    @cached_property
    def strangers(self) -> list[str]:
        """Names that nothing has; none where the knowledge base lists none."""
        if not (self.knowledge / "unknown_name.parquet").exists():
            return []
        return [str(name) for name in load_view(self.knowledge, self.pack, "unknown_name", ()).column("name").to_list()]

    def _share_strangers(self, split: str) -> list[int]:
        bounds = {"test": (0.0, self.shares["test"])}
        bounds["validation"] = (self.shares["test"], self.shares["test"] + self.shares["validation"])
        bounds["train"] = (bounds["validation"][1], 1.0)
        low, high = bounds[split]
        draws = [derive_key(self.seed, "stranger", name) / 2.0**64 for name in self.strangers]
        return [number for number, draw in enumerate(draws) if low <= draw < high]


def count_others(case: Case) -> int:
    """Combinations of given numbers, picks and question wordings."""
    size = len(case.asks)
    for given in case.given.values():
        size *= len(given.values)
    for pick in case.pick.values():
        size *= len(pick)
    return size


def read_others(case: Case, number: int) -> tuple[int, dict[str, Any], dict[str, int]]:
    """The number of such a combination to its question wording, its names, and the place of each given number."""
    number, ask = divmod(number, len(case.asks))
    names: dict[str, Any] = {}
    places: dict[str, int] = {}
    for name, given in case.given.items():
        number, places[name] = divmod(number, len(given.values))
        text = given.values[places[name]]
        names[name] = float(text) if "." in text else int(text)
    for name, pick in case.pick.items():
        number, place = divmod(number, len(pick))
        names[name] = pick[place]
    return ask, names, places


def _misspell(name: str, desk: Desk) -> str:
    """A plain name with two letters swapped, one left out or one doubled, so that only this name is near."""
    if not (name.isascii() and name.isalpha() and len(name) >= 7):
        return ""
    key = derive_key("misspell", name)
    for trial in range(4):
        at = 2 + (key >> (8 * trial)) % (len(name) - 4)
        swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        variants = [swapped, name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]]
        wrong = variants[(key >> (32 + 2 * trial)) % 3]
        if wrong != name and wrong not in desk.rows and desk.suggest(wrong) == [name]:
            return wrong
    return ""
