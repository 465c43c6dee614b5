"""How many different forms does a dataset show, entities and values masked, and how evenly?

A form is a template with one wording of its question and one of its reply: exact, and blind to what was drawn. The
plain pack is held against the varied one at 60 % template, 30 % augmented and 10 % context rows, once over rendered
rows and once as they would be in a dataset without end (questions and replies of a template are drawn evenly).

    python benchmarks/bench_forms.py [--rows 200000] [--pack pharma]
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from apothecary.engine.progress import make_progress
from apothecary.generate.allocate import allocate_rows
from apothecary.generate.draw import Span
from apothecary.generate.pack import load_recipe_pack
from apothecary.generate.workbench import Workbench
from apothecary.packs.grammar import expand_all
from apothecary.packs.model import Template
from apothecary.packs.vary_check import list_forms
from apothecary.recipe import Recipe
from apothecary.report.preview import prepare_views
from apothecary.report.table import lay_out

BATCH_SPANS = 100
VARIED = {"variation": {"grammar": True}, "origins": {"template": 60, "augmented": 30, "context": 10}}


def plan_spans(bench: Workbench) -> list[Span]:
    """The training rows of each stratum, by intent."""
    quotas = allocate_rows(bench.plans, bench.recipe)
    return [Span(quota.stratum, 0, quota.wanted) for quota in quotas if quota.wanted]


def count_rendered(bench: Workbench, spans: list[Span]) -> tuple[Counter[tuple[str, str, str]], Counter[str]]:
    """The rows of each form, and of each origin."""
    forms: Counter[tuple[str, str, str]] = Counter()
    origins: Counter[str] = Counter()
    for at in range(0, len(spans), BATCH_SPANS):
        frame = bench.render_spans(spans[at : at + BATCH_SPANS])
        for intent, template, wording, origin in frame.select("intent", "template", "wording", "origin").iter_rows():
            forms[intent, template, wording] += 1
            origins[origin] += 1
    return forms, origins


def list_shares(bench: Workbench, spans: list[Span]) -> Iterator[float]:
    """The share of each form in a dataset without end."""
    rows: Counter[tuple[str, str]] = Counter()
    for span in spans:
        rows[span.stratum.intent, span.stratum.template] += span.stop - span.start
    templates = {(intent.intent, one.id): one for intent in bench.pack.intents for one in intent.templates}
    total = sum(rows.values())
    for key, count in rows.items():
        asks, replies = count_phrasings(templates[key])
        for together in replies:
            yield from [count / total / asks / together] * together


def count_phrasings(template: Template) -> tuple[int, list[int]]:
    """How many question wordings there are (an earlier turn counts with them), and for each how many replies."""
    before = (
        len(expand_all(template.before.ask)[0]) * len(expand_all(template.before.reply)[0]) if template.before else 1
    )
    asks, ask_pattern = expand_all(template.ask)
    replies, reply_pattern = expand_all(template.reply)
    if template.derived is None:
        return len(asks) * before, [len(replies)] * len(asks) * before
    groups = Counter(template.derived.reply_groups[pattern] for pattern in reply_pattern)
    return len(asks) * before, [groups[template.derived.ask_groups[pattern]] for pattern in ask_pattern] * before


def measure_evenness(shares: list[float]) -> tuple[float, float]:
    """Shares to the number of equally common forms that have the same entropy, and the largest share."""
    return math.exp(-sum(share * math.log(share) for share in shares)), max(shares)


def main() -> None:
    """Print the forms of both packs and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--pack", default="pharma")
    options = parser.parse_args()
    views: Path = prepare_views(options.pack, "share-alike", workers=2, progress=make_progress())
    told: dict[str, list[str]] = {}
    effective = []
    for name, settings in {"plain": {}, "varied": VARIED}.items():
        recipe = Recipe.model_validate({"name": name, "pack": options.pack, "rows": options.rows, **settings})
        bench = Workbench(recipe, load_recipe_pack(recipe), views)
        spans = plan_spans(bench)
        forms, origins = count_rendered(bench, spans)
        shown = measure_evenness([count / forms.total() for count in forms.values()])
        endless = measure_evenness(list(list_shares(bench, spans)))
        effective.append((shown[0], endless[0]))
        for key, value in list_forms(bench.pack).items():
            told.setdefault(key, []).append(f"{value:,}")
        told.setdefault(f"forms in {forms.total():,} rows", []).append(f"{len(forms):,}")
        told.setdefault("effective number of them", []).append(f"{shown[0]:,.0f}")
        told.setdefault("largest share of one", []).append(f"{shown[1]:.3%}")
        told.setdefault("effective number, rows without end", []).append(f"{endless[0]:,.0f}")
        told.setdefault("largest share, rows without end", []).append(f"{endless[1]:.3%}")
        shares = ", ".join(f"{origin} {count / origins.total():.1%}" for origin, count in sorted(origins.items()))
        told.setdefault("origins", []).append(shares)
    for line in lay_out(("", "plain", "varied"), ([key, *values] for key, values in told.items())):
        print(line)
    ratios = [more / few for few, more in zip(*effective, strict=True)]
    print(f"effective number, varied over plain: {ratios[0]:.2f} in the rows, {ratios[1]:.2f} without end")


if __name__ == "__main__":
    main()
