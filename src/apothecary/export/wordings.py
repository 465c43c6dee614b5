"""Row wordings (`ask.reply` numbers) to the texts behind them, and which of those are kept for testing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import polars as pl

from apothecary.packs.grammar import expand_all

ASK_OF_WORDING = pl.col("wording").str.split(".").list.get(-2).cast(pl.Int64)


class Wordings:
    """The question wordings of a pack; `secret` holds the intent and text of those kept for testing."""

    def __init__(self, pack: dict[str, Any], held_out: dict[str, list[int]]) -> None:
        self._texts: dict[tuple[str, str], list[str]] = {}
        self._patterns: dict[tuple[str, str], list[int]] = {}
        self.secret: set[tuple[str, str]] = set()
        for intent in pack["intents"]:
            for template in intent["templates"]:
                key = (intent["intent"], template["id"])
                self._texts[key], self._patterns[key] = expand_all(template["ask"])
                for pattern in held_out.get("/".join(key), []):
                    self._hold_out_pattern(key, pattern)

    def hold_out(self, rows: pl.DataFrame) -> None:
        """Keep the whole patterns that these rows use."""
        for form in list_forms(rows):
            key = (form.intent, form.template)
            self._hold_out_pattern(key, self._patterns[key][form.ask])

    def find_secret(self, forms: Iterable[Form]) -> list[str]:
        """Forms of questions to the id of one row for each that is secret."""
        texts = self._texts
        return [f.row for f in forms if (f.intent, texts[f.intent, f.template][f.ask]) in self.secret]

    def _hold_out_pattern(self, key: tuple[str, str], pattern: int) -> None:
        texts = zip(self._texts[key], self._patterns[key], strict=True)
        self.secret |= {(key[0], text) for text, other in texts if other == pattern}


class Form(NamedTuple):
    """A question with its entities and values taken out, the number of rows that ask it, and the id of one of them."""

    intent: str
    template: str
    ask: int
    rows: int
    row: str


def list_forms(rows: pl.DataFrame) -> list[Form]:
    """Rows to the different forms of question among those that templates made, by row id."""
    rendered = rows.filter(pl.col("template").is_not_null())
    used = rendered.select("intent", "template", "wording", "id").group_by("intent", "template", "wording")
    asks = used.agg(pl.len().alias("rows"), pl.col("id").first()).with_columns(ASK_OF_WORDING.alias("ask"))
    forms = asks.group_by("intent", "template", "ask").agg(pl.col("rows").sum(), pl.col("id").min().alias("row"))
    return [Form(*values) for values in forms.sort("row").iter_rows()]


def describe_forms(forms: Iterable[Form]) -> dict[str, Any]:
    """Forms of question, each perhaps several times, to how many there are and how evenly rows are spread over them.

    The effective number is the exponential of the entropy: as many forms of equal share would be as varied.
    """
    counts: Counter[str] = Counter()
    for form in forms:
        counts[f"{form.intent}/{form.template}/{form.ask}"] += form.rows
    total = counts.total()
    if not total:
        return {"forms": 0, "effective": 0.0, "top": "", "top_share": 0.0}
    entropy = -sum(rows / total * math.log(rows / total) for rows in sorted(counts.values()))
    top = min(counts, key=lambda name: (-counts[name], name))
    return {
        "forms": len(counts),
        "effective": round(math.exp(entropy), 1),
        "top": top,
        "top_share": round(counts[top] / total, 6),
    }
