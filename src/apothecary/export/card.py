"""An export folder to its own description: README.md as the Hub reads it, the licences by source, the checksums.

README.md          YAML front matter (licence, size, the files of each format), what it is, its limits, how it is made
licences.csv       source, title, version, licence, rows
recipe.yaml        the recipe, without paths of this machine
checksums.sha256   every file of the folder; `sha256sum -c checksums.sha256`
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from apothecary.engine.commit import hash_file, is_temp, write_bytes
from apothecary.export.safe_text import guard_cell
from apothecary.recipe_mix import TABLES

HUB_LICENCES = {
    "Apache-2.0": "apache-2.0",
    "BSD-3-Clause": "bsd-3-clause",
    "CC-BY-3.0": "cc-by-3.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-3.0": "cc-by-sa-3.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "MIT": "mit",
}
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1T")
SPLIT_NAMES = ("train", "validation", "test")
LIMITS = (
    "The rows say what their sources say. Where a source is wrong, a row is wrong; what public tables disagree about is"
    " withheld where it was found, not everywhere.",
    "A program wrote the questions from templates. They are more regular than what people ask, and in English only.",
    "No row is advice for a person. Doses for a patient are not stated; questions for one are declined.",
    "`reward` and `preference` hold only rows whose answer a program can decide; no fair sample of the rest.",
    "Text is public when you read this: held-out rows are clean only for models not trained on them.",
)


def write_card(out: Path, run: Path, manifest: dict[str, Any], identity: dict[str, Any], sources: list[Any]) -> None:
    """A finished export folder, its manifest, what the run stands for and its sources to the files that describe it."""
    used = list_sources(manifest["books"], sources)
    recipe = strip_paths(identity["recipe"])
    write_bytes(out / "licences.csv", build_licence_table(used))
    write_bytes(out / "recipe.yaml", yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True).encode())
    front = yaml.safe_dump(build_front(manifest, recipe), sort_keys=False, allow_unicode=True, width=120)
    body = "\n".join(tell_card(manifest, recipe, identity, used))
    write_bytes(out / "README.md", f"---\n{front}---\n\n{body}\n".encode())


def write_checksums(out: Path) -> None:
    """An export folder to `checksums.sha256` of all that is published of it, in order of name."""
    lines = [f"{hash_file(path)}  {path.relative_to(out).as_posix()}\n" for path in list_published(out)]
    write_bytes(out / "checksums.sha256", "".join(lines).encode())


def list_published(out: Path) -> list[Path]:
    """The files of an export folder, without the records of the work and the checksums themselves."""
    found = [path for path in sorted(out.rglob("*")) if path.is_file() and not is_temp(path)]
    return [path for path in found if path.relative_to(out).parts[0] not in ("done", ".lock", "checksums.sha256")]


def list_sources(books: dict[str, Any], sources: list[Any]) -> list[dict[str, Any]]:
    """The books of an export and the sources of its knowledge base to those in use, the most rows first."""
    known = {source["id"]: source for source in sources}
    lines = [
        {
            "source": name,
            "title": known.get(name, {}).get("title", ""),
            "version": known.get(name, {}).get("version", ""),
            "licence": known.get(name, {}).get("licence", "unknown"),
            "rows": rows,
        }
        for name, rows in books.get("sources", {}).items()
    ]
    return sorted(lines, key=lambda line: (-line["rows"], line["source"]))


def build_licence_table(used: list[dict[str, Any]]) -> bytes:
    """Sources in use to a CSV that a spreadsheet can open safely."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["source", "title", "version", "licence", "rows"])
    for line in used:
        writer.writerow([guard_cell(str(value)) for value in line.values()])
    return text.getvalue().encode()


