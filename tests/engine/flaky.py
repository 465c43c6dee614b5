"""A file server that misbehaves: some share of its answers, drawn by seed, is wrong in one of many ways."""

from __future__ import annotations

import email.utils
import hashlib
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from apothecary.engine.seed import derive_key, random_words

FAULTS = (
    "500",
    "502",
    "503 with seconds",
    "503 with a date",
    "429 without a word",
    "429 with nonsense",
    "hang up",
    "cut",
    "cut twice",
    "silent before",
    "silent within",
    "page",
    "empty",
    "redirect elsewhere",
    "redirect loop",
    "wrong bytes",
    "range ignored",
    "another part",
    "416",
    "new version",
    "packed",
    "no status",
    "chunks without end",
    "no length",
)


def make_file(name: str) -> bytes:
    """The content of a file, of some kilobytes."""
    block = hashlib.sha256(name.encode()).digest()
    return block * (40 + block[0])


class Server(ThreadingHTTPServer):
    """Serves every name, with `share` of its answers faulty; counts what it did."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, share: float, seed: int = 7) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.share, self.key = share, derive_key(seed, "flaky")
        self.lock, self.asked = threading.Lock(), 0
        self.faults: Counter[str] = Counter()
        self.queries: set[str] = set()
        self.times: list[float] = []
        self.ranges = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def draw(self) -> str:
        """The fault of the next answer; empty for none."""
        with self.lock:
            self.asked += 1
            self.times.append(time.monotonic())
            one, other = (int(word) for word in random_words(self.key, [self.asked])[0][:2])
            fault = FAULTS[other % len(FAULTS)] if one % 1000 < self.share * 1000 else ""
            self.faults[fault] += 1
            return fault

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up; that is no news."""


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    server: Server
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"", stated: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if stated != -1:
            self.send_header("Content-Length", str(len(body) if stated is None else stated))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.server.queries.add(query)
        if path.startswith("/missing"):
            return self.answer(404)
        body = make_file(path)
        if path.endswith(".md5"):
            name = path.removesuffix(".md5")
            body = f"MD5({name})= {hashlib.md5(make_file(name)).hexdigest()}\n".encode()
        return self.misbehave(self.server.draw(), body)

    def misbehave(self, fault: str, body: bytes) -> None:
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        start = 0
        if (span := self.headers.get("Range")) and self.headers.get("If-Range") == tag and fault != "range ignored":
            self.server.ranges += 1
            start = int(span.removeprefix("bytes=").rstrip("-"))
        if fault[:3].isdigit():
            waits = {"seconds": "0", "date": email.utils.formatdate(), "nonsense": "soon"}
            wait = waits.get(fault.rpartition(" ")[2])
            return self.answer(int(fault[:3]), b"<html>", **({"Retry_After": wait} if wait else {}))
        if fault in ("hang up", "no status"):
            self.wfile.write(b"" if fault == "hang up" else b"\x00\x01 what?\r\n\r\n")
            return None
        if fault == "silent before":
            time.sleep(0.5)
            return None
        if fault == "page":
            return self.answer(200, b"<html>Busy</html>", Content_Type="text/html")
        if fault == "empty":
            return self.answer(200, b"")
        if fault.startswith("redirect"):
            where = "http://elsewhere.invalid/x" if fault.endswith("elsewhere") else self.path
            return self.answer(302, Location=where)
        rest = body[start:]
        headers = {"ETag": tag}
        if start or fault == "another part":
            first = start + (7 if fault == "another part" else 0)
            headers["Content_Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
        status = 206 if "Content_Range" in headers else 200
        if fault == "wrong bytes":
            rest = bytes([rest[0] ^ 1]) + rest[1:] if rest else rest
        if fault == "new version":
            headers["ETag"] = '"new"'
            rest = rest[: len(rest) // 2]
            return self.answer(status, rest, len(body) - start, **headers)
        if fault == "packed":
            headers["Content_Encoding"] = "gzip"
        if fault.startswith("cut") or fault == "silent within":
            self.answer(status, rest[: len(rest) // 3], len(rest), **headers)
            if fault == "silent within":
                time.sleep(0.5)
            return None
        if fault == "chunks without end":
            self.protocol_version = "HTTP/1.1"
            self.answer(status, b"10\r\n" + rest[:16] + b"\r\n", -1, Transfer_Encoding="chunked", **headers)
            self.close_connection = True
            return None
        return self.answer(status, rest, -1 if fault == "no length" else None, **headers)
