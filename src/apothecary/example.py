"""The columns of everything that travels between rooms: facts, passages and examples, as Polars schemas.

A frame with `EXAMPLE` columns is what `generate` makes, `curate` judges and `export` publishes.
"""

from __future__ import annotations

import polars as pl

PERSPECTIVES = (
    "basic facts",
    "comparative analysis",
    "problem solving",
    "clinical cases",
    "research contexts",
)
FACT_KINDS = ("experimental", "computed", "predicted", "registry")
LICENCE_CLASSES = ("permissive", "share-alike", "non-commercial", "unknown")
ORIGIN_CLASSES = {  # what a recipe's `origins` shares rows out by
    "template": "template",
    "variation": "augmented",
    "paraphrase": "augmented",
    "context": "context",
    "llm": "context",
    "tool": "context",
    "document": "document",
}
ORIGINS = tuple(ORIGIN_CLASSES)
ANSWER_TYPES = ("text", "number", "choice", "set", "smiles", "json", "refusal")
TESTS = ("recall", "skill", "transfer")
SPLITS = ("train", "validation", "test")

FACT = pl.Schema(
    {
        "fact_id": pl.String,  # "<entity_id>:<field>:<source>", with "#n" when a field has several values
        "entity_id": pl.String,
        "field": pl.String,
        "number": pl.Float64,  # null for text facts
        "text": pl.String,  # the value as stated; for numbers the decimal text that `number` was read from
        "unit": pl.String,  # null when the field has none
        "conditions": pl.String,
        "kind": pl.String,  # one of FACT_KINDS
        "source": pl.String,
        "licence": pl.String,
    }
)

PASSAGE = pl.Schema(
    {
        "passage_id": pl.String,
        "document_id": pl.String,
        "section": pl.String,
        "start": pl.Int64,  # characters, in the document's plain text
        "end": pl.Int64,
        "text": pl.String,
        "source": pl.String,
        "date": pl.String,  # ISO 8601
        "licence": pl.String,
    }
)

TURN = pl.Struct({"role": pl.String, "content": pl.String})

ROW_FACT = pl.Struct(
    {
        "entity": pl.Int8,  # index into the row's `entities`; -1 for a number given in the question
        "field": pl.String,
        "value": pl.String,  # the decimal text of the knowledge base, or the given number as stated
        "unit": pl.String,
        "fact_id": pl.String,  # null for a number given in the question
    }
)

EVIDENCE = pl.Struct({"passage_id": pl.String, "start": pl.Int64, "end": pl.Int64})

_EXAMPLE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,  # "<pack>/<intent>/<template>/<stratum>/<j>", unique, ends in the combination number
    "prompt": pl.String,
    "response": pl.String,
    "system": pl.String,
    "history": pl.List(TURN),  # earlier turns, null for single-turn rows
    "pack": pl.String,
    "perspective": pl.String,
    "intent": pl.String,
    "template": pl.String,
    "wording": pl.String,  # numbers of the alternatives taken: "<ask>.<reply>" or "<ask0>.<reply0>.<ask>.<reply>"
    "entities": pl.List(pl.String),
    "facts": pl.List(ROW_FACT),
    "evidence": pl.List(EVIDENCE),
    "sources": pl.List(pl.String),
    "licences": pl.List(pl.String),
    "origin": pl.String,
    "generator": pl.String,
    "answer": pl.String,
    "answer_type": pl.String,
    "tolerance": pl.Float64,  # absolute, in the unit of `answer`; null where equality is asked
    "choices": pl.List(pl.String),
    "reasoning": pl.List(pl.String),
    "difficulty": pl.Int8,  # 1 (look-up) to 5 (several dependent steps)
    "register": pl.String,
    "safety_class": pl.String,  # S0 to S4
    "tests": pl.String,  # recall, skill or transfer
    "split": pl.String,
}
EXAMPLE = pl.Schema(_EXAMPLE_COLUMNS)

# One row a judged example; a row without a line is kept. Never the text again.
VERDICT = pl.Schema(
    {
        "id": pl.String,
        "verdict": pl.String,  # dropped or failed
        "reason": pl.String,
        "detail": pl.String,  # the proof: the survivor's id, the offending slot, the expected value
        "score": pl.Float64,
    }
)
