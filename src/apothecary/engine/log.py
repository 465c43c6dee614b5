"""The run's log: JSON lines in `<run>/log/`, the only place for times, process ids and worker counts.

Modules log to `logging.getLogger("apothecary.<room>")`; what they pass as `extra={"data": {...}}` becomes fields.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from apothecary.engine.commit import explain_storage
from apothecary.engine.secrets import SecretFilter, redact

LOGGER_NAME = "apothecary"
LOG_FOLDER = "log"


class JsonLines(logging.Formatter):
    """One JSON object a record: time (UTC), level, logger, message, and the fields of `data`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON, secrets blotted out in every field."""
        content: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        data = getattr(record, "data", None)
        if isinstance(data, dict):
            content["data"] = _redact_values(data)
        if record.exc_text:
            content["traceback"] = record.exc_text
        return json.dumps(content)


def _redact_values(value: object) -> object:
    """The same structure with every text redacted; what JSON does not know becomes text."""
    if isinstance(value, dict):
        return {redact(str(key)): _redact_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redact_values(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))


def open_log(folder: Path) -> logging.Logger:
    """A run folder in, the logger whose records go to a new file `log/<start>.jsonl` there; closes an earlier one."""
    logger = logging.getLogger(LOGGER_NAME)
    close_log(logger)
    start = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    path = folder / LOG_FOLDER / f"{start}-{os.getpid()}.jsonl"
    with explain_storage(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(JsonLines())
    handler.addFilter(SecretFilter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def close_log(logger: logging.Logger) -> None:
    """Close the files of a logger of `open_log`."""
    for handler in [handler for handler in logger.handlers if isinstance(handler, logging.FileHandler)]:
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = True
