"""Rules of the linter about questions and replies: each reply fits each question, and no question tells the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apothecary.packs.model import Draw, Intent
from apothecary.packs.place import Severity, Token
from apothecary.packs.scope import Key, Meaning, Problem, Scope

# Fields that computed values can be worked out from.
_STRUCTURES = (
    *("smiles", "inchi", "formula", "iupac_name", "systematic_name"),
    *("random_smiles", "other_smiles", "kekule_smiles", "broken_smiles", "tested_smiles", "flat_smiles"),
)


@dataclass(frozen=True)
class Wording:
    """One concrete wording: its place (`intent/template/ask 3`), text and tokens."""

    where: str
    text: str
    tokens: tuple[Token, ...]

    @property
    def meanings(self) -> list[Meaning]:
        """What its slots stand for, in order."""
        return [token for token in self.tokens if isinstance(token, Meaning)]

    @property
    def keys(self) -> set[Key]:
        """The values it states."""
        return {meaning.key for meaning in self.meanings}

    @property
    def literal(self) -> str:
        """Its text without slots."""
        return " ".join(token for token in self.tokens if isinstance(token, str))


@dataclass(frozen=True)
class Turns:
    """The questions and replies of one template, with what the intent answers and its options show."""

    scope: Scope
    answer: list[Meaning]
    options: set[Key]

    @property
    def intent(self) -> Intent:
        """The intent they belong to."""
        return self.scope.intent

    def check(self, parts: dict[str, list[Wording]]) -> Iterator[Problem]:
        """Whether each question says enough for each reply, and not too much."""
        before = self._common(parts.get("before ask", []))
        yield from self._check_replies(parts.get("before ask", []), parts.get("before reply", []), set(), answers=False)
        before |= self._common(parts.get("before reply", []))
        yield from self._check_replies(parts["ask"], parts["reply"], before, answers=True)
        for ask in parts["ask"]:
            stated = self._follow(ask.meanings) | before
            yield from self._check_subject(ask, stated)
            yield from self._check_leak(ask)
            if self.intent.tests == "skill":
                yield from self._check_skill(ask, stated)
            count = sum(meaning.kind == "options" for meaning in ask.meanings)
            if self.intent.draw.kind in ("options", "odd") and count + (("options", None, "options") in before) != 1:
                yield Problem(ask.where, "the options must be shown once", "write {options:lines} or {options:inline}")

    def _check_replies(
        self, asks: list[Wording], replies: list[Wording], before: set[Key], *, answers: bool
    ) -> Iterator[Problem]:
        told: set[tuple[str, Key]] = set()
        for reply in replies:
            needed = {key for meaning in reply.meanings for key in self.scope.sources_of(meaning) if key[0] == "given"}
            for ask in asks:
                for key in sorted(needed - self._follow(ask.meanings) - before, key=str):
                    if (ask.where, key) not in told:
                        what = f"never states {key[2]}, which {reply.where.rpartition('/')[2]} needs: {ask.text!r}"
                        yield Problem(ask.where, what, f"write {{{key[2]}}} into it, or give it a template of its own")
                    told.add((ask.where, key))
            if answers:
                yield from self._check_states_answer(reply)

    def _follow(self, meanings: Sequence[Meaning]) -> set[Key]:
        """What is known once these values are stated: they, and what they are worked out from."""
        return {meaning.key for meaning in meanings} | {key for m in meanings for key in self.scope.sources_of(m)}

    def _common(self, wordings: list[Wording]) -> set[Key]:
        """What every one of the wordings makes known."""
        return set.intersection(*(self._follow(wording.meanings) for wording in wordings)) if wordings else set()

    def _check_states_answer(self, reply: Wording) -> Iterator[Problem]:
        for wanted in self.answer:
            if wanted.kind == "letter":
                if not any(meaning.kind in ("letter", "right") for meaning in reply.meanings):
                    yield Problem(
                        reply.where, "the reply never gives the letter or the right option", "write {letter} or {right}"
                    )
                continue
            same = [meaning for meaning in reply.meanings if meaning.key == wanted.key]
            # a text that is chosen by the answer may stand for it
            worded = any(m.kind == "derived" and not m.numeric for m in (wanted, *reply.meanings))
            severity: Severity = "warning" if worded else "error"
            if not same:
                yield Problem(
                    reply.where, f"the reply never states the answer {wanted.slot}: {reply.text!r}", "", severity
                )
            elif wanted.numeric and wanted.fmt not in [meaning.fmt for meaning in same]:
                what = f"the reply prints {same[0].slot} ({same[0].fmt}), the answer is {wanted.slot} ({wanted.fmt})"
                yield Problem(reply.where, what, "use one format")

    def _check_subject(self, ask: Wording, stated: set[Key]) -> Iterator[Problem]:
        fields = self.scope.pack.fields
        told = {key[1] for key in stated if key[0] == "name" or (key[0] == "field" and not fields[key[2]].is_numeric)}
        roles = set(self.intent.draw.roles)
        needed = {key for meaning in self.answer for key in self.scope.sources_of(meaning)}
        stands_alone = self.intent.tests == "skill" and needed and needed <= _either_way(stated, self.intent.draw)
        if stands_alone or self.options - {("field", "a", str(self.intent.draw.field))}:
            return
        missing = {"a", "b"} & roles - told
        if missing and not (roles == {"a", "b", "hi", "lo"} and {"hi", "lo"} <= told):
            role = sorted(missing)[0]
            slot = "{name}" if len(roles) == 1 else f"{{{role}.name}}"
            yield Problem(
                ask.where, f"never says which {self.intent.draw.entity} it is about: {ask.text!r}", f"write {slot}"
            )

    def _check_leak(self, ask: Wording) -> Iterator[Problem]:
        if self.intent.topic == "record":
            return  # what is asked is in the question, and has to be found or rewritten
        given_away = {
            meaning.key for meaning in self.answer if meaning.kind not in ("letter", "given", "options")
        } & ask.keys
        given_away |= self.options & ask.keys
        for key in sorted(given_away, key=str):
            yield Problem(
                ask.where, f"the question gives the answer away: {key[2]} stands in {ask.text!r}", "ask without it"
            )

    def _check_skill(self, ask: Wording, stated: set[Key]) -> Iterator[Problem]:
        known = _either_way(stated, self.intent.draw)
        for kind, role, name in sorted({key for m in self.answer for key in self.scope.sources_of(m)} - known, key=str):
            structure = any(("field", role, field) in known for field in _STRUCTURES if field != name)
            if kind == "field" and not (structure and self.scope.pack.fields[name].kind == "computed"):
                what = f"tests skill, but a question gives neither {name} nor a structure with it: {ask.text!r}"
                where = ask.where.rpartition("/")[0]
                yield Problem(where, what, f"state {{{name}}} or {{smiles}}, or set tests: recall", "warning")


def _either_way(keys: set[Key], draw: Draw) -> set[Key]:
    """The keys, and those of the entities by rank where all are known in the order shown, and the other way round."""
    shown = draw.roles[: draw.members]
    ranked = tuple(f"r{number}" for number in range(1, draw.members + 1)) if draw.kind == "group" else ("lo", "hi")
    found = set(keys)
    for kind, _, name in keys:
        if any(all((kind, role, name) in keys for role in roles) for roles in (shown, ranked) if roles):
            found |= {(kind, role, name) for role in draw.roles}
    return found
