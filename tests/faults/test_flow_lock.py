"""R8 on the whole flow: two runs in one folder: the second stops at once and names the owner, nothing is damaged."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest
from engine_toy import end_toy, hash_tree
from flow_runs import Flow, Reference, find_room, wait_until

from apothecary.flow import ROOMS

LONGEST_S = 5  # the second's own start included


@pytest.mark.parametrize("room", ROOMS[1:])
def test_second_run_stops_and_names_the_owner(flow: Flow, reference: Reference, tmp_path: Path, room: str) -> None:
    out = tmp_path / "run"
    stray = out / "gather" / ".stray.tmp"
    owner = flow.start_run(out)
    wait_until((out / room).is_dir, owner)
    owner.send_signal(signal.SIGSTOP)  # so that it stands in this room while the others come
    try:
        assert find_room(out) == room
        stray.write_text("damage in the eyes of a repair, which must not begin")
        for verb in (["run", flow.recipe, "--out", out], ["resume", out], ["verify", out, "--repair"]):
            started = time.monotonic()
            code, output = flow.call(*verb)
            assert code == 2 and time.monotonic() - started < LONGEST_S, output
            assert f"process {owner.pid} on {socket.gethostname()}, started 20" in output and "hint: " in output
            assert "Traceback" not in output
    finally:
        stray.unlink()
        owner.send_signal(signal.SIGCONT)
    code, output = end_toy(owner)
    assert code == 0, output
    assert hash_tree(out) == reference.tree


def test_runs_that_start_together_do_no_damage(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    out = tmp_path / "run"
    ends = [end_toy(process, 120) for process in [flow.start_run(out) for _ in range(3)]]
    assert sorted(code for code, _ in ends) == [0, 2, 2], ends
    assert sum("this run is in the hands of process" in output for _, output in ends) == 2
    assert hash_tree(out) == reference.tree
