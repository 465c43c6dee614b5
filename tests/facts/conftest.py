"""A tiny pack and its facts, and rows over them written by hand."""

from __future__ import annotations

import copy
from typing import Any

import polars as pl
import pytest
from tests.facts import kin

from apothecary.example import EXAMPLE, FACT
from apothecary.facts.checker import Checker

FIELDS = {
    "mw": {
        "label": "molecular weight",
        "unit": "g/mol",
        "kind": "computed",
        "type": "number",
        "format": "dp2",
        "hi": ["heavier", "higher", "more", "most"],
        "lo": ["lighter", "lower", "less"],
    },
    "mp_c": {"label": "melting point", "unit": "°C", "kind": "experimental", "type": "number", "format": "int"},
    "smiles": {"label": "SMILES", "kind": "computed", "type": "text"},
    "brand": {"label": "brand name", "kind": "registry", "type": "list", "format": "raw"},
    "class": {"label": "class", "kind": "registry", "type": "list"},
}
INTENTS: list[dict[str, Any]] = [
    {
        "intent": "melting",
        "draw": {"kind": "one", "entity": "compound", "needs": ["mp_c"], "where": "named and name_len <= 40"},
        "answer": {"type": "number", "value": "{mp_c}", "tolerance": "5"},
        "templates": [
            {
                "id": "plain",
                "ask": [
                    "[What is|Give] the melting point of {name}[, in °C|]?",
                    "At what temperature does {name} melt?",
                ],
                "reply": ["{Name} melts at {mp_c} °C.", "It melts at {mp_c} °C."],
            }
        ],
    },
    {
        "intent": "heavier",
        "draw": {
            "kind": "pair",
            "entity": "compound",
            "field": "mw",
            "needs": ["mw"],
            "gap": {"min": "5", "max": "120"},
        },
        "let": {"diff": "abs(a.mw - b.mw)"},
        "answer": {"type": "text", "value": "{hi.name}"},
        "templates": [
            {
                "id": "which",
                "asks": "hi",
                "ask": ["Which is heavier, {a.name} or {b.name}?", "Which is lighter, {a.name} or {b.name}?"],
                "reply": ["{hi.Name}: {hi.mw} g/mol against {lo.mw} g/mol, {diff:dp2} g/mol more."],
            }
        ],
    },
    {
        "intent": "choose",
        "draw": {
            "kind": "options",
            "entity": "compound",
            "field": "mw",
            "needs": ["mw"],
            "gap": {"min": "2"},
            "count": "4",
            "text": "{mw:dp1} g/mol",
        },
        "answer": {"type": "choice", "value": "{letter}"},
        "templates": [
            {
                "id": "weight",
                "ask": [
                    "What is the molecular weight of {name}?{options:lines}",
                    "{Name} has which, {options:inline}?",
                ],
                "reply": ["{letter}) {right}.", "{letter}"],
            }
        ],
    },
    {
        "intent": "solution",
        "draw": {
            "kind": "one",
            "entity": "compound",
            "needs": ["mw"],
            "given": {
                "conc_mm": {"values": ["1", "2.5", "10"], "unit": "mmol/L"},
                "vol_ml": {"from": "50", "to": "500", "step": "50", "unit": "mL"},
            },
        },
        "let": {"mmol": "conc_mm * vol_ml / 1000", "mg": "mmol * mw", "size": "where(mg > 100, 'large', 'small')"},
        "answer": {"type": "number", "value": "{mg:sig3}", "tolerance": "half-digit"},
        "reasoning": [
            "{conc_mm} mmol/L × {vol_ml} mL / 1000 = {mmol:sig3} mmol",
            "{mmol:sig3} mmol × {mw} g/mol = {mg:sig3} mg",
        ],
        "templates": [
            {
                "id": "weigh",
                "ask": ["How many mg of {name} make {vol_ml} mL of {conc_mm} mmol/L?"],
                "reply": ["{mg:sig3} mg, {size:an} amount."],
            }
        ],
    },
    {
        "intent": "turns",
        "draw": {
            "kind": "pair",
            "entity": "compound",
            "field": "mw",
            "needs": ["mw"],
            "gap": {"min": "1", "max": "200"},
        },
        "let": {"verdict": "where(a.mw > b.mw, 'Yes', 'No')", "diff": "dp(hi.mw, 2) - dp(lo.mw, 2)"},
        "answer": {"type": "number", "value": "{diff:dp2}", "tolerance": "0.02"},
        "templates": [
            {
                "id": "then",
                "before": {
                    "ask": ["Is {a.name} heavier than {b.name}?"],
                    "reply": ["{verdict}: {a.mw} against {b.mw} g/mol.", "{verdict}."],
                },
                "ask": ["By how much?", "And the difference?"],
                "reply": ["{diff:dp2} g/mol."],
            }
        ],
    },
    {
        "intent": "brand",
        "draw": {"kind": "each", "entity": "compound", "field": "brand", "needs": ["class"]},
        "answer": {"type": "text", "value": "{name}"},
        "templates": [
            {"id": "which", "ask": ["Which compound is {brand}?"], "reply": ["{Name}, a member of {class}."]},
        ],
    },
    {
        "intent": "dilute",
        "draw": {"kind": "none", "given": {"factor": {"from": "0.5", "to": "2.0", "step": "0.5"}}},
        "let": {"tenth": "factor / 10"},
        "answer": {"type": "number", "value": "{tenth:dp1}", "tolerance": "0"},
        "templates": [{"id": "plain", "ask": ["A tenth of {factor}?"], "reply": ["{tenth:dp1}", "{tenth:dp2}"]}],
    },
]
COMPOUNDS = {
    "c1": ("caffeine", "Caffeine", "194.1940", "238", "CN1C=NC2=C1C(=O)N(C(=O)N2C)C"),
    "c2": ("aspirin", "Aspirin", "180.1590", "135.5", "CC(=O)Oc1ccccc1C(=O)O"),
    "c3": ("1,2-dichloroethane", "1,2-Dichloroethane", "98.9590", "-35.5", "ClCCCl"),
    "c4": ("n-butane", "n-Butane", "58.1240", "-138", "CCCC"),
    "c5": ("paracetamol", "Paracetamol", "151.1650", "169", "CC(=O)Nc1ccc(O)cc1"),
}
UNITS = {"mw": "g/mol", "mp_c": "°C"}


