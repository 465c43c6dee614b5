"""Is an endpoint fit? Its address, chat, samples, schema, seed, speed, context and wordings, tried one after another.

Each step ends in a finding: fit, weak (the product works around it) or unfit (it cannot). Without an address, a model
or an answer the rest is not tried. Nothing is cached: what is measured is the server. At most some 80 short calls.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.judge import CallError, fits_schema
from apothecary.engine.llm.probe import LEAST_PASS_RATE, Question, Yield, count_fates, list_questions, split_question
from apothecary.engine.llm.request import Answer, Request, Usage
from apothecary.engine.llm.wire import Wire

Grade = Literal["fit", "weak", "unfit"]
IN_FLIGHT = 8
SHORT, LONG = 48, 1024  # tokens of an answer, and of one that thinks first
SPEED_TOKENS = 32
NEWER_NAME = "max_completion_tokens"  # some hosted models refuse max_tokens
MIN_GAIN, SERIAL = 1.3, 0.4  # 8 in flight bring no more than 1, and the first ends long before the last
TRY_CONTEXT = 8_192  # tokens sent to a local server that does not say how many it takes
MAX_CONTEXT = 40_000  # beyond this no overlong prompt is sent: it could be paid for
SCHEMA = {
    "type": "object",
    "properties": {"capital": {"type": "string"}, "continent": {"enum": ["Africa", "Asia", "Europe"]}},
    "required": ["capital", "continent"],
    "additionalProperties": False,
}
FEWER = "a request brings one sample there: ask for more of them (packs vary --samples); in code, samples_per_call=1"
_LIMITS = ("max_model_len", "context_length", "max_input_tokens")
_DEATH = re.compile(r"segmentation|sigsegv|core dumped|process has terminated|exit status", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One step: its name, how it went, what was seen, and what to do about it."""

    name: str
    grade: Grade
    seen: str
    hint: str = ""


