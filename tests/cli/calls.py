"""The command line in a process of its own, as a user calls it, and what a refusal looks like."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

APOTHECARY = str(Path(sys.executable).parent / "apothecary")
ROOT = Path(__file__).parents[2]
TINY_PACK = ROOT / "tests" / "data" / "tiny_pack"


def call(*arguments: str | Path, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    command = [APOTHECARY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=os.environ | env, check=False)


def assert_refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """One message on stderr with a hint, nothing on stdout, exit code 2, no traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "hint: " in done.stderr
    assert done.stdout == ""
    for part in parts:
        assert part in done.stderr


def copy_pack(tmp_path: Path, old: str, new: str) -> Path:
    """The tiny pack with one text of its mass intent changed."""
    pack = tmp_path / "pack"
    shutil.copytree(TINY_PACK, pack)
    intent = pack / "intents" / "mass.yaml"
    text = intent.read_text()
    assert old in text
    intent.write_text(text.replace(old, new))
    return pack
