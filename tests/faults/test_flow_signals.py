"""R16 on the whole flow: SIGINT and SIGTERM in each room: exit code 130 or 143 within 10 s, and nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from engine_toy import end_toy, hash_tree
from flow_runs import Flow, Reference, try_each, wait_until

LIMIT_S = 10
# What has to be there before the signal is sent.
MOMENTS = {
    "start": ".lock",
    "gather": "gather",
    "generate": "generate/data",
    "generate-done": "generate/manifest.json",
    "curate": "curate/verify/data",
    "export": "export/data",
}
NUMBERS = [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("moment", MOMENTS)
def test_signal_ends_the_run_and_resume_completes_it(
    flow: Flow, reference: Reference, tmp_path: Path, moment: str
) -> None:
    def try_signal(number: signal.Signals) -> None:
        out = tmp_path / number.name
        process = flow.start_run(out, workers=2)
        wait_until((out / MOMENTS[moment]).exists, process)
        started = time.monotonic()
        (os.killpg if moment != "curate" else os.kill)(process.pid, number)  # a terminal signals the whole group
        code, output = end_toy(process)
        assert time.monotonic() - started < LIMIT_S
        assert code == 128 + number, f"{code}: {output}"
        assert "stopped" in output and "hint: " in output and "Traceback" not in output, output
        assert not list(out.rglob("*.tmp"))
        code, output = flow.run(out)
        assert code == 0, output
        assert hash_tree(out) == reference.tree

    try_each(try_signal, NUMBERS)
