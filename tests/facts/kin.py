"""A second tiny pack, about what entities have in common: relations, odd ones out, groups, JSON, refusals, systems."""

from __future__ import annotations

from typing import Any

from apothecary.example import EXAMPLE

SYSTEM = "You are a careful assistant to pharmacists."
FIELDS = {
    "mw": {
        "label": "molecular weight",
        "unit": "g/mol",
        "kind": "computed",
        "type": "number",
        "format": "dp1",
        "hi": ["heavier", "heaviest", "more"],
        "lo": ["lighter", "lightest", "less"],
    },
    "family": {"label": "family", "kind": "registry", "type": "text"},
    "formula": {"label": "formula", "kind": "computed", "type": "text"},
    "smiles": {"label": "SMILES", "kind": "computed", "type": "text"},
    "brand": {"label": "brand name", "kind": "registry", "type": "list"},
}
LABELS = {"perspective": "comparative analysis", "safety": "S0"}
INTENTS: list[dict[str, Any]] = [
    LABELS
    | {
        "intent": "isomers",
        "draw": {
            "kind": "pair",
            "entity": "compound",
            "same": "formula",
            "field": "smiles",
            "needs": ["formula", "smiles"],
        },
        "answer": {"type": "text", "value": "isomers"},
        "templates": [
            {
                "id": "relation",
                "register": "chemist",
                "ask": ["How are {a.smiles} and {b.smiles} related?"],
                "reply": ["Both are {b.formula}: isomers."],
            }
        ],
    },
    LABELS
    | {
        "intent": "siblings",
        "draw": {"kind": "pair", "entity": "compound", "same": "family", "needs": ["family"]},
        "answer": {"type": "text", "value": "{a.family}"},
        "templates": [
            {
                "id": "shared",
                "register": "student",
                "ask": ["What are both {a.name} and {b.name}?"],
                "reply": ["Each is {b.family:an}."],
            }
        ],
    },
    LABELS
    | {
        "intent": "heavier_sibling",
        "draw": {
            "kind": "pair",
            "entity": "compound",
            "same": "family",
            "field": "mw",
            "needs": ["mw", "family"],
            "gap": {"min": "5", "max": "60"},
        },
        "answer": {"type": "text", "value": "{hi.name}"},
        "templates": [
            {
                "id": "which",
                "register": "student",
                "asks": "hi",
                "ask": ["Of two drugs, {a.name} and {b.name}, which is heavier?"],
                "reply": ["{hi.Name} ({hi.mw} g/mol), though each is {lo.family:an}."],
            }
        ],
    },
    LABELS
    | {
        "intent": "member",
        "draw": {
            "kind": "options",
            "entity": "compound",
            "field": "family",
            "apart": "formula",
            "needs": ["family", "formula"],
            "count": "3",
            "text": "{name}",
        },
        "answer": {"type": "choice", "value": "{letter}"},
        "templates": [
            {
                "id": "which",
                "register": "terse",
                "ask": ["Which is {family:an}: {options:inline}?"],
                "reply": ["{letter}) {right}."],
            }
        ],
    },
    LABELS
    | {
        "intent": "structure",
        "draw": {
            "kind": "options",
            "entity": "compound",
            "field": "smiles",
            "same": "formula",
            "needs": ["smiles", "formula"],
            "count": "2",
            "text": "{smiles}",
        },
        "answer": {"type": "smiles", "value": "{smiles}"},
        "templates": [
            {
                "id": "drawn",
                "register": "chemist",
                "ask": ["Which of these {formula} isomers is {name}?{options:lines}"],
                "reply": ["{letter}) {smiles}."],
            }
        ],
    },
    LABELS
    | {
        "intent": "stranger",
        "draw": {
            "kind": "odd",
            "entity": "compound",
            "field": "family",
            "needs": ["family"],
            "count": "4",
            "text": "{name}",
        },
        "answer": {"type": "choice", "value": "{letter}"},
        "templates": [
            {
                "id": "out",
                "register": "student",
                "ask": ["Which is the odd one out?{options:lines}"],
                "reply": ["{letter}) {right}: {family:an}; {m.name} and the others are each {m.family:an}."],
            }
        ],
    },
    LABELS
    | {
        "intent": "ranked",
        "draw": {
            "kind": "group",
            "entity": "compound",
            "field": "mw",
            "needs": ["mw"],
            "count": "3",
            "gap": {"min": "5", "max": "20"},
        },
        "let": {"limit": "dp((r2.mw + r3.mw) / 2, 0)", "spread": "hi.mw - lo.mw"},
        "answer": {"type": "set", "value": "{r3.name}, {r2.name}, {r1.name}"},
        "templates": [
            {
                "id": "order",
                "register": "student",
                "asks": "hi",
                "ask": ["Rank {a.name}, {b.name} and {c.name}, the heaviest first.", "{a.name}, {b.name}, {c.name}?"],
                "reply": [
                    "{r3.Name}, {r2.name}, {r1.name}.",
                    "Only {hi.name} is above {limit:int} g/mol; {lo.name} is {spread:dp1} g/mol less, after {r2.name}.",
                ],
            }
        ],
    },
    LABELS
    | {
        "intent": "table",
        "draw": {
            "kind": "group",
            "entity": "compound",
            "field": "family",
            "apart": "formula",
            "needs": ["family", "formula"],
            "count": "3",
        },
        "answer": {"type": "json", "value": '\\{"{a.name}": "{a.family}", "{b.name}": "{b.family}"\\}'},
        "templates": [
            {
                "id": "two",
                "register": "report",
                "ask": ["As JSON, the families of {a.name} and {b.name}, not of {c.name}."],
                "reply": ['\\{"{a.name}": "{a.family}", "{b.name}": "{b.family}"\\}'],
            }
        ],
    },
    LABELS
    | {
        "intent": "dose",
        "safety": "S1",
        "draw": {"kind": "one", "entity": "compound", "needs": ["family"]},
        "answer": {"type": "refusal", "value": "declined"},
        "templates": [
            {
                "id": "mine",
                "register": "patient",
                "ask": ["How much {name} may I take?"],
                "reply": ["That depends on you: please ask your pharmacist.", "Your pharmacist can tell you."],
            },
            {
                "id": "child",
                "register": "patient",
                "ask": ["How much {name} for my child?"],
                "reply": ["Please ask your doctor about your child and {name}."],
            },
        ],
    },
]
COMPOUNDS = {
    "k1": ("aspirin", "180.1590", "analgesic", "C9H8O4", "CC(=O)Oc1ccccc1C(=O)O"),
    "k2": ("paracetamol", "151.1650", "analgesic", "C8H9NO2", "CC(=O)Nc1ccc(O)cc1"),
    "k3": ("benzocaine", "165.1920", "local anaesthetic", "C9H11NO2", "CCOC(=O)c1ccc(N)cc1"),
    "k4": ("ibuprofen", "206.2850", "analgesic", "C13H18O2", "CC(C)Cc1ccc(cc1)C(C)C(=O)O"),
    "k5": ("4-ethoxybenzamide", "165.1920", "analgesic", "C9H11NO2", "CCOc1ccc(cc1)C(N)=O"),
    "k6": ("caffeine", "194.1940", "stimulant", "C8H10N4O2", "CN1C=NC2=C1C(=O)N(C(=O)N2C)C"),
}
_KINDS = {
    "mw": ("computed", "g/mol"),
    "family": ("registry", None),
    "formula": ("computed", None),
    "smiles": ("computed", None),
}


