"""What the user writes: one YAML file in, one frozen and validated `Recipe` out.

Values are read as strings and parsed by the model, so `no` is never silently a boolean. Unknown keys are refused with
their line and the nearest valid key. The fingerprint says whether two recipes give the same rows.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from apothecary.errors import RecipeError
from apothecary.recipe_mix import Formats, Mix, Reasoning, Texts

Licence = Literal["permissive", "share-alike"]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]

# Fields that are left out of the fingerprint, each with the reason why no row can depend on it.
EXCLUDED = {
    "name": "names the run folder, nothing in it",
    "authored": "the content of the folders has a fingerprint of its own; where they lie does not matter",
    "export.formats": "written from the finished dataset, in a folder beside the rooms",
    "export.reasoning": "tells the steps in those formats; the dataset has them in a column of its own",
    "mix": "chooses among finished rows for those formats; the dataset keeps all",
    "pack": "the pack's content has a fingerprint of its own; where it lies does not matter",
}


LISTS = {  # the keys that take several values
    "authored",
    "curate.benchmarks",
    "curate.sealed",
    "export.formats",
    "mix.external.files",
    "splits.hold_out",
    "variation.generators",
}


class Settings(BaseModel):
    """The base of all recipe models: frozen, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Splits(Settings):
    """The shares of the rows that are held out for validation and test, training gets the rest; and what is held out.

    `by` says what two compounds of different splits never share where a skill is tested: a parent, or a scaffold too.
    """

    validation: Annotated[float, Field(ge=0, le=0.4)] = 0.005
    test: Annotated[float, Field(ge=0, le=0.4)] = 0.01
    by: Literal["parent", "scaffold"] = "parent"
    hold_out: Texts = ()  # intents that stand in test alone


class Export(Settings):
    """How the dataset is written: compressed JSONL beside the Parquet files, and the zstd level of both.

    And in which formats for trainers a run leaves it beside the rooms.
    """

    formats: Formats = ()
    reasoning: Reasoning = "drop"  # how those tell the steps: in tags, before the response, or not
    jsonl: bool = False
    compression_level: Annotated[int, Field(ge=1, le=22)] = 3


class Curate(Settings):
    """What is measured about free text, and how duplicates are found; thresholds are in `keep`."""

    near_duplicates: bool = True
    min_jaccard: Annotated[float, Field(gt=0, le=1)] = 0.6  # of the words of two rows with equal protected tokens
    wordings_per_fact: Annotated[int, Field(ge=0, le=10_000)] = 0  # rows of one intent about the same facts; 0: no cap
    max_form_share: Share = 1.0  # of the free text, that rows of one form may have
    semantic_model: str = ""  # a folder with an embedding model: rows with equal protected tokens merge by meaning too
    min_cosine: Share = 0.95
    repair: bool = True  # mojibake and invisible characters in free text are mended before it is measured
    repeated_spans: bool = False  # look for spans of 50 tokens that stand in an earlier document
    benchmarks: Texts = ()  # files whose items may not stand in the dataset
    sealed: Texts = ()  # an expert's own test files, of questions, facts or names: no row may touch them
    tokenizer: str = ""  # a tokenizer.json file; then tokens are counted
    presidio: bool = False  # look for personal data with Presidio too


class Keep(Settings):
    """Who stays: a profile of rules over what was measured, and bounds that replace its own."""

    profile: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "qa_short"
    bounds: dict[str, str] = {}  # by rule: a number, values, or `off`

    @model_validator(mode="after")
    def sort_bounds(self) -> Keep:
        """The same settings with the bounds in name order."""
        object.__setattr__(self, "bounds", dict(sorted(self.bounds.items())))
        return self


class Variation(Settings):
    """How questions are varied: by the pack's manners, by a bank of accepted wordings, and how often for one fact."""

    grammar: bool = False  # the manners of the pack's variation.yaml
    bank: str = ""  # a file of wordings, as `apothecary packs vary` writes it
    generators: Texts = ()  # the licences of models whose wordings may be used; none: all that the bank has accepted
    phrasings: Annotated[float, Field(ge=1, le=1000)] = 1.0  # times the rows a fact may have in an intent


class MaxShare(Settings):
    """The largest share of the rows of a split that one intent, and one template, may have."""

    intent: Share = 1.0
    template: Share = 1.0


