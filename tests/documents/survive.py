"""Reads files as a process of its own that tells what it opened, whom it called and how much memory it took.

python survive.py FILE ...; the answer is one JSON object on stdout.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from apothecary.documents.model import Document
from apothecary.documents.readers import READERS, read_source
from apothecary.dumps.model import Record
from apothecary.dumps.room import DUMPS, read_dump


def main() -> None:
    """Read every file by every reader."""
    list(read_source("questions", Path(__file__)))  # what is imported late is imported now
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    opened: list[str] = []
    called: list[str] = []
    allowed: list[str] = []
    sys.addaudithook(
        lambda event, args: (
            opened.append(str(args[0]))
            if event == "open" and str(args[0]) not in allowed and not str(args[0]).endswith((".py", ".pyc", ".so"))
            else called.append(event)
            if event.startswith(("socket.", "urllib.", "subprocess.", "os.system", "os.exec"))
            else None
        )
    )
    results = []
    for name in sys.argv[1:]:
        allowed[:] = [name]
        for kind in (*READERS, *DUMPS):
            start = time.monotonic()
            items = list(read_source(kind, Path(name)) if kind in READERS else read_dump(kind, Path(name)))
            took = time.monotonic() - start
            reasons = [
                item.reason for item in items if not isinstance(item, Document | Record) and hasattr(item, "reason")
            ]
            results.append({"file": name, "kind": kind, "took": took, "items": len(items), "reasons": reasons})
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"opened": opened, "called": called, "grown_mb": grown, "results": results}))


if __name__ == "__main__":
    main()