def list_facts() -> list[tuple[Any, ...]]:
    """FACT rows."""
    rows = []
    for entity, (_, *texts) in COMPOUNDS.items():
        for (field, (kind, unit)), text in zip(_KINDS.items(), texts, strict=True):
            number = float(text) if field == "mw" else None
            rows.append((f"{entity}:{field}:s", entity, field, number, text, unit, None, kind, "s", "CC0-1.0"))
    return sorted(rows)


def make_row(
    intent: str, template: str, entities: list[str], prompt: str, response: str, **columns: Any
) -> dict[str, Any]:
    """An EXAMPLE row: facts are those its intent needs."""
    raw = next(item for item in INTENTS if item["intent"] == intent)
    own = next(item for item in raw["templates"] if item["id"] == template)
    facts = [
        {"entity": at, "field": need, "value": value, "unit": _KINDS[need][1], "fact_id": f"{entity}:{need}:s"}
        for at, entity in enumerate(entities)
        for need in raw["draw"]["needs"]
        for value in [COMPOUNDS[entity][1 + list(_KINDS).index(need)]]
    ]
    wording = columns.pop("wording", "0.0")
    row = dict.fromkeys(EXAMPLE.names()) | {
        "id": f"kin/{intent}/{template}/train-any/{'-'.join(entities)}-{wording}",
        "pack": "kin",
    }
    row |= {"intent": intent, "template": template, "wording": wording, "entities": entities, "facts": facts}
    row |= {"perspective": raw["perspective"], "safety_class": raw["safety"], "register": own["register"]}
    row |= {"prompt": prompt, "response": response, "answer_type": raw["answer"]["type"]}
    return row | columns


