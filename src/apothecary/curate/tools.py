"""What rows are held against, loaded once a process: the checker, the knowledge that claims need, the benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from apothecary.curate.ground import list_gated
from apothecary.engine.commit import read_json
from apothecary.errors import VerdictError
from apothecary.packs.attach import read_entities

if TYPE_CHECKING:
    from apothecary.curate.benchmark_index import Index
    from apothecary.curate.filters.unsafe import UnsafeRequests
    from apothecary.facts.checker import Checker
    from apothecary.facts.claims import ClaimChecker
    from apothecary.generate.tools.toolbox import Toolbox


@dataclass(frozen=True)
class Tools:
    """Each is loaded when it is first asked for; `context` is that of the stage."""

    context: dict[str, Any]

    @cached_property
    def checker(self) -> Checker:
        """The checker over the run's pack and knowledge base."""
        return load_checker({"run": self.context["run"]})

    @cached_property
    def toolbox(self) -> Toolbox:
        """What runs the calls of dialogues again, over the run's knowledge base."""
        from apothecary.generate.tools.quota import open_tools
        from apothecary.recipe import Recipe

        run = Path(self.context["run"])
        return open_tools(Recipe.model_validate(read_json(run / "run.json")["recipe"]), run / "gather").toolbox

    @cached_property
    def claims(self) -> ClaimChecker | None:
        """What judges facts asserted in free text; None without a knowledge base or a pack's rules about claims."""
        if not self.context["claims"] or not self.context["name_tables"]:
            return None
        from apothecary.facts.claim_facts import CLAIM_FACTS, Knowledge
        from apothecary.facts.claim_rules import read_rules
        from apothecary.facts.claims import ClaimChecker

        facts = pl.read_parquet(Path(self.context["views"]) / "facts.parquet", columns=list(CLAIM_FACTS))
        return ClaimChecker(Knowledge(facts, self.names, read_rules(self.context["claims"])))

    @cached_property
    def index(self) -> Index | None:
        """The test items that no row may show; None where no benchmark is named."""
        if not self.context["benchmarks"]:
            return None
        return load_index(self.context["benchmarks"], self.context["views"])

    @cached_property
    def requests(self) -> UnsafeRequests | None:
        """What the pack refuses when it is asked; None without a pack that says so."""
        from apothecary.curate.filters.unsafe import load_requests

        return load_requests(self.context["pack"]) if self.context["pack"] else None

    @cached_property
    def gated(self) -> pl.DataFrame:
        """The names of entities on safety lists: `name, gate`."""
        return list_gated(Path(self.context["views"]), Path(self.context["pack"]))

    @cached_property
    def names(self) -> pl.DataFrame:
        """`entity_id, name` of the knowledge base."""
        tables = self.context["name_tables"]
        named = [
            pl.read_parquet(Path(self.context["views"]) / table, columns=["entity_id", "name"]) for table in tables
        ]
        return pl.concat(named).drop_nulls("name")


def load_index(benchmarks: Sequence[str], views: str) -> Index:
    """Benchmark files and the views of a knowledge base (none: "") to the test items that no row may show."""
    from apothecary.curate.benchmark_files import read_benchmarks
    from apothecary.curate.benchmark_index import build_index
    from apothecary.curate.held_out import read_names

    return build_index(read_benchmarks([Path(path) for path in benchmarks]), read_names(Path(views)) if views else None)


def refuse_test_items(findings: pl.DataFrame, where: Path) -> None:
    """What a second look at written files found (`id, benchmark, item`); VerdictError unless it is nothing."""
    if findings.height:
        first = findings.row(0, named=True)
        raise VerdictError(
            f"{findings.height:,} written rows show a test item",
            where=f"{where}: {first['id']} shows {first['item']} of {first['benchmark']}",
            expected="none: such rows are dropped; the dataset was not published",
            hint="this is a bug in decontamination, or `keep.bounds.benchmark_item` lets such rows pass",
        )


def load_tools(context: dict[str, Any]) -> Tools:
    """The context of a stage to its tools."""
    return Tools(context)


def load_checker(context: dict[str, Any]) -> Checker:
    """The run that `context` names to the checker over its pack and knowledge base."""
    from apothecary.facts.checker import Checker
    from apothecary.facts.ledger import FactsFile

    run = Path(context["run"])
    pack = read_json(run / "generate" / "pack.json")
    names = read_entities(run / "gather", pack, ["entity_id", "name", "Name"])
    return Checker(pack, FactsFile(run / "gather" / "facts.parquet"), names)
