"""Rules and profiles, which are data (curate/data/profiles.yaml), as frozen models; and a profile with its bounds set.

A rule has a name, which is the reason of a drop, a measure, a bound and the source that published it. A profile is a
list of rules in the order in which they are tried, each with its published bound or one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic_core import PydanticCustomError

from apothecary.curate.filters.measures import ATTACHED, GROUPS
from apothecary.errors import RecipeError
from apothecary.packs.strict import Identifier, Line, Strict
from apothecary.packs.yaml import load_yaml
from apothecary.recipe import suggest_key

PROFILES = Path(__file__).parent.parent / "data" / "profiles.yaml"
OFF = "off"
Bound = float | tuple[str, ...]
Override = float | str | Sequence[str] | None
_Finite = Annotated[float, pydantic.Field(allow_inf_nan=False)]


class Rule(Strict):
    """What is measured and what bound it must keep; exactly one of `at_least`, `at_most` and `one_of`.

    With `when`, the rule holds only for texts whose measure of that name is above `when_above`.
    """

    measure: Identifier
    source: Line
    at_least: _Finite | None = None
    at_most: _Finite | None = None
    one_of: tuple[Line, ...] | None = None
    when: Identifier | None = None
    when_above: _Finite = 0.0

    @pydantic.model_validator(mode="after")
    def _check_bound(self) -> Rule:
        if sum(bound is not None for bound in (self.at_least, self.at_most, self.one_of)) != 1:
            raise PydanticCustomError("bound", "give one of at_least, at_most and one_of")
        for name in filter(None, (self.measure, self.when)):
            if not any(name in names for names in (*GROUPS.values(), ATTACHED)):
                raise PydanticCustomError("measure", "there is no measure {name}", {"name": name})
        return self

    @property
    def side(self) -> Literal["at_least", "at_most", "one_of"]:
        """Which kind of bound the rule has."""
        return "at_least" if self.at_least is not None else "at_most" if self.at_most is not None else "one_of"

    @property
    def bound(self) -> Bound:
        """The bound itself: a number, or the values that pass."""
        for value in (self.at_least, self.at_most, self.one_of):
            if value is not None:
                return value
        raise AssertionError("a rule without a bound")


class _ProfileText(Strict):
    says: Line
    rules: dict[Identifier, Line]


class _File(Strict):
    sources: dict[Identifier, Line]
    rules: dict[Identifier, Rule]
    profiles: dict[Identifier, _ProfileText]


def list_profiles() -> dict[str, str]:
    """The names of the profiles with what each is for."""
    return {name: profile.says for name, profile in _read_file().profiles.items()}


def list_rules() -> dict[str, Rule]:
    """All rules by name, with their published bounds."""
    return dict(_read_file().rules)


def list_sources() -> dict[str, str]:
    """Who published the rules, by the name that a rule's `source` has."""
    return dict(_read_file().sources)


def load_profile(name: str, overrides: Mapping[str, Override] | None = None) -> dict[str, Rule]:
    """A profile's name and bounds that replace its own to its rules by name, in the order in which they are tried.

    An override is a number, for a rule of languages their codes (a list, or one text with commas), or `off`. A rule
    that the profile does not have is added at its end. Raises RecipeError for an unknown name, with the nearest valid.
    """
    file = _read_file()
    if name not in file.profiles:
        raise RecipeError(f"there is no profile `{name}`", hint=suggest_key(name, list(file.profiles)))
    rules = {
        rule: file.rules[rule] if bound == "published" else set_bound(rule, file.rules[rule], bound)
        for rule, bound in file.profiles[name].rules.items()
    }
    for rule, bound in (overrides or {}).items():
        if rule not in file.rules:
            raise RecipeError(f"there is no rule `{rule}`", hint=suggest_key(rule, list(file.rules)))
        if bound is None or bound == OFF:
            rules.pop(rule, None)
        else:
            rules[rule] = set_bound(rule, file.rules[rule], bound)
    return rules


def set_bound(name: str, rule: Rule, bound: Override) -> Rule:
    """A rule with another bound on the same side."""
    if rule.side == "one_of":
        values = bound.split(",") if isinstance(bound, str) else list(bound) if isinstance(bound, Sequence) else []
        codes = tuple(value.strip() for value in values if value.strip())
        if not codes:
            raise _refuse(name, bound, "one value or several, as in `en, und`")
        return rule.model_copy(update={"one_of": codes})
    try:
        number = float(str(bound))
    except ValueError:
        raise _refuse(name, bound, "a number, or `off`") from None
    if not abs(number) < float("inf"):
        raise _refuse(name, bound, "a finite number, or `off`")
    return rule.model_copy(update={rule.side: number})


def list_needed(rules: Mapping[str, Rule]) -> list[str]:
    """The measures that some rules need, for `measure_texts`."""
    return list(dict.fromkeys(name for rule in rules.values() for name in (rule.measure, rule.when) if name))


def _refuse(name: str, bound: Override, expected: str) -> RecipeError:
    return RecipeError(f"the bound of `{name}` is {bound!r}", expected=expected, hint=f"write {name}: {expected}")


@cache
def _read_file(path: Path = PROFILES) -> _File:
    try:
        file = _File.model_validate(load_yaml(path, RecipeError))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecipeError(f"`{place}`: {first['msg']}", where=str(path)) from None
    for name, rule in file.rules.items():
        if rule.source not in file.sources:
            raise RecipeError(f"rule `{name}` has no known source", where=str(path))
    for name, profile in file.profiles.items():
        for rule_name in profile.rules:
            if rule_name not in file.rules:
                raise RecipeError(
                    f"profile `{name}` has the unknown rule `{rule_name}`",
                    where=str(path),
                    hint=suggest_key(rule_name, list(file.rules)),
                )
    return file
