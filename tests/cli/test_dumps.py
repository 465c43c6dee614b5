from __future__ import annotations

from pathlib import Path

import pytest
from tests.dumps.test_drugbank import TEXT
from typer.testing import CliRunner

from apothecary.cli import app
from apothecary.cli.dumps import DUMPS
from apothecary.dumps.room import DUMPS as READERS


def test_every_dump_has_its_verb() -> None:
    assert set(DUMPS) == set(READERS)


def test_a_dump_is_read(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(TEXT)
    done = CliRunner().invoke(app, ["gather", "drugbank", str(tmp_path / "d.csv"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("1 records, 5 facts")


@pytest.mark.parametrize("kind", DUMPS)
def test_another_file_is_one_message(tmp_path: Path, kind: str) -> None:
    (tmp_path / "d.txt").write_text("prose\n")
    done = CliRunner().invoke(app, ["gather", kind, str(tmp_path / "d.txt"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
