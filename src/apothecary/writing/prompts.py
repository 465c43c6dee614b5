"""A pack's prompts for written rows: prompts/*.yaml as frozen models. Format: docs/generate/writing.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from apothecary.errors import PackError, RecipeError
from apothecary.packs.load import find_pack
from apothecary.packs.strict import Identifier, Line, Strict
from apothecary.packs.yaml import load_yaml

RULES = "_rules.yaml"


class Opposites(Strict):
    """Two groups of words of opposite sense."""

    one: frozenset[str]
    other: frozenset[str]


class Rules(Strict):
    """What every prompt says, invented people, and the words that the check looks at."""

    system: str
    names: tuple[Line, ...]
    ages: tuple[int, int]
    claims: frozenset[str]
    opposites: tuple[Opposites, ...]


class Background(Strict):
    """A general fact that a prompt adds to the list: true of no entity in particular."""

    label: Line
    value: Line
    unit: Line | None = None


class Prompt(Strict):
    """One kind of written row: which facts it gets and what is asked for."""

    kind: Identifier
    perspective: Literal[
        "basic facts", "comparative analysis", "problem solving", "clinical cases", "research contexts"
    ]
    weight: Annotated[float, pydantic.Field(ge=0)] = 1.0
    mode: Literal["facts", "row"] = "facts"
    entities: Annotated[int, pydantic.Field(ge=0, le=2)] = 1
    turns: tuple[int, int] = (1, 1)
    persons: bool = False
    drugs: bool = False
    needs: tuple[Identifier, ...] = ()  # facts that each entity must have
    may: tuple[Identifier, ...] = ()  # facts that are told where they are known
    background: tuple[Background, ...] = ()
    voice: Literal["clinician", "chemist", "student", "patient", "terse", "report"] = pydantic.Field(alias="register")
    difficulty: Annotated[int, pydantic.Field(ge=1, le=5)] = 3
    safety: Literal["S0", "S1", "S2"] = "S0"
    sentences: tuple[int, int]  # of an answer, fewest and most
    settings: tuple[str, ...]
    task: str


class Prompts(Strict):
    """All of a pack."""

    rules: Rules
    kinds: dict[str, Prompt]


def load_prompts(pack: str | Path) -> Prompts:
    """The prompts of a pack (a name or a folder); RecipeError when it has none, PackError when one is wrong."""
    folder = find_pack(pack) / "prompts"
    if not (folder / RULES).is_file():
        raise RecipeError("the pack has no prompts for written rows", where=str(folder), expected=RULES)
    rules = _read(folder / RULES, Rules)
    kinds = [_read(path, Prompt) for path in sorted(folder.glob("*.yaml")) if path.name != RULES]
    return Prompts.model_construct(rules=rules, kinds={prompt.kind: prompt for prompt in kinds})


def choose_kinds(prompts: Prompts, wanted: tuple[str, ...]) -> list[Prompt]:
    """The kinds named, or all that have a weight; RecipeError for an unknown one."""
    unknown = [name for name in wanted if name not in prompts.kinds]
    if unknown:
        raise RecipeError(f"no kind of written row is called {unknown[0]}", expected=", ".join(sorted(prompts.kinds)))
    return [prompts.kinds[name] for name in wanted] or [one for one in prompts.kinds.values() if one.weight]


def _read(path: Path, model: type[Any]) -> Any:
    try:
        return model.model_validate(load_yaml(path, PackError))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackError(f"`{place}`: {first['msg']}", where=str(path)) from None
