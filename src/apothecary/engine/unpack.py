"""The only door for archives: a file in, what lies in it out as streams, however it is packed; nothing is written.

Known by their first bytes, not by their names: gzip, zip, tar, and these inside each other. A file that is none of
them is its own only member. Refused: too many members, too large, too dense (a bomb), too deep, encrypted, names that
lead outside, and what is no plain file. Sizes that an archive states are not believed: bytes are counted as they come.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from apothecary.errors import SourceError

GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
TAR_AT, TAR = 257, b"ustar"
# zipfile raises NotImplementedError for a kind of compression that it does not know.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError, NotImplementedError)


@dataclass(frozen=True)
class UnpackLimits:
    """What an archive may hold; beyond it, it is refused with SourceError."""

    max_bytes: int = 2**38  # of all members together, unpacked
    max_ratio: int = 200  # unpacked to packed; XML in gzip has 5 to 15, deflate's utmost is 1032
    free_bytes: int = 2**22  # what may come before the ratio counts
    max_depth: int = 3  # tar.gz has two
    max_members: int = 1_000_000
    max_held_bytes: int = 2**26  # of a zip inside another archive, which has to be held whole
    max_name_chars: int = 1024


LIMITS = UnpackLimits()


@dataclass(frozen=True)
class Member:
    """One plain file: its name (that of the archive before it, with "!"), and its bytes, to be read before the next."""

    name: str
    stream: io.BufferedReader


class _Meter:
    """Counts what came out of one file, through all its layers."""

    def __init__(self, name: str, packed: int, limits: UnpackLimits) -> None:
        self.name, self.limits = name, limits
        self.most = min(limits.max_bytes, max(limits.free_bytes, packed * limits.max_ratio))
        self.unpacked = self.members = 0

    def add(self, count: int, layer: int) -> None:
        """Bytes that left one layer; each layer counts, for a bomb can sit in any of them."""
        if not layer:
            return
        self.unpacked += count
        if self.unpacked > self.most * layer:
            expected = f"at most {self.limits.max_ratio} times its packed size, and {self.limits.max_bytes:,} bytes"
            raise SourceError("an archive unpacks to too much", where=self.name, expected=expected)

    def count(self) -> None:
        """One more member."""
        self.members += 1
        if self.members > self.limits.max_members:
            expected = f"at most {self.limits.max_members:,}"
            raise SourceError("an archive has too many members", where=self.name, expected=expected)


class _Counted(io.RawIOBase):
    """A stream whose bytes are counted, and whose damage is told in our words."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, meter: _Meter, layer: int, name: str) -> None:
        self.stream, self.meter, self.layer, self.name_ = stream, meter, layer, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self.stream.read(len(buffer))
        except DAMAGE as error:
            raise _tell(error, self.name_) from None
        self.meter.add(len(data), self.layer)
        buffer[: len(data)] = data
        return len(data)


def iter_members(path: Path, limits: UnpackLimits = LIMITS) -> Iterator[Member]:
    """A file to the plain files in it, in their order; raises SourceError when it is damaged or refused."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"no file at {path}", where=str(path), hint="give the path of a file") from None
    except IsADirectoryError:
        raise SourceError(f"{path} is a folder", where=str(path), hint="give the paths of files") from None
    with file:
        meter = _Meter(path.name, path.stat().st_size, limits)
        yield from _open_layer(_count(file, meter, 0, path.name), path.name, meter, 0, file)


def _count(stream: BinaryIO | gzip.GzipFile, meter: _Meter, layer: int, name: str) -> io.BufferedReader:
    return io.BufferedReader(_Counted(stream, meter, layer, name), 2**17)


def _open_layer(
    stream: io.BufferedReader, name: str, meter: _Meter, layer: int, file: BinaryIO | None = None
) -> Iterator[Member]:
    """A stream that may be packed to its members. `file` is the same bytes where they can be sought in."""
    head = stream.peek(TAR_AT + len(TAR))[: TAR_AT + len(TAR)]
    is_gzip, is_zip = head.startswith(GZIP), head.startswith((ZIP, EMPTY_ZIP))
    is_tar = head[TAR_AT:] == TAR
    if not (is_gzip or is_zip or is_tar):
        meter.count()
        yield Member(name, stream)
        return
    if layer >= meter.limits.max_depth:
        raise SourceError("archives inside archives", where=name, expected=f"at most {meter.limits.max_depth} layers")
    try:
        if is_gzip:
            inner = re.sub(r"\.gz$", "", name)
            inner = re.sub(r"\.tgz$", ".tar", inner)
            with gzip.GzipFile(fileobj=stream) as packed:
                yield from _open_layer(_count(packed, meter, layer + 1, inner), inner, meter, layer + 1)
        elif is_zip:
            yield from _open_zip(file or _hold(stream, name, meter), name, meter, layer)
        else:
            yield from _open_tar(stream, name, meter, layer)
    except DAMAGE as error:
        raise _tell(error, name) from None


def _hold(stream: BinaryIO, name: str, meter: _Meter) -> BinaryIO:
    """A zip inside another archive, in memory: its list of members is at its end."""
    data = stream.read(meter.limits.max_held_bytes + 1)
    if len(data) > meter.limits.max_held_bytes:
        expected = f"at most {meter.limits.max_held_bytes:,} bytes"
        raise SourceError("a zip inside another archive is too large", where=name, expected=expected)
    return io.BytesIO(data)


def _open_zip(file: BinaryIO, name: str, meter: _Meter, layer: int) -> Iterator[Member]:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            inner = _name_member(name, info.filename, meter)
            if info.flag_bits & 1:
                raise SourceError("an archive is encrypted", where=inner, hint="unpack it with its password first")
            with archive.open(info) as packed:
                counted = _count(packed, meter, layer + 1, inner)  # type: ignore[arg-type]
                yield from _open_layer(counted, inner, meter, layer + 1)


def _open_tar(stream: BinaryIO, name: str, meter: _Meter, layer: int) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            if info.isdir():
                continue
            inner = _name_member(name, info.name, meter)
            packed = archive.extractfile(info) if info.isreg() else None
            if packed is None:
                expected = "plain files: a link or device can lead outside"
                raise SourceError("an archive holds what is no plain file", where=inner, expected=expected)
            yield from _open_layer(_count(packed, meter, layer + 1, inner), inner, meter, layer + 1)  # type: ignore[arg-type]
            archive.members = []  # type: ignore[attr-defined]  # tarfile remembers every member it saw


def _name_member(archive: str, member: str, meter: _Meter) -> str:
    """The name of a member, refused where it leads outside: no one should meet it who trusts names."""
    parts = re.split(r"[/\\]", member)
    is_absolute = member.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", member) is not None
    if is_absolute or ".." in parts or any(ord(sign) < 32 for sign in member):
        what = "an archive has a member whose name leads outside"
        raise SourceError(what, where=f"{archive}: {member!r}", expected="names below the archive")
    if len(member) > meter.limits.max_name_chars:
        raise SourceError("an archive has a member with a very long name", where=archive)
    return f"{archive}!{member}"


def _tell(error: Exception, name: str) -> SourceError:
    hint = "the file may be cut: download it again"
    return SourceError("an archive is damaged", where=name, expected=str(error) or type(error).__name__, hint=hint)
