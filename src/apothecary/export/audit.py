"""The exported files to an account of what could leak from held-out rows into training; any leak is an error.

Four things must not happen: a prompt stands in two splits; training uses a wording that is kept for testing; training
teaches a skill on a parent structure (desalted, neutralised) whose skill is tested; a computed value that is tested
stands in training. Two more where the recipe asks for them: a scaffold stands on both sides; an intent held out whole
stands outside test. Recall is the opposite: its facts should be in training, and the share that is gets reported.

The files themselves are read, only the columns needed, one by one; memory grows with the held-out rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from apothecary.errors import VerdictError
from apothecary.export.wordings import Form, Wordings, describe_forms, list_forms

Shown = NDArray[np.bool_]

SEEDS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
COLUMNS = ("id", "intent", "template", "wording", "entities", "tests", "split")
FACT_LEAF = "facts.list.element.fact_id"
FIELD_LEAF = "facts.list.element.field"  # only asked of the rows that are tested
BATCH_ROWS = 50_000  # a whole file at once would take twice the memory, and no less time
SHOWN = 3  # examples of a leak that the error names
PROMPT = ("high", "low")
IS_HELD_OUT = pl.col("split") != "train"
IS_SKILL = pl.col("tests").is_in(["skill", "transfer"])


@dataclass(frozen=True)
class HeldOut:
    """What training must not show, and the recall facts it should."""

    prompts: pl.DataFrame  # high, low, split
    wordings: set[tuple[str, str]]  # intent and text
    parents: int
    entities: pl.Series  # every entity of a parent structure whose skill is tested
    scaffolds: int
    kin: pl.Series  # every entity with a scaffold of those
    intents: tuple[str, ...]  # that stand in test alone
    misplaced: list[str]  # rows of validation with such an intent
    computed_facts: pl.Series
    recall_facts: pl.Series


@dataclass(frozen=True)
class Finding:
    """What training rows show of what is held out: ids of rows, and which of the recall facts (n,) they hold."""

    prompts: list[str]
    wordings: list[str]
    parents: list[str]
    scaffolds: list[str]
    intents: list[str]
    computed_facts: list[str]
    recall_facts: Shown
    forms: list[Form]


def audit_leaks(
    files: Sequence[Path],
    parents: pl.DataFrame,
    pack: dict[str, Any],
    held_out: dict[str, list[int]],
    workers: int = 1,
    *,
    intents: Sequence[str] = (),
) -> dict[str, Any]:
    """Dataset files, `entity_id, parent_key` and the pack to the numbers of the audit; VerdictError when a row leaks.

    With a column `scaffold` in `parents`, no scaffold may be in two splits either; `intents` may stand in test alone.
    `held_out` names the question patterns that are kept for testing, by `intent/template`; those that test rows use are
    added to them. `questions` says how varied the questions of the training rows are.
    """
    wordings = Wordings(pack, held_out)
    computed = [name for name, field in pack["fields"].items() if field["kind"] == "computed"]
    splits = {file: set(pq.ParquetFile(file).read(columns=["split"])["split"].unique().to_pylist()) for file in files}
    held = [file for file in files if splits[file] - {"train"}]
    tested = [rows.filter(IS_HELD_OUT) for file in held for rows in read_rows(file, FIELD_LEAF)]
    secret = gather_held_out(tested, parents, wordings, computed, intents)
    with ThreadPoolExecutor(max(1, workers)) as threads:
        training = [file for file in files if "train" in splits[file]]
        findings = threads.map(partial(inspect_training, secret=secret, wordings=wordings), training)
        return judge_findings(secret, [finding for found in findings for finding in found])


def read_rows(file: Path, *more: str) -> Iterator[pl.DataFrame]:
    """A dataset file to frames of what is audited: `told`, lists `contents`, `fact_ids` and, if asked, `fields`.

    Polars reads texts without a copy, in a third of PyArrow's time; PyArrow reads single fields of a list of structs.
    """
    content = pl.col("messages").list.eval(pl.element().struct.field("content"))
    told = pl.col("messages").list.first().struct.field("role") == "system"
    rows = pl.read_parquet(file, columns=[*COLUMNS, "messages"])
    source = pq.ParquetFile(file, pre_buffer=False)
    start = 0
    for batch in source.iter_batches(BATCH_ROWS, columns=[FACT_LEAF, *more], use_threads=False):
        inner = {"fact_ids": pick_child(batch["facts"], "fact_id")}
        if FIELD_LEAF in more:
            inner["fields"] = pick_child(batch["facts"], "field")
        part = rows[start : start + len(batch)]
        start += len(batch)
        yield part.select(*COLUMNS, contents=content, told=told).with_columns(**inner)


def pick_child(lists: pa.ListArray, child: str) -> pl.Series:
    """A column of lists of structs (n) to the lists of one of their children (n); null becomes empty."""
    return pl.Series(pa.ListArray.from_arrays(lists.offsets, lists.values.field(child)), dtype=pl.List(pl.String))


def hash_prompts(rows: pl.DataFrame) -> pl.DataFrame:
    """Conversations (n: `contents`, `told`) to a 128-bit hash (n) of what is asked: no system text, no response."""
    counts = rows["contents"].list.len().to_numpy().astype(np.int64)
    turns = rows["contents"].explode(empty_as_null=False)
    ends = np.cumsum(counts)
    told = rows["told"].to_numpy()
    place = np.arange(len(turns)) - np.repeat(ends - counts + told, counts)
    columns = {}
    for name, seed in zip(PROMPT, SEEDS, strict=True):
        hashes = turns.hash(seed).to_numpy() * (2 * place.astype(np.uint64) + np.uint64(1))
        hashes[ends - 1] = 0
        hashes[(ends - counts)[told]] = 0
        columns[name] = np.add.reduceat(hashes, ends - counts) if len(counts) else hashes
    return pl.DataFrame(columns, schema=dict.fromkeys(PROMPT, pl.UInt64))


def gather_held_out(
    tested: Sequence[pl.DataFrame],
    parents: pl.DataFrame,
    wordings: Wordings,
    computed: Sequence[str],
    intents: Sequence[str] = (),
) -> HeldOut:
    """The held-out rows to what training must not show; their own wordings are added to `wordings`."""
    prompts = [hash_prompts(rows).with_columns(rows["split"]) for rows in tested]
    skills = [rows.filter(IS_SKILL) for rows in tested]
    named = unique_items([rows["entities"] for rows in skills], "entity_id")
    keys = parents.select("entity_id", pl.col("parent_key").fill_null(pl.col("entity_id")))
    secret = keys.join(named.to_frame(), on="entity_id", how="semi")["parent_key"].unique()
    shapes = parents.filter(pl.col("scaffold").is_not_null()) if "scaffold" in parents.columns else parents.clear()
    shapes = shapes.select("entity_id", scaffold="scaffold" if "scaffold" in parents.columns else "entity_id")
    known = shapes.join(named.to_frame(), on="entity_id", how="semi")["scaffold"].unique()
    early = [rows.filter(pl.col("split") == "validation", pl.col("intent").is_in(intents)) for rows in tested]
    facts = [
        rows.select("fields", "fact_ids")
        .explode("fields", "fact_ids", empty_as_null=False)
        .filter(pl.col("fields").is_in(computed))["fact_ids"]
        for rows in skills
    ]
    recall = [rows.filter(pl.col("tests") == "recall")["fact_ids"] for rows in tested]
    for rows in tested:
        wordings.hold_out(rows.filter(pl.col("tests").is_in(["recall", "transfer"])))
    schema = {**dict.fromkeys(PROMPT, pl.UInt64), "split": pl.String}
    return HeldOut(
        prompts=pl.concat([pl.DataFrame(schema=schema), *prompts]),
        wordings=wordings.secret,
        parents=len(secret),
        entities=keys.join(secret.to_frame(), on="parent_key", how="semi")["entity_id"],
        scaffolds=len(known),
        kin=shapes.join(known.to_frame(), on="scaffold", how="semi")["entity_id"],
        intents=tuple(intents),
        misplaced=[name for rows in early for name in rows["id"]],
        computed_facts=pl.concat(
            [pl.Series("fact_id", [], pl.String), *(one.alias("fact_id") for one in facts)]
        ).unique(),
        recall_facts=unique_items(recall, "fact_id"),
    )


def unique_items(lists: Sequence[pl.Series], name: str) -> pl.Series:
    """Columns of lists of texts to the different texts in them, without null."""
    items = [one.explode(empty_as_null=False).drop_nulls().alias(name) for one in lists]
    return pl.concat([pl.Series(name, [], pl.String), *items]).unique()


def inspect_training(file: Path, *, secret: HeldOut, wordings: Wordings) -> list[Finding]:
    """One dataset file to what its training rows show of what is held out, the batches' recall facts in one mask."""
    findings = [inspect_rows(rows.filter(~IS_HELD_OUT), secret, wordings) for rows in read_rows(file)]
    shown = np.logical_or.reduce([one.recall_facts for one in findings])
    return [replace(one, recall_facts=shown) for one in findings]


