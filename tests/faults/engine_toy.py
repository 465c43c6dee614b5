"""A small run of one room in real processes, for the fault tests; started by `start_toy`."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from apothecary.engine.lock import RunLock
from apothecary.engine.progress import SilentProgress
from apothecary.engine.run import Shard, ShardFolder, ShardRecord, run_room
from apothecary.errors import ApothecaryError

ROOM = "generate"
OPTIONS = {"shards": 3, "rows": 40, "files": 2, "workers": 1, "sleep_s": 0.0, "seed": 1}


def make_numbers(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """Some files of random bytes, slowly when asked."""
    rows = shard.payload["rows"]
    for part in "abcdef"[: shard.payload["files"]]:
        time.sleep(context["sleep_s"])
        data = hashlib.shake_256(f"{context['seed']}/{shard.name}/{part}".encode()).digest(16 * rows)
        folder.write_bytes(f"data/{part}-{shard.name}.bin", data, rows=rows)
    return {"draw": {"read": rows, "kept": rows - 1, "dropped": {"odd": 1}, "failed": {}}}


def count_files(records: list[ShardRecord]) -> dict[str, Any]:
    return {"counted": sum(len(record.files) for record in records)}


def run_toy(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The toy's one room in this process, its workers in theirs."""
    payload = {"rows": options["rows"], "files": options["files"]}
    with RunLock(folder):
        return run_room(
            folder / ROOM,
            ROOM,
            [Shard(f"{number:05d}", payload) for number in range(options["shards"])],
            make_numbers,
            context={"seed": options["seed"], "sleep_s": options["sleep_s"]},
            inputs=f"toy-{options['seed']}",
            workers=options["workers"],
            progress=SilentProgress(),
            summarise=count_files,
        )


def start_toy(folder: Path, environment: dict[str, str] | None = None, **changes: Any) -> subprocess.Popen[str]:
    """Start the toy in a process group of its own; `changes` are those of OPTIONS."""
    return subprocess.Popen(
        [sys.executable, "-c", "import engine_toy; engine_toy.main()", str(folder), json.dumps(OPTIONS | changes)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)} | (environment or {}),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end_toy(process: subprocess.Popen[str], timeout_s: float = 60) -> tuple[int, str]:
    """Wait for the toy; its exit code and what it printed."""
    output, _ = process.communicate(timeout=timeout_s)
    return process.returncode, output


def kill_toy(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the toy and all its workers at the same moment."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def hash_tree(folder: Path) -> dict[str, str]:
    """Every file of a run with its SHA-256, without the log and the lock."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock" and path.relative_to(folder).parts[0] != "log"
    }


def make_reference(folder: Path, **changes: Any) -> dict[str, str]:
    """The tree of an uninterrupted run."""
    assert end_toy(start_toy(folder, **changes)) == (0, "")
    return hash_tree(folder)


def main() -> None:
    try:
        run_toy(Path(sys.argv[1]), json.loads(sys.argv[2]))
    except ApothecaryError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
