"""Tool dialogues held against the tools: every call is run again, and the answer may state no number from nowhere."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import polars as pl

from apothecary.example import VERDICT
from apothecary.generate.tools.messages import CALL, RESULT, has_tools
from apothecary.generate.tools.toolbox import Toolbox

REASONS = ("call without result", "unknown tool", "result differs", "number from nowhere", "answer not told")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]\d+)?")
MOST_NUMBERS = 60  # of a dialogue's numbers that pairs are formed of
ROUNDING = 0.5000001
BOUNDS = (0.01, 99.99)  # `under 0.01` and `over 99.99` per cent


def check_dialogues(rows: pl.DataFrame, toolbox: Toolbox) -> pl.DataFrame:
    """EXAMPLE rows and the tools over the run's knowledge to verdicts on those that are wrong (VERDICT).

    Rows without tools are passed over. A row gets its first fault only.
    """
    found = []
    for row in rows.select("id", "prompt", "response", "history", "answer", "answer_type").iter_rows(named=True):
        if not has_tools(row):
            continue
        fault = next(_find_faults(row, toolbox), None)
        if fault:
            found.append({"id": row["id"], "verdict": "dropped", "reason": fault[0], "detail": fault[1], "score": None})
    return pl.DataFrame(found, schema=VERDICT)


def _find_faults(row: Mapping[str, Any], toolbox: Toolbox) -> Iterator[tuple[str, str]]:
    offered = {one["function"]["name"] for one in json.loads(row["history"][0]["content"])}
    open_calls: dict[str, dict[str, Any]] = {}
    for turn in row["history"][1:]:
        if turn["role"] == CALL:
            for call in json.loads(turn["content"]):
                open_calls[call["id"]] = call
                if call["name"] not in offered:
                    yield "unknown tool", call["name"]
        elif turn["role"] == RESULT:
            told = json.loads(turn["content"])
            asked = open_calls.pop(told["id"], None)
            if asked is None or asked["name"] != told["name"]:
                yield "call without result", told["id"]
                continue
            real = toolbox.call(asked["name"], asked["arguments"])
            if real != told["result"]:
                yield "result differs", f"{told['name']}: {told['result']}, run again {real}"
    if open_calls:
        yield "call without result", ", ".join(open_calls)
    yield from _check_answer(row)


def _check_answer(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["answer_type"] in ("number", "smiles") and row["answer"] not in row["response"]:
        yield "answer not told", row["answer"]
    if not any(turn["role"] == RESULT for turn in row["history"]):
        return  # answered without a tool: there is nothing to hold it against
    texts = [turn["content"] for turn in row["history"][1:]] + [row["prompt"]]
    known = [value for text in texts for value, _ in read_numbers(text)][:MOST_NUMBERS]
    for value, step in read_numbers(row["response"]):
        if not _is_known(value, step, known):
            yield "number from nowhere", f"{value:g}"


def read_numbers(text: str) -> list[tuple[float, float]]:
    """The numbers of a text that stand alone, each with the place of its last digit."""
    found = []
    for match in _NUMBER.finditer(text):
        digits = match[0].replace("−", "-")
        found.append((float(digits), 10.0 ** -len(digits.partition("e")[0].partition(".")[2])))
    return found


def _is_known(value: float, step: float, known: list[float]) -> bool:
    """Whether a number is one of the dialogue's, rounded, or the difference of two."""
    near = ROUNDING * step
    if value in BOUNDS:
        return any(one < value if value < 1 else one > value for one in known)
    if any(abs(abs(one) - abs(value)) <= near for one in known):
        return True
    return any(math.isclose(abs(a - b), abs(value), abs_tol=near) for a, b in combinations(known, 2))
