"""Tool dialogues as EXAMPLE rows: `list_tool_strata` says how many there are, `render_tools` makes a span of them.

Any row can be made again from its id alone: a running number is permuted to a combination of entities, given numbers,
picks and wordings, so rows of a stratum are distinct. Calls are run while the row is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from apothecary.engine.seed import derive_key, permute, random_words
from apothecary.example import EXAMPLE
from apothecary.generate.tools.bench import ORIGIN, Stratum, ToolBench, read_others
from apothecary.generate.tools.cases import Case, Exchange, load_cases
from apothecary.generate.tools.messages import TOOLS
from apothecary.generate.tools.play import Stage, choose_branch, fill, make_call_id, play_steps, settle_lets
from apothecary.generate.tools.toolbox import load_schemas, write_json
from apothecary.packs.load import load_pack

TOOL_SETS = 8  # different sets of tools offered with a case
EXTRAS = (2, 3, 4, 5, 6, 3, 4, 99)  # tools offered besides those called, by set


def list_tool_strata(
    pack: str, seed: int, knowledge: Path, shares: Mapping[str, float] | None = None, by: str = "parent"
) -> list[dict[str, Any]]:
    """Pack, seed and knowledge folder to `{id, split, capacity, kind, weight}` of every stratum, in a fixed order.

    `shares` are those of validation and test among entities and `by` is what they are held out by, as in the recipe, so
    that rows of tools hold out the same compounds as all others. Raises PackError, and RunDamagedError for a folder
    that is no knowledge folder.
    """
    return [
        {
            "id": stratum.id,
            "split": stratum.split,
            "capacity": stratum.capacity,
            "kind": stratum.case.kind,
            "weight": stratum.case.weight,
        }
        for stratum in open_bench(pack, seed, knowledge, shares, by).strata.values()
    ]


def open_bench(
    pack: str, seed: int, knowledge: Path, shares: Mapping[str, float] | None = None, by: str = "parent"
) -> ToolBench:
    """The bench of a pack (name or folder), seed and knowledge folder, once a process."""
    given = tuple(sorted(shares.items())) if shares is not None else None
    return _open_bench(pack, seed, str(knowledge), given, by)


@lru_cache(2)
def _open_bench(
    pack: str, seed: int, knowledge: str, shares: tuple[tuple[str, float], ...] | None, by: str
) -> ToolBench:
    bench = ToolBench(load_pack(pack), Path(knowledge), seed, by=by)
    if shares is not None:
        bench.shares = dict(shares)
    return bench


def render_tools(bench: ToolBench, stratum_id: str, start: int, stop: int) -> pl.DataFrame:
    """Rows `start`..`stop` of a stratum as an EXAMPLE frame; RecipeError for an unknown stratum."""
    stratum = bench.find_stratum(stratum_id)
    numbers = np.arange(start, min(stop, stratum.capacity), dtype=np.int64)
    words = random_words(stratum.key, numbers, 1)
    rows = [
        _make_row(bench, stratum, int(number), *combination, draws)
        for number, combination, draws in zip(numbers, stratum.read(numbers), words, strict=True)
    ]
    return pl.DataFrame(rows, schema=EXAMPLE)


def _make_row(
    bench: ToolBench, stratum: Stratum, number: int, entities: list[int], rest: int, words: Any
) -> dict[str, Any]:
    case = stratum.case
    ask, names, places = read_others(case, rest)
    if case.stranger:
        names["a"], entities = {"name": bench.strangers[entities[0]]}, []
    for role, row in zip(case.about, entities, strict=False):
        names[role] = read_entity(bench, case, row)
    stage = Stage(bench.toolbox, names, lambda call: make_call_id(words, call))
    stage.turns.append({"role": TOOLS, "content": _offer(stratum.name, int(words[2]) % TOOL_SETS)})
    if case.before:
        _play_before(stage, case.before, words)
    play_steps(stage, case)
    settle_lets(case, names)
    branch = choose_branch(case, names)
    replies = case.replies[branch]
    register, wording = case.asks[ask]
    reply = int(words[3]) % len(replies)
    facts = _list_facts(bench, case, entities, names, places)
    return {
        "id": f"{bench.pack.name}/{stratum.id}/{number}",
        "prompt": fill(wording, names),
        "response": fill(replies[reply], names),
        "system": _draw_system(bench, int(words[2])),
        "history": stage.turns,
        "pack": bench.pack.name,
        "perspective": case.perspective,
        "intent": stratum.name,
        "wording": f"{ask}.{branch or 'any'}-{reply}",
        "entities": [bench.view.column("entity_id")[row] for row in entities],
        "facts": facts,
        "evidence": [],
        **_list_sources(bench, entities, case),
        "origin": ORIGIN,
        "answer": fill(case.answer, names, is_prose=False),
        "answer_type": case.answer_type,
        "tolerance": case.tolerance,
        "difficulty": case.difficulty,
        "register": register,
        "safety_class": "S0",
        "tests": "skill",
        "split": stratum.split,
    }


def _play_before(stage: Stage, before: Exchange, words: Any) -> None:
    """The exchange before the question: asked, computed, answered."""
    asks, replies = before.asks, before.replies[""]
    asked = fill(asks[int(words[0]) % len(asks)][1], stage.names)
    stage.turns.append({"role": "user", "content": asked})
    play_steps(stage, before)
    stage.turns.append({"role": "assistant", "content": fill(replies[int(words[1]) % len(replies)], stage.names)})


def read_entity(bench: ToolBench, case: Case, row: int) -> dict[str, Any]:
    """What slots may say of an entity: its name, and the fields that the case needs."""
    found: dict[str, Any] = {"name": bench.desk.names[row]}
    for name in case.needs:
        if name == "misspelt":
            found[name] = bench.misspelt[row]
            continue
        recorded = bench.desk.read(row, name)
        assert recorded is not None
        found[name] = recorded.text
    return found


def _list_facts(
    bench: ToolBench, case: Case, entities: list[int], names: Mapping[str, Any], places: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The recorded facts that a dialogue rests on, then the numbers given in the question."""
    facts: list[dict[str, Any]] = []
    for at, row in enumerate(entities):
        for name in case.needs:
            recorded = bench.desk.read(row, name) if name != "misspelt" else None
            if recorded:
                told = {"value": recorded.text, "unit": recorded.unit, "fact_id": recorded.fact_id}
                facts.append({"entity": at, "field": name, **told})
    for name, given in case.given.items():
        facts.append({"entity": -1, "field": name, "value": given.values[places[name]], "unit": given.unit})
    return facts


