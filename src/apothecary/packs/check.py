"""A pack -> what is wrong with it, before a row is made: the linter behind `apothecary packs check`.

Errors are wordings that would state something false, unanswerable or unchecked; warnings are what a reader would
stumble over. With wide views of the knowledge base the numbers are tried out too (`ranges`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from apothecary.errors import PackError
from apothecary.packs.arithmetic import names_used
from apothecary.packs.direction import check_ask_direction
from apothecary.packs.grammar import Slot, expand, parse
from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.place import Finding, Part, Place, Severity, Token
from apothecary.packs.prose import check_wording
from apothecary.packs.ranges import check_ranges, find_ones
from apothecary.packs.safety import check_balance, check_class, check_replies
from apothecary.packs.scope import Key, Meaning, Problem, Scope
from apothecary.packs.skeleton import MASK, find_repeats, skeleton
from apothecary.packs.turns import Turns, Wording
from apothecary.packs.units import states_unit

__all__ = ["Problem", "check_pack", "require_sound", "skeleton"]

HOLD_OUT_PATTERNS = 4


def check_pack(pack: Pack, views: Mapping[str, pl.DataFrame] | None = None) -> list[Problem]:
    """All problems of a pack, errors first, each once.

    `views` are the wide tables by entity type (`compound`); with them columns, magnitudes and options are tried out.
    """
    found = [problem for intent in pack.intents for problem in check_intent(pack, intent, views)]
    found += check_balance(pack)
    unique: dict[tuple[str, str], Problem] = {}
    for problem in found:  # of a pattern's wordings, the first with each problem is told
        unique.setdefault((problem.where, re.sub(r": ['\"].*", "", problem.what, flags=re.DOTALL)), problem)
    return sorted(unique.values(), key=lambda problem: problem.severity != "error")


def require_sound(pack: Pack, views: Mapping[str, pl.DataFrame] | None = None) -> None:
    """Raise PackError with the first errors of a pack that has any."""
    errors = [problem for problem in check_pack(pack, views) if problem.severity == "error"]
    if errors:
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise PackError(
            errors[0].what + more,
            where=f"pack {pack.name}: {errors[0].where}",
            hint=errors[0].hint or "see `packs check`",
        )


def check_intent(pack: Pack, intent: Intent, views: Mapping[str, pl.DataFrame] | None = None) -> Iterator[Problem]:
    """The problems of one intent."""
    scope = Scope(pack, intent)
    yield from scope.check_names()
    yield from _check_gap(pack, intent)
    yield from check_class(intent)
    reader = _Reader(scope, find_ones(pack, intent, views))
    yield from reader.check_single_patterns()
    for template in intent.templates:
        yield from reader.check_template(template)
    yield from reader.check_unused()
    yield from _check_repeats(intent, reader)
    broken = [problem for problem in scope.check_names() if problem.severity == "error"]
    if not broken:
        yield from check_ranges(scope, [m for w in reader.wordings for m in w.meanings], views)
    if intent.tests == "recall" and any(
        name in pack.fields and pack.fields[name].kind == "computed" for name in intent.draw.needs
    ):
        hint = "such intents draw entities of the training split only; ask a skill from a structure where you can"
        yield Problem(intent.intent, "a recall intent over computed fields", hint, "warning")


def _check_gap(pack: Pack, intent: Intent) -> Iterator[Problem]:
    draw = intent.draw
    spec = pack.fields.get(str(draw.field))
    if draw.gap and spec and spec.margin and draw.gap.min <= spec.margin:
        what = f"gap.min {draw.gap.min:g} is not above the margin {spec.margin:g} of {draw.field}"
        yield Problem(f"{intent.intent}/draw", what, "sources disagree by the margin; a comparison needs more")


class _Reader:
    """Reads all wordings of one intent and keeps them for the rules that need several."""

    def __init__(self, scope: Scope, may_be_one: frozenset[str]) -> None:
        self.scope = scope
        self.intent = scope.intent
        self.may_be_one = may_be_one
        self.wordings: list[Wording] = []
        self.asks: dict[str, dict[str, list[Wording]]] = {}  # template -> part -> wordings
        self.answer: list[Meaning] = []
        self.options: set[Key] = set()  # what an option shows, where there are options

    def read(
        self, patterns: Sequence[str], where: str, *, in_option: bool = False
    ) -> tuple[list[Wording], list[Problem]]:
        """The wordings of the patterns that can be read, and the problems of those that cannot."""
        wordings, problems = [], []
        for number, pattern in enumerate(patterns, 1):
            place = f"{where} {number}" if len(patterns) > 1 or where.rpartition("/")[2] in ("ask", "reply") else where
            try:
                texts = expand(pattern)
                found = [Wording(place, text, self._read_tokens(text, in_option)) for text in texts]
            except PackError as error:
                hint = error.hint or (f"expected: {error.expected}" if error.expected else "")
                problems.append(Problem(place, error.what, hint))
                continue
            wordings += found
        self.wordings += wordings
        return wordings, problems

    def _read_tokens(self, text: str, in_option: bool) -> tuple[Token, ...]:
        return tuple(
            self.scope.read(part, in_option=in_option) if isinstance(part, Slot) else part.text for part in parse(text)
        )

    def check_single_patterns(self) -> Iterator[Problem]:
        """The answer, the reasoning and the text of an option."""
        intent = self.intent
        texts = {
            "answer": ([intent.answer.value], "answer"),
            "reasoning": (list(intent.reasoning), "reasoning"),
            "option": ([intent.draw.text] if intent.draw.text else [], "draw.text"),
        }
        for part, (patterns, name) in texts.items():
            wordings, problems = self.read(patterns, f"{intent.intent}/{name}", in_option=part == "option")
            yield from problems
            if len({wording.where for wording in wordings}) < len(wordings):
                yield Problem(f"{intent.intent}/{name}", "alternatives have no meaning here", "one pattern, one text")
            if part == "answer" and wordings:
                self.answer = wordings[0].meanings
                yield from self._check_answer(wordings[0])
            units = frozenset[str]()
            if part == "option":
                yield from self._check_option(wordings)
                units = self._units_of_all_asks()
                self.options = {meaning.key for wording in wordings for meaning in wording.meanings}
            for wording in wordings:
                yield from _tell(wording, check_wording(wording.tokens, self._place(None, part, units)))  # type: ignore[arg-type]

    def _units_of_all_asks(self) -> frozenset[str]:
        """Units that every ask of the intent states."""
        asks = [text for template in self.intent.templates for text in template.ask]
        return frozenset(unit for unit in self._units() if all(states_unit(text, unit) for text in asks))

    def _units(self) -> set[str]:
        draw = self.intent.draw
        units = {self.scope.pack.fields[name].unit for name in self.scope.asserted if name in self.scope.pack.fields}
        return {unit for unit in (*units, *(given.unit for given in draw.given.values())) if unit}

    def _place(self, template: Template | None, part: Part, units: frozenset[str]) -> Place:
        answers = frozenset(meaning.key for meaning in self.answer)
        return Place(self.scope.pack, self.intent, template, part, units, answers, self.may_be_one)

    def _check_answer(self, wording: Wording) -> Iterator[Problem]:
        answer, here, kinds = self.intent.answer, wording.where, [meaning.kind for meaning in wording.meanings]
        if not wording.meanings and not _has_fixed_answer(self.intent):
            yield Problem(here, "the answer has no slot, so every row would have the same")
        if answer.type == "number" and not (
            len(wording.tokens) == 1 and wording.meanings and wording.meanings[0].numeric
        ):
            yield Problem(here, "an answer of type number is one number slot and nothing else", 'value: "{mw:dp2}"')
        if answer.type == "choice" and kinds != ["letter"]:
            yield Problem(here, "an answer of type choice is the letter", 'value: "{letter}"')
        if (
            answer.type == "number"
            and answer.tolerance is None
            and wording.meanings
            and not wording.meanings[0].integer
        ):
            yield Problem(here, "no tolerance, so only the same digits count", "tolerance: half-digit", "warning")
        if answer.type != "number" and answer.tolerance is not None:
            yield Problem(here, f"a tolerance has no meaning for an answer of type {answer.type}", "leave it out")
        fmt = wording.meanings[0].fmt if wording.meanings else ""
        if isinstance(answer.tolerance, float) and fmt[:2] == "dp" and answer.tolerance < 0.5 * 10.0 ** -int(fmt[2:]):
            yield Problem(
                here, f"the tolerance {answer.tolerance:g} is finer than {fmt} can show", "tolerance: half-digit"
            )

    def _check_option(self, wordings: list[Wording]) -> Iterator[Problem]:
        for wording in wordings:
            field = str(self.intent.draw.field)
            if not any(meaning.name == field or not meaning.numeric for meaning in wording.meanings):
                what = f"an option shows neither {field} nor a name or structure, so two may read the same"
                yield Problem(wording.where, what, f"write {{{self.intent.draw.field}}} into draw.text")

    def check_template(self, template: Template) -> Iterator[Problem]:
        """The problems of one template."""
        here = f"{self.intent.intent}/{template.id}"
        parts: dict[str, list[Wording]] = {}
        patterns = {"ask": template.ask, "reply": template.reply}
        if template.before:
            patterns |= {"before ask": template.before.ask, "before reply": template.before.reply}
        for part, listed in patterns.items():
            parts[part], problems = self.read(listed, f"{here}/{part}")
            yield from problems
        self.asks[template.id] = parts
        units = frozenset(
            u for u in self._units() if parts["ask"] and all(states_unit(w.literal, u) for w in parts["ask"])
        )
        for part, wordings in parts.items():
            place = self._place(template, part, units if part == "reply" else frozenset())  # type: ignore[arg-type]
            for wording in wordings:
                yield from _tell(wording, check_wording(wording.tokens, place))
        if len(template.ask) < HOLD_OUT_PATTERNS:
            what = f"{len(template.ask)} ask patterns: none can be held out for testing"
            yield Problem(here, what, f"write at least {HOLD_OUT_PATTERNS}", "warning")
        yield from check_replies(self.scope.pack, self.intent, template, parts)
        if parts["ask"] and parts["reply"]:
            yield from Turns(self.scope, self.answer, self.options).check(parts)
            yield from self._check_direction(template, parts, here)

    def _check_direction(self, template: Template, parts: dict[str, list[Wording]], here: str) -> Iterator[Problem]:
        draw = self.intent.draw
        if draw.kind not in ("pair", "group") or not draw.gap:
            if template.asks:
                yield Problem(here, f"`asks` has no meaning for kind {draw.kind}", "leave it out")
            return
        roles = {meaning.role for meaning in self.answer} & {"hi", "lo"}
        spec = self.scope.pack.fields.get(str(draw.field))
        if template.asks and self.answer and roles and roles != {template.asks}:
            what = f"asks: {template.asks}, but the answer is {', '.join(m.slot for m in self.answer)}"
            yield Problem(here, what, "give the other direction an intent of its own")
        if roles and not template.asks and all(meaning.kind == "name" for meaning in self.answer):
            yield Problem(
                here, "the answer is the one that is asked for, but the template has no `asks`", "write asks: hi or lo"
            )
        if template.asks and spec:
            for ask in parts["ask"]:
                yield from _tell(ask, check_ask_direction(ask.literal, template, spec))

    def check_unused(self) -> Iterator[Problem]:
        """Names that nothing reads."""
        intent, trees = self.intent, self.scope.trees
        used = {meaning.name for wording in self.wordings for meaning in wording.meanings}
        for name in reversed(list(intent.let)):
            if name in used and name in trees:
                used |= {part.rpartition(".")[2] for part in names_used(trees[name])}
        here = intent.intent
        for name in intent.let:
            if name not in used:
                yield Problem(f"{here}/let {name}", f"`{name}` is never used", "take it out", "warning")
        for name in intent.draw.given:
            if name not in used:
                yield Problem(f"{here}/draw.given {name}", f"`{name}` is drawn but never stated", "take it out")
        for name in () if _has_fixed_answer(intent) else intent.draw.needs:  # there they only choose who is asked about
            if name not in used and name in self.scope.pack.fields and name != intent.draw.field:
                yield Problem(
                    f"{here}/draw.needs", f"`{name}` is listed as a fact but never stated", "take it out", "warning"
                )


def _has_fixed_answer(intent: Intent) -> bool:
    """Whether every row has the same answer and may: a refusal, a principle beside one, or that it cannot be known."""
    return intent.answer.type == "refusal" or (intent.topic in ("safety", "honesty") and "{" not in intent.answer.value)


def _tell(wording: Wording, findings: Iterator[Finding]) -> Iterator[Problem]:
    for what, hint, severity in findings:
        yield Problem(wording.where, what, hint, severity)


def _check_repeats(intent: Intent, reader: _Reader) -> Iterator[Problem]:
    """Exact repeats and wordings with one skeleton, among the asks of an intent and the replies of a template."""
    single: list[tuple[str, str]] = []
    for parts in reader.asks.values():
        for wordings in parts.values():
            yield from _check_exact(wordings)
        for part in ("reply", "before ask", "before reply"):
            yield from _tell_repeats([(w.where, skeleton(w.text)) for w in parts.get(part, [])], "warning")
        asks = [(w.where, skeleton(w.text)) for w in parts["ask"]]
        if "before ask" in parts:
            yield from _tell_repeats(asks, "error")
        else:
            single += asks
    yield from _tell_repeats(single, "error")


def _check_exact(wordings: list[Wording]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for wording in wordings:
        if wording.text in first:
            what = f"the wording {wording.text!r} stands twice (first in {first[wording.text].rpartition('/')[2]})"
            yield Problem(wording.where, what, "take one out")
        first.setdefault(wording.text, wording.where)


def _tell_repeats(keyed: list[tuple[str, str]], severity: Severity) -> Iterator[Problem]:
    for key, places in find_repeats(keyed).items():
        if not key.strip(f"{MASK} "):
            continue  # bare values, which every reply may be
        others = ", ".join(re.sub(r"^[^/]*/", "", place) for place in places[:-1])
        hint = "say it another way, or make it an alternative of the same pattern"
        yield Problem(places[-1], f"reads like {others}: both reduce to `{key}`", hint, severity)
