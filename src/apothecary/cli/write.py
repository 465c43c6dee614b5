"""The verb that has a language model write rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import Overrides, Quiet, RecipeFile, app, make_teller


@app.command("write")
def write_verb(
    recipe: RecipeFile,
    endpoint: Annotated[str, typer.Option("--endpoint", metavar="URL", help="As http://127.0.0.1:8080/v1.")],
    model: Annotated[str, typer.Option("--model", metavar="M", help="The model's name there.")],
    rows: Annotated[int, typer.Option("--rows", min=1, metavar="N", help="Rows to keep.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder of the rows.")],
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; repeatable.")] = None,
    budget_usd: Annotated[float | None, typer.Option("--budget-usd", min=0, metavar="USD", help="At most.")] = None,
    budget_calls: Annotated[int | None, typer.Option("--budget-calls", min=1, metavar="N", help="At most.")] = None,
    key_variable: Annotated[str, typer.Option("--key-variable", metavar="NAME", help="Variable with the key.")] = "",
    model_licence: Annotated[str, typer.Option("--model-licence", metavar="TEXT", help="Told in each row.")] = "",
    judge_endpoint: Annotated[str, typer.Option("--judge-endpoint", metavar="URL", help="A second opinion.")] = "",
    judge_model: Annotated[str, typer.Option("--judge-model", metavar="M", help="The model that gives it.")] = "",
    rows_from: Annotated[Path | None, typer.Option("--rows-from", metavar="DIR", help="Rows to paraphrase.")] = None,
    overrides: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Have a language model write rows from numbered facts; every sentence is checked against those it cites."""
    from apothecary.engine.llm.endpoint import Endpoint
    from apothecary.engine.progress import make_progress
    from apothecary.recipe import load_recipe
    from apothecary.report.writing import Wish, write_for_recipe

    judge = Endpoint(judge_endpoint, judge_model or model, key_variable) if judge_endpoint else None
    wish = Wish(rows, out, tuple(kind or ()), model_licence, budget_usd, budget_calls, judge, rows_from)
    lines = write_for_recipe(
        load_recipe(recipe, overrides or ()),
        Endpoint(endpoint, model, key_variable),
        wish,
        progress=make_progress(quiet),
        tell=make_teller(quiet),
    )
    for line in lines:
        typer.echo(line)