class Recipe(Settings):
    """What a dataset is: how many rows, from which pack, in which mix, under which licences, split and written how."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    pack: Annotated[str, Field(min_length=1)]
    rows: Annotated[int, Field(ge=1, le=10**12)]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    licence: Licence = "share-alike"
    drugs: Share = 0.35  # share of the rows about drugs, where an intent has both drugs and other compounds
    splits: Splits = Splits()
    topics: dict[str, Weight] = {}  # shares of the pack's topics; a topic left out gets no rows; none: by weight alone
    perspectives: dict[
        str, Weight
    ] = {}  # shares of the five perspectives, as far as the topics allow; none: as it comes
    weights: dict[str, Weight] = {}  # by intent, within its topic; overrides the pack's own weight, 0 turns it off
    variation: Variation = Variation()
    origins: dict[str, Weight] = {}  # shares of template, augmented and context rows; none: all templates alike
    tools: Annotated[float, Field(ge=0, le=0.5)] = 0.0  # share of the rows that are dialogues with tools
    authored: Texts = ()  # folders of rows made by a model, by tools or from documents
    max_share: MaxShare = MaxShare()
    shard_rows: Annotated[int, Field(ge=1, le=5_000_000)] = 200_000
    surplus: Annotated[float, Field(ge=0, le=1)] = 0.01  # rows made beyond `rows`, to replace those that curate drops
    curate: Curate = Curate()
    keep: Keep = Keep()
    export: Export = Export()
    mix: Mix = Mix()  # which training rows the formats hold; none: all

    @model_validator(mode="after")
    def sort_weights(self) -> Recipe:
        """The same recipe with its shares in name order, so that the order written does not matter."""
        for name in ("topics", "perspectives", "weights", "origins"):
            written = getattr(self, name)
            if list(written) != sorted(written):
                object.__setattr__(self, name, dict(sorted(written.items())))
        return self


def load_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """A recipe file and `key=value` overrides (dotted keys reach inside) to a validated recipe.

    Raises RecipeError with the file's line, or the override, and the nearest valid key or value.
    """
    values, lines = _read_yaml(path)
    for override in overrides:
        _apply_override(values, lines, override)
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise _explain(error, path, lines) from None
    if "/" in recipe.pack or recipe.pack.startswith("."):
        recipe = recipe.model_copy(update={"pack": str(Path(recipe.pack).resolve())})
    return recipe


def dump_recipe(recipe: Recipe) -> str:
    """A recipe to YAML text with every setting spelled out; `load_recipe` reads it back to an equal recipe."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)


def encode_canonical(value: Any) -> str:
    """A JSON-able value to its one canonical text: sorted keys, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def fingerprint_recipe(recipe: Recipe) -> str:
    """The sha256 of the settings that rows are made by: all but `keep`, which only decides, and those in `EXCLUDED`."""
    settings = recipe.model_dump(mode="json", exclude={"keep"})
    for key in EXCLUDED:
        *parents, last = key.split(".")
        reduce(getitem, parents, settings).pop(last)
    return hashlib.sha256(encode_canonical(settings).encode()).hexdigest()


def fingerprint_keep(keep: Keep) -> str:
    """The sha256 of the settings that decide who stays."""
    return hashlib.sha256(encode_canonical(keep.model_dump(mode="json")).encode()).hexdigest()


def is_excluded(key: str) -> bool:
    """Whether a dotted key, or a block that it stands in, is left out of the fingerprint."""
    return any(key == name or key.startswith(f"{name}.") for name in EXCLUDED)


def list_keys(model: type[BaseModel] = Recipe, prefix: str = "") -> list[str]:
    """All settings as dotted keys, in the order of the model."""
    keys = []
    for name, field in model.model_fields.items():
        keys.append(prefix + name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += list_keys(field.annotation, f"{prefix}{name}.")
    return keys


def suggest_key(key: str, keys: Sequence[str]) -> str:
    """A wrong key and the valid ones to a hint that names the nearest, or all of them."""
    last = {known.rsplit(".", 1)[-1]: known for known in reversed(keys)}
    near = difflib.get_close_matches(key, keys, 1, 0.6) or difflib.get_close_matches(key.rsplit(".", 1)[-1], last, 1)
    if near:
        return f"did you mean `{last.get(near[0], near[0]) if near[0] not in keys else near[0]}`?"
    return "valid keys: " + ", ".join(keys)


def _read_yaml(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """A YAML file to nested strings, and the place (`file, line n`) of each dotted key."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        near = sorted(str(found) for found in Path("recipes").glob("*.yaml"))
        hint = "recipes here: " + ", ".join(near) if near else "give the path of a YAML file, as in recipes/quick.yaml"
        raise RecipeError(f"no recipe at {path}", where=str(path), hint=hint) from None
    except (OSError, UnicodeDecodeError) as error:
        hint = "give the path of a readable UTF-8 YAML file"
        raise RecipeError(f"the recipe cannot be read: {error}", where=str(path), hint=hint) from None
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "unreadable characters"
        raise RecipeError(f"the recipe is not YAML: {problem}", where=where, hint="check the indentation") from None
    if not isinstance(node, yaml.MappingNode):
        expected = "settings as `key: value` lines, at least name, pack and rows"
        raise RecipeError("the recipe has no settings", where=str(path), expected=expected, hint=_EXAMPLE_HINT)
    lines: dict[str, str] = {"": str(path)}
    return _build_mapping(node, path, "", lines), lines


