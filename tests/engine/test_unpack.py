from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from apothecary.engine.unpack import UnpackLimits, iter_members
from apothecary.errors import SourceError


def pack_zip(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def pack_tar(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), kind
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


def read_all(path: Path, data: bytes, limits: UnpackLimits | None = None) -> list[tuple[str, bytes]]:
    path.write_bytes(data)
    return [(member.name, member.stream.read()) for member in iter_members(path, limits or UnpackLimits())]


@pytest.mark.parametrize(
    ("name", "data", "members"),
    [
        ("a.xml", b"<a/>", [("a.xml", b"<a/>")]),
        ("empty", b"", [("empty", b"")]),
        ("a.xml.gz", gzip.compress(b"<a/>"), [("a.xml", b"<a/>")]),
        ("two.gz", gzip.compress(b"<a>") + gzip.compress(b"</a>"), [("two", b"<a></a>")]),
        ("z.zip", pack_zip(a=b"1", b=b"2"), [("z.zip!a", b"1"), ("z.zip!b", b"2")]),
        ("misnamed.xml", pack_zip(a=b"1"), [("misnamed.xml!a", b"1")]),
        ("t.tar", pack_tar(("d/a", b"1"), ("b", b"2")), [("t.tar!d/a", b"1"), ("t.tar!b", b"2")]),
        ("t.tgz", gzip.compress(pack_tar(("a", b"1"), ("b", b"2"))), [("t.tar!a", b"1"), ("t.tar!b", b"2")]),
        ("t.tar", pack_tar(("a.gz", gzip.compress(b"1"))), [("t.tar!a", b"1")]),
        ("z.zip", pack_zip(inner=pack_zip(a=b"1")), [("z.zip!inner!a", b"1")]),
    ],
    ids=["plain", "empty", "gzip", "gzip of two", "zip", "by content", "tar", "tar.gz", "gzip in tar", "zip in zip"],
)
def test_members_are_read_however_packed(
    tmp_path: Path, name: str, data: bytes, members: list[tuple[str, bytes]]
) -> None:
    assert read_all(tmp_path / name, data) == members


NEST = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x"))))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(bytes(2**25)), "unpacks to too much"),
        (pack_zip(a=bytes(2**25)), "unpacks to too much"),
        (gzip.compress(gzip.compress(bytes(2**25))), "unpacks to too much"),
        (gzip.compress(pack_tar(("a", bytes(2**25)))), "unpacks to too much"),
        (NEST, "archives inside archives"),
        (gzip.compress(b"abc" * 999)[:-12], "damaged"),
        (b"\x1f\x8b" + bytes(99), "damaged"),
        (b"PK\x03\x04" + bytes(99), "damaged"),
        (pack_tar(("../up", b"1")), "leads outside"),
        (pack_tar(("/etc/up", b"1")), "leads outside"),
        (pack_zip(**{"C:\\up": b"1"}), "leads outside"),
        (pack_tar(("link", b""), kind=tarfile.SYMTYPE), "no plain file"),
    ],
    ids=["gz", "zip", "gz in gz", "tar.gz", "deep", "cut", "bad gz", "bad zip", "up", "root", "drive", "link"],
)
def test_bombs_and_damage_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read_all(tmp_path / "file", data)


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="too many members"):
        read_all(tmp_path / "z.zip", pack_zip(a=b"", b=b"", c=b""), UnpackLimits(max_members=2))


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(pack_zip(a=b"1"))
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        at = data.index(mark) + (8 if mark == b"PK\x01\x02" else 6)
        data[at] |= 1
    with pytest.raises(SourceError, match="encrypted"):
        read_all(tmp_path / "z.zip", bytes(data))


@pytest.mark.parametrize("path", ["missing.xml", "."], ids=["missing", "folder"])
def test_no_file_is_told(tmp_path: Path, path: str) -> None:
    with pytest.raises(SourceError, match=r"no file|is a folder"):
        list(iter_members(tmp_path / path))
