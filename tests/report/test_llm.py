"""What is said of a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.llm.serve import LocalServer, Serving
from apothecary.report.llm import describe_server


class Stand:
    """A server's outside, where none runs."""

    def __init__(self, serving: Serving) -> None:
        self.serving, self.model_id, self.url = serving, serving.model_id, "http://127.0.0.1:1/v1"


@pytest.mark.parametrize(("threads", "said"), [(1, "on 1 thread;"), (3, "on 3 threads;")])
def test_a_server_says_address_model_and_what_comes_next(tmp_path: Path, threads: int, said: str) -> None:
    (tmp_path / "small.Q4.gguf").write_bytes(b"GGUF" * 512)
    stand: LocalServer = Stand(Serving(tmp_path / "small.Q4.gguf", threads=threads))  # type: ignore[assignment]
    lines = "\n".join(describe_server(stand)).splitlines()
    assert lines[0] == "address  http://127.0.0.1:1/v1"
    assert lines[1] == "model    small.Q4 (2.0 KiB)"
    assert said in lines[2]
    assert lines[-1] == "  apothecary llm check http://127.0.0.1:1/v1"
