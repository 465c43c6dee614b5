"""The door for downloads: addresses in, whole and checked files out, however the server behaves.

Only https and only hosts that are allowed, at redirects too. A broken download goes on where it broke, if the server
says that the file is still the same; else from the start. `Retry-After` is obeyed, requests keep their distance, and a
file is put in its place only when its length, and its checksum where the server has one, are right. What is there
already is not asked for again. Keys of the environment go into requests and nowhere else.
"""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apothecary.engine.commit import make_folder, read_json, remove_file, write_file, write_json
from apothecary.engine.secrets import redact
from apothecary.errors import RunDamagedError, SourceError

CHUNK_BYTES = 2**16
AGENT = "apothecary (data set builder)"
LOCAL = ("127.0.0.1", "localhost", "::1")
REFUSED = {
    400: "the server does not understand the address",
    401: "the server asks for a key",
    403: "the server does not allow it",
    404: "the server has no such file",
    410: "the server has no such file any more",
    451: "the server may not give it",
}
DIGEST = re.compile(r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{32})\b")


@dataclass(frozen=True)
class Policy:
    """How a source is asked: from where, how fast, how patiently."""

    hosts: frozenset[str]
    checksum: str = ""  # what an address ends in that has the file's MD5 or SHA-256, as ".md5"; empty for none
    per_second: float = 3.0  # requests; NCBI allows 3 without a key
    connections: int = 2
    tries: int = 8  # that bring nothing new, one after the other
    timeout_s: float = 60.0  # of silence
    first_wait_s: float = 1.0
    max_wait_s: float = 300.0
    max_bytes: int = 2**36
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # host: variable of the environment, parameter


class _TroubleError(Exception):
    """What may be better the next time: why, how long the server asks to wait, whether what came is of no use."""

    def __init__(self, reason: str, wait_s: float | None = None, is_spoilt: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.wait_s, self.is_spoilt = reason, wait_s, is_spoilt


class _Pace:
    """Lets requests pass one by one, a distance apart."""

    def __init__(self, per_second: float) -> None:
        self.distance = 1 / per_second
        self.lock, self.next = threading.Lock(), 0.0

    def wait(self) -> None:
        """Return when it is time for the next request."""
        with self.lock:
            now = time.monotonic()
            left = max(0.0, self.next - now)
            self.next = max(now, self.next) + self.distance
        time.sleep(left)


def fetch_files(
    addresses: Sequence[str], folder: Path, policy: Policy, *, tell: Callable[[str], Any] = lambda line: None
) -> list[Path]:
    """Addresses to the paths of their files in a folder, in their order; each address once.

    `tell` gets a line for each try that failed. Raises SourceError when an address is not allowed, the server refuses,
    or all tries failed; the files that came are kept, and the same call goes on.
    """
    wanted = list(dict.fromkeys(addresses))
    for address in wanted:
        check_address(address, policy)
    make_folder(folder)
    pace = _Pace(policy.per_second)
    with ThreadPoolExecutor(policy.connections) as threads:
        running = [threads.submit(_Download(one, folder, policy, pace, tell).run) for one in wanted]
        try:
            return [one.result() for one in running]
        finally:
            for one in running:
                one.cancel()


def check_address(address: str, policy: Policy) -> None:
    """Raise SourceError for an address that is not allowed."""
    parts = urllib.parse.urlsplit(address)
    host = parts.hostname or ""
    if host not in policy.hosts:
        expected = f"one of {', '.join(sorted(policy.hosts))}"
        raise SourceError(f"no download from {host or 'nowhere'}", where=redact(address), expected=expected)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOCAL):
        raise SourceError(f"no download by {parts.scheme or 'nothing'}", where=redact(address), expected="https")


