"""R1, R5 on the whole flow: SIGKILL of everything at random moments in all rooms, other workers after each kill."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

from engine_toy import end_toy, hash_tree, kill_toy
from flow_runs import Flow, Reference, find_room, try_each, wait_until

from apothecary.flow import ROOMS

SEEDS = range(4)
# Where each kill of a row of kills may fall: so many seconds after the room was begun, or after the start.
MOMENTS = [
    ("start", 1.0),
    ("gather", 0.01),  # the views come from the cache: the room is done in 0.03 s
    ("gather", 0.02),
    ("generate", 0.8),
    ("generate", 1.6),
    ("curate", 0.8),
    ("curate", 1.4),
    ("export", 0.6),
    ("export", 1.4),
]


def test_kill_at_random_moments_leaves_the_same_tree(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    rows = try_each(lambda seed: kill_and_resume(flow, reference, tmp_path / f"seed-{seed}", seed), SEEDS)
    kills = sum(rows, Counter())
    print(f"kills by room, seeds {list(SEEDS)}: {dict(kills)}")
    assert kills.total() == len(SEEDS) * len(MOMENTS)
    assert set(ROOMS) <= set(kills), kills


def kill_and_resume(flow: Flow, reference: Reference, root: Path, seed: int) -> Counter[str]:
    """A run that is killed once a moment and then let end; a new one begins when it ends before its kill."""
    chance = random.Random(seed)
    kills: Counter[str] = Counter()
    runs = 0
    for room, longest_s in MOMENTS:
        is_killed = False
        while not is_killed:
            out = root / f"run-{runs}"
            process = start_somehow(flow, out, chance)
            wait_until(lambda: room == "start" or (out / room).is_dir(), process)  # noqa: B023 - called here only
            time.sleep(chance.uniform(0, longest_s))
            stood, is_killed = find_room(out), process.poll() is None
            if is_killed:
                kill_toy(process)
                kills[stood] += 1
            else:
                assert end_toy(process)[0] == 0, f"seed {seed}, run {runs}"
                assert hash_tree(out) == reference.tree, f"seed {seed}, run {runs}"
                runs += 1
    code, output = end_toy(start_somehow(flow, out, chance), 120)
    assert code == 0, f"seed {seed}: {output}"
    assert hash_tree(out) == reference.tree, f"seed {seed}, run {runs}"
    return kills


def start_somehow(flow: Flow, out: Path, chance: random.Random):
    """Go on by `run` or by `resume`, with another number of workers each time."""
    workers = chance.randint(1, 3)
    if chance.random() < 0.5 and (out / "recipe.yaml").exists() and (out / "run.json").exists():
        return flow.start("resume", out, "--workers", str(workers), "--quiet")
    return flow.start_run(out, workers=workers)