def list_facts() -> list[tuple[Any, ...]]:
    rows = []
    for entity, (_, _, mw, mp, smiles) in COMPOUNDS.items():
        for field, text, kind in (("mw", mw, "computed"), ("mp_c", mp, "experimental"), ("smiles", smiles, "computed")):
            number = None if field == "smiles" else float(text)
            rows.append(
                (f"{entity}:{field}:s", entity, field, number, text, UNITS.get(field), None, kind, "s", "CC0-1.0")
            )
    listed = {"brand": ["Aspro", "Bayer", "Disprin"], "class": ["antiplatelet agents", "salicylates"]}
    for field, texts in listed.items():
        for n, text in enumerate(texts, 1):
            rows.append((f"c2:{field}:s#{n}", "c2", field, None, text, None, None, "registry", "s", "CC0-1.0"))
    rows.append(("c5:mp_c:other", "c5", "mp_c", 170.5, "170.5", "°C", None, "experimental", "other", "CC0-1.0"))
    rows.append(("c1:unused:s", "c1", "unused", 1.0, "1", None, None, "computed", "s", "CC0-1.0"))
    return sorted(rows)


def state(entity: int, fact_id: str) -> dict[str, Any]:
    """A row's statement of a fact."""
    fact = next(row for row in list_facts() if row[0] == fact_id)
    return {"entity": entity, "field": fact[2], "value": fact[4], "unit": fact[5], "fact_id": fact_id}


