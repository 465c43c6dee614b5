"""The command line: one verb a room, plus run, resume, preview, show, verify, trace and doctor; no logic.

Data goes to stdout, progress and messages to stderr. A mistake of the user ends with one message and exit code 2; an
interrupted run ends with 130 (Ctrl-C) or 143 (terminated). Heavy packages are imported by the verb that needs them.
"""

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


@app.command()
def run(
    recipe: RecipeFile,
    overrides: Overrides = None,
    out: Out = None,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Make the dataset a recipe describes; an unfinished run of the same recipe goes on."""
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.engine.progress import make_progress
    from apothecary.flow import run_recipe
    from apothecary.report.show import describe_outcome

    outcome = run_recipe(
        loaded,
        out=out or Path("runs") / loaded.name,
        workers=_count_workers(workers),
        progress=make_progress(quiet),
        say=_tell(quiet),
    )
    typer.echo(describe_outcome(outcome))


@app.command()
def resume(run: RunFolder, workers: Workers = 0, quiet: Quiet = False) -> None:
    """Go on with an unfinished run."""
    from apothecary.engine.progress import make_progress
    from apothecary.flow import resume_run
    from apothecary.report.show import describe_outcome

    outcome = resume_run(run, workers=_count_workers(workers), progress=make_progress(quiet), say=_tell(quiet))
    typer.echo(describe_outcome(outcome))


@app.command()
def preview(
    recipe: RecipeFile,
    intent: Intent = None,
    entity: Entity = None,
    count: Count = 5,
    overrides: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Print a few rows of a recipe at once, without a run."""
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.engine.progress import make_progress
    from apothecary.report.preview import preview_rows

    for text in preview_rows(loaded, intent=intent, entity=entity, count=count, progress=make_progress(quiet)):
        typer.echo(text)


@app.command()
def show(
    run: RunFolder,
    intent: Intent = None,
    entity: Entity = None,
    dropped: Annotated[str | None, typer.Option(metavar="REASON", help="Rows dropped for this reason.")] = None,
    count: Count = 3,
) -> None:
    """Print what came out of a run: the funnel, the mix in rows and tokens, and examples."""
    from apothecary.report.curated import is_curated, show_curated
    from apothecary.report.show import show_run

    if is_curated(run):
        for text in show_curated(run, dropped=dropped, count=count):
            typer.echo(text)
        return
    for text in show_run(run, intent=intent, entity=entity, dropped=dropped, count=count):
        typer.echo(text)


@app.command()
def verify(
    run: RunFolder,
    repair: Annotated[bool, typer.Option("--repair", help="Make damaged files again.")] = False,
    sample: Annotated[int, typer.Option(min=0, metavar="N", help="Rows to make again and compare.")] = 1000,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Check every file of a run against its hash, and make a sample of rows again."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.verify import verify_run

    verdict = verify_run(
        run, repair=repair, sample=sample, workers=_count_workers(workers), progress=make_progress(quiet)
    )
    for line in verdict.lines:
        typer.echo(line)
    if not verdict.is_sound:
        raise typer.Exit(1)


@app.command()
def trace(run: RunFolder, example_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print where one example comes from: its template and wording, its facts, their sources and licences."""
    from apothecary.report.trace import trace_example

    for text in trace_example(run, example_id):
        typer.echo(text)


@gather_app.command("pack")
def gather(
    pack: PackName = "pharma",
    licence: Annotated[str, typer.Option(help="permissive or share-alike.")] = "share-alike",
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Build the knowledge base, or find it in the cache, and print what is in it and what is not."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.knowledge import report_gathered

    for text in report_gathered(pack, licence=licence, workers=_count_workers(workers), progress=make_progress(quiet)):
        typer.echo(text)


@gather_app.command("table")
def gather_table(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, Parquet or SDF, one measurement a row.")],
    facts: Annotated[list[str], typer.Option("--fact", metavar="NAME[UNIT]=COL", help="Measurements; repeatable.")],
    smiles: Annotated[str, typer.Option(metavar="COL", help="The structures; an SDF has its own.")] = "smiles",
    name: Annotated[str | None, typer.Option(metavar="COL", help="The compounds' names.")] = None,
    conditions: Annotated[
        list[str] | None, typer.Option("--condition", metavar="LABEL=COL", help="As assay=Target; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The pack folder.")] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Where the values come from.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Under which terms they stand.")] = "own data",
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Make a pack of a table of your own compounds: facts, and questions that run offline."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.own_table import Wish, report_own_table

    wish = Wish(file, smiles, tuple(facts), name, tuple(conditions or ()), out, title, licence)
    for line in report_own_table(wish, workers=_count_workers(workers), progress=make_progress(quiet)):
        typer.echo(line)


def _add_reader(kind: str, told: str) -> None:
    """The verb `gather KIND`, which reads files of one kind of document."""

    def read(
        files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Files or archives of them.")],
        out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where documents and passages go.")],
        workers: Workers = 0,
        quiet: Quiet = False,
    ) -> None:
        from apothecary.report.documents import report_documents

        typer.echo(report_documents(kind, files, out, workers=_count_workers(workers), quiet=quiet))

    gather_app.command(kind, help=f"Read {told} into documents and passages.")(read)


for _kind, _told in (("pubmed", "PubMed and MEDLINE files"), ("trials", "studies"), ("questions", "question sets")):
    _add_reader(_kind, _told)


@app.command()
def curate(
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="JSONL, JSON, CSV, TSV or Parquet.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the work and the kept rows go.")],
    profile: Annotated[str, typer.Option(help="qa_short, abstract, web, notation, none or another.")] = "qa_short",
    prompt: PromptColumn = None,
    response: ResponseColumn = None,
    pack: Annotated[str | None, typer.Option(metavar="PACK", help="Check facts in the text against a pack.")] = None,
    benchmarks: Annotated[
        list[Path] | None, typer.Option("--benchmark", metavar="FILE", help="No row may show its items; repeatable.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As keep.few_words=3; repeatable.")
    ] = None,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Judge your own data: duplicates, quality, personal data, facts, test items; every drop has a reason."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.curated import Order, report_curation

    order = Order(tuple(files), out, profile, prompt, response, pack, tuple(benchmarks or ()), tuple(settings or ()))
    for line in report_curation(order, workers=_count_workers(workers), progress=make_progress(quiet)):
        typer.echo(line)


@app.command("compare-dedup")
def compare_dedup_verb(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL, JSON, CSV, TSV or Parquet.")],
    prompt: PromptColumn = None,
    response: ResponseColumn = None,
) -> None:
    """Print which distinct facts of your data a FineWeb-style MinHash deletes, and which we delete."""
    from apothecary.report.curated import report_comparison

    for line in report_comparison(file, prompt, response):
        typer.echo(line)


@app.command()
def compare(
    field: Annotated[str, typer.Argument(metavar="FIELD", help="A field of compounds, as first_approval.")],
    table: Annotated[Path, typer.Argument(metavar="FILE", help="Another source: CSV with the columns name and value.")],
    tolerance: Annotated[float, typer.Option(min=0, help="By how much numbers may differ.")] = 0.0,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="SOURCE", help="A source that has copied; repeatable.")
    ] = None,
    pack: Annotated[str, typer.Option(help="A built-in pack, or the path of a pack folder.")] = "pharma",
    quiet: Quiet = False,
) -> None:
    """Hold the facts of a field against another source, and list where the two disagree."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.opinion import report_opinion

    told = report_opinion(
        pack,
        field,
        table,
        tolerance=tolerance,
        leave_out=leave_out or [],
        workers=_count_workers(0),
        progress=make_progress(quiet),
    )
    for line in told:
        typer.echo(line)


@packs_app.command("new")
def create_pack_verb(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The pack's name, as my_pack.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The pack folder [default: NAME].")] = None,
) -> None:
    """Write a small pack that works, to start your own from."""
    from apothecary.report.packs import report_new_pack

    for line in report_new_pack(name, out or Path(name)):
        typer.echo(line)


@packs_app.command("check")
def check_pack_verb(pack: PackName = "pharma") -> None:
    """Lint a pack: slots, units, roundings, wordings, articles, directions."""
    from apothecary.report.packs import report_problems

    verdict = report_problems(pack)
    for line in verdict.lines:
        typer.echo(line)
    if not verdict.is_sound:
        raise typer.Exit(1)


@packs_app.command("capacity")
def count_capacity(
    pack: PackName = "pharma",
    rows: Annotated[int, typer.Option(min=1, metavar="N", help="Rows a recipe would ask for.")] = 10_000_000,
) -> None:
    """Print how many distinct prompts a pack can make, by intent, licence setting and group."""
    from apothecary.report.packs import report_capacity

    for line in report_capacity(pack, rows):
        typer.echo(line)


@app.command()
def doctor() -> None:
    """Print what this machine offers: versions, cores, memory, disk, cache and sources."""
    from apothecary.report.doctor import examine_machine

    for line in examine_machine():
        typer.echo(line)


@app.command()
def validate(recipe: RecipeFile, overrides: Overrides = None) -> None:
    """Check a recipe and its pack, and print all settings; nothing is made."""
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.report.packs import describe_recipe

    for line in describe_recipe(loaded):
        typer.echo(line)


def _count_workers(workers: int) -> int:
    return workers or len(os.sched_getaffinity(0))


def _tell(quiet: bool) -> Any:
    return (lambda line: None) if quiet else (lambda line: typer.echo(line, err=True))


def main() -> None:
    """Run the command line; the console script."""
    signal.signal(signal.SIGTERM, _terminate)
    app()


def _terminate(number: int, frame: Any) -> None:
    raise Terminated
