"""What is asked of a model and what comes back, in no server's dialect; a request's key is the SHA-256 of its content.

Two requests with the same key are the same work, paid once, whichever endpoint or batch answered it. The address is not
part of the key; where equal model names mean different weights, `revision` tells them apart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

CHARS_PER_TOKEN = 4  # of English prose; only for estimates before the server has said how many there were
DEFAULT_MAX_TOKENS = 1024


@dataclass(frozen=True)
class Request:
    """One question to a model: turns as (role, content), sampling, and optionally the JSON schema of the answer."""

    model: str
    messages: tuple[tuple[str, str], ...]
    n: int = 1
    max_tokens: int = DEFAULT_MAX_TOKENS
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    schema: dict[str, Any] | None = field(default=None, hash=False)
    extra: dict[str, Any] = field(default_factory=dict, hash=False)  # fields of the server's own, passed as they are
    revision: str = ""
    sample: int = 0  # which of several equal requests this is, where a server gives one answer a call

    @cached_property
    def key(self) -> str:
        """64 hexadecimal letters; they also serve as a batch's `custom_id`."""
        return hashlib.sha256(self.rendered.encode()).hexdigest()

    @cached_property
    def rendered(self) -> str:
        """The request as JSON in one fixed form; fields that stand at their default are left out."""
        content = {name: getattr(self, name) for name in _DEFAULTS}
        content = {name: value for name, value in content.items() if value not in (_DEFAULTS[name], {}, ())}
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def estimate_prompt_tokens(self) -> int:
        """Tokens of the prompt, by its characters and the usual frame of four a turn."""
        chars = sum(len(content) for _, content in self.messages) + (len(json.dumps(self.schema)) if self.schema else 0)
        return chars // CHARS_PER_TOKEN + 4 * len(self.messages)

    def estimate_tokens(self) -> int:
        """The most tokens the request can cost, as far as its characters tell."""
        return self.estimate_prompt_tokens() + self.n * self.max_tokens


_DEFAULTS = {part.name: part.default for part in fields(Request)}


def parse_request(text: str) -> Request:
    """What `Request.rendered` gave in, the request out."""
    content = json.loads(text)
    content["messages"] = tuple((role, said) for role, said in content["messages"])
    if "stop" in content:
        content["stop"] = tuple(content["stop"])
    return Request(**content)


def split_samples(request: Request, samples_per_call: int) -> list[Request]:
    """A request in, equal requests of at most `samples_per_call` answers each out; one that fits is left as it is."""
    if request.n <= samples_per_call:
        return [request]
    starts = range(0, request.n, samples_per_call)
    return [
        replace(request, n=min(samples_per_call, request.n - start), sample=request.sample + number)
        for number, start in enumerate(starts)
    ]


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer, as the server counted them or as we estimate them (`is_estimate`)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    is_estimate: bool = False

    @property
    def tokens(self) -> int:
        """Both kinds together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Answer:
    """The texts a model gave, why each ended (`stop`, `length`, `refusal`), and what it cost in tokens."""

    texts: tuple[str, ...]
    endings: tuple[str, ...]
    usage: Usage = Usage()
    model: str = ""


@dataclass(frozen=True)
class Outcome:
    """The end of one request: an answer, or the reason why there is none. `reason` is empty for an answer."""

    key: str
    answer: Answer | None = None
    reason: str = ""
    detail: str = ""
    from_cache: bool = False
    attempts: int = 0

    def encode(self) -> str:
        """As JSON, for the cache."""
        content = dict(vars(self))
        if self.answer:
            content["answer"] = vars(self.answer) | {"usage": vars(self.answer.usage)}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def decode_outcome(text: str) -> Outcome:
    """What `Outcome.encode` wrote in, the outcome out, marked as coming from the cache."""
    content = json.loads(text)
    if answer := content["answer"]:
        parts = {
            "texts": tuple(answer["texts"]),
            "endings": tuple(answer["endings"]),
            "usage": Usage(**answer["usage"]),
        }
        content["answer"] = Answer(**(answer | parts))
    return Outcome(**(content | {"from_cache": True}))
