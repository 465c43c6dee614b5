"""One link held against the knowledge base: agrees, contradicts or undecided, with the reason."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from apothecary.facts.claim_facts import Knowledge, Known
from apothecary.facts.claim_rules import ClaimField
from apothecary.facts.claim_values import Value, convert_value, parse_formula

AGREES, CONTRADICTS, UNDECIDED = "agrees", "contradicts", "undecided"
LOOSE_SHARE = 0.02  # what "about" allows, as a share of the known value
FORM_SLACK = 0.009  # g/mol: the last digits of atomic weights
_MAX_WATER = 7


class Finding(NamedTuple):
    """A verdict, its reason where it is undecided, and what is known (`135 °C (wikidata)`)."""

    verdict: str
    reason: str = ""
    known: str = ""


class Judge:
    """Judges values of one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.rules = knowledge.rules

    def judge(
        self, field: str, entities: tuple[int, ...], stated: Value | str, unit: str = "", *, about: bool = False
    ) -> Finding:
        """The finding on a value (or a formula's text); with several entities, one that fits is enough."""
        best: Finding | None = None
        for entity in entities:
            finding = self._judge_one(field, entity, stated, unit, about=about)
            if best is None or _rank(finding) < _rank(best):
                best = finding
        return best or Finding(UNDECIDED, "no entity")

    def _judge_one(self, field: str, entity: int, stated: Value | str, unit: str, *, about: bool) -> Finding:
        claim = self.rules.fields[field]
        known = self.knowledge.look_up(field, entity)
        if known is None:
            return Finding(UNDECIDED, "not known")
        if isinstance(stated, str):
            return self._judge_formula(claim, known, stated)
        value, reason = self._read_value(claim, stated, unit)
        told = tell_known(known, self._unit_of(claim))
        if value is None:
            return Finding(UNDECIDED, reason, told)
        finding = compare_value(claim, value, known.numbers, about=about)._replace(known=told)
        if finding.verdict == CONTRADICTS and self._is_excused(claim, entity, value, known):
            return Finding(UNDECIDED, "another form or quantity", told)
        return finding

    def _read_value(self, claim: ClaimField, stated: Value, unit: str) -> tuple[Value | None, str]:
        if claim.kind in ("count", "year"):
            is_plain = not stated.unit and stated.step == 1.0 and stated.low == stated.high
            in_range = 1800 <= stated.low <= 2100 if claim.kind == "year" else stated.low < 1000
            return (stated, "") if is_plain and in_range else (None, "no such value")
        if not claim.units:
            return (None, "unit") if stated.unit else (stated, "")
        if not stated.unit and unit:
            stated = stated._replace(unit=unit)
        if not stated.unit and not claim.bare:
            return None, "no unit"
        value = convert_value(stated, self.rules.units[claim.units])
        return (value, "") if value else (None, "unit of another quantity")

    def _unit_of(self, claim: ClaimField) -> str:
        return next(iter(self.rules.units[claim.units]), "") if claim.units else ""

    def _is_excused(self, claim: ClaimField, entity: int, value: Value, known: Known) -> bool:
        """Whether another quantity or a salt or hydrate explains the value."""
        for other in claim.also:
            facts = self.knowledge.look_up(other, entity)
            if facts and compare_value(self.rules.fields[other], value, facts.numbers).verdict != CONTRADICTS:
                return True
        if not claim.forms:
            return False
        return any(self._explains(value.low - number, 0.5 * value.step + FORM_SLACK) for number in known.numbers)

    def _explains(self, extra: float, slack: float) -> bool:
        """Whether counter-ions and water make this difference; a lighter molecule lacks one of them."""
        water = self.rules.forms["water"].mass if "water" in self.rules.forms else 0.0
        for mass in (form.mass for form in self.rules.forms.values()):
            if abs(extra + mass) <= slack:
                return True
            for waters in range(3):
                if any(abs(extra - mass * times - water * waters) <= slack for times in (1, 2)):
                    return True
        return bool(water) and any(abs(extra - water * waters) <= slack for waters in range(1, _MAX_WATER + 1))

    def _judge_formula(self, claim: ClaimField, known: Known, text: str) -> Finding:
        told = tell_known(known, "")
        stated = parse_formula(text)
        formulas = [atoms for atoms in map(parse_formula, known.texts) if atoms]
        if not stated or not formulas:
            return Finding(UNDECIDED, "no plain formula", told)
        if stated in formulas:
            return Finding(AGREES, "", told)
        if not claim.forms:
            return Finding(CONTRADICTS, "", told)
        for atoms in formulas:
            if self._explains_atoms(
                {element: stated.get(element, 0) - atoms.get(element, 0) for element in stated.keys() | atoms.keys()}
            ):
                return Finding(UNDECIDED, "another form or quantity", told)
        return Finding(CONTRADICTS, "", told)

    def _explains_atoms(self, extra: dict[str, int]) -> bool:
        """Whether counter-ions and water make this difference of atoms."""
        water = self.rules.forms["water"].atoms if "water" in self.rules.forms else {}
        for form in self.rules.forms.values():
            for times in (1, 2, 3):
                for waters in range(_MAX_WATER if water else 1):
                    sums = {
                        element: times * form.atoms.get(element, 0) + waters * water.get(element, 0)
                        for element in extra.keys() | form.atoms.keys() | water.keys()
                    }
                    if all(extra.get(element, 0) == count for element, count in sums.items()):
                        return len(form.atoms) > 1
        return False


def compare_value(claim: ClaimField, value: Value, known: np.ndarray, *, about: bool = False) -> Finding:
    """A value in the field's unit against what the sources say, with the margins of the field."""
    low, high = float(np.min(known)), float(np.max(known))
    if not (np.isfinite(low) and np.isfinite(value.low)):
        return Finding(UNDECIDED, "no number")
    extra = claim.relative * max(abs(low), abs(high))
    step = value.whole if about else value.step
    near = 0.5 * step * (2 if about else 1) + extra + claim.agree + value.spread
    if about and claim.kind not in ("count", "year"):
        near += LOOSE_SHARE * max(abs(low), abs(high))
    if claim.kind in ("count", "year"):
        near, step = claim.agree + 1e-9, 0.0
    distance = max(low - value.high, value.low - high, 0.0)
    if distance <= near + 1e-9:
        wide = value.high - value.low > 4 * near + (high - low) + 10 * step
        return Finding(UNDECIDED, "too wide a range") if wide else Finding(AGREES)
    if not claim.below and value.low < low:
        return Finding(UNDECIDED, "less under other conditions")
    sources_agree = len(known) > 1 and high - low <= claim.agree
    far = claim.contradict if claim.alone is None or sources_agree else claim.alone
    limit = 2 * near + far if about else step + extra + far + value.spread
    return Finding(CONTRADICTS) if distance > limit + 1e-9 else Finding(UNDECIDED, "within the noise")


def tell_known(known: Known, unit: str) -> str:
    """`135 °C (open-melting-points, wikidata)`: each text once, with who says so."""
    texts = "; ".join(dict.fromkeys(known.texts))
    return f"{texts} {unit}".rstrip() + f" ({', '.join(dict.fromkeys(known.sources))})"


def _rank(finding: Finding) -> int:
    return (AGREES, UNDECIDED, CONTRADICTS).index(finding.verdict)