ROWS = {
    "isomers": make_row(
        "isomers",
        "relation",
        ["k3", "k5"],
        "How are CCOC(=O)c1ccc(N)cc1 and CCOc1ccc(cc1)C(N)=O related?",
        "Both are C9H11NO2: isomers.",
        answer="isomers",
    ),
    "siblings": make_row(
        "siblings",
        "shared",
        ["k1", "k4"],
        "What are both aspirin and ibuprofen?",
        "Each is an analgesic.",
        answer="analgesic",
        system=SYSTEM,
    ),
    "heavier sibling": make_row(
        "heavier_sibling",
        "which",
        ["k2", "k1"],
        "Of two drugs, paracetamol and aspirin, which is heavier?",
        "Aspirin (180.2 g/mol), though each is an analgesic.",
        answer="aspirin",
    ),
    "member": make_row(
        "member",
        "which",
        ["k6", "k3", "k1"],
        "Which is a local anaesthetic: A) caffeine, B) benzocaine or C) aspirin?",
        "B) benzocaine.",
        answer="B",
        choices=["caffeine", "benzocaine", "aspirin"],
    ),
    "structure": make_row(
        "structure",
        "drawn",
        ["k3", "k5"],
        "Which of these C9H11NO2 isomers is 4-ethoxybenzamide?\nA) CCOC(=O)c1ccc(N)cc1\nB) CCOc1ccc(cc1)C(N)=O",
        "B) CCOc1ccc(cc1)C(N)=O.",
        answer="CCOc1ccc(cc1)C(N)=O",
        choices=["CCOC(=O)c1ccc(N)cc1", "CCOc1ccc(cc1)C(N)=O"],
    ),
    "stranger": make_row(
        "stranger",
        "out",
        ["k1", "k2", "k6", "k4"],
        "Which is the odd one out?\nA) aspirin\nB) paracetamol\nC) caffeine\nD) ibuprofen",
        "C) caffeine: a stimulant; aspirin and the others are each an analgesic.",
        answer="C",
        choices=["aspirin", "paracetamol", "caffeine", "ibuprofen"],
    ),
    "stranger first": make_row(
        "stranger",
        "out",
        ["k3", "k5", "k2", "k4"],
        "Which is the odd one out?\nA) benzocaine\nB) 4-ethoxybenzamide\nC) paracetamol\nD) ibuprofen",
        "A) benzocaine: a local anaesthetic; 4-ethoxybenzamide and the others are each an analgesic.",
        answer="A",
        choices=["benzocaine", "4-ethoxybenzamide", "paracetamol", "ibuprofen"],
    ),
    "ranked": make_row(
        "ranked",
        "order",
        ["k1", "k6", "k3"],
        "Rank aspirin, caffeine and benzocaine, the heaviest first.",
        "Caffeine, aspirin, benzocaine.",
        answer="caffeine, aspirin, benzocaine",
    ),
    "limit": make_row(
        "ranked",
        "order",
        ["k6", "k5", "k1"],
        "Rank caffeine, 4-ethoxybenzamide and aspirin, the heaviest first.",
        "Only caffeine is above 187 g/mol; 4-ethoxybenzamide is 29.0 g/mol less, after aspirin.",
        answer="caffeine, aspirin, 4-ethoxybenzamide",
        wording="0.1",
    ),
    "table": make_row(
        "table",
        "two",
        ["k4", "k3", "k6"],
        "As JSON, the families of ibuprofen and benzocaine, not of caffeine.",
        '{"ibuprofen": "analgesic", "benzocaine": "local anaesthetic"}',
        answer='{"ibuprofen": "analgesic", "benzocaine": "local anaesthetic"}',
        system=SYSTEM,
    ),
    "dose": make_row(
        "dose",
        "mine",
        ["k2"],
        "How much paracetamol may I take?",
        "Your pharmacist can tell you.",
        answer="declined",
        wording="0.1",
    ),
    "child": make_row(
        "dose",
        "child",
        ["k4"],
        "How much ibuprofen for my child?",
        "Please ask your doctor about your child and ibuprofen.",
        answer="declined",
    ),
}
