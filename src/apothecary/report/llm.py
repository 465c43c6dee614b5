"""A running server or an endpoint in, lines of text out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from apothecary.engine.llm.check import Examiner, Finding
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import load_price
from apothecary.engine.llm.probe import Question
from apothecary.engine.llm.serve import LocalServer
from apothecary.report.table import format_bytes

WIDTH = 110


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


def make_examiner(endpoint: Endpoint, pack: str) -> Examiner:
    """An endpoint and a pack to an examiner that judges wordings by the gates of `packs vary`."""
    from apothecary.generate.vary.ask import LEAST_PASS_RATE  # here: a server needs nothing of packs

    def list_probe(model: str) -> list[Question]:
        from apothecary.generate.vary.probe import list_pack_questions  # the pack is read only when it is its turn

        return list_pack_questions(pack, model)

    return Examiner(endpoint, list_probe=list_probe, least_pass_rate=LEAST_PASS_RATE)


def report_examination(examiner: Examiner, say: Callable[[str], None]) -> bool:
    """An examiner to lines, each said as soon as it is known; whether the endpoint is fit."""
    findings = []
    for finding in examiner.examine():
        findings.append(finding)
        for line in describe_finding(finding):
            say(line)
    for line in _conclude(examiner, findings):
        say(line)
    return not _list_names(findings, "unfit")


def describe_finding(finding: Finding) -> list[str]:
    """A finding to its line and, where something is to be done, what."""
    line = f"{finding.name:<9} {finding.grade:<6} {finding.seen}"
    if finding.grade == "fit" or not finding.hint:
        return [line]
    return [line, *textwrap.wrap(f"hint: {finding.hint}", WIDTH, initial_indent=" " * 17, subsequent_indent=" " * 17)]


def _conclude(examiner: Examiner, findings: list[Finding]) -> Iterator[str]:
    bill = examiner.bill
    price = load_price(examiner.model)
    if examiner.endpoint.is_local:
        cost = ""
    elif price is None:
        cost = "; no price is known for this model"
    else:
        cost = f"; about {price.cost(bill.prompt_tokens, bill.completion_tokens):.3f} US dollars by the price list"
    yield f"asked {bill.calls} times, {bill.prompt_tokens:,} tokens in and {bill.completion_tokens:,} out{cost}"
    if unfit := _list_names(findings, "unfit"):
        yield f"unfit: {', '.join(unfit)}"
    elif weak := _list_names(findings, "weak"):
        yield f"fit; weak: {', '.join(weak)}"
    else:
        yield "fit"


def _list_names(findings: list[Finding], grade: str) -> list[str]:
    return [finding.name for finding in findings if finding.grade == grade]
