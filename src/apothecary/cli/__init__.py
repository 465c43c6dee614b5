"""The command line: one verb a room, plus run, resume, preview, show, verify, trace and doctor; no logic.

Data goes to stdout, progress and messages to stderr. A mistake of the user ends with one message and exit code 2; an
interrupted run ends with 130 (Ctrl-C) or 143 (terminated). Heavy packages are imported by the verb that needs them.
"""

from __future__ import annotations

import signal
from typing import Any

# Each module adds its verbs to the app; the order is that of `--help`.
# isort: off
from apothecary.cli import runs, gather, dumps, make, curate, packs, vary, llm, export, plan, write, report, coverage  # noqa: F401

# isort: on
from apothecary.cli.app import Terminated, app, gather_app, packs_app

__all__ = ["app", "gather_app", "main", "packs_app"]


def main() -> None:
    """Run the command line; the console script."""
    signal.signal(signal.SIGTERM, _terminate)
    app()


def _terminate(number: int, frame: Any) -> None:
    raise Terminated
