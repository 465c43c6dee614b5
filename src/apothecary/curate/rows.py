"""Which columns of a user's data are prompt and response, and rows of any dataset in the columns the stages read.

Four shapes are known by their columns: chat (`messages` or `conversations`), Alpaca (`instruction`, `input`, `output`),
and prompt and response under one of their usual names. Everything else is said with `--prompt-column` and
`--response-column`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from apothecary.curate.filters.repair import repair_texts
from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE
from apothecary.recipe import suggest_key

PROMPT_NAMES = ("prompt", "question", "query", "instruction", "input")
RESPONSE_NAMES = ("response", "answer", "completion", "output", "long_answer", "text")
CHAT_NAMES = ("messages", "conversations", "conversation")
ROLES = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant", "prompter": "user"}
ROW_ID = "row_id"  # the column that names a row of a user's own: file and record
PROVENANCE = ("intent", "template", "wording", "facts", "answer")
STAGE_COLUMNS = ("id", "prompt", "response", "system", "history", *PROVENANCE)


@dataclass(frozen=True)
class Shape:
    """How rows are read: chat, Alpaca, or two columns; the column names as they stand in the data."""

    kind: str  # chat, alpaca, columns or texts
    prompt: str = ""
    response: str = ""
    context: str = ""
    system: str = ""

    def to_dict(self) -> dict[str, str]:
        """The shape as JSON-able settings."""
        return asdict(self)


def find_shape(schema: pl.Schema, prompt: str | None, response: str | None, where: str) -> Shape:
    """The columns of a dataset, and those that the user named, to its shape; RecipeError with the columns there are."""
    names = {name.lower(): name for name in reversed(schema.names())}
    for option, name in (("--prompt-column", prompt), ("--response-column", response)):
        if name is not None and name not in schema:
            what = f"{option} {name}: the data has no such column"
            raise RecipeError(what, where=where, hint=suggest_key(name, schema.names()))
    system = names.get("system", "") or names.get("system_prompt", "")
    if prompt is None and response is None:
        chat = next((names[name] for name in CHAT_NAMES if name in names and _is_chat(schema[names[name]])), "")
        if chat:
            return Shape("chat", prompt=chat, system=system)
        if "instruction" in names and ("output" in names or "response" in names):
            answer = names.get("output", "") or names["response"]
            return Shape("alpaca", names["instruction"], answer, context=names.get("input", ""), system=system)
    asked = prompt or next((names[name] for name in PROMPT_NAMES if name in names), None)
    given = response or next((names[name] for name in RESPONSE_NAMES if name in names and names[name] != asked), None)
    if given is None and asked is not None and prompt is None:
        return Shape("texts", response=asked)
    if given is None:
        if any(schema.get(names.get(name, "")) == pl.String for name in CHAT_NAMES):
            what = "the turns of the chat are no lists of role and content"
            expected = "content that is text in all records, as [{role: user, content: ...}, ...]"
            raise RecipeError(what, where=where, expected=expected, hint="mend the records, or name text columns")
        what = "the data does not say which column is the response"
        hint = "--response-column NAME, and --prompt-column NAME; columns: " + ", ".join(schema.names()[:20])
        raise RecipeError(what, where=where, hint=hint)
    if asked is None:
        return Shape("texts", response=given)
    return Shape("columns", asked, given, system=system)


def _is_chat(kind: pl.DataType) -> bool:
    if not isinstance(kind, pl.List) or not isinstance(kind.inner, pl.Struct):
        return False
    fields = {one.name for one in kind.inner.fields}
    return {"role", "content"} <= fields or {"from", "value"} <= fields


def read_shape(rows: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """A user's rows (n) with `row_id`, and their shape, to `STAGE_COLUMNS` (n); null where there is no text.

    Of a chat the last assistant turn is the response, the user turn before it the prompt, and what stands before that
    the history. Rows that were made here and published bring their provenance with them.
    """
    if shape.kind == "chat":
        texts = _read_chat(rows[shape.prompt])
    elif shape.kind == "texts":
        texts = pl.DataFrame(
            {"prompt": pl.repeat("", rows.height, eager=True), "response": _as_text(rows, shape.response)}
        )
    else:
        asked = _as_text(rows, shape.prompt)
        if shape.context:
            context = _as_text(rows, shape.context).fill_null("")
            asked = asked + pl.select(pl.when(context == "").then(pl.lit("")).otherwise("\n\n" + context)).to_series()
        texts = pl.DataFrame({"prompt": asked, "response": _as_text(rows, shape.response)})
    if shape.system and "system" not in texts.columns:
        texts = texts.with_columns(_as_text(rows, shape.system).alias("system"))
    return complete_rows(texts.with_columns(rows[ROW_ID].alias("id"), *list_provenance(rows)))


def list_provenance(rows: pl.DataFrame) -> list[pl.Series]:
    """Rows (n) to their columns of provenance (n each), null but where all of them are there; none without them.

    A column that is called `template` is not enough to make a row one of ours.
    """
    if any(rows.schema.get(name) != EXAMPLE[name] for name in PROVENANCE):
        return []
    is_ours = pl.all_horizontal(pl.col(PROVENANCE).is_not_null()) & (pl.col("facts").list.len() > 0)
    return rows.select(pl.when(is_ours).then(pl.col(name)).alias(name) for name in PROVENANCE).get_columns()


def complete_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """A frame with some columns of an example to `STAGE_COLUMNS`, null where it has none."""
    missing = [pl.lit(None, EXAMPLE[name]).alias(name) for name in STAGE_COLUMNS if name not in rows.columns]
    return rows.with_columns(missing).select(STAGE_COLUMNS)


def _as_text(rows: pl.DataFrame, name: str) -> pl.Series:
    """A column as text; of a list its texts, one a line."""
    kind = rows.schema[name]
    if kind == pl.String:
        return rows[name]
    if kind == pl.List(pl.String):
        return rows[name].list.join("\n")
    if kind.is_nested():
        what = f"the column {name} holds no text"
        raise RecipeError(what, where=str(kind), expected="text", hint="name another column: --response-column NAME")
    return rows[name].cast(pl.String, strict=False)  # bytes that are no UTF-8 are no text


def _read_chat(column: pl.Series) -> pl.DataFrame:
    """Lists of turns (n) to prompt, response, system and history (n); row by row, because each has its own order."""
    return pl.DataFrame(
        [split_turns(turns) for turns in column.to_list()],
        schema={name: EXAMPLE[name] for name in ("prompt", "response", "system", "history")},
        orient="row",
    )


def split_turns(turns: Sequence[dict[str, Any]] | None) -> tuple[str | None, str | None, str | None, Any]:
    """The turns of one conversation to prompt, response, system text and earlier turns (None where there are none)."""
    told: list[dict[str, str]] = []
    for turn in filter(None, turns or []):
        role = str(turn.get("role") or turn.get("from") or "").lower()
        content = turn.get("content") if turn.get("content") is not None else turn.get("value")
        if isinstance(content, str):
            told.append({"role": ROLES.get(role, role), "content": content})
    system = told.pop(0)["content"] if told and told[0]["role"] == "system" else None
    while told and told[-1]["role"] != "assistant":
        told.pop()  # a question without an answer
    if not told:
        return None, None, system, None
    response = told.pop()["content"]
    prompt = told.pop()["content"] if told and told[-1]["role"] == "user" else None
    return prompt, response, system, told or None


def name_rows(rows: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Records (n) and a name for each (n) to the records with the column `row_id`; one of theirs gets another name."""
    taken = ROW_ID
    while taken in rows.columns:
        taken = f"input_{taken}"
    return rows.rename({ROW_ID: taken}, strict=False).with_columns(ids.alias(ROW_ID))


