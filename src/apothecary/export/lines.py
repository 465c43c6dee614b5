"""Published rows to the lines of a format: a frame whose columns are the keys of a JSON line.

chat        messages: [{role, content}]                          OpenAI
sharegpt    conversations: [{from, value}]                       ShareGPT, as LLaMA-Factory and Axolotl read it
alpaca      instruction, input, output, system, history: [[asked, said]]
completion  prompt, completion: two texts; earlier turns stand in the prompt, each with its role
text        text: the whole conversation, through a chat template or with plain labels
reward      prompt: [{role, content}], answer, answer_type, checker, tolerance, choices
preference  prompt, chosen, rejected: [{role, content}], wrong: {kind, right, wrong, field, fact_id}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from apothecary.errors import RecipeError
from apothecary.export.talk import Talk, find_tools, split_turns
from apothecary.export.template import render_template
from apothecary.generate.tools.messages import order_turns, to_openai

LABELS = {"system": "System: ", "user": "User: ", "assistant": "Assistant: "}
SHAREGPT = {"system": "system", "user": "human", "assistant": "gpt"}
SHAREGPT_TOOLS = {**SHAREGPT, "call": "function_call", "tool": "observation"}
CHECKED = ("number", "choice", "set", "smiles", "json", "text")  # the answer types that a checker can decide
TOOLS_LEFT_OUT = "tool dialogue"


def tell_chat(rows: pl.DataFrame, talk: Talk) -> pl.DataFrame:
    """Rows (n) and their conversations (n) to `messages` (n)."""
    return pl.DataFrame({"messages": talk.list_turns()})


def tell_sharegpt(rows: pl.DataFrame, talk: Talk) -> pl.DataFrame:
    """Rows (n) and their conversations (n) to `conversations` (n)."""
    named = Talk(talk.counts, talk.roles.replace_strict(SHAREGPT, return_dtype=pl.String), talk.contents)
    return pl.DataFrame({"conversations": named.list_turns("from", "value")})


def tell_alpaca(rows: pl.DataFrame, talk: Talk) -> pl.DataFrame:
    """Rows (n) and their conversations (n) to instruction, input, output, system and history (n each)."""
    turns = _number_turns(talk)
    spoken = turns.filter(pl.col("role") != "system")
    earlier = spoken.filter(pl.col("left") > 2)
    # Two turns make a pair: asked, and said.
    pairs = earlier.group_by("row", pl.col("left").add(1) // 2, maintain_order=True).agg("content")
    history = pairs.group_by("row", maintain_order=True).agg(pl.col("content").alias("history"))
    system = turns.filter(pl.col("role") == "system").select("row", pl.col("content").alias("system"))
    told = pl.DataFrame(
        {
            "row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True),
            "instruction": spoken.filter(pl.col("left") == 2)["content"],
            "input": pl.repeat("", rows.height, eager=True),
            "output": talk.responses,
        }
    )
    told = told.join(system, on="row", how="left", maintain_order="left")
    told = told.join(history, on="row", how="left", maintain_order="left")
    empty = pl.lit([], pl.List(pl.List(pl.String)))
    return told.select(
        "instruction", "input", "output", pl.col("system").fill_null(""), pl.col("history").fill_null(empty)
    )


def tell_completion(rows: pl.DataFrame, talk: Talk) -> pl.DataFrame:
    """Rows (n) and their conversations (n) to prompt and completion (n each)."""
    asked = _number_turns(talk).filter(pl.col("left") > 1)
    label = pl.col("role").replace_strict(LABELS, return_dtype=pl.String)
    alone = pl.len() == 1
    text = pl.when(alone).then(pl.col("content").first()).otherwise((label + pl.col("content")).str.join("\n\n"))
    prompts = asked.group_by("row", maintain_order=True).agg(text.alias("prompt"))
    return prompts.select("prompt").with_columns(talk.responses.alias("completion"))


def tell_text(rows: pl.DataFrame, talk: Talk, template: str = "") -> pl.DataFrame:
    """Rows (n) and their conversations (n) to text (n), through a Jinja chat template when there is one."""
    if template:
        return pl.DataFrame({"text": render_template(template, talk.list_turns())}, schema={"text": pl.String})
    label = pl.col("role").replace_strict(LABELS, return_dtype=pl.String)
    turns = _number_turns(talk)
    return (
        turns.group_by("row", maintain_order=True)
        .agg((label + pl.col("content")).str.join("\n\n").alias("text"))
        .select("text")
    )


def tell_reward(rows: pl.DataFrame, talk: Talk) -> pl.DataFrame:
    """Rows (n) with an answer that a checker decides to prompt, answer, answer_type, checker, tolerance, choices."""
    told = rows.select("answer", "answer_type", pl.col("answer_type").alias("checker"), "tolerance", "choices")
    return told.insert_column(0, talk.list_turns(last=False).alias("prompt"))


TELL: dict[str, Callable[..., pl.DataFrame]] = {
    "chat": tell_chat,
    "sharegpt": tell_sharegpt,
    "alpaca": tell_alpaca,
    "completion": tell_completion,
    "text": tell_text,
    "reward": tell_reward,
}


def choose_rows(rows: pl.DataFrame, form: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows to those that a format has a place for, and how many it has not, by reason. Rows with tools come last."""
    with_tools = find_tools(rows)
    left_out = {}
    if form not in ("chat", "sharegpt") and with_tools.any():
        left_out[TOOLS_LEFT_OUT] = int(with_tools.sum())
        rows = rows.filter(~with_tools)
    if form == "reward":
        checked = rows["answer_type"].is_in(CHECKED).fill_null(value=False) & rows["answer"].is_not_null()
        if not checked.all():
            left_out["no checker decides the answer"] = int((~checked).sum())
            rows = rows.filter(checked)
    return rows, left_out


def tell_tools(rows: pl.DataFrame, form: str) -> list[dict[str, Any]]:
    """Rows with tools to their objects, one by one: they are few, and their schemas differ from row to row."""
    told = []
    for messages in rows["messages"].to_list():
        row = split_turns(messages)
        if form == "chat":
            told.append(to_openai(row))
            continue
        said = [{"from": SHAREGPT_TOOLS[turn["role"]], "value": turn["content"]} for turn in order_turns(row)]
        told.append({"conversations": said, "tools": row["history"][0]["content"]})
    return told


def refuse_columns(columns: tuple[str, ...], known: list[str]) -> None:
    """Raise RecipeError for a column that the dataset does not have."""
    for name in columns:
        if name not in known:
            raise RecipeError(
                f"the dataset has no column {name}", where="--columns", hint="columns: " + ", ".join(known)
            )


def _number_turns(talk: Talk) -> pl.DataFrame:
    """Conversations to their turns: `row, left, role, content`; `left` counts the turns to the end, this one too."""
    row = np.repeat(np.arange(len(talk.counts), dtype=np.uint32), talk.counts)
    turns = pl.DataFrame({"row": row, "role": talk.roles, "content": talk.contents})
    return turns.with_columns((pl.len().over("row") - pl.int_range(pl.len()).over("row")).alias("left"))
