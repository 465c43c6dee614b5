"""A finished run in, all that a report says out, as JSON has it. Columns are read one by one, texts of some rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.verdicts import list_verdict_files
from apothecary.flow import read_identity, read_manifest
from apothecary.plan.tables import load_tiers, read_thumb
from apothecary.report.curve import find_knee, measure_curve
from apothecary.report.dataset import list_files, read_pack_dump, require_dataset
from apothecary.report.labels import rate, read_labels
from apothecary.report.ngrams import SAMPLE_ROWS, TEXT_ROWS, count_lengths, measure_texts
from apothecary.report.specimens import find_refused, show_dropped, show_intents
from apothecary.report.tally import Tally, describe_reach, list_known, tally_files
from apothecary.report.timing import price_run, read_timing

FORMAT = 1
EDGES = (0, 25, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 6400, 10**9)
LENGTH_ROWS = 100_000
TOP = 20


def examine_run(run: Path, labels: Path | None = None) -> dict[str, Any]:
    """A finished run, and a file of experts' labels if there is one, to its report.

    Raises RunError when the run is unfinished, SourceError when the labels cannot be read.
    """
    manifest, identity = require_dataset(run), read_identity(run)
    made = read_manifest(run, "generate") or {}
    pack = read_pack_dump(run)
    judged = read_labels(labels) if labels else {}
    topics = {intent["intent"]: intent["topic"] for intent in pack["intents"]}
    files, train = list_files(run, "export", manifest), list_files(run, "export", manifest, "train")
    known = list_known(run / "gather")
    tally = tally_files(files, known, sorted(manifest["mix"]["intent"]))
    verdicts = list_verdict_files(run)
    timing = read_timing(run)
    return {
        "format": FORMAT,
        "run": run.resolve().name,
        "recipe": identity["recipe"],
        "rows": manifest["rows"],
        "bytes": sum(entry["bytes"] for entry in manifest["files"] if entry["rows"]),
        "splits": manifest["splits"],
        "tokens": sum(line["approximate_tokens"] for line in manifest["mix"]["split"].values()),
        "funnel": list_funnel(made, manifest),
        "mix": manifest["mix"],
        "asked": compare_topics(identity["recipe"], manifest["mix"]["intent"], topics),
        "counts": {name: dict(counter.most_common()) for name, counter in tally.by.items()},
        "sources": dict(tally.sources.most_common()),
        "templates": list_templates(tally, pack, manifest["rows"]),
        "questions": manifest["questions"],
        "texts": look_at_texts(train),
        "reach": describe_reach(tally, known, topics),
        "topics": topics,
        "audit": manifest["audit"],
        "safety_classes": read_classes(pack),
        "safety": (read_manifest(run, "gather") or {}).get("books", {}).get("safety", {}),
        "timing": timing,
        "cost": price_run(timing) | describe_generators(tally),
        "quality": describe_quality(run, train, verdicts, made, manifest, judged),
        "examples": show_intents(train or files),
        "dropped": show_dropped(verdicts, [run / "generate" / entry["path"] for entry in made["files"]]),
    }


def list_funnel(made: dict[str, Any], manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The books of all components in order."""
    first = [{"component": name, **books} for name, books in made.get("books", {}).items()]
    return [*first, *manifest["funnel"]]


def read_classes(pack: dict[str, Any]) -> dict[str, str]:
    """What the safety classes of a pack mean; nothing where it has no safety rules."""
    classes = (pack.get("safety") or {}).get("classes") or {}
    return {name: str(told.get("means", "")) for name, told in classes.items()}


def compare_topics(recipe: dict[str, Any], mix: dict[str, dict[str, int]], topics: Mapping[str, str]) -> dict[str, Any]:
    """The shares of topics that the recipe asks for, beside those that came out."""
    rows: dict[str, int] = {}
    for intent, line in mix.items():
        rows[topics.get(intent, "authored")] = rows.get(topics.get(intent, "authored"), 0) + line["rows"]
    total, wanted = sum(rows.values()), recipe["topics"]
    weight = sum(wanted.values())
    return {
        topic: {
            "rows": rows.get(topic, 0),
            "share": rows.get(topic, 0) / max(1, total),
            "asked": wanted.get(topic, 0.0) / weight if weight else None,
        }
        for topic in sorted({*rows, *wanted}, key=lambda name: (-rows.get(name, 0), name))
    }


