"""Compounds with measurements in; the files of a pack folder out: pack.yaml, tables, and intents that fit the data.

The intents are the YAML files beside this module, with `<<...>>` where a fact's own words go.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from apothecary.gather.descriptors import COMPUTED
from apothecary.gather.own.measured import Compound, Findings
from apothecary.gather.own.values import FactColumn, count_digits, find_negative_logarithm
from apothecary.packs.load import read_fields

ENTITY = "molecule"
TEXTS = ("smiles", "inchikey", "formula", "scaffold")
NUMBERS = tuple(name for name, _, _ in COMPUTED)
MIN_PAIR, MIN_GROUP, MIN_TABLE = 6, 10, 6  # compounds with a value, below which an intent is not written
LOG_GAP, LOG_STEP, LOG_MAX = 0.5, 0.3, 4.0  # of two negative logarithms; assays repeat within 0.3
SHOWN_DIGITS = 4
HIGHER = ("higher", "highest", "larger", "largest", "greater", "greatest", "more", "most")
LOWER = ("lower", "lowest", "smaller", "smallest", "less", "least")

_ROLE = {"a": "a", "a1": "a", "b1": "b", "c1": "c", "d1": "d", "hi": "hi", "lo": "lo", "r3": "r3"}


def draft_pack(
    findings: Findings,
    facts: Sequence[FactColumn],
    conditions: Sequence[str],
    *,
    name: str,
    title: str,
    licence: str,
    is_named: bool,
) -> tuple[dict[str, str], list[str]]:
    """The files of a pack by path, and a line for each intent that the data are too few for.

    `conditions` are the labels of the condition columns; without names the wordings show structures.
    """
    names = [_name_field(label) for label in conditions]
    tables = dict(_write_tables(findings.compounds, facts, names))
    outline = _outline_pack(findings, facts, names, tables, name=name, title=title, licence=licence)
    pack_files = {"pack.yaml": "# Made by `apothecary gather table`. Grammar: docs/packs.md.\n" + outline}
    pack_files |= {f"tables/{table}.csv": _write_csv(rows) for table, rows in tables.items()}
    too_few: list[str] = []
    for fact in facts:
        values = np.array([float(c.stated[fact.name].text) for c in findings.compounds if fact.name in c.stated])
        words = _choose_words(fact, names, conditions, values, is_named)
        for intent, least in _list_intents(fact):
            if len(values) < least or (least > 1 and float(words["gap_min"]) >= float(words["gap_max"])):
                too_few.append(f"{fact.name} {intent}: {len(values)} values, at least {least} that differ are needed")
                continue
            text = fill_words(files("apothecary.gather.own").joinpath(f"{intent}.yaml").read_text("utf-8"), words)
            found = re.search(r"^intent: (\w+)$", text, re.MULTILINE)
            assert found
            pack_files[f"intents/{found[1]}.yaml"] = text
    return pack_files, too_few


def fill_words(text: str, words: Mapping[str, str]) -> str:
    """A template with each `<<key>>` replaced."""
    return re.sub(r"<<(\w+)>>", lambda match: words[match[1]], text)


def _list_intents(fact: FactColumn) -> list[tuple[str, int]]:
    """The intents of a fact, and how many compounds each needs."""
    if fact.powers is None:
        return [("value", 1), ("compare", MIN_PAIR), ("top", MIN_GROUP), ("table", MIN_TABLE)]
    shown = [("value", 1), ("compare_molar", MIN_PAIR), ("top_molar", MIN_GROUP), ("table", MIN_TABLE)]
    return [*shown, ("negative_log", 1)] if fact.powers else shown


def _choose_words(
    fact: FactColumn, names: Sequence[str], labels: Sequence[str], values: Any, is_named: bool
) -> dict[str, str]:
    """What stands for each `<<key>>` of the templates."""
    who = {key: "{name}" if role == "a" else f"{{{role}.name}}" for key, role in _ROLE.items()}
    who |= {key: f"{{{role}.name}}" for key, role in _ROLE.items() if key != "a"}
    start = {key.capitalize(): text.replace("name}", "Name}") for key, text in who.items()}
    if not is_named:
        who = {key: text.replace("name}", "smiles}") for key, text in who.items()}
        start = {key.capitalize(): text for key, text in who.items()}
    own = [f"{fact.name}_{name}" for name in names]
    ranked = fact.name if fact.powers is None else f"p{fact.name}"
    told = [*own, *([] if is_named else ["smiles"])]
    low, high, step = _choose_gaps(fact, values)
    stated = ", ".join(f"{label}: {{{{role}}{name}}}" for label, name in zip(labels, own, strict=True))
    return {
        **who,
        **start,
        "fact": fact.name,
        "label": fact.label,
        "Label": fact.label.capitalize() if re.fullmatch(r"[a-z][a-z -]{3,}", fact.label) else fact.label,
        "unit": f" {fact.unit}" if fact.unit else "",
        "bracket": f" ({fact.unit})" if fact.unit else "",
        "powers": str(fact.powers or 0),
        "field": ranked,
        "needs": ", ".join(dict.fromkeys([fact.name, ranked, *told])),
        "value_needs": ", ".join([fact.name, *told]),
        "sum_needs": ", ".join([fact.name, *([] if is_named else ["smiles"])]),
        "cond": f" ({stated.replace('{role}', '')})" if own else "",
        "cond_a": f" ({stated.replace('{role}', 'a.')})" if own else "",
        "same": f", same: {own[0]}" if own else "",
        "gap_min": low,
        "gap_max": high,
        "step": step,
    }


def _choose_gaps(fact: FactColumn, values: Any) -> tuple[str, str, str]:
    """By how much two values must differ, by how much at most, and the step between members of a group."""
    if not len(values):
        return "1", "1", "1"
    if fact.powers is not None:
        spread = float(np.log10(values.max() / values.min()))
        return f"{LOG_GAP}", f"{min(LOG_MAX, spread):.2f}", f"{LOG_STEP}"
    usual = float(np.quantile(values, 0.9) - np.quantile(values, 0.1))
    whole = float(values.max() - values.min())
    return _round_up(usual / 10), _round_up(whole), _round_up(usual / 20)


def _round_up(number: float) -> str:
    return np.format_float_positional(float(f"{max(number, 1e-6):.2g}"), trim="-")


def _write_tables(
    compounds: Sequence[Compound], facts: Sequence[FactColumn], names: Sequence[str]
) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables: structures, the stated values of each fact, and the measurements behind them."""
    known = [
        name for name in (*TEXTS, *NUMBERS) if any(c.record.get(name) for c in compounds) and name in _list_known()
    ]
    structures = [[c.name, *(str(c.record.get(name) or "") for name in known)] for c in compounds]
    yield ENTITY + "s", [["name", *known], *structures]
    for fact in facts:
        own = [f"{fact.name}_{name}" for name in names]
        ranked = [] if fact.powers is None else [f"p{fact.name}"]
        lines = [["name", fact.name, *ranked, *own, "conditions"]]
        for compound in compounds:
            if fact.name in compound.stated:
                stated = compound.stated[fact.name]
                potency = [] if fact.powers is None else [find_negative_logarithm(stated.text, fact.powers)]
                told = _tell_conditions(names, stated.conditions, stated.note)
                lines.append([compound.name, stated.text, *potency, *stated.conditions, told])
        if len(lines) > 1:
            yield fact.name, lines
    replicates = list(_list_replicates(compounds, facts, names))
    if replicates:
        yield "replicates", [["name", *(fact.name for fact in facts), "conditions", "line"], *replicates]


