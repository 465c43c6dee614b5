"""The verbs about language models as a user meets them: a server that starts, says what comes next, and ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

VERB = [sys.executable, "-c", "from apothecary.cli import main; main()", "llm"]


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*VERB, *map(str, arguments)], capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_serve_says_where_it_is_and_ends_cleanly(local_llm: tuple[str, str], how: signal.Signals) -> None:
    command = [*VERB, "serve", "--port", "0", "--threads", "1", "--parallel", "2", "--context", "512"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = [process.stdout.readline() for _ in range(5)]
        url = lines[0].split()[1]
        assert lines[1].split()[:2] == ["model", local_llm[1]]
        assert "2 requests at once, 512 tokens each with the answer, on 1 thread;" in lines[2]
        assert lines[4] == f"  apothecary llm check {url}\n"
        assert urllib.request.urlopen(f"{url}/models", timeout=10).status == 200
        process.send_signal(how)
        assert process.wait(20) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == "stopped\n"


def test_serve_explains_a_wrong_file(tmp_path: Path) -> None:
    done = call("serve", "--model", tmp_path / "none.gguf")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such file" in done.stderr and "hint: " in done.stderr and "Traceback" not in done.stderr


def test_check_of_nobody_ends_with_one_and_the_next_command() -> None:
    done = call("check", "http://127.0.0.1:9/v1")
    assert done.returncode == 1
    assert "models    unfit  nobody answers at http://127.0.0.1:9/v1" in done.stdout
    assert "hint: start one: apothecary llm serve" in done.stdout
    assert done.stdout.splitlines()[-1] == "unfit: models"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["127.0.0.1:8080"], "an endpoint's address is wrong"),
        (["http://127.0.0.1:9/v1", "--key-variable", "ZZ_NOT_SET"], "export ZZ_NOT_SET=..."),
        (["http://127.0.0.1:9/v1", "--dialect", "latin"], "there is no dialect latin"),
    ],
)
def test_check_explains_mistakes(arguments: list[str], part: str) -> None:
    done = call("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr and "Traceback" not in done.stderr