def repair_columns(rows: pl.DataFrame, shape: Shape) -> tuple[pl.DataFrame, int]:
    """A user's rows (n) to the same with their prompts and responses repaired, and how many rows that changed."""
    changed = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    if shape.kind == "chat":
        turns, mended = _repair_chat(rows[shape.prompt])
        return rows.with_columns(turns.alias(shape.prompt)), int(mended.sum())
    for name in dict.fromkeys((shape.prompt, shape.context, shape.response, shape.system)):
        if rows.schema.get(name) == pl.String:
            texts, kinds = repair_texts(rows[name])
            rows = rows.with_columns(texts.alias(name))
            changed = changed | kinds.select(pl.any_horizontal(pl.all())).to_series()
    return rows, int(changed.sum())


def _repair_chat(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Lists of turns (n) to the same with their contents repaired (n), and whether that changed something (n)."""
    numbered = pl.DataFrame({"turn": column}).with_row_index("row")
    turns = numbered.explode("turn", empty_as_null=False).drop_nulls("turn")
    fields = turns["turn"].struct.fields
    name = "content" if "content" in fields else "value"
    if turns["turn"].struct.field(name).dtype != pl.String:
        return column, pl.repeat(value=False, n=len(column), dtype=pl.Boolean, eager=True)
    texts, kinds = repair_texts(turns["turn"].struct.field(name))
    mended = turns.unnest("turn").with_columns(
        texts.alias(name), kinds.select(pl.any_horizontal(pl.all()).alias("changed")).to_series()
    )
    grouped = mended.group_by("row", maintain_order=True).agg(pl.struct(fields).alias("turn"), pl.col("changed").any())
    joined = numbered.select("row").join(grouped, on="row", how="left", maintain_order="left")
    restored = pl.DataFrame({"old": column, "new": joined["turn"]}).select(
        pl.when(pl.col("old").list.len() > 0).then("new").otherwise("old").alias(column.name)
    )
    return restored[column.name].cast(column.dtype), joined["changed"].fill_null(value=False)