def name_file(address: str) -> str:
    """The name of an address's file: what it is called there, after a mark that tells addresses apart."""
    called = re.sub(r"[^A-Za-z0-9._-]", "_", urllib.parse.urlsplit(address).path.rsplit("/", 1)[-1])[-80:]
    return f"{hashlib.sha256(address.encode()).hexdigest()[:12]}-{called.lstrip('.') or 'file'}"


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where a download is allowed."""

    max_redirections = 5

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """The next request, or none of it."""
        try:
            check_address(newurl, self.policy)
        except SourceError as error:
            raise _TroubleError(f"redirected: {error.what}") from None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Download:
    """One address on its way to its file."""

    def __init__(self, address: str, folder: Path, policy: Policy, pace: _Pace, tell: Callable[[str], Any]) -> None:
        self.address, self.policy, self.pace, self.tell = address, policy, pace, tell
        self.path = folder / name_file(address)
        self.part = self.path.with_name(f"{self.path.name}.part")
        self.notes = self.path.with_name(f"{self.path.name}.part.json")
        handlers: list[Any] = [_Redirects(policy)]
        if urllib.parse.urlsplit(address).hostname in LOCAL:
            handlers.append(urllib.request.ProxyHandler({}))
        self.opener = urllib.request.build_opener(*handlers)
        self.digest: str | None = None  # once known; empty where the server has none

    def run(self) -> Path:
        """Try until the file is there."""
        if self.path.exists():
            return self.path
        failed, reasons = 0, []
        while failed < self.policy.tries:
            before = self._count()
            try:
                if self.digest is None:
                    self.digest = self._ask_digest()
                self._go_on()
                self._check_digest()
            except _TroubleError as trouble:
                if trouble.is_spoilt:
                    self._forget()
                failed = 0 if self._count() > before else failed + 1
                reasons.append(trouble.reason)
                self.tell(redact(f"{self.address}: {trouble.reason}; try {len(reasons) + 1}"))
                wait = self.policy.first_wait_s * 2 ** min(failed, 10) if trouble.wait_s is None else trouble.wait_s
                time.sleep(min(self.policy.max_wait_s, wait))
                continue
            write_file(self.path, self.part.replace)
            remove_file(self.notes)
            return self.path
        expected = "; ".join(dict.fromkeys(reasons[-5:]))
        hint = "the same command goes on where this one ended"
        raise SourceError(f"a download failed {failed} times", where=redact(self.address), expected=expected, hint=hint)

    def _count(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)

    def _open(self, address: str, headers: dict[str, str]) -> Any:
        """The server's answer to one request; _TroubleError for what may pass, SourceError for what will not."""
        self.pace.wait()
        known = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        request = urllib.request.Request(_add_key(address, self.policy), headers=known)
        try:
            return self.opener.open(request, timeout=self.policy.timeout_s)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 416:
                    raise _TroubleError("the server has no more of it", 0, is_spoilt=True) from None
                if error.code in REFUSED:
                    raise SourceError(
                        REFUSED[error.code], where=redact(address), expected=f"not {error.code}"
                    ) from None
                raise _TroubleError(f"status {error.code}", read_wait(error.headers.get("Retry-After"))) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _TroubleError(_name(error)) from None

    def _ask_digest(self) -> str:
        """The file's MD5 or SHA-256 as the server has it beside the file; empty where it has none."""
        if not self.policy.checksum:
            return ""
        parts = urllib.parse.urlsplit(self.address)
        address = urllib.parse.urlunsplit(parts._replace(path=parts.path + self.policy.checksum))
        try:
            text = b"".join(self._read(self._open(address, {}), 2**16)).decode("latin-1")
        except SourceError:
            return ""
        found = DIGEST.search(text)
        if not found or "<" in text:
            raise _TroubleError("the checksum is none")
        return found[0].lower()

    def _read(self, answer: Any, most: int) -> Iterator[bytes]:
        """The bytes of an answer, as many as it states; _TroubleError where they end before."""
        stated = answer.headers.get("Content-Length")
        got = 0
        with answer:
            try:
                while chunk := answer.read(CHUNK_BYTES):
                    got += len(chunk)
                    if got > most:
                        raise SourceError("a file is too large", where=redact(self.address), expected=f"{most:,} bytes")
                    yield chunk
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise _TroubleError(_name(error)) from None
        if stated and stated.isdigit() and got != int(stated):
            raise _TroubleError("the connection ended early")
        if not stated and answer.headers.get("Transfer-Encoding", "").lower() != "chunked" and not self.digest:
            raise _TroubleError("the server does not say how long the file is", is_spoilt=True)

    def _go_on(self) -> None:
        """Get what is not there yet of the file."""
        mark = self._read_mark()
        start = self._count() if mark else 0
        headers = {"Range": f"bytes={start}-", "If-Range": mark} if start else {}
        answer = self._open(self.address, headers)
        _check_answer(answer, self.address)
        fresh = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if answer.status == 206:
            told = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range") or "")
            if not told or int(told[1]) != start or (fresh and fresh != mark):
                answer.close()
                raise _TroubleError("the server gave another part", is_spoilt=True)
        else:
            start = 0
            self._forget()
            if fresh and not fresh.startswith("W/"):
                write_json(self.notes, {"mark": fresh})
        with self.part.open("ab") as file:
            for chunk in self._read(answer, self.policy.max_bytes - start):
                file.write(chunk)
        if not self._count():
            raise _TroubleError("the file came empty", is_spoilt=True)

    def _read_mark(self) -> str:
        """By what the server knows again the version of the file that has begun to come."""
        try:
            return str(read_json(self.notes)["mark"]) if self.notes.exists() and self.part.exists() else ""
        except (RunDamagedError, KeyError, TypeError):
            return ""

    def _check_digest(self) -> None:
        """_TroubleError where the file is not what the checksum says; both are asked for again."""
        if not self.digest:
            return
        with self.part.open("rb") as file:
            found = hashlib.file_digest(file, "md5" if len(self.digest) == 32 else "sha256").hexdigest()
        if found != self.digest:
            self.digest = None
            raise _TroubleError("the checksum differs", is_spoilt=True)


