"""A report in, one HTML page out: the answer in ten seconds on top, then the books, variety, quality, cost and rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apothecary.report.charts import draw_charts, shorten_count
from apothecary.report.markup import Html, join, percent, tag, write_page
from apothecary.report.page_books import tell_books, tell_cost, tell_mix, tell_safety
from apothecary.report.page_rows import tell_dropped, tell_examples, tell_recipe
from apothecary.report.page_variety import tell_quality, tell_reach, tell_variety
from apothecary.report.table import format_bytes

STYLE = Path(__file__).parent / "data" / "page.css"
NO_CHARTS = "Charts are left out: the plotting library is not installed (pip install 'apothecary[plots]')."
LEAKS = (
    "prompts_in_two_splits",
    "held_out_wordings_in_training",
    "held_out_parents_in_training",
    "held_out_computed_facts_in_training",
    "held_out_scaffolds_in_training",
    "held_out_intents_in_training",
)


def write_report(told: dict[str, Any]) -> str:
    """A report to the page that shows it."""
    charts = draw_charts(told)
    sections = [
        ("right", "Is it right?", join([tell_books(told), tell_safety(told)])),
        ("mix", "What is in it?", tell_mix(told)),
        ("reach", "What does it cover?", tell_reach(told, charts)),
        ("variety", "How varied is it?", tell_variety(told, charts)),
        ("quality", "What does each further row bring?", tell_quality(told, charts)),
        ("cost", "What did it take?", tell_cost(told)),
        ("examples", "One row of each intent", tell_examples(told)),
        ("dropped", "What was dropped, and why", tell_dropped(told)),
        ("recipe", "The recipe", tell_recipe(told)),
    ]
    links = tag("nav", *(join([tag("a", title, href=f"#{name}"), " "]) for name, title, _ in sections))
    body = [tag("section", tag("h2", title), content, id=name) for name, title, content in sections]
    note = None if charts else tag("p", NO_CHARTS, class_="note")
    title = f"{told['run']}: report of a dataset"
    style = STYLE.read_text("utf-8")
    return write_page(
        title, style, tag("main", tell_head(told), tell_cards(told), tell_answers(told), links, note, *body)
    )


def tell_head(told: dict[str, Any]) -> Html:
    """Name, pack and size."""
    recipe = told["recipe"]
    pack = Path(recipe["pack"]).name
    return tag(
        "header",
        tag("p", "apothecary · report of a dataset", class_="kicker"),
        tag("h1", told["run"]),
        tag(
            "p",
            f"{told['rows']:,} rows of the pack {pack}, recipe {recipe['name']}, seed {recipe['seed']}",
            class_="note",
        ),
    )


def count_dropped(told: dict[str, Any], word: str) -> int:
    """Rows dropped or failed for reasons whose name has a word, export left out, as it counts again."""
    books = [one for one in told["funnel"] if one["component"] != "export"]
    lines = [line for one in books for kind in ("dropped", "failed") for line in one[kind].items()]
    return sum(number for reason, number in lines if word in reason)


def list_figures(told: dict[str, Any]) -> dict[str, Any]:
    """The figures that stand on top, and that two reports are compared by."""
    quality, audit, reach = told["quality"], told["audit"], told["reach"]
    last = quality["points"][-1] if quality["points"] else {}
    drugs = next((one for one in reach["groups"] if one["group"] == "drug"), None)
    texts = told["texts"]["diversity"] or {}
    return {
        "rows": told["rows"],
        "tokens": told["tokens"],
        "bytes": told["bytes"],
        "verified": last.get("verified") if quality["checked"] else None,
        "accepted": quality["accepted"]["share"] if quality["accepted"] else None,
        "leaks": sum(audit[name] for name in LEAKS if name in audit),
        "duplicates": count_dropped(told, "duplicate"),
        "contradictions": count_dropped(told, "contradict"),
        "facts": last.get("facts"),
        "forms": told["questions"]["forms"],
        "effective_forms": told["questions"]["effective"],
        "top_form_share": told["questions"]["top_share"],
        "drugs_reached": drugs["reached"] if drugs else None,
        "drugs_known": drugs["known"] if drugs else None,
        "distinct_4grams": texts.get("distinct_ngrams", {}).get("4"),
        "compression_ratio": texts.get("compression_ratio"),
        "self_repetition": texts.get("self_repetition"),
        "seconds": told["timing"]["seconds"],
    }


def tell_cards(told: dict[str, Any]) -> Html:
    """The figures that matter, one a card."""
    figures, accepted = list_figures(told), told["quality"]["accepted"]
    unsure = (
        f"{percent(accepted['low'])} to {percent(accepted['high'])}, {accepted['labels']:,} labels" if accepted else ""
    )
    verified, leaks = figures["verified"], figures["leaks"]
    wrong = figures["contradictions"]
    cards = [
        (shorten_count(told["rows"]), f"rows; about {shorten_count(told['tokens'])} tokens", ""),
        (format_bytes(told["bytes"]), f"on disk, {told['bytes'] / max(1, told['rows']):.0f} bytes a row", ""),
        (percent(verified, 2), "of the rows made passed the checker", "good" if verified == 1 else "bad"),
        (percent(figures["accepted"]) if accepted else "unmeasured", unsure or "accepted by experts: no labels yet",
         "" if accepted else "open"),
        (f"{leaks:,}", "leaks from held-out rows into training", "good" if not leaks else "bad"),
        (f"{wrong:,}", f"contradictions; {figures['duplicates']:,} duplicates taken out", "good" if not wrong else ""),
        (shorten_count(figures["facts"] or 0), "distinct facts in training", ""),
        (f"{figures['effective_forms']:,.0f}", f"effective question forms of {figures['forms']:,}", ""),
    ]  # fmt: skip
    return tag(
        "div", *(tag("div", tag("b", b), tag("span", s), class_=f"card {kind}") for b, s, kind in cards), class_="cards"
    )


def tell_answers(told: dict[str, Any]) -> Html:
    """What a pharmacist and an engineer ask first, in a sentence each."""
    figures, reach, quality = list_figures(told), told["reach"], told["quality"]
    fewest = [one["name"] for one in reach["fewest"]["drug"] if not one["rows"]]
    drugs = (
        f"{figures['drugs_reached']:,} of {figures['drugs_known']:,} drugs" if figures["drugs_known"] else "no drugs"
    )
    without = f"; without a row are for instance {', '.join(map(str, fewest[:3]))}" if fewest else ""
    refusals = told["counts"]["answer_type"].get("refusal", 0)
    told_source = ", ".join(list(told["sources"])[:3]) or "none named"
    refused = (
        "none was refused" if figures["verified"] == 1 else f"{percent(1 - (figures['verified'] or 0), 2)} were refused"
    )
    accepted = quality["accepted"]
    knee = quality["knees"]["facts"]
    pharmacist = [
        f"Rows are about {drugs} of the knowledge base{without}.",
        f"Their facts come from {len(told['sources'])} sources, most often {told_source}.",
        f"Every row went through the checker, which shares no code with the writer; {refused}."
        if figures["verified"] is not None
        else "No row was checked against the facts.",
        f"{refusals:,} rows refuse, redirect or say that something cannot be known.",
        f"Experts accept {percent(accepted['share'])} of the rows they judged."
        if accepted
        else "No expert has judged these rows yet: whether they are good is unmeasured.",
    ]
    engineer = [
        f"{told['rows']:,} rows, about {told['tokens']:,} tokens, "
        + ", ".join(f"{name} {number:,}" for name, number in told["splits"].items())
        + ".",
        f"{figures['leaks']} leaks between training and held-out rows.",
        f"Questions vary like {figures['effective_forms']:,.0f} forms of equal share; "
        f"the most frequent has {percent(figures['top_form_share'], 2)}.",
        f"New facts bend off near {knee:,} rows; past that each row brings less."
        if knee
        else "New facts come in almost evenly up to the end: this run has no knee.",
        f"It took {told['timing']['seconds']:,.0f} s on {told['timing']['workers']} workers.",
    ]
    return tag(
        "div",
        tag("div", tag("h3", "For a pharmacist"), tag("ul", *(tag("li", line) for line in pharmacist))),
        tag("div", tag("h3", "For an engineer"), tag("ul", *(tag("li", line) for line in engineer))),
        class_="answers",
    )
