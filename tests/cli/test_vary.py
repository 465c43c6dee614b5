from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apothecary.cli import app
from apothecary.packs.bank import read_bank

sys.path.append(str(Path(__file__).parents[1] / "engine" / "llm"))
from server import Server

TINY = str(Path(__file__).parents[1] / "data" / "tiny_pack")


def invoke(*args: str) -> Any:
    return CliRunner().invoke(app, list(args))


def write_lines(path: Path, *changes: dict[str, Any]) -> Path:
    line = {
        "pack": "tiny",
        "intent": "melts",
        "template": "plain",
        "side": "ask",
        "register": "student",
        "pattern": "How hot is {name} as it melts?",
        "source": "At what temperature does {name} melt?",
        "model": "small",
        "licence": "MIT",
        "prompt": "ab" * 32,
        "seed": 1,
        "sampling": {"temperature": 0.7, "top_p": 0.95, "max_tokens": 96},
    }
    lines = [json.dumps(line | {"sample": number} | change) for number, change in enumerate(changes)]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_wrong_command_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    base = ("packs", "vary", TINY, "--model", "m", "--licence", "MIT", "--out", str(tmp_path / "b"), "--quiet")
    assert "address is wrong" in invoke(*base, "--endpoint", "nowhere").output
    local = ("--endpoint", "http://127.0.0.1:1/v1")
    assert "no register 'doctor'" in invoke(*base, *local, "--register", "doctor").output
    assert "no intent 'cheese'" in invoke(*base, *local, "--intent", "cheese").output
    assert not (tmp_path / "b").exists()


def test_a_spent_budget_leaves_an_empty_bank_and_says_so(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")
    out = tmp_path / "bank.jsonl"
    with Server(faults=1.0, kinds=("garbage",)) as server:
        told = invoke(
            *("packs", "vary", TINY, "--model", "m", "--licence", "MIT", "--out", str(out), "--quiet"),
            *("--endpoint", server.url, "--intent", "melts", "--budget-calls", "1"),
        )
    assert told.exit_code == 0
    assert "stopped by budget: calls" in told.output
    assert read_bank(out) == []


def test_a_review_by_file(tmp_path: Path) -> None:
    bank = write_lines(tmp_path / "bank.jsonl", {}, {})
    names = [wording.id for wording in read_bank(bank)]
    decisions = tmp_path / "decisions"
    decisions.write_text(f"{names[0]} a\n{names[1]} r too vague\n", "utf-8")
    told = invoke("packs", "review", str(bank), "--by", "me", "--when", "2026-11-22", "--decisions", str(decisions))
    assert told.output.strip() == "0 new, 1 accepted, 1 rejected"
    assert [(w.state, w.when) for w in read_bank(bank)] == [("accepted", "2026-11-22"), ("rejected", "2026-11-22")]


def test_without_a_terminal_what_waits_is_listed(tmp_path: Path) -> None:
    bank = write_lines(
        tmp_path / "bank.jsonl", {}, {"state": "rejected", "by": "gates", "gate": "form", "reason": "no"}
    )
    told = invoke("packs", "review", str(bank), "--no-examples")
    assert told.output.count("How hot is {name} as it melts?") == 1
    assert told.output.strip().endswith("1 new, 0 accepted, 1 rejected")
