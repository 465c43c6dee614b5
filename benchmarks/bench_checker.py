"""Does the checker catch what is wrong, pass what is right, and how fast? A mutation corpus over all intents.

    python benchmarks/bench_checker.py RUN [--rows 200000] [--mutants 2000]

RUN is the folder of a finished run; its generated rows are the right ones.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl

from apothecary.engine.commit import read_json
from apothecary.facts.checker import FACTS_READ, Checker
from apothecary.facts.mutate import KINDS, mutate

SPIKE = ("melting_point", "compare_mw", "choose_mw", "solution_mass", "weight_difference")


def main() -> None:
    """Print false alarms, speed, and for each kind the share caught, overall and in the worst intent."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--mutants", type=int, default=2000, help="of each kind and intent, as far as there are rows")
    options = parser.parse_args()
    files = [
        options.run / "generate" / f["path"] for f in read_json(options.run / "generate" / "manifest.json")["files"]
    ]
    rows = pl.concat([pl.read_parquet(path) for path in files[:4]]).head(options.rows)
    facts = pl.read_parquet(options.run / "gather" / "facts.parquet", columns=list(FACTS_READ))
    pack = read_json(options.run / "generate" / "pack.json")
    own = [f"{table['entity']}.parquet" for table in pack.get("tables", {}).values() if "entity" in table]
    paths = [options.run / "gather" / name for name in ("compounds.parquet", *own)]
    names = pl.concat([pl.read_parquet(path, columns=["entity_id", "name", "Name"]) for path in paths if path.exists()])
    start = time.process_time()
    checker = Checker(pack, facts, names)
    loaded = time.process_time() - start
    checker.check(rows.head(20_000))
    start = time.process_time()
    wrong = checker.check(rows)
    each = (time.process_time() - start) / rows.height * 1e6
    print(f"{rows.height:,} right rows: {wrong.height} refused; {each:.2f} us/row, {loaded:.1f} s to load")
    for kind in KINDS:
        caught, made, by_intent = 0, 0, {}
        for (intent,), own in rows.group_by("intent", maintain_order=True):
            mutants = mutate(own.head(options.mutants), kind, 1, names)
            if mutants.height:
                found = checker.check(mutants).height
                by_intent[intent] = (found / mutants.height, mutants.height)
                caught, made = caught + found, made + mutants.height
        if not by_intent:
            print(f"{kind:10} no row has anything of it to change")
            continue
        worst, (share, count) = min(by_intent.items(), key=lambda item: item[1][0])
        spike = " ".join(f"{name} {by_intent[name][0]:.2%}/{by_intent[name][1]}" for name in SPIKE if name in by_intent)
        print(f"{kind:10} {caught:,} of {made:,} caught ({caught / made:.3%}); worst: {worst} {share:.2%} of {count}")
        print(f"           {spike}")


if __name__ == "__main__":
    main()