_EXAMPLE_HINT = "start from a copy of recipes/quick.yaml"


def _build_mapping(node: yaml.MappingNode, path: Path, prefix: str, lines: dict[str, str]) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = f"{path}, line {key_node.start_mark.line + 1}"
        key = str(key_node.value)
        if key in built:
            raise RecipeError(f"`{prefix}{key}` stands twice", where=where, hint="keep one of the two lines")
        lines[prefix + key] = where
        if isinstance(value_node, yaml.MappingNode):
            built[key] = _build_mapping(value_node, path, f"{prefix}{key}.", lines)
        elif isinstance(value_node, yaml.SequenceNode) and prefix + key in LISTS:
            built[key] = [str(item.value) for item in value_node.value]
        elif isinstance(value_node, yaml.SequenceNode):
            expected = "one value, or an indented block of settings"
            raise RecipeError(f"`{prefix}{key}` is a list", where=where, expected=expected, hint=_EXAMPLE_HINT)
        else:
            built[key] = value_node.value
    return built


def _apply_override(values: dict[str, Any], lines: dict[str, str], override: str) -> None:
    key, equals, value = override.partition("=")
    key = key.strip()
    if not equals or not key:
        expected = "key=value, as in --set rows=600000 or --set splits.test=0.02"
        hint = "valid keys: " + ", ".join(list_keys())
        raise RecipeError(f"--set {override} sets nothing", where="command line", expected=expected, hint=hint)
    lines[key] = f"--set {override}"
    *parents, last = key.split(".")
    target = values
    for parent in parents:
        if not isinstance(target.get(parent, {}), dict):
            hint = suggest_key(key, list_keys())
            raise RecipeError(f"`{parent}` holds no settings", where=f"--set {override}", hint=hint)
        target = target.setdefault(parent, {})
    target[last] = value.strip()


def _explain(error: ValidationError, path: Path, lines: dict[str, str]) -> RecipeError:
    """Pydantic's findings to one error about the first of them; the others are named."""
    findings = error.errors()
    first = findings[0]
    key = ".".join(str(part) for part in first["loc"])
    where = lines.get(key, lines.get(key.rpartition(".")[0], str(path)))
    others = [".".join(str(part) for part in finding["loc"]) for finding in findings[1:]]
    also = f" (also wrong: {', '.join(others)})" if others else ""
    if first["type"] == "extra_forbidden":
        keys = list_keys()
        return RecipeError(f"unknown key `{key}`{also}", where=where, hint=suggest_key(key, keys))
    if first["type"] == "missing":
        return RecipeError(
            f"`{key}` is missing{also}",
            where=str(path),
            expected=_EXPECTED.get(key, ""),
            hint=f"add a line `{key}: ...`",
        )
    what = f"`{key}` is {first['input']!r}{also}"
    expected = _EXPECTED.get(key) or first["msg"].replace("Input should be ", "").replace("Value error, ", "")
    return RecipeError(what, where=where, expected=expected, hint=f"change `{key}` in the recipe, or --set {key}=...")


_EXPECTED = {
    "name": "lower-case letters, digits, - and _, at most 64; it names the run folder",
    "pack": "the name of a built-in pack, or the path of a pack folder",
    "rows": "a whole number from 1 to 1000000000000",
    "licence": "permissive or share-alike",
    "splits": "an indented block with validation, test, by and hold_out",
    "weights": "an indented block of `intent: weight` lines",
    "export": "an indented block with formats, reasoning, jsonl and compression_level",
    "export.jsonl": "true or false",
}
