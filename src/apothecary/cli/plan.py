"""The verb that plans: what a recipe will take, or which dataset a model needs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import Overrides, Quiet, Workers, app, count_workers, make_teller

TOKENS_PER_ROW = 50  # of a tier that no recipe describes yet; `plan RECIPE` measures them
Json = Annotated[bool, typer.Option("--json", help="Print JSON, nothing else.")]
PlannedRecipe = Annotated[
    Path | None, typer.Argument(metavar="[RECIPE]", help="A recipe; without one, questions are asked.")
]


@app.command()
def plan(
    recipe: PlannedRecipe = None,
    overrides: Overrides = None,
    as_json: Json = False,
    model_size: Annotated[str | None, typer.Option(metavar="SIZE", help="Parameters of the model, as 7B.")] = None,
    trained: Annotated[str | None, typer.Option(metavar="YES|NO", help="Is it trained on such data?")] = None,
    performance: Annotated[str | None, typer.Option(metavar="WORD", help="sufficient or insufficient.")] = None,
    checked: Annotated[str | None, typer.Option(metavar="YES|NO", help="Was the training looked into?")] = None,
    symptom: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="knowledge-gaps, uniform-answers, special-topics or model-too-small."),
    ] = None,
    budget: Annotated[str | None, typer.Option(metavar="YES|NO", help="Is there a budget?")] = None,
    epochs: Annotated[float, typer.Option(min=0.01, metavar="N", help="Passes of training over the data.")] = 1.0,
    llm_share: Annotated[float, typer.Option(min=0, max=1, help="Share of the rows that a model writes.")] = 0.0,
    llm_model: Annotated[str, typer.Option(metavar="NAME", help="The model whose price counts.")] = "",
    prices: Annotated[Path | None, typer.Option(metavar="FILE", help="A table of prices of your own.")] = None,
    probe: Annotated[bool, typer.Option("--probe/--no-probe", help="Measure this machine with two small runs.")] = True,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Say what a recipe will take, before it runs; without a recipe, which dataset a model needs."""
    from apothecary.plan.estimate import Order

    order = Order(model_size or "7B", epochs, llm_share, llm_model, prices, probe)
    if recipe is None:
        given = {
            "model_size": model_size,
            "trained": trained,
            "performance": performance,
            "checked": checked,
            "symptom": symptom,
            "budget": budget,
        }
        _advise({name: answer for name, answer in given.items() if answer is not None}, order, as_json)
        return
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.engine.progress import make_progress
    from apothecary.plan.estimate import plan_recipe
    from apothecary.report.planned import describe_plan, encode_told

    told = plan_recipe(
        loaded,
        order,
        workers=count_workers(workers),
        progress=make_progress(quiet or as_json),
        say=make_teller(quiet or as_json),
    )
    for line in [encode_told(told)] if as_json else describe_plan(told):
        typer.echo(line)


def _advise(answers: dict[str, str], order: object, as_json: bool) -> None:
    """Ask what is open, where someone is there to answer, and print the advice."""
    from dataclasses import replace

    from apothecary.errors import RecipeError
    from apothecary.plan.decision import check_answer, load_decision, settle
    from apothecary.plan.estimate import Order, describe_tier
    from apothecary.report.planned import describe_advice, describe_scale, encode_told

    assert isinstance(order, Order)
    decision = load_decision()
    found = settle(answers, decision)
    while isinstance(found, str):
        question = decision.questions[found]
        among = f" ({', '.join(question.answers)})" if question.answers else ""
        if as_json or not sys.stdin.isatty():
            option = f"--{found.replace('_', '-')}"
            expected = " or ".join(question.answers) or "a size, as 7B"
            raise RecipeError(f"{question.text}", where=f"{option} is missing", expected=expected, hint=f"add {option}")
        answer = typer.prompt(f"{question.text}{among}")
        try:
            answers[found] = check_answer(found, answer, decision)
        except RecipeError as error:
            typer.echo(error.render(), err=True)
            continue
        found = settle(answers, decision)
    told = found.describe()
    is_beyond = found.tier is not None and found.recipe is None
    if is_beyond and found.tier is not None:
        scaled = replace(order, model_size=answers.get("model_size", order.model_size))
        told["scale"] = describe_tier(found.tier, scaled, TOKENS_PER_ROW)
    if as_json:
        typer.echo(encode_told(told))
        return
    for line in describe_advice(found):
        typer.echo(line)
    if is_beyond:
        for line in describe_scale(told["scale"]):
            typer.echo(line)