def _check_answer(answer: Any, address: str) -> None:
    """_TroubleError for an answer that is not the file."""
    kind = (answer.headers.get("Content-Type") or "").lower()
    trouble = ""
    if answer.status not in (200, 206):
        trouble = f"status {answer.status}"
    elif kind.startswith("text/html") and not re.search(r"\.x?html?$", urllib.parse.urlsplit(address).path):
        trouble = "a page came instead of the file"
    elif (answer.headers.get("Content-Encoding") or "identity").lower() != "identity":
        trouble = "the file came packed in a way that was not asked for"
    if trouble:
        answer.close()
        raise _TroubleError(trouble)


def _add_key(address: str, policy: Policy) -> str:
    """The address with the key of its host, where the environment has one."""
    parts = urllib.parse.urlsplit(address)
    variable, parameter = policy.keys.get(parts.hostname or "", ("", ""))
    key = os.environ.get(variable, "").strip() if variable else ""
    if not key:
        return address
    asked = f"{parts.query}&" if parts.query else ""
    return urllib.parse.urlunsplit(parts._replace(query=f"{asked}{parameter}={urllib.parse.quote(key)}"))


def read_wait(text: str | None) -> float | None:
    """A Retry-After header, in seconds or as a date, to seconds; None where there is none to be read."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _name(error: Exception) -> str:
    """An error of the connection in few words, without any address in it."""
    cause = getattr(error, "reason", None)
    kind = type(cause if isinstance(cause, Exception) else error).__name__
    return {
        "TimeoutError": "the server fell silent",
        "ConnectionResetError": "the connection was reset",
        "ConnectionRefusedError": "the server does not answer",
        "RemoteDisconnected": "the server hung up",
        "IncompleteRead": "the connection ended early",
        "gaierror": "the host has no address",
    }.get(kind, f"the connection failed ({kind})")
