"""Free text to flags: which rows ask for what the pack's safety classes refuse, with topic, name and span.

What such a request says is data of the pack (`unsafe_requests.yaml`), as are the gates an entity stands on; the names
of gated entities come from the knowledge base of the run. A topic needs a phrase and a name on one of its gates, or a
phrase that needs no name. Two Polars passes (phrases by pattern, names by one automaton) leave few rows; only those are
looked at singly.

A flag is about the request. A row that asks and is declined is a good row: `declined` says so where the answer begins
with a refusal. The pack's own rows declare theirs (`answer_type`), so the gate is for rows without a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import polars as pl
import pydantic
from pydantic_core import PydanticCustomError

from apothecary.errors import PackError
from apothecary.packs.load import find_pack
from apothecary.packs.strict import Identifier, Line, Strict
from apothecary.packs.yaml import load_yaml

REQUESTS = "unsafe_requests.yaml"
FLAGS = pl.Schema(
    {
        "row": pl.UInt32,
        "topic": pl.String,  # of `refusals` in safety.yaml; `route` for an answer with words of making
        "gate": pl.String,  # the list that the name stands on; null for a topic that needs no name
        "name": pl.String,
        "start": pl.UInt32,  # of the phrase, in characters of the prompt (of the response for `route`)
        "end": pl.UInt32,
        "declined": pl.Boolean,
    }
)
_GAP = r"(?:\s+\S+){0,6}?\s+"
DECLINED = re.compile(
    r"\bI (?:can(?:no|')t|won't|will not|don't|do not|am not able|must decline)|\bI'm (?:not able|unable)|\bsorry\b"
    r"|\bno (?:route|recipe|procedure|preparation|amount)\b|\bnot something I\b|\bcan(?:no|')t help\b|\bdecline\b"
    r"|\brefuse\b",
    re.IGNORECASE,
)
_ANSWER_START = 200  # characters in which a refusal shows itself


class Topic(Strict):
    """One topic that is refused: what a request says beside a name on a gate, and what one says that needs no name."""

    gates: tuple[Line, ...] = ()
    phrases: tuple[Line, ...] = ()
    alone: tuple[Line, ...] = ()

    @pydantic.model_validator(mode="after")
    def _check_phrases(self) -> Topic:
        if bool(self.gates) != bool(self.phrases) or not (self.phrases or self.alone):
            raise PydanticCustomError("phrases", "give gates with phrases, or phrases under `alone`")
        return self


class UnsafeRequests(Strict):
    """The content of unsafe_requests.yaml."""

    version: Annotated[int, pydantic.Field(ge=1)]
    topics: dict[Identifier, Topic]


@dataclass(frozen=True)
class _Search:
    topic: str
    gates: frozenset[str]
    pattern: str


def load_requests(pack: str | Path) -> UnsafeRequests | None:
    """A pack's name or folder to its unsafe requests; None for a pack without the file. Raises PackError."""
    path = find_pack(pack) / REQUESTS
    if not path.is_file():
        return None
    try:
        return UnsafeRequests.model_validate(load_yaml(path))
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackError(f"`{place}`: {first['msg']}", where=str(path)) from None


def flag_unsafe(
    prompts: pl.Series,
    requests: UnsafeRequests,
    names: pl.DataFrame,
    *,
    responses: pl.Series | None = None,
    routes: Sequence[str] = (),
) -> pl.DataFrame:
    """Prompts (n) to FLAGS, at most one a row and topic, sorted by row and topic.

    `names`: columns `name` and `gate`, one line for each name (synonyms too) of an entity and each gate it stands on.
    `responses` (n) tell which requests were declined; with `routes` (`Safety.routes` of the pack) a response that names
    a gated entity beside one of those words is flagged as topic `route`.
    """
    automaton = _Names(names)
    found: list[tuple[object, ...]] = []
    for topic, rule in requests.topics.items():
        for gates, phrases in ((frozenset(rule.gates), rule.phrases), (frozenset[str](), rule.alone)):
            if phrases:
                search = _Search(topic, gates, "|".join(map(build_phrase, phrases)))
                found += _search_texts(prompts, search, automaton, responses)
    if responses is not None and routes:
        words = "|".join(rf"\b{re.escape(route)}\b" for route in routes)
        gates = frozenset(gate for rule in requests.topics.values() for gate in rule.gates)
        found += _search_texts(responses, _Search("route", gates, words), automaton, responses)
    flags = pl.DataFrame(found, schema=FLAGS, orient="row").sort("row", "topic", "gate", nulls_last=True)
    return flags.unique(("row", "topic"), keep="first", maintain_order=True)


def build_phrase(phrase: str) -> str:
    """A phrase of the file to a regular expression: `a|b` is either word, `...` a gap of up to six words."""
    pattern = ""
    gap = False
    for word in phrase.split():
        if word == "...":
            gap = True
            continue
        alternatives = "(?:" + "|".join(re.escape(each) for each in word.split("|")) + ")"
        pattern += (_GAP if gap else r"\s+") + alternatives if pattern else alternatives
        gap = False
    return rf"\b{pattern}\b"


class _Names:
    """Names of gated entities, found whole and in any case."""

    def __init__(self, names: pl.DataFrame) -> None:
        lowered = names.select(pl.col("name").str.strip_chars().str.to_lowercase(), "gate").drop_nulls()
        lowered = lowered.filter(pl.col("name").str.len_chars() > 2).unique().sort("name", "gate")
        self.gates: dict[str, list[str]] = {}
        for name, gate in lowered.iter_rows():
            self.gates.setdefault(name, []).append(gate)

    def find(self, texts: pl.Series, gates: frozenset[str]) -> Iterator[tuple[str, str] | None]:
        """Texts (n) to the longest name on one of some gates in each, with its gate; None where there is none."""
        wanted = [name for name, its in self.gates.items() if gates.intersection(its)]
        if not wanted or texts.is_empty():
            yield from (None for _ in range(len(texts)))
            return
        lowered = texts.str.to_lowercase()
        candidates = lowered.str.extract_many(wanted, overlapping=True)
        for text, hits in zip(lowered, candidates.to_list(), strict=True):
            whole = [hit for hit in set(hits or ()) if re.search(rf"(?<![\w\-]){re.escape(hit)}(?![\w\-])", text)]
            best = max(whole, key=lambda name: (len(name), name), default=None)
            yield None if best is None else (best, next(gate for gate in self.gates[best] if gate in gates))


def _search_texts(
    texts: pl.Series, search: _Search, names: _Names, responses: pl.Series | None
) -> Iterator[tuple[object, ...]]:
    hit = texts.str.contains(f"(?i:{search.pattern})").fill_null(value=False)
    rows = hit.arg_true().to_list()
    suspects = texts.filter(hit)
    pattern = re.compile(search.pattern, re.IGNORECASE)
    named = names.find(suspects, search.gates) if search.gates else (None for _ in rows)
    for row, text, name in zip(rows, suspects, named, strict=True):
        match = pattern.search(text)
        if match is None or (search.gates and name is None):
            continue
        answer = responses[row] if responses is not None else None
        declined = bool(answer and DECLINED.search(answer[:_ANSWER_START]))
        yield (row, search.topic, name[1] if name else None, name[0] if name else None, *match.span(), declined)
