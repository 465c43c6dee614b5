"""What went wrong with a call, in one word, and whether asking again can help. Meaning is judged elsewhere, by gates.

A reason of CONTENT came with an answer of status 200, so it was paid for: it is cached like an answer. The others are
the server's or the network's, and a later run asks again.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from apothecary.engine.llm.request import Answer, Request

RETRYABLE_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 524, 529})
FATAL_STATUS = frozenset({401, 402, 403, 404})  # wrong key, account, address or model: no request can succeed
CONTENT = frozenset({"empty", "echo", "refusal", "too long", "not the schema", "cut off"})
WORTH_ANOTHER_TRY = frozenset({"empty", "not the schema"})


class CallError(Exception):
    """One call failed: its reason in a word or two, a detail for people, and how the client may go on."""

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        retry: bool = True,
        wait_s: float | None = None,
        status: int = 0,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.retry = retry
        self.wait_s = wait_s
        self.status = status
        self.answer = answer  # for its usage: it was paid for


def judge_status(status: int, detail: str, wait_s: float | None) -> CallError:
    """A status that is no success in, the error out."""
    names = {429: "rate limited", 401: "key refused", 403: "key refused", 402: "no credit", 404: "not found"}
    name = names.get(status, "server error" if status >= 500 else "request refused")
    return CallError(
        name, f"status {status} {detail}".strip(), retry=status in RETRYABLE_STATUS, wait_s=wait_s, status=status
    )


def judge_answer(request: Request, answer: Answer) -> Answer:
    """An answer in, the same with only its usable texts out; raises CallError when none is left."""
    kept, faults = [], []
    for text, ending in zip(answer.texts, answer.endings, strict=True):
        fault = _find_fault(request, text, ending)
        faults.append(fault)
        if not fault:
            kept.append((text, ending))
    if not kept:
        reason = next(iter(faults), "empty")
        raise CallError(reason, retry=reason in WORTH_ANOTHER_TRY, answer=answer)
    return replace(answer, texts=tuple(text for text, _ in kept), endings=tuple(ending for _, ending in kept))


def _find_fault(request: Request, text: str, ending: str) -> str:
    if ending == "refusal":
        return "refusal"
    if not text.strip():
        return "empty"
    if text.strip() == request.messages[-1][1].strip():
        return "echo"
    if request.schema is not None and not fits_schema(text, request.schema):
        return "cut off" if ending == "length" else "not the schema"
    return ""


def fits_schema(text: str, schema: dict[str, Any]) -> bool:
    """Whether a text is JSON with the types, required fields, items and choices of a schema; other keywords pass."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return _fits(content, schema)


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def _fits(content: Any, schema: dict[str, Any]) -> bool:
    named = schema.get("type", [])
    names = [named] if isinstance(named, str) else named
    if names and not any(_is_type(content, name) for name in names):
        return False
    if "enum" in schema and content not in schema["enum"]:
        return False
    if isinstance(content, dict):
        parts = schema.get("properties", {})
        has_all = all(name in content for name in schema.get("required", ()))
        has_more = schema.get("additionalProperties") is False and bool(content.keys() - parts.keys())
        return (
            has_all
            and not has_more
            and all(_fits(content[name], parts[name]) for name in content.keys() & parts.keys())
        )
    if isinstance(content, list) and "items" in schema:
        return all(_fits(item, schema["items"]) for item in content)
    return True


def _is_type(content: Any, name: str) -> bool:
    if isinstance(content, bool) and name != "boolean":
        return False
    return isinstance(content, _TYPES.get(name, (object,)))
