"""A small knowledge base for claims: some drugs with the facts that the sentences of the tests speak of."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

import apothecary
from apothecary.example import FACT
from apothecary.facts.claim_facts import Knowledge
from apothecary.facts.claim_rules import ClaimRules, read_rules
from apothecary.packs.yaml import load_yaml

RULES = Path(apothecary.__file__).parent / "packs" / "pharma" / "claims.yaml"
# name: (formula, mw, exact mass, melting points by source, boiling point, approval, other names)
COMPOUNDS: dict[str, tuple[str, str, str, dict[str, str], str, str, list[str]]] = {
    "aspirin": ("C9H8O4", "180.159", "180.04226", {"a": "135", "b": "135"}, "", "1950", ["acetylsalicylic acid"]),
    "caffeine": ("C8H10N4O2", "194.194", "194.08038", {"a": "238", "b": "234"}, "", "", []),
    "ibuprofen": ("C13H18O2", "206.285", "206.13068", {"a": "76"}, "", "1974", []),
    "paracetamol": ("C8H9NO2", "151.165", "151.06333", {"a": "169", "b": "170"}, "", "", ["acetaminophen"]),
    "imatinib": ("C29H31N7O", "493.615", "493.25901", {}, "", "2001", []),
    "warfarin": ("C19H16O4", "308.333", "308.10486", {"a": "161"}, "", "1954", []),
    "propofol": ("C12H18O", "178.275", "178.13577", {"a": "18"}, "256", "1989", []),
    "morphine": ("C17H19NO3", "285.343", "285.13649", {"a": "255"}, "", "", ["morphine sulfate"]),
    "toluene": ("C7H8", "92.141", "92.06260", {"a": "-95"}, "110.6", "", ["methylbenzene"]),
    "1,2-dichloroethane": ("C2H4Cl2", "98.959", "97.96901", {"a": "-35.5"}, "83.5", "", ["ethylene dichloride"]),
    "corticosterone": ("C21H30O4", "346.467", "346.21441", {"a": "181"}, "", "", ["compound B"]),
    "lead": ("H4Pb", "211.2", "212.0", {"a": "-135"}, "", "", []),
    "cis-stilbene": ("C14H12", "180.250", "180.09390", {"a": "-5"}, "", "", ["stilbene"]),
    "trans-stilbene": ("C14H12", "180.250", "180.09390", {"a": "124"}, "", "", ["stilbene"]),
}


@cache
def load_rules() -> ClaimRules:
    """The rules of the pharma pack."""
    raw = load_yaml(RULES)
    assert isinstance(raw, dict)
    return read_rules(raw)


@cache
def load_knowledge() -> Knowledge:
    """The compounds above."""
    return Knowledge(list_facts(), list_names(), load_rules())


def list_names() -> pl.DataFrame:
    """entity_id and name."""
    return pl.DataFrame({"entity_id": [f"c-{name}" for name in COMPOUNDS], "name": list(COMPOUNDS)})


def list_facts() -> pl.DataFrame:
    """FACT rows."""
    rows = []
    for name, (formula, mw, mass, melting, boiling, approval, other) in COMPOUNDS.items():
        stated = [("formula", formula, "a"), ("mw", mw, "a"), ("exact_mass", mass, "a"), ("bp_c", boiling, "a")]
        stated += [("mp_c", text, source) for source, text in melting.items()]
        stated += [("first_approval", approval, "a"), *(("synonym", text, "a") for text in other)]
        carbons = formula[1:].partition("H")[0] if formula[0] == "C" else ""
        stated.append(("carbons", carbons, "a"))
        for field, text, source in stated:
            if text:
                number = None if field in ("formula", "synonym") else float(text)
                key = f"c-{name}:{field}:{source}"
                rows.append((key, f"c-{name}", field, number, text, None, None, "experimental", source, "CC0-1.0"))
    return pl.DataFrame(rows, schema=FACT, orient="row")
