"""The verbs about language models: serve one on this machine, and find out whether an endpoint is fit."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import app

llm_app = typer.Typer(help="Language models: serve one, check one.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(llm_app, name="llm")


@llm_app.command("serve")
def serve_verb(
    model: Annotated[
        Path | None, typer.Option("--model", metavar="GGUF", help="A model file [default: the small one installed].")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 8080,
    threads: Annotated[int, typer.Option(min=0, metavar="N", help="Threads; 0 takes all cores but one.")] = 0,
    parallel: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Requests at once.")] = 8,
    context: Annotated[int, typer.Option(min=256, metavar="N", help="Tokens of one request, with its answer.")] = 2048,
) -> None:
    """Serve a model on this machine in the OpenAI dialect, until Ctrl-C."""
    from apothecary.engine.llm.serve import LocalServer, Serving, find_small_model
    from apothecary.report.llm import describe_server

    serving = Serving(model or find_small_model(), port, threads, parallel, context)
    with LocalServer(serving) as server, contextlib.suppress(KeyboardInterrupt):
        for line in describe_server(server):
            typer.echo(line)
        threading.Event().wait()
    typer.echo("stopped", err=True)


@llm_app.command("check")
def check_verb(
    url: Annotated[str, typer.Argument(metavar="URL", help="Such as http://127.0.0.1:8080/v1.")],
    model: Annotated[str, typer.Option(metavar="NAME", help="Where it serves several.")] = "",
    key_variable: Annotated[str, typer.Option(metavar="NAME", help="The environment variable with the key.")] = "",
    dialect: Annotated[str, typer.Option(help="openai or anthropic.")] = "openai",
    pack: Annotated[str, typer.Option(metavar="PACK", help="Whose wordings are tried.")] = "pharma",
) -> None:
    """Find out whether an endpoint is fit: chat, samples, schema, seed, speed, context, wordings."""
    from apothecary.engine.llm.endpoint import Endpoint
    from apothecary.report.llm import make_examiner, report_examination

    endpoint = Endpoint(url, model, key_variable, dialect, answer_s=300)
    if not report_examination(make_examiner(endpoint, pack), typer.echo):
        raise typer.Exit(1)
