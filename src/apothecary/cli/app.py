"""What all verbs share: the app and its groups, the arguments that several verbs take, and how errors end."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from apothecary.errors import ApothecaryError


class Terminated(KeyboardInterrupt):
    """SIGTERM, where no room has its own way to end."""


class Verbs(TyperGroup):
    """The verbs, each guarded: what a user can mend is printed as a message, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run one verb; errors become messages on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            number = signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT
            _fail("stopped; nothing that was written is lost\n  hint: the same command goes on", 128 + number)
        except ApothecaryError as error:
            _fail(error.render(), error.exit_code)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(128 + signal.SIGPIPE) from None
        except OSError as error:
            from apothecary.report.failure import explain_os_error

            _fail(str(explain_os_error(error)), ApothecaryError.exit_code)


class Gather(TyperGroup):
    """`gather` and the name of a pack, or a verb of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take what is no verb for a pack."""
        is_verb = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if is_verb else ["pack", *args])


def _fail(message: str, exit_code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(exit_code)


app = typer.Typer(
    cls=Verbs,
    name="apothecary",
    help="Compound instruction datasets for domain LLMs; every example carries the facts it asserts.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
packs_app = typer.Typer(help="Look into packs.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(packs_app, name="packs")
gather_app = typer.Typer(
    cls=Gather,
    help="Facts: `gather PACK` builds and tells what is known.",
    no_args_is_help=False,
    rich_markup_mode=None,
)
app.add_typer(gather_app, name="gather")

RecipeFile = Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe, as recipes/quick.yaml.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, as runs/quick.")]
PackName = Annotated[str, typer.Argument(metavar="PACK", help="A built-in pack, or the path of a pack folder.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set a recipe key, as rows=600000; repeatable.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run folder [default: runs/<name>].")]
Workers = Annotated[int, typer.Option("--workers", min=0, metavar="N", help="Worker processes; 0 takes all cores.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, only results and errors.")]
Intent = Annotated[str | None, typer.Option("--intent", help="Only this intent.")]
Entity = Annotated[str | None, typer.Option("--entity", metavar="NAME", help="Only rows about this entity.")]
Count = Annotated[int, typer.Option("-n", min=1, max=1000, help="How many rows.")]
PromptColumn = Annotated[str | None, typer.Option("--prompt-column", metavar="NAME", help="What is asked.")]
ResponseColumn = Annotated[str | None, typer.Option("--response-column", metavar="NAME", help="What is answered.")]


def count_workers(workers: int) -> int:
    """The number asked for, or all cores of this process."""
    return workers or len(os.sched_getaffinity(0))


def make_teller(quiet: bool) -> Any:
    """A function that prints a line to stderr, or nothing."""
    return (lambda line: None) if quiet else (lambda line: typer.echo(line, err=True))
