"""Two dialects, OpenAI chat completions and Anthropic Messages: request to body, body to answer, and batch lines.

A dialect knows words only; it opens no connection and holds no key. Fields as of the public references of both in 2026;
vLLM, llama-server, xllamacpp, Ollama and most hosted services speak the first.
"""

from __future__ import annotations

from typing import Any, Protocol

from apothecary.engine.llm.judge import CallError, judge_status
from apothecary.engine.llm.request import CHARS_PER_TOKEN, Answer, Request, Usage
from apothecary.errors import RecipeError

ANTHROPIC_VERSION = "2023-06-01"


class Dialect(Protocol):
    """How one family of servers wants to be asked."""

    name: str
    path: str
    max_samples: int
    batch_suffix: str

    def build_headers(self, key: str) -> dict[str, str]:
        """The headers that carry a key; none for an empty key."""

    def build_body(self, request: Request) -> dict[str, Any]:
        """A request in, the body to post out."""

    def read_answer(self, request: Request, body: Any) -> Answer:
        """A body of status 200 in, the answer out; raises CallError when it is no such body."""

    def build_batch_line(self, request: Request) -> dict[str, Any]:
        """A request in, its line of a batch file out."""

    def read_batch_line(self, request: Request, line: dict[str, Any]) -> Answer:
        """A line of a batch's results in, the answer out; raises CallError for one that failed."""


class OpenAIChat:
    """`POST /chat/completions`, and batch files as hosted services and `vllm run-batch` read them."""

    name = "openai"
    path = "/chat/completions"
    max_samples = 128
    batch_suffix = ".jsonl"

    def build_headers(self, key: str) -> dict[str, str]:
        """A bearer header."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def build_body(self, request: Request) -> dict[str, Any]:
        """Fields the request does not set are left to the server."""
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [{"role": role, "content": content} for role, content in request.messages],
            "max_tokens": request.max_tokens,
        }
        if request.n > 1:
            body["n"] = request.n
        body |= _list_sampling(request, ("temperature", "top_p", "seed"))
        if request.stop:
            body["stop"] = list(request.stop)
        if request.schema is not None:
            named = {"name": "answer", "schema": request.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        if "max_completion_tokens" in request.extra:  # some hosted models refuse the older name
            del body["max_tokens"]
        return body | request.extra

    def read_answer(self, request: Request, body: Any) -> Answer:
        """Every choice is a text; tool calls and other content count as empty."""
        try:
            choices = [(choice["message"], choice.get("finish_reason")) for choice in body["choices"]]
            texts = tuple(str(message.get("content") or "") for message, _ in choices)
            endings = tuple(
                "refusal" if message.get("refusal") or ending == "content_filter" else str(ending or "stop")
                for message, ending in choices
            )
            used = body.get("usage") or {}
            counted = (used.get("prompt_tokens"), used.get("completion_tokens"))
            return Answer(texts, endings, _read_usage(request, texts, counted), str(body.get("model", "")))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise CallError("bad body", "no chat completion") from error

    def build_batch_line(self, request: Request) -> dict[str, Any]:
        """`custom_id` is the request's key."""
        body = self.build_body(request)
        return {"custom_id": request.key, "method": "POST", "url": f"/v1{self.path}", "body": body}

    def read_batch_line(self, request: Request, line: dict[str, Any]) -> Answer:
        """Errors stand beside the response or as its status."""
        response = line.get("response") or {}
        status = int(response.get("status_code") or 0)
        if line.get("error") or status != 200:
            fault = line.get("error") or response.get("body") or {}
            raise (
                judge_status(status, read_error(fault), None) if status else CallError("batch error", read_error(fault))
            )
        return self.read_answer(request, response.get("body"))


class AnthropicMessages:
    """`POST /messages` and Message Batches. One answer a call; a system turn goes beside the turns."""

    name = "anthropic"
    path = "/messages"
    max_samples = 1
    batch_suffix = ".json"

    def build_headers(self, key: str) -> dict[str, str]:
        """The key's own header, and the version of the interface."""
        return {"anthropic-version": ANTHROPIC_VERSION} | ({"x-api-key": key} if key else {})

    def build_body(self, request: Request) -> dict[str, Any]:
        """There is no seed in this dialect: it only tells requests apart."""
        if request.n > self.max_samples:
            raise RecipeError(
                "this dialect gives one answer a call", expected="n: 1", hint="split the request by sample"
            )
        turns = [(role, content) for role, content in request.messages if role != "system"]
        system = "\n\n".join(content for role, content in request.messages if role == "system")
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [{"role": role, "content": content} for role, content in turns],
            "max_tokens": request.max_tokens,
        }
        if system:
            body["system"] = system
        body |= _list_sampling(request, ("temperature", "top_p"))
        if request.stop:
            body["stop_sequences"] = list(request.stop)
        if request.schema is not None:
            body["output_config"] = {"format": {"type": "json_schema", "schema": request.schema}}
        return body | request.extra

    def read_answer(self, request: Request, body: Any) -> Answer:
        """The text blocks of the one message, joined."""
        try:
            text = "".join(block["text"] for block in body["content"] if block["type"] == "text")
            names = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length"}
            ending = str(body.get("stop_reason") or "stop")
            used = body.get("usage") or {}
            cached = sum(used.get(f"cache_{kind}_input_tokens") or 0 for kind in ("creation", "read"))
            read = used.get("input_tokens")
            counted = (None if read is None else read + cached, used.get("output_tokens"))
            usage = _read_usage(request, (text,), counted)
            return Answer((text,), (names.get(ending, ending),), usage, str(body.get("model", "")))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise CallError("bad body", "no message") from error

    def build_batch_line(self, request: Request) -> dict[str, Any]:
        """`custom_id` is the request's key."""
        return {"custom_id": request.key, "params": self.build_body(request)}

    def read_batch_line(self, request: Request, line: dict[str, Any]) -> Answer:
        """The result's type says whether there is a message."""
        result = line.get("result") or {}
        if result.get("type") != "succeeded":
            raise CallError(f"batch {result.get('type', 'error')}", read_error(result.get("error") or {}))
        return self.read_answer(request, result.get("message"))


DIALECTS: dict[str, Dialect] = {"openai": OpenAIChat(), "anthropic": AnthropicMessages()}


def read_error(body: Any) -> str:
    """The message inside an error body of any of the usual shapes; at most 300 characters."""
    while isinstance(body, dict):
        body = body.get("message") or body.get("error") or body.get("detail") or ""
    return " ".join(str(body).split())[:300]


def _list_sampling(request: Request, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(request, name)) is not None}


def _read_usage(request: Request, texts: tuple[str, ...], counted: tuple[Any, Any]) -> Usage:
    """Counts of the server; where they are missing or below one a text (llama.cpp with n > 1), by the characters."""
    prompt, completion = counted
    guess = sum(len(text) // CHARS_PER_TOKEN for text in texts)
    is_counted = isinstance(prompt, int) and isinstance(completion, int)
    if is_counted and (len(texts) == 1 or completion * 2 >= guess):
        return Usage(prompt, completion)
    return Usage(prompt if is_counted else request.estimate_prompt_tokens(), guess, is_estimate=True)
