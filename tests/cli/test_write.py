from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from apothecary.cli import app

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> tuple[int, str]:
    needed = ("--endpoint", "http://127.0.0.1:9/v1", "--model", "m", "--rows", "3", "--out", "written")
    result = CliRunner().invoke(app, ["write", str(ROOT / "recipes" / "quick.yaml"), *needed, *arguments])
    return result.exit_code, result.output


def test_an_unknown_kind_is_told_what_there_is() -> None:
    code, output = run("--kind", "poem")
    assert code == 2 and "no kind of written row is called poem" in output and "tutoring" in output


def test_a_paraphrase_without_rows_is_refused() -> None:
    code, output = run("--kind", "paraphrase")
    assert code == 2 and "--rows-from" in output


def test_a_wrong_address_is_refused() -> None:
    code, output = run("--judge-endpoint", "not an address")
    assert code == 2 and "address" in output
