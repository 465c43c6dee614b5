"""The writer: tasks out to an endpoint, answers through the gate, rows into Parquet shards, books for everything.

The same command again asks nothing twice (the cache has it) and gives the same rows; a budget that is used up, a model
that is too weak or an endpoint that is gone end the run with what there is, and the manifest says so.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

import polars as pl

from apothecary.engine.commit import make_folder, write_file, write_json
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import FREE, Budget, Ledger, load_price
from apothecary.engine.llm.request import Outcome, Request
from apothecary.engine.progress import Progress, SilentProgress
from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE
from apothecary.writing.gate import Gate, make_row, name_stratum
from apothecary.writing.meter import Meter
from apothecary.writing.plan import Task
from apothecary.writing.second import second_guess

SHARD_ROWS = 10_000
PROBE = 200  # answers after which a weak model is told so
WINDOW = 128  # requests on their way or waiting; what is on its way at the end is paid for in vain
MOST_TRIES = 20  # answers asked for a row, at most


@dataclass(frozen=True)
class Order:
    """How many rows, by which model, within which budget; `min_pass` is the least share of answers to be kept."""

    rows: int
    out: Path
    pack: str
    licence: str = ""  # of the model, as told by the user
    budget: Budget = field(default_factory=Budget)
    min_pass: float = 0.02
    judge: Endpoint | None = None
    shard_rows: int = SHARD_ROWS


@dataclass
class Books:
    """What became of every answer: asked = kept + dropped by reason + unanswered by reason."""

    asked: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    sentences: Counter[str] = field(default_factory=Counter)
    spent: dict[str, Any] = field(default_factory=dict)
    stopped_by: str = ""

    def tell(self) -> dict[str, Any]:
        """As they stand in the manifest."""
        sums = {name: dict(sorted(getattr(self, name).items())) for name in ("dropped", "unanswered", "sentences")}
        return {"asked": self.asked, "kept": self.kept, **sums, "spent": self.spent, "stopped_by": self.stopped_by}


def write_rows(
    endpoint: Endpoint,
    tasks: Iterator[Task],
    gate: Gate,
    order: Order,
    *,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Books:
    """Tasks to rows in `order.out`: data/*.parquet and manifest.json. Raises RecipeError where no row could be kept.

    Answers are cached in `order.out`/cache.sqlite, beside the rows.
    """
    make_folder(order.out / "data")
    if (order.out / "manifest.json").exists():
        (order.out / "manifest.json").unlink()  # nothing is finished until it is written anew
    writer = _Writer(endpoint, tasks, gate, order, progress or SilentProgress(), tell)
    books = asyncio.run(writer.run())
    content = {"files": writer.files, "generator": writer.generator, **books.tell()}
    write_json(order.out / "manifest.json", content)
    if not books.kept:
        most = (books.dropped + books.unanswered).most_common(1)
        raise RecipeError(
            f"no row was kept of {books.asked:,} answers",
            where=books.stopped_by or (most[0][0] if most else ""),
            hint="the model may be too weak for this: try a larger one; the manifest has all reasons",
        )
    return books


class _Writer:
    def __init__(
        self,
        endpoint: Endpoint,
        tasks: Iterator[Task],
        gate: Gate,
        order: Order,
        progress: Progress,
        tell: Callable[[str], None],
    ) -> None:
        self.endpoint, self.gate, self.order, self.progress = endpoint, gate, order, progress
        self.tasks = islice(tasks, MOST_TRIES * order.rows)
        self.books, self.meter = Books(), Meter(order.rows, tell)
        self.generator = f"{endpoint.model} ({order.licence})" if order.licence else endpoint.model
        self.files: list[dict[str, Any]] = []
        self._numbers: Counter[str] = Counter()
        self._rows: list[dict[str, Any]] = []
        self._asked: deque[Task] = deque()

    async def run(self) -> Books:
        """Ask until there are enough rows, nothing is left to ask, or something ends the run."""
        with Cache(self.order.out / "cache.sqlite") as cache:
            price = FREE if self.endpoint.is_local else load_price(self.endpoint.model)
            ledger = Ledger(cache, self.endpoint.model, run="write", price=price, budget=self.order.budget)
            async with Client(
                self.endpoint, cache, ledger, Manners(window=min(WINDOW, max(8, self.order.rows)))
            ) as client:
                self.progress.start("write", self.order.rows)
                self.meter.start(ledger.spent)
                judge = None
                if self.order.judge:
                    judge = await Client(self.order.judge, cache).__aenter__()
                try:
                    await self._ask_all(client, judge)
                finally:
                    self.progress.finish()
                    if judge:
                        await judge.__aexit__(None, None, None)
                self.books.stopped_by = self.books.stopped_by or client.stopped_by
                spent = vars(ledger.spent)
                self.books.spent = {
                    name: spent[name] for name in ("calls", "prompt_tokens", "completion_tokens", "usd")
                }
        self._flush()
        self.books.sentences = Counter(self.gate.said)
        return self.books

    async def _ask_all(self, client: Client, judge: Client | None) -> None:
        stream = cast("AsyncGenerator[Outcome, None]", client.ask_all(self._list_requests(client)))
        async with aclosing(stream) as outcomes:
            async for outcome in outcomes:
                is_kept = await self._take(self._asked.popleft(), outcome, judge)
                self.meter.note(client.ledger.spent, is_kept=is_kept)
                if self.books.kept >= self.order.rows:
                    break
                if self._is_too_weak():
                    self.books.stopped_by = f"too weak: {self.books.kept} of {self.books.asked} answers kept"
                    break

    def _list_requests(self, client: Client) -> Iterator[Request]:
        for task in self.tasks:
            if client.stopped_by:
                return
            self._asked.append(task)
            yield task.request

    def _is_too_weak(self) -> bool:
        judged = self.books.asked - sum(self.books.unanswered.values())
        return judged >= PROBE and self.books.kept < self.order.min_pass * judged

    async def _take(self, task: Task, outcome: Outcome, judge: Client | None) -> bool:
        self.books.asked += 1
        if outcome.answer is None:
            self.books.unanswered[outcome.reason] += 1
            return False
        turns, fault = self.gate.read(task, outcome.answer.texts[0])
        fault = fault or self.gate.judge(task, turns)
        if not fault and judge:
            fault = await second_guess(judge, task, turns)
        if fault:
            self.books.dropped[_name_reason(fault)] += 1
            return False
        stratum = name_stratum(task)
        self._rows.append(make_row(task, turns, self.order.pack, self._numbers[stratum], self.generator))
        self._numbers[stratum] += 1
        self.books.kept += 1
        self.progress.advance(1)
        if len(self._rows) >= self.order.shard_rows:
            self._flush()
        return True

    def _flush(self) -> None:
        """Commit the rows at hand as a shard."""
        if not self._rows:
            return
        frame = pl.DataFrame(self._rows, schema=EXAMPLE)
        name = f"data/written-{len(self.files):05d}.parquet"
        write_file(self.order.out / name, partial(frame.write_parquet, compression="zstd", compression_level=1))
        self.files.append({"path": name, "rows": frame.height})
        self._rows = []


def _name_reason(fault: str) -> str:
    """A fault without what differs from row to row: `too little left: number: 412` to `too little left: number`."""
    parts = fault.split(": ")
    return ": ".join(parts[:2]) if parts[0] in ("too little left", "question", "unsafe", "no opinion") else parts[0]
