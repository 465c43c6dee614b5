from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError
from apothecary.packs.bank import BankWording, read_bank, write_bank
from apothecary.report.wordings import decide_by_file, list_new, make_embedder, read_extra, review_in_terminal

WORDING = BankWording.model_validate(
    {
        "pack": "starter",
        "intent": "boiling_point",
        "template": "plain",
        "side": "ask",
        "register": "student",
        "pattern": "What boiling point has {name}?",
        "source": "What is the boiling point of {name}?",
        "model": "small",
        "licence": "MIT",
        "prompt": "ab" * 32,
        "seed": 1,
        "sample": 0,
        "sampling": {"temperature": 0.7, "top_p": 0.95, "max_tokens": 96},
    }
)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "bank.jsonl"
    write_bank(path, [WORDING])
    return path


def test_keys_in_the_terminal_are_written(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(
        review_in_terminal(
            bank, by="me", when="2026-11-22", pack="", examples=False, progress=SilentProgress(), read_key=lambda: "a"
        )
    )
    assert lines == ["0 new, 1 accepted, 0 rejected"]
    assert (read_bank(bank)[0].state, read_bank(bank)[0].by) == ("accepted", "me")
    assert WORDING.pattern in capsys.readouterr().out


def test_a_review_needs_a_name(bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER", raising=False)
    (tmp_path / "decisions").write_text(f"{WORDING.id} a\n", "utf-8")
    with pytest.raises(RecipeError, match="nobody is named"):
        list(decide_by_file(bank, tmp_path / "decisions", by="", when=""))
    assert read_bank(bank) == [WORDING]
    monkeypatch.setenv("USER", "someone")
    list(decide_by_file(bank, tmp_path / "decisions", by="", when=""))
    assert read_bank(bank)[0].by == "someone"
    assert len(read_bank(bank)[0].when) == 10


def test_what_waits_is_listed_with_its_count(bank: Path) -> None:
    lines = list(list_new(bank, pack="", examples=False, progress=SilentProgress()))
    assert WORDING.pattern in lines[0]
    assert lines[-1] == "1 new, 0 accepted, 0 rejected"


def test_no_folder_is_no_embedder_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    assert make_embedder(None) is None
    with pytest.raises(RecipeError):
        make_embedder(tmp_path)


def test_fields_of_the_servers_own_are_json() -> None:
    assert read_extra(["cache_prompt=false", 'stop=["x"]']) == {"cache_prompt": False, "stop": ["x"]}
    for wrong in ("cache_prompt", "cache_prompt=no", "=1"):
        with pytest.raises(RecipeError, match="KEY=JSON"):
            read_extra([wrong])
