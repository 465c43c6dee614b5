"""Template ids, wording numbers and given values of rows, as places in tables made once for a pack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import Mask, Places
from apothecary.facts.lookup import Lookup
from apothecary.facts.plan import Field, Given, Pieces, Plan


class Glossary:
    """All template ids and all texts of given numbers of a pack, so that a frame's are looked up in one go."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        plans = list(plans)
        self.templates = _index(template for plan in plans for template in plan.template_ids)
        self.given = _index(text for plan in plans for given in plan.given for text in given.texts)
        stated: list[Field | Given] = [field for plan in plans for field in plan.fields.values()]
        stated += [given for plan in plans for given in plan.given]
        self.names = _number(item.name for item in stated)
        self.units = _number(item.unit for item in stated)

    def number_given(self, given: Given) -> NDArray[np.int32]:
        """For each known text (and last, for none) its place among the values of one given number, -1 for none."""
        return _place_among(self.given, given.texts)

    def number_templates(self, plan: Plan) -> NDArray[np.int32]:
        """For each known id (and last, for none) its place among the templates of one intent, -1 for none."""
        return _place_among(self.templates, plan.template_ids)


def _index(texts: Iterable[str]) -> Lookup:
    return Lookup(pl.Series(list(dict.fromkeys(texts)), dtype=pl.String))


def _number(texts: Iterable[str | None]) -> dict[str | None, int]:
    return {text: n for n, text in enumerate(dict.fromkeys(texts))}


def _place_among(known: Lookup, texts: Iterable[str]) -> NDArray[np.int32]:
    places = np.full(len(known.keys) + 1, -1, dtype=np.int32)
    own = list(texts)
    places[known.find(pl.Series(own, dtype=pl.String))] = np.arange(len(own))
    return places


@dataclass(frozen=True)
class Numbers:
    """Places of the wordings of each row (0 where there is none), and the rows whose numbers fit their template."""

    ask: Places
    reply: Places
    before_ask: Places
    before_reply: Places
    two_turns: Mask
    good: Mask


class Numbering:
    """The wordings of all templates of an intent, one after the other, and how rows number them."""

    def __init__(self, plan: Plan, glossary: Glossary) -> None:
        templates = list(plan.templates.values())
        self.wordings: list[Pieces] = []
        self._bases: dict[str, Places] = {}
        self._sizes: dict[str, Places] = {}
        for part in ("ask", "reply", "before_ask", "before_reply"):
            lists: list[list[Pieces]] = [getattr(template, part) for template in templates]
            self._sizes[part] = np.array([len(wordings) for wordings in lists], dtype=np.int64)
            self._bases[part] = len(self.wordings) + np.cumsum(self._sizes[part]) - self._sizes[part]
            self.wordings += [pieces for wordings in lists for pieces in wordings]
        self._templates = glossary.number_templates(plan)
        self._two_turns = self._sizes["before_ask"] > 0
        self._fits = self._judge_directions(plan)

    def read(self, templates: Places, numbers: NDArray[np.int32]) -> Numbers:
        """Template places in the glossary and wording numbers (5, n), -1 where there is none, to places of wordings."""
        template = self._templates[templates].astype(np.int64)
        good = template >= 0
        template = np.maximum(template, 0)
        two = self._two_turns[template]
        good &= (numbers[:2] >= 0).all(axis=0) & (numbers[4] < 0)
        good &= np.where(two, (numbers[2:4] >= 0).all(axis=0), (numbers[2:4] < 0).all(axis=0))
        last = [np.where(two, numbers[at + 2], numbers[at]) for at in (0, 1)]
        places = {}
        for part, number in (
            ("ask", last[0]),
            ("reply", last[1]),
            ("before_ask", numbers[0]),
            ("before_reply", numbers[1]),
        ):
            inside = (number >= 0) & (number < self._sizes[part][template])
            if part.startswith("before"):
                good &= inside | ~two
                inside &= two
            else:
                good &= inside
            places[part] = np.where(inside, self._bases[part][template] + number, 0)
        before = np.where(good & two, numbers[0], self._fits.shape[0] - 1)
        good &= self._fits[before, places["ask"]]
        return Numbers(two_turns=two, good=good, **places)

    def _judge_directions(self, plan: Plan) -> Mask:
        """Whether the direction words of a question agree with its template, by wording before (last: none) and ask."""
        fits = np.zeros((int(self._sizes["before_ask"].max(initial=0)) + 1, len(self.wordings)), dtype=bool)
        for base, template in zip(self._bases["ask"], plan.templates.values(), strict=True):
            for ask in range(len(template.ask)):
                if not template.before_ask:
                    fits[-1, base + ask] = plan.judge_direction(template, ask, None) == "agrees"
                for before in range(len(template.before_ask)):
                    fits[before, base + ask] = plan.judge_direction(template, ask, before) == "agrees"
        return fits
