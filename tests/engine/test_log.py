from __future__ import annotations

import json
import logging
from pathlib import Path

from apothecary.engine.log import close_log, open_log


def read_lines(folder):
    return [json.loads(line) for path in sorted((folder / "log").iterdir()) for line in path.read_text().splitlines()]


def test_records_become_json_lines_without_secrets(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MY_TOKEN", "very-secret-value")
    logger = open_log(tmp_path)
    room = logging.getLogger("apothecary.generate")
    room.info(
        "sent %s", "very-secret-value", extra={"data": {"rows": 3, "path": Path("/x"), "key": ["very-secret-value"]}}
    )
    try:
        raise RuntimeError("very-secret-value")
    except RuntimeError:
        room.exception("failed")
    close_log(logger)
    first, second = read_lines(tmp_path)
    assert first["message"] == "sent [secret]" and first["level"] == "info" and first["logger"] == "apothecary.generate"
    assert first["data"] == {"rows": 3, "path": "/x", "key": ["[secret]"]}
    assert first["time"].endswith("+00:00")
    assert "RuntimeError: [secret]" in second["traceback"]
    assert capsys.readouterr() == ("", "")


def test_each_start_has_its_file_and_the_last_one_counts(tmp_path):
    open_log(tmp_path)
    logger = open_log(tmp_path)
    logger.info("once")
    close_log(logger)
    logger.info("not anywhere")
    assert len(list((tmp_path / "log").iterdir())) == 2
    assert [line["message"] for line in read_lines(tmp_path)] == ["once"]
