"""A knowledge base in; counts, what was left out and why, and a page to print out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json
from apothecary.gather.sources import LEFT_OUT, SOURCE_BY_ID


def report_knowledge(
    facts: pl.DataFrame,
    entities: pl.DataFrame,
    diseases: pl.DataFrame,
    left_out: dict[str, dict[str, int]],
    approved_missing: list[dict[str, str]],
    missing_sources: dict[str, str],
) -> dict[str, Any]:
    """The report of a knowledge base or view: entities, facts by field, kind, source and licence, what is left out."""
    named = entities.group_by("group").agg(entities=pl.len(), named=pl.col("named").sum()).sort("group")
    return {
        "entities": {
            "compound": len(entities),
            "disease": len(diseases),
            "by_group": {group: {"entities": n, "named": k} for group, n, k in named.iter_rows()},
        },
        "facts": {
            "rows": len(facts),
            **{f"by_{column}": _count(facts, column) for column in ("field", "kind", "source", "licence")},
            "by_licence_class": _count(
                facts.select(
                    licence_class=pl.col("source").replace_strict(
                        {k: s.licence_class for k, s in SOURCE_BY_ID.items()}, return_dtype=pl.String
                    )
                ),
                "licence_class",
            ),
        },
        "left_out": left_out,
        "tables_left_out": [{"package": t.package, "table": t.table, "reason": t.reason} for t in LEFT_OUT],
        "approved_missing": approved_missing,
        "missing_sources": missing_sources,
    }


def _count(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(frame.group_by(column).len().sort(column).iter_rows())


def summarise_knowledge(knowledge: Path) -> str:
    """The folder of a knowledge base or a view in, its report as plain text out."""
    report = read_json(knowledge / "report.json")
    lines: list[str] = []
    groups = report["entities"]["by_group"]
    lines.append("Entities")
    lines += [f"  {g:<12}{c['entities']:>9,}   with a readable name {c['named']:,}" for g, c in groups.items()]
    lines.append(f"  {'disease':<12}{report['entities']['disease']:>9,}")
    for title, key in (("field", "by_field"), ("kind", "by_kind"), ("source", "by_source"), ("licence", "by_licence")):
        lines += ["", f"Facts by {title}"]
        lines += [f"  {name:<24}{count:>11,}" for name, count in report["facts"][key].items()]
    lines += ["", "Left out"]
    for what, reasons in report["left_out"].items():
        lines += [f"  {what}: {reason} ({count:,})" for reason, count in reasons.items()]
    lines += [f"  {t['table']} in {t['package']}: {t['reason']}" for t in report["tables_left_out"]]
    lines += [f"  source not reached: {reason}" for reason in report["missing_sources"].values()]
    missing = report["approved_missing"]
    lines += ["", f"Approved drugs missing: {len(missing)}"]
    lines += [f"  {entry['name']}: {entry['reason']}" for entry in missing]
    return "\n".join(lines)