def inspect_rows(rows: pl.DataFrame, secret: HeldOut, wordings: Wordings) -> Finding:
    """Training rows to what they show of what is held out."""
    prompts = hash_prompts(rows).with_columns(rows["id"])
    forms = list_forms(rows)
    near = prompts.filter(pl.col("high").is_in(secret.prompts["high"].implode()))
    skills = rows.filter(IS_SKILL).select("id", "entities").explode("entities", empty_as_null=False)
    facts = rows.select("id", "fact_ids").explode("fact_ids", empty_as_null=False)
    return Finding(
        prompts=near.join(secret.prompts, on=PROMPT, how="semi")["id"].to_list(),
        wordings=wordings.find_secret(forms),
        parents=list_ids(skills.filter(pl.col("entities").is_in(secret.entities.implode()))),
        scaffolds=list_ids(skills.filter(pl.col("entities").is_in(secret.kin.implode()))),
        intents=list_ids(rows.filter(pl.col("intent").is_in(secret.intents))),
        computed_facts=list_ids(facts.filter(pl.col("fact_ids").is_in(secret.computed_facts.implode()))),
        # A mask, not the ids: texts taken from a batch keep the whole batch in memory.
        recall_facts=secret.recall_facts.is_in(facts["fact_ids"].implode()).to_numpy(),
        forms=forms,
    )


