from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.engine.flaky import FAULTS, Handler, Server, make_file

from apothecary.engine.fetch import Policy, check_address, fetch_files, name_file, read_wait
from apothecary.errors import SourceError

KEY = "k" + "3y9" * 9
POLICY = Policy(
    frozenset({"127.0.0.1"}),
    checksum=".md5",
    per_second=10_000,
    connections=8,
    tries=12,
    timeout_s=0.3,
    first_wait_s=0.0005,
    max_wait_s=0.02,
    keys={"127.0.0.1": ("FLAKY_API_KEY", "api_key")},
)


@pytest.fixture
def serve() -> Iterator[Callable[[float], Server]]:
    servers: list[Server] = []

    def start(share: float) -> Server:
        servers.append(Server(share))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_nothing_is_lost_doubled_or_told_though_a_third_of_the_answers_are_wrong(
    tmp_path: Path, serve: Callable[[float], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLAKY_API_KEY", KEY)
    server = serve(0.3)
    lines: list[str] = []
    addresses = [f"{server.root}/files/{number}.xml.gz" for number in range(250)]  # and as many checksums
    paths = fetch_files([*addresses, *addresses[:9]], tmp_path, POLICY, tell=lines.append)
    assert [path.read_bytes() for path in paths] == [make_file(f"/files/{number}.xml.gz") for number in range(250)]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert server.asked >= 500
    assert set(FAULTS) <= set(server.faults)
    assert server.ranges > 0
    assert server.queries == {f"api_key={KEY}"}
    assert lines
    assert not any(KEY in line for line in lines)
    asked = server.asked
    assert fetch_files(addresses, tmp_path, POLICY) == paths
    assert server.asked == asked


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_survived_by_itself(
    tmp_path: Path, serve: Callable[[float], Server], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    server = serve(0)
    faults = [fault, fault, fault, "cut"]
    monkeypatch.setattr(server, "draw", lambda: faults.pop() if faults else "")
    (path,) = fetch_files([f"{server.root}/a.gz"], tmp_path, POLICY)
    assert path.read_bytes() == make_file("/a.gz")


def test_a_download_goes_on_where_it_broke(
    tmp_path: Path, serve: Callable[[float], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(0)
    monkeypatch.setattr(server, "draw", lambda: "cut")
    address = f"{server.root}/a.gz"
    once = replace(POLICY, tries=1, checksum="")
    # Each try brings a third of what is left, so none counts as failed until too little is left to cut.
    with pytest.raises(SourceError, match="download failed"):
        fetch_files([address], tmp_path, once)
    part = tmp_path / f"{name_file(address)}.part"
    assert make_file("/a.gz").startswith(part.read_bytes())
    assert part.stat().st_size > 1000
    monkeypatch.setattr(server, "draw", lambda: "")
    ranges = server.ranges
    (path,) = fetch_files([address], tmp_path, once)
    assert path.read_bytes() == make_file("/a.gz")
    assert server.ranges == ranges + 1
    assert list(tmp_path.iterdir()) == [path]


def test_what_stays_wrong_is_told_without_the_key(
    tmp_path: Path, serve: Callable[[float], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLAKY_API_KEY", KEY)
    server = serve(0)
    monkeypatch.setattr(server, "draw", lambda: "wrong bytes")
    with pytest.raises(SourceError, match="checksum") as caught:
        fetch_files([f"{server.root}/a.gz?api_key={KEY}"], tmp_path, replace(POLICY, tries=3))
    assert KEY not in str(caught.value)
    with pytest.raises(SourceError, match="no such file"):
        fetch_files([f"{server.root}/missing.gz"], tmp_path, POLICY)


@pytest.mark.parametrize(
    "address",
    [
        "https://other.invalid/x",
        "ftp://127.0.0.1/x",
        "file:///etc/hostname",
        "https://127.0.0.1.other.invalid/",
        "x.xml",
    ],
)
def test_other_addresses_are_not_asked(address: str) -> None:
    with pytest.raises(SourceError, match="no download"):
        check_address(address, POLICY)


def test_plain_http_is_only_for_this_machine() -> None:
    with pytest.raises(SourceError, match="no download by http"):
        check_address("http://a.invalid/x", Policy(frozenset({"a.invalid"})))
    check_address("https://a.invalid/x", Policy(frozenset({"a.invalid"})))


def test_requests_keep_their_distance(tmp_path: Path, serve: Callable[[float], Server]) -> None:
    server = serve(0)
    slow = replace(POLICY, per_second=50, checksum="")
    fetch_files([f"{server.root}/{number}" for number in range(6)], tmp_path, slow)
    assert server.times[-1] - server.times[0] > 0.08


def test_the_servers_wish_to_wait_is_read() -> None:
    assert read_wait("7") == 7
    assert [read_wait(text) for text in (None, "", "soon")] == [None] * 3
    assert 5 < (read_wait(email.utils.formatdate(time.time() + 9)) or 0) < 10
    assert read_wait(email.utils.formatdate(0)) == 0


def test_the_servers_wish_to_wait_is_obeyed(
    tmp_path: Path, serve: Callable[[float], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(0)
    waits: list[Any] = ["0.0", "1"]
    real = Handler.misbehave

    def ask_to_wait(self: Handler, fault: str, body: bytes) -> None:
        if waits:
            self.answer(503, Retry_After=waits.pop())
        else:
            real(self, fault, body)

    monkeypatch.setattr(Handler, "misbehave", ask_to_wait)
    fetch_files([f"{server.root}/a"], tmp_path, replace(POLICY, checksum="", max_wait_s=0.2))
    assert server.times[1] - server.times[0] >= 0.19