def _list_replicates(
    compounds: Sequence[Compound], facts: Sequence[FactColumn], names: Sequence[str]
) -> Iterator[list[str]]:
    """The measurements that are not a stated value by themselves: replicates, limits, other conditions."""
    for compound in compounds:
        for fact in facts:
            measured = [one for one in compound.measured if one.fact == fact.name]
            if len(measured) < 2 and not any(one.value.sign for one in measured):
                continue
            for one in measured:
                limit = "limit" if one.value.sign else ""
                cells = [one.value.sign + one.value.text if other is fact else "" for other in facts]
                yield [compound.name, *cells, _tell_conditions(names, one.conditions, limit), str(one.line)]


def _tell_conditions(names: Sequence[str], conditions: Sequence[str], note: str) -> str:
    told = [f"{name}: {text}" for name, text in zip(names, conditions, strict=True) if text]
    return "; ".join([*told, *([note] if note else [])])


def _outline_pack(
    findings: Findings,
    facts: Sequence[FactColumn],
    names: Sequence[str],
    tables: Mapping[str, list[list[str]]],
    *,
    name: str,
    title: str,
    licence: str,
) -> str:
    """pack.yaml: the fields of all tables, and the tables with their sources."""
    known = _list_known()
    fields: dict[str, Any] = {column: known[column] for column in tables[ENTITY + "s"][0][1:]}
    for fact in facts:
        if fact.name not in tables:
            continue
        digits = max(count_digits(line[1]) for line in tables[fact.name][1:])
        unit = {"unit": fact.unit} if fact.unit else {}
        fields[fact.name] = {
            "label": fact.label,
            **unit,
            "kind": "experimental",
            "type": "number",
            "format": "raw" if digits <= SHOWN_DIGITS else f"sig{SHOWN_DIGITS}",
            "hi": list(HIGHER),
            "lo": list(LOWER),
        }
        if fact.powers is not None:  # the lower the concentration, the higher its negative logarithm
            label = f"p{fact.label}"
            number = {"label": label, "kind": "experimental", "type": "number", "format": "dp2", "margin": 0.25}
            fields[f"p{fact.name}"] = {**number, "hi": list(LOWER), "lo": list(HIGHER)}
        for other in names:
            fields[f"{fact.name}_{other}"] = {"label": f"{fact.label} {other}", "kind": "registry", "type": "text"}
    origin = {"title": title, "licence": licence}
    source = name.replace("_", "-")
    declared: dict[str, Any] = {}
    for table, lines in tables.items():
        columns = [column for column in lines[0][1:] if column in fields]
        if table == ENTITY + "s":
            declared[table] = {"entity": ENTITY, **origin, "source": source, "fields": columns}
        elif table == "replicates":
            more = {**origin, "title": f"{title}, single measurements", "source": f"{source}-replicates"}
            declared[table] = {"about": ENTITY, **more, "several": "true", "fields": columns}
        else:
            declared[table] = {"about": ENTITY, **origin, "source": source, "fields": columns}
    outline = {"pack": name, "version": 1, "fields": fields, "tables": declared}
    return yaml.safe_dump(outline, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


@lru_cache(maxsize=1)
def _list_known() -> dict[str, Any]:
    """The structure fields as the pharma pack declares them."""
    declared = read_fields("pharma")
    return {name: declared[name] for name in (*TEXTS, *NUMBERS) if name in declared}


def _name_field(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def _write_csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
