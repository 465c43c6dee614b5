"""Row wordings (`ask.reply` numbers) to the texts behind them, and which of those are kept for testing."""

from __future__ import annotations

from typing import Any

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
        for key, ask, _ in list_asks(rows):
            self._hold_out_pattern(key, self._patterns[key][ask])

    def find_secret(self, rows: pl.DataFrame) -> list[str]:
        """Rows to the id of one row for each secret wording that they use."""
        return [row for key, ask, row in list_asks(rows) if (key[0], self._texts[key][ask]) in self.secret]

    def _hold_out_pattern(self, key: tuple[str, str], pattern: int) -> None:
        texts = zip(self._texts[key], self._patterns[key], strict=True)
        self.secret |= {(key[0], text) for text, other in texts if other == pattern}


def list_asks(rows: pl.DataFrame) -> list[tuple[tuple[str, str], int, str]]:
    """Rows to the different questions among them: (intent, template), number of the wording, and the id of one row."""
    used = rows.select("intent", "template", "wording", "id").group_by("intent", "template", "wording").first()
    asks = used.with_columns(ASK_OF_WORDING.alias("ask")).group_by("intent", "template", "ask").agg(pl.col("id").min())
    return [((intent, template), ask, row) for intent, template, ask, row in asks.sort("id").iter_rows()]
