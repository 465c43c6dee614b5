"""This machine in, lines of text out: versions, cores, memory, disk, cache and sources."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import find_cache
from apothecary.identity import list_versions
from apothecary.report.failure import find_existing
from apothecary.report.table import format_bytes, lay_out

MIN_FREE_BYTES = 5 * 2**30  # ten million rows and their verdicts, with room to spare
MIN_MEMORY_BYTES = 2 * 2**30


def examine_machine() -> Iterator[str]:
    """What a run would find here; what is short ends in a line that says so."""
    yield "versions"
    yield from lay_out(("", ""), [("python", platform.python_version()), *list(list_versions().items())[1:]])[1:]
    memory, free, cache = find_memory_bytes(), shutil.disk_usage(Path.cwd()).free, find_cache()
    yield "machine"
    rows = [
        ("cores", str(len(os.sched_getaffinity(0)))),
        ("memory", format_bytes(memory) + _judge(memory, MIN_MEMORY_BYTES)),
        ("disk free here", format_bytes(free) + _judge(free, MIN_FREE_BYTES)),
    ]
    yield from lay_out(("", ""), rows)[1:]
    yield from describe_cache(cache)


def describe_cache(cache: Path) -> Iterator[str]:
    """The cache folder: space, sources by wheel, and the knowledge bases that are complete."""
    yield f"cache {cache}"
    writable = os.access(find_existing(cache), os.W_OK)
    built = sorted(path.parent.name for path in cache.glob("knowledge/*/manifest.json"))
    rows = [
        ("writable", "yes" if writable else "no; set APOTHECARY_CACHE to a folder that is"),
        ("disk free there", format_bytes(shutil.disk_usage(find_existing(cache)).free)),
        ("knowledge bases", ", ".join(name[:12] for name in built) or "none yet: apothecary gather pharma"),
    ]
    yield from lay_out(("", ""), rows)[1:]
    yield "sources"
    there = [("here" if (cache / "wheels" / wheel.filename).exists() else "not yet downloaded") for wheel in WHEELS]
    table = [(wheel.package, wheel.version, state) for wheel, state in zip(WHEELS, there, strict=True)]
    yield from lay_out(("package", "version", ""), table)


def find_memory_bytes() -> int:
    """The memory this process may use: that of the machine, or of its control group where that is less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text("ascii").strip() if limit.exists() else ""
    return min(memory, int(text)) if text.isdigit() else memory


def _judge(has: int, needs: int) -> str:
    return "" if has >= needs else f"; ten million rows want {format_bytes(needs)}"
