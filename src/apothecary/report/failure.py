"""An operating system's error in, a StorageError with a hint out: the last net before a traceback."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from apothecary.errors import StorageError
from apothecary.report.table import format_bytes

HINTS = {
    errno.ENOSPC: "free some space, then run the same command again; it goes on where it stopped",
    errno.EDQUOT: "free some of the quota, then run the same command again; it goes on where it stopped",
    errno.EACCES: "choose a folder you may write with --out DIR, or change its permissions",
    errno.EPERM: "choose a folder you may write with --out DIR, or change its permissions",
    errno.EROFS: "choose a folder on a writable file system with --out DIR",
    errno.EIO: "check the disk, then run the same command again; it goes on where it stopped",
}


def explain_os_error(error: OSError) -> StorageError:
    """An OSError to a StorageError that names the file, the space left and what to do."""
    where = str(error.filename or "")
    free = ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        folder = Path(where).parent if where else Path.cwd()
        free = f"more free space than {format_bytes(shutil.disk_usage(find_existing(folder)).free)}"
    hint = HINTS.get(error.errno or 0, "look at the file and its folder, then run the same command again")
    return StorageError(error.strerror or str(error), where=where, expected=free, hint=hint)


def find_existing(path: Path) -> Path:
    """A path to itself or the nearest parent that exists."""
    absolute = path.absolute()
    return next(folder for folder in (absolute, *absolute.parents) if folder.exists())
