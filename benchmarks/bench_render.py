"""How fast are full rows made? Ours against the bare write, precompiled Jinja2 and code-generated f-strings.

One process, one thread; every side makes the same columns from the same drawn combinations and writes the same Parquet.
    python benchmarks/bench_render.py [--rows 1000000] [--wordings 12000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"

import polars as pl
from rivals import Rival, compile_fstring, compile_jinja
from wide_pack import INTENTS, count_wordings, widen_pack

from apothecary.engine.progress import make_progress
from apothecary.flow import make_views
from apothecary.gather.knowledge import build_knowledge
from apothecary.gather.wheels import find_cache
from apothecary.generate.allocate import allocate_rows
from apothecary.generate.draw import Span
from apothecary.generate.values import BatchValues
from apothecary.generate.workbench import Workbench
from apothecary.packs.load import find_pack, load_pack
from apothecary.recipe import Recipe

BATCH_ROWS = 200_000


def clock(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spread(bench: Workbench, rows: int, number: int, of: int) -> list[Span]:
    """Part `number` of `of` of a recipe of `rows` rows over the five intents."""
    recipe = bench.recipe.model_copy(update={"rows": rows})
    quotas = [q for q in allocate_rows(bench.plans, recipe) if q.wanted]
    return [Span(q.stratum, q.wanted * number // of, q.wanted * (number + 1) // of) for q in quotas]


def make_knowledge(folder: Path) -> Path:
    """The views of the knowledge base in the cache."""
    folder.mkdir()
    knowledge = build_knowledge(find_cache(), workers=2, progress=make_progress())
    make_views(knowledge, folder, load_pack("pharma"), find_pack("pharma"), licence="share-alike")
    return folder


def main() -> None:
    """Print microseconds a row and their ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--wordings", type=int, default=12_000)
    parser.add_argument("--rival-rows", type=int, default=50_000)
    parser.add_argument("--knowledge", type=Path, help="the gather folder of a run; left out, it is made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        knowledge = options.knowledge or make_knowledge(Path(folder) / "gather")
        pack = widen_pack(options.wordings)
        recipe = Recipe(name="bench", pack="pharma", rows=options.rows, weights=dict.fromkeys(INTENTS, 1.0))
        bench = Workbench(recipe, pack, knowledge)
        target = Path(folder) / "rows.parquet"
        parts = max(1, options.rows // BATCH_ROWS)
        bench.render_shuffled(spread(bench, options.rows, 0, parts * 10), "warm")

        def write(frame: pl.DataFrame) -> None:
            frame.write_parquet(target, compression="lz4", row_group_size=frame.height)

        made = written = rows = 0.0
        for number in range(parts):
            spans = spread(bench, options.rows, number, parts)
            frames: list[pl.DataFrame] = []
            made += clock(lambda spans=spans, frames=frames: frames.append(bench.render_shuffled(spans, "s")))
            written += clock(lambda frames=frames: write(frames[0]))
            rows += frames[0].height
        ours = (made + written) / rows * 1e6
        bare = written / rows * 1e6
        print(f"{count_wordings(pack):,} wordings, {int(rows):,} rows of {len(frames[0].columns)} columns")
        print(f"bare write                {bare:8.2f} us/row")
        print(f"generate (make + write)   {ours:8.2f} us/row   {ours / bare:.2f} x the bare write")
        for name, compiler in (("precompiled Jinja2", compile_jinja), ("generated f-strings", compile_fstring)):
            seconds = count = 0.0
            for intent in INTENTS:
                renderer = bench._renderer(intent)
                spans = [
                    span
                    for span in spread(bench, options.rival_rows, 0, 1)
                    if span.stratum.intent == intent and span.stop > span.start
                ]
                rival = Rival(renderer, compiler)
                drawn = rival.draw(spans)
                values = BatchValues(renderer.plan, drawn)
                order = renderer._order_entities(drawn, values)
                seconds += clock(lambda rival=rival, d=drawn, v=values, o=order: write(rival.make(d, v, o)))
                count += drawn.rows
            each = seconds / count * 1e6
            print(f"{name:25} {each:8.2f} us/row   ours is {each / ours:.1f} x as fast ({int(count):,} rows)")


if __name__ == "__main__":
    main()
