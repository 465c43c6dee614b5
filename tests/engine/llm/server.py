"""A server of both dialects on loopback that misbehaves as told; raw asyncio, no library.

The plan maps a share of the calls to each fault, in a fixed order: call number i gets plan[i * 7919 % 1000].
How often each question was asked, and answered well, stands in `asked` and `paid`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter

RETRYABLE = ("429", "503", "500", "reset", "stall", "half", "garbage", "nothing", "empty")
FINAL = ("refusal", "echo", "flood")
FOREIGN = "这是一个关于水的句子。"  # the fault "foreign": an answer like any other at this door, the gates drop it


class Server:
    """In a thread of its own: `with Server(...) as server: server.url`."""

    def __init__(
        self, faults=0.0, kinds=RETRYABLE + FINAL, *, delay_s=0.0, per_second=0, retry_after="0.05", stall_s=3
    ):
        self.plan = [kinds[number % len(kinds)] if number < faults * 1000 else "" for number in range(1000)]
        self.delay_s, self.per_second, self.retry_after, self.stall_s = delay_s, per_second, retry_after, stall_s
        self.calls, self.faults, self.asked, self.paid = 0, Counter(), Counter(), Counter()
        self.headers, self.bodies, self.most_at_once, self._at_once = [], [], 0, 0
        self.extra_headers = {}
        self.reply = self.refuse = None
        self.models, self.list_status, self.most_samples = [{"id": "m"}], 200, 128
        self._store, self._clock = 0.0, time.monotonic()

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(5)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(5)

    def _run(self, ready):
        self.loop.run_until_complete(self._serve(ready))
        self.loop.close()

    async def _serve(self, ready):
        self.stop = asyncio.Event()
        self.tasks = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**20)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        ready.set()
        await self.stop.wait()
        server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _talk(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
                if head.startswith("GET "):
                    self._send(writer, json.dumps({"data": self.models}), self.list_status)
                    continue
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    if not await self._answer(head.split()[1], headers, body, writer):
                        break
                finally:
                    self._at_once -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(task)
            with contextlib.suppress(ConnectionError, RuntimeError):
                writer.close()

    async def _answer(self, path, headers, body, writer):
        """False when the connection is to be closed."""
        fault = self.plan[self.calls * 7919 % 1000]
        self.calls += 1
        self.headers.append(headers)
        self.bodies.append((path, body))
        question = body["messages"][-1]["content"]
        self.asked[question] += 1
        if self.per_second and not fault:
            now = time.monotonic()
            self._store = min(2.0, self._store + (now - self._clock) * self.per_second) - 1
            self._clock = now
            if self._store < 0:
                self._store += 1
                fault = "429"
        self.faults[fault] += 1
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if fault in ("429", "500", "503"):
            fault_headers = {"Retry-After": self.retry_after} if fault != "500" else {}
            return self._send(writer, json.dumps({"error": {"message": f"fault {fault}"}}), int(fault), fault_headers)
        if self.refuse and (why := self.refuse(body)):
            return self._send(writer, json.dumps({"error": {"message": why}}), 400)
        if fault == "reset":
            writer.transport.abort()
            return False
        if fault == "stall":
            await asyncio.sleep(self.stall_s)
            return False
        if fault == "garbage":
            return self._send(writer, '{"choices": [{"mess')
        if fault == "nothing":
            return self._send(writer, "")
        texts = {"empty": "", "echo": question, "flood": "word " * 100_000, "foreign": FOREIGN}
        text = texts.get(fault, f"answer to {question}")
        if self.reply and not fault:
            text = self.reply(body)
        content = self._build(path, body, text, "refusal" if fault == "refusal" else "")
        if fault == "half":
            self._send(writer, content, cut=len(content) // 2)
            await writer.drain()
            return False
        if not fault or fault == "foreign":
            self.paid[question] += 1
        self._send(writer, content)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        return True

    def _build(self, path, body, text, ending):
        if path.endswith("/messages"):
            content = [{"type": "text", "text": text}]
            usage = {"input_tokens": 10, "output_tokens": 5}
            return json.dumps({"content": content, "stop_reason": ending or "end_turn", "usage": usage, "model": "m"})
        message = {"role": "assistant", "content": text}
        n = min(body.get("n", 1), self.most_samples)
        choices = [{"message": message, "finish_reason": "content_filter" if ending else "stop"}] * n
        usage = {"prompt_tokens": 10, "completion_tokens": 5 * n}
        return json.dumps({"choices": choices, "usage": usage, "model": "m"})

    def _send(self, writer, content, status=200, headers=None, cut=None):
        data = content.encode()
        lines = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        lines |= self.extra_headers | (headers or {})
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        writer.write(head.encode() + data[:cut])
        return True