@dataclass
class Bill:
    """What the check itself has cost."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, usage: Usage) -> None:
        """One call more."""
        self.calls += 1
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens


@dataclass(frozen=True)
class _Speed:
    """Generated tokens a second, when the first and the last answer came, and what was lost."""

    rate: float
    first_s: float
    last_s: float
    lost: str


class Examiner:
    """One endpoint under examination; `examine` yields the findings as they come."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        list_probe: Callable[[str], list[Question]] = list_questions,
        least_pass_rate: float = LEAST_PASS_RATE,
    ) -> None:
        self.endpoint = endpoint
        self.model = endpoint.model
        self.bill = Bill()
        self._list_probe, self._least_pass_rate = list_probe, least_pass_rate
        self._wire = Wire(endpoint, IN_FLIGHT)
        self._samples_per_call = 1
        self._limit: int | None = None
        self._wants_newer_name = False

    def examine(self) -> Iterator[Finding]:
        """The findings, in order; the first three end the examination when one is unfit."""
        with asyncio.Runner() as runner:
            runner.run(self._wire.open())
            try:
                for step in (self._find_model, self._chat):
                    finding = runner.run(step())
                    yield finding
                    if finding.grade == "unfit":
                        return
                for step in (self._sample, self._fit_schema, self._repeat, self._time, self._overflow, self._probe):
                    try:
                        yield runner.run(step())
                    except CallError as error:
                        yield Finding(step.__name__.strip("_"), "unfit", f"no answer: {error}")
            finally:
                runner.run(self._wire.close())

    async def _find_model(self) -> Finding:
        start = time.monotonic()
        try:
            models = await self._wire.list_models()
        except CallError as error:
            if error.reason == "no connection":
                hint = "start one: apothecary llm serve"
                return Finding("models", "unfit", f"nobody answers at {self.endpoint.url} ({error.detail})", hint)
            if error.status in (401, 402, 403):
                hint = "name the variable that holds the key with --key-variable"
                return Finding("models", "unfit", f"{error}", hint)
            hint = "does the address end in /v1? name a model with --model"
            return Finding("models", "weak" if self.model else "unfit", f"no list of models: {error}", hint)
        took_ms = (time.monotonic() - start) * 1000
        names = [str(model["id"]) for model in models]
        listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        if not self.model:
            if len(names) != 1:
                hint = "name one with --model" if names else "load a model there"
                return Finding("models", "unfit", f"{len(names)} models: {listed}", hint)
            self.model = names[0]
        entry = next((model for model in models if model["id"] == self.model), None)
        if entry is None:
            hint = f"it lists {listed}"
            return Finding("models", "weak", f"{self.model} is not among the {len(names)} that it lists", hint)
        self._limit = _read_limit(entry)
        return Finding("models", "fit", f"{self.model}, listed in {took_ms:.0f} ms")

    async def _chat(self) -> Finding:
        request = _ask("What is the capital of Germany? Answer in one word.", self.model, max_tokens=SHORT)
        hint = ""
        try:
            try:
                answer = await self._ask(request)
            except CallError as error:
                if NEWER_NAME not in error.detail:
                    raise
                self._wants_newer_name = True
                hint = f"requests to this model need extra: {{{NEWER_NAME}: N}}"
                answer = await self._ask(request)
            if not "".join(answer.texts).strip() and "length" in answer.endings:  # it may think before it speaks
                answer = await self._ask(replace(request, max_tokens=LONG))
        except CallError as error:
            return await self._explain_silence(error)
        text = " ".join(" ".join(answer.texts).split())
        if not text:
            return Finding("chat", "unfit", "an empty answer", "a model that thinks first: turn its thinking off")
        seen = f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
        return (
            Finding("chat", "weak", f"{seen}, once {NEWER_NAME} is used", hint)
            if hint
            else Finding("chat", "fit", seen)
        )

    async def _explain_silence(self, error: CallError) -> Finding:
        """Why the first completion failed; a server that died with it has most likely met the known crash."""
        if error.reason in ("connection lost", "half a body", "no connection", "server error"):
            await asyncio.sleep(0.5)
            if _DEATH.search(error.detail) or not await self._is_there():
                hint = explain_crash(is_local=self.endpoint.is_local)
                return Finding("chat", "unfit", f"the server died at its first answer ({error})", hint)
        hints = {
            "not found": "does the address end in /v1, and is the model's name right?",
            "key refused": "name the variable that holds the key with --key-variable",
            "timeout": "the server is too slow, or still loading its model",
        }
        return Finding("chat", "unfit", f"no answer: {error}", hints.get(error.reason, "look into the server's log"))

    async def _is_there(self) -> bool:
        try:
            await self._wire.list_models()
        except CallError as error:
            return error.reason not in ("no connection", "connection lost")
        return True

    async def _sample(self) -> Finding:
        if self._wire.dialect.max_samples == 1:
            return Finding("samples", "weak", "this dialect gives one text a call; the client asks once a sample")
        try:
            answer = await self._ask(_ask("Name a river.", self.model, n=4, max_tokens=16, temperature=1.0, seed=1))
        except CallError as error:
            return Finding("samples", "weak", f"n is refused ({error})", FEWER)
        if len(answer.texts) < 4:
            seen = f"{len(answer.texts)} of 4 texts asked in one call"
            return Finding("samples", "weak", seen, FEWER)
        self._samples_per_call = 8
        return Finding("samples", "fit", "4 of 4 texts asked in one call")

    async def _fit_schema(self) -> Finding:
        request = _ask("What is the capital of Germany?", self.model, max_tokens=120, schema=SCHEMA)
        try:
            answer = await self._ask(request)
        except CallError as error:
            return Finding("schema", "weak", f"refused ({error})", "wordings are asked as plain text")
        if answer.texts and fits_schema(answer.texts[0], SCHEMA):
            return Finding("schema", "fit", "kept, though the prompt does not ask for JSON")
        return Finding("schema", "weak", "not kept", "wordings are asked as plain text; rows need a schema")

    async def _repeat(self) -> Finding:
        if self.endpoint.dialect == "anthropic":
            return Finding(
                "seed", "weak", "this dialect has no seed", "the cache repeats a run, another machine cannot"
            )
        request = _ask("Write one sentence about salt.", self.model, max_tokens=24, temperature=0.9, seed=11)
        one, two = await self._ask(request), await self._ask(request)
        other = await self._ask(replace(request, seed=12))
        if one.texts != two.texts:
            return Finding("seed", "weak", "same seed, other text", "the cache repeats a run, another machine cannot")
        if other.texts == one.texts:
            return Finding(
                "seed", "weak", "another seed, the same text", "does the server pass temperature and seed on?"
            )
        return Finding("seed", "fit", "same seed, same text; another seed, another text")

    async def _time(self) -> Finding:
        alone = await self._measure(1)
        crowd = await self._measure(IN_FLIGHT)
        seen = f"{alone.rate:,.0f} tokens/s with 1 in flight, {crowd.rate:,.0f} with {IN_FLIGHT}"
        if crowd.lost:
            return Finding("speed", "weak", f"{seen}; {crowd.lost}", "the client slows down by itself")
        if crowd.rate < MIN_GAIN * alone.rate and crowd.first_s < SERIAL * crowd.last_s:
            hint = "give the server more slots: --parallel 8 (llama-server), OLLAMA_NUM_PARALLEL=8 (Ollama)"
            return Finding("speed", "weak", f"{seen}: it answers one after another", hint)
        return Finding("speed", "fit", seen)

    async def _measure(self, in_flight: int) -> _Speed:
        """So many requests at once; they are of one length, so that a server with slots ends them together."""
        start = time.monotonic()
        ends: list[float] = []

        async def ask(seed: int) -> Answer:
            request = _ask(f"Write {seed} sentences about rain.", self.model, max_tokens=SPEED_TOKENS, seed=seed)
            answer = await self._ask(request)
            ends.append(time.monotonic() - start)
            return answer

        ended = await asyncio.gather(*(ask(seed) for seed in range(20, 20 + in_flight)), return_exceptions=True)
        took_s = time.monotonic() - start
        lost = Counter(str(end) for end in ended if not _is_answer(end))
        tokens = sum(end.usage.completion_tokens for end in ended if isinstance(end, Answer))
        told = ", ".join(f"{count} of {in_flight} ended as {reason}" for reason, count in lost.items())
        return _Speed(tokens / took_s, min(ends, default=0.0), max(ends, default=0.0), told)

    async def _overflow(self) -> Finding:
        """A prompt longer than the context must be refused: one cut in silence loses the facts it should keep to."""
        if self._limit is None and not self.endpoint.is_local:
            return Finding("context", "fit", "not said by the server, and not tried: a long prompt costs")
        if self._limit is not None and self._limit > MAX_CONTEXT:
            return Finding("context", "fit", f"{self._limit:,} tokens; what comes beyond was not tried")
        sent = int((self._limit or TRY_CONTEXT) * 1.25)
        said = f"{self._limit:,} tokens" if self._limit else "not said by the server"
        try:
            answer = await self._ask(_ask("word " * sent, self.model, max_tokens=4))
        except CallError as error:
            if error.reason == "request refused" or error.status in (400, 413, 422):
                return Finding("context", "fit", f"{said}; a longer prompt is refused with the reason")
            hint = "keep prompts well below the context"
            return Finding("context", "weak", f"{said}; a longer prompt ends as: {error}", hint)
        read = answer.usage.prompt_tokens
        if read and read < 0.9 * sent:
            hint = "it cuts long prompts in silence; give it a longer context (Ollama: OLLAMA_CONTEXT_LENGTH=8192)"
            return Finding("context", "weak", f"{said}; of {sent:,} tokens sent, {read:,} were read", hint)
        return Finding("context", "fit", f"{said}; {read or sent:,} tokens were read")

    async def _probe(self) -> Finding:
        books: Counter[str] = Counter()
        questions = self._list_probe(self.model)
        for question in questions:
            parts = split_question(question, self._samples_per_call)
            ended = await asyncio.gather(*map(self._ask, parts), return_exceptions=True)
            books += count_fates(question, [end for end in ended if isinstance(end, Answer)])
            books.update(f"no answer: {end}" for end in ended if not _is_answer(end))
        got = Yield(books)
        seen = f"{got.pass_rate:.0%}: {got.describe()}"
        if got.pass_rate < self._least_pass_rate:
            hint = (
                f"below {self._least_pass_rate:.0%} the model is too weak for wordings: take an instruct model of "
                "4 billion parameters or more; below 1 billion they are for trying things out"
            )
            return Finding("wordings", "unfit", seen, hint)
        return Finding("wordings", "fit", seen)

    async def _ask(self, request: Request) -> Answer:
        if self._wants_newer_name:
            request = replace(request, extra={NEWER_NAME: request.max_tokens})
        try:
            answer, _ = await self._wire.post(request)
        except CallError as error:
            self.bill.add(error.answer.usage if error.answer else Usage())
            raise
        self.bill.add(answer.usage)
        return answer


