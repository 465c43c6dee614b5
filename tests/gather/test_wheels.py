from __future__ import annotations

import bz2
import hashlib
import http.server
import pickle
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from apothecary.errors import SourceError
from apothecary.gather.sources import Wheel
from apothecary.gather.wheels import (
    WheelUnavailableError,
    fetch_wheel,
    fetch_wheels,
    find_cache,
    load_plain_pickle,
    read_member,
)

NAME = "poultice-1.0-py3-none-any.whl"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package index on this machine that serves one tiny wheel; pip is pointed at it. Gives the wheel's path."""
    folder = tmp_path / "index" / "simple" / "poultice"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / NAME, "w") as wheel:
        wheel.writestr("poultice/data.txt", "comfrey")
        wheel.writestr("poultice-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: poultice\nVersion: 1.0\n")
        wheel.writestr("poultice-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("poultice-1.0.dist-info/RECORD", "")
    (folder / "index.html").write_text(f'<a href="{NAME}">{NAME}</a>')
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(QuietHandler, directory=str(folder.parent.parent))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    point_pip_at(monkeypatch, f"http://127.0.0.1:{server.server_port}/simple")
    yield folder / NAME
    server.shutdown()
    thread.join()
    server.server_close()


def point_pip_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", url)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")


def pin(sha256: str) -> Wheel:
    return Wheel("poultice", "1.0", NAME, sha256)


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_wheel_is_fetched_once_and_read_as_a_zip(index: Path, tmp_path: Path) -> None:
    wheel = pin(hash_of(index))
    path = fetch_wheel(wheel, tmp_path / "cache")
    assert read_member(path, "poultice/data.txt") == b"comfrey"
    index.unlink()
    assert fetch_wheel(wheel, tmp_path / "cache") == path


def test_a_damaged_wheel_in_the_cache_is_fetched_again(index: Path, tmp_path: Path) -> None:
    wheel = pin(hash_of(index))
    path = fetch_wheel(wheel, tmp_path)
    path.write_bytes(b"cut")
    assert hash_of(fetch_wheel(wheel, tmp_path)) == wheel.sha256


def test_a_wheel_with_another_hash_is_refused_and_not_kept(index: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="pinned hash") as caught:
        fetch_wheels([pin("0" * 64)], tmp_path)
    assert caught.value.hint
    assert hash_of(index) in caught.value.where
    assert list((tmp_path / "wheels").iterdir()) == []


def test_an_unreachable_wheel_is_reported_and_the_others_used(index: Path, tmp_path: Path) -> None:
    there = pin(hash_of(index))
    absent = Wheel("apothecary-no-such-package", "9.9", "apothecary_no_such_package-9.9-py3-none-any.whl", "0" * 64)
    found, missing = fetch_wheels([absent, there], tmp_path)
    assert list(found) == ["poultice"]
    assert "could not be fetched" in missing["apothecary-no-such-package"]


def test_nothing_left_is_an_error_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point_pip_at(monkeypatch, "http://127.0.0.1:9/simple")
    with pytest.raises(WheelUnavailableError):
        fetch_wheel(pin("0" * 64), tmp_path)
    with pytest.raises(SourceError, match="no knowledge source") as caught:
        fetch_wheels([pin("0" * 64)], tmp_path)
    assert str(tmp_path / "wheels") in caught.value.hint


def test_a_missing_member_and_a_broken_zip_are_source_errors(tmp_path: Path) -> None:
    broken = tmp_path / "broken.whl"
    broken.write_bytes(b"no zip")
    with pytest.raises(SourceError, match="cannot be read"):
        read_member(broken, "x")
    with zipfile.ZipFile(tmp_path / "empty.whl", "w"):
        pass
    with pytest.raises(SourceError, match="cannot be read"):
        read_member(tmp_path / "empty.whl", "x")


class Danger:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("ran",))


def test_pickles_hold_plain_data_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert load_plain_pickle(pickle.dumps({"a": [1, "b"]})) == {"a": [1, "b"]}
    assert load_plain_pickle(bz2.compress(pickle.dumps([1])), compressed=True) == [1]
    with pytest.raises(SourceError, match="refused"):
        load_plain_pickle(pickle.dumps(Danger()))
    assert capsys.readouterr().out == ""


def test_find_cache_honours_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(tmp_path))
    assert find_cache() == tmp_path
    monkeypatch.delenv("APOTHECARY_CACHE")
    assert find_cache() == Path.home() / ".cache" / "apothecary"
