"""The verbs of the wording bank: ask a model for wordings of a pack, and review what it wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import PackName, Quiet, packs_app

Bank = Annotated[Path, typer.Argument(metavar="BANK", help="A wording bank, as bank.jsonl.")]

Calls = Annotated[int | None, typer.Option("--budget-calls", min=1, metavar="N")]
Tokens = Annotated[int | None, typer.Option("--budget-tokens", min=1, metavar="N")]
Money = Annotated[float | None, typer.Option("--budget-usd", min=0, metavar="USD")]
Hours = Annotated[float | None, typer.Option("--budget-hours", min=0, metavar="H")]
Extra = Annotated[list[str] | None, typer.Option("--extra", metavar="KEY=JSON", help="A field of the server's own.")]
BankOut = Annotated[Path, typer.Option("--out", metavar="BANK", help="The bank; an earlier one is gone on with.")]


@packs_app.command("vary")
def vary_pack_verb(
    pack: PackName,
    endpoint: Annotated[str, typer.Option(metavar="URL", help="As http://127.0.0.1:8000/v1.")],
    model: Annotated[str, typer.Option(metavar="NAME", help="The model's name at the endpoint.")],
    licence: Annotated[str, typer.Option(metavar="NAME", help="Of what the model writes, as Apache-2.0.")],
    out: BankOut = Path("bank.jsonl"),
    key_variable: Annotated[str, typer.Option(metavar="NAME", help="The environment variable with the key.")] = "",
    dialect: Annotated[str, typer.Option(help="openai or anthropic.")] = "openai",
    revision: Annotated[str, typer.Option(help="Which weights, where one name means several.")] = "",
    intents: Annotated[
        list[str] | None, typer.Option("--intent", metavar="NAME", help="Only this; repeatable.")
    ] = None,
    registers: Annotated[
        list[str] | None, typer.Option("--register", metavar="NAME", help="In this register; repeatable.")
    ] = None,
    samples: Annotated[int, typer.Option(min=1, max=4096, metavar="N", help="A side of a template.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="Draws sources, demonstrations and answers.")] = 0,
    temperature: Annotated[float, typer.Option(min=0, max=2)] = 0.7,
    least_pass_rate: Annotated[float, typer.Option("--min-pass-rate", min=0, max=1, metavar="SHARE")] = 0.1,
    budget_calls: Calls = None,
    budget_tokens: Tokens = None,
    budget_usd: Money = None,
    budget_hours: Hours = None,
    extra: Extra = None,
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="The cache [default: beside BANK].")] = None,
    semantic: Annotated[
        Path | None, typer.Option("--semantic", metavar="DIR", help="A static model, for the cosine to the source.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Ask a model for other wordings of a pack's questions and answers, and gate them into a bank."""
    from apothecary.engine.llm.endpoint import Endpoint
    from apothecary.engine.llm.ledger import Budget
    from apothecary.engine.progress import make_progress
    from apothecary.generate.vary.ask import Order
    from apothecary.generate.vary.prompts import Draw
    from apothecary.generate.vary.run import Job, describe_yield, make_bank
    from apothecary.generate.vary.targets import read_registers
    from apothecary.packs.load import load_pack
    from apothecary.report.wordings import make_embedder, read_extra

    draw = Draw(temperature=temperature, seed=seed, extra=read_extra(extra or ()))
    order = Order(load_pack(pack).name, model, licence, samples, least_pass_rate, draw, revision)
    job = Job(
        pack=pack,
        order=order,
        endpoint=Endpoint(endpoint, model, key_variable, dialect),
        out=out,
        intents=tuple(intents or ()),
        registers=read_registers(registers or ()),
        budget=Budget(budget_calls, budget_tokens, budget_usd, budget_hours),
        answers=answers,
    )
    done, bank = make_bank(job, progress=make_progress(quiet), embed=make_embedder(semantic))
    for line in describe_yield(job, done, bank):
        typer.echo(line)
    if done.stopped_by == "too weak":
        raise typer.Exit(1)


@packs_app.command("review")
def review_bank_verb(
    bank: Bank,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides; stands in the bank.")] = "",
    when: Annotated[str, typer.Option(metavar="DATE", help="Stands in the bank [default: today].")] = "",
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions, one a line: ID a, or ID r REASON.")
    ] = None,
    pack: Annotated[str, typer.Option(metavar="PACK", help="The pack's folder, where it is not built in.")] = "",
    examples: Annotated[bool, typer.Option(help="Show values of a real row.")] = True,
    quiet: Quiet = False,
) -> None:
    """Accept or reject what the gates let through, one key each; without a terminal, list it."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.wordings import decide_by_file, list_new, review_in_terminal

    if decisions:
        lines = decide_by_file(bank, decisions, by=by, when=when)
    elif sys.stdin.isatty():
        lines = review_in_terminal(
            bank, by=by, when=when, pack=pack, examples=examples, progress=make_progress(quiet), read_key=typer.getchar
        )
    else:
        lines = list_new(bank, pack=pack, examples=examples, progress=make_progress(quiet))
    for line in lines:
        typer.echo(line)
