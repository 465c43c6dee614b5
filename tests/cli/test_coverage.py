"""The verb that maps a dataset, from outside."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from apothecary.cli import app


def test_it_is_told_and_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    runner = CliRunner()
    assert "--fill" in runner.invoke(app, ["coverage", "--help"], env={"COLUMNS": "200"}).output
    refused = runner.invoke(app, ["coverage", str(tmp_path)])
    assert refused.exit_code != 0 and "no run" in refused.output + str(refused.exception)
