"""The second path: rows in, verdicts on the wrong ones out. Shares no module with the renderer but `example.py`.

Every text of a row is derived again from the long facts table, the names and the raw strings of the pack, and must be
equal. Most rows are accepted by the column (`batch`); the others are derived one by one with Decimal (`exact`) and,
when they differ, explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from apothecary.example import VERDICT
from apothecary.facts.arithmetic import UndefinedValueError
from apothecary.facts.batch import Accepter
from apothecary.facts.drafts import Draft
from apothecary.facts.evidence import Evidence, Rejected, read_evidence, read_wording
from apothecary.facts.exact import Deriver, Expected
from apothecary.facts.explain import Explainer
from apothecary.facts.grounds import Batch
from apothecary.facts.labels import Labels
from apothecary.facts.ledger import FactColumns, Ledger
from apothecary.facts.lookup import Lookup
from apothecary.facts.numbering import Glossary
from apothecary.facts.plan import Plan, Template, read_fields
from apothecary.facts.tables import Table

FACTS_READ = ("fact_id", "entity_id", "field", "text", "unit", "kind")  # the columns of `facts` that are looked at


class Checker:
    """Proves template-made rows consistent with a knowledge base.

    `pack` is the dump of a pack (raw strings), `facts` gives the columns FACTS_READ of the long table,
    `names` is a frame of entity_id, name and Name.
    """

    def __init__(self, pack: Mapping[str, Any], facts: FactColumns, names: pl.DataFrame) -> None:
        self.pack = str(pack["pack"])
        fields = read_fields(pack["fields"])
        plans = [Plan(intent, fields) for intent in pack["intents"]]
        self.plans = {plan.name: plan for plan in plans}
        used = dict.fromkeys(name for plan in plans for name in plan.fields)
        self.ledger = Ledger(facts, names, {name: fields[name] for name in used})
        self._intents = Lookup(pl.Series(list(self.plans), dtype=pl.String))
        self._glossary = Glossary(plans)
        self._labels = Labels(pack, plans, self._glossary)
        self._table = Table()
        self._accepters: dict[int, Accepter] = {}

    def check(self, rows: pl.DataFrame) -> pl.DataFrame:
        """VERDICT rows (verdict `dropped`) for the rows that are wrong, in the order of `rows`."""
        refused = np.flatnonzero(~self.accept(rows))
        verdicts = []
        for row in rows[refused].iter_rows(named=True):
            try:
                self.judge(row)
            except Rejected as verdict:
                verdicts.append((row["id"], "dropped", verdict.reason, verdict.detail, None))
        return pl.DataFrame(verdicts, schema=VERDICT, orient="row")

    def accept(self, rows: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows (n,) are right beyond doubt; the others are for `judge`."""
        good = np.zeros(len(rows), dtype=bool)
        if not len(rows):
            return good
        intents = self._intents.find(rows["intent"])
        intents[~(rows["pack"] == self.pack).fill_null(value=False).to_numpy()] = -1
        order = np.argsort(intents, kind="stable")
        batch = Batch(rows, self.ledger, self._glossary, order)
        found = {name: batch.flat[name] for name in ("prompt", "response", "answer")}
        found |= {"turn": batch.turns["content"], "step": batch.reasoning.flat}
        draft = Draft(self._table, len(rows), found)
        bounds = np.searchsorted(intents[order], np.arange(len(self.plans) + 1))
        for number, plan in enumerate(self.plans.values()):
            span = slice(int(bounds[number]), int(bounds[number + 1]))
            members = order[span]
            if members.size:
                if number not in self._accepters:
                    self._accepters[number] = Accepter(plan, self.ledger, self._glossary, self._table)
                self._accepters[number].accept(batch, members, span.start, draft)
        good[order] = draft.compare()
        return good & batch.alternates & self._labels.judge(rows, intents, batch.template)

    def judge(self, row: Mapping[str, Any]) -> None:
        """Derive one row exactly; raises Rejected with reason and proof when it is wrong."""
        plan = self.plans.get(row["intent"])
        if plan is None or row["pack"] != self.pack:
            raise Rejected("unknown", f"no intent {row['pack']}/{row['intent']} is known")
        template, numbers = read_wording(plan, row)
        evidence = read_evidence(plan, self.ledger, row)
        try:
            expected = self._derive(plan, evidence, template, numbers, row)
        except UndefinedValueError as error:
            raise Rejected("number", str(error)) from error
        self._explainer.compare(plan, expected, row)
        self._labels.compare(plan, row)

    def _derive(
        self, plan: Plan, evidence: Evidence, template: Template, numbers: list[int], row: Mapping[str, Any]
    ) -> Expected:
        if not plan.offers:
            return Deriver(plan, evidence).derive(template, numbers)
        derivers = [Deriver(plan, evidence, right) for right in range(plan.count)]
        claimed = next((n for n, deriver in enumerate(derivers) if deriver.derive_answer() == row["answer"]), None)
        # The question and the draw know which option is right, whatever the answer claims.
        asked = [
            n
            for n, deriver in enumerate(derivers)
            if deriver.fits() and deriver.derive_prompt(template, numbers) == row["prompt"]
        ]
        if asked and claimed not in asked:
            right = derivers[asked[0]].derive_answer()
            raise Rejected("option", f"answer: expected {right!r}, found {row['answer']!r}")
        return derivers[claimed or 0].derive(template, numbers)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.plans.values())
