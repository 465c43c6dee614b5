"""What is said of a server, and of an endpoint under examination."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.llm.check import Bill, Examiner, Finding
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.serve import LocalServer, Serving
from apothecary.report.llm import describe_finding, describe_server, report_examination


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


class Judged:
    """An examiner's outside with findings made up."""

    def __init__(self, findings: list[Finding], url: str = "http://127.0.0.1:1/v1", model: str = "m") -> None:
        self.findings, self.endpoint, self.model = findings, Endpoint(url, model), model
        self.bill = Bill(3, 1_000_000, 1_000_000)

    def examine(self) -> list[Finding]:
        return self.findings


def report(judged: Judged) -> tuple[bool, list[str]]:
    lines: list[str] = []
    examiner: Examiner = judged  # type: ignore[assignment]
    return report_examination(examiner, lines.append), lines


def test_a_hint_is_given_where_something_is_to_be_done() -> None:
    assert describe_finding(Finding("seed", "fit", "same text", "unused")) == ["seed      fit    same text"]
    first, second = describe_finding(Finding("seed", "weak", "other text", "do this"))
    assert (first, second) == ("seed      weak   other text", " " * 17 + "hint: do this")
    assert all(len(line) <= 110 for line in describe_finding(Finding("x", "unfit", "y", "long words " * 40)))


@pytest.mark.parametrize(
    ("grades", "is_fit", "verdict"),
    [
        (["fit", "fit"], True, "fit"),
        (["fit", "weak"], True, "fit; weak: step1"),
        (["unfit", "weak", "unfit"], False, "unfit: step0, step2"),
    ],
)
def test_the_verdict_names_the_steps(grades: list[str], is_fit: bool, verdict: str) -> None:
    findings = [Finding(f"step{number}", grade, "seen") for number, grade in enumerate(grades)]  # type: ignore[arg-type]
    fit, lines = report(Judged(findings))
    assert (fit, lines[-1]) == (is_fit, verdict)
    assert lines[-2] == "asked 3 times, 1,000,000 tokens in and 1,000,000 out"


def test_what_the_check_costs_is_said_of_hosted_endpoints() -> None:
    _, lines = report(Judged([], "https://api.example/v1", "gpt-4o-mini"))
    assert lines[-2].endswith("; about 0.750 US dollars by the price list")
    _, lines = report(Judged([], "https://api.example/v1", "unheard-of"))
    assert lines[-2].endswith("; no price is known for this model")