def _list_sources(bench: ToolBench, entities: list[int], case: Case) -> dict[str, list[str]]:
    """Sources and licences of the entities and of the fields read, in the order of the knowledge base."""
    mask = 0
    for row in entities:
        mask |= int(bench.view.base_bits[row])
        for name in case.needs:
            if name != "misspelt":
                mask |= int(bench.view.source_bits(name)[row])
    met = [source for source in bench.view.sources if mask >> source.index & 1]
    return {"sources": [one.id for one in met], "licences": sorted({one.licence for one in met})}


def _draw_system(bench: ToolBench, word: int) -> str | None:
    """One of the pack's system texts by weight, or none."""
    systems = bench.pack.systems
    if not systems:
        return None
    place = word / 2**32 * sum(one.weight for one in systems)
    for one in systems:
        place -= one.weight
        if place < 0:
            return one.text or None
    return None


@lru_cache(1_000)
def _offer(name: str, number: int) -> str:
    """The schemas of set `number` of a case as JSON: those it calls and some others, in an order of their own."""
    case = load_cases()[name]
    needed = list(dict.fromkeys((*case.called, *case.tools)))
    others = [one for one in load_schemas() if one not in needed and one not in case.withhold]
    key = derive_key("tool set", name, number)
    mixed = [others[i] for i in permute(np.arange(len(others)), len(others), key)] if others else []
    chosen = [*needed, *mixed[: EXTRAS[number]]]
    order = permute(np.arange(len(chosen)), len(chosen), key)
    return write_json([load_schemas()[chosen[i]] for i in order])
