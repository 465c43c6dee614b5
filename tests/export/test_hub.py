"""Pushing to a real server on this machine that speaks as much of the Hub's protocol as a push needs."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from apothecary.errors import RecipeError, StorageError
from apothecary.export.card import write_checksums
from apothecary.export.hub import check_name, push_folder

SECRET = "hf_abcdefghijklmnopqrstuvwxyz012345"  # made up


@dataclass
class Hub:
    """What the server was sent: repositories, files by name, and the tokens that came with the requests."""

    address: str = ""
    refuses: bool = False
    created: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    tokens: set[str | None] = field(default_factory=set)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    pytest.importorskip("huggingface_hub", reason="needs the extra `hub`")
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.tokens.add(self.headers.get("Authorization"))
            if state.refuses:
                self.answer(403, {"error": "You may not write here"})
            elif self.path == "/api/repos/create":
                state.created.append(json.loads(body))
                self.answer(200, {"url": f"{state.address}/datasets/me/tiny", "name": "me/tiny", "id": "me/tiny"})
            elif "/preupload/" in self.path:
                files = [{"path": one["path"], "uploadMode": "regular"} for one in json.loads(body)["files"]]
                self.answer(200, {"files": [one | {"shouldIgnore": False, "oid": None} for one in files]})
            elif "/commit/" in self.path:
                for line in body.decode().splitlines():
                    told = json.loads(line)
                    if told["key"] == "file":
                        state.files[told["value"]["path"]] = base64.b64decode(told["value"]["content"])
                url = f"{state.address}/datasets/me/tiny/commit/{'0' * 40}"
                self.answer(200, {"success": True, "commitUrl": url, "commitOid": "0" * 40, "hookOutput": ""})
            else:
                self.answer(200, {"message": "ok"})

        def do_GET(self) -> None:
            self.answer(200, {"name": "me", "id": "me/tiny", "sha": "0" * 40, "siblings": [], "type": "user"})

        do_HEAD = do_GET

        def answer(self, code: int, told: dict[str, object]) -> None:
            data = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("HF_ENDPOINT", state.address)
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def make_folder(out: Path) -> Path:
    (out / "chat").mkdir(parents=True)
    (out / "chat" / "train-00000.jsonl").write_text('{"messages": []}\n')
    (out / "README.md").write_text("---\nlicense: mit\n---\n# tiny\n")
    (out / "done").mkdir()
    (out / "done" / "x.json").write_text("{}")
    write_checksums(out)
    return out


@pytest.mark.filterwarnings("ignore")  # those of the library
def test_what_is_published_is_pushed(hub: Hub, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out")
    address = push_folder(folder, "me/tiny")
    assert address.startswith(hub.address)
    assert hub.created[0]["type"] == "dataset"
    assert hub.created[0].get("private") is True or hub.created[0].get("visibility") == "private"
    assert set(hub.files) == {"README.md", "chat/train-00000.jsonl", "checksums.sha256"}
    for line in hub.files["checksums.sha256"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(hub.files[name]).hexdigest() == digest
    assert f"Bearer {SECRET}" in hub.tokens


@pytest.mark.filterwarnings("ignore")
def test_a_refusal_is_one_message_without_the_token(hub: Hub, tmp_path: Path) -> None:
    hub.refuses = True
    with pytest.raises(StorageError, match="the Hub refused") as caught:
        push_folder(make_folder(tmp_path / "out"), "me/tiny")
    assert SECRET not in str(caught.value)
    assert "HF_TOKEN" in caught.value.hint


@pytest.mark.parametrize("name", ["a/b/c", "../x", "me/ti ny", "", "a--b"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(RecipeError, match="no name of a repository"):
        check_name(name)
