"""What a slot or name of an intent means: a given number, a derived value, a field of a role, a part of the options."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal as Lit
from typing import TypeAlias

from apothecary.errors import PackError
from apothecary.packs.arithmetic import FUNCTIONS, is_text, names_used, parse_expression, texts_compared
from apothecary.packs.grammar import Slot
from apothecary.packs.model import Field, Intent, Pack

Key: TypeAlias = tuple[str, str | None, str]  # kind, role, name: what tells two values apart
Kind = Lit["given", "derived", "name", "field", "options", "letter", "right"]
ENTITY_COLUMNS = ("named", "name_len")  # of the wide view, for conditions
RESERVED = ("name", "Name", "options", "letter", "right", "a", "b", "hi", "lo", *FUNCTIONS)


@dataclass(frozen=True)
class Problem:
    """One finding of the linter: where (`intent/template/ask 3`), what, a hint, and `error` or `warning`."""

    where: str
    what: str
    hint: str = ""
    severity: Lit["error", "warning"] = "error"

    def __str__(self) -> str:
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{self.severity}: {self.where}: {self.what}{hint}"


@dataclass(frozen=True)
class Meaning:
    """What a slot stands for. `fmt` is the format it is printed in ("" where it has none)."""

    kind: Kind
    name: str  # the given, let or field name; `name` for {name} and {Name}
    role: str | None = None
    fmt: str = ""
    unit: str | None = None
    numeric: bool = False
    integer: bool = False
    slot: str = field(default="", compare=False)  # as written

    @property
    def key(self) -> Key:
        """What tells two values apart, whatever their format."""
        return self.kind, self.role, self.name


@dataclass
class Scope:
    """The names of one intent."""

    pack: Pack
    intent: Intent
    trees: dict[str, ast.expr] = field(default_factory=dict)  # let expressions that parse
    texts: set[str] = field(default_factory=set)  # let names that are texts

    def __post_init__(self) -> None:
        for name, expression in self.intent.let.items():
            try:
                self.trees[name] = parse_expression(expression)
            except PackError:
                continue
            if is_text(self.trees[name]):
                self.texts.add(name)

    @property
    def asserted(self) -> tuple[str, ...]:
        """The fields a row has facts of."""
        draw = self.intent.draw
        return (str(draw.field), *draw.needs) if draw.kind == "each" else draw.needs

    def read(self, slot: Slot, *, in_option: bool = False) -> Meaning:
        """The meaning of a slot; PackError says what is wrong with it."""
        return replace(self._read(slot, in_option), slot=str(slot))

    def _read(self, slot: Slot, in_option: bool) -> Meaning:
        draw = self.intent.draw
        if slot.field in ("options", "letter", "right") and not slot.role and slot.field not in self.pack.fields:
            return self._read_option_slot(slot, in_option)
        if not slot.role and slot.field in draw.given:
            given = draw.given[slot.field]
            if slot.fmt:
                raise PackError(f"{slot} formats a given number", hint=f"write {{{slot.field}}}: it is stated as drawn")
            whole = all("." not in text for text in given.texts())
            return Meaning("given", slot.field, unit=given.unit, numeric=True, integer=whole)
        if not slot.role and slot.field in self.intent.let and not in_option:
            return self._read_derived(slot)
        role = self._read_role(slot, in_option)
        if slot.field in ("name", "Name"):
            if slot.fmt and (slot.fmt != "an" or slot.field == "Name"):
                raise PackError(f"{slot} cannot have the format `{slot.fmt}`", hint="write {name}, {Name} or {name:an}")
            return Meaning("name", "name", role, slot.fmt or slot.field)
        return self._read_field(slot, role)

    def _read_option_slot(self, slot: Slot, in_option: bool) -> Meaning:
        if self.intent.draw.kind not in ("options", "odd") or in_option:
            raise PackError(f"{slot} has no meaning here", hint="only a draw of kind options or odd has options")
        if slot.field == "options":
            if slot.fmt not in ("lines", "inline"):
                raise PackError(f"{slot} needs a layout", hint="write {options:lines} or {options:inline}")
            return Meaning("options", "options", fmt=slot.fmt)
        if slot.fmt:
            raise PackError(f"{slot} takes no format", hint=f"write {{{slot.field}}}")
        return Meaning("letter" if slot.field == "letter" else "right", slot.field)

    def _read_derived(self, slot: Slot) -> Meaning:
        if slot.field in self.texts:
            if slot.fmt not in (None, "an"):
                raise PackError(f"{slot} formats a text as a number", hint=f"write {{{slot.field}}}")
            return Meaning("derived", slot.field, fmt=slot.fmt or "")
        if not slot.fmt:
            raise PackError(
                f"derived number {slot} has no format", hint=f"write {{{slot.field}:sig3}} or {{{slot.field}:dp2}}"
            )
        if slot.fmt != "int" and slot.fmt[:2] != "dp" and slot.fmt[:3] != "sig":
            raise PackError(f"{slot}: a derived number is formatted by dpN, sigN or int")
        return Meaning("derived", slot.field, fmt=slot.fmt, numeric=True, integer=slot.fmt in ("int", "dp0"))

    def _read_role(self, slot: Slot, in_option: bool) -> str:
        roles = self.intent.draw.roles
        if in_option and slot.role:
            raise PackError(
                f"{slot} names a role",
                hint="the pattern of an option speaks of that option's entity: leave the role out",
            )
        if slot.role and slot.role not in roles:
            known = ", ".join(roles) or "none"
            raise PackError(
                f"unknown role `{slot.role}` in {slot}",
                hint=f"a draw of kind {self.intent.draw.kind} has the roles: {known}",
            )
        if not roles:
            raise PackError(f"unknown name `{slot.name}` in {slot}", hint=self._nearest(slot.field))
        return slot.role or "a"

    def _read_field(self, slot: Slot, role: str) -> Meaning:
        name = slot.field
        if name not in self.pack.fields:
            raise PackError(f"unknown field `{name}` in {slot}", hint=self._nearest(name))
        if name not in self.asserted:
            hint = f"add {name} to draw.needs, so that the row lists the fact" if name not in self._shadowed() else ""
            raise PackError(f"{slot} states {name}, which is not in draw.needs", hint=hint)
        spec = self.pack.fields[name]
        single = spec.type == "list" and self.intent.draw.kind == "each" and name == self.intent.draw.field
        fmt = slot.fmt or ("raw" if single else spec.default_format)
        allowed = {
            "number": fmt in ("raw", "int") or fmt[:2] == "dp" or fmt[:3] == "sig",
            "integer": fmt in ("raw", "int"),
            "text": fmt in ("raw", "an"),
            "list": fmt in ("raw", "an") if single else fmt == "list",
        }
        if not allowed[spec.type]:
            what = "one value of a list" if single else f"of type {spec.type}"
            raise PackError(f"{slot}: the format `{fmt}` does not fit {name}, which is {what}")
        return Meaning("field", name, role, fmt, spec.unit, spec.is_numeric, spec.type == "integer")

    def _shadowed(self) -> Iterable[str]:
        return (*self.intent.draw.given, *self.intent.let)

    def _nearest(self, name: str) -> str:
        draw = self.intent.draw
        known = [*draw.given, *self.intent.let]
        if draw.roles:
            known += [*draw.needs, "name", "Name", *self.pack.fields]
        near = difflib.get_close_matches(name, known, 1, 0.5)
        return f"did you mean `{near[0]}`?" if near else "known here: " + ", ".join(dict.fromkeys(known))

    def check_names(self) -> Iterator[Problem]:
        """Problems of given names, `let`, `where`, `needs` and draw.field."""
        intent, draw, fields = self.intent, self.intent.draw, self.pack.fields
        here = f"{intent.intent}/draw"
        for name in (*draw.needs, *([draw.field] if draw.field else [])):
            if name not in fields:
                near = difflib.get_close_matches(name, fields, 1, 0.5)
                yield Problem(
                    here, f"unknown field `{name}`", f"did you mean `{near[0]}`?" if near else "add it to pack.yaml"
                )
        for name in (*draw.given, *intent.let):
            if name in RESERVED or name in fields or (name in draw.given and name in intent.let):
                what = (
                    "a word of the grammar"
                    if name in RESERVED
                    else "a field"
                    if name in fields
                    else "both given and let"
                )
                yield Problem(f"{intent.intent}/let {name}", f"the name `{name}` is {what}", "choose another name")
        if draw.field and draw.field in fields:
            spec = fields[draw.field]
            if draw.kind == "each" and spec.type != "list":
                yield Problem(here, f"kind each needs a field of type list; {draw.field} is of type {spec.type}")
            if draw.kind == "each" and draw.field in draw.needs:
                yield Problem(here, f"`{draw.field}` is also in needs", "leave it out: its value is a fact already")
            if draw.kind != "each":
                yield from self._check_compared(here, spec)
                if draw.field not in draw.needs:
                    yield Problem(
                        here, f"`{draw.field}` is compared but not in needs", "add it, so that the row lists the fact"
                    )
        yield from self._check_where()
        known: list[str] = list(draw.given)
        for name, expression in intent.let.items():
            yield from self._check_let(name, expression, known)
            known.append(name)

    def _check_compared(self, here: str, spec: Field) -> Iterator[Problem]:
        draw = self.intent.draw
        if spec.type == "list":
            yield Problem(here, f"`{draw.field}` has several values", "compare a field of one value an entity")
        elif draw.kind == "odd" and spec.type == "number":
            yield Problem(
                here, f"`{draw.field}` is a measure: no two are the same", "an odd one out needs a text field"
            )
        elif spec.is_numeric and not draw.gap and draw.kind != "odd":
            yield Problem(here, f"{draw.field} is a number, and the draw has no gap", "gap: {min: ..., max: ...}")
        elif not spec.is_numeric and draw.gap:
            yield Problem(here, f"{draw.field} is a text, and the draw has a gap", "leave the gap out")
        if draw.kind == "group" and draw.gap and draw.gap.max is None:
            yield Problem(
                here, "a group needs gap.max", "without it the values are further apart than anyone would ask"
            )

    def _check_where(self) -> Iterator[Problem]:
        here = f"{self.intent.intent}/draw.where"
        if not self.intent.draw.where:
            return
        try:
            tree = parse_expression(self.intent.draw.where)
        except PackError as error:
            yield Problem(here, error.what, error.hint or f"expected: {error.expected}")
            return
        if is_text(tree):
            yield Problem(here, "a condition gives a number, not a text")
        numeric = [name for name, spec in self.pack.fields.items() if spec.is_numeric]
        compared = texts_compared(tree)
        for name in sorted(names_used(tree)):
            if "." in name:
                hint = "a condition is over one entity: leave the role out"
                yield Problem(here, f"`{name}` names a role", hint)
            elif name in compared:
                if name not in self.pack.fields or name in numeric:
                    yield Problem(here, f"`{name}` is no text field", "a quoted text is compared with a text field")
            elif name in self.pack.fields and name not in numeric:
                yield Problem(here, f"`{name}` is a text", f"compare it with one: {name} == 'text'")
            elif name not in numeric and name not in ENTITY_COLUMNS:
                near = difflib.get_close_matches(name, [*numeric, *ENTITY_COLUMNS], 1, 0.5)
                yield Problem(here, f"unknown field `{name}`", f"did you mean `{near[0]}`?" if near else "")

    def _check_let(self, name: str, expression: str, known: list[str]) -> Iterator[Problem]:
        here = f"{self.intent.intent}/let {name}"
        if name not in self.trees:
            try:
                parse_expression(expression)
            except PackError as error:
                yield Problem(here, error.what, error.hint or f"expected: {error.expected}")
            return
        for used in sorted(names_used(self.trees[name])):
            if used in known:
                if used in self.texts:
                    yield Problem(here, f"`{used}` is a text", "texts cannot be calculated with")
            elif used in self.intent.let:
                yield Problem(
                    here, f"`{used}` is not known yet", f"put `{used}` before `{name}`" if used != name else ""
                )
            else:
                yield from self._check_field_name(here, used)

    def _check_field_name(self, here: str, used: str) -> Iterator[Problem]:
        role, _, name = used.rpartition(".")
        try:
            meaning = self._read_field(
                Slot(used, role, name, "raw"), self._read_role(Slot(used, role, name, None), False)
            )
        except PackError as error:
            if name in self.pack.fields and not self.pack.fields[name].is_numeric:
                yield Problem(
                    here, f"`{used}` is of type {self.pack.fields[name].type}", "only numbers are calculated with"
                )
            else:
                yield Problem(
                    here,
                    error.what.replace(f"{{{used}:raw}}", f"`{used}`").replace(f"{{{used}}}", f"`{used}`"),
                    error.hint,
                )
            return
        if not meaning.numeric:
            yield Problem(here, f"`{used}` is a text", "only numbers are calculated with")

    def sources_of(self, meaning: Meaning) -> set[Key]:
        """The given numbers and role fields that a value is worked out from, as keys; itself when it is one."""
        if meaning.kind != "derived":
            return {meaning.key} if meaning.kind in ("given", "field") else set()
        return self._leaves(meaning.name, frozenset())

    def _leaves(self, name: str, seen: frozenset[str]) -> set[Key]:
        found: set[Key] = set()
        if name not in self.trees or name in seen:
            return found
        for used in names_used(self.trees[name]):
            role, _, last = used.rpartition(".")
            if used in self.intent.draw.given:
                found.add(("given", None, used))
            elif used in self.intent.let:
                found |= self._leaves(used, seen | {name})
            elif last in self.pack.fields:
                found.add(("field", role or "a", last))
        return found
