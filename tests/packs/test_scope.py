from collections.abc import Callable

import pytest

# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "unknown field": ("fact", "{mp_c} °C.", "{mp_k} °C.", "fact/plain/reply 1", "unknown field `mp_k`", "error"),
    "unknown role": ("compare", "{hi.mw}", "{c.mw}", "compare/heavier/reply 1", "unknown role `c`", "error"),
    "role of another kind": ("fact", "{mp_c} °C.", "{hi.mp_c} °C.", "fact/plain/reply 1", "unknown role `hi`", "error"),
    "unknown name without entity": (
        "dilute",
        "{goal} mg/mL:",
        "{gaol} mg/mL:",
        "dilute/plain/ask 1",
        "unknown",
        "error",
    ),
    "unknown let name": (
        "weigh",
        "{mg:sig3} mg:",
        "{mgs:sig3} mg:",
        "weigh/weigh_out/reply 2",
        "unknown field `mgs`",
        "error",
    ),
    "unknown name in let": ("weigh", "mg: mmol * mw", "mg: mmol * mv", "weigh/let mg", "unknown field `mv`", "error"),
    "let before it is known": (
        "weigh",
        "{mmol: conc * vol / 1000, mg: mmol * mw}",
        "{mg: mmol * mw, mmol: conc * vol / 1000}",
        "weigh/let mg",
        "not known yet",
        "error",
    ),
    "text in arithmetic": (
        "choose",
        "answer:",
        "let: {x: formula + 1}\nanswer:",
        "choose/let x",
        "`formula` is a text",
        "error",
    ),
    "bad expression": ("weigh", "mmol * mw", "mmol % mw", "weigh/let mg", "does not parse", "error"),
    "unknown field in needs": ("fact", "[mp_c]", "[mp_c, mpc]", "fact/draw", "unknown field `mpc`", "error"),
    "unknown field in where": (
        "fact",
        "name_len",
        "name_length",
        "fact/draw.where",
        "unknown field `name_length`",
        "error",
    ),
    "role in where": ("fact", "where: named and", "where: a.mp_c > 0 and", "fact/draw.where", "names a role", "error"),
    "derived number without format": (
        "weigh",
        "{mg:sig3} mg:",
        "{mg} mg:",
        "weigh/weigh_out/reply 2",
        "has no format",
        "error",
    ),
    "format on a given number": (
        "dilute",
        "{goal} / ",
        "{goal:dp1} / ",
        "dilute/plain/reply 2",
        "formats a given",
        "error",
    ),
    "number format on a text": (
        "count",
        "{rings} {noun}",
        "{rings} {noun:dp1}",
        "count/terse/reply 2",
        "as a number",
        "error",
    ),
    "decimals on an integer": (
        "count",
        "Total: {rings}",
        "Total: {rings:dp1}",
        "count/then_all/reply 1",
        "does not fit",
        "error",
    ),
    "list slot of one value": ("brand", "in {brand}", "in {brand:list}", "brand/plain/ask 1", "does not fit", "error"),
    "field that is not in needs": (
        "fact",
        "{Name} melts at {mp_c}",
        "{Name} of {mw} g/mol melts at {mp_c}",
        "fact/plain/reply 1",
        "not in draw.needs",
        "error",
    ),
    "compared field not in needs": (
        "compare",
        "needs: [mw, smiles]",
        "needs: [smiles]",
        "compare/draw",
        "not in needs",
        "error",
    ),
    "let named like a field": ("weigh", "mmol: conc", "rings: conc", "weigh/let rings", "is a field", "error"),
    "unbalanced bracket": ("fact", "[, in °C|]", "[, in °C|", "fact/plain/ask 1", "never closed", "error"),
    "unbalanced brace": ("fact", "{mp_c} °C.", "{mp_c °C.", "fact/plain/reply 1", "never closed", "error"),
    "unknown format": ("fact", "{mp_c} °C.", "{mp_c:dpp2} °C.", "fact/plain/reply 1", "unknown format", "error"),
    "options slot elsewhere": ("fact", "melt?", "melt?{options:lines}", "fact/plain/ask 2", "no meaning here", "error"),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)
