"""Batch files: requests out as JSON lines, results back into the cache, matched by key. No connection is opened.

The OpenAI form serves hosted batches (half the price, within a day) and `vllm run-batch -i IN -o OUT` on an offline
machine; the Anthropic form is the body of `POST /v1/messages/batches`. Results may come in any order, twice or in part.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from apothecary.engine.commit import make_folder, write_bytes
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.dialects import DIALECTS, Dialect
from apothecary.engine.llm.judge import CONTENT, CallError, judge_answer
from apothecary.engine.llm.ledger import Ledger
from apothecary.engine.llm.request import Outcome, Request, Usage, split_samples
from apothecary.errors import RecipeError

MAX_REQUESTS = 50_000  # a file, of the OpenAI form
MAX_BYTES = 190_000_000  # hosted services take 200 MB


def export_batch(
    requests: Iterable[Request],
    folder: Path,
    cache: Cache,
    *,
    dialect: str = "openai",
    samples_per_call: int = 8,
    max_requests: int = MAX_REQUESTS,
    max_bytes: int = MAX_BYTES,
) -> list[Path]:
    """Requests in, batch files in `folder` out, without those that the cache can answer already and without doubles."""
    speaker = DIALECTS[dialect]
    most = min(samples_per_call, speaker.max_samples)
    files: list[Path] = []
    lines: list[str] = []
    size = 0
    seen: set[str] = set()
    make_folder(folder)
    for request in (part for whole in requests for part in split_samples(whole, most)):
        if request.key in seen or not cache.remember(request):
            continue
        seen.add(request.key)
        line = json.dumps(speaker.build_batch_line(request), ensure_ascii=False)
        if lines and (len(lines) >= max_requests or size + len(line.encode()) + 2 > max_bytes):
            files.append(_write_lines(speaker, lines, folder, len(files)))
            lines, size = [], 0
        lines.append(line)
        size += len(line.encode()) + 2
    if lines:
        files.append(_write_lines(speaker, lines, folder, len(files)))
    return files


def import_batch(
    paths: Iterable[Path], cache: Cache, *, dialect: str = "openai", ledger: Ledger | None = None
) -> Counter[str]:
    """Files of results in, the books out: `answered`, each reason, `already there`, `unknown`, `damaged line`.

    What was answered, or paid for without use, is in the cache afterwards; the rest can be exported again.
    """
    books: Counter[str] = Counter()
    speaker = DIALECTS[dialect]
    for path in paths:
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    if line.strip():
                        books["read"] += 1
                        books[_import_line(line, speaker, cache, ledger)] += 1
        except OSError as error:
            raise RecipeError(f"a file of results cannot be read: {error.strerror}", where=str(path)) from error
    return books


def _import_line(line: str, speaker: Dialect, cache: Cache, ledger: Ledger | None) -> str:
    try:
        content = json.loads(line)
        key = content["custom_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "damaged line"
    request = cache.find_request(key) if isinstance(key, str) else None
    if request is None:
        return "unknown"
    if cache.get(request.key) is not None:
        return "already there"
    usage: Usage | None = None
    try:
        answer = speaker.read_batch_line(request, content)
        usage = answer.usage
        outcome = Outcome(request.key, judge_answer(request, answer), attempts=1)
    except CallError as error:
        outcome = Outcome(request.key, reason=error.reason, detail=error.detail, attempts=1)
    except (TypeError, AttributeError, ValueError):
        return "damaged line"
    with cache.hold():
        if outcome.answer or outcome.reason in CONTENT:
            cache.put(request, outcome)
        if ledger is not None:
            ledger.settle(request, usage, in_batch=True)
    return outcome.reason or "answered"


def _write_lines(speaker: Dialect, lines: list[str], folder: Path, number: int) -> Path:
    path = folder / f"batch-{number:04d}{speaker.batch_suffix}"
    before, between, after = ('{"requests": [', ",\n", "]}\n") if speaker.batch_suffix == ".json" else ("", "\n", "\n")
    text = before + between.join(lines) + after
    write_bytes(path, text.encode())
    return path
