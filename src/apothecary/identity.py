"""What a run was started with: recipe, pack, knowledge, code and library versions in, fingerprints and differences out.

The fingerprints gate resume and nothing else: no row, seed or file name depends on them.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from apothecary import recipe as recipes
from apothecary.recipe import Recipe, encode_canonical, fingerprint_keep, fingerprint_recipe

FORMAT = 1
DECIDING = ("curate", "export")  # the rooms that depend on the recipe's `keep`
LIBRARIES = ("apothecary", "duckdb", "numpy", "polars", "pyarrow", "rdkit")

# Code that no published byte depends on, each with the reason; all other modules are in the code fingerprint.
CODE_EXCLUDED = {
    "cli": "parses the command line",
    "plan": "reckons before a run, writes none",
    "report": "reads finished runs, writes none",
    "errors.py": "says what went wrong",
    "engine/progress.py": "draws bars",
    "engine/log.py": "writes to log/, which is no part of the dataset",
    "engine/lock.py": "keeps other processes out",
    "engine/secrets.py": "filters the log",
    "engine/fault.py": "off, except in tests",
}


@dataclass(frozen=True)
class Change:
    """One setting, fingerprint or version that differs from what the run was started with."""

    field: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.field}: {self.old} -> {self.new}"


def describe_run(
    recipe: Recipe, pack_fingerprint: str, knowledge: str | None, authored: str | None = None
) -> dict[str, Any]:
    """A recipe, its pack's fingerprint and that of the knowledge base (None: not known yet) to the text of run.json.

    `authored` is the fingerprint of the rows that were made elsewhere, where there are any.
    """
    fingerprints = {
        "recipe": fingerprint_recipe(recipe),
        "keep": fingerprint_keep(recipe.keep),
        "pack": pack_fingerprint,
        "code": fingerprint_code(),
    }
    if authored is not None:
        fingerprints["authored"] = authored
    if knowledge is not None:
        fingerprints["knowledge"] = knowledge
    return {
        "format": FORMAT,
        "recipe": recipe.model_dump(mode="json"),
        "fingerprints": fingerprints,
        "versions": list_versions(),
    }


def list_versions() -> dict[str, str]:
    """The versions that bytes may depend on: Python's (major and minor) and those of the libraries that compute."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": ".".join(platform.python_version_tuple()[:2]), **versions}


def fingerprint_code() -> str:
    """The sha256 of all modules of this package that rows can depend on, see `CODE_EXCLUDED`."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root).as_posix()
        if relative not in CODE_EXCLUDED and relative.partition("/")[0] not in CODE_EXCLUDED:
            digest.update(f"{relative}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def fingerprint_inputs(room: str, identity: dict[str, Any], previous: str) -> str:
    """A room, what its run was started with and the previous manifest's hash to what the room's files stand for.

    Rooms before curate do not read `keep`: another threshold decides anew and makes nothing anew.
    """
    read: dict[str, Any] = {"room": room, "previous": previous}
    read |= {key: identity[key] for key in ("format", "fingerprints", "versions")}
    if room not in DECIDING:
        read["fingerprints"] = {name: value for name, value in read["fingerprints"].items() if name != "keep"}
    return hashlib.sha256(encode_canonical(read).encode()).hexdigest()


def list_changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Two run descriptions to their differences, recipe settings by name; what only one side knows is no difference.

    Settings that the recipe fingerprint leaves out are left out here too; another `keep` is no other run.
    """
    before, after = dict(_flatten(old["recipe"])), dict(_flatten(new["recipe"]))
    changes = [
        Change(key, before.get(key, "(not set)"), after.get(key, "(not set)"))
        for key in sorted(before.keys() | after.keys())
        if not recipes.is_excluded(key) and not key.startswith("keep.") and before.get(key) != after.get(key)
    ]
    for key, value in new["fingerprints"].items():
        known = old["fingerprints"].get(key, value)
        if key not in ("recipe", "keep") and known != value:
            changes.append(Change(key, known[:12], value[:12]))
    for key, value in new["versions"].items():
        if old["versions"].get(key) != value:
            changes.append(Change(key, old["versions"].get(key, "(none)"), value))
    if old["format"] != new["format"]:
        changes.append(Change("format", str(old["format"]), str(new["format"])))
    return changes


def _flatten(settings: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)
