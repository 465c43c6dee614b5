"""A running server or what was found about an endpoint in, lines of text out."""

from __future__ import annotations

from collections.abc import Iterator

from apothecary.engine.llm.serve import LocalServer
from apothecary.report.table import format_bytes


def describe_server(server: LocalServer) -> Iterator[str]:
    """A server to its address, model, size and the command that comes next."""
    serving = server.serving
    threads = serving.count_threads()
    yield f"address  {server.url}"
    yield f"model    {server.model_id} ({format_bytes(serving.model.stat().st_size)})"
    yield (
        f"serves   {serving.parallel} requests at once, {serving.context:,} tokens each with the answer, "
        f"on {threads} thread{'s' if threads > 1 else ''}; Ctrl-C ends it"
    )
    yield f"next, in another terminal:\n  apothecary llm check {server.url}"
