"""Does the judge of free text flag what is wrong, pass what is right, and how fast? Planted errors in a run's rows.

    python benchmarks/bench_claims.py RUN [--rows 20000]

RUN is the folder of a finished run; its rows are right, so each `contradicts` in a response is a false alarm. Then each
number that agreed is made wrong in four ways and judged again. Last, the melting point of one source is stated where
only the other is known: what right statements cost when sources disagree.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl

from apothecary.engine.commit import read_json
from apothecary.facts.claim_facts import CLAIM_FACTS, Knowledge
from apothecary.facts.claim_judge import compare_value
from apothecary.facts.claim_rules import read_rules
from apothecary.facts.claim_values import Value
from apothecary.facts.claims import ClaimChecker
from apothecary.packs.load import find_pack
from apothecary.packs.yaml import load_yaml

KINDS = ("digit", "swap", "last", "other")


def main() -> None:
    """Print verdicts and speed over the rows, then the share of planted errors flagged by kind and field."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    options = parser.parse_args()
    files = read_json(options.run / "generate" / "manifest.json")["files"]
    rows = pl.concat([pl.read_parquet(options.run / "generate" / file["path"]) for file in files]).head(options.rows)
    started = time.perf_counter()
    checker = ClaimChecker(load_knowledge(options.run / "gather"))
    print(f"knowledge ready in {time.perf_counter() - started:.1f} s")
    started = time.process_time()
    claims = checker.check(rows)
    spent = time.process_time() - started
    print(f"{rows.height:,} rows, {rows.height / spent:,.0f} rows a CPU second, {claims.height:,} claims")
    print(claims.group_by("part", "verdict").len().sort("part", "verdict"))
    print(f"false alarms: {count_wrong(claims)} of {rows.height:,} responses")
    with pl.Config(tbl_rows=100):
        print(plant_errors(checker, rows, claims))
    print("one source's melting point against the other's:", leave_one_out(checker, options.run / "gather"))


def load_knowledge(folder: Path) -> Knowledge:
    """The compounds of a knowledge base with the rules of the pharma pack."""
    facts = pl.read_parquet(folder / "facts.parquet", columns=list(CLAIM_FACTS))
    names = pl.read_parquet(folder / "compounds.parquet", columns=["entity_id", "name"])
    raw = load_yaml(find_pack("pharma") / "claims.yaml")
    assert isinstance(raw, dict)
    return Knowledge(facts, names, read_rules(raw))


def count_wrong(claims: pl.DataFrame) -> int:
    """Responses with a claim that contradicts."""
    wrong = (pl.col("verdict") == "contradicts") & (pl.col("part") == "response")
    return claims.filter(wrong)["row"].n_unique()


def plant_errors(checker: ClaimChecker, rows: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """The share flagged of the numbers in responses that agreed and were then made wrong, by kind and field."""
    rng = random.Random(7)
    right = claims.filter((pl.col("verdict") == "agrees") & (pl.col("part") == "response"))
    pools = {str(field): part["stated"].to_list() for (field,), part in right.group_by("field", maintain_order=True)}
    told = []
    for kind in KINDS:
        planted, places = [], []
        for claim in right.iter_rows(named=True):
            wrong = make_wrong(claim["stated"], kind, pools[claim["field"]], rng)
            if wrong and wrong != claim["stated"]:
                row = rows.row(claim["row"], named=True)
                text = row["response"][: claim["start"]] + wrong + row["response"][claim["end"] :]
                planted.append({**{key: row[key] for key in ("prompt", "history")}, "response": text})
                places.append((claim["field"], claim["start"]))
        again = checker.check(pl.DataFrame(planted, schema={key: rows.schema[key] for key in planted[0]}))
        flagged = again.filter((pl.col("verdict") == "contradicts") & (pl.col("part") == "response"))
        found = set(flagged.select("row", "start").iter_rows())
        told += [(kind, field, (row, start) in found) for row, (field, start) in enumerate(places)]
    frame = pl.DataFrame(told, schema=["kind", "field", "flagged"], orient="row")
    every = frame.with_columns(field=pl.lit("all"))
    shares = pl.concat([every, frame]).group_by("field", maintain_order=True)
    parts = [pl.col("flagged").filter(pl.col("kind") == kind).mean().round(3).alias(kind) for kind in KINDS]
    return shares.agg(pl.len().alias("planted"), *parts)


def make_wrong(text: str, kind: str, pool: list[str], rng: random.Random) -> str:
    """A value as stated made wrong: a leading digit, two swapped, the last one, or another compound's value."""
    places = [place for place, sign in enumerate(text) if sign.isdigit() and sign.isascii()]
    if kind == "other":
        return rng.choice(pool)
    if not places:
        return ""
    if kind == "swap":
        pairs = [at for at in places if at + 1 in places and text[at] != text[at + 1] and text[at + 1] != "0"]
        at = pairs[0] if pairs else -1
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if pairs else ""
    at = places[-1] if kind == "last" else rng.choice(places[:2])
    digit = rng.choice([sign for sign in "123456789" if abs(int(sign) - int(text[at])) >= (2 if kind == "last" else 1)])
    return text[:at] + digit + text[at + 1 :]


def leave_one_out(checker: ClaimChecker, folder: Path) -> dict[str, int]:
    """Verdicts on the melting points of one source where only another is known."""
    facts = pl.read_parquet(folder / "facts.parquet", columns=list(CLAIM_FACTS)).filter(pl.col("field") == "mp_c")
    pairs = facts.group_by("entity_id").agg(pl.col("number").sort_by("source")).filter(pl.col("number").list.len() == 2)
    claim = checker.rules.fields["mp_c"]
    found = Counter(
        compare_value(claim, Value(0, 0, other, other, "", 1.0, 1.0), np.array([known])).verdict
        for known, other in pairs["number"].to_list()
    )
    return dict(found)


if __name__ == "__main__":
    main()
