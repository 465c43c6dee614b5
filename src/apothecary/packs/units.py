"""Rules of the linter about units: a number whose field has a unit is never stated without it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from apothecary.packs.place import SENTENCE_END, Finding, Place, Severity, Token, text_at

SPELLED_UNITS: dict[str, tuple[str, ...]] = {
    "°C": ("degrees Celsius", "degree Celsius", "degrees centigrade"),
    "g/mol": ("grams per mole", "gram per mole"),
    "Da": ("dalton", "daltons"),
    "Å²": ("square ångströms", "square angstroms"),
    "%": ("percent", "per cent"),
    "mmol/L": ("mM",),
    "µmol/L": ("µM",),
    "nmol/L": ("nM",),
    "h": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "µg": ("microgram", "micrograms"),
    "kg": ("kilogram", "kilograms"),
    "mL": ("millilitre", "millilitres", "milliliter", "milliliters"),
    "L": ("litre", "litres", "liter", "liters"),
}
COMMON_UNITS = re.findall(
    r"\S+",
    "g kg mg µg ng L mL µL dL mol mmol µmol nmol mmol/L µmol/L nmol/L mol/L mM µM nM mg/mL mg/L g/L µg/mL mg/kg "
    "mL/min L/h mg/h h min s d °C °F K % kPa bar atm nm Å Å² g/mol kg/mol Da kDa g/mL",
)
_CHAIN = 30  # characters between two numbers that share the unit of the second
_SIGN_AFTER = re.compile(r"\s?(?:[×*/÷+−=≤≥<>^)]|- )")
_SIGN_BEFORE = re.compile(r"(?:[×*/÷+−=≤≥<>^(]| -)\s?$")


def states_unit(text: str, unit: str) -> bool:
    """Whether a text names the unit, as written or spelled out."""
    return any(
        re.search(rf"(?<![A-Za-zµ/]){_unit_pattern(form)}", text) for form in (unit, *SPELLED_UNITS.get(unit, ()))
    )


@lru_cache(maxsize=512)
def _unit_pattern(unit: str) -> str:
    return re.escape(unit) + r"(?![A-Za-zµ²³·]|/[A-Za-z])"


def _starts_with_unit(text: str, unit: str) -> bool:
    forms = (unit, *SPELLED_UNITS.get(unit, ()))
    return any(re.match(rf"[ \u00a0\u202f-]?{_unit_pattern(form)}", text) for form in forms)


def check_units(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """Numbers without their unit, or with another."""
    terse = place.template is not None and place.template.register == "terse"
    stated = {
        token.key
        for index, token in enumerate(tokens)
        if not isinstance(token, str) and token.unit and _starts_with_unit(text_at(tokens, index + 1), token.unit)
    }
    known = {field.unit for field in place.pack.fields.values() if field.unit}.union(COMMON_UNITS)
    for index, token in enumerate(tokens):
        if isinstance(token, str) or not token.numeric or not token.unit:
            continue
        after = text_at(tokens, index + 1)
        if _starts_with_unit(after, token.unit):
            if place.part == "answer":
                yield f"the answer {token.slot} is a number, but has a unit", "leave the unit to the replies", "error"
            continue
        if _is_restated(tokens, index, token.unit) or _is_in_column(tokens, index, token.unit) or token.key in stated:
            continue
        other = [unit for unit in sorted(known - {token.unit}) if _starts_with_unit(after, unit)]
        if other:
            yield f"{token.slot} is in {token.unit}, but `{other[-1]}` follows", f"write {token.unit}", "error"
        elif place.part == "answer" or token.unit in place.units_asked or _unit_comes(tokens, index, token.unit):
            continue
        elif not (terse and token.key in place.answers):
            in_formula = _SIGN_AFTER.match(after) or _SIGN_BEFORE.search(text_at(tokens, index - 1))
            hint = f"write `{token.slot} {token.unit}`" + (
                ", or let every ask name the unit" if place.part == "reply" else ""
            )
            severity: Severity = "warning" if in_formula and place.part != "ask" else "error"
            yield f"{token.slot} has no unit after it", hint, severity


def _is_restated(tokens: Sequence[Token], index: int, unit: str) -> bool:
    """Other ways to say the unit: `{mw}, in g/mol`; for g/mol `one mole weighs {mw} g`; for % `{x} g per 100 mL`."""
    after = text_at(tokens, index + 1)
    if re.match(rf",? \(?in {_unit_pattern(unit)}", after):
        return True
    text = " ".join(token for token in tokens if isinstance(token, str))
    per_mole = {"g": r"\b(?:mole?|molar|every)\b", "mg": r"\b(?:millimole|mmol)\b", "kg": r"\b(?:kilomole|kmol)\b"}
    if unit == "g/mol" and any(_starts_with_unit(after, u) and re.search(p, text) for u, p in per_mole.items()):
        return True
    return unit == "%" and bool(re.match(r" (?:g|mg|mL|parts) (?:per|in|in every|out of|/) ?100\b", after))


def _is_in_column(tokens: Sequence[Token], index: int, unit: str) -> bool:
    """Whether a head above its row of cells, or the key before it, names the unit in brackets: `MW (g/mol)`."""
    before = "".join(token if isinstance(token, str) else "§" for token in tokens[:index])
    if re.search(rf"\({_unit_pattern(unit)}\)\"?\s?[:=|]\s*$", before):
        return True
    above, _, line = before.rpartition("\n")
    row = line + "§" + text_at(tokens, index + 1).partition("\n")[0]
    return bool(re.search(r"[|\t;,]", row)) and bool(re.search(rf"[(_]{_unit_pattern(unit)}", above))


def _unit_comes(tokens: Sequence[Token], index: int, unit: str) -> bool:
    """Whether the number is one of a short series whose last states the unit: `{a.mw} against {b.mw} g/mol`."""
    while True:
        gap, following = text_at(tokens, index + 1), tokens[index + 2] if index + 2 < len(tokens) else ""
        if len(gap) > _CHAIN or SENTENCE_END.search(gap) or isinstance(following, str):
            return False
        if not following.numeric or following.unit not in (None, unit):
            return False
        index += 2
        if _starts_with_unit(text_at(tokens, index + 1), unit):
            return True