def build_front(manifest: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """The manifest of an export to the front matter of its card."""
    books = manifest["books"]
    kept = books["export"]["kept"]
    licences = sorted({HUB_LICENCES.get(name, "other") for name in books.get("licences", {})})
    front: dict[str, Any] = {
        "pretty_name": f"{recipe['name']} ({Path(recipe['pack']).name})",
        "language": ["en"],
        "license": licences[0] if len(licences) == 1 else licences or ["other"],
        "task_categories": ["question-answering", "text-generation"],
        "size_categories": [SIZES[min(len(SIZES) - 1, max(0, len(str(kept)) - 3))]],
        "tags": ["synthetic", "chemistry", "instruction-tuning", "verifiable", "croissant"],
        "configs": build_configs(manifest),
    }
    if "other" in licences:
        front["license_link"] = "licences.csv"
    return front


def build_configs(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The manifest of an export to what the Hub calls configs: a format each, the files of its splits by pattern."""
    configs: list[dict[str, Any]] = []
    formats = manifest["books"].get("formats", {})
    lines = [form for form in formats if form not in TABLES]
    for form in lines or formats:  # `load_dataset` reads one kind of file a folder
        splits = formats[form]
        folder = "data" if form == "hf" else form
        suffix = "parquet" if form in TABLES else "jsonl*"
        files = [
            {"split": split, "path": f"{folder}/{split}-*.{suffix}"}
            for split in SPLIT_NAMES
            if split in splits and splits[split]["kept"]
        ]
        if files:
            configs.append({"config_name": form, "data_files": files} | ({} if configs else {"default": True}))
    return configs


def tell_card(
    manifest: dict[str, Any], recipe: dict[str, Any], identity: dict[str, Any], used: list[dict[str, Any]]
) -> Iterator[str]:
    """What the card says below its front matter, line by line."""
    books = manifest["books"]
    splits = {split: books["splits"][split] for split in SPLIT_NAMES if books["splits"].get(split)}
    yield f"# {recipe['name']}\n"
    yield (
        f"{books['export']['kept']:,} questions and answers about {Path(recipe['pack']).name}, each with the facts it"
        " states, their sources and their licences. A program that shares no code with the one that wrote them derived"
        " every templated row again from the knowledge base; rows that differed were dropped.\n"
    )
    yield "| split | rows |\n|---|---|"
    yield from (f"| {split} | {rows:,} |" for split, rows in splits.items())
    yield "\n## Formats\n\n| config | rows | left out, and why |\n|---|---|---|"
    for form, told in books.get("formats", {}).items():
        reasons: dict[str, int] = {}
        for one in told.values():
            for reason, number in one["dropped"].items():
                reasons[reason] = reasons.get(reason, 0) + number
        why = "; ".join(f"{number:,}: {reason}" for reason, number in sorted(reasons.items()))
        yield f"| `{form}` | {sum(one['kept'] for one in told.values()):,} | {why} |"
    yield "\n## Licences\n\nA row may rest on several sources and counts for each. The terms of all of them hold.\n"
    yield "| source | version | licence | rows |\n|---|---|---|---|"
    yield from (
        f"| {line['title'] or line['source']} | {line['version']} | {line['licence']} | {line['rows']:,} |"
        for line in used
    )
    yield "\n## Origin\n\n| origin | rows |\n|---|---|"
    yield from (f"| {name} | {rows:,} |" for name, rows in books.get("origins", {}).items())
    yield "\n## Known limits\n"
    yield from (f"- {limit}" for limit in LIMITS)
    yield from tell_rebuild(manifest, identity)


def tell_rebuild(manifest: dict[str, Any], identity: dict[str, Any]) -> Iterator[str]:
    """How the folder is made again byte for byte."""
    versions = ", ".join(f"{name} {version}" for name, version in identity["versions"].items())
    prints = identity["fingerprints"]
    yield "\n## How to make it again, byte for byte\n\n```"
    yield "apothecary run recipe.yaml --out again"
    yield f"{manifest['command']}\n(cd out && sha256sum -c checksums.sha256)\n```\n"
    yield f"With {versions}; knowledge base `{prints.get('knowledge', 'none')}`, pack `{prints['pack'][:16]}`,"
    yield f"code `{prints['code'][:16]}`. The number of workers does not matter."


def strip_paths(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe's settings without the folders of this machine: packs and files by their name alone."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: strip(one) for key, one in value.items()}
        if isinstance(value, list):
            return [strip(one) for one in value]
        return Path(value).name if isinstance(value, str) and value.startswith("/") else value

    stripped: dict[str, Any] = strip(recipe)
    return stripped
