"""Work functions for the tests of the engine: each does, or breaks, one thing."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from typing import Any

from apothecary.engine.run import Shard, ShardFolder, load_once
from apothecary.errors import PackError

Books = dict[str, Any]


class BadToPickle(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def write_frame(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    import polars as pl

    frame = pl.DataFrame({"shard": [shard.name] * 3, "threads": [pl.thread_pool_size()] * 3})
    folder.write_parquet(f"data/deep/{shard.name}.parquet", frame, compression="zstd")
    return {"rows": 3, "nested": {"again": 1}}


def write_text(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    folder.write_bytes(f"data/deep/{shard.name}.txt", f"{shard}".encode(), rows=3)
    return {"rows": 3, "nested": {"again": 1}}


def write_floats(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    return {"rows": 1.5}


def tell_process(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    loads = load_once(count_loads, context)
    folder.write_bytes(f"data/{shard.name}.txt", f"{len(loads)} {os.environ['POLARS_MAX_THREADS']}".encode(), rows=1)
    sys.stdout.write("words on stdout\n")
    return {}


_loads: list[int] = []


def count_loads(context: dict[str, Any]) -> list[int]:
    _loads.append(1)
    return list(_loads)


def unbalanced(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    folder.write_bytes(f"data/{shard.name}.txt", b"x")
    return {"filter": {"read": 10, "kept": 5, "dropped": {"short": 3, "long": 1}, "failed": {"error": 0}}}


def same_file(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    folder.write_bytes("data/same.txt", b"x")
    return {}


def bad_context(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    raise PackError("an unknown slot", where="intent x", hint="apothecary packs check")


def bug(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    raise KeyError("a bug")


def strange_bug(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    raise BadToPickle(1, 2)


def full_disk(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    raise OSError(errno.ENOSPC, "No space left on device", str(folder.folder / "x"))


def no_memory(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    raise MemoryError


def leave(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    os._exit(7)


def kill_itself(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def fail_first(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    """Shard 0 fails at once; the others take a while and are done."""
    if shard.name == "0":
        raise PackError("the first one fails")
    time.sleep(0.3)
    folder.write_bytes(f"data/{shard.name}.txt", b"done")
    return {}


def sleep_long(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> Books:
    time.sleep(context["sleep_s"])
    folder.write_bytes(f"data/{shard.name}.txt", b"done")
    return {}