def explain_crash(*, is_local: bool, cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The known crash at the first answer, and whether this machine's processor is of the kind."""
    known = (
        "known: builds of llama.cpp with AMX (the default build of llama-cpp-python, some of Ollama's) can end with a "
        "segmentation fault at the first token on Intel processors with AMX (ggml-org/llama.cpp issue 20824); "
        "`apothecary llm serve` brings a build without it"
    )
    if not is_local:
        return known
    try:
        flags = cpuinfo.read_text("ascii", errors="replace")
    except OSError:
        return known
    has_amx = re.search(r"\bamx_\w+", flags) is not None
    return f"{known}; this processor has {'AMX' if has_amx else 'no AMX, so look into the log of the server first'}"


def _ask(text: str, model: str, **fields: Any) -> Request:
    return Request(model, (("user", text),), **fields)


def _is_answer(end: Answer | BaseException) -> bool:
    """Whether a call brought an answer; what is neither that nor a CallError is a bug and is raised."""
    if not isinstance(end, Answer | CallError):
        raise end
    return isinstance(end, Answer)


def _read_limit(entry: dict[str, Any]) -> int | None:
    """The context in tokens where a server's list of models says it: llama.cpp, vLLM, OpenRouter, Anthropic."""
    meta = entry.get("meta")
    said = [meta.get("n_ctx")] if isinstance(meta, dict) else []
    said += [entry.get(name) for name in _LIMITS]
    return next((limit for limit in said if isinstance(limit, int) and limit > 0), None)
