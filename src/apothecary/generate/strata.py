"""The strata of a dataset: every (intent, template, split, group) with the number of rows it can honestly give.

A stratum's rows are numbered j = 0, 1, ... Combination j is a pure function of the seed, the template and j, whatever
the other templates do. Splits: skill intents hold out entities by parent structure, recall intents ask patterns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import derive_key
from apothecary.errors import PackError
from apothecary.example import SPLITS
from apothecary.packs.domain import Domain, build_domain, count_rows, select_entities
from apothecary.packs.grammar import Slot, expand_all, parse, slots
from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.view import View

GROUPS = ("drug", "compound")
ANY = "any"
IDENTITIES = ("name", "Name", "smiles", "iupac_name", "inchikey")  # each tells one entity from all others
MIN_PATTERNS_TO_HOLD_OUT = 4


@dataclass(frozen=True, eq=False)
class Asks:
    """The concrete question wordings of a template and what each split may use."""

    wordings: list[str]
    written: NDArray[np.int64]  # the number of each wording's pattern, as the template has them
    pattern: NDArray[np.int64]  # the same, but of the base's pattern where the template is derived
    held_out: tuple[int, int] | None  # the patterns kept for validation and for test
    _allowed: dict[tuple[str, str], NDArray[np.int64]] = field(default_factory=dict)

    def allowed(self, split: str, tests: str) -> NDArray[np.int64]:
        """Numbers of the wordings that rows of `split` may use."""
        if (split, tests) not in self._allowed:
            self._allowed[split, tests] = self._find_allowed(split, tests)
        return self._allowed[split, tests]

    def _find_allowed(self, split: str, tests: str) -> NDArray[np.int64]:
        everything = np.arange(len(self.wordings))
        if self.held_out is None:
            return everything if split == "train" or tests == "skill" else everything[:0]
        kept = {"validation": self.held_out[0], "test": self.held_out[1]}
        if split == "train":
            return np.flatnonzero(~np.isin(self.pattern, self.held_out))
        own = self.pattern == kept[split]
        if tests == "recall":
            return np.flatnonzero(own)
        return np.flatnonzero(own | ~np.isin(self.pattern, self.held_out))

    @cached_property
    def is_held_out(self) -> NDArray[np.bool_]:
        """Whether each wording belongs to a held-out pattern."""
        return np.isin(self.pattern, self.held_out or ())


@dataclass(frozen=True, eq=False)
class Replies:
    """For each question wording of each template of an intent, one after the other, the replies that go with it."""

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    offset: NDArray[np.int64]  # of each template's first question wording

    @classmethod
    def of(cls, ranges: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Replies:
        """The ranges of the templates in order."""
        sizes = [len(first) for first, _ in ranges]
        offset = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        return cls(np.concatenate([a for a, _ in ranges]), np.concatenate([b for _, b in ranges]), offset)


@dataclass(frozen=True, eq=False)
class Part:
    """A domain of one intent: the entities of one split and group, and the templates that draw from it."""

    split: str
    group: str
    domain: Domain
    templates: tuple[str, ...]
    offset: int = 0  # where this part starts among the permuted sets of given numbers, for draws without entities

    @property
    def name(self) -> str:
        """As it stands in row ids."""
        return f"{self.split}-{self.group}"


@dataclass(frozen=True, eq=False)
class Stratum:
    """Rows of one template over one part, and how many there can be."""

    intent: str
    template: str
    part: Part
    variants: int  # given numbers x wordings for one combination
    capacity: int

    @property
    def id(self) -> str:
        """`intent/template/split-group`."""
        return f"{self.intent}/{self.template}/{self.part.name}"


class IntentPlan:
    """An intent over the knowledge base of a run: its parts, question wordings and strata.

    `splits` (rows of the view,) comes from `split_entities`; `shares` are the splits' shares, summing to 1.
    """

    def __init__(
        self,
        pack: Pack,
        intent: Intent,
        view: View | None,
        splits: NDArray[np.int8],
        seed: int,
        shares: dict[str, float],
    ) -> None:
        self.pack = pack
        self.intent = intent
        self.view = view
        self.seed = seed
        self._keys: dict[str, int] = {}
        self.given_texts = {name: pl.Series(g.texts(), dtype=pl.String) for name, g in intent.draw.given.items()}
        self.given_numbers = {name: np.array(g.numbers, dtype=np.float64) for name, g in intent.draw.given.items()}
        self.given_sizes = [len(texts) for texts in self.given_texts.values()]
        self.given_size = prod(self.given_sizes)
        self.parts = self._build_parts(splits, shares)
        self.asks = {template.id: self._read_asks(template) for template in intent.templates}

    @cached_property
    def intent_key(self) -> int:
        """The key of what all templates of the intent share."""
        return derive_key(self.seed, self.pack.name, self.intent.intent)

    def template_key(self, template: str) -> int:
        """The key of a template: no other template's rows depend on it."""
        if template not in self._keys:
            self._keys[template] = derive_key(self.seed, self.pack.name, self.intent.intent, template)
        return self._keys[template]

    def strata(self) -> list[Stratum]:
        """All strata that can give a row, in a fixed order."""
        found, caps = [], self._share_cap()
        for part in self.parts:
            for template in part.templates:
                asks = len(self.asks[template].allowed(part.split, self.intent.tests))
                has_entities = self.intent.draw.kind != "none"
                variants = asks * (self.given_size if has_entities else 1)
                capacity = count_rows(self.intent, part.domain, variants, caps[template])
                if capacity:
                    found.append(Stratum(self.intent.intent, template, part, variants, capacity))
        return found

    def _share_cap(self) -> dict[str, int]:
        """Rows of one combination for each template: the intent's cap is for all of them together.

        Where several entities come together a combination hardly comes twice, and `count_rows` looks at the facts.
        """
        cap, templates = self.intent.draw.cap, self.intent.templates
        if self.intent.draw.kind in ("none", "pair", "group"):
            return {template.id: cap for template in templates}
        share, more = divmod(cap, len(templates))
        return {template.id: share + (number < more) for number, template in enumerate(templates)}

    def _read_asks(self, template: Template) -> Asks:
        """The wordings of a template; those of a derived one count as the patterns of its base that they hold."""
        wordings, pattern = expand_all(template.ask)
        written = np.asarray(pattern, dtype=np.int64)
        base = self._find_base(template)
        numbers = np.array(template.derived.asks, dtype=np.int64)[written] if template.derived else written
        count = len(base.ask)
        held_out = None
        if count >= MIN_PATTERNS_TO_HOLD_OUT:
            key = derive_key(self.template_key(base.id), "held out")
            test = key % count
            validation = (test + 1 + (key // count) % (count - 1)) % count
            held_out = (validation, test)
        return Asks(wordings, written, numbers, held_out)

    def _find_base(self, template: Template) -> Template:
        """The template that this one is derived from, else itself."""
        name = template.derived.base if template.derived else template.id
        return next(one for one in self.intent.templates if one.id == name)

    def list_held_out(self) -> dict[str, list[int]]:
        """By `intent/template`, the numbers of the ask patterns that training never uses."""
        found = {}
        for template in self.intent.templates:
            kept = self.asks[template.id].held_out
            if kept and template.derived:
                found[template.id] = [at for at, base in enumerate(template.derived.asks) if base in kept]
            elif kept:
                found[template.id] = list(kept)
        return {f"{self.intent.intent}/{name}": numbers for name, numbers in found.items()}

    @cached_property
    def replies(self) -> Replies:
        """Which reply wordings go with each question wording."""
        return Replies.of([self._range_replies(template) for template in self.intent.templates])

    def _range_replies(self, template: Template) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each question wording of a template its first reply wording, and how many there are from there."""
        written = self.asks[template.id].written
        _, reply_pattern = expand_all(template.reply)
        if template.derived is None:
            return np.zeros(len(written), dtype=np.int64), np.full(len(written), len(reply_pattern), dtype=np.int64)
        groups = [template.derived.reply_groups[pattern] for pattern in reply_pattern]
        asked = template.derived.ask_groups  # of each pattern
        first = np.array([groups.index(group) for group in asked], dtype=np.int64)
        count = np.array([groups.count(group) for group in asked], dtype=np.int64)
        return first[written], count[written]

    def _build_parts(self, splits: NDArray[np.int8], shares: dict[str, float]) -> list[Part]:
        if self.intent.draw.kind == "none" or self.view is None:
            return self._split_given(shares)
        chosen = select_entities(self.intent, self.view)
        by_key: dict[tuple[Slot, ...], list[str]] = {}
        for template in self.intent.templates:
            by_key.setdefault(self._list_shown(template), []).append(template.id)
        distinct = {shown: keep_distinct(self.view, chosen, shown) for shown in by_key}
        parts = []
        for split in SPLITS:
            if split == "train" or shares[split]:
                for shown, templates in by_key.items():
                    mask = self._restrict(distinct[shown], splits, split)
                    parts += self._split_groups(mask, split, tuple(templates))
        return parts

    def _split_groups(self, mask: NDArray[np.bool_], split: str, templates: tuple[str, ...]) -> list[Part]:
        assert self.view is not None
        parts = []
        for name in GROUPS if self.view.has("group") else (ANY,):
            members = mask if name == ANY else mask & self.view.is_in_group(name)
            domain = build_domain(self.intent, self.view, members, self.given_size)
            if domain.size:
                parts.append(Part(split, name, domain, templates))
        return parts

    def _restrict(self, chosen: NDArray[np.bool_], splits: NDArray[np.int8], split: str) -> NDArray[np.bool_]:
        if self.intent.tests == "skill":
            return np.asarray(chosen & (splits == SPLITS.index(split)))
        return np.asarray(chosen & (splits == 0)) if self._asserts_computed() else chosen

    def _list_shown(self, template: Template) -> tuple[Slot, ...]:
        """The field slots that alone tell one question of a template from another; none where it names the entity."""
        if self.intent.draw.kind != "one":
            return ()
        template = self._find_base(template)
        patterns = template.before.ask if template.before else template.ask
        asked = [[s for s in slots(parse(wording)) if s.role in (None, "a")] for wording in expand_all(patterns)[0]]
        if all(any(slot.field in IDENTITIES for slot in wording) for wording in asked):
            return ()
        assert self.view is not None
        return tuple(dict.fromkeys(s for wording in asked for s in wording if self.view.has(s.field)))

    def _split_given(self, shares: dict[str, float]) -> list[Part]:
        """Sets of given numbers, each in one split, so that a test row's numbers never occur in training."""
        if self.intent.draw.needs:
            raise PackError("an intent that draws no entity cannot need fields", where=self.intent.intent)
        parts, start = [], 0
        for split in SPLITS:
            share = 1 - shares["validation"] - shares["test"] if split == "train" else shares[split]
            size = self.given_size - start if split == SPLITS[-1] else round(self.given_size * share)
            if size and share:
                domain = build_domain(self.intent, None, np.zeros(0, dtype=bool), size)
                parts.append(Part(split, ANY, domain, tuple(t.id for t in self.intent.templates), start))
            start += size
        return parts

    def _asserts_computed(self) -> bool:
        needed = [*self.intent.draw.needs, *([self.intent.draw.field] if self.intent.draw.field else [])]
        return any(self.pack.fields[name].kind == "computed" for name in needed if name in self.pack.fields)


def keep_distinct(view: View, chosen: NDArray[np.bool_], shown: tuple[Slot, ...]) -> NDArray[np.bool_]:
    """`chosen` (rows,) with one entity, the first drug if any, for each set of texts that a question shows.

    Isomers share a formula: a question that shows nothing else must be asked once, and in one split.
    """
    if not shown:
        return chosen
    texts = {f"t{number}": view.texts(slot.field, slot.fmt) for number, slot in enumerate(shown)}
    frame = pl.DataFrame(texts).with_row_index("row").filter(pl.Series(chosen))
    if view.has("group"):
        frame = frame.with_columns(is_other=view.column("group").filter(pl.Series(chosen)) != "drug").sort(
            "is_other", "row"
        )
    first = frame.unique(list(texts), keep="first", maintain_order=True)["row"].to_numpy()
    kept = np.zeros(view.rows, dtype=bool)
    kept[first] = True
    return kept


def split_entities(view: View, seed: int, shares: dict[str, float], by: str = "parent") -> NDArray[np.int8]:
    """The split of each entity (rows,) as an index into SPLITS, by a hash of its parent structure or its scaffold."""
    if not view.has("parent_key"):
        return np.zeros(view.rows, dtype=np.int8)
    keys = view.column("parent_key")
    if by == "scaffold" and view.has("scaffold"):
        keys = link_scaffolds(keys, view.column("scaffold"))
    unique = keys.unique(maintain_order=True)
    place = np.array([derive_key(seed, "split", key or "") for key in unique.to_list()], dtype=np.uint64) / 2.0**64
    codes = np.where(place < shares["test"], 2, np.where(place < shares["test"] + shares["validation"], 1, 0))
    table = pl.DataFrame({"parent_key": unique, "code": codes.astype(np.int8)})
    joined = keys.to_frame("parent_key").join(
        table, on="parent_key", how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["code"].to_numpy()


def link_scaffolds(parents: pl.Series, scaffolds: pl.Series) -> pl.Series:
    """Parent keys (n) and Murcko scaffolds (n, null without a ring) to the group of each (n), named `parent_key`.

    Two entities are in one group when they share a parent or a scaffold, or are linked through others that do: no
    scaffold and no parent is in two groups.
    """
    frame = pl.DataFrame({"parent": parents, "scaffold": scaffolds})
    frame = frame.with_columns(parent_key=pl.coalesce("scaffold", "parent", pl.lit("")))
    while True:
        before = frame["parent_key"]
        for kind in ("parent", "scaffold"):
            least = pl.col("parent_key").min().over(kind)
            frame = frame.with_columns(pl.when(pl.col(kind).is_null()).then("parent_key").otherwise(least))
        if frame["parent_key"].equals(before):
            return before
