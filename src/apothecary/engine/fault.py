"""The fault door: fails, cuts or kills at the Nth file operation. Off unless APOTHECARY_FAULT is set.

    kill@N            SIGKILL to the own process just before operation N
    cut@N             the file in hand loses its second half, then SIGKILL: a torn write
    fail:ENOSPC@N     operation N raises OSError with that errno; `N+` makes every later one fail as well
    count             nothing happens, operations are only counted

Every operation of `commit` passes `point` first. N counts from 1 in each process for itself; when
APOTHECARY_FAULT_COUNT names a file, the whole process tree counts together in it, one line an operation
("rename data/a.parquet"), so a test can read how many there are and try each.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from pathlib import Path

FAULT_VARIABLE = "APOTHECARY_FAULT"
COUNT_VARIABLE = "APOTHECARY_FAULT_COUNT"

_PLAN = re.compile(r"(?P<kind>kill|cut|fail:(?P<errno>E[A-Z0-9]+))@(?P<number>[1-9][0-9]*)(?P<onward>\+?)|count")
_passed = 0


def point(operation: str, path: Path) -> None:
    """Count one operation about to happen on `path`; raise, cut or kill when the plan says so."""
    plan = os.environ.get(FAULT_VARIABLE)
    if plan:
        _follow_plan(plan, operation, path)


def _follow_plan(plan: str, operation: str, path: Path) -> None:
    match = _PLAN.fullmatch(plan)
    if match is None:
        raise ValueError(f"{FAULT_VARIABLE} must be kill@N, cut@N, fail:ERRNO@N, fail:ERRNO@N+ or count, not {plan!r}")
    number = _count_operation(operation, path)
    if match["kind"] is None:
        return
    planned = int(match["number"])
    if number != planned and not (match["onward"] and number > planned):
        return
    if match["errno"]:
        code = getattr(errno, match["errno"])
        raise OSError(code, os.strerror(code), str(path))
    if match["kind"] == "cut" and path.is_file():
        os.truncate(path, path.stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)


def _count_operation(operation: str, path: Path) -> int:
    """The number of this operation, from 1: in the process tree when it shares a file, else in this process."""
    global _passed
    _passed += 1
    shared = os.environ.get(COUNT_VARIABLE)
    if not shared:
        return _passed
    line = f"{operation} {path}\n".encode()
    descriptor = os.open(shared, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line)
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        return os.pread(descriptor, end, 0).count(b"\n")
    finally:
        os.close(descriptor)