def list_ids(rows: pl.DataFrame) -> list[str]:
    """Rows to their different ids, in order."""
    return rows["id"].unique(maintain_order=True).to_list()


def judge_findings(secret: HeldOut, findings: Sequence[Finding]) -> dict[str, Any]:
    """What is held out and what training shows of it to the audit's numbers; VerdictError when there is a leak."""
    among = secret.prompts.unique().group_by(PROMPT).len().filter(pl.col("len") > 1).height
    leaks = {
        "prompts_in_two_splits": [*[""] * among, *(row for one in findings for row in one.prompts)],
        "held_out_wordings_in_training": [row for one in findings for row in one.wordings],
        "held_out_parents_in_training": [row for one in findings for row in one.parents],
        "held_out_computed_facts_in_training": [row for one in findings for row in one.computed_facts],
    }
    if secret.scaffolds:
        leaks["held_out_scaffolds_in_training"] = [row for one in findings for row in one.scaffolds]
    if secret.intents:
        leaks["held_out_intents_in_training"] = [*secret.misplaced, *(row for one in findings for row in one.intents)]
    for what, rows in leaks.items():
        if rows:
            shown = ", ".join([row for row in rows if row][:SHOWN])
            raise VerdictError(
                f"the audit found {len(rows):,} leaks: {what.replace('_', ' ')}",
                where=shown or "validation and test",
                expected="no leak; the dataset was not published",
                hint="this is a bug in how rows are split; `apothecary trace RUN ID` shows such a row",
            )
    taught = np.zeros(len(secret.recall_facts), dtype=bool)
    for one in findings:
        taught |= one.recall_facts
    return {
        **{what: len(rows) for what, rows in leaks.items()},
        "held_out_prompts": secret.prompts.height,
        "held_out_wordings": len(secret.wordings),
        "held_out_parents": secret.parents,
        "held_out_computed_facts": len(secret.computed_facts),
        **({"held_out_scaffolds": secret.scaffolds} if secret.scaffolds else {}),
        **({"held_out_intents": len(secret.intents)} if secret.intents else {}),
        "recall_facts": len(secret.recall_facts),
        "recall_facts_in_training": int(taught.sum()),
        "questions": describe_forms(form for one in findings for form in one.forms),
    }