def give(name: str, value: str, unit: str | None) -> dict[str, Any]:
    """A row's statement of a given number."""
    return {"entity": -1, "field": name, "value": value, "unit": unit, "fact_id": None}


def make_row(intent: str, template: str, wording: str, **columns: Any) -> dict[str, Any]:
    row = dict.fromkeys(EXAMPLE.names())
    row |= {"id": f"tiny/{intent}/{template}/train-any/{wording}", "pack": "tiny", "intent": intent}
    return row | {"template": template, "wording": wording, "entities": []} | columns


ROWS = {
    "fact": make_row(
        "melting",
        "plain",
        "1.0",
        prompt="What is the melting point of aspirin?",
        response="Aspirin melts at 136 °C.",
        entities=["c2"],
        facts=[state(0, "c2:mp_c:s")],
        answer="136",
        answer_type="number",
        tolerance=5.0,
    ),
    "negative fact": make_row(
        "melting",
        "plain",
        "4.1",
        prompt="At what temperature does 1,2-dichloroethane melt?",
        response="It melts at -36 °C.",
        entities=["c3"],
        facts=[state(0, "c3:mp_c:s")],
        answer="-36",
        answer_type="number",
        tolerance=5.0,
    ),
    "other source": make_row(
        "melting",
        "plain",
        "2.0",
        prompt="Give the melting point of paracetamol, in °C?",
        response="Paracetamol melts at 171 °C.",
        entities=["c5"],
        facts=[state(0, "c5:mp_c:other")],
        answer="171",
        answer_type="number",
        tolerance=5.0,
    ),
    "comparison": make_row(
        "heavier",
        "which",
        "0.0",
        prompt="Which is heavier, aspirin or caffeine?",
        response="Caffeine: 194.19 g/mol against 180.16 g/mol, 14.04 g/mol more.",
        entities=["c2", "c1"],
        facts=[state(0, "c2:mw:s"), state(1, "c1:mw:s")],
        answer="caffeine",
        answer_type="text",
    ),
    "options": make_row(
        "choose",
        "weight",
        "0.0",
        prompt="What is the molecular weight of n-butane?"
        "\nA) 180.2 g/mol\nB) 99.0 g/mol\nC) 58.1 g/mol\nD) 194.2 g/mol",
        response="C) 58.1 g/mol.",
        entities=["c2", "c3", "c4", "c1"],
        facts=[state(0, "c2:mw:s"), state(1, "c3:mw:s"), state(2, "c4:mw:s"), state(3, "c1:mw:s")],
        answer="C",
        answer_type="choice",
        choices=["180.2 g/mol", "99.0 g/mol", "58.1 g/mol", "194.2 g/mol"],
    ),
    "inline options": make_row(
        "choose",
        "weight",
        "1.1",
        prompt="Aspirin has which, A) 180.2 g/mol, B) 99.0 g/mol, C) 58.1 g/mol or D) 194.2 g/mol?",
        response="A",
        entities=["c2", "c3", "c4", "c1"],
        facts=[state(0, "c2:mw:s"), state(1, "c3:mw:s"), state(2, "c4:mw:s"), state(3, "c1:mw:s")],
        answer="A",
        answer_type="choice",
        choices=["180.2 g/mol", "99.0 g/mol", "58.1 g/mol", "194.2 g/mol"],
    ),
    "calculation": make_row(
        "solution",
        "weigh",
        "0.0",
        prompt="How many mg of caffeine make 250 mL of 2.5 mmol/L?",
        response="121 mg, a large amount.",
        entities=["c1"],
        facts=[state(0, "c1:mw:s"), give("conc_mm", "2.5", "mmol/L"), give("vol_ml", "250", "mL")],
        answer="121",
        answer_type="number",
        tolerance=0.5,
        reasoning=["2.5 mmol/L × 250 mL / 1000 = 0.625 mmol", "0.625 mmol × 194.19 g/mol = 121 mg"],
    ),
    "two turns": make_row(
        "turns",
        "then",
        "0.0.1.0",
        prompt="And the difference?",
        response="43.02 g/mol.",
        history=[
            {"role": "user", "content": "Is paracetamol heavier than caffeine?"},
            {"role": "assistant", "content": "No: 151.17 against 194.19 g/mol."},
        ],
        entities=["c5", "c1"],
        facts=[state(0, "c5:mw:s"), state(1, "c1:mw:s")],
        answer="43.02",
        answer_type="number",
        tolerance=0.02,
    ),
    "each": make_row(
        "brand",
        "which",
        "0.0",
        prompt="Which compound is Disprin?",
        response="Aspirin, a member of antiplatelet agents and salicylates.",
        entities=["c2"],
        facts=[state(0, "c2:brand:s#3"), state(0, "c2:class:s#1"), state(0, "c2:class:s#2")],
        answer="aspirin",
        answer_type="text",
    ),
    "no entity": make_row(
        "dilute",
        "plain",
        "0.0",
        prompt="A tenth of 1.5?",
        response="0.2",
        facts=[give("factor", "1.5", None)],
        answer="0.2",
        answer_type="number",
        tolerance=0.0,
    ),
}


