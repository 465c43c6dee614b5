from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from apothecary.engine.progress import PlainProgress, SilentProgress, make_progress

SCRIPT = """
from apothecary.engine.progress import make_progress
progress = make_progress()
progress.start("generate", 4)
progress.advance(1)
progress.advance(3)
progress.finish()
progress.finish()
print(type(progress).__name__)
"""


def test_plain_lines_come_every_tenth(capsys):
    progress = PlainProgress(every_s=0)
    progress.start("curate", 1000)
    for _ in range(100):
        progress.advance(10)
    progress.finish()
    progress.finish()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "curate: 0 of 1,000 rows" and lines[1] == "curate: 100 of 1,000 rows (10%)"
    assert lines[-1].startswith("curate: 1,000 rows in ") and 11 <= len(lines) <= 13


def test_plain_lines_are_not_too_many(capsys):
    progress = PlainProgress(every_s=60)
    progress.start("curate", 10)
    for _ in range(10):
        progress.advance(1)
    progress.finish()
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize("quiet", [True, False])
def test_kind_fits_the_place(capsys, quiet):
    progress = make_progress(quiet)
    assert isinstance(progress, SilentProgress if quiet else PlainProgress)
    progress.start("x", 0)
    progress.advance(0)
    progress.finish()
    assert bool(capsys.readouterr().err) is not quiet


def test_terminal_gets_a_bar():
    ours, theirs = pty.openpty()
    done = subprocess.run([sys.executable, "-c", SCRIPT], stderr=theirs, stdout=subprocess.PIPE, text=True, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.stdout == "RichProgress\n"
    assert "generate" in shown and "4/4" in shown
