"""Rows to preference pairs: the right response, and a plausible wrong one that the checker refuses, its error named.

A wrong response is the right one with one fact changed (`facts/mutate`). It counts only when the checker over the run's
own knowledge base refuses the changed row, and when the reward checker, where one decides the answer, gives it nothing.
Loops over rows in Python, as `mutate` does.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import polars as pl

from apothecary.engine.seed import derive_key
from apothecary.example import EXAMPLE
from apothecary.export.lines import CHECKED
from apothecary.export.reward import score
from apothecary.export.talk import Talk
from apothecary.facts.mutate import mutate

if TYPE_CHECKING:
    from apothecary.facts.checker import Checker

KINDS = ("number", "direction", "option", "name", "unit", "order", "refusal")
READ_WHOLE = ("option", "refusal")  # kinds of error that are made from more than the response
TRIES = 2  # places that are tried for each kind of error

WRONG = pl.Struct({"kind": pl.String, "right": pl.String, "wrong": pl.String, "field": pl.String, "fact_id": pl.String})


def make_pairs(rows: pl.DataFrame, checker: Checker, names: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Published rows to `id, rejected, wrong` of those for which a wrong response was found, in the order of the rows.

    Each row begins with another kind of error, so that the pairs do not teach one trick.
    """
    examples = restore_examples(rows)
    first = pl.Series([derive_key(seed, "wrong", name) % len(KINDS) for name in examples["id"]], dtype=pl.Int64)
    waiting = examples.with_columns(first.alias("first"))
    found = [pl.DataFrame(schema={"id": pl.String, "rejected": pl.String, "wrong": WRONG})]
    near = names.join(
        examples.select(pl.col("entities").explode(empty_as_null=False)).unique(),
        left_on="entity_id",
        right_on="entities",
        how="semi",
        maintain_order="left",
    )  # wrong names come from rows like these
    for turn in range(len(KINDS) * TRIES):
        kinds = (pl.col("first") + turn // TRIES) % len(KINDS)
        for (number,), group in waiting.group_by(kinds.alias("kind"), maintain_order=True):
            kind = KINDS[int(str(number))]
            found.append(find_wrong(group.drop("first"), kind, checker, near, derive_key(seed, "place", turn)))
        taken = pl.concat(found)["id"]
        waiting = waiting.filter(~pl.col("id").is_in(taken.implode()))
        if waiting.is_empty():
            break
    order = rows.select("id").with_row_index("place")
    return pl.concat(found).join(order, on="id").sort("place").drop("place")


def restore_examples(rows: pl.DataFrame) -> pl.DataFrame:
    """Published rows to EXAMPLE rows, those of templates alone: what the checker can derive again."""
    own = rows.filter(pl.col("template").is_not_null())
    content = pl.element().struct.field("content")
    told = pl.col("messages").list.first().struct.field("role") == "system"
    turns = pl.col("messages").list.slice(told.cast(pl.Int64), pl.col("messages").list.len() - told.cast(pl.Int64) - 2)
    contents = pl.col("messages").list.eval(content)
    history = turns.cast(EXAMPLE["history"])
    return own.with_columns(
        contents.list.get(-2).alias("prompt"),
        contents.list.last().alias("response"),
        pl.when(told).then(contents.list.first()).alias("system"),
        pl.when(history.list.len() > 0).then(history).alias("history"),
    ).select(EXAMPLE.names())


def find_wrong(rows: pl.DataFrame, kind: str, checker: Checker, names: pl.DataFrame, seed: int) -> pl.DataFrame:
    """EXAMPLE rows and a kind of error to `id, rejected, wrong` of those that it could be made in, and was refused."""
    changed = mutate(rows if kind in READ_WHOLE else hide_question(rows), kind, seed, names)
    if kind not in READ_WHOLE:
        asked = rows.select("id", "prompt", "history", "answer", "choices")
        changed = (
            changed.select("id", "response")
            .join(asked, on="id", maintain_order="left")
            .join(rows.drop("response", "prompt", "history", "answer", "choices"), on="id", maintain_order="left")
            .select(EXAMPLE.names())
        )
    right = {row["id"]: row for row in rows.iter_rows(named=True)}
    plausible = [row["id"] for row in changed.iter_rows(named=True) if is_wrong(right[row["id"]], row, kind)]
    candidates = changed.filter(pl.col("id").is_in(plausible))
    # The response alone is wrong: the checker must refuse it beside the right answer.
    beside = candidates.drop("answer").join(rows.select("id", "answer"), on="id", maintain_order="left")
    refused = set(checker.check(beside.select(EXAMPLE.names()))["id"])
    lines = [
        {"id": row["id"], "rejected": row["response"], "wrong": name_error(right[row["id"]], row["response"], kind)}
        for row in candidates.iter_rows(named=True)
        if row["id"] in refused
    ]
    return pl.DataFrame(lines, schema={"id": pl.String, "rejected": pl.String, "wrong": WRONG}, orient="row")


def hide_question(rows: pl.DataFrame) -> pl.DataFrame:
    """EXAMPLE rows to the same with nothing to change but the response."""
    nothing = [pl.lit(None, EXAMPLE[name]).alias(name) for name in ("history", "answer", "choices")]
    return rows.with_columns(pl.lit("").alias("prompt"), *nothing)


def is_wrong(right: dict[str, Any], changed: dict[str, Any], kind: str) -> bool:
    """Whether a changed row asks the same and its response is wrong, not only worded otherwise."""
    if any(right[name] != changed[name] for name in ("prompt", "history", "system")):
        return False
    if right["response"] == changed["response"]:
        return False
    if kind == "direction" and not reads_well(right["response"], changed["response"]):
        return False
    if kind == "refusal":
        return bool(changed["response"].startswith(right["response"]))  # an amount is told after all
    checked = right["answer_type"] in CHECKED and right["answer"] is not None
    if checked and score(right["response"], right["answer"], right["answer_type"], right["tolerance"]):
        return not score(changed["response"], right["answer"], right["answer_type"], right["tolerance"])
    return bool(right["answer_type"] != "number")


def reads_well(right: str, wrong: str) -> bool:
    """Whether a word turned into its opposite leaves a sentence: yes and no do as a reply of their own."""
    old, _ = find_difference(right, wrong)
    return old.lower() not in ("yes", "no") or re.match(r"(?:yes|no)(?:[.,;:!]|$)", right, re.IGNORECASE) is not None


def name_error(right: dict[str, Any], wrong: str, kind: str) -> dict[str, str | None]:
    """A right row and the wrong response to what was changed, and the fact that it contradicts, where it is one."""
    old, new = find_difference(right["response"], wrong)
    facts = [fact for fact in right["facts"] or () if fact["value"] and old]
    exact = [fact for fact in facts if fact["value"].lower() == old.lower()]
    rounded = [fact for fact in facts if fact["fact_id"] and _is_rounded(old, fact["value"])]
    fact = next(iter([*exact, *rounded]), None)
    return {
        "kind": kind,
        "right": old,
        "wrong": new,
        "field": fact["field"] if fact else None,
        "fact_id": fact["fact_id"] if fact else None,
    }


def find_difference(right: str, wrong: str) -> tuple[str, str]:
    """Two texts to the words between the first and the last that differ, in each of them."""
    one, other = right.split(), wrong.split()
    changes = [code for code in SequenceMatcher(None, one, other, autojunk=False).get_opcodes() if code[0] != "equal"]
    if not changes:
        return right, wrong
    first, last = changes[0], changes[-1]
    old, new = " ".join(one[first[1] : last[2]]), " ".join(other[first[3] : last[4]])
    return old.strip(",.;:(){}\"'`"), new.strip(",.;:(){}\"'`")


def tell_preference(rows: pl.DataFrame, talk: Talk, pairs: pl.DataFrame) -> pl.DataFrame:
    """Rows (n), their conversations (n) and `rejected, wrong` (n) to prompt, chosen, rejected and wrong (n each)."""
    said = pl.struct(pl.lit("assistant").alias("role"), pl.col("content"))
    chosen = pl.DataFrame({"content": talk.responses}).select(pl.concat_list(said)).to_series()
    rejected = pl.DataFrame({"content": pairs["rejected"]}).select(pl.concat_list(said)).to_series()
    return pl.DataFrame(
        {"prompt": talk.list_turns(last=False), "chosen": chosen, "rejected": rejected, "wrong": pairs["wrong"]}
    )


def _is_rounded(said: str, value: str) -> bool:
    """Whether a number as it is said is the value, to the digits it is said with."""
    try:
        digits = len(said.partition(".")[2])
        return bool(abs(float(said) - float(value)) <= 0.5000001 * 10**-digits)
    except ValueError:
        return False