@pytest.fixture
def tiny_dump() -> dict[str, Any]:
    """The dump of the tiny pack: raw strings."""
    return copy.deepcopy({"pack": "tiny", "version": "1", "fields": FIELDS, "intents": INTENTS})


@pytest.fixture(scope="session")
def tiny_facts() -> pl.DataFrame:
    return pl.DataFrame(list_facts(), schema=FACT, orient="row")


@pytest.fixture(scope="session")
def tiny_names() -> pl.DataFrame:
    rows = [(entity, name, Name) for entity, (name, Name, *_) in COMPOUNDS.items()]
    return pl.DataFrame(rows, schema=["entity_id", "name", "Name"], orient="row")


@pytest.fixture
def checker(tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame) -> Checker:
    return Checker(tiny_dump, tiny_facts, tiny_names)


@pytest.fixture
def hand_rows() -> dict[str, dict[str, Any]]:
    """One right row of each kind, by what it is."""
    return copy.deepcopy(ROWS)


@pytest.fixture
def hand_frame(hand_rows: dict[str, dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(hand_rows.values()), schema=EXAMPLE, orient="row")


@pytest.fixture
def kin_dump() -> dict[str, Any]:
    """The dump of the second tiny pack."""
    systems = [{"text": "none", "weight": "3"}, {"text": kin.SYSTEM, "weight": "1"}]
    return copy.deepcopy(
        {"pack": "kin", "version": "1", "fields": kin.FIELDS, "systems": systems, "intents": kin.INTENTS}
    )


@pytest.fixture(scope="session")
def kin_facts() -> pl.DataFrame:
    return pl.DataFrame(kin.list_facts(), schema=FACT, orient="row")


@pytest.fixture(scope="session")
def kin_names() -> pl.DataFrame:
    rows = [
        (entity, name, name.capitalize() if name[0].isalpha() else name.replace("e", "E", 1))
        for entity, (name, *_) in kin.COMPOUNDS.items()
    ]
    return pl.DataFrame(rows, schema=["entity_id", "name", "Name"], orient="row")


@pytest.fixture
def kin_checker(kin_dump: dict[str, Any], kin_facts: pl.DataFrame, kin_names: pl.DataFrame) -> Checker:
    return Checker(kin_dump, kin_facts, kin_names)


@pytest.fixture
def kin_rows() -> dict[str, dict[str, Any]]:
    """One right row of each kind of relation, by what it is."""
    return copy.deepcopy(kin.ROWS)


@pytest.fixture
def kin_frame(kin_rows: dict[str, dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(kin_rows.values()), schema=EXAMPLE, orient="row")