def list_templates(tally: Tally, pack: dict[str, Any], rows: int) -> dict[str, Any]:
    """How rows spread over templates: how many, the largest with their first question wording."""
    asks = {
        (intent["intent"], template["id"]): template["ask"][0]
        for intent in pack["intents"]
        for template in intent["templates"]
    }
    counts = {key: number for key, number in tally.templates.items() if key[1]}
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {
        "used": len(counts),
        "of": len(asks),
        "top10_share": sum(number for _, number in top[:10]) / max(1, rows),
        "top": [
            {"intent": key[0], "template": key[1], "rows": number, "share": number / rows, "ask": asks.get(key, "")}
            for key, number in top[:TOP]
        ],
    }


def look_at_texts(files: Sequence[Path]) -> dict[str, Any]:
    """Training files to lengths and diversity of texts, from the first rows: shards are fair samples of the whole."""
    parts: list[pl.Series] = []
    missing = LENGTH_ROWS
    for file in files:
        if missing > 0:
            parts.append(pl.read_parquet(file, columns=["messages"], n_rows=missing)["messages"])
            missing -= len(parts[-1])
    if not parts:
        return {"rows": 0, "edges": list(EDGES), "question": [], "answer": [], "diversity": None}
    messages = pl.concat(parts)
    turn = pl.element().struct.field("content")
    asked = pl.col("messages").list.eval(turn.filter(pl.element().struct.field("role") == "user")).list.last()
    answered = pl.col("messages").list.eval(turn.filter(pl.element().struct.field("role") == "assistant")).list.last()
    spoken = messages.to_frame("messages").select(question=asked, answer=answered)
    return {
        "rows": len(messages),
        "edges": list(EDGES),
        "question": count_lengths(spoken["question"], EDGES),
        "answer": count_lengths(spoken["answer"], EDGES),
        "median": {name: spoken[name].str.len_chars().median() for name in ("question", "answer")},
        "diversity": measure_texts(messages),
    }


def describe_generators(tally: Tally) -> dict[str, Any]:
    """The models that wrote rows, with their rows; none where templates wrote all."""
    return {"written_by": dict(tally.by["generator"].most_common())}


def describe_quality(
    run: Path,
    train: Sequence[Path],
    verdicts: Sequence[Path],
    made: dict[str, Any],
    manifest: dict[str, Any],
    judged: Mapping[str, bool],
) -> dict[str, Any]:
    """The measured curve, its knees, and the rule of thumb at its sizes and beyond."""
    stems = [file.stem for file in train]
    order = [number for number, entry in enumerate(made["files"]) if Path(entry["path"]).stem in stems]
    checks = next((books for books in manifest["funnel"] if books["component"] == "verify"), None)
    reasons = [*checks["dropped"], *checks["failed"]] if checks else []
    refused = find_refused([verdicts[number] for number in order], reasons)
    points = measure_curve(train, refused, [made["files"][number]["rows"] for number in order], judged)
    thumb = load_tiers().rule_of_thumb
    for point in points:
        is_covered = point["rows"] >= thumb[0].rows  # it says nothing about smaller sizes
        point["rule_of_thumb"] = round(read_thumb(point["rows"], thumb), 4) if is_covered else None
    return {
        "points": points,
        "knees": {name: find_knee(points, name) for name in ("facts", "forms", "ngrams")},
        "checked": bool(checks),
        "text_rows": TEXT_ROWS,
        "sample_rows": SAMPLE_ROWS,
        "rule_of_thumb": [one.model_dump() for one in thumb],
        "labels": len(judged),
        "accepted": points[-1]["accepted"] if points else rate([]),
    }
