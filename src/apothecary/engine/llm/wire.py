"""One call over the network: a request out, an answer or a CallError back, and never a key in either.

Limits: a body may be as large as the tokens asked for can be, and no larger; a redirect is refused, since the key would
travel; silence beyond several times the slowest answer so far counts as a stall.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from apothecary.engine.llm.dialects import DIALECTS, read_error
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.judge import CallError, judge_status
from apothecary.engine.llm.pace import read_wait
from apothecary.engine.llm.request import Answer, Request, Usage
from apothecary.engine.secrets import BLOT, redact
from apothecary.errors import RecipeError

LEARN_AFTER = 20
TIMES_SLOWEST = 5
BYTES_A_TOKEN = 24  # of a long token written as JSON escapes
FRAME_BYTES = 65_536
CHUNK_BYTES = 65_536
LIST_BYTES = 8_000_000  # hosted collections list hundreds of models, each with a description
LIST_S = 30.0


class Wire:
    """The open connections to an endpoint."""

    def __init__(self, endpoint: Endpoint, most_in_flight: int) -> None:
        self.endpoint = endpoint
        self.dialect = DIALECTS[endpoint.dialect]
        self.last_headers: Mapping[str, str] = {}
        self._most = most_in_flight
        self._url = endpoint.url.rstrip("/") + self.dialect.path
        self._latencies: deque[float] = deque(maxlen=100)
        self._key = ""
        self._aiohttp: Any = None
        self._session: Any = None

    async def open(self) -> None:
        """Read the key and prepare connections; nothing is sent yet."""
        self._aiohttp = _load_aiohttp()
        self._key = self.endpoint.read_key()
        headers = self.dialect.build_headers(self._key)
        connector = self._aiohttp.TCPConnector(limit=self._most)
        self._session = self._aiohttp.ClientSession(connector=connector, headers=headers)

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def post(self, request: Request) -> tuple[Answer, Mapping[str, str]]:
        """A request in, the answer and the headers out; raises CallError."""
        start = time.monotonic()
        aiohttp = self._aiohttp
        timeout = aiohttp.ClientTimeout(
            total=self.endpoint.answer_s, sock_connect=self.endpoint.connect_s, sock_read=self._choose_stall()
        )
        body = self.dialect.build_body(request)
        limit = FRAME_BYTES + BYTES_A_TOKEN * request.n * request.max_tokens
        with self._name_faults():
            async with self._session.post(self._url, json=body, timeout=timeout, allow_redirects=False) as response:
                content = await _read_body(response, limit)
        if content is None:
            # what the rest would have cost is unknown; what was asked for is the best guess
            usage = Usage(request.estimate_prompt_tokens(), request.n * request.max_tokens, is_estimate=True)
            raise CallError("too long", f"more than {limit:,} bytes", retry=False, answer=Answer((), (), usage))
        self.last_headers = response.headers
        self._check_status(response, content)
        answer = self._parse(request, content)
        self._latencies.append(time.monotonic() - start)
        return answer, response.headers

    async def list_models(self) -> list[dict[str, Any]]:
        """The models as the server lists them, each with an `id` at least; raises CallError."""
        url = f"{self.endpoint.url.rstrip('/')}/models"
        timeout = self._aiohttp.ClientTimeout(total=LIST_S, sock_connect=self.endpoint.connect_s)
        with self._name_faults():
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as response:
                content = await _read_body(response, LIST_BYTES)
        if content is None:
            raise CallError("too long", f"a list of models of more than {LIST_BYTES:,} bytes", retry=False)
        self._check_status(response, content)
        body = _try_json(content)
        models = body.get("data") if isinstance(body, dict) else None
        if not isinstance(models, list):
            raise CallError("bad body", "no list of models")
        return [model for model in models if isinstance(model, dict) and isinstance(model.get("id"), str)]

    def _parse(self, request: Request, content: bytes) -> Answer:
        parsed = _try_json(content)
        if parsed is None:
            raise CallError("bad body", "no JSON" if content.strip() else "nothing in it")
        if isinstance(parsed, dict) and "error" in parsed and parsed["error"]:  # some servers send 200 with it
            raise CallError("server error", self._hide(read_error(parsed)))
        answer = self.dialect.read_answer(request, parsed)
        if self._key and any(self._key in text for text in answer.texts):
            raise CallError("bad body", "the server repeated the key", retry=False)
        return answer

    @contextlib.contextmanager
    def _name_faults(self) -> Iterator[None]:
        """What aiohttp and the system raise, as CallError."""
        aiohttp = self._aiohttp
        try:
            yield
        except aiohttp.SocketTimeoutError as error:
            raise CallError("stall", f"no byte for {self._choose_stall():.0f} s") from error
        except aiohttp.ConnectionTimeoutError as error:
            raise CallError("no connection", f"not within {self.endpoint.connect_s:.0f} s") from error
        except TimeoutError as error:
            raise CallError("timeout", f"no answer within {self.endpoint.answer_s:.0f} s") from error
        except aiohttp.ClientConnectorError as error:
            raise CallError("no connection", self._hide(str(error))) from error
        except aiohttp.ClientPayloadError as error:
            raise CallError("half a body") from error
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError) as error:
            raise CallError("connection lost", self._hide(f"{type(error).__name__} {error}")) from error

    def _check_status(self, response: Any, content: bytes) -> None:
        if response.status != 200:
            detail = self._hide(read_error(_try_json(content) or content.decode(errors="replace")))
            raise judge_status(response.status, detail, read_wait(response.headers))

    def _choose_stall(self) -> float:
        if len(self._latencies) < LEARN_AFTER:
            return self.endpoint.answer_s
        return min(self.endpoint.answer_s, max(self.endpoint.stall_s, TIMES_SLOWEST * max(self._latencies)))

    def _hide(self, text: str) -> str:
        return redact(text.replace(self._key, BLOT) if self._key else text)


async def _read_body(response: Any, limit: int) -> bytes | None:
    """All of a body, or None when it is longer than the limit."""
    parts, size = [], 0
    async for part in response.content.iter_chunked(CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > limit:
            response.close()
            return None
    return b"".join(parts)


def _try_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _load_aiohttp() -> Any:
    try:
        return importlib.import_module("aiohttp")
    except ImportError as error:
        raise RecipeError(
            "asking a model needs the package aiohttp, which is not installed",
            expected="the extra llm",
            hint="pip install 'apothecary[llm]'",
        ) from error
